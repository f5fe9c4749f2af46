#include "video/freeze-meter.h"

typedef struct
{
  const char *name;
  const char *gaps_ms;
  guint       freezes;
  guint       frozen_ms;
} Case;

static const Case cases[] = {
  { "steady",                    "33 33 33 33 33 33 33 33", 0, 0 },
  { "gap-just-too-short",        "33 33 33 33 33 182",      0, 0 },
  { "gap-long-enough",           "33 33 33 33 33 183",      1, 150 },
  { "three-times-a-slow-rhythm", "100 100 100 100 100 299 100 400", 1, 271 },
  { "too-early-to-tell",         "33 33 33 33 500",         0, 0 },
  { "two",                       "40 40 40 40 40 240 40 40 40 40 400", 2, 540 },
  { "pause-is-none",             "33 33 33 33 33 p 9000 33 33", 0, 0 },
};

static void
test_gaps (gconstpointer data)
{
  const Case *c = data;
  g_auto (GStrv) words = g_strsplit (c->gaps_ms, " ", -1);
  YodelFreezeMeter meter = { 0 };
  gint64 now_us = 5 * G_USEC_PER_SEC;
  guint returned = 0;

  yodel_freeze_meter_push (&meter, now_us);
  for (char **word = words; *word != NULL; word++)
    {
      if (**word == 'p')
        {
          yodel_freeze_meter_pause (&meter);
          continue;
        }
      now_us += g_ascii_strtoll (*word, NULL, 10) * 1000;
      returned += yodel_freeze_meter_push (&meter, now_us);
    }

  g_assert_cmpuint (meter.freeze_count, ==, c->freezes);
  g_assert_cmpuint (returned, ==, c->freezes);
  g_assert_cmpint (meter.freezes_us / 1000, >=, c->frozen_ms);
  g_assert_cmpint (meter.freezes_us / 1000, <=, c->frozen_ms + 1);
}

/* Only the last thirty gaps count. */
static void
test_mean_forgets (void)
{
  YodelFreezeMeter meter = { 0 };
  gint64 now_us = 0;

  for (guint i = 0; i < 40; i++)
    yodel_freeze_meter_push (&meter, now_us += 200000);
  for (guint i = 0; i < 30; i++)
    g_assert_false (yodel_freeze_meter_push (&meter, now_us += 20000));

  g_assert_true (yodel_freeze_meter_push (&meter, now_us += 170000));
}

static void
test_fps (void)
{
  static const guint rates[] = { 1, 7, 15, 30, 60 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      YodelFreezeMeter meter = { 0 };
      gint64 now_us = 0;

      g_assert_cmpfloat (yodel_freeze_meter_get_fps (&meter, 0), ==, 0);
      for (guint n = 0; n < 100; n++)
        yodel_freeze_meter_push (&meter, now_us += G_USEC_PER_SEC / rates[i]);

      g_assert_cmpfloat_with_epsilon (yodel_freeze_meter_get_fps (&meter, now_us), rates[i], 0.1);
      g_assert_cmpfloat (yodel_freeze_meter_get_fps (&meter, now_us + G_USEC_PER_SEC), ==, 0);
    }
}

/* What waited comes at once: ten pictures are shown in a moment, and that is ten a second. */
static void
test_fps_after_a_stall (void)
{
  YodelFreezeMeter meter = { 0 };
  gint64 now_us = 0;

  for (guint n = 0; n < 60; n++)
    yodel_freeze_meter_push (&meter, now_us += 33333);
  now_us += 6 * G_USEC_PER_SEC;
  for (guint n = 0; n < 10; n++)
    yodel_freeze_meter_push (&meter, now_us += 2000);

  g_assert_cmpfloat_with_epsilon (yodel_freeze_meter_get_fps (&meter, now_us), 9, 0.3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/freeze-meter/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_gaps);
    }
  g_test_add_func ("/video/freeze-meter/mean-forgets", test_mean_forgets);
  g_test_add_func ("/video/freeze-meter/frame-rate", test_fps);
  g_test_add_func ("/video/freeze-meter/frame-rate-after-a-stall", test_fps_after_a_stall);
  return g_test_run ();
}
