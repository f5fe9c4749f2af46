#include "congestion/send-history.h"

#define PERIOD_US ((gint64) 64000 << 24)

static void
send_packets (YodelSendHistory *history,
              guint             n,
              gint64            from_us)
{
  for (guint i = 0; i < n; i++)
    yodel_send_history_add (history, 100 + i, i % 2 == 0, i == 1 ? 9 : 0, from_us + i * 1000);
}

static void
test_feedback_finds_its_packet (void)
{
  g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
  static const gint64 arrived_us[] = { 5000, 6000, 7000 };
  const YodelPacketResult *results;

  send_packets (history, 3, 0);
  g_assert_cmpuint (yodel_send_history_get_in_flight_bytes (history), ==, 303);
  g_assert_cmpuint (yodel_send_history_on_report (history, 0, arrived_us, 3, PERIOD_US, &results), ==, 3);
  g_assert_cmpuint (yodel_send_history_get_in_flight_bytes (history), ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (results[i].sequence, ==, i);
      g_assert_cmpint (results[i].sent_us, ==, i * 1000);
      g_assert_cmpint (results[i].arrived_us - results[0].arrived_us, ==, i * 1000);
      g_assert_cmpuint (results[i].size_bytes, ==, 100 + i);
      g_assert_cmpint (results[i].probe_cluster, ==, i == 1 ? 9 : 0);
    }

  /* Said again, it is no news. */
  g_assert_cmpuint (yodel_send_history_on_report (history, 0, arrived_us, 3, PERIOD_US, &results), ==, 0);
}

static void
test_lost_once_a_second_report_agrees (void)
{
  g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
  static const gint64 first_us[] = { 5000, -1, -1, 8000 };
  static const gint64 second_us[] = { 7500, 8000, 9000 };
  const YodelPacketResult *results;

  send_packets (history, 6, 0);
  g_assert_cmpuint (yodel_send_history_on_report (history, 0, first_us, 4, PERIOD_US, &results), ==, 2);

  /* Number 2 was only late; number 1 is lost. */
  g_assert_cmpuint (yodel_send_history_on_report (history, 2, second_us, 3, PERIOD_US, &results), ==, 3);
  g_assert_cmpint (results[0].sequence, ==, 1);
  g_assert_cmpint (results[0].arrived_us, ==, -1);
  g_assert_cmpint (results[1].sequence, ==, 2);
  g_assert_cmpint (results[1].arrived_us, >, 0);
  g_assert_cmpint (results[2].sequence, ==, 4);
  g_assert_cmpuint (yodel_send_history_get_in_flight_bytes (history), ==, 105);
}

/* The report that covered numbers 0 to 2 never came: nothing is known of them. */
static void
test_a_lost_report_is_no_loss (void)
{
  g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
  static const gint64 arrived_us[] = { 8000 };
  const YodelPacketResult *results;

  send_packets (history, 4, 0);
  g_assert_cmpuint (yodel_send_history_on_report (history, 3, arrived_us, 1, PERIOD_US, &results), ==, 1);
  send_packets (history, 1, 5 * G_USEC_PER_SEC);
  g_assert_cmpuint (yodel_send_history_on_report (history, 4, arrived_us, 1, PERIOD_US, &results), ==, 1);
  g_assert_cmpuint (yodel_send_history_get_in_flight_bytes (history), ==, 0);
}

/* Each packet comes after the two that were sent after it: soon none of them is called lost. */
static void
test_reordering_is_no_loss (void)
{
  g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
  guint n_lost = 0;

  for (guint i = 0; i < 100; i++)
    {
      const YodelPacketResult *results;
      gint64 arrived_us[8];
      guint n;

      yodel_send_history_add (history, 100, TRUE, 0, i * 20000);
      if (i < 8)
        continue;
      /* Multiples of four are reported three reports late. */
      for (guint k = 0; k < 8; k++)
        arrived_us[k] = (i - 7 + k) % 4 == 0 && k > 4 ? -1 : (gint64) (i - 7 + k) * 20000;
      n = yodel_send_history_on_report (history, i - 7, arrived_us, 8, PERIOD_US, &results);
      for (guint k = 0; k < n && i > 50; k++)
        n_lost += results[k].arrived_us < 0;
    }
  g_assert_cmpuint (n_lost, ==, 0);
}

static void
test_clock_and_numbers_wrap (void)
{
  g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
  gint64 peer_us = PERIOD_US - 3 * G_USEC_PER_SEC, before_us = -1;
  const YodelPacketResult *results;

  for (guint i = 0; i < 140000; i++)
    {
      guint16 number = yodel_send_history_add (history, 1200, FALSE, 0, i * 1000);
      gint64 arrived_us = (peer_us + i * 1000) % PERIOD_US;

      g_assert_cmpuint (number, ==, (guint16) i);
      g_assert_cmpuint (yodel_send_history_on_report (history, number, &arrived_us, 1, PERIOD_US, &results), ==, 1);
      g_assert_cmpint (results[0].sequence, ==, i);
      if (before_us >= 0)
        g_assert_cmpint (results[0].arrived_us - before_us, ==, 1000);
      before_us = results[0].arrived_us;
    }
}

/* At any pace, whoever was sent within the last seconds is found; of slow ones, no more than that is kept. */
static void
test_grows (void)
{
  static const struct { gint64 gap_us; guint n; gint64 age_us; } rows[] = {
    { 100,   8000, 700000 },       /* a burst of video */
    { 1000,  9000, 4900000 },
    { 20000, 2000, 4900000 },      /* sound */
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
      static const gint64 arrived_us[] = { 1000 };
      const YodelPacketResult *results;
      guint old = rows[r].n - 1 - (guint) (rows[r].age_us / rows[r].gap_us);

      for (guint i = 0; i < rows[r].n; i++)
        g_assert_cmpuint (yodel_send_history_add (history, 10, FALSE, 0, i * rows[r].gap_us), ==, (guint16) i);
      g_assert_cmpuint (yodel_send_history_on_report (history, (guint16) old, arrived_us, 1, PERIOD_US, &results), ==, 1);
      g_assert_cmpint (results[0].sequence, ==, old);
      g_assert_cmpint (results[0].sent_us, ==, old * rows[r].gap_us);
      g_assert_cmpuint (yodel_send_history_get_in_flight_bytes (history), ==, 10 * (rows[r].n - 1 - old));
    }
}

static void
test_bounded_without_feedback (void)
{
  g_autoptr (YodelSendHistory) history = yodel_send_history_new ();
  static const gint64 arrived_us[] = { 1000 };
  const YodelPacketResult *results;

  for (guint i = 0; i < 3 * YODEL_SEND_HISTORY_MAX_PACKETS; i++)
    yodel_send_history_add (history, 1, FALSE, 0, i);
  g_assert_cmpuint (yodel_send_history_get_in_flight_bytes (history), ==, YODEL_SEND_HISTORY_MAX_PACKETS);

  /* A number long forgotten, and one not yet sent. */
  g_assert_cmpuint (yodel_send_history_on_report (history, 20000, arrived_us, 1, PERIOD_US, &results), ==, 0);
  g_assert_cmpuint (yodel_send_history_on_report (history, 49152, arrived_us, 1, PERIOD_US, &results), ==, 0);
  g_assert_cmpuint (yodel_send_history_on_report (history, 49151, arrived_us, 1, PERIOD_US, &results), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/congestion/send-history/feedback-finds-its-packet", test_feedback_finds_its_packet);
  g_test_add_func ("/congestion/send-history/lost-once-a-second-report-agrees", test_lost_once_a_second_report_agrees);
  g_test_add_func ("/congestion/send-history/a-lost-report-is-no-loss", test_a_lost_report_is_no_loss);
  g_test_add_func ("/congestion/send-history/reordering-is-no-loss", test_reordering_is_no_loss);
  g_test_add_func ("/congestion/send-history/clock-and-numbers-wrap", test_clock_and_numbers_wrap);
  g_test_add_func ("/congestion/send-history/bounded-without-feedback", test_bounded_without_feedback);
  g_test_add_func ("/congestion/send-history/grows-rather-than-forget-the-young", test_grows);
  return g_test_run ();
}
