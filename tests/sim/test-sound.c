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
  const YodelAudioSendSettings usual = { .music = TRUE }, rich = { .music = TRUE, .max_bitrate_bps = 128000 };
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
  const YodelAudioSendSettings settings = { .discontinuous = TRUE };
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
  return g_test_run ();
}
