#include <math.h>

#include "audio/opus-encoder.h"
#include "audio/opus-payload.h"
#include "lib/hex.h"

/* ---- the payload, RFC 6716 section 3 ---- */

typedef struct
{
  const char       *name;
  const char       *hex;
  gboolean          valid;
  YodelOpusPayload  expected;
} Case;

/* TOC: 5 bits of configuration, 1 of stereo, 2 of the frame count code. */
static const Case cases[] = {
  { "empty",                       "",                 FALSE, { 0 } },
  { "silk-20-ms-mono",             "48 00 11",         TRUE,  { 1, 960, 960, 1, FALSE, FALSE } },
  { "silk-20-ms-with-copy",        "48 40 11",         TRUE,  { 1, 960, 960, 1, TRUE, FALSE } },
  { "silk-40-ms-with-copy",        "50 20 11",         TRUE,  { 1, 1920, 1920, 1, TRUE, FALSE } },
  { "silk-40-ms-second-voiced",    "50 40 11",         TRUE,  { 1, 1920, 1920, 1, FALSE, FALSE } },
  { "silk-60-ms-with-copy",        "58 10 11",         TRUE,  { 1, 2880, 2880, 1, TRUE, FALSE } },
  { "stereo-copy-in-side-alone",   "4c 10 11",         TRUE,  { 1, 960, 960, 2, TRUE, FALSE } },
  { "hybrid-10-ms-with-copy",      "60 40 11",         TRUE,  { 1, 480, 480, 1, TRUE, FALSE } },
  { "celt-has-no-copy",            "f8 ff 11",         TRUE,  { 1, 960, 960, 1, FALSE, FALSE } },
  { "celt-2.5-ms",                 "e0 11 11",         TRUE,  { 1, 120, 120, 1, FALSE, FALSE } },
  { "two-equal-frames",            "49 01 02 03 04",   TRUE,  { 2, 960, 1920, 1, FALSE, FALSE } },
  { "two-equal-frames-odd",        "49 01 02 03",      FALSE, { 0 } },
  { "two-frames-length-too-long",  "4a 09 02",         FALSE, { 0 } },
  { "six-frames-are-120-ms",       "4b 06 010203040506010203040506", TRUE, { 6, 960, 5760, 1, FALSE, FALSE } },
  { "seven-frames-are-too-long",   "4b 07 01020304050607", FALSE, { 0 } },
  { "no-frames",                   "4b 00",            FALSE, { 0 } },
  { "silence-of-one-byte",         "48",               TRUE,  { 1, 960, 960, 1, FALSE, TRUE } },
  { "silence-of-two-bytes",        "48 40",            TRUE,  { 1, 960, 960, 1, FALSE, TRUE } },
};

static void
test_payload (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelOpusPayload payload = { .n_frames = 99 };

  g_assert_cmpint (yodel_opus_payload_parse (&payload, bytes->data, bytes->len), ==, c->valid);
  if (!c->valid)
    {
      g_assert_cmpuint (payload.n_frames, ==, 99);
      return;
    }
  g_assert_cmpuint (payload.n_frames, ==, c->expected.n_frames);
  g_assert_cmpuint (payload.frame_samples, ==, c->expected.frame_samples);
  g_assert_cmpuint (payload.packet_samples, ==, c->expected.packet_samples);
  g_assert_cmpuint (payload.channels, ==, c->expected.channels);
  g_assert_cmpint (payload.has_fec, ==, c->expected.has_fec);
  g_assert_cmpint (payload.is_dtx, ==, c->expected.is_dtx);
}

/* ---- the encoder ---- */

static const gint16 *
tone (void)
{
  static gint16 pcm[2 * 48 * 60];

  for (guint i = 0; i < G_N_ELEMENTS (pcm); i++)
    pcm[i] = (gint16) (8000 * sin (i * 0.03) + 3000 * sin (i * 0.0711));
  return pcm;
}

static void
test_frames_are_as_long_as_set (void)
{
  static const guint lengths_ms[] = { 10, 20, 40, 60 };
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  guint8 out[YODEL_OPUS_MAX_BYTES * 3];

  for (guint i = 0; i < G_N_ELEMENTS (lengths_ms); i++)
    {
      YodelOpusPayload payload = { 0 };
      gssize size;

      yodel_opus_encoder_set_frame_ms (encoder, lengths_ms[i]);
      g_assert_cmpint (yodel_opus_encoder_encode (encoder, tone (), 481, out, sizeof out), ==, -1);
      size = yodel_opus_encoder_encode (encoder, tone (), lengths_ms[i] * 48, out, sizeof out);
      g_assert_cmpint (size, >, 0);
      g_assert_true (yodel_opus_payload_parse (&payload, out, (gsize) size));
      g_assert_cmpuint (payload.packet_samples, ==, lengths_ms[i] * 48);
    }
}

static double
rate_bps (YodelOpusEncoder *encoder)
{
  guint8 out[YODEL_OPUS_MAX_BYTES];
  gssize sum = 0;

  for (guint i = 0; i < 50; i++)
    {
      gssize size = yodel_opus_encoder_encode (encoder, tone (), 960, out, sizeof out);

      g_assert_cmpint (size, >=, 0);
      sum += size;
    }
  return (double) sum * 8;
}

static void
test_rate_follows (void)
{
  static const guint rates_bps[] = { 64000, 12000, 32000 };
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  double rate;

  g_assert_cmpfloat (rate_bps (encoder), <, 36000);
  for (guint i = 0; i < G_N_ELEMENTS (rates_bps); i++)
    {
      yodel_opus_encoder_set_bitrate_bps (encoder, rates_bps[i]);
      rate = rate_bps (encoder);
      g_assert_cmpfloat (rate, <, rates_bps[i] * 1.2);
      g_assert_cmpfloat (rate, >, rates_bps[i] * 0.6);          /* a tone needs less */
    }
}

static void
test_stereo_and_music_in_mid_call (void)
{
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  YodelOpusPayload payload = { 0 };
  guint8 out[YODEL_OPUS_MAX_BYTES];
  gssize size;

  yodel_opus_encoder_encode (encoder, tone (), 960, out, sizeof out);
  yodel_opus_encoder_set_channels (encoder, 2);
  yodel_opus_encoder_set_application (encoder, YODEL_OPUS_APPLICATION_AUDIO);
  yodel_opus_encoder_set_bitrate_bps (encoder, 96000);
  size = yodel_opus_encoder_encode (encoder, tone (), 960, out, sizeof out);
  g_assert_cmpint (size, >, 0);
  g_assert_true (yodel_opus_payload_parse (&payload, out, (gsize) size));
  g_assert_cmpuint (payload.channels, ==, 2);
  g_assert_cmpuint (yodel_opus_encoder_get_lookahead_samples (encoder), ==, 312);
}

static void
test_silence_is_sent_once (void)
{
  static const gint16 silence[960];
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  guint8 out[YODEL_OPUS_MAX_BYTES];
  guint sent = 0;

  yodel_opus_encoder_set_dtx (encoder, TRUE);
  for (guint i = 0; i < 100; i++)
    sent += yodel_opus_encoder_encode (encoder, silence, 960, out, sizeof out) > 0;

  g_assert_cmpuint (sent, >, 0);
  g_assert_cmpuint (sent, <, 40);       /* the first ones, then two in 400 ms */
}

static void
test_no_room (void)
{
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  guint8 out[1];

  g_assert_cmpint (yodel_opus_encoder_encode (encoder, tone (), 960, out, 0), ==, -1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/opus-payload/parse/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_payload);
    }
  g_test_add_func ("/audio/opus-encoder/frames-are-as-long-as-set", test_frames_are_as_long_as_set);
  g_test_add_func ("/audio/opus-encoder/rate-follows", test_rate_follows);
  g_test_add_func ("/audio/opus-encoder/stereo-and-music-in-mid-call", test_stereo_and_music_in_mid_call);
  g_test_add_func ("/audio/opus-encoder/silence-is-sent-once", test_silence_is_sent_once);
  g_test_add_func ("/audio/opus-encoder/no-room-is-an-error", test_no_room);
  return g_test_run ();
}
