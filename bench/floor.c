/* The floor under a call: what Opus, libvpx and libsrtp2 alone cost for the same media at the same
 * settings and packet rate, with no network and no threads.
 *
 *   floor SPEECH.wav AUDIO_BPS SECONDS [CLIP.y4m VIDEO_BPS]
 *   floor --paced SPEECH.wav AUDIO_BPS SECONDS
 *
 * Without waiting between, or one frame of sound each 20 ms: who sleeps in between finds the caches cold and
 * the processor slow, as a call does.
 *
 * Prints an object of JSON: for each part the share of one core that one direction of a call takes.
 * The encoders are set up by Yodel's own code, so that they are the ones of a call; the rest are the
 * libraries as they are. */
#include <opus.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

#include "audio/opus-encoder.h"
#include "video/vp8-encoder.h"

#define RATE_HZ         48000
#define WAV_HEADER      44
#define RTP_HEADER      20      /* with the extensions of a call */
#define MAX_PAYLOAD     1150
#define MAX_PACKET      1500
#define Y4M_FRAME_LINE  6

static double opus_encode_s, opus_decode_s, vp8_encode_s, vp8_decode_s, srtp_s;
static srtp_t sender, receiver;
static guint  n_packets;
static gboolean is_paced;

static double
cpu_s (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

G_NORETURN static void
give_up (const char *what)
{
  fprintf (stderr, "floor: %s\n", what);
  exit (1);
}

static void
open_srtp (void)
{
  static guint8 key[SRTP_MASTER_KEY_LEN] = { 1, 2, 3 };
  srtp_policy_t policy = { .key = key, .window_size = 1024 };

  srtp_init ();
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtp);
  srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtcp);
  policy.ssrc.type = ssrc_any_outbound;
  if (srtp_create (&sender, &policy) != srtp_err_status_ok)
    give_up ("no SRTP sender");
  policy.ssrc.type = ssrc_any_inbound;
  if (srtp_create (&receiver, &policy) != srtp_err_status_ok)
    give_up ("no SRTP receiver");
}

static void
wait_until (gint64 due_us)
{
  gint64 left_us = due_us - g_get_monotonic_time ();

  if (is_paced && left_us > 0)
    g_usleep ((gulong) left_us);
}

/* One packet of @payload_bytes, protected and taken apart again. */
static void
carry (const guint8 *payload,
       gsize         payload_bytes,
       guint8        ssrc)
{
  static guint16 sequences[2];
  guint8 packet[MAX_PACKET] = { 0x80, 96 };
  guint16 sequence = sequences[ssrc]++;
  int size = (int) (RTP_HEADER + payload_bytes);
  double begun;

  packet[2] = sequence >> 8;
  packet[3] = sequence & 0xff;
  packet[11] = ssrc;
  memcpy (packet + RTP_HEADER, payload, payload_bytes);

  begun = cpu_s ();
  if (srtp_protect (sender, packet, &size) != srtp_err_status_ok
      || srtp_unprotect (receiver, packet, &size) != srtp_err_status_ok)
    give_up ("SRTP failed");
  srtp_s += cpu_s () - begun;
  n_packets++;
}

static void
run_audio (const char *path,
           guint       bitrate_bps,
           guint       seconds)
{
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  OpusDecoder *decoder = opus_decoder_create (RATE_HZ, 1, NULL);
  g_autofree char *file = NULL;
  gsize size;
  gint16 out[RATE_HZ / 10];
  guint8 packet[YODEL_OPUS_MAX_BYTES];

  if (!g_file_get_contents (path, &file, &size, NULL))
    give_up ("the sound cannot be read");
  yodel_opus_encoder_set_bitrate_bps (encoder, bitrate_bps);

  const gint16 *samples = (const gint16 *) (gpointer) (file + WAV_HEADER);
  gsize frame = yodel_opus_encoder_get_frame_samples (encoder);
  gsize n_frames = (size - WAV_HEADER) / 2 / frame;

  gint64 begun_us = g_get_monotonic_time ();

  for (gsize i = 0; i < seconds * RATE_HZ / frame; i++)
    {
      wait_until (begun_us + (gint64) (i * frame * G_USEC_PER_SEC / RATE_HZ));

      double t0 = cpu_s (), t1;
      gssize bytes = yodel_opus_encoder_encode (encoder, samples + i % n_frames * frame, frame, packet, sizeof packet);

      t1 = cpu_s ();
      if (bytes <= 0 || opus_decode (decoder, packet, (opus_int32) bytes, out, G_N_ELEMENTS (out), 0) < 0)
        give_up ("Opus failed");
      opus_encode_s += t1 - t0;
      opus_decode_s += cpu_s () - t1;
      carry (packet, (gsize) bytes, 0);
    }
  opus_decoder_destroy (decoder);
}

static YodelVideoFrame *
read_picture (FILE *file,
              long  base,
              guint width,
              guint height)
{
  YodelVideoFrame *frame = yodel_video_frame_new (width, height);
  guint8 *planes[] = { frame->y, frame->u, frame->v };
  guint strides[] = { frame->y_stride, frame->u_stride, frame->v_stride };
  char line[Y4M_FRAME_LINE];

  if (fread (line, 1, sizeof line, file) != sizeof line)
    {
      fseek (file, base, SEEK_SET);       /* from the beginning again */
      if (fread (line, 1, sizeof line, file) != sizeof line)
        give_up ("the clip has no frames");
    }
  for (guint p = 0; p < 3; p++)
    for (guint y = 0; y < (p == 0 ? height : (height + 1) / 2); y++)
      if (fread (planes[p] + y * strides[p], 1, p == 0 ? width : (width + 1) / 2, file) == 0)
        give_up ("the clip ends in a frame");
  return frame;
}

static void
decode (vpx_codec_ctx_t *decoder,
        GBytes          *data)
{
  vpx_codec_iter_t iter = NULL;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (data, &size);
  double begun = cpu_s ();

  if (vpx_codec_decode (decoder, bytes, (unsigned) size, NULL, 0) != VPX_CODEC_OK
      || vpx_codec_get_frame (decoder, &iter) == NULL)
    give_up ("libvpx failed");
  vp8_decode_s += cpu_s () - begun;

  for (gsize at = 0; at < size; at += MAX_PAYLOAD)
    carry (bytes + at, MIN (MAX_PAYLOAD, size - at), 1);
}

static void
run_video (const char *path,
           guint       bitrate_bps,
           guint       seconds)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  vpx_codec_ctx_t decoder;
  FILE *file = fopen (path, "rb");
  char header[256];
  guint width, height, fps;

  if (file == NULL || fgets (header, sizeof header, file) == NULL
      || sscanf (header, "YUV4MPEG2 W%u H%u F%u:1", &width, &height, &fps) != 3)
    give_up ("the clip cannot be read");
  if (vpx_codec_dec_init (&decoder, vpx_codec_vp8_dx (), NULL, 0) != VPX_CODEC_OK)
    give_up ("no VP8 decoder");
  long base = ftell (file);

  yodel_vp8_encoder_set_rate (encoder, bitrate_bps, fps);
  for (guint i = 0; i < seconds * fps; i++)
    {
      g_autoptr (YodelVideoFrame) picture = read_picture (file, base, width, height);
      double begun = cpu_s ();
      g_autoptr (YodelEncodedFrame) frame =
        yodel_vp8_encoder_encode (encoder, picture, (gint64) i * G_USEC_PER_SEC / fps);

      vp8_encode_s += cpu_s () - begun;
      if (frame != NULL)
        decode (&decoder, frame->data);
    }
  vpx_codec_destroy (&decoder);
  fclose (file);
}

int
main (int    argc,
      char **argv)
{
  guint seconds;

  if (argc == 5 && g_str_equal (argv[1], "--paced"))
    {
      is_paced = TRUE;
      argc--;
      argv++;
    }
  if (argc != 4 && argc != 6)
    give_up ("usage: floor [--paced] SPEECH.wav AUDIO_BPS SECONDS [CLIP.y4m VIDEO_BPS]");

  seconds = (guint) MAX (1, atoi (argv[3]));
  open_srtp ();
  run_audio (argv[1], (guint) atoi (argv[2]), seconds);
  if (argc == 6)
    run_video (argv[4], (guint) atoi (argv[5]), seconds);

  printf ("{\"opus_encode_cpu\": %.6f, \"opus_decode_cpu\": %.6f, \"vp8_encode_cpu\": %.6f, \"vp8_decode_cpu\": %.6f, "
          "\"srtp_cpu\": %.6f, \"packets_s\": %u}\n",
          opus_encode_s / seconds, opus_decode_s / seconds, vp8_encode_s / seconds, vp8_decode_s / seconds, srtp_s / seconds,
          n_packets / seconds);
  return 0;
}
