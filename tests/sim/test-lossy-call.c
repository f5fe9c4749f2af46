/* Pictures over a lossy link of 1.5 Mbit/s, many calls in virtual time: how often they freeze. */
#include "lib/sim-call.h"

#define MS(n)       ((gint64) (n) * 1000)
#define SECONDS(n)  ((gint64) (n) * G_USEC_PER_SEC)

#define SETTLE_S    8
#define JUDGED_S    20
#define N_CALLS     4            /* of each case; ten times as many with -m slow */

/* The rule of W3C's freezeCount, over the mean of the whole window. */
#define FREEZE_EXTRA_US MS (150)

typedef struct
{
  const char *name;
  guint       rtt_ms;
  double      loss;
  double      max_freezes;       /* a call, in the mean */
  double      min_kbps;
} Case;

static const Case cases[] = {
  { "rtt-50-loss-2",   50,  0.02, 0,   1000 },
  { "rtt-50-loss-5",   50,  0.05, 0,   1000 },
  { "rtt-50-loss-10",  50,  0.10, 1,   900  },
  { "rtt-150-loss-2",  150, 0.02, 0,   1000 },
  { "rtt-150-loss-5",  150, 0.05, 1,   1000 },
  { "rtt-150-loss-10", 150, 0.10, 1,   900  },
  { "rtt-250-loss-10", 250, 0.10, 2,   900  },
  { "rtt-300-loss-5",  300, 0.05, 1,   1000 },
  { "rtt-300-loss-10", 300, 0.10, 2,   700  },
  { "rtt-500-loss-5",  500, 0.05, 2,   600  },
};

typedef struct
{
  guint  freezes;
  gint64 frozen_us;
  double kbps;
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

  for (guint i = 0; i <= peer->shown_us->len; i++)
    {
      gint64 at_us = i < peer->shown_us->len ? g_array_index (peer->shown_us, gint64, i) : end_us;

      if (at_us <= begin_us)
        continue;
      if (at_us - last_us > MAX (3 * mean_us, mean_us + FREEZE_EXTRA_US))
        {
          figures->freezes++;
          figures->frozen_us += at_us - last_us - mean_us;
          g_test_message ("  frozen %d ms at %.2f s", (int) ((at_us - last_us) / 1000),
                          (at_us - peer->call->began_us) / 1e6);
        }
      last_us = at_us;
    }
}

static void
place_call (const Case *c,
            guint32     seed,
            Figures    *figures)
{
  static const SimRate rate[] = { { 0, 1500000 } };
  const SimLinkConfig link = {
    .rates = rate, .n_rates = 1, .queue_us = MS (300), .delay_us = MS (c->rtt_ms / 2), .loss = c->loss,
  };
  g_autoptr (SimCall) call = sim_call_new (seed, TRUE);
  guint64 bytes;
  gint64 begin_us;

  sim_call_skip_codec (call, 640, 360);
  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  call->callee.no_pictures = TRUE;
  call->caller.no_sound = call->callee.no_sound = TRUE;

  sim_call_run (call, SECONDS (SETTLE_S));
  bytes = sim_network_get_stats (call->network, 0, SIM_FORTH)->delivered_bytes;
  begin_us = call->now_us;
  sim_call_run (call, SECONDS (JUDGED_S));

  bytes = sim_network_get_stats (call->network, 0, SIM_FORTH)->delivered_bytes - bytes;
  figures->kbps += bytes * 8.0 / (1 - c->loss) / JUDGED_S / 1000;
  count_freezes (&call->callee, begin_us, call->now_us, figures);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  guint n_calls = g_test_slow () ? 10 * N_CALLS : N_CALLS;
  Figures sum = { 0 };

  for (guint i = 0; i < n_calls; i++)
    place_call (c, 1000 + i, &sum);

  g_test_message ("a call of %d s: %.2f freezes, %.3f s frozen, %.0f kbit/s", JUDGED_S,
                  (double) sum.freezes / n_calls, sum.frozen_us / 1e6 / n_calls, sum.kbps / n_calls);
  if (sum.freezes > c->max_freezes * n_calls)
    g_test_fail_printf ("%u freezes in %u calls", sum.freezes, n_calls);
  if (sum.kbps < c->min_kbps * n_calls)
    g_test_fail_printf ("%.0f kbit/s", sum.kbps / n_calls);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/lossy-call/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
