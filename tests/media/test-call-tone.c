#include <glib/gstdio.h>
#include <yodel/yodel-media.h>

#include "media/tone/call-tone.h"

#define RATE_HZ YODEL_AUDIO_RATE_HZ

/* ITU-T E.180: what is to be heard, and when. */
typedef struct
{
  const char *name;
  guint       period_ms;
  guint       least_on_ms;
  guint       most_on_ms;
  double      least_hz;        /* of all the sound; 0: it is a melody */
  double      most_hz;
  gint        least_peak;
  gint        most_peak;
} Case;

static const Case cases[] = {
  { "ring",     4000, 670, 1500, 0,   0,   4000, 10000 },
  { "ringback", 5000, 990, 1000, 400, 450, 3200, 3400 },
  { "busy",     1000, 490, 500,  400, 450, 2500, 2700 },
};

/* Loud in the sense of the cadence: within 40 dB of the peak, looked at 5 ms at a time. */
static guint
measure_on_ms (const gint16 *samples,
               guint         n,
               gint          peak)
{
  guint on_ms = 0;

  for (guint at = 0; at + 240 <= n; at += 240)
    {
      gint loudest = 0;

      for (guint i = at; i < at + 240; i++)
        loudest = MAX (loudest, ABS (samples[i]));
      on_ms += loudest * 100 > peak ? 5 : 0;
    }
  return on_ms;
}

static void
test_cadence (gconstpointer data)
{
  const Case *c = data;
  const guint n = c->period_ms * RATE_HZ / 1000;
  g_autofree gint16 *samples = g_new (gint16, 2 * n);
  gint peak = 0, steepest = 0;
  guint crossings = 0;
  YodelToneKind kind;
  YodelCallTone tone;

  g_assert_true (yodel_call_tone_find (c->name, &kind));
  yodel_call_tone_init (&tone, kind);
  for (guint at = 0; at < 2 * n; at += 480)
    yodel_call_tone_fill (&tone, samples + at, 480);

  for (guint i = 1; i < n; i++)
    {
      peak = MAX (peak, ABS (samples[i]));
      steepest = MAX (steepest, ABS (samples[i] - samples[i - 1]));
      crossings += samples[i - 1] < 0 && samples[i] >= 0;
    }
  g_assert_cmpint (peak, >=, c->least_peak);
  g_assert_cmpint (peak, <=, c->most_peak);
  g_assert_cmpint (steepest, <, peak / 6);                      /* nothing clicks */
  g_assert_cmpuint (measure_on_ms (samples, n, peak), >=, c->least_on_ms);
  g_assert_cmpuint (measure_on_ms (samples, n, peak), <=, c->most_on_ms);
  g_assert_cmpmem (samples, n * sizeof *samples, samples + n, n * sizeof *samples);

  if (c->most_hz > 0)
    {
      double frequency_hz = crossings * 1000.0 / measure_on_ms (samples, n, peak);

      g_assert_cmpfloat (frequency_hz, >, c->least_hz);
      g_assert_cmpfloat (frequency_hz, <, c->most_hz);
    }
}

static void
test_no_such_tone (void)
{
  g_autoptr (YodelSink) sink = yodel_media_sink_new (YODEL_MEDIA_AUDIO, "none", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_media_tone_player_new ("ringring", sink, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
}

/* What is played is the tone from its beginning, at the pace of time, and nothing more once the player has gone. */
static void
test_player_plays (void)
{
  g_autofree char *folder = g_dir_make_tmp ("yodel-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tone.pcm", NULL);
  g_autofree char *spec = g_strconcat ("pcm:", path, NULL);
  g_autoptr (YodelSink) sink = yodel_media_sink_new (YODEL_MEDIA_AUDIO, spec, NULL);
  g_autoptr (YodelMediaTonePlayer) player = yodel_media_tone_player_new ("busy", sink, NULL);
  const gint64 bound_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  g_autofree char *bytes = NULL;
  gint16 expected[480 * 20];
  YodelCallTone tone;
  guint64 written = 0;
  gsize size;

  g_assert_nonnull (player);
  while (written < G_N_ELEMENTS (expected) / 480 && g_get_monotonic_time () < bound_us)
    {
      g_thread_yield ();
      g_object_get (sink, "written", &written, NULL);
    }
  g_assert_finalize_object (g_steal_pointer (&player));
  yodel_sink_finish (sink);

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_cmpuint (size, >=, sizeof expected);
  yodel_call_tone_init (&tone, YODEL_TONE_BUSY);
  yodel_call_tone_fill (&tone, expected, G_N_ELEMENTS (expected));
  g_assert_cmpmem (bytes, sizeof expected, expected, sizeof expected);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/media/call-tone/cadence/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_cadence);
    }
  g_test_add_func ("/media/call-tone/another-name-is-refused", test_no_such_tone);
  g_test_add_func ("/media/call-tone/player-plays-it-from-its-beginning", test_player_plays);

  return g_test_run ();
}
