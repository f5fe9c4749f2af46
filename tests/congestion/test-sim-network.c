#include "lib/sim-network.h"

#define MS G_TIME_SPAN_MILLISECOND

typedef struct
{
  guint  n;
  gint64 last_us;
  gint64 first_us;
  guint  n_backwards;
  gint64 max_queued_us;
} Tally;

/* One packet of 1250 bytes (10 ms at 1 Mbit/s) each @every_us. */
static Tally
run (SimNetwork *network,
     guint       n_packets,
     gint64      every_us)
{
  Tally tally = { .first_us = -1 };
  gint64 last_number = -1;
  SimDelivery delivery;
  guint sent = 0;

  for (gint64 now_us = 0; now_us < n_packets * every_us + 60 * G_USEC_PER_SEC; now_us += MS)
    {
      for (; sent < n_packets && sent * every_us <= now_us; sent++)
        sim_network_send (network, 1, SIM_FORTH, g_bytes_new (&sent, sizeof sent), 1250, sent * every_us);
      while (sim_network_poll (network, &delivery, now_us))
        {
          gint64 number = *(const guint *) g_bytes_get_data (delivery.packet, NULL);

          if (tally.first_us < 0)
            tally.first_us = delivery.arrived_us;
          tally.n++;
          tally.n_backwards += number < last_number;
          last_number = number;
          tally.last_us = delivery.arrived_us;
          tally.max_queued_us = MAX (tally.max_queued_us, delivery.queued_us);
          g_bytes_unref (delivery.packet);
        }
    }
  g_assert_cmpint (sim_network_next_deadline_us (network), ==, G_MAXINT64);
  return tally;
}

static void
test_rate_and_queue (void)
{
  static const SimRate rates[] = { { 0, 1000000 } };
  SimLinkConfig config = { .rates = rates, .n_rates = 1, .queue_us = 300 * MS, .delay_us = 50 * MS };
  g_autoptr (SimNetwork) network = sim_network_new (1);
  Tally tally;

  sim_network_set_link (network, SIM_FORTH, &config);
  tally = run (network, 2000, 5 * MS);                    /* twice what it carries, for 10 s */
  g_assert_cmpint (tally.first_us, ==, 60 * MS);
  g_assert_cmpuint (tally.n, >=, 1000);
  g_assert_cmpuint (tally.n, <=, 1035);
  g_assert_cmpint (tally.max_queued_us, <=, 310 * MS);
  g_assert_cmpint (tally.max_queued_us, >=, 290 * MS);
  g_assert_cmpuint (sim_network_get_stats (network, 1, SIM_FORTH)->queue_drops, ==, 2000 - tally.n);
}

static void
test_dead_link_keeps_what_it_holds (void)
{
  static const SimRate rates[] = { { 0, 1000000 }, { 100 * MS, 0 }, { 5000 * MS, 1000000 } };
  SimLinkConfig config = { .rates = rates, .n_rates = 3, .queue_us = 300 * MS };
  g_autoptr (SimNetwork) network = sim_network_new (1);
  Tally tally;

  sim_network_set_link (network, SIM_FORTH, &config);
  tally = run (network, 400, 10 * MS);
  g_assert_cmpuint (tally.n, >=, 38);
  g_assert_cmpuint (tally.n, <=, 42);
  g_assert_cmpint (tally.last_us, >=, 5300 * MS);
  g_assert_cmpint (tally.last_us, <=, 5320 * MS);
}

static void
test_set_rate_counts_from_now (void)
{
  SimLinkConfig config = { 0 };
  g_autoptr (SimNetwork) network = sim_network_new (1);
  Tally tally;

  sim_network_set_link (network, SIM_FORTH, &config);
  sim_network_set_rate (network, SIM_FORTH, 500000, 0);
  tally = run (network, 100, 10 * MS);
  g_assert_cmpint (tally.last_us, ==, 2000 * MS);
}

typedef struct
{
  const char    *name;
  SimLinkConfig  config;
  guint          min_arrived, max_arrived;     /* of 10000 */
  gboolean       is_in_order;
} Trouble;

static const Trouble troubles[] = {
  { "none",            { .delay_us = MS },                                       10000, 10000, TRUE },
  { "random-loss",     { .loss = 0.1 },                                          8850, 9150, TRUE },
  { "burst-loss",      { .burst_loss = 0.2, .burst_packets = 3 },                7700, 8300, TRUE },
  { "duplicates",      { .duplicates = 0.05 },                                   10400, 10600, TRUE },
  { "jitter-in-order", { .jitter_us = 5 * MS },                                  10000, 10000, TRUE },
  { "jitter",          { .jitter_us = 5 * MS, .jitter_reorders = TRUE },         10000, 10000, FALSE },
  { "reordering",      { .reordered = 0.02, .reordered_us = 20 * MS },           10000, 10000, FALSE },
};

static void
test_trouble (gconstpointer data)
{
  const Trouble *trouble = data;
  g_autoptr (SimNetwork) network = sim_network_new (11);
  Tally tally;

  sim_network_set_link (network, SIM_FORTH, &trouble->config);
  tally = run (network, 10000, 2 * MS);
  g_assert_cmpuint (tally.n, >=, trouble->min_arrived);
  g_assert_cmpuint (tally.n, <=, trouble->max_arrived);
  g_assert_cmpint (tally.n_backwards == 0, ==, trouble->is_in_order);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lib/sim-network/rate-and-queue", test_rate_and_queue);
  g_test_add_func ("/lib/sim-network/dead-link-keeps-what-it-holds", test_dead_link_keeps_what_it_holds);
  g_test_add_func ("/lib/sim-network/set-rate-counts-from-now", test_set_rate_counts_from_now);
  for (guint i = 0; i < G_N_ELEMENTS (troubles); i++)
    {
      g_autofree char *path = g_strconcat ("/lib/sim-network/trouble/", troubles[i].name, NULL);

      g_test_add_data_func (path, &troubles[i], test_trouble);
    }
  return g_test_run ();
}
