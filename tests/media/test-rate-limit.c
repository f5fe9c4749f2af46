#define G_LOG_DOMAIN "yodel-test"

#include "media/pipe/rate-limit.h"

#define BLOCK_US 10000
#define MOST_US  250000

/* Reads as much as it may until @now_us.  Returns: how much */
static gint64
read_all (YodelRateLimit *limit,
          gint64          now_us)
{
  gint64 media_us = 0;

  yodel_rate_limit_advance (limit, MOST_US, now_us);
  while (yodel_rate_limit_delay_us (limit) == 0)
    {
      yodel_rate_limit_spend (limit, BLOCK_US);
      media_us += BLOCK_US;
    }
  return media_us;
}

static void
test_a_writer_without_end_is_held_to_real_time (void)
{
  YodelRateLimit limit;
  gint64 media_us = 0;

  yodel_rate_limit_init (&limit, MOST_US, 0);
  for (gint64 now_us = 0; now_us <= 100 * G_USEC_PER_SEC; now_us += 1000)
    media_us += read_all (&limit, now_us);

  g_assert_cmpint (media_us, >=, 100 * G_USEC_PER_SEC);
  g_assert_cmpint (media_us, <=, 102 * G_USEC_PER_SEC);
}

static void
test_a_writer_in_real_time_never_waits (void)
{
  YodelRateLimit limit;

  yodel_rate_limit_init (&limit, MOST_US, 0);
  for (gint64 now_us = 0; now_us <= 100 * G_USEC_PER_SEC; now_us += BLOCK_US)
    {
      yodel_rate_limit_advance (&limit, MOST_US, now_us);
      g_assert_cmpint (yodel_rate_limit_delay_us (&limit), ==, 0);
      yodel_rate_limit_spend (&limit, BLOCK_US);
    }
}

/* 200 ms late, then all at once. */
static void
test_a_late_writer_catches_up_at_once (void)
{
  YodelRateLimit limit;

  yodel_rate_limit_init (&limit, MOST_US, 0);
  g_assert_cmpint (read_all (&limit, 0), >=, 200000);
  g_assert_cmpint (read_all (&limit, 200000), >=, 190000);
}

static void
test_a_long_pause_gives_no_more_than_the_most (void)
{
  YodelRateLimit limit;

  yodel_rate_limit_init (&limit, 0, 0);
  g_assert_cmpint (read_all (&limit, G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC), <=, MOST_US + BLOCK_US);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/rate-limit/a-writer-without-end-is-held-to-real-time",
                   test_a_writer_without_end_is_held_to_real_time);
  g_test_add_func ("/media/rate-limit/a-writer-in-real-time-never-waits", test_a_writer_in_real_time_never_waits);
  g_test_add_func ("/media/rate-limit/a-late-writer-catches-up-at-once", test_a_late_writer_catches_up_at_once);
  g_test_add_func ("/media/rate-limit/a-long-pause-gives-no-more-than-the-most",
                   test_a_long_pause_gives_no_more_than_the_most);

  return g_test_run ();
}
