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
  return g_test_run ();
}
