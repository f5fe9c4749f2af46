#include <math.h>

#include "media/pulse/sound-queue.h"

#define RATE 48000

/* An engine and a device whose clocks differ, and what the device hears. */
typedef struct
{
  const char *name;
  double      skew_ppm;        /* of the engine: positive is fast */
  guint       engine_jitter;   /* samples */
  guint       device_block;
  guint       most_underruns;
  guint       most_ms;         /* queued, on average after 10 s, before a read */
} Drift;

static const Drift drifts[] = {
  { "same-clock",       0,    0,   480,  0, 18 },
  { "fast-engine",      300,  0,   480,  0, 20 },
  { "slow-engine",      -300, 0,   480,  1, 24 },
  { "engine-jitters",   100,  200, 480,  1, 26 },
  { "device-takes-20-ms", -200, 0, 960,  1, 36 },
  { "device-takes-odd-blocks", 0, 0, 441, 1, 20 },
};

static double
tone (double at)
{
  return 8000 * sin (2 * G_PI * 440 * at / RATE);
}

static void
push_tone (YodelSoundQueue *queue,
           guint           *at)
{
  gint16 samples[480];

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = (gint16) tone ((*at)++);
  yodel_sound_queue_push (queue, samples, G_N_ELEMENTS (samples));
}

static void
test_drift (gconstpointer data)
{
  const Drift *c = data;
  YodelSoundQueue *queue = g_new (YodelSoundQueue, 1);
  gint16 out[4096];
  double fill = 0, next = 0;
  guint at = 0, reads = 0, steps = 0, dice = 1;
  gint16 last = 0;

  yodel_sound_queue_init (queue, 1);
  for (guint device = 0; device < 60 * RATE; device += c->device_block)
    {
      for (; next <= device; next += 480 / (1 + c->skew_ppm * 1e-6))
        {
          dice = dice * 1664525 + 1013904223;
          if (next + (c->engine_jitter > 0 ? (dice >> 8) % c->engine_jitter : 0) > device)
            break;
          push_tone (queue, &at);
        }
      if (device > 10 * RATE)
        {
          fill += yodel_sound_queue_get_fill (queue);
          reads++;
        }
      yodel_sound_queue_pull (queue, out, c->device_block);
      for (guint i = 0; i < c->device_block; i++)
        {
          /* the steepest step of the tone is 461 */
          steps += ABS (out[i] - last) > 600;
          last = out[i];
        }
    }

  g_test_message ("%.1f ms queued, %u underruns", fill / reads / 48, queue->underruns);
  g_assert_cmpuint (queue->underruns, <=, c->most_underruns);
  g_assert_cmpuint (queue->skips, ==, 0);
  g_assert_cmpfloat (fill / reads / 48, <=, c->most_ms);
  g_assert_cmpuint (steps, <=, 2 * c->most_underruns);
  g_free (queue);
}

/* After a stall what is too old is cut out, without a click. */
static void
test_stall_is_cut_out (void)
{
  YodelSoundQueue *queue = g_new (YodelSoundQueue, 1);
  gint16 out[480], last = 0;
  guint at = 0;

  yodel_sound_queue_init (queue, 1);
  for (guint i = 0; i < 300; i++)
    {
      push_tone (queue, &at);
      if (i == 100)
        for (guint k = 0; k < 10; k++)
          push_tone (queue, &at);
      yodel_sound_queue_pull (queue, out, 480);
      for (guint k = 0; k < 480; k++)
        {
          g_assert_cmpint (ABS (out[k] - last), <, 600);
          last = out[k];
        }
    }
  g_assert_cmpuint (queue->skips, ==, 1);
  g_assert_cmpuint (yodel_sound_queue_get_fill (queue), <, 1440);
  g_free (queue);
}

static void
test_full_queue_takes_no_more (void)
{
  YodelSoundQueue *queue = g_new (YodelSoundQueue, 1);
  gint16 samples[480] = { 1 };
  guint taken = 0;

  yodel_sound_queue_init (queue, 1);
  for (guint i = 0; i < 100; i++)
    taken += yodel_sound_queue_push (queue, samples, 480);
  g_assert_cmpuint (taken, <=, YODEL_SOUND_QUEUE_SAMPLES);
  g_assert_cmpuint (taken, >, YODEL_SOUND_QUEUE_SAMPLES - 480);
  g_assert_cmpuint (yodel_sound_queue_push (queue, samples, 480), ==, 0);
  g_free (queue);
}

/* The end fades, then there is silence; what comes later is played again. */
static void
test_silence_then_sound_again (void)
{
  YodelSoundQueue *queue = g_new (YodelSoundQueue, 1);
  gint16 out[480], loudest = 0;
  guint at = 0;

  yodel_sound_queue_init (queue, 1);
  for (guint i = 0; i < 20; i++)
    {
      push_tone (queue, &at);
      yodel_sound_queue_pull (queue, out, 480);
    }
  for (guint i = 0; i < 5; i++)
    yodel_sound_queue_pull (queue, out, 480);
  for (guint k = 0; k < 480; k++)
    g_assert_cmpint (out[k], ==, 0);
  for (guint i = 0; i < 10; i++)
    {
      push_tone (queue, &at);
      yodel_sound_queue_pull (queue, out, 480);
    }
  for (guint k = 0; k < 480; k++)
    loudest = MAX (loudest, out[k]);
  g_assert_cmpint (loudest, >, 7500);
  g_assert_cmpuint (queue->underruns, ==, 1);
  g_free (queue);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (drifts); i++)
    {
      g_autofree char *path = g_strconcat ("/media/sound-queue/drift/", drifts[i].name, NULL);

      g_test_add_data_func (path, &drifts[i], test_drift);
    }
  g_test_add_func ("/media/sound-queue/stall-is-cut-out", test_stall_is_cut_out);
  g_test_add_func ("/media/sound-queue/full-queue-takes-no-more", test_full_queue_takes_no_more);
  g_test_add_func ("/media/sound-queue/silence-then-sound-again", test_silence_then_sound_again);

  return g_test_run ();
}
