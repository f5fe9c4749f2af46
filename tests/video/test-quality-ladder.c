#include "video/quality-ladder.h"

/* A stretch of a call: what the network and the encoder said, and what must then be. */
typedef struct
{
  guint  seconds;
  guint  rate_kbps;
  guint  qp;
  guint  drop_percent;
  guint  encode_ms;

  guint  width;          /* at the end; 0: paused */
  guint  fps;
  guint  max_changes;    /* on the way */
} Stretch;

typedef struct
{
  const char       *name;
  guint             width;
  guint             height;
  guint             fps;
  YodelVideoContent content;
  guint             max_pixels;
  Stretch           stretches[6];
} Case;

#define MOTION YODEL_VIDEO_CONTENT_MOTION
#define DETAIL YODEL_VIDEO_CONTENT_DETAIL

static const Case cases[] = {
  { "vga-stays-at-1500", 640, 360, 30, MOTION, 0,
    { { 60, 1500, 30, 0, 4, 640, 30, 1 } } },
  { "vga-starts-full-at-300", 640, 360, 30, MOTION, 0,
    { { 3, 300, 80, 0, 4, 640, 30, 1 }, { 30, 1500, 30, 0, 4, 640, 30, 0 } } },
  { "vga-stays-at-250", 640, 360, 30, MOTION, 0,
    { { 60, 250, 90, 0, 4, 640, 30, 1 } } },
  { "coarse-quantiser-steps-down", 640, 360, 30, MOTION, 0,
    { { 10, 300, 100, 0, 4, 320, 15, 4 } } },
  { "coarse-quantiser-steps-down-once", 640, 360, 30, MOTION, 0,
    { { 4, 300, 100, 0, 4, 480, 30, 2 }, { 30, 300, 70, 0, 4, 480, 30, 0 }, { 7, 500, 60, 0, 4, 640, 30, 1 } } },
  { "drops-step-down", 640, 360, 30, MOTION, 0,
    { { 4, 300, 80, 70, 4, 480, 30, 2 } } },
  { "rising-rate-forgives-the-quantiser", 1280, 720, 30, MOTION, 0,
    { { 2, 900, 110, 0, 8, 1280, 30, 1 }, { 2, 1200, 110, 0, 8, 1280, 30, 0 }, { 20, 2500, 40, 0, 8, 1280, 30, 0 } } },
  { "hd-starts-small-and-grows", 1280, 720, 30, MOTION, 0,
    { { 1, 300, 60, 0, 4, 640, 30, 1 }, { 4, 2500, 30, 0, 8, 1280, 30, 1 } } },
  { "short-dip-is-sat-out", 640, 360, 30, MOTION, 0,
    { { 5, 1000, 30, 0, 4, 640, 30, 1 }, { 1, 150, 60, 0, 4, 640, 30, 0 }, { 5, 1000, 30, 0, 4, 640, 30, 0 } } },
  { "full-size-5-s-after-a-drop", 640, 360, 30, MOTION, 0,
    { { 5, 1000, 30, 0, 4, 640, 30, 1 }, { 20, 110, 70, 0, 4, 320, 30, 2 }, { 4, 1000, 20, 0, 2, 640, 30, 1 } } },
  { "pauses-below-the-floor-and-returns", 640, 360, 30, MOTION, 0,
    { { 5, 1000, 30, 0, 4, 640, 30, 1 }, { 5, 15, 100, 50, 4, 0, 0, 3 }, { 5, 25, 0, 0, 0, 0, 0, 0 },
      { 2, 60, 80, 0, 2, 320, 10, 2 }, { 4, 1000, 30, 0, 4, 640, 30, 1 } } },
  { "crawls-before-it-pauses", 640, 360, 30, MOTION, 0,
    { { 5, 1000, 30, 0, 4, 640, 30, 1 }, { 10, 35, 80, 0, 4, 320, 15, 4 } } },
  { "slow-processor-steps-down-and-stays", 1280, 720, 30, MOTION, 0,
    { { 7, 3000, 30, 0, 32, 960, 30, 2 }, { 15, 3000, 30, 0, 18, 960, 30, 0 } } },
  { "one-slow-second-is-forgiven", 1280, 720, 30, MOTION, 0,
    { { 4, 3000, 30, 0, 10, 1280, 30, 1 }, { 1, 3000, 30, 0, 60, 1280, 30, 0 }, { 8, 3000, 30, 0, 10, 1280, 30, 0 } } },
  { "detail-gives-up-frame-rate-first", 1280, 720, 30, DETAIL, 0,
    { { 5, 1000, 30, 0, 8, 1280, 30, 1 }, { 10, 250, 60, 0, 8, 1280, 10, 2 }, { 10, 90, 80, 0, 8, 960, 5, 4 } } },
  { "cap-on-pixels", 1280, 720, 30, MOTION, 640 * 360,
    { { 20, 3000, 20, 0, 4, 640, 30, 1 } } },
  { "60-fps-becomes-30-before-it-shrinks", 640, 360, 60, MOTION, 0,
    { { 5, 1000, 30, 0, 4, 640, 60, 1 }, { 10, 250, 60, 0, 4, 640, 30, 1 } } },
  { "odd-source-is-kept-as-it-is", 641, 361, 30, MOTION, 0,
    { { 5, 1000, 30, 0, 4, 641, 30, 1 }, { 10, 150, 60, 0, 4, 480, 30, 2 } } },
  { "tiny-source", 2, 2, 5, MOTION, 0,
    { { 10, 300, 120, 0, 1, 2, 5, 1 } } },
};

static guint
run_stretch (YodelQualityLadder *ladder,
             const Stretch      *s,
             guint               source_fps,
             gint64             *now_us)
{
  gint64 end_us = *now_us + s->seconds * G_USEC_PER_SEC;
  guint changes = 0;

  for (guint i = 0; *now_us < end_us; i++, *now_us += G_USEC_PER_SEC / source_fps)
    {
      yodel_quality_ladder_set_rate (ladder, s->rate_kbps * 1000, *now_us);
      changes += yodel_quality_ladder_advance (ladder, *now_us);
      if (!yodel_quality_ladder_get (ladder)->paused)
        yodel_quality_ladder_push_frame (ladder, s->qp, i * 37 % 100 < s->drop_percent,
                                         s->encode_ms * 1000, *now_us);
    }

  return changes;
}

static void
test_stretches (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (YodelQualityLadder) ladder = yodel_quality_ladder_new ();
  const YodelQuality *quality = yodel_quality_ladder_get (ladder);
  gint64 now_us = 1000;

  g_assert_false (yodel_quality_ladder_advance (ladder, 0));
  yodel_quality_ladder_set_source (ladder, c->width, c->height, c->fps);
  yodel_quality_ladder_set_content (ladder, c->content);
  yodel_quality_ladder_set_limits (ladder, c->max_pixels, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (c->stretches) && c->stretches[i].seconds > 0; i++)
    {
      const Stretch *s = &c->stretches[i];
      guint changes = run_stretch (ladder, s, c->fps, &now_us);

      g_test_message ("stretch %u: %ux%u at %.0f fps, %s, %u changes", (guint) i, quality->width, quality->height,
                      quality->fps, quality->paused ? "paused" : yodel_quality_ladder_get_reason (ladder), changes);
      g_assert_cmpint (quality->paused, ==, s->width == 0);
      if (s->width > 0)
        {
          g_assert_cmpuint (quality->width, ==, s->width);
          g_assert_cmpuint (quality->fps, ==, s->fps);
        }
      g_assert_cmpuint (changes, <=, s->max_changes);
    }
}

/* A rate that swings around a floor must not make the picture swing with it. */
static void
test_swinging_rate_seldom_changes_the_size (void)
{
  static const Stretch high = { 6, 700, 40, 0, 4, 0, 0, 0 }, low = { 4, 330, 100, 0, 4, 0, 0, 0 };
  g_autoptr (YodelQualityLadder) ladder = yodel_quality_ladder_new ();
  gint64 now_us = 0;
  guint changes = 0;

  yodel_quality_ladder_set_source (ladder, 640, 360, 30);
  for (guint i = 0; i < 12; i++)
    {
      changes += run_stretch (ladder, &high, 30, &now_us);
      changes += run_stretch (ladder, &low, 30, &now_us);
    }

  g_test_message ("%u changes in two minutes", changes);
  g_assert_cmpuint (changes, <=, 14);
}

static void
test_reasons (void)
{
  static const Stretch good = { 5, 2000, 30, 0, 4, 0, 0, 0 }, thin = { 5, 100, 60, 0, 4, 0, 0, 0 };
  static const Stretch slow = { 10, 2000, 30, 0, 33, 0, 0, 0 };
  g_autoptr (YodelQualityLadder) ladder = yodel_quality_ladder_new ();
  gint64 now_us = 0;

  yodel_quality_ladder_set_source (ladder, 640, 360, 30);
  run_stretch (ladder, &good, 30, &now_us);
  g_assert_cmpstr (yodel_quality_ladder_get_reason (ladder), ==, "none");
  run_stretch (ladder, &thin, 30, &now_us);
  g_assert_cmpstr (yodel_quality_ladder_get_reason (ladder), ==, "bandwidth");
  run_stretch (ladder, &good, 30, &now_us);
  g_assert_cmpstr (yodel_quality_ladder_get_reason (ladder), ==, "none");
  run_stretch (ladder, &slow, 30, &now_us);
  g_assert_cmpstr (yodel_quality_ladder_get_reason (ladder), ==, "cpu");
}

static void
test_source_may_change (void)
{
  static const Stretch good = { 5, 2500, 30, 0, 4, 0, 0, 0 };
  g_autoptr (YodelQualityLadder) ladder = yodel_quality_ladder_new ();
  gint64 now_us = 0;

  yodel_quality_ladder_set_source (ladder, 640, 360, 30);
  run_stretch (ladder, &good, 30, &now_us);
  yodel_quality_ladder_set_source (ladder, 1280, 720, 25);
  g_assert_cmpuint (run_stretch (ladder, &good, 25, &now_us), ==, 1);
  g_assert_cmpuint (yodel_quality_ladder_get (ladder)->width, ==, 1280);
  g_assert_cmpuint (yodel_quality_ladder_get_max_rate_bps (ladder), >, 2500000);
}

/* A camera's frame rate is measured, and wanders. */
static void
test_wandering_frame_rate_changes_no_size (void)
{
  static const Stretch thin = { 12, 300, 100, 0, 4, 0, 0, 0 }, calm = { 1, 300, 60, 0, 4, 0, 0, 0 };
  g_autoptr (YodelQualityLadder) ladder = yodel_quality_ladder_new ();
  gint64 now_us = 0;
  guint width;

  yodel_quality_ladder_set_source (ladder, 1280, 720, 30);
  run_stretch (ladder, &thin, 30, &now_us);
  width = yodel_quality_ladder_get (ladder)->width;
  g_assert_cmpuint (width, <, 640);

  for (guint i = 0; i < 20; i++)
    {
      yodel_quality_ladder_set_source (ladder, 1280, 720, i % 2 ? 27 : 33);
      run_stretch (ladder, &calm, 30, &now_us);
      g_assert_cmpuint (yodel_quality_ladder_get (ladder)->width, ==, width);
    }
}

typedef struct
{
  const char *name;
  guint       source_fps;
  guint       jitter_ms;
  double      max_fps;
  guint       taken;         /* in ten seconds */
} PictureCase;

static const PictureCase picture_cases[] = {
  { "every-one",                30, 0,  0,    300 },
  { "every-one-of-an-uneven",   30, 20, 0,    300 },
  { "half",                     30, 0,  15,   150 },
  { "half-of-an-uneven",        30, 20, 15,   150 },
  { "a-third",                  30, 10, 10,   100 },
  { "not-a-divisor",            30, 0,  20,   200 },
  { "more-than-there-are",      15, 0,  30,   150 },
};

static void
test_takes_pictures_evenly (gconstpointer data)
{
  const PictureCase *c = data;
  g_autoptr (YodelQualityLadder) ladder = yodel_quality_ladder_new ();
  guint32 random = 1;
  guint taken = 0;

  g_assert_false (yodel_quality_ladder_wants_picture (ladder, 0));
  yodel_quality_ladder_set_source (ladder, 640, 360, c->source_fps);
  yodel_quality_ladder_set_limits (ladder, 0, c->max_fps);
  yodel_quality_ladder_set_rate (ladder, 1000000, 0);
  yodel_quality_ladder_advance (ladder, 0);

  for (guint i = 0; i < 10 * c->source_fps; i++)
    {
      random = random * 1664525 + 1013904223;
      taken += yodel_quality_ladder_wants_picture (ladder, 5 * G_USEC_PER_SEC + i * G_USEC_PER_SEC / c->source_fps
                                                           + (random >> 8) % (c->jitter_ms * 1000 + 1));
    }

  g_assert_cmpuint (taken, >=, c->taken * 97 / 100);
  g_assert_cmpuint (taken, <=, c->taken * 103 / 100);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/quality-ladder/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_stretches);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (picture_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/quality-ladder/takes-pictures/", picture_cases[i].name, NULL);
      g_test_add_data_func (path, &picture_cases[i], test_takes_pictures_evenly);
    }
  g_test_add_func ("/video/quality-ladder/swinging-rate-seldom-changes-the-size",
                   test_swinging_rate_seldom_changes_the_size);
  g_test_add_func ("/video/quality-ladder/wandering-frame-rate-changes-no-size",
                   test_wandering_frame_rate_changes_no_size);
  g_test_add_func ("/video/quality-ladder/reasons", test_reasons);
  g_test_add_func ("/video/quality-ladder/source-may-change", test_source_may_change);
  return g_test_run ();
}
