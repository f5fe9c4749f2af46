#include "rtp/sender-statistics.h"

#include "rtp/ntp-time.h"
#include "rtp/receive-statistics.h"

#include "lib/cases.h"

#define RATE_HZ        90000
#define UNIX_OFFSET_US (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC)

static void
test_nothing_before_the_first_packet (void)
{
  YodelSenderStatistics stats;
  YodelRtcpSenderReport report;

  yodel_sender_statistics_init (&stats, 1, RATE_HZ);
  g_assert_false (yodel_sender_statistics_create_report (&stats, &report, 0, UNIX_OFFSET_US));
}

static void
test_report (void)
{
  YodelSenderStatistics stats;
  YodelRtcpSenderReport report;

  yodel_sender_statistics_init (&stats, 0x1234, RATE_HZ);
  yodel_sender_statistics_push (&stats, 0xfffffff0, G_USEC_PER_SEC, 100);
  yodel_sender_statistics_push (&stats, 0xfffffff0, G_USEC_PER_SEC, 200);
  g_assert_true (yodel_sender_statistics_create_report (&stats, &report,
                                                        G_USEC_PER_SEC * 3 / 2, UNIX_OFFSET_US));
  g_assert_cmphex (report.ssrc, ==, 0x1234);
  g_assert_cmpuint (report.packet_count, ==, 2);
  g_assert_cmpuint (report.octet_count, ==, 300);
  g_assert_cmpuint (report.rtp_time, ==, 45000 - 16);   /* half a second on, around the wrap */
  g_assert_cmpuint (report.ntp_time >> 32, ==, 1700000001 + YODEL_NTP_UNIX_EPOCH_S);
  g_assert_cmphex (report.ntp_time & G_MAXUINT32, ==, 0x80000000);
}

/* A camera may say that it captured in the time to come; a clock may have stepped. */
static void
test_report_before_capture (void)
{
  YodelSenderStatistics stats;
  YodelRtcpSenderReport report;

  yodel_sender_statistics_init (&stats, 1, RATE_HZ);
  yodel_sender_statistics_push (&stats, 5, G_USEC_PER_SEC, 100);
  g_assert_true (yodel_sender_statistics_create_report (&stats, &report, G_USEC_PER_SEC - 1000,
                                                        UNIX_OFFSET_US));
  g_assert_cmpuint (report.rtp_time, ==, (guint32) (5 - 90));
}

typedef struct
{
  const char *name;
  gint64      way_us;              /* each way */
  gint64      delay_us;            /* between report and report at the peer */
  gint64      step_us;             /* of the sender's wall clock, meanwhile */
} RttCase;

static const RttCase rtt_cases[] = {
  { "local",                  50,     1000000, 0 },
  { "near",                   10000,  500000,  0 },
  { "far",                    400000, 900000,  0 },
  { "at-once",                25000,  0,       0 },
  { "clock-stepped-forward",  50000,  700000,  G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC },
  { "clock-stepped-back",     50000,  700000,  G_GINT64_CONSTANT (-3600) * G_USEC_PER_SEC },
};

static void
test_rtt (gconstpointer data)
{
  const RttCase *c = data;
  gint64 now_us = 77777777;
  YodelSenderStatistics sender;
  YodelReceiveStatistics receiver;
  YodelRtcpSenderReport report;
  YodelRtcpReportBlock block;

  yodel_sender_statistics_init (&sender, 1, RATE_HZ);
  yodel_receive_statistics_init (&receiver, 1, RATE_HZ);
  yodel_sender_statistics_push (&sender, 5, now_us, 100);
  for (guint i = 0; i < 3; i++)
    {
      gint64 unix_us = UNIX_OFFSET_US + (i > 0 ? c->step_us : 0);

      yodel_sender_statistics_create_report (&sender, &report, now_us, unix_us);
      now_us += c->way_us;
      yodel_receive_statistics_on_sender_report (&receiver, &report, now_us);
      now_us += c->delay_us;
      yodel_receive_statistics_take_report (&receiver, &block, now_us);
      now_us += c->way_us;
      g_assert_true (yodel_sender_statistics_on_report (&sender, &block, now_us));
      g_assert_cmpint (ABS (sender.rtt.rtt_us - 2 * c->way_us), <=, 20);
    }
  g_assert_cmpuint (sender.rtt.n_measured, ==, 3);
  g_assert_cmpint (ABS (sender.rtt.total_us - 6 * c->way_us), <=, 60);
}

static void
test_strange_reports_measure_nothing (void)
{
  YodelSenderStatistics stats;
  YodelRtcpSenderReport report;
  YodelRtcpReportBlock block = { .ssrc = 1, .fraction_lost = 10, .jitter = 900 };

  yodel_sender_statistics_init (&stats, 1, RATE_HZ);
  yodel_sender_statistics_push (&stats, 5, 0, 100);
  yodel_sender_statistics_create_report (&stats, &report, 0, UNIX_OFFSET_US);

  g_assert_false (yodel_sender_statistics_on_report (&stats, &block, 1000));   /* heard nothing yet */
  g_assert_true (stats.has_remote);
  g_assert_cmpint (yodel_sender_statistics_get_remote_jitter_us (&stats), ==, 10000);

  block.last_sr = 0xdeadbeef;                                                  /* never sent */
  g_assert_false (yodel_sender_statistics_on_report (&stats, &block, 1000));

  block.last_sr = yodel_ntp_middle (report.ntp_time);
  block.ssrc = 2;                                                              /* not ours */
  g_assert_false (yodel_sender_statistics_on_report (&stats, &block, 1000));
  g_assert_false (stats.rtt.known);

  block.ssrc = 1;
  block.delay_since_last_sr = G_MAXUINT32;                                     /* longer than all */
  g_assert_true (yodel_sender_statistics_on_report (&stats, &block, 1000));
  g_assert_cmpint (stats.rtt.rtt_us, ==, 0);
}

/* Reports beyond those kept push out the oldest. */
static void
test_memory_is_bounded (void)
{
  YodelRttMeter meter = { 0 };

  for (guint i = 1; i <= YODEL_RTT_METER_MEMORY + 1; i++)
    yodel_rtt_meter_on_sent (&meter, (guint64) i << 16, i);
  g_assert_false (yodel_rtt_meter_on_echo (&meter, 1, 0, 100));
  g_assert_true (yodel_rtt_meter_on_echo (&meter, 2, 0, 100));
  g_assert_cmpint (meter.rtt_us, ==, 98);
}

static void
test_ntp (void)
{
  static const gint64 times_us[] = { 0, 1, 999999, 1000000, G_GINT64_CONSTANT (1700000000123456) };

  g_assert_cmphex (yodel_ntp_from_unix_us (0) >> 32, ==, 0x83aa7e80);
  g_assert_cmphex (yodel_ntp_middle (G_GUINT64_CONSTANT (0x1111222233334444)), ==, 0x22223333);
  for (guint i = 0; i < G_N_ELEMENTS (times_us); i++)
    g_assert_cmpint (yodel_ntp_to_unix_us (yodel_ntp_from_unix_us (times_us[i])), ==, times_us[i]);
  g_assert_cmpuint (yodel_ntp_delay_from_us (-5), ==, 0);
  g_assert_cmpuint (yodel_ntp_delay_from_us (G_USEC_PER_SEC), ==, 0x10000);
  g_assert_cmpuint (yodel_ntp_delay_from_us (G_MAXINT64), ==, G_MAXUINT32);
  g_assert_cmpint (yodel_ntp_delay_to_us (0x18000), ==, 1500000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/sender-statistics/no-report-before-the-first-packet",
                   test_nothing_before_the_first_packet);
  g_test_add_func ("/rtp/sender-statistics/report-extrapolates-the-media-clock", test_report);
  g_test_add_func ("/rtp/sender-statistics/report-before-the-capture", test_report_before_capture);
  ADD_CASES ("/rtp/sender-statistics/rtt/", rtt_cases, test_rtt);
  g_test_add_func ("/rtp/sender-statistics/rtt/strange-reports-measure-nothing",
                   test_strange_reports_measure_nothing);
  g_test_add_func ("/rtp/sender-statistics/rtt/memory-is-bounded", test_memory_is_bounded);
  g_test_add_func ("/rtp/sender-statistics/ntp-time", test_ntp);
  return g_test_run ();
}
