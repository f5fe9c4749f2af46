#include "rtp/receive-statistics.h"

#include "rtp/ntp-time.h"

#include "lib/cases.h"

#define RATE_HZ 48000

typedef struct
{
  const char *name;
  guint16     numbers[10];
  guint       n;
  guint8      fraction_lost;
  gint32      lost;
  guint32     highest;
  guint       duplicates;
} Case;

static const Case cases[] = {
  { "all-came",                  { 5, 6, 7, 8 },                    4, 0,   0,  8,       0 },
  { "one-of-four-is-lost",       { 5, 6, 8 },                       3, 64,  1,  8,       0 },
  { "overtaken-is-not-lost",     { 5, 7, 6, 8 },                    4, 0,   0,  8,       0 },
  { "around-the-wrap",           { 65534, 65535, 0, 2 },            4, 51,  1,  0x10002, 0 },
  { "late-from-before-the-wrap", { 65535, 1, 0 },                   3, 0,   0,  0x10001, 0 },
  { "duplicates-count-as-come",  { 5, 6, 6, 6, 8 },                 5, 0,   -1, 8,       2 },
  { "before-the-first",          { 5, 4, 3 },                       3, 0,   0,  5,       0 },
  { "before-the-first-at-zero",  { 0, 65535 },                      2, 0,   0,  0,       0 },
  { "lone-stray-is-left-out",    { 5, 40000, 6, 7 },                4, 0,   0,  7,       0 },
  { "new-run-starts-anew",       { 5, 7, 40000, 40001, 40003 },     5, 85,  2,  0x10000 + 40003, 0 },
  { "backward-run-starts-anew",  { 5000, 5001, 10, 11, 12 },        5, 0,   0,  0x1000c, 0 },
};

static void
test_report (gconstpointer data)
{
  const Case *c = data;
  YodelReceiveStatistics stats;
  YodelRtcpReportBlock block;

  yodel_receive_statistics_init (&stats, 0x1234, RATE_HZ);
  for (guint i = 0; i < c->n; i++)
    yodel_receive_statistics_push (&stats, c->numbers[i], 960 * i, 100, 20000 * i);

  yodel_receive_statistics_take_report (&stats, &block, 1000000);
  g_assert_cmphex (block.ssrc, ==, 0x1234);
  g_assert_cmpuint (block.fraction_lost, ==, c->fraction_lost);
  g_assert_cmpint (block.cumulative_lost, ==, c->lost);
  g_assert_cmpuint (block.extended_highest_sequence, ==, c->highest);
  g_assert_cmpuint (block.last_sr, ==, 0);
  g_assert_cmpuint (block.delay_since_last_sr, ==, 0);
  g_assert_cmpuint (stats.packets_received, ==, c->n);
  g_assert_cmpuint (stats.bytes_received, ==, 100 * c->n);
  g_assert_cmpuint (stats.packets_duplicate, ==, c->duplicates);
}

static void
test_fraction_is_of_the_interval (void)
{
  YodelReceiveStatistics stats;
  YodelRtcpReportBlock block;

  yodel_receive_statistics_init (&stats, 1, RATE_HZ);
  for (guint i = 0; i < 100; i++)
    if (i % 2 == 0)
      yodel_receive_statistics_push (&stats, i, 0, 1, 0);
  yodel_receive_statistics_take_report (&stats, &block, 0);
  g_assert_cmpuint (block.fraction_lost, ==, 126);           /* 49 of 99 */

  for (guint i = 99; i < 200; i++)
    yodel_receive_statistics_push (&stats, i, 0, 1, 0);
  yodel_receive_statistics_take_report (&stats, &block, 0);
  g_assert_cmpuint (block.fraction_lost, ==, 0);
  g_assert_cmpint (block.cumulative_lost, ==, 49);

  yodel_receive_statistics_take_report (&stats, &block, 0);  /* nothing new */
  g_assert_cmpuint (block.fraction_lost, ==, 0);
}

static void
test_all_lost_but_one (void)
{
  YodelReceiveStatistics stats;
  YodelRtcpReportBlock block;

  yodel_receive_statistics_init (&stats, 1, RATE_HZ);
  yodel_receive_statistics_push (&stats, 0, 0, 1, 0);
  yodel_receive_statistics_take_report (&stats, &block, 0);
  yodel_receive_statistics_push (&stats, 3000, 0, 1, 0);
  yodel_receive_statistics_take_report (&stats, &block, 0);
  g_assert_cmpuint (block.fraction_lost, ==, 255);
  g_assert_cmpint (block.cumulative_lost, ==, 2999);
}

/* A peer that leaves out all that it may, for as long as it takes to fill 24 bits. */
static void
test_lost_is_clamped (void)
{
  YodelReceiveStatistics stats;
  YodelRtcpReportBlock block;
  guint16 number = 0;

  yodel_receive_statistics_init (&stats, 1, RATE_HZ);
  for (guint i = 0; i < 3000; i++, number += 3000)
    yodel_receive_statistics_push (&stats, number, 0, 1, 0);
  yodel_receive_statistics_take_report (&stats, &block, 0);
  g_assert_cmpint (block.cumulative_lost, ==, 0x7fffff);
  g_assert_cmpint (yodel_receive_statistics_get_packets_lost (&stats), >, 0x7fffff);
}

typedef struct
{
  const char *name;
  guint       n_in_frame;
  gint64      delays_us[2];        /* of even and odd frames */
  gint64      jitter_us;
} JitterCase;

static const JitterCase jitter_cases[] = {
  { "steady-is-none",           1, { 0, 0 },         0 },
  { "ten-milliseconds",         1, { 0, 10000 },     10000 },
  { "delay-alone-is-none",      1, { 90000, 90000 }, 0 },
  { "spread-frame-is-none",     5, { 0, 0 },         0 },
};

static void
test_jitter (gconstpointer data)
{
  const JitterCase *c = data;
  YodelReceiveStatistics stats;
  guint16 number = 65500;
  guint32 rtp_time = G_MAXUINT32 - 96000;

  yodel_receive_statistics_init (&stats, 1, RATE_HZ);
  for (guint frame = 0; frame < 300; frame++, rtp_time += 960)
    for (guint i = 0; i < c->n_in_frame; i++)
      yodel_receive_statistics_push (&stats, number++, rtp_time, 1,
                                     20000 * frame + c->delays_us[frame % 2] + 1000 * i);

  g_assert_cmpint (ABS (yodel_receive_statistics_get_jitter_us (&stats) - c->jitter_us), <=, 100);
}

static void
test_new_timeline_is_no_jitter (void)
{
  YodelReceiveStatistics stats;

  yodel_receive_statistics_init (&stats, 1, RATE_HZ);
  for (guint i = 0; i < 10; i++)
    yodel_receive_statistics_push (&stats, i, 960 * i + (i < 5 ? 0 : 0x7f000000), 1, 20000 * i);
  g_assert_cmpint (yodel_receive_statistics_get_jitter_us (&stats), ==, 0);
}

static void
test_echo_of_sender_report (void)
{
  const YodelRtcpSenderReport report = { .ntp_time = G_GUINT64_CONSTANT (0x1111222233334444) };
  YodelReceiveStatistics stats;
  YodelRtcpReportBlock block;

  yodel_receive_statistics_init (&stats, 1, RATE_HZ);
  yodel_receive_statistics_on_sender_report (&stats, &report, 5 * G_USEC_PER_SEC);
  yodel_receive_statistics_take_report (&stats, &block, 5 * G_USEC_PER_SEC + G_USEC_PER_SEC / 2);
  g_assert_cmphex (block.last_sr, ==, 0x22223333);
  g_assert_cmpuint (block.delay_since_last_sr, ==, 0x8000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/receive-statistics/report/", cases, test_report);
  ADD_CASES ("/rtp/receive-statistics/jitter/", jitter_cases, test_jitter);
  g_test_add_func ("/rtp/receive-statistics/fraction-is-of-the-interval",
                   test_fraction_is_of_the_interval);
  g_test_add_func ("/rtp/receive-statistics/fraction-ends-at-255", test_all_lost_but_one);
  g_test_add_func ("/rtp/receive-statistics/lost-is-clamped-to-24-bits", test_lost_is_clamped);
  g_test_add_func ("/rtp/receive-statistics/jitter/new-timeline-is-none",
                   test_new_timeline_is_no_jitter);
  g_test_add_func ("/rtp/receive-statistics/echoes-the-sender-report", test_echo_of_sender_report);
  return g_test_run ();
}
