#include "lib/sim-call.h"

#include <math.h>
#include <string.h>

#include "audio/telephone-event.h"
#include "base/units.h"
#include "rtp/rtcp.h"
#include "session/stats-private.h"

#define AUDIO_BLOCK_US  (10 * G_TIME_SPAN_MILLISECOND)
#define AUDIO_SAMPLES   480
#define PICTURE_US      (G_USEC_PER_SEC / 30)
#define WIDTH           192
#define HEIGHT          108
#define WIRE_OVERHEAD   44
#define CLAP_SOUND_US   (100 * G_TIME_SPAN_MILLISECOND)
#define CLAP_PICTURES   3
#define CLAP_LEVEL      9000     /* the voice is not that loud */
#define CLAP_BRIGHTNESS 190      /* nor the picture that bright */
#define BEGINNING_US    ((gint64) 1000 * G_USEC_PER_SEC)

/* What the codecs are asked for while the core is at work. */
typedef struct
{
  guint                section;
  YodelEncodeJob      *encode;    /* (owned) (nullable) one of the two */
  YodelAssembledFrame *decode;    /* (owned) (nullable) */
  gint64               done_us;   /* of decoding */
} Job;

static gint64
samples_us (gint64 n_samples)
{
  return n_samples * G_USEC_PER_SEC / 48000;
}

static void
on_send (guint     transport,
         guint8   *data,
         gsize     size,
         gboolean  is_rtcp,
         gpointer  user_data)
{
  SimPeer *peer = user_data;
  g_autoptr (GByteArray) packet = g_byte_array_sized_new (size + 1);
  guint8 mark = is_rtcp;

  if (!is_rtcp)
    {
      peer->least_bytes = peer->n_packets++ == 0 ? size : MIN (peer->least_bytes, size);
      peer->most_bytes = MAX (peer->most_bytes, size);
    }
  if (peer->no_nack && is_rtcp && data[1] == YODEL_RTCP_TRANSPORT_FEEDBACK && (data[0] & 0x1f) == YODEL_RTCP_FMT_NACK)
    return;

  g_byte_array_append (packet, &mark, 1);
  g_byte_array_append (packet, data, size);
  sim_network_send (peer->call->network, 0, peer->way,
                    g_byte_array_free_to_bytes (g_steal_pointer (&packet)),
                    size + WIRE_OVERHEAD, peer->call->now_us);
}

/* Takes down @time_us unless it belongs to the clap before. */
static void
note_clap (GArray *claps_us,
           gint64  time_us)
{
  if (claps_us->len == 0 || time_us - g_array_index (claps_us, gint64, claps_us->len - 1) > SIM_CLAP_US / 2)
    g_array_append_val (claps_us, time_us);
}

static void
on_play (guint         section,
         const gint16 *samples,
         gsize         n_samples,
         guint         channels,
         gint64        time_us,
         gpointer      user_data)
{
  SimPeer *peer = user_data;

  if (peer->heard->len == 0)
    peer->first_heard_us = time_us;
  for (gsize i = 0; i < n_samples; i++)
    {
      g_array_append_val (peer->heard, samples[i * channels]);
      if (channels == 2)
        g_array_append_val (peer->heard_right, samples[2 * i + 1]);
      if (ABS (samples[i * channels]) > CLAP_LEVEL)
        note_clap (peer->claps_heard_us, time_us + samples_us (i));
    }
}

static void
on_show (guint            section,
         YodelVideoFrame *picture,
         gpointer         user_data)
{
  SimPeer *peer = user_data;
  gint64 now_us = peer->call->now_us;

  if (peer->n_shown++ == 0)
    peer->first_shown_us = now_us;
  else
    peer->longest_gap_us = MAX (peer->longest_gap_us, now_us - peer->last_shown_us);
  peer->last_shown_us = now_us;
  peer->shown_rotation = picture->rotation;
  g_array_append_val (peer->shown_us, now_us);
  if (picture->y[picture->height / 2 * picture->y_stride + picture->width / 2] > CLAP_BRIGHTNESS)
    note_clap (peer->claps_seen_us, now_us);
}

static void
on_encode (guint           section,
           YodelEncodeJob *encode,
           gpointer        user_data)
{
  SimPeer *peer = user_data;
  Job *job = g_new0 (Job, 1);

  job->section = section;
  job->encode = encode;
  g_queue_push_tail (&peer->jobs, job);
}

static void
on_decode (guint                section,
           YodelAssembledFrame *decode,
           gpointer             user_data)
{
  SimPeer *peer = user_data;
  Job *job = g_new0 (Job, 1);

  job->section = section;
  job->decode = decode;
  g_queue_push_tail (&peer->jobs, job);
}

static void
on_notice (YodelSessionNotice notice,
           gpointer           user_data)
{
  SimPeer *peer = user_data;

  peer->n_paused += notice == YODEL_NOTICE_VIDEO_PAUSED;
  peer->n_resumed += notice == YODEL_NOTICE_VIDEO_RESUMED;
  peer->n_survivals += notice == YODEL_NOTICE_SURVIVAL;
  peer->n_survived += notice == YODEL_NOTICE_SURVIVAL_OVER;
}

static void
on_key (guint     section,
        guint8    event,
        guint     duration_ms,
        gpointer  user_data)
{
  SimPeer *peer = user_data;

  g_string_append_c (peer->keys, yodel_telephone_event_to_key (event));
}

static void
job_free (Job *job)
{
  g_clear_pointer (&job->encode, yodel_encode_job_free);
  g_clear_pointer (&job->decode, yodel_assembled_frame_free);
  g_free (job);
}

/* A frame as long as a codec of constant bit rate makes it, give or take a sixth; a key frame is
 * three times as long, and those after it pay for it.  With two layers every other is short. */
static YodelEncodedFrame *
make_up_frame (SimPeer              *peer,
               const YodelEncodeJob *job)
{
  gint64 share_bytes = job->settings.bitrate_bps / 8 / job->settings.fps;
  gboolean layered = job->settings.n_layers > 1;
  gboolean key_frame = job->settings.key_frame || peer->coded_width != job->width || (layered && !peer->says_layer);
  double spread = g_rand_double_range (peer->call->sizes, 0.66, 1.33);
  gboolean upper = layered && !key_frame && !peer->upper;
  double part = !layered ? 1 : 2 * (upper ? 100 - YODEL_VP8_BASE_PCT : YODEL_VP8_BASE_PCT) / 100.0;
  gint64 size = key_frame ? 3 * share_bytes : part * spread * (share_bytes - peer->debt_bytes / 6);
  guint8 *data;
  YodelEncodedFrame *frame = g_new0 (YodelEncodedFrame, 1);

  size = MAX (size, 60);
  peer->debt_bytes = MAX (peer->debt_bytes + size - (gint64) (part * share_bytes), 0);
  peer->upper = upper;
  peer->says_layer |= layered;
  peer->tl0_index += !upper;
  peer->coded_width = job->width;

  data = g_malloc0 (size);
  data[0] = !key_frame;
  *frame = (YodelEncodedFrame) {
    .codec = job->settings.codec,
    .data = g_bytes_new_take (data, size),
    .timestamp_us = job->picture->timestamp_us,
    .width = job->width,
    .height = job->height,
    .key_frame = key_frame,
    .qp = 40,
    .n_layers = layered ? 2 : 1,
    .says_layer = peer->says_layer,
    .temporal_layer = upper,
    .layer_sync = upper || key_frame,
    .non_reference = upper,
    .tl0_index = peer->tl0_index,
    .picture_id = peer->picture_id++ & YODEL_VP8_PICTURE_ID_MASK,
  };
  return frame;
}

static YodelEncodedFrame *
run_encoder (SimPeer              *peer,
             const YodelEncodeJob *job)
{
  return peer->call->sizes != NULL ? make_up_frame (peer, job)
                                   : yodel_encode_job_run (job, peer->encoder);
}

static gboolean
run_decoder (SimPeer                   *peer,
             const YodelAssembledFrame *frame,
             YodelVideoFrame          **picture)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (frame->data, &size);

  if (peer->call->sizes == NULL && yodel_video_decoder_get_codec (peer->decoder) != frame->codec)
    {
      yodel_video_decoder_free (peer->decoder);
      peer->decoder = yodel_video_decoder_new (frame->codec);
    }
  if (peer->call->sizes == NULL)
    return yodel_video_decoder_decode (peer->decoder, data, size, peer->call->now_us, picture);

  *picture = yodel_video_frame_new (2, 2);
  return TRUE;
}

static void
run_job (SimPeer *peer,
         Job     *job)
{
  gint64 now_us = peer->call->now_us;

  if (job->encode != NULL)
    {
      g_autoptr (YodelEncodedFrame) frame = run_encoder (peer, job->encode);

      yodel_session_core_encoded (peer->core, job->section, frame, YODEL_US_PER_MS, now_us);
    }
  else
    {
      g_autoptr (YodelVideoFrame) picture = NULL;
      gboolean done = run_decoder (peer, job->decode, &picture);

      peer->lag_us = MAX (peer->lag_us, now_us - job->decode->first_arrival_us);

      yodel_session_core_decoded (peer->core, job->section, job->decode, picture, !done,
                                  YODEL_US_PER_MS, now_us);
    }
}

/* Returns: (transfer full) (nullable): what is done by now */
static Job *
take_job (SimPeer *peer)
{
  gint64 now_us = peer->call->now_us;
  Job *job = g_queue_peek_head (&peer->jobs);

  while (job != NULL && job->decode != NULL && peer->decode_us > 0)
    {
      Job *before = g_queue_peek_tail (&peer->decoding);

      job->done_us = MAX (now_us, before != NULL ? before->done_us : 0) + peer->decode_us;
      g_queue_push_tail (&peer->decoding, g_queue_pop_head (&peer->jobs));
      job = g_queue_peek_head (&peer->jobs);
    }
  if (job != NULL)
    return g_queue_pop_head (&peer->jobs);

  job = g_queue_peek_head (&peer->decoding);
  return job != NULL && job->done_us <= now_us ? g_queue_pop_head (&peer->decoding) : NULL;
}

/* Lets a side act until it has nothing more to do at this moment. */
static void
settle (SimPeer *peer)
{
  Job *job;

  yodel_session_core_advance (peer->core, peer->call->now_us);
  while ((job = take_job (peer)) != NULL)
    {
      run_job (peer, job);
      job_free (job);
      yodel_session_core_advance (peer->core, peer->call->now_us);
    }
}

static gint64
next_job_us (const SimPeer *peer)
{
  const Job *first = g_queue_peek_head ((GQueue *) &peer->decoding);

  return first != NULL ? first->done_us : YODEL_NEVER_US;
}

static void
peer_init (SimPeer      *peer,
           SimCall      *call,
           SimDirection  way,
           guint32       seed,
           gboolean      with_video)
{
  static const YodelSessionCoreOps ops = {
    .send = on_send,
    .play = on_play,
    .show = on_show,
    .encode = on_encode,
    .decode = on_decode,
    .notice = on_notice,
    .key = on_key,
  };
  const YodelSessionCoreConfig config = {
    .seed = { seed, way, 3, 4 },
    .cname = way == SIM_FORTH ? "caller" : "callee",
    .unix_offset_us = way == SIM_FORTH ? 0 : 77 * G_USEC_PER_SEC,
  };

  peer->call = call;
  peer->way = way;
  peer->core = yodel_session_core_new (&config, &ops, peer, call->now_us);
  peer->encoder = yodel_video_encoder_new (1);
  peer->decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  peer->said = g_array_new (FALSE, FALSE, sizeof (gint16));
  peer->heard = g_array_new (FALSE, FALSE, sizeof (gint16));
  peer->heard_right = g_array_new (FALSE, FALSE, sizeof (gint16));
  peer->keys = g_string_new (NULL);
  peer->shown_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  peer->claps_heard_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  peer->claps_seen_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  peer->audio = yodel_session_core_add_section (peer->core, YODEL_MEDIA_AUDIO,
                                                YODEL_DIRECTION_SENDRECV, call->now_us);
  if (with_video)
    peer->video = yodel_session_core_add_section (peer->core, YODEL_MEDIA_VIDEO,
                                                  YODEL_DIRECTION_SENDRECV, call->now_us);
  g_queue_init (&peer->jobs);
  g_queue_init (&peer->decoding);
}

static void
peer_clear (SimPeer *peer)
{
  g_queue_clear_full (&peer->jobs, (GDestroyNotify) job_free);
  g_queue_clear_full (&peer->decoding, (GDestroyNotify) job_free);
  yodel_session_core_free (peer->core);
  yodel_video_encoder_free (peer->encoder);
  yodel_video_decoder_free (peer->decoder);
  g_array_unref (peer->said);
  g_array_unref (peer->heard);
  g_array_unref (peer->heard_right);
  g_string_free (peer->keys, TRUE);
  g_array_unref (peer->shown_us);
  g_array_unref (peer->claps_heard_us);
  g_array_unref (peer->claps_seen_us);
}

SimCall *
sim_call_new (guint32  seed,
              gboolean with_video)
{
  SimCall *self = g_new0 (SimCall, 1);

  self->network = sim_network_new (seed);
  self->now_us = self->began_us = BEGINNING_US;
  peer_init (&self->caller, self, SIM_FORTH, seed, with_video);
  peer_init (&self->callee, self, SIM_BACK, seed, with_video);
  return self;
}

void
sim_call_free (SimCall *self)
{
  peer_clear (&self->caller);
  peer_clear (&self->callee);
  sim_network_free (self->network);
  g_clear_pointer (&self->sizes, g_rand_free);
  g_free (self);
}

void
sim_call_set_link (SimCall             *self,
                   const SimLinkConfig *config)
{
  sim_network_set_link (self->network, SIM_FORTH, config);
  sim_network_set_link (self->network, SIM_BACK, config);
}

void
sim_call_skip_codec (SimCall *self,
                     guint    width,
                     guint    height)
{
  self->width = width;
  self->height = height;
  self->sizes = g_rand_new_with_seed (width);
}

/* The two are joined by the simulated network whatever their descriptions say of transports. */
static void
describe_transports (SimPeer *peer)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (peer->core);
  YodelSdpFingerprint fingerprint = { .algorithm = "sha-256", .size_bytes = 32 };
  const YodelLocalTransport transport = {
    .ufrag = peer->way == SIM_FORTH ? "forth" : "back",
    .pwd = "a-password-of-some-length",
    .fingerprint = &fingerprint,
    .gathering_complete = TRUE,
  };

  for (guint i = 0; i < yodel_negotiation_get_n_transports (negotiation); i++)
    yodel_negotiation_set_local_transport (negotiation, i, &transport);
}

static void
open_transports (SimPeer *peer)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (peer->core);

  yodel_session_core_apply (peer->core, peer->call->now_us);
  for (guint i = 0; i < yodel_negotiation_get_n_transports (negotiation); i++)
    yodel_session_core_set_open (peer->core, i, TRUE, peer->call->now_us);
}

/* The section of a kind that an offer brought. */
static void
find_sections (SimPeer *peer)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (peer->core);

  for (guint i = 0; i < yodel_negotiation_get_n_transceivers (negotiation); i++)
    {
      const YodelTransceiver *transceiver = yodel_negotiation_get_transceiver (negotiation, i);

      *(transceiver->kind == YODEL_MEDIA_AUDIO ? &peer->audio : &peer->video) =
        transceiver->stopped ? 0 : transceiver->id;
    }
}

static void
leave_out (char       *description,
           const char *line)
{
  char *at = strstr (description, line);

  g_assert_nonnull (at);
  memmove (at, at + strlen (line), strlen (at + strlen (line)) + 1);
}

/* Says of the first sound in a description (owned) what else @peer has to say.  Returns: (transfer full) */
static char *
add_sound (SimPeer *peer,
           char    *description)
{
  static const char mux[] = "a=rtcp-mux\r\n", format[] = "useinbandfec=1";
  g_autofree char *owned = description;
  g_auto (GStrv) lines = g_strsplit (owned, mux, 2);
  g_autofree char *with_lines = g_strconcat (lines[0], peer->sound_lines != NULL ? peer->sound_lines : "", mux, lines[1], NULL);
  g_auto (GStrv) formats = g_strsplit (with_lines, format, 2);

  return g_strconcat (formats[0], format, peer->sound_format != NULL ? peer->sound_format : "", formats[1], NULL);
}

void
sim_call_negotiate (SimCall *self,
                    SimPeer *from)
{
  SimPeer *to = from == &self->caller ? &self->callee : &self->caller;
  YodelNegotiation *offerer = yodel_session_core_get_negotiation (from->core);
  YodelNegotiation *answerer = yodel_session_core_get_negotiation (to->core);
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = NULL;
  g_autofree char *answer = NULL;

  describe_transports (from);
  offer = yodel_negotiation_create_offer (offerer, &error);
  g_assert_no_error (error);
  offer = add_sound (from, offer);

  for (guint i = 0; i < G_N_ELEMENTS (self->left_out); i++)
    if (self->left_out[i] != NULL)
      leave_out (offer, self->left_out[i]);
  yodel_negotiation_set_remote (answerer, YODEL_SDP_OFFER, offer, &error);
  g_assert_no_error (error);
  yodel_session_core_adopt_sections (to->core, self->now_us);
  find_sections (to);
  describe_transports (to);
  answer = yodel_negotiation_create_answer (answerer, &error);
  g_assert_no_error (error);
  answer = add_sound (to, answer);

  yodel_negotiation_set_remote (offerer, YODEL_SDP_ANSWER, answer, &error);
  g_assert_no_error (error);
  find_sections (from);
  open_transports (from);
  open_transports (to);
}

/* The voice steps back behind a tone that begins with the picture that is bright. */
static void
clap (SimPeer *peer,
      gint16   samples[AUDIO_SAMPLES],
      gint64   captured_us)
{
  gint64 began_us = captured_us - AUDIO_BLOCK_US - peer->call->began_us;

  for (guint i = 0; i < AUDIO_SAMPLES; i++)
    {
      gint64 t_us = began_us + samples_us (i);

      samples[i] /= 4;
      if (t_us >= 0 && t_us % SIM_CLAP_US < CLAP_SOUND_US)
        samples[i] += 14000 * sin (2 * G_PI * 1500 * (t_us % SIM_CLAP_US) / G_USEC_PER_SEC);
    }
}

static void
play_tones (SimPeer *peer,
            gint16   stereo[2 * AUDIO_SAMPLES])
{
  for (guint i = 0; i < AUDIO_SAMPLES; i++)
    {
      double t = (peer->samples_sent + i) / 48000.0;

      stereo[2 * i] = SIM_TONE * sin (2 * G_PI * SIM_LEFT_HZ * t);
      stereo[2 * i + 1] = SIM_TONE * sin (2 * G_PI * SIM_RIGHT_HZ * t);
    }
}

static void
push_audio (SimPeer      *peer,
            const gint16 *samples,
            guint         channels,
            gint64        captured_us)
{
  yodel_session_core_push_audio (peer->core, peer->audio, samples, AUDIO_SAMPLES, channels, captured_us, peer->call->now_us);
  peer->samples_sent += AUDIO_SAMPLES;
}

/* A voice of sorts: harmonics of a gliding tone, in syllables. */
static void
sing (const SimPeer *peer,
      gint16         samples[AUDIO_SAMPLES])
{
  for (guint i = 0; i < AUDIO_SAMPLES; i++)
    {
      double t = (peer->samples_sent + i) / 48000.0;
      double pitch = 2 * G_PI * (120 * t + 10 * sin (2 * G_PI * 0.7 * t));
      double loudness = 0.15 + 0.85 * fabs (sin (2 * G_PI * 1.9 * t));
      double sum = 0;

      for (int harmonic = 1; harmonic <= 12; harmonic++)
        sum += sin (harmonic * pitch) / harmonic;
      samples[i] = 5000 * loudness * sum;
    }
}

static void
read_out (const SimPeer *peer,
          gint16         samples[AUDIO_SAMPLES])
{
  for (guint i = 0; i < AUDIO_SAMPLES; i++)
    samples[i] = peer->speech[(peer->samples_sent + i) % peer->speech_samples];
}

static void
speak (SimPeer *peer,
       gint64   block)
{
  gint64 captured_us = peer->call->now_us - peer->microphone_late_us;
  gint16 samples[2 * AUDIO_SAMPLES] = { 0 };

  if (peer->stereo)
    {
      play_tones (peer, samples);
      push_audio (peer, samples, 2, captured_us);
      return;
    }

  if (peer->speech != NULL)
    read_out (peer, samples);
  else if (!peer->silent)
    sing (peer, samples);
  if (peer->claps)
    clap (peer, samples, captured_us);
  g_array_append_vals (peer->said, samples, AUDIO_SAMPLES);
  push_audio (peer, samples, 1, captured_us);
}

/* A picture in which everything moves. */
static void
paint (YodelVideoFrame *picture,
       guint            n,
       double           brightness)
{
  double across[WIDTH];

  for (guint x = 0; x < WIDTH; x++)
    across[x] = 128 + 60 * sin ((x + 3 * n) / 17.0);
  for (guint y = 0; y < HEIGHT; y++)
    {
      double down = 50 * cos ((y + 2 * n) / 11.0);

      for (guint x = 0; x < WIDTH; x++)
        picture->y[y * picture->y_stride + x] = brightness * (across[x] + down);
    }
  for (guint y = 0; y < (HEIGHT + 1) / 2; y++)
    {
      memset (picture->u + y * picture->u_stride, 100 + y / 2, (WIDTH + 1) / 2);
      memset (picture->v + y * picture->v_stride, 90 + (n + y) % 64, (WIDTH + 1) / 2);
    }
}

static void
show_oneself (SimPeer *peer)
{
  gboolean blank = peer->call->sizes != NULL;
  g_autoptr (YodelVideoFrame) picture =
    yodel_video_frame_new (blank ? peer->call->width : WIDTH, blank ? peer->call->height : HEIGHT);

  if (!blank)
    paint (picture, peer->pictures_sent, peer->claps ? 0.5 : 1);
  if (peer->claps && peer->pictures_sent % (SIM_CLAP_US / PICTURE_US) < CLAP_PICTURES)
    memset (picture->y, 230, picture->y_stride * picture->height);

  peer->pictures_sent++;
  picture->rotation = peer->rotation;
  picture->timestamp_us = peer->call->now_us - peer->camera_late_us;
  yodel_session_core_push_video (peer->core, peer->video, picture, peer->call->now_us);
}

static gboolean
has_camera (const SimPeer *peer)
{
  return peer->video != 0 && !peer->no_pictures;
}

/* Both since the beginning of the call. */
static gint64
next_audio_us (const SimPeer *peer)
{
  gint64 audio_us = peer->samples_sent / AUDIO_SAMPLES * AUDIO_BLOCK_US;

  return audio_us + audio_us * peer->microphone_ppm / 1000000 + peer->microphone_late_us;
}

static gint64
next_video_us (const SimPeer *peer)
{
  return peer->pictures_sent * PICTURE_US + peer->camera_late_us;
}

static gint64
next_media_us (const SimPeer *peer)
{
  gint64 began_us = peer->call->began_us;
  gint64 audio_us = peer->no_sound ? YODEL_NEVER_US : began_us + next_audio_us (peer);
  gint64 video_us = began_us + next_video_us (peer);

  return has_camera (peer) ? MIN (audio_us, video_us) : audio_us;
}

static void
give_media (SimPeer *peer)
{
  gint64 elapsed_us = peer->call->now_us - peer->call->began_us;

  while (!peer->no_sound && next_audio_us (peer) <= elapsed_us)
    speak (peer, elapsed_us / AUDIO_BLOCK_US);
  while (has_camera (peer) && next_video_us (peer) <= elapsed_us)
    show_oneself (peer);
  settle (peer);
}

static void
deliver (SimCall *self)
{
  SimDelivery delivery;

  while (sim_network_poll (self->network, &delivery, self->now_us))
    {
      SimPeer *to = delivery.direction == SIM_FORTH ? &self->callee : &self->caller;
      gsize size;
      const guint8 *data = g_bytes_get_data (delivery.packet, &size);

      if (delivery.flow != 0)
        {
          self->rival_ops->take (self->rival, self->network, &delivery);
          g_bytes_unref (delivery.packet);
          continue;
        }

      yodel_session_core_receive (to->core, 0, data + 1, size - 1, data[0], self->now_us,
                                  self->now_us);
      g_bytes_unref (delivery.packet);
      settle (to);
    }
}

void
sim_call_run (SimCall *self,
              gint64   duration_us)
{
  gint64 until_us = self->now_us + duration_us;

  while (TRUE)
    {
      gint64 next_us = MIN (next_media_us (&self->caller), next_media_us (&self->callee));

      next_us = MIN (next_us, yodel_session_core_next_deadline_us (self->caller.core));
      next_us = MIN (next_us, yodel_session_core_next_deadline_us (self->callee.core));
      next_us = MIN (next_us, sim_network_next_deadline_us (self->network));
      next_us = MIN (next_us, MIN (next_job_us (&self->caller), next_job_us (&self->callee)));
      if (self->rival_ops != NULL)
        next_us = MIN (next_us, self->rival_ops->next_deadline_us (self->rival));
      if (next_us > until_us)
        break;

      self->now_us = MAX (self->now_us, next_us);
      deliver (self);
      if (self->rival_ops != NULL)
        self->rival_ops->advance (self->rival, self->network, self->now_us);
      give_media (&self->caller);
      give_media (&self->callee);
    }

  self->now_us = until_us;
}

double
sim_peer_get_number (SimPeer    *peer,
                     const char *type,
                     const char *kind,
                     const char *name)
{
  g_autoptr (YodelStats) stats = NULL;
  GVariantBuilder objects;
  double value = -1;

  g_variant_builder_init (&objects, G_VARIANT_TYPE ("aa{sv}"));
  yodel_session_core_add_stats (peer->core, &objects, peer->call->now_us);
  stats = yodel_stats_new (g_variant_builder_end (&objects));
  if (!yodel_stats_get_number (stats, type, kind, name, &value))
    g_test_message ("no %s of %s %s", name, type, kind);
  return value;
}

double
sim_peer_get_loudness (SimPeer *peer,
                       gint64   duration_us)
{
  gsize n = MIN (peer->heard->len, (gsize) (duration_us * 48 / 1000));
  guint loud = 0;

  for (gsize i = peer->heard->len - n; i < peer->heard->len; i++)
    loud += ABS (g_array_index (peer->heard, gint16, i)) > 300;

  return n > 0 ? (double) loud / n : 0;
}

/* In windows of 40 ms, for stretching moves the phase. */
double
sim_get_tone (const GArray *heard,
              double        frequency_hz,
              gint64        duration_us)
{
  const guint window = 1920;
  guint n = MIN (heard->len, (guint) (duration_us * 48 / 1000)) / window;
  const gint16 *samples = (const gint16 *) heard->data + heard->len - n * window;
  double sum = 0;

  for (guint i = 0; i < n; i++, samples += window)
    {
      double re = 0, im = 0;

      for (guint j = 0; j < window; j++)
        {
          re += samples[j] * cos (2 * G_PI * frequency_hz * j / 48000);
          im += samples[j] * sin (2 * G_PI * frequency_hz * j / 48000);
        }
      sum += 2 * sqrt (re * re + im * im) / window;
    }
  return n > 0 ? sum / n : 0;
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 difference = *(const gint64 *) a - *(const gint64 *) b;

  return difference < 0 ? -1 : difference > 0;
}

gint64
sim_peer_get_lip_skew (SimPeer *peer,
                       gint64   from_us,
                       guint    percent,
                       guint   *n_claps)
{
  g_autoptr (GArray) skews_us = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0, j = 0; i < peer->claps_heard_us->len; i++)
    {
      gint64 heard_us = g_array_index (peer->claps_heard_us, gint64, i);
      gint64 skew_us;

      while (j < peer->claps_seen_us->len
             && g_array_index (peer->claps_seen_us, gint64, j) < heard_us - SIM_CLAP_US / 2)
        j++;
      if (heard_us < from_us || j == peer->claps_seen_us->len)
        continue;

      skew_us = g_array_index (peer->claps_seen_us, gint64, j) - heard_us;
      if (skew_us > SIM_CLAP_US / 2)   /* nobody saw this one */
        continue;
      g_test_message ("at %.2f s: picture behind sound by %.1f ms", (heard_us - peer->call->began_us) / 1e6, skew_us / 1e3);
      skew_us = ABS (skew_us);
      g_array_append_val (skews_us, skew_us);
    }

  *n_claps = skews_us->len;
  g_assert_cmpuint (skews_us->len, >, 0);
  g_array_sort (skews_us, compare_times);
  return g_array_index (skews_us, gint64, (skews_us->len - 1) * percent / 100);
}
