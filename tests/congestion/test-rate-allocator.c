#include "congestion/rate-allocator.h"

#define MS G_TIME_SPAN_MILLISECOND

static const YodelRateConfig call = {
  .has_audio = TRUE,
  .audio_min_bps = 12000,
  .audio_max_bps = 32000,
  .audio_frame_us = 20 * MS,
  .has_video = TRUE,
  .video_floor_bps = 50000,
  .video_max_bps = 1500000,
  .packet_overhead_bytes = 50,
};

typedef struct
{
  const char *name;
  guint       target_bps;
  double      protection;
  guint       audio_bps;
  guint       video_bps;
} Case;

/* Audio's headers are 50 packets of 50 bytes a second: 20 kbit/s. */
static const Case cases[] = {
  { "audio-first",               1202000, 0.0, 32000, 1100000 },
  { "protection-comes-off",      1202000, 0.5, 32000, 550000 },
  { "video-has-a-maximum",       5000000, 0.0, 32000, 1500000 },
  { "audio-steps-down-alone",    40000,   0.0, 20000, 0 },
  { "audio-keeps-its-minimum",   10000,   0.0, 12000, 0 },
};

static void
test_split (gconstpointer data)
{
  const Case *c = data;
  YodelRateAllocator allocator;

  yodel_rate_allocator_init (&allocator, &call);
  for (gint64 now_us = 0; now_us < 2 * G_USEC_PER_SEC; now_us += 50 * MS)
    yodel_rate_allocator_update (&allocator, c->target_bps, c->protection, FALSE, now_us);

  g_assert_cmpuint (allocator.allocation.audio_bps, ==, c->audio_bps);
  g_assert_cmpuint (allocator.allocation.video_bps, ==, c->video_bps);
  g_assert_cmpint (allocator.allocation.video_paused, ==, c->video_bps == 0);
  g_assert_false (yodel_rate_allocator_update (&allocator, c->target_bps, c->protection, FALSE, 3 * G_USEC_PER_SEC));
}

static void
test_pause_and_return (void)
{
  YodelRateAllocator allocator;
  gint64 now_us = 0;

  yodel_rate_allocator_init (&allocator, &call);
  yodel_rate_allocator_update (&allocator, 500000, 0, FALSE, now_us);
  g_assert_false (allocator.allocation.video_paused);

  /* A dip is not a pause: the video crawls at its floor. */
  yodel_rate_allocator_update (&allocator, 80000, 0, FALSE, now_us += 50 * MS);
  g_assert_false (allocator.allocation.video_paused);
  g_assert_cmpuint (allocator.allocation.video_bps, ==, call.video_floor_bps);
  yodel_rate_allocator_update (&allocator, 80000, 0, FALSE, now_us += 500 * MS);
  g_assert_true (allocator.allocation.video_paused);

  /* Just above the floor is not enough to come back, nor is a moment above it. */
  yodel_rate_allocator_update (&allocator, 110000, 0, FALSE, now_us += 5000 * MS);
  g_assert_true (allocator.allocation.video_paused);
  yodel_rate_allocator_update (&allocator, 200000, 0, FALSE, now_us += 50 * MS);
  g_assert_true (allocator.allocation.video_paused);
  yodel_rate_allocator_update (&allocator, 200000, 0, FALSE, now_us += 1000 * MS);
  g_assert_false (allocator.allocation.video_paused);

  /* With plenty there is no need to wait, as after a dead link. */
  yodel_rate_allocator_update (&allocator, 80000, 0, FALSE, now_us += 50 * MS);
  yodel_rate_allocator_update (&allocator, 80000, 0, FALSE, now_us += 500 * MS);
  g_assert_true (allocator.allocation.video_paused);
  yodel_rate_allocator_update (&allocator, 1000000, 0, FALSE, now_us += 50 * MS);
  g_assert_false (allocator.allocation.video_paused);
}

/* While a queue is let go, a rate below the floor leaves pictures out; it is no pause. */
static void
test_passing_low_is_no_pause (void)
{
  const YodelRateConfig config = { .has_video = TRUE, .video_floor_bps = 100000 };
  YodelRateAllocator allocator;
  gint64 now_us = 0;

  yodel_rate_allocator_init (&allocator, &config);
  yodel_rate_allocator_update (&allocator, 500000, 0, FALSE, now_us);
  for (guint i = 0; i < 20; i++)
    yodel_rate_allocator_update (&allocator, 60000, 0, TRUE, now_us += 50 * MS);
  g_assert_false (allocator.allocation.video_paused);
  g_assert_cmpuint (allocator.allocation.video_bps, ==, 0);
  yodel_rate_allocator_update (&allocator, 60000, 0, FALSE, now_us += 50 * MS);
  g_assert_cmpuint (allocator.allocation.video_bps, ==, 100000);
  yodel_rate_allocator_update (&allocator, 60000, 0, FALSE, now_us += 500 * MS);
  g_assert_true (allocator.allocation.video_paused);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/congestion/rate-allocator/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_split);
    }
  g_test_add_func ("/congestion/rate-allocator/pause-and-return", test_pause_and_return);
  g_test_add_func ("/congestion/rate-allocator/a-passing-low-is-no-pause", test_passing_low_is_no_pause);
  return g_test_run ();
}
