#define G_LOG_DOMAIN "yodel-test"

#include <stdlib.h>
#include <string.h>

#include "media/test/stamp.h"
#include "media/test/test-picture.h"
#include "media/test/test-tone.h"
#include "yodel/yodel-track.h"

static void
test_stamp_is_read_back (void)
{
  static const guint16 numbers[] = { 0, 1, 2, 255, 256, 4096, 12345, 65534, 65535 };
  g_autoptr (YodelVideoFrame) frame = yodel_video_frame_new (642, 362);
  guint16 number;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      yodel_stamp_draw (frame, numbers[i]);
      g_assert_true (yodel_stamp_read (frame, &number));
      g_assert_cmpuint (number, ==, numbers[i]);
    }
}

static void
test_stamp_survives_scaling (void)
{
  static const struct { guint width, height; } sizes[] = { { 160, 90 }, { 320, 180 }, { 854, 480 }, { 1280, 720 } };
  g_autoptr (YodelVideoFrame) frame = yodel_test_picture_new (54321);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (YodelVideoFrame) scaled = yodel_video_frame_scale (frame, sizes[i].width, sizes[i].height);
      guint16 number;

      g_assert_true (yodel_stamp_read (scaled, &number));
      g_assert_cmpuint (number, ==, 54321);
    }
}

static void
test_damaged_stamp_is_not_read (void)
{
  g_autoptr (YodelVideoFrame) frame = yodel_test_picture_new (1000);
  guint16 number = 7;

  for (guint row = 0; row < yodel_stamp_rows (frame->height); row++)
    memset (frame->y + (gsize) row * frame->y_stride, 16, frame->width / 2);
  g_assert_false (yodel_stamp_read (frame, &number));
  g_assert_cmpuint (number, ==, 7);
}

static void
test_pictures_differ (void)
{
  g_autoptr (YodelVideoFrame) first = yodel_test_picture_new (100);
  g_autoptr (YodelVideoFrame) second = yodel_test_picture_new (101);
  guint changed = 0;

  for (guint row = 30; row < first->height; row++)
    for (guint column = 0; column < first->width; column++)
      changed += first->y[row * first->y_stride + column] != second->y[row * second->y_stride + column];
  g_assert_cmpuint (changed, >, first->width * first->height / 100);
}

/* Loud enough to be heard, never clipped, and without the jumps that click. */
static void
test_sound_is_soft (void)
{
  const guint n = 20 * YODEL_AUDIO_RATE_HZ;
  g_autofree gint16 *samples = g_new (gint16, n);
  YodelTestTone tone;
  double energy = 0;
  int peak = 0;
  int jump = 0;

  yodel_test_tone_init (&tone);
  yodel_test_tone_fill (&tone, samples, n);
  for (guint i = 1; i < n; i++)
    {
      energy += (double) samples[i] * samples[i];
      peak = MAX (peak, abs (samples[i]));
      jump = MAX (jump, abs (samples[i] - samples[i - 1]));
    }

  g_assert_cmpfloat (energy / n, >, 1000.0 * 1000.0);
  g_assert_cmpint (peak, <, 23000);
  g_assert_cmpint (jump, <, 4000);
}

static void
test_sound_does_not_depend_on_block_size (void)
{
  gint16 whole[4801];
  gint16 parts[4801];
  YodelTestTone tone;

  yodel_test_tone_init (&tone);
  yodel_test_tone_fill (&tone, whole, G_N_ELEMENTS (whole));
  yodel_test_tone_init (&tone);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i += 3)
    yodel_test_tone_fill (&tone, parts + i, MIN (3, G_N_ELEMENTS (parts) - i));
  g_assert_cmpmem (whole, sizeof whole, parts, sizeof parts);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/test-clip/stamp-is-read-back", test_stamp_is_read_back);
  g_test_add_func ("/media/test-clip/stamp-survives-scaling", test_stamp_survives_scaling);
  g_test_add_func ("/media/test-clip/damaged-stamp-is-not-read", test_damaged_stamp_is_not_read);
  g_test_add_func ("/media/test-clip/pictures-differ", test_pictures_differ);
  g_test_add_func ("/media/test-clip/sound-is-soft", test_sound_is_soft);
  g_test_add_func ("/media/test-clip/sound-does-not-depend-on-block-size", test_sound_does_not_depend_on_block_size);

  return g_test_run ();
}
