#include <math.h>
#include <string.h>

#include "audio/comfort-noise.h"
#include "audio/time-stretch.h"

#define N 2400

static const YodelStretchLimits easy = { .max_lag = 600, .silent_lag = 600, .min_similarity = 0.8, .silence_rms = 20 };

/* 200 Hz: a period is 240 samples. */
static void
voice (gint16 *pcm,
       guint   n)
{
  for (guint i = 0; i < n; i++)
    pcm[i] = (gint16) (6000 * sin (2 * G_PI * i / 240) + 3000 * sin (2 * G_PI * i / 80 + 1));
}

static void
noise (gint16 *pcm,
       guint   n,
       int     amplitude)
{
  guint32 state = 1;

  for (guint i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      pcm[i] = (gint16) ((int) (state >> 16) % (2 * amplitude + 1) - amplitude);
    }
}

/* A click is a step that the wave itself never makes. */
static void
assert_smooth (const gint16 *pcm,
               guint         n)
{
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (ABS (pcm[i] - pcm[i - 1]), <, 500);
}

static void
test_accelerate_takes_out_periods (void)
{
  gint16 pcm[N];
  guint lag;

  voice (pcm, N);
  lag = yodel_time_stretch_accelerate (pcm, N, &easy);
  g_assert_cmpuint (lag, >, 0);
  g_assert_cmpuint (lag % 240, ==, 0);
  assert_smooth (pcm, N - lag);
}

static void
test_expand_puts_in_periods (void)
{
  gint16 all[2 * N], *pcm = all + N;
  guint lag;

  voice (all, 2 * N - 600);
  lag = yodel_time_stretch_expand (pcm, N - 600, N, all, N, &easy);
  g_assert_cmpuint (lag, >, 0);
  g_assert_cmpuint (lag % 240, ==, 0);
  assert_smooth (all + N - 100, N - 600 + lag + 100);
}

static void
test_what_is_no_voice_is_left_alone (void)
{
  gint16 all[2 * N], before[N];

  noise (all, 2 * N, 8000);
  memcpy (before, all + N, sizeof before);
  g_assert_cmpuint (yodel_time_stretch_accelerate (all + N, N, &easy), ==, 0);
  g_assert_cmpuint (yodel_time_stretch_expand (all + N, 960, N, all, N, &easy), ==, 0);
  g_assert_cmpmem (all + N, sizeof before, before, sizeof before);
}

static void
test_in_a_hurry_anything_goes (void)
{
  YodelStretchLimits hurry = easy;
  gint16 pcm[N];

  hurry.min_similarity = -1;
  noise (pcm, N, 8000);
  g_assert_cmpuint (yodel_time_stretch_accelerate (pcm, N, &hurry), >, 0);
}

static void
test_silence_gives_what_is_wanted (void)
{
  YodelStretchLimits limits = easy;
  gint16 all[2 * N];

  noise (all, 2 * N, 10);
  limits.max_lag = 333;
  g_assert_cmpuint (yodel_time_stretch_accelerate (all + N, N, &limits), ==, 333);
  limits.silent_lag = 222;
  g_assert_cmpuint (yodel_time_stretch_expand (all + N, 960, N, all, N, &limits), ==, 222);
}

/* Whatever is asked of however little, no more is taken than is there. */
static void
test_little_sound (void)
{
  gint16 history[300] = { 0 }, pcm[N] = { 0 };

  for (guint n = 0; n < 1000; n += 7)
    for (guint lag = 0; lag < 1200; lag += 50)
      {
        YodelStretchLimits limits = { .max_lag = lag, .silent_lag = lag, .min_similarity = -1, .silence_rms = lag % 100 };

        g_assert_cmpuint (yodel_time_stretch_accelerate (pcm, n, &limits), <=, n);
        g_assert_cmpuint (yodel_time_stretch_expand (pcm, n, N, history, n % 300, &limits), <=, MIN (lag, 300));
        g_assert_cmpuint (yodel_time_stretch_expand (pcm, n, n + 100, history, 300, &limits), ==, 0);
      }
}

static void
test_continue_goes_on (void)
{
  gint16 pcm[N];

  voice (pcm, N - 240);
  yodel_time_stretch_continue (pcm, N - 240, pcm + N - 240, 240, 1);
  assert_smooth (pcm, N);
  g_assert_cmpint (ABS (pcm[N - 1] - pcm[N - 1 - 240]), <, 50);
}

static double
rms (const gint16 *pcm,
     guint         n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += (double) pcm[i] * pcm[i];
  return sqrt (sum / n);
}

static void
test_noise_is_as_loud_as_the_quiet (void)
{
  YodelComfortNoise self = { 0 };
  gint16 quiet[480], loud[480], made[4800];

  noise (quiet, 480, 100);
  noise (loud, 480, 9000);
  yodel_comfort_noise_fill (&self, made, 4800);
  g_assert_cmpfloat (rms (made, 4800), <, 1);            /* nothing is known yet */

  for (guint i = 0; i < 300; i++)
    yodel_comfort_noise_learn (&self, i % 20 == 0 ? quiet : loud, 480);
  yodel_comfort_noise_fill (&self, made, 4800);
  g_assert_cmpfloat_with_epsilon (rms (made, 4800), rms (quiet, 480), 0.4 * rms (quiet, 480));

  for (guint i = 0; i < 3000; i++)
    yodel_comfort_noise_learn (&self, loud, 480);
  yodel_comfort_noise_fill (&self, made, 4800);
  g_assert_cmpfloat (rms (made, 4800), <, 200);          /* never as loud as speech */
}

static gint16
left_at (guint i)
{
  return (gint16) (8000 * sin (2 * G_PI * i / 300));
}

static gint16
right_at (guint i)
{
  return (gint16) (5000 * sin (2 * G_PI * i / 150));
}

static void
assert_in_step (const gint16 *pcm,
                guint         n)
{
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (ABS (pcm[2 * i] - left_at (i)), <, 10);
      g_assert_cmpint (ABS (pcm[2 * i + 1] - right_at (i)), <, 10);
    }
}

/* The period of one is half that of the other: what is taken out or put in has to suit both. */
static void
test_channels_stay_together (void)
{
  const YodelStretchLimits limits = { .max_lag = YODEL_STRETCH_MAX_LAG, .min_similarity = 0.5, .stereo = TRUE };
  gint16 all[2 * 2 * N], *pcm = all + 2 * N;
  guint lag, n = N - YODEL_STRETCH_MAX_LAG;

  for (guint i = 0; i < 2 * N; i++)
    {
      all[2 * i] = left_at (i);
      all[2 * i + 1] = right_at (i);
    }

  lag = yodel_time_stretch_expand (pcm, n, N, all, N, &limits);
  g_assert_cmpuint (lag, >=, 300);
  g_assert_cmpuint (lag % 300, ==, 0);
  assert_in_step (pcm, n + lag);

  n += lag;
  lag = yodel_time_stretch_accelerate (pcm, n, &limits);
  g_assert_cmpuint (lag, >=, 300);
  g_assert_cmpuint (lag % 300, ==, 0);
  assert_in_step (pcm, n - lag);

  yodel_time_stretch_continue (all, N, pcm, 240, 2);
  assert_in_step (pcm, 240);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio/time-stretch/accelerate/takes-out-periods", test_accelerate_takes_out_periods);
  g_test_add_func ("/audio/time-stretch/expand/puts-in-periods", test_expand_puts_in_periods);
  g_test_add_func ("/audio/time-stretch/what-is-no-voice-is-left-alone", test_what_is_no_voice_is_left_alone);
  g_test_add_func ("/audio/time-stretch/in-a-hurry-anything-goes", test_in_a_hurry_anything_goes);
  g_test_add_func ("/audio/time-stretch/silence-gives-what-is-wanted", test_silence_gives_what_is_wanted);
  g_test_add_func ("/audio/time-stretch/little-sound", test_little_sound);
  g_test_add_func ("/audio/time-stretch/continue-goes-on", test_continue_goes_on);
  g_test_add_func ("/audio/comfort-noise/as-loud-as-the-quiet", test_noise_is_as_loud_as_the_quiet);
  g_test_add_func ("/audio/time-stretch/channels-stay-together", test_channels_stay_together);
  return g_test_run ();
}
