#include <math.h>

#include "audio/frame-collector.h"
#include "audio/level-meter.h"

/* ---- level, RFC 6464 ---- */

typedef struct
{
  const char *name;
  gint16      peak;
  gboolean    square;
  guint8      level;
} Level;

static const Level levels[] = {
  { "digital-silence",      0,      TRUE,  127 },
  { "least-bit",            1,      TRUE,  90 },
  { "full-scale-square",    32767,  TRUE,  0 },
  { "full-scale-sine",      32767,  FALSE, 3 },
  { "sine-20-db-down",      3277,   FALSE, 23 },
  { "most-negative",        -32768, TRUE,  0 },
};

static void
wave (gint16   *pcm,
      guint     n,
      gint16    peak,
      gboolean  square)
{
  for (guint i = 0; i < n; i++)
    pcm[i] = square ? peak : (gint16) lrint (peak * sin (2 * G_PI * i / 48));
}

static void
test_level (gconstpointer data)
{
  const Level *c = data;
  gint16 pcm[480];

  wave (pcm, 480, c->peak, c->square);
  g_assert_cmpuint (yodel_level_meter_measure (pcm, 480), ==, c->level);
}

static void
test_nothing_is_silence (void)
{
  g_assert_cmpuint (yodel_level_meter_measure (NULL, 0), ==, 127);
}

static void
test_voice_stands_out (void)
{
  YodelLevelMeter meter;
  gint16 noise[480], voice[480];

  yodel_level_meter_init (&meter);
  wave (noise, 480, 60, TRUE);           /* -55 dBov of hum, which is no voice once it is known */
  wave (voice, 480, 4000, FALSE);

  for (guint i = 0; i < 600; i++)
    yodel_level_meter_push (&meter, noise, 480);
  g_assert_false (meter.voice);

  g_assert_cmpuint (yodel_level_meter_push (&meter, voice, 480), ==, 21);
  g_assert_true (meter.voice);
  for (guint i = 0; i < 15; i++)
    yodel_level_meter_push (&meter, noise, 480);
  g_assert_true (meter.voice);           /* the gap within a word */
  for (guint i = 0; i < 15; i++)
    yodel_level_meter_push (&meter, noise, 480);
  g_assert_false (meter.voice);
}

/* ---- frames ---- */

static void
fill (gint16 *pcm,
      gsize   n,
      guint   from)
{
  for (gsize i = 0; i < n; i++)
    pcm[i] = (gint16) (from + i);
}

static void
test_blocks_become_frames (void)
{
  g_autoptr (YodelFrameCollector) collector = yodel_frame_collector_new (1, 20);
  gint16 pcm[1000];
  const gint16 *frame;
  gint64 capture_us = 0;
  guint at = 0, frames = 0;
  gsize n = 0;

  for (guint i = 0; i < 200; i++)
    {
      guint size = 1 + i * 37 % 700;

      fill (pcm, size, at);
      g_assert_cmpuint (yodel_frame_collector_push (collector, pcm, size, 5000 + (gint64) at * 1000 / 48), ==, 0);
      at += size;
      while ((frame = yodel_frame_collector_pop (collector, &n, &capture_us)) != NULL)
        {
          g_assert_cmpuint (n, ==, 960);
          g_assert_cmpint (frame[0], ==, (gint16) (frames * 960));
          g_assert_cmpint (frame[959], ==, (gint16) (frames * 960 + 959));
          g_assert_cmpint (ABS (capture_us - 5000 - (gint64) frames * 20000), <=, 25);
          frames++;
        }
      g_assert_cmpuint (yodel_frame_collector_get_missing (collector), ==, 960 - at % 960);
    }
  g_assert_cmpuint (frames, ==, at / 960);
}

static void
test_frame_length_changes_between_frames (void)
{
  g_autoptr (YodelFrameCollector) collector = yodel_frame_collector_new (2, 20);
  gint16 pcm[4800] = { 0 };
  gint64 capture_us = 0;
  gsize n = 0;

  yodel_frame_collector_push (collector, pcm, 2400, 0);
  g_assert_nonnull (yodel_frame_collector_pop (collector, &n, &capture_us));
  g_assert_cmpuint (n, ==, 960);
  yodel_frame_collector_set_frame_ms (collector, 10);
  g_assert_nonnull (yodel_frame_collector_pop (collector, &n, &capture_us));
  g_assert_cmpuint (n, ==, 480);
  g_assert_cmpint (capture_us, ==, 20000);
  yodel_frame_collector_set_frame_ms (collector, 60);
  g_assert_null (yodel_frame_collector_pop (collector, &n, &capture_us));
  yodel_frame_collector_clear (collector);
  yodel_frame_collector_set_frame_ms (collector, 10);
  g_assert_null (yodel_frame_collector_pop (collector, &n, &capture_us));
}

static void
test_nobody_pops (void)
{
  g_autoptr (YodelFrameCollector) collector = yodel_frame_collector_new (1, 20);
  static gint16 pcm[30000];
  gint64 capture_us = 0;
  gsize n = 0, lost = 0;

  for (guint i = 0; i < 100; i++)
    lost += yodel_frame_collector_push (collector, pcm, 480, i * 10000);
  g_assert_cmpuint (lost, ==, 48000 - 24000);
  g_assert_nonnull (yodel_frame_collector_pop (collector, &n, &capture_us));
  g_assert_cmpint (capture_us, ==, 500000);

  fill (pcm, 30000, 0);
  g_assert_cmpuint (yodel_frame_collector_push (collector, pcm, 30000, 0), ==, 6000 + 24000 - 960);
  g_assert_cmpint (yodel_frame_collector_pop (collector, &n, &capture_us)[0], ==, 6000);
  g_assert_cmpint (capture_us, ==, 125000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/level-meter/", levels[i].name, NULL);
      g_test_add_data_func (path, &levels[i], test_level);
    }
  g_test_add_func ("/audio/level-meter/nothing-is-silence", test_nothing_is_silence);
  g_test_add_func ("/audio/level-meter/voice-stands-out-of-noise", test_voice_stands_out);
  g_test_add_func ("/audio/frame-collector/blocks-become-frames", test_blocks_become_frames);
  g_test_add_func ("/audio/frame-collector/length-changes-between-frames", test_frame_length_changes_between_frames);
  g_test_add_func ("/audio/frame-collector/nobody-pops", test_nobody_pops);
  return g_test_run ();
}
