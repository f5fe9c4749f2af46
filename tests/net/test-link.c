/* Two transports in two network namespaces with an emulated link between them, which test-link.sh sets up:
 * test-link NAMESPACE NAMESPACE FIFO, where FIFO takes the settings of wire. */
#include "net/transport-pair.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static PairConfig config;
static const char *fifo;

static void
set_link (const char *settings)
{
  int fd = open (fifo, O_WRONLY | O_CLOEXEC);
  g_autofree char *line = g_strconcat (settings, "\n", NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, line, strlen (line)), ==, strlen (line));
  close (fd);
  g_usleep (20000);      /* wire reads it */
}

/* Sound and reports, as a session sends them. */
static gboolean
on_tick (gpointer data)
{
  static guint16 sequence = 0;
  Pair *pair = data;

  sequence++;
  for (guint i = 0; i < 2; i++)
    if (pair->ends[i].transport != NULL && yodel_transport_can_send (pair->ends[i].transport))
      {
        pair_send (pair, i, sequence, FALSE);
        if (sequence % 50 == 0)
          pair_send (pair, i, sequence, TRUE);
      }
  return G_SOURCE_CONTINUE;
}

static GSource *
start_media (Pair *pair)
{
  GSource *source = g_timeout_source_new (20);

  g_source_set_callback (source, on_tick, pair, NULL);
  g_source_attach (source, pair->context);
  return source;
}

static void
stop_media (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* From the answer in the offerer's hands to media on the later side, in round trips of 100 ms. */
static void
test_early_handshake (void)
{
  gint64 best_us = G_MAXINT64;

  set_link ("delay=50 loss=0 blackout=0");
  for (guint i = 0; i < 3; i++)
    {
      Pair *pair = pair_new (&config);
      GSource *media = g_timeout_source_new (2);
      gint64 start_us;

      g_source_set_callback (media, on_tick, pair, NULL);
      g_source_attach (media, pair->context);
      pair_gather (pair);
      pair_tell (pair, 1);
      start_us = g_get_monotonic_time ();
      pair_tell (pair, 0);
      while (pair->ends[0].first_rtp_us == 0 || pair->ends[1].first_rtp_us == 0)
        g_main_context_iteration (pair->context, TRUE);
      best_us = MIN (best_us, MAX (pair->ends[0].first_rtp_us, pair->ends[1].first_rtp_us) - start_us);
      stop_media (media);
      pair_free (pair);
    }
  g_test_message ("%" G_GINT64_FORMAT " ms", best_us / 1000);
  g_assert_cmpint (best_us, <=, 250 * 1000);
}

/* A quarter of all packets lost each way. */
static void
test_loss (void)
{
  set_link ("delay=50 loss=25 blackout=0");
  for (guint i = 0; i < 8; i++)
    {
      Pair *pair = pair_new (&config);

      pair_gather (pair);
      pair_tell (pair, 1);
      pair_tell (pair, 0);
      g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 3000));
      pair_free (pair);
    }
  set_link ("loss=0");
}

/* Twelve seconds without a packet, and nobody to carry a restart over: sound is back with the link. */
static void
test_dead_link_heals (void)
{
  Pair *pair;
  GSource *media;
  gint64 back_us;
  guint before[2];

  if (!g_test_slow ())
    {
      g_test_skip ("takes 14 s");
      return;
    }
  set_link ("delay=50 loss=0 blackout=0");
  pair = pair_new (&config);
  media = start_media (pair);
  pair_connect (pair);
  pair_run (pair, 500);
  set_link ("blackout=1");
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_RECONNECTING, 3000));
  pair_run (pair, 10000);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (pair->ends[i].state, ==, YODEL_TRANSPORT_RECONNECTING);
      before[i] = pair->ends[i].rtp;
    }
  set_link ("blackout=0");
  back_us = g_get_monotonic_time ();
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 1000));
  g_assert_cmpint (g_get_monotonic_time () - back_us, <=, 200 * 1000);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (pair->ends[i].rtp, >, before[i]);
  stop_media (media);
  pair_free (pair);
}

/* The address of one end changes under the call: a restart moves it over. */
static void
test_address_changes (void)
{
  g_autofree char *add = g_strdup_printf ("ip -n %s addr add 10.77.0.9/24 dev w0", config.namespaces[0]);
  g_autofree char *del = g_strdup_printf ("ip -n %s addr del 10.77.0.1/24 dev w0", config.namespaces[0]);
  g_autofree char *undo = g_strdup_printf ("ip -n %s addr del 10.77.0.9/24 dev w0; ip -n %s addr add 10.77.0.1/24 dev w0",
                                           config.namespaces[0], config.namespaces[0]);
  Pair *pair;
  GSource *media;
  YodelTransportStats stats;
  gint64 start_us;
  guint before;

  set_link ("delay=50 loss=0 blackout=0");
  pair = pair_new (&config);
  media = start_media (pair);
  pair_connect (pair);
  pair_run (pair, 300);

  g_assert_cmpint (system (del), ==, 0);      /* the last address goes, and the subnet with it */
  g_assert_cmpint (system (add), ==, 0);
  start_us = g_get_monotonic_time ();
  while (pair->ends[0].restarts_wanted == 0 && g_get_monotonic_time () - start_us < 3 * G_USEC_PER_SEC)
    g_main_context_iteration (pair->context, TRUE);
  g_assert_cmpuint (pair->ends[0].restarts_wanted, >=, 1);

  for (guint i = 0; i < 2; i++)
    {
      g_ptr_array_set_size (pair->ends[i].candidates, 0);
      pair->ends[i].gathered = FALSE;
      pair_enter (pair, i);
      yodel_transport_restart (pair->ends[i].transport);
      pair_leave (pair);
    }
  while (!pair->ends[0].gathered || !pair->ends[1].gathered)
    g_main_context_iteration (pair->context, TRUE);
  pair_tell (pair, 1);
  pair_tell (pair, 0);
  before = pair->ends[1].rtp;
  while (pair->ends[1].rtp < before + 3 && g_get_monotonic_time () - start_us < 5 * G_USEC_PER_SEC)
    g_main_context_iteration (pair->context, TRUE);
  g_test_message ("back after %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start_us) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <=, 1500 * 1000);
  yodel_transport_get_stats (pair->ends[0].transport, &stats);
  g_assert_cmpstr (stats.local_address, ==, "10.77.0.9");

  stop_media (media);
  pair_free (pair);
  g_assert_cmpint (system (undo), ==, 0);
}

/* Gathering began before the network was there. */
static void
test_late_interface (void)
{
  PairConfig late = config;
  g_autofree char *down = g_strdup_printf ("ip -n %s link set w0 down", config.namespaces[0]);
  g_autofree char *up = g_strdup_printf ("ip -n %s link set w0 up", config.namespaces[0]);
  Pair *pair;
  gint64 up_us;

  set_link ("delay=50 loss=0 blackout=0");
  late.no_loopback = TRUE;
  pair = pair_new (&late);
  g_assert_cmpint (system (down), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      pair_enter (pair, i);
      yodel_transport_gather (pair->ends[i].transport);
      pair_leave (pair);
    }
  pair_enter (pair, 0);      /* it looks for addresses again where the loop runs */
  pair_run (pair, 1000);
  g_assert_false (pair->ends[0].gathered);
  g_assert_cmpint (pair->ends[0].state, ==, YODEL_TRANSPORT_NEW);

  g_assert_cmpint (system (up), ==, 0);
  up_us = g_get_monotonic_time ();
  while (!pair->ends[0].gathered && g_get_monotonic_time () - up_us < 2 * G_USEC_PER_SEC)
    g_main_context_iteration (pair->context, TRUE);
  pair_leave (pair);
  g_assert_true (pair->ends[0].gathered);
  g_assert_cmpint (g_get_monotonic_time () - up_us, <=, 600 * 1000);

  pair_tell (pair, 1);
  pair_tell (pair, 0);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 3000));
  pair_free (pair);
}

/* No network at all, said in time. */
static void
test_no_interface (void)
{
  PairConfig alone = config;
  g_autofree char *down = g_strdup_printf ("ip -n %s link set w0 down", config.namespaces[0]);
  g_autofree char *up = g_strdup_printf ("ip -n %s link set w0 up", config.namespaces[0]);
  Pair *pair;

  alone.no_loopback = TRUE;
  alone.namespaces[1] = config.namespaces[0];
  pair = pair_new (&alone);
  g_assert_cmpint (system (down), ==, 0);
  pair_enter (pair, 0);
  for (guint i = 0; i < 2; i++)
    yodel_transport_gather (pair->ends[i].transport);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_FAILED, 5000));
  pair_leave (pair);
  g_assert_cmpint (pair->ends[0].reason, ==, YODEL_TRANSPORT_NO_CANDIDATES);
  g_assert_nonnull (pair->ends[0].text);
  pair_free (pair);
  g_assert_cmpint (system (up), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (argc < 4)
    return 77;
  config.namespaces[0] = argv[1];
  config.namespaces[1] = argv[2];
  fifo = argv[3];
  g_test_add_func ("/net/link/media-within-two-and-a-half-round-trips", test_early_handshake);
  g_test_add_func ("/net/link/a-quarter-lost", test_loss);
  g_test_add_func ("/net/link/a-dead-link-heals-by-itself", test_dead_link_heals);
  g_test_add_func ("/net/link/a-changed-address", test_address_changes);
  g_test_add_func ("/net/link/an-interface-that-comes-up-late", test_late_interface);
  g_test_add_func ("/net/link/no-interface", test_no_interface);
  return g_test_run ();
}
