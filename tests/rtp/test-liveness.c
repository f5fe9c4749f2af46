#include "rtp/liveness.h"

/* Half a minute of silence in no time; the test is the clock. */
static void
test_silence (void)
{
  YodelLiveness liveness;
  gint64 now_us = 1000;

  yodel_liveness_init (&liveness, now_us);
  g_assert_cmpint (yodel_liveness_next_deadline_us (&liveness), ==, now_us + 3 * G_USEC_PER_SEC);

  now_us = yodel_liveness_next_deadline_us (&liveness);
  g_assert_false (yodel_liveness_advance (&liveness, now_us - 1));
  g_assert_true (yodel_liveness_advance (&liveness, now_us));
  g_assert_cmpint (liveness.state, ==, YODEL_LIVENESS_STALLED);
  g_assert_false (yodel_liveness_advance (&liveness, now_us));

  now_us = yodel_liveness_next_deadline_us (&liveness);
  g_assert_cmpint (now_us, ==, 1000 + 30 * G_USEC_PER_SEC);
  g_assert_false (yodel_liveness_advance (&liveness, now_us - 1));
  g_assert_true (yodel_liveness_advance (&liveness, now_us));
  g_assert_cmpint (liveness.state, ==, YODEL_LIVENESS_LOST);
  g_assert_cmpint (yodel_liveness_next_deadline_us (&liveness), ==, G_MAXINT64);
}

static void
test_heard_again (void)
{
  YodelLiveness liveness;
  gint64 now_us;

  yodel_liveness_init (&liveness, 0);
  g_assert_false (yodel_liveness_heard (&liveness, 1));
  now_us = yodel_liveness_next_deadline_us (&liveness);
  g_assert_true (yodel_liveness_advance (&liveness, now_us));
  g_assert_true (yodel_liveness_heard (&liveness, now_us + 5));
  g_assert_cmpint (liveness.state, ==, YODEL_LIVENESS_LIVE);
  g_assert_cmpint (yodel_liveness_next_deadline_us (&liveness), ==,
                   now_us + 5 + 3 * G_USEC_PER_SEC);
}

static void
test_lost_is_for_good (void)
{
  YodelLiveness liveness;

  yodel_liveness_init (&liveness, 0);
  g_assert_true (yodel_liveness_advance (&liveness, G_USEC_PER_SEC * G_GINT64_CONSTANT (3600)));
  g_assert_cmpint (liveness.state, ==, YODEL_LIVENESS_LOST);
  g_assert_false (yodel_liveness_heard (&liveness, G_USEC_PER_SEC * G_GINT64_CONSTANT (3601)));
  g_assert_cmpint (liveness.state, ==, YODEL_LIVENESS_LOST);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/liveness/silence-stalls-then-loses", test_silence);
  g_test_add_func ("/rtp/liveness/a-packet-brings-it-back", test_heard_again);
  g_test_add_func ("/rtp/liveness/lost-is-for-good", test_lost_is_for_good);
  return g_test_run ();
}
