#include "base/sequence.h"

static void
test_wraps_both_ways (void)
{
  YodelUnwrapper unwrapper = { 0 };

  g_assert_cmpint (yodel_unwrapper_next16 (&unwrapper, 65534), ==, 65534);
  g_assert_cmpint (yodel_unwrapper_next16 (&unwrapper, 1), ==, 65537);
  g_assert_cmpint (yodel_unwrapper_peek16 (&unwrapper, 65535), ==, 65535);
  g_assert_cmpint (yodel_unwrapper_next16 (&unwrapper, 0), ==, 65536);
}

static void
test_first_may_go_below_zero (void)
{
  YodelUnwrapper unwrapper = { 0 };

  g_assert_cmpint (yodel_unwrapper_next32 (&unwrapper, 0), ==, 0);
  g_assert_cmpint (yodel_unwrapper_next32 (&unwrapper, G_MAXUINT32), ==, -1);
}

static void
test_order (void)
{
  g_assert_cmpint (yodel_sequence_diff16 (1, 65535), ==, 2);
  g_assert_cmpint (yodel_sequence_diff16 (65535, 1), ==, -2);
  g_assert_cmpint (yodel_sequence_diff32 (0, G_MAXUINT32), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/sequence/unwrapper/wraps-both-ways", test_wraps_both_ways);
  g_test_add_func ("/base/sequence/unwrapper/goes-below-zero", test_first_may_go_below_zero);
  g_test_add_func ("/base/sequence/order-around-the-wrap", test_order);
  return g_test_run ();
}
