/* Sound in whole calls in virtual time: on links that hardly carry it, and beside a picture. */
#include "lib/sim-call.h"

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
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "frameDurationMs"), ==, 20);
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
  return g_test_run ();
}
