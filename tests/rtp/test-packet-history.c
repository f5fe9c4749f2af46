#include "rtp/packet-history.h"

#include "lib/cases.h"

#define MS ((gint64) 1000)

static void
push (YodelPacketHistory *history,
      guint16             number,
      gint64              now_us)
{
  g_autoptr (GBytes) packet = g_bytes_new (&number, sizeof number);

  yodel_packet_history_push (history, number, packet, now_us);
}

static gboolean
resends (YodelPacketHistory *history,
         guint16             number,
         gint64              now_us)
{
  g_autoptr (GBytes) packet = yodel_packet_history_resend (history, number, now_us);

  if (packet == NULL)
    return FALSE;
  g_assert_cmpmem (g_bytes_get_data (packet, NULL), 2, &number, 2);
  return TRUE;
}

static void
test_found_once_per_round_trip (void)
{
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (16);

  yodel_packet_history_set_rtt (history, 80 * MS);
  push (history, 65535, 0);
  push (history, 0, 0);
  g_assert_true (resends (history, 65535, 100 * MS));
  g_assert_false (resends (history, 65535, 179 * MS));
  g_assert_true (resends (history, 0, 179 * MS));
  g_assert_true (resends (history, 65535, 180 * MS));
  g_assert_false (resends (history, 1, 180 * MS));
  g_assert_false (resends (history, 65534, 180 * MS));
}

static void
test_flood_of_requests_on_a_short_path (void)
{
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (16);
  guint n = 0;

  yodel_packet_history_set_rtt (history, 0);
  push (history, 7, 0);
  for (gint64 now_us = 0; now_us < 100 * MS; now_us += 100)
    n += resends (history, 7, now_us);
  g_assert_cmpuint (n, ==, 10);
}

typedef struct
{
  const char *name;
  gint64      rtt_us;
  gint64      kept_us;
} AgeCase;

static const AgeCase age_cases[] = {
  { "two-seconds-at-least", 50 * MS,    2000 * MS },
  { "three-round-trips",    800 * MS,   2400 * MS },
  { "five-seconds-at-most", 60000 * MS, 5000 * MS },
};

static void
test_age (gconstpointer data)
{
  const AgeCase *c = data;
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (16);

  yodel_packet_history_set_rtt (history, c->rtt_us);
  push (history, 1, 0);
  push (history, 2, 1 * MS);
  g_assert_true (resends (history, 1, c->kept_us));
  g_assert_false (resends (history, 1, c->kept_us + 1));
  g_assert_cmpuint (yodel_packet_history_get_size (history), ==, 1);
  g_assert_nonnull (yodel_packet_history_peek_newest (history, c->kept_us + 1 * MS));
  g_assert_null (yodel_packet_history_peek_newest (history, c->kept_us + 1 * MS + 1));
  g_assert_cmpuint (yodel_packet_history_get_size (history), ==, 0);
}

static void
test_size_is_bounded (void)
{
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (YODEL_PACKET_HISTORY_MAX);

  for (guint i = 0; i < 70000; i++)
    {
      push (history, (guint16) i, 0);
      g_assert_cmpuint (yodel_packet_history_get_size (history), ==,
                        MIN (i + 1, YODEL_PACKET_HISTORY_MAX));
    }
  g_assert_true (resends (history, (guint16) 69999, 0));
  g_assert_true (resends (history, (guint16) (70000 - YODEL_PACKET_HISTORY_MAX), 0));
  g_assert_false (resends (history, (guint16) (70000 - YODEL_PACKET_HISTORY_MAX - 1), 0));
}

static void
test_gaps_and_jumps (void)
{
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (16);

  push (history, 10, 0);
  push (history, 14, 0);
  g_assert_false (resends (history, 12, 0));
  push (history, 12, 0);                       /* the pacer may turn two around */
  g_assert_true (resends (history, 12, 0));
  push (history, 9, 0);                        /* older than all: not worth it */
  g_assert_false (resends (history, 9, 0));
  push (history, 26, 0);                       /* pushes out 10 */
  g_assert_false (resends (history, 10, 0));
  g_assert_true (resends (history, 14, 0));
  push (history, 1000, 0);                     /* pushes out all */
  g_assert_cmpuint (yodel_packet_history_get_size (history), ==, 1);
  g_assert_false (resends (history, 26, 0));
  g_assert_true (resends (history, 1000, 0));
}

static void
test_same_number_again (void)
{
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (16);

  push (history, 10, 0);
  push (history, 10, 0);
  g_assert_cmpuint (yodel_packet_history_get_size (history), ==, 1);
}

static gboolean
echoes (YodelPacketHistory *history,
        guint16             number,
        gint64              now_us)
{
  g_autoptr (GBytes) packet = yodel_packet_history_echo (history, number, now_us);

  return packet != NULL;
}

/* Once after each resend, for a request that is said again, not for one that the path has doubled. */
static void
test_an_echo_is_answered_once (void)
{
  g_autoptr (YodelPacketHistory) history = yodel_packet_history_new (16);

  yodel_packet_history_set_rtt (history, 80 * MS);
  push (history, 7, 0);
  g_assert_false (echoes (history, 7, 100 * MS));
  g_assert_true (resends (history, 7, 100 * MS));
  g_assert_false (echoes (history, 7, 104 * MS));
  g_assert_true (echoes (history, 7, 110 * MS));
  g_assert_false (echoes (history, 7, 120 * MS));
  g_assert_false (echoes (history, 8, 120 * MS));
  g_assert_true (resends (history, 7, 180 * MS));
  g_assert_true (echoes (history, 7, 190 * MS));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/packet-history/once-per-round-trip", test_found_once_per_round_trip);
  g_test_add_func ("/rtp/packet-history/flood-of-requests-on-a-short-path",
                   test_flood_of_requests_on_a_short_path);
  ADD_CASES ("/rtp/packet-history/age/", age_cases, test_age);
  g_test_add_func ("/rtp/packet-history/size-is-bounded", test_size_is_bounded);
  g_test_add_func ("/rtp/packet-history/gaps-and-jumps", test_gaps_and_jumps);
  g_test_add_func ("/rtp/packet-history/an-echo-is-answered-once", test_an_echo_is_answered_once);
  g_test_add_func ("/rtp/packet-history/same-number-again", test_same_number_again);
  return g_test_run ();
}
