#include "video/frame-timing.h"

#define FRAME_US   (G_USEC_PER_SEC / 30)
#define NETWORK_US (80 * 1000)
#define MS         1000

typedef struct
{
  const char *name;
  guint       jitter_ms;          /* even between 0 and this */
  gint        drift_ppm;          /* the peer's clock against ours */
  guint       recovered_every;    /* so many frames one had to be sent again */
  guint       rtt_ms;
  guint       key_every;          /* a frame eight times as large, 30 ms longer on the wire */

  guint       median_ms;          /* from the fastest passage to the screen, at most */
  guint       p95_ms;
  guint       late_percent;       /* shown in uneven steps: more than 20 ms from the last's rhythm */
} Case;

static const Case cases[] = {
  { "clean-is-shown-as-it-comes", 0,   0,    0,  50,  0,  0,   0,   0 },
  { "a-little-jitter-too",        10,  0,    0,  50,  0,  8,   12,  0 },
  { "key-frames-do-not-count",    5,   0,    0,  50,  60, 6,   10,  3 },
  { "jitter-is-evened-out",       60,  0,    0,  50,  0,  68,  72,  10 },
  { "fast-clock",                 10,  200,  0,  50,  0,  10,  14,  0 },
  { "slow-clock",                 10,  -200, 0,  50,  0,  10,  14,  0 },
  { "recovery-at-rtt-50-is-hardly-waited-for", 5, 0, 25, 50,  0,  18,  20,  8 },
  { "recovery-at-rtt-150-is-waited-for-in-part", 5, 0, 25, 150, 0, 163, 165, 8 },
};

static int
compare_ints (gconstpointer a,
              gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* A minute of frames; what is asked is asked of the last half. */
static void
test_minute (gconstpointer data)
{
  enum { N = 1800 };
  const Case *c = data;
  g_autoptr (YodelFrameTiming) timing = yodel_frame_timing_new (90000);
  static int delays_us[N / 2];
  gint64 last_offset_us = 0, shown_us = 0;
  guint32 random = 12345;
  guint uneven = 0;

  yodel_frame_timing_set_rtt_us (timing, c->rtt_ms * MS);

  for (guint i = 0; i < N; i++)
    {
      gint64 captured_us = i * FRAME_US + (gint64) i * FRAME_US * c->drift_ppm / 1000000;
      gboolean recovered = c->recovered_every > 0 && i % c->recovered_every == 7;
      gboolean key = c->key_every > 0 && i % c->key_every == 0;
      gint64 arrival_us, offset_us;

      random = random * 1664525 + 1013904223;
      arrival_us = captured_us + NETWORK_US + (random >> 8) % (c->jitter_ms * MS + 1)
                   + (recovered ? (c->rtt_ms + 10) * MS : 0) + (key ? 30 * MS : 0);
      arrival_us = MAX (arrival_us, shown_us - (c->rtt_ms + 50) * MS);

      yodel_frame_timing_push (timing, G_MAXUINT32 - 90000 + i * 3000, key ? 16000 : 2000, arrival_us, recovered);
      yodel_frame_timing_push_decode_time (timing, 2 * MS, arrival_us);
      shown_us = yodel_frame_timing_render_time_us (timing, G_MAXUINT32 - 90000 + i * 3000, arrival_us);
      g_assert_cmpint (shown_us, >=, arrival_us);

      offset_us = shown_us - captured_us - NETWORK_US;
      if (i >= N / 2)
        {
          delays_us[i - N / 2] = offset_us;
          uneven += ABS (offset_us - last_offset_us) > 20 * MS;
        }
      last_offset_us = offset_us;
    }

  qsort (delays_us, N / 2, sizeof delays_us[0], compare_ints);
  g_test_message ("median %d, p95 %d ms, uneven %u %%", delays_us[N / 4] / MS, delays_us[N * 19 / 40] / MS,
                  uneven * 200 / N);
  g_assert_cmpint (delays_us[N / 4], <=, c->median_ms * MS);
  g_assert_cmpint (delays_us[N * 19 / 40], <=, c->p95_ms * MS);
  g_assert_cmpuint (uneven * 200 / N, <=, c->late_percent);
}

static gint64
push_and_show_any (YodelFrameTiming *timing,
                   guint             index,
                   gint64            arrival_us,
                   gboolean          recovered)
{
  yodel_frame_timing_push (timing, index * 3000, 2000, arrival_us, recovered);
  return yodel_frame_timing_render_time_us (timing, index * 3000, arrival_us) - arrival_us;
}

static gint64
push_and_show (YodelFrameTiming *timing,
               guint             index,
               gint64            arrival_us)
{
  return push_and_show_any (timing, index, arrival_us, FALSE);
}

static void
test_delay_grows_fast (void)
{
  g_autoptr (YodelFrameTiming) timing = yodel_frame_timing_new (90000);
  gint64 last_us = 0;

  for (guint i = 0; i < 600; i++)
    {
      gint64 delay_us;

      push_and_show (timing, i, i * FRAME_US + (i > 300 ? i % 5 * 40 * MS : 0));
      delay_us = yodel_frame_timing_get_delay_us (timing);
      g_assert_cmpint (delay_us - last_us, <=, (FRAME_US + 40 * MS) * 3 / 10 + 1);
      last_us = delay_us;
    }

  g_assert_cmpint (last_us, >, 100 * MS);
  g_assert_cmpint (last_us, <, 200 * MS);

  for (guint i = 600; i < 1800; i++)
    {
      gint64 delay_us;

      push_and_show (timing, i, i * FRAME_US);
      delay_us = yodel_frame_timing_get_delay_us (timing);
      g_assert_cmpint (last_us - delay_us, <=, FRAME_US / 10 + 1);
      last_us = delay_us;
    }
  g_assert_cmpint (last_us, ==, 0);
}

/* One resend shows that there will be more: a second later the next one is waited for. */
static void
test_first_loss_is_enough (void)
{
  g_autoptr (YodelFrameTiming) timing = yodel_frame_timing_new (90000);

  yodel_frame_timing_set_rtt_us (timing, 150 * MS);
  for (guint i = 0; i < 60; i++)
    push_and_show (timing, i, i * FRAME_US);
  yodel_frame_timing_push (timing, 60 * 3000, 2000, 60 * FRAME_US + 170 * MS, TRUE);
  for (guint i = 61; i < 91; i++)
    push_and_show (timing, i, i * FRAME_US);
  g_assert_cmpint (yodel_frame_timing_get_delay_us (timing), >, 100 * MS);
}

static void
test_extra_delay_is_kept (void)
{
  g_autoptr (YodelFrameTiming) timing = yodel_frame_timing_new (90000);

  for (guint i = 0; i < 60; i++)
    push_and_show (timing, i, i * FRAME_US);
  yodel_frame_timing_set_extra_delay_us (timing, 70 * MS);

  for (guint i = 60; i < 90; i++)
    {
      gint64 wait_us = push_and_show (timing, i, i * FRAME_US + 5 * MS);

      g_assert_cmpint (wait_us, >=, 64 * MS);
      g_assert_cmpint (wait_us, <=, 66 * MS);
    }
}

/* A frame comes every so often, the peer's clock jumps, the path grows longer. */
static void
test_recovers_from_jumps (void)
{
  g_autoptr (YodelFrameTiming) timing = yodel_frame_timing_new (90000);

  for (guint i = 0; i < 60; i++)
    g_assert_cmpint (push_and_show (timing, i, i * FRAME_US), ==, 0);

  for (guint i = 60; i < 120; i++)
    g_assert_cmpint (push_and_show (timing, i + 30 * 3600, i * FRAME_US), <=, 40 * MS);

  for (guint i = 120; i < 1000; i++)
    g_assert_cmpint (push_and_show (timing, i + 30 * 3600, i * FRAME_US + 90 * MS), <=, 120 * MS);
  g_assert_cmpint (push_and_show (timing, 1000 + 30 * 3600, 1000 * FRAME_US + 90 * MS), ==, 0);
}

/* Where every frame had a packet sent again, such frames say how long the way is: one that comes late is not taken for
 * the fastest. */
static void
test_resent_frames_say_how_long_the_way_is (void)
{
  g_autoptr (YodelFrameTiming) timing = yodel_frame_timing_new (90000);

  push_and_show (timing, 0, 80 * MS);
  for (guint i = 1; i < 600; i++)
    push_and_show_any (timing, i, i * FRAME_US + 80 * MS, TRUE);
  push_and_show (timing, 600, 600 * FRAME_US + 480 * MS);
  yodel_frame_timing_set_extra_delay_us (timing, 10 * MS);
  g_assert_cmpint (push_and_show_any (timing, 601, 601 * FRAME_US + 80 * MS, TRUE), <=, 30 * MS);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/frame-timing/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_minute);
    }
  g_test_add_func ("/video/frame-timing/delay-grows-fast-and-shrinks-slowly", test_delay_grows_fast);
  g_test_add_func ("/video/frame-timing/first-loss-is-enough", test_first_loss_is_enough);
  g_test_add_func ("/video/frame-timing/extra-delay-is-kept", test_extra_delay_is_kept);
  g_test_add_func ("/video/frame-timing/recovers-from-jumps", test_recovers_from_jumps);
  g_test_add_func ("/video/frame-timing/resent-frames-say-how-long-the-way-is", test_resent_frames_say_how_long_the_way_is);
  return g_test_run ();
}
