/* The parts that turn arrival times into "less" or "more". */
#include "congestion/acknowledged-rate.h"
#include "congestion/aimd.h"
#include "congestion/alr.h"
#include "congestion/drain.h"
#include "congestion/inter-arrival.h"
#include "congestion/queue-estimate.h"
#include "congestion/trendline.h"

#define MS G_TIME_SPAN_MILLISECOND

static void
test_groups_of_5_ms (void)
{
  YodelInterArrival groups = { 0 };
  gint64 sent_us = 0, arrived_us = 0;
  guint n = 0;

  /* Three packets each 20 ms, a millisecond apart; from the fifth on each comes 2 ms later. */
  for (guint i = 0; i < 10; i++)
    for (guint j = 0; j < 3; j++)
      {
        gint64 at_us = i * 20 * MS + j * MS;

        if (!yodel_inter_arrival_push (&groups, at_us, at_us + 50 * MS + (i > 5 ? (i - 5) * 2 * MS : 0), &sent_us, &arrived_us))
          continue;
        n++;
        g_assert_cmpint (j, ==, 0);
        g_assert_cmpint (sent_us, ==, 20 * MS);
        g_assert_cmpint (arrived_us, ==, i > 6 ? 22 * MS : 20 * MS);
      }
  g_assert_cmpuint (n, ==, 8);
}

static void
test_released_together_is_one_group (void)
{
  YodelInterArrival groups = { 0 };
  gint64 sent_us, arrived_us;

  /* A link that slept for 60 ms lets go of four packets at once. */
  for (guint i = 0; i < 4; i++)
    g_assert_false (yodel_inter_arrival_push (&groups, i * 20 * MS, 100 * MS + i * 100, &sent_us, &arrived_us));
}

static void
test_silence_starts_anew (void)
{
  YodelInterArrival groups = { 0 };
  gint64 sent_us, arrived_us;

  yodel_inter_arrival_push (&groups, 0, 50 * MS, &sent_us, &arrived_us);
  yodel_inter_arrival_push (&groups, 20 * MS, 70 * MS, &sent_us, &arrived_us);
  g_assert_false (yodel_inter_arrival_push (&groups, 3000 * MS, 3050 * MS, &sent_us, &arrived_us));
  g_assert_false (yodel_inter_arrival_push (&groups, 3020 * MS, 3070 * MS, &sent_us, &arrived_us));
  g_assert_true (yodel_inter_arrival_push (&groups, 3040 * MS, 3090 * MS, &sent_us, &arrived_us));
}

typedef struct
{
  const char *name;
  double      rise;          /* of the delay, for each ms */
  double      jitter_ms;     /* either way, in turns */
  YodelUsage  usage;
  guint       by;            /* groups */
} TrendCase;

static const TrendCase trend_cases[] = {
  { "steady",                0.0,   0.0, YODEL_USAGE_NORMAL, 300 },
  { "jitter-is-no-trend",    0.0,   5.0, YODEL_USAGE_NORMAL, 300 },
  { "a-tenth-too-much",      0.10,  0.0, YODEL_USAGE_OVER,   80 },
  { "twice-too-much",        1.00,  0.0, YODEL_USAGE_OVER,   30 },
  { "queue-that-empties",   -0.30,  0.0, YODEL_USAGE_UNDER,  40 },
};

static void
test_trend (gconstpointer data)
{
  const TrendCase *c = data;
  YodelTrendline trendline;
  YodelUsage usage = YODEL_USAGE_NORMAL;
  gboolean is_met = FALSE, is_foreign = FALSE;

  yodel_trendline_init (&trendline);
  for (guint i = 1; i <= c->by; i++)
    {
      gint64 delta_us = 10 * MS * (1 + c->rise) + (i % 2 == 0 ? 2 : -2) * c->jitter_ms * MS;

      usage = yodel_trendline_update (&trendline, 10 * MS, delta_us, i * 10 * MS);
      is_met |= usage == c->usage;
      is_foreign |= usage != c->usage && usage != YODEL_USAGE_NORMAL;
    }
  g_assert_true (is_met);
  g_assert_false (is_foreign);
}

static void
test_threshold_stays_in_bounds (void)
{
  YodelTrendline trendline;

  yodel_trendline_init (&trendline);
  for (guint i = 1; i < 20000; i++)
    {
      yodel_trendline_update (&trendline, 10 * MS, i / 100 % 2 == 0 ? 300 * MS : 0, i * 10 * MS);
      g_assert_cmpfloat (trendline.threshold_ms, >=, 6);
      g_assert_cmpfloat (trendline.threshold_ms, <=, 600);
    }
}

static void
test_acknowledged_rate (void)
{
  g_autofree YodelAcknowledgedRate *rate = g_new0 (YodelAcknowledgedRate, 1);

  g_assert_cmpfloat (yodel_acknowledged_rate_get_bps (rate, 500 * MS), <, 0);
  for (guint i = 0; i < 300; i++)
    yodel_acknowledged_rate_push (rate, i * 10 * MS, i < 200 ? 1250 : 625);
  g_assert_cmpfloat_with_epsilon (yodel_acknowledged_rate_get_bps (rate, 500 * MS), 500000, 1);
  g_assert_cmpfloat_with_epsilon (yodel_acknowledged_rate_get_bps (rate, 2000 * MS), 750000, 10000);
}

static void
test_standing_queue (void)
{
  YodelQueueEstimate queue;

  yodel_queue_estimate_init (&queue);
  for (guint i = 0; i < 100; i++)
    yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + 50 * MS);
  g_assert_cmpint (yodel_queue_estimate_get_standing_us (&queue, 100 * MS), ==, 0);

  /* A spike is no standing queue; 100 ms of delay are. */
  yodel_queue_estimate_push (&queue, 1000 * MS, 1130 * MS);
  g_assert_cmpint (yodel_queue_estimate_get_standing_us (&queue, 100 * MS), ==, 0);
  g_assert_cmpint (yodel_queue_estimate_get_newest_us (&queue), ==, 80 * MS);
  for (guint i = 0; i < 20; i++)
    yodel_queue_estimate_push (&queue, 1010 * MS + i * 10 * MS, 1100 * MS + i * 10 * MS + i % 3 * 5 * MS);
  g_assert_cmpint (yodel_queue_estimate_get_standing_us (&queue, 100 * MS), ==, 40 * MS);
}

/* A route that became longer is the new base after half a minute, unless it is held. */
static void
test_base_grows_old (void)
{
  for (guint is_held = 0; is_held < 2; is_held++)
    {
      YodelQueueEstimate queue;

      yodel_queue_estimate_init (&queue);
      yodel_queue_estimate_push (&queue, 0, 50 * MS);
      for (guint i = 1; i < 40; i++)
        {
          yodel_queue_estimate_push (&queue, i * G_USEC_PER_SEC, i * G_USEC_PER_SEC + 150 * MS);
          if (is_held)
            yodel_queue_estimate_hold_base (&queue);
        }
      g_assert_cmpint (yodel_queue_estimate_get_standing_us (&queue, 100 * MS), ==, is_held ? 100 * MS : 0);
    }
}

static void
test_aimd_backs_off_and_climbs (void)
{
  YodelAimd aimd;
  double before_bps;
  gint64 now_us = 0;

  yodel_aimd_init (&aimd, 30000, 1000000, 2000000);
  aimd.rtt_us = 100 * MS;
  g_assert_true (yodel_aimd_update (&aimd, YODEL_USAGE_OVER, 900000, now_us));
  g_assert_cmpfloat (aimd.target_bps, <, 900000);
  g_assert_cmpfloat (aimd.target_bps, >, 0.8 * 900000);

  /* Not again before a round trip has shown what came of it. */
  g_assert_false (yodel_aimd_update (&aimd, YODEL_USAGE_OVER, 900000, now_us + 50 * MS));

  /* Near the capacity it goes up slowly, by far less than 8 % a second. */
  yodel_aimd_update (&aimd, YODEL_USAGE_NORMAL, 800000, now_us += 200 * MS);
  before_bps = aimd.target_bps;
  for (guint i = 0; i < 20; i++)
    yodel_aimd_update (&aimd, YODEL_USAGE_NORMAL, 800000, now_us += 50 * MS);
  g_assert_cmpfloat (aimd.target_bps, >, before_bps + 4000);
  g_assert_cmpfloat (aimd.target_bps, <, before_bps * 1.05);

  /* It does not run away from what comes through, nor over its limits. */
  for (guint i = 0; i < 20000; i++)
    yodel_aimd_update (&aimd, YODEL_USAGE_NORMAL, 800000, now_us += 50 * MS);
  g_assert_cmpfloat (aimd.target_bps, <=, 1.5 * 800000 + 10000);
  for (guint i = 0; i < 20000; i++)
    yodel_aimd_update (&aimd, YODEL_USAGE_OVER, 1000, now_us += 1000 * MS);
  g_assert_cmpfloat (aimd.target_bps, ==, 30000);
}

static void
test_drain_ends_when_empty_or_late (void)
{
  YodelDrain drain = { 0 };

  yodel_drain_begin (&drain, 1000000, 200 * MS, 100 * MS, 0);
  g_assert_cmpfloat (drain.rate_bps, ==, 500000);
  g_assert_false (yodel_drain_advance (&drain, 900000, 150 * MS, 10 * MS, 100 * MS));
  g_assert_cmpfloat (drain.rate_bps, ==, 450000);              /* the path carries less than was thought */
  g_assert_true (yodel_drain_advance (&drain, 400000, 5 * MS, 10 * MS, 200 * MS));
  g_assert_cmpfloat (yodel_drain_get_resume_bps (&drain), >, 0.9 * 900000);
  g_assert_cmpfloat (yodel_drain_get_resume_bps (&drain), <, 900000);

  yodel_drain_begin (&drain, 1000000, 200 * MS, 100 * MS, 0);
  g_assert_false (yodel_drain_advance (&drain, -1, 200 * MS, 10 * MS, 499 * MS));
  g_assert_true (yodel_drain_advance (&drain, -1, 200 * MS, 10 * MS, 501 * MS));
}

static void
test_alr (void)
{
  YodelAlr alr;
  gint64 now_us = 0;

  yodel_alr_init (&alr);
  for (guint i = 0; i < 100; i++)
    yodel_alr_on_sent (&alr, 1250, 1000000, now_us += 10 * MS);     /* all that it may */
  g_assert_false (alr.in_alr);
  for (guint i = 0; i < 200; i++)
    yodel_alr_on_sent (&alr, 250, 1000000, now_us += 10 * MS);      /* a fifth */
  g_assert_true (alr.in_alr);
  for (guint i = 0; i < 200; i++)
    yodel_alr_on_sent (&alr, 1250, 1000000, now_us += 10 * MS);
  g_assert_false (alr.in_alr);
}

typedef struct
{
  const char *name;
  gint64      jitter_us;                    /* even, from 0 to this */
  gint64      swing_us;                     /* the queue goes up to this in a second, and down again */
  gint64      leap_us;                      /* the way becomes longer by this, halfway */
  double      least_us, most_us;
} NoiseCase;

/* Of ten packets whose delays spread evenly over a span the least strays by about a twelfth of it. */
static const NoiseCase noise_cases[] = {
  { "even",               0,       0,       0,        0,       0 },
  { "jitter",             60 * MS, 0,       0,        3 * MS,  8 * MS },
  { "a-queue-of-ours",    0,       80 * MS, 0,        0,       2 * MS },
  { "jitter-and-a-queue", 60 * MS, 80 * MS, 0,        3 * MS,  8 * MS },
  { "a-longer-way",       0,       0,       200 * MS, 0,       1 * MS },
};

static void
test_noise (gconstpointer data)
{
  const NoiseCase *c = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (20261127);
  YodelQueueEstimate queue;

  yodel_queue_estimate_init (&queue);
  for (guint i = 0; i < 2000; i++)
    {
      guint phase = i % 200;
      gint64 delay_us = 50 * MS + c->swing_us * (phase < 100 ? phase : 200 - phase) / 100 + (i < 1000 ? 0 : c->leap_us);

      if (c->jitter_us > 0)
        delay_us += g_rand_int_range (random, 0, c->jitter_us);
      yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + delay_us);
    }
  g_assert_cmpfloat (queue.noise_us, >=, c->least_us);
  g_assert_cmpfloat (queue.noise_us, <=, c->most_us);
}

/* 10 s of an even path; three packets of them were 30 ms quicker. */
static void
test_quick_packets (void)
{
  YodelQueueEstimate queue;

  yodel_queue_estimate_init (&queue);
  for (guint i = 0; i < 1000; i++)
    yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + (i == 300 || i == 555 || i == 871 ? 20 : 50) * MS);
  g_assert_cmpint (yodel_queue_estimate_get_standing_us (&queue, 100 * MS), ==, 0);

  /* What lasts is a shorter way. */
  for (guint i = 1000; i < 1200; i++)
    yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + 20 * MS);
  yodel_queue_estimate_push (&queue, 12100 * MS, 12160 * MS);
  g_assert_cmpint (yodel_queue_estimate_get_newest_us (&queue), ==, 40 * MS);
}

/* A link that becomes faster is seen in 300 ms; one that becomes slower, or a quick packet, is not that. */
static void
test_below_base (void)
{
  YodelQueueEstimate queue;

  yodel_queue_estimate_init (&queue);
  for (guint i = 0; i < 1000; i++)
    {
      yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + (i == 500 ? 30 : 60 + i % 5) * MS);
      g_assert_false (yodel_queue_estimate_is_below_base (&queue, 2 * MS));
    }
  for (guint i = 1000; i < 1031; i++)
    yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + 54 * MS);
  g_assert_true (yodel_queue_estimate_is_below_base (&queue, 2 * MS));
  for (guint i = 1031; i < 1200; i++)
    yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + 54 * MS);
  g_assert_false (yodel_queue_estimate_is_below_base (&queue, 2 * MS));
}

/* 6 ms less for each packet are seen through 30 ms of jitter, and not taken for what a queue of 60 ms leaves. */
static void
test_quicker_in_jitter (void)
{
  for (guint is_queue = 0; is_queue < 2; is_queue++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (20261127);
      YodelQueueEstimate queue;
      guint n_seen = 0;

      yodel_queue_estimate_init (&queue);
      for (guint i = 0; i < 2100; i++)
        {
          gint64 more_us = i < 2000 || is_queue ? 6 * MS : 0;

          if (i > 1800 && i < 2000 && is_queue)
            more_us = 60 * MS;
          yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + 50 * MS + more_us + g_rand_int_range (random, 0, 30 * MS));
          n_seen += yodel_queue_estimate_is_quicker (&queue, 1 * MS);
          if (i == 1999)
            {
              g_assert_cmpuint (n_seen, <, 40);         /* by chance, in 20 s */
              n_seen = 0;
            }
        }
      g_assert_cmpint (n_seen > 0, ==, !is_queue);
    }
}

/* A way that is 40 ms longer is even; a queue of that length is not. */
static void
test_plateau (void)
{
  for (guint is_queue = 0; is_queue < 2; is_queue++)
    {
      YodelQueueEstimate queue;
      gint64 least_us = 0;

      yodel_queue_estimate_init (&queue);
      for (guint i = 0; i < 1000; i++)
        yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + 50 * MS);
      g_assert_false (yodel_queue_estimate_find_plateau (&queue, 3 * MS, &least_us));
      for (guint i = 1000; i < 1140; i++)
        yodel_queue_estimate_push (&queue, i * 10 * MS, i * 10 * MS + (90 + i % 3 + (is_queue ? i / 20 % 3 * 8 : 0)) * MS);
      g_assert_cmpint (yodel_queue_estimate_find_plateau (&queue, 3 * MS, &least_us), ==, !is_queue);
      if (is_queue)
        continue;

      g_assert_cmpint (least_us, ==, 90 * MS);
      yodel_queue_estimate_raise_base (&queue, least_us);
      g_assert_cmpint (yodel_queue_estimate_get_standing_us (&queue, 100 * MS), ==, 0);
      yodel_queue_estimate_push (&queue, 11400 * MS, 11500 * MS);
      g_assert_cmpint (yodel_queue_estimate_get_newest_us (&queue), ==, 10 * MS);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/congestion/inter-arrival/groups-of-5-ms", test_groups_of_5_ms);
  g_test_add_func ("/congestion/inter-arrival/released-together-is-one-group", test_released_together_is_one_group);
  g_test_add_func ("/congestion/inter-arrival/silence-starts-anew", test_silence_starts_anew);
  for (guint i = 0; i < G_N_ELEMENTS (trend_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/congestion/trendline/", trend_cases[i].name, NULL);

      g_test_add_data_func (path, &trend_cases[i], test_trend);
    }
  g_test_add_func ("/congestion/trendline/threshold-stays-in-bounds", test_threshold_stays_in_bounds);
  g_test_add_func ("/congestion/acknowledged-rate/over-a-window", test_acknowledged_rate);
  g_test_add_func ("/congestion/queue-estimate/a-spike-is-no-queue", test_standing_queue);
  g_test_add_func ("/congestion/queue-estimate/base-grows-old-unless-held", test_base_grows_old);
  for (guint i = 0; i < G_N_ELEMENTS (noise_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/congestion/queue-estimate/noise/", noise_cases[i].name, NULL);

      g_test_add_data_func (path, &noise_cases[i], test_noise);
    }
  g_test_add_func ("/congestion/queue-estimate/a-few-quick-packets-are-not-the-base", test_quick_packets);
  g_test_add_func ("/congestion/queue-estimate/a-faster-link-is-seen-at-once", test_below_base);
  g_test_add_func ("/congestion/queue-estimate/a-faster-link-is-seen-through-jitter", test_quicker_in_jitter);
  g_test_add_func ("/congestion/queue-estimate/a-longer-way-is-no-queue", test_plateau);
  g_test_add_func ("/congestion/aimd/backs-off-and-climbs", test_aimd_backs_off_and_climbs);
  g_test_add_func ("/congestion/drain/ends-when-empty-or-late", test_drain_ends_when_empty_or_late);
  g_test_add_func ("/congestion/alr/less-than-it-may", test_alr);
  return g_test_run ();
}
