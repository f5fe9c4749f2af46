#define G_LOG_DOMAIN "yodel-test"

#include "cli/status-line.h"

#include <string.h>

static void
test_meter_has_one_width (void)
{
  static const double levels[] = { -127, -54, -40, -27, -10, -1, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autofree char *meter = yodel_status_line_meter (levels[i]);

      g_assert_cmpint (g_utf8_strlen (meter, -1), ==, 8);
    }
}

static void
test_louder_is_longer (void)
{
  guint before = 0;

  for (int level = -60; level <= 0; level += 6)
    {
      g_autofree char *meter = yodel_status_line_meter (level);
      guint filled = 0;

      for (const char *at = meter; *at != '\0'; at++)
        filled += *at == '#';
      g_assert_cmpuint (filled, >=, before);
      before = filled;
    }
  g_assert_cmpuint (before, ==, 8);
}

static void
test_rates_have_the_unit_that_fits (void)
{
  static const struct { double rate_bps; const char *text; } rates[] = {
    { -1, "-" }, { 0, "0 kbit/s" }, { 32400, "32 kbit/s" }, { 1250000, "1.2 Mbit/s" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autofree char *text = yodel_status_line_rate (rates[i].rate_bps);

      g_assert_cmpstr (text, ==, rates[i].text);
    }
}

static void
test_a_paused_picture_is_told (void)
{
  YodelStatus status = { .state = "connected", .connected_us = G_USEC_PER_SEC, .figures = { .rtt_ms = -1, .loss = -1 } };
  g_autofree char *before = yodel_status_line_text (&status, 3 * G_USEC_PER_SEC);
  g_autofree char *paused = NULL;
  g_autofree char *surviving = NULL;

  status.video_paused = TRUE;
  paused = yodel_status_line_text (&status, 3 * G_USEC_PER_SEC);
  g_assert_null (strstr (before, "picture paused"));
  g_assert_nonnull (strstr (paused, "picture paused: too little room"));
  g_assert_null (strstr (paused, "survival"));

  status.survival = TRUE;
  surviving = yodel_status_line_text (&status, 3 * G_USEC_PER_SEC);
  g_assert_nonnull (strstr (surviving, "survival mode"));
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("LC_ALL", "C", TRUE);           /* no UTF-8: the plain meter */
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/status-line/meter-has-one-width", test_meter_has_one_width);
  g_test_add_func ("/cli/status-line/louder-is-longer", test_louder_is_longer);
  g_test_add_func ("/cli/status-line/a-paused-picture-is-told", test_a_paused_picture_is_told);
  g_test_add_func ("/cli/status-line/rates-have-the-unit-that-fits", test_rates_have_the_unit_that_fits);

  return g_test_run ();
}
