/* Sound in whole calls in virtual time: on links that hardly carry it, and beside a picture. */
#include "audio/opus-encoder.h"
#include "audio/opus-payload.h"
#include "audio/speech-decoder.h"
#include "lib/sim-call.h"

#include <math.h>
#include <string.h>

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)
#define MS(n)      ((gint64) (n) * 1000)

/* ---- survival ---- */

typedef struct
{
  const char *name;
  guint       rate_bps;
  gboolean    with_video;
  double      most_concealed;       /* of what is heard once the first ten seconds are over */
} Thin;

/* With loss of 2 % a tenth is what little is lost beside that while more is tried in vain. */
static const Thin thin_links[] = {
  { "at-24-kbit",            24000, FALSE, 0.08 },
  { "at-20-kbit",            20000, FALSE, 0.10 },
  { "at-24-kbit-no-picture", 24000, TRUE,  0.10 },
};

static double
concealed_between (SimPeer *peer,
                   gint64   duration_us)
{
  double concealed = sim_peer_get_number (peer, "inbound-rtp", "audio", "concealedSamples");
  double total = sim_peer_get_number (peer, "inbound-rtp", "audio", "totalSamplesReceived");

  sim_call_run (peer->call, duration_us);
  concealed = sim_peer_get_number (peer, "inbound-rtp", "audio", "concealedSamples") - concealed;
  return concealed / (sim_peer_get_number (peer, "inbound-rtp", "audio", "totalSamplesReceived") - total);
}

/* A link that carries little from the first packet on, and much after a minute. */
static void
test_survival (gconstpointer data)
{
  const Thin *thin = data;
  const SimRate rates[] = { { 0, thin->rate_bps }, { 1000 * G_USEC_PER_SEC + SECONDS (60), 2000000 } };
  const SimLinkConfig link = {
    .rates = rates, .n_rates = G_N_ELEMENTS (rates), .queue_us = MS (500), .delay_us = MS (50), .loss = 0.02,
  };
  g_autoptr (SimCall) call = sim_call_new (20261122, thin->with_video);
  const SimFlowStats *forth = sim_network_get_stats (call->network, 0, SIM_FORTH);
  double concealed;
  guint64 before;

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (10));
  before = forth->queue_drops;
  concealed = concealed_between (&call->callee, SECONDS (45));
  g_test_message ("concealed %.1f %%, dropped by the queue %u", 100 * concealed, (guint) (forth->queue_drops - before));

  g_assert_cmpuint (call->caller.n_survivals, ==, call->caller.n_survived + 1);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "frameDurationMs"), >=, 40);
  g_assert_cmpfloat (concealed, <, thin->most_concealed);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (10)), >, 0.5);

  sim_call_run (call, SECONDS (60));
  g_assert_cmpuint (call->caller.n_survivals, ==, call->caller.n_survived);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "targetBitrate"), >=, 28000);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "frameDurationMs"), <=, 20);
}

/* ---- what the program wants, and what the network allows ---- */

static void
test_music (void)
{
  static const SimRate rates[] = { { 0, 3000000 }, { 1000 * G_USEC_PER_SEC + SECONDS (10), 60000 } };
  const SimLinkConfig link = { .rates = rates, .n_rates = G_N_ELEMENTS (rates), .queue_us = MS (300), .delay_us = MS (20) };
  const YodelAudioSettings usual = { .music = TRUE }, rich = { .music = TRUE, .max_bitrate_bps = 128000 };
  g_autoptr (SimCall) call = sim_call_new (20261122, FALSE);

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  yodel_session_core_set_sound (call->caller.core, call->caller.audio, &usual);
  yodel_session_core_set_sound (call->callee.core, call->callee.audio, &rich);
  sim_call_run (call, SECONDS (9));
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "targetBitrate"), ==, 64000);
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "outbound-rtp", "audio", "targetBitrate"), ==, 128000);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "inbound-rtp", "audio", "bytesReceived"), >, 9 * 128000 / 8 * 0.7);

  sim_call_run (call, SECONDS (11));
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "outbound-rtp", "audio", "targetBitrate"), <=, 40000);
}

static void
test_silence_is_left_out (void)
{
  const SimLinkConfig link = { .delay_us = MS (20) };
  const YodelAudioSettings settings = { .discontinuous = TRUE };
  g_autoptr (SimCall) call = sim_call_new (20261122, FALSE);
  double before;

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  yodel_session_core_set_sound (call->caller.core, call->caller.audio, &settings);
  sim_call_run (call, SECONDS (3));
  call->caller.silent = TRUE;
  sim_call_run (call, SECONDS (2));
  before = sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "packetsSent");
  g_assert_cmpfloat (concealed_between (&call->callee, SECONDS (6)), ==, 0);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "packetsSent") - before, <, 6 * 5);

  call->caller.silent = FALSE;
  sim_call_run (call, SECONDS (3));
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (2)), >, 0.5);
}

/* ---- left and right ---- */

typedef struct
{
  const char   *name;
  SimLinkConfig link;
  guint         max_bitrate_bps;
  guint         rate_bps;           /* that comes of it; 0: copies take their share */
  double        apart;              /* how many times louder each tone is on its own side */
} Stereo;

static const Stereo stereo_links[] = {
  { "a-clean-link",       { .delay_us = MS (20) }, 0,      96000,  50 },
  { "the-highest-rate",   { .delay_us = MS (20) }, 128000, 128000, 50 },
  { "loss-and-jitter",    { .delay_us = MS (30), .jitter_us = MS (15), .loss = 0.05 }, 0, 0, 20 },
};

static void
assert_loud (const GArray *heard,
             double        frequency_hz,
             double        amplitude)
{
  double found = sim_get_tone (heard, frequency_hz, SECONDS (5));

  g_test_message ("%.0f Hz: %.0f of %.0f", frequency_hz, found, amplitude);
  g_assert_cmpfloat (found, >, 0.85 * amplitude);
  g_assert_cmpfloat (found, <, 1.15 * amplitude);
}

static void
test_stereo (gconstpointer data)
{
  const Stereo *c = data;
  const YodelAudioSettings settings = { .music = TRUE, .stereo = TRUE, .max_bitrate_bps = c->max_bitrate_bps };
  g_autoptr (SimCall) call = sim_call_new (20261127, FALSE);
  SimPeer *ear = &call->callee;

  sim_call_set_link (call, &c->link);
  yodel_session_core_set_sound (call->caller.core, call->caller.audio, &settings);
  sim_call_negotiate (call, &call->caller);
  yodel_session_core_set_sound (ear->core, ear->audio, &settings);
  sim_call_negotiate (call, ear);
  call->caller.stereo = TRUE;
  sim_call_run (call, SECONDS (10));

  if (c->rate_bps != 0)
    g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "targetBitrate"), ==, c->rate_bps);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "codec", NULL, "channels"), ==, 2);
  g_assert_cmpuint (ear->heard->len, ==, ear->heard_right->len);
  assert_loud (ear->heard, SIM_LEFT_HZ, SIM_TONE);
  assert_loud (ear->heard_right, SIM_RIGHT_HZ, SIM_TONE);
  g_assert_cmpfloat (sim_get_tone (ear->heard, SIM_RIGHT_HZ, SECONDS (5)), <, SIM_TONE / c->apart);
  g_assert_cmpfloat (sim_get_tone (ear->heard_right, SIM_LEFT_HZ, SECONDS (5)), <, SIM_TONE / c->apart);

  /* The voice of the other side has one channel: it is in the middle, and costs no more than one. */
  g_assert_cmpuint (call->caller.heard->len, ==, call->caller.heard_right->len);
  g_assert_cmpmem (call->caller.heard->data, call->caller.heard->len * 2,
                   call->caller.heard_right->data, call->caller.heard->len * 2);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->caller, SECONDS (5)), >, 0.5);
}

/* The peer wants one channel: it gets both in it, none louder than it was. */
static void
test_stereo_to_mono (void)
{
  const SimLinkConfig link = { .delay_us = MS (20) };
  const YodelAudioSettings settings = { .music = TRUE, .stereo = TRUE };
  g_autoptr (SimCall) call = sim_call_new (20261127, FALSE);
  SimPeer *ear = &call->callee;

  sim_call_set_link (call, &link);
  yodel_session_core_set_sound (call->caller.core, call->caller.audio, &settings);
  sim_call_negotiate (call, &call->caller);
  call->caller.stereo = TRUE;
  sim_call_run (call, SECONDS (8));

  g_assert_cmpuint (ear->heard_right->len, ==, 0);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "codec", NULL, "channels"), ==, 1);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "targetBitrate"), ==, 64000);
  assert_loud (ear->heard, SIM_LEFT_HZ, SIM_TONE / 2);
  assert_loud (ear->heard, SIM_RIGHT_HZ, SIM_TONE / 2);
}

/* Both change their mind in mid-call, and nothing is lost at the seam. */
static void
test_stereo_in_mid_call (void)
{
  const SimLinkConfig link = { .delay_us = MS (20) };
  const YodelAudioSettings mono = { .music = TRUE }, stereo = { .music = TRUE, .stereo = TRUE };
  g_autoptr (SimCall) call = sim_call_new (20261127, FALSE);
  SimPeer *ear = &call->callee;
  guint mono_samples;

  sim_call_set_link (call, &link);
  yodel_session_core_set_sound (call->caller.core, call->caller.audio, &mono);
  sim_call_negotiate (call, &call->caller);
  call->caller.stereo = TRUE;
  sim_call_run (call, SECONDS (3));
  mono_samples = ear->heard->len;
  g_assert_cmpuint (ear->heard_right->len, ==, 0);

  yodel_session_core_set_sound (call->caller.core, call->caller.audio, &stereo);
  yodel_session_core_set_sound (ear->core, ear->audio, &stereo);
  g_assert_true (yodel_negotiation_is_needed (yodel_session_core_get_negotiation (call->caller.core)));
  sim_call_negotiate (call, &call->caller);
  g_assert_false (yodel_negotiation_is_needed (yodel_session_core_get_negotiation (call->caller.core)));
  sim_call_run (call, SECONDS (7));
  g_assert_cmpuint (ear->heard_right->len, ==, ear->heard->len - mono_samples);
  g_assert_cmpfloat (sim_peer_get_number (ear, "inbound-rtp", "audio", "concealedSamples"), <, 48000 / 20);
  assert_loud (ear->heard, SIM_LEFT_HZ, SIM_TONE);
  assert_loud (ear->heard_right, SIM_RIGHT_HZ, SIM_TONE);
  g_assert_cmpfloat (sim_get_tone (ear->heard, SIM_RIGHT_HZ, SECONDS (5)), <, SIM_TONE / 50);
}

/* ---- lengths of frames, rates ---- */

#define SLICE       960             /* 20 ms */
#define LAG_STEP    120
#define MOST_LAG    24000

typedef struct
{
  const char *name;
  const char *lines;                /* of whoever receives */
  const char *format;
  guint       max_bitrate_bps;      /* of whoever sends */
  guint       frame_ms;             /* that comes of it */
  guint       rate_bps;
} Frames;

static const Frames frame_cases[] = {
  { "10-ms",                      "a=ptime:10\r\n",                     NULL,     0,      10, 32000 },
  { "20-ms",                      NULL,                                 NULL,     0,      20, 32000 },
  { "20-ms-asked-for",            "a=ptime:20\r\n",                     NULL,     0,      20, 32000 },
  { "40-ms",                      "a=ptime:40\r\na=maxptime:120\r\n",   NULL,     0,      40, 32000 },
  { "60-ms",                      "a=ptime:60\r\n",                     NULL,     0,      60, 32000 },
  { "no-longer-than-maxptime",    "a=ptime:60\r\na=maxptime:40\r\n",    NULL,     0,      40, 32000 },
  { "maxptime-under-the-usual",   "a=maxptime:10\r\n",                  NULL,     0,      10, 32000 },
  { "one-between-two",            "a=ptime:50\r\n",                     NULL,     0,      40, 32000 },
  { "longer-than-we-make",        "a=ptime:120\r\n",                    NULL,     0,      60, 32000 },
  { "6-kbit-makes-frames-long",   NULL,                                 NULL,     6000,   60, 6000 },
  { "6-kbit-in-20-ms",            "a=maxptime:20\r\n",                  NULL,     6000,   20, 6000 },
  { "128-kbit",                   NULL,                                 NULL,     128000, 20, 128000 },
  { "128-kbit-in-10-ms",          "a=ptime:10\r\n",                     NULL,     128000, 10, 128000 },
  { "the-peers-maxaveragebitrate", NULL, ";maxaveragebitrate=20000",              0,      20, 20000 },
  { "constant-rate",              NULL,                                 ";cbr=1", 0,      20, 32000 },
  { "constant-rate-in-60-ms",     "a=ptime:60\r\n",                     ";cbr=1", 24000,  60, 24000 },
};

static double
slice_level (const GArray *sound,
             guint         at)
{
  double sum = 1;

  for (guint i = at; i < at + SLICE; i++)
    sum += (double) g_array_index (sound, gint16, i) * g_array_index (sound, gint16, i);
  return sqrt (sum / SLICE);
}

/* The correlation of how loud two sounds are, the second so many samples ahead.  @gain: of the second over the first */
static double
likeness_at (const GArray *said,
             const GArray *heard,
             guint         lag,
             double       *gain)
{
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0, n = 0;

  for (guint at = 2 * 48000; at + MOST_LAG + SLICE <= MIN (said->len, heard->len); at += SLICE)
    {
      double a = slice_level (said, at + lag), b = slice_level (heard, at);

      sa += a;
      sb += b;
      saa += a * a;
      sbb += b * b;
      sab += a * b;
      n++;
    }
  *gain = sqrt (sbb / saa);
  return (sab - sa * sb / n) / sqrt ((saa - sa * sa / n) * (sbb - sb * sb / n));
}

static double
likeness (const GArray *said,
          const GArray *heard,
          double       *gain)
{
  double best = -1;

  *gain = 0;
  for (guint lag = 0; lag < MOST_LAG; lag += LAG_STEP)
    {
      double lag_gain, alike = likeness_at (said, heard, lag, &lag_gain);

      if (alike <= best)
        continue;
      best = alike;
      *gain = lag_gain;
    }
  return best;
}

static gboolean
is_constant (const Frames *c)
{
  return c->format != NULL && strstr (c->format, "cbr=1") != NULL;
}

/* Returns: (transfer full): what the codec makes of it without a network */
static GArray *
code_alone (const Frames *c,
            const GArray *said)
{
  g_autoptr (YodelOpusEncoder) encoder = yodel_opus_encoder_new ();
  YodelSpeechDecoder *decoder = yodel_speech_decoder_new (1);
  GArray *coded = g_array_new (FALSE, FALSE, sizeof (gint16));
  guint n;

  yodel_opus_encoder_set_frame_ms (encoder, c->frame_ms);
  yodel_opus_encoder_set_bitrate_bps (encoder, c->rate_bps);
  yodel_opus_encoder_set_vbr (encoder, !is_constant (c));
  n = yodel_opus_encoder_get_frame_samples (encoder);

  for (guint at = 0; at + n <= said->len; at += n)
    {
      guint8 packet[YODEL_OPUS_MAX_BYTES];
      gint16 pcm[YODEL_OPUS_MAX_PACKET_SAMPLES];
      gssize size = yodel_opus_encoder_encode (encoder, &g_array_index (said, gint16, at), n, packet, sizeof packet);

      g_assert_cmpint (yodel_speech_decoder_decode (decoder, packet, size, pcm, G_N_ELEMENTS (pcm)), ==, n);
      g_array_append_vals (coded, pcm, n);
    }
  yodel_speech_decoder_free (decoder);
  return coded;
}

static void
assert_sent (const Frames  *c,
             const SimPeer *from,
             const SimPeer *to,
             guint          seconds)
{
  g_autoptr (GArray) coded = code_alone (c, from->said);
  double gain, alike = likeness (coded, to->heard, &gain);

  g_test_message ("%u packets of %zu to %zu bytes, likeness %.3f, %.1f dB", from->n_packets, from->least_bytes, from->most_bytes,
                  alike, 20 * log10 (gain));
  g_assert_cmpuint (from->n_packets, >=, (seconds * 1000 - 200) / c->frame_ms);
  g_assert_cmpuint (from->n_packets, <=, (seconds * 1000 + 200) / c->frame_ms);
  g_assert_cmpfloat (alike, >=, 0.999);
  g_assert_cmpfloat (fabs (20 * log10 (gain)), <, 0.3);
  if (is_constant (c))
    g_assert_cmpuint (from->least_bytes, ==, from->most_bytes);
  else
    g_assert_cmpuint (from->least_bytes, <, from->most_bytes);
}

/* Both say it, one in the offer and one in the answer, and each does what the other says. */
static void
test_frames (gconstpointer data)
{
  const Frames *c = data;
  const SimLinkConfig link = { .delay_us = MS (20) };
  const YodelAudioSettings settings = { .max_bitrate_bps = c->max_bitrate_bps };
  g_autoptr (SimCall) call = sim_call_new (20261127, FALSE);
  SimPeer *peers[] = { &call->caller, &call->callee };

  sim_call_set_link (call, &link);
  for (guint i = 0; i < 2; i++)
    {
      peers[i]->sound_lines = c->lines;
      peers[i]->sound_format = c->format;
      yodel_session_core_set_sound (peers[i]->core, peers[i]->audio, &settings);
    }
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (15));

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpfloat (sim_peer_get_number (peers[i], "outbound-rtp", "audio", "frameDurationMs"), ==, c->frame_ms);
      g_assert_cmpfloat (sim_peer_get_number (peers[i], "outbound-rtp", "audio", "targetBitrate"), ==, c->rate_bps);
      g_assert_cmpfloat (sim_peer_get_number (peers[i], "inbound-rtp", "audio", "concealedSamples"), ==, 0);
      assert_sent (c, peers[i], peers[1 - i], 15);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (thin_links); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/sound/survives/", thin_links[i].name, NULL);
      g_test_add_data_func (path, &thin_links[i], test_survival);
    }
  g_test_add_func ("/sim/sound/music-takes-what-there-is", test_music);
  g_test_add_func ("/sim/sound/silence-is-left-out-and-no-loss", test_silence_is_left_out);
  for (guint i = 0; i < G_N_ELEMENTS (stereo_links); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/sound/stereo/", stereo_links[i].name, NULL);
      g_test_add_data_func (path, &stereo_links[i], test_stereo);
    }
  g_test_add_func ("/sim/sound/stereo/to-a-mono-peer", test_stereo_to_mono);
  g_test_add_func ("/sim/sound/stereo/in-mid-call", test_stereo_in_mid_call);
  for (guint i = 0; i < G_N_ELEMENTS (frame_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/sound/frames/", frame_cases[i].name, NULL);
      g_test_add_data_func (path, &frame_cases[i], test_frames);
    }
  return g_test_run ();
}
