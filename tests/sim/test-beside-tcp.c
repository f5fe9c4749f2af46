/* A call beside a long flow of TCP Cubic, RFC 8867 section 5.6, with a picture, in virtual time: what
 * the full queue drops is not to stop the picture. */
#include "congestion/tcp-flow.h"
#include "lib/sim-call.h"

#define MS(n)       ((gint64) (n) * 1000)
#define SECONDS(n)  ((gint64) (n) * G_USEC_PER_SEC)

#define RATE_BPS    2000000
#define TCP_ALONE_S 5
#define SETTLE_S    5
#define JUDGED_S    50
#define N_CALLS     2            /* of each case; ten times as many with -m slow */

/* The rule of W3C's freezeCount, over the mean of the whole window. */
#define FREEZE_EXTRA_US MS (150)

typedef struct
{
  const char *name;
  guint       queue_ms;
  double      max_freezes;       /* a call, in the mean */
  double      min_share;         /* of half of the link */
  double      max_concealed;     /* of the sound */
} Case;

static const Case cases[] = {
  { "queue-300",  300,  0, 0.35, 0.01 },
  { "queue-1000", 1000, 8, 0.25, 0.02 },
};

typedef struct
{
  guint  freezes;
  guint  pauses;
  gint64 frozen_us;
  gint64 longest_us;
  double share;
  double concealed;
  double lost;
  double fps;
} Figures;

static void
count_freezes (const SimPeer *peer,
               gint64         begin_us,
               gint64         end_us,
               Figures       *figures)
{
  gint64 last_us = begin_us, mean_us;
  guint n = 0;

  for (guint i = 0; i < peer->shown_us->len; i++)
    n += g_array_index (peer->shown_us, gint64, i) > begin_us;
  mean_us = (end_us - begin_us) / MAX (n, 1);
  figures->fps += n * (double) G_USEC_PER_SEC / (end_us - begin_us);

  for (guint i = 0; i <= peer->shown_us->len; i++)
    {
      gint64 at_us = i < peer->shown_us->len ? g_array_index (peer->shown_us, gint64, i) : end_us;

      if (at_us <= begin_us)
        continue;
      figures->longest_us = MAX (figures->longest_us, at_us - last_us);
      if (at_us - last_us > MAX (3 * mean_us, mean_us + FREEZE_EXTRA_US))
        {
          figures->freezes++;
          figures->frozen_us += at_us - last_us;
          g_test_message ("  frozen %d ms at %.2f s", (int) ((at_us - last_us) / 1000),
                          (at_us - peer->call->began_us) / 1e6);
        }
      last_us = at_us;
    }
}

static void
advance_tcp (gpointer    rival,
             SimNetwork *network,
             gint64      now_us)
{
  tcp_flow_advance (rival, network, now_us);
}

static void
take_tcp (gpointer           rival,
          SimNetwork        *network,
          const SimDelivery *delivery)
{
  tcp_flow_take (rival, network, delivery);
}

static gint64
next_tcp_us (gpointer rival)
{
  return tcp_flow_next_deadline_us (rival);
}

static const SimRivalOps tcp_ops = { advance_tcp, take_tcp, next_tcp_us };

/* The rival fills the queue before the call begins. */
static void
run_alone (SimCall *call,
           TcpFlow *tcp)
{
  gint64 until_us = call->now_us + SECONDS (TCP_ALONE_S);

  while (call->now_us < until_us)
    {
      SimDelivery delivery;

      while (sim_network_poll (call->network, &delivery, call->now_us))
        {
          tcp_flow_take (tcp, call->network, &delivery);
          g_bytes_unref (delivery.packet);
        }
      tcp_flow_advance (tcp, call->network, call->now_us);
      call->now_us = MAX (call->now_us + 1,
                          MIN (tcp_flow_next_deadline_us (tcp), sim_network_next_deadline_us (call->network)));
    }
  call->began_us = call->now_us;
}

static double
get_concealed (SimCall *call)
{
  return sim_peer_get_number (&call->callee, "inbound-rtp", "audio", "concealedSamples")
         / sim_peer_get_number (&call->callee, "inbound-rtp", "audio", "totalSamplesReceived");
}

static void
place_call (const Case *c,
            guint32     seed,
            Figures    *figures)
{
  static const SimRate rate[] = { { 0, RATE_BPS } };
  const SimLinkConfig forth = { .rates = rate, .n_rates = 1, .queue_us = MS (c->queue_ms), .delay_us = MS (50) };
  const SimLinkConfig back = { .delay_us = MS (50) };
  g_autoptr (SimCall) call = sim_call_new (seed, TRUE);
  const TcpPlan plan = { .stop_us = G_MAXINT64 / 2 };
  TcpFlow *tcp = tcp_flow_new (1, &plan, seed);
  const SimFlowStats *stats = sim_network_get_stats (call->network, 0, SIM_FORTH);
  SimFlowStats before;
  gint64 begin_us;

  sim_call_skip_codec (call, 640, 360);
  sim_network_set_link (call->network, SIM_FORTH, &forth);
  sim_network_set_link (call->network, SIM_BACK, &back);
  call->rival_ops = &tcp_ops;
  call->rival = tcp;
  run_alone (call, tcp);
  sim_call_negotiate (call, &call->caller);
  call->callee.no_pictures = TRUE;
  sim_call_run (call, SECONDS (SETTLE_S));
  before = *stats;
  begin_us = call->now_us;
  sim_call_run (call, SECONDS (JUDGED_S));

  figures->share += (stats->delivered_bytes - before.delivered_bytes) * 8.0 / JUDGED_S / (RATE_BPS / 2.0);
  figures->lost += (stats->queue_drops - before.queue_drops) / (double) (stats->sent - before.sent);
  figures->pauses += call->caller.n_paused;
  figures->concealed += get_concealed (call);
  count_freezes (&call->callee, begin_us, call->now_us, figures);
  tcp_flow_free (tcp);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  guint n_calls = g_test_slow () ? 10 * N_CALLS : N_CALLS;
  Figures sum = { 0 };

  for (guint i = 0; i < n_calls; i++)
    place_call (c, 1000 + i, &sum);

  g_test_message ("a call of %d s: %.2f freezes, %.3f s frozen, %u pauses, longest %.0f ms, share %.2f, lost %.2f %%, concealed %.2f %%, %.1f fps",
                  JUDGED_S, (double) sum.freezes / n_calls, sum.frozen_us / 1e6 / n_calls, sum.pauses, sum.longest_us / 1000.0,
                  sum.share / n_calls, 100 * sum.lost / n_calls, 100 * sum.concealed / n_calls, sum.fps / n_calls);
  if (sum.freezes > c->max_freezes * n_calls)
    g_test_fail_printf ("%u freezes in %u calls", sum.freezes, n_calls);
  if (sum.concealed > c->max_concealed * n_calls)
    g_test_fail_printf ("%.2f %% of the sound", 100 * sum.concealed / n_calls);
  if (sum.share < c->min_share * n_calls)
    g_test_fail_printf ("%.2f of its share", sum.share / n_calls);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/beside-tcp/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
