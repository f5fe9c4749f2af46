#define G_LOG_DOMAIN "yodel-test"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <yodel/yodel-media.h>

#include "media/gst/gst-api.h"
#include "media/test/stamp.h"
#include "media/test/test-picture.h"
#include "media/test/test-tone.h"

#define BLOCK YODEL_AUDIO_FRAME_SAMPLES

/* A clip that ends before this is told apart from one that never does. */
#define MAX_ROUND_SAMPLES (60u * YODEL_AUDIO_RATE_HZ)

static const char *program;

/* GStreamer has so many names that GLib gives up its first table of them: to see that it was made when GLib was
 * loaded, and not here, takes whole stacks. */
__attribute__ ((visibility ("default")))
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "fast_unwind_on_malloc=0";
}

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  f->folder = g_dir_make_tmp ("yodel-recordings-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, data, NULL);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_unlink (f->path);
  g_rmdir (f->folder);
  g_free (f->path);
  g_free (f->folder);
}

static YodelSink *
open_sink (YodelMediaKind  kind,
           const char     *path)
{
  g_autoptr (GError) error = NULL;
  YodelSink *sink = yodel_media_sink_new (kind, path, &error);

  g_assert_no_error (error);
  return sink;
}

static void
record_sound (YodelSink *sink,
              gint64     begin_us,
              guint      n_blocks)
{
  YodelTestTone tone;
  gint16 block[BLOCK];

  yodel_test_tone_init (&tone);
  for (guint i = 0; i < n_blocks; i++)
    {
      yodel_test_tone_fill (&tone, block, BLOCK);
      yodel_sink_write_audio (sink, block, BLOCK, begin_us + (gint64) i * 10000);
    }
}

static void
record_picture (YodelSink *sink,
                gint64     begin_us,
                guint      n_frames)
{
  for (guint i = 0; i < n_frames; i++)
    {
      g_autoptr (YodelVideoFrame) frame = yodel_test_picture_new (i);

      frame->timestamp_us = begin_us + (gint64) i * G_USEC_PER_SEC / 30;
      yodel_sink_write_video (sink, frame);
    }
}

static YodelReader *
open_file (YodelMediaKind  kind,
           const char     *path)
{
  g_autoptr (GError) error = NULL;
  YodelReader *reader = yodel_gst_load (NULL)->file_open (kind, path, &error);

  g_assert_no_error (error);
  return reader;
}

/* Returns: how long the sound of the file is; *@loud how many of its samples are not near silence */
static guint
count_samples (const char *path,
               guint      *loud)
{
  g_autoptr (YodelReader) reader = open_file (YODEL_MEDIA_AUDIO, path);
  guint samples = 0;
  gint16 block[BLOCK];
  gsize got;

  *loud = 0;
  do
    {
      got = reader->klass->read_audio (reader, block, BLOCK);
      samples += (guint) got;
      for (gsize i = 0; i < got; i++)
        *loud += ABS (block[i]) > 50;
    }
  while (got == BLOCK && samples < MAX_ROUND_SAMPLES);

  return samples;
}

/* Returns: how many pictures the file has; *@first_us: the place of the first one whose stamp is 0 */
static guint
count_frames (const char *path,
              gint64     *first_us)
{
  g_autoptr (YodelReader) reader = open_file (YODEL_MEDIA_VIDEO, path);
  guint frames = 0;
  gint64 position_us;
  YodelVideoFrame *frame;

  *first_us = -1;
  while (frames < 2000 && (frame = reader->klass->read_video (reader, &position_us)) != NULL)
    {
      guint16 number;

      if (yodel_stamp_read (frame, &number) && number == 0 && *first_us < 0)
        *first_us = position_us;
      frames++;
      yodel_video_frame_unref (frame);
    }
  return frames;
}

static void
test_sound_and_picture_are_in_step (Fixture       *f,
                                    gconstpointer  data)
{
  g_autoptr (YodelSink) sound = open_sink (YODEL_MEDIA_AUDIO, f->path);
  g_autoptr (YodelSink) picture = open_sink (YODEL_MEDIA_VIDEO, f->path);
  gint64 now_us = g_get_monotonic_time ();
  gint64 first_us;
  guint loud;
  guint dropped;

  record_sound (sound, now_us, 120);
  record_picture (picture, now_us + 200000, 25);
  yodel_sink_finish (sound);
  yodel_sink_finish (picture);

  g_object_get (picture, "dropped", &dropped, NULL);
  g_assert_cmpuint (dropped, ==, 0);
  g_assert_cmpuint (count_samples (f->path, &loud), >=, 110 * BLOCK);
  g_assert_cmpuint (loud, >, 80 * BLOCK);
  g_assert_cmpuint (count_frames (f->path, &first_us), ==, 25);
  g_assert_cmpint (ABS (first_us - 200000), <, 20000);
}

static void
test_sound_alone_is_recorded (Fixture       *f,
                              gconstpointer  data)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, f->path);
  guint samples;
  guint loud;

  record_sound (sink, g_get_monotonic_time (), 150);
  yodel_sink_finish (sink);
  samples = count_samples (f->path, &loud);
  g_assert_cmpuint (samples, >=, 140 * BLOCK);
  g_assert_cmpuint (samples, <=, 160 * BLOCK);
  g_assert_cmpuint (loud, >, 100 * BLOCK);
}

static void
test_picture_that_never_comes_does_not_hold_the_sound_up (Fixture       *f,
                                                          gconstpointer  data)
{
  g_autoptr (YodelSink) sound = open_sink (YODEL_MEDIA_AUDIO, f->path);
  g_autoptr (YodelSink) picture = open_sink (YODEL_MEDIA_VIDEO, f->path);
  guint loud;

  record_sound (sound, g_get_monotonic_time (), 150);
  yodel_sink_finish (picture);
  yodel_sink_finish (sound);
  g_assert_cmpuint (count_samples (f->path, &loud), >=, 140 * BLOCK);
}

static void
test_lost_sound_is_a_gap_not_a_shift (Fixture       *f,
                                      gconstpointer  data)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, f->path);
  gint64 now_us = g_get_monotonic_time ();
  guint samples;
  guint loud;

  record_sound (sink, now_us, 50);
  record_sound (sink, now_us + 1500000, 50);
  yodel_sink_finish (sink);
  samples = count_samples (f->path, &loud);
  g_assert_cmpuint (samples, >=, 190 * BLOCK);
  g_assert_cmpuint (samples, <=, 210 * BLOCK);
}

/* In the other process: records in real time until it is killed. */
static int
record_for_ever (const char *path)
{
  g_autoptr (YodelSink) sound = open_sink (YODEL_MEDIA_AUDIO, path);
  g_autoptr (YodelSink) picture = g_str_has_suffix (path, ".ogg") ? NULL : open_sink (YODEL_MEDIA_VIDEO, path);
  gint64 begin_us = g_get_monotonic_time ();
  YodelTestTone tone;

  yodel_test_tone_init (&tone);
  for (guint i = 0; i < 6000; i++)
    {
      gint64 due_us = begin_us + (gint64) i * 10000;
      gint64 early_us = due_us - g_get_monotonic_time ();
      gint16 block[BLOCK];

      g_usleep ((gulong) MAX (0, early_us));
      yodel_test_tone_fill (&tone, block, BLOCK);
      yodel_sink_write_audio (sound, block, BLOCK, due_us);
      if (picture != NULL && i % 4 == 0)
        {
          g_autoptr (YodelVideoFrame) frame = yodel_test_picture_new (i / 4);

          frame->timestamp_us = due_us;
          yodel_sink_write_video (picture, frame);
        }
    }
  return 1;
}

static void
wait_for_size (const char *path,
               gsize       size)
{
  GStatBuf status = { 0 };

  for (guint i = 0; i < 3000 && (g_stat (path, &status) < 0 || (gsize) status.st_size < size); i++)
    g_usleep (10000);
  g_assert_cmpuint (status.st_size, >=, size);
}

static void
test_recording_survives_a_kill (Fixture       *f,
                                gconstpointer  data)
{
  const gboolean has_picture = !g_str_has_suffix (f->path, ".ogg");
  const char *argv[] = { program, "--record-for-ever", f->path, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;
  gint64 first_us;
  guint loud;

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  wait_for_size (f->path, has_picture ? 150000 : 12000);
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  g_spawn_close_pid (pid);

  g_assert_cmpuint (count_samples (f->path, &loud), >=, YODEL_AUDIO_RATE_HZ / 2);
  g_assert_cmpuint (loud, >=, YODEL_AUDIO_RATE_HZ / 4);
  if (has_picture)
    g_assert_cmpuint (count_frames (f->path, &first_us), >=, 10);
}

static void
test_full_disk_is_told (Fixture       *f,
                        gconstpointer  data)
{
  g_autoptr (YodelSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  guint notified = 0;

  g_assert_cmpint (symlink ("/dev/full", f->path), ==, 0);
  sink = open_sink (YODEL_MEDIA_AUDIO, f->path);
  g_signal_connect_swapped (sink, "notify::error", G_CALLBACK (g_atomic_int_inc), &notified);
  record_sound (sink, g_get_monotonic_time (), 100);
  while (notified == 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_get (sink, "error", &error, NULL);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
  yodel_sink_finish (sink);
}

static void
expect_error (YodelMediaKind  kind,
              const char     *path,
              const char     *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_media_source_new (kind, path, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
  g_test_message ("%s", error->message);
  if (says != NULL)
    g_assert_nonnull (strstr (error->message, says));
}

static void
test_sound_has_no_picture (Fixture       *f,
                           gconstpointer  data)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, f->path);

  record_sound (sink, g_get_monotonic_time (), 20);
  yodel_sink_finish (sink);
  expect_error (YODEL_MEDIA_VIDEO, f->path, "no picture");
}

static void
test_a_letter_is_no_clip (Fixture       *f,
                          gconstpointer  data)
{
  g_assert_true (g_file_set_contents (f->path, "Dear friend, this is no film.", -1, NULL));
  expect_error (YODEL_MEDIA_AUDIO, f->path, NULL);
}

static void
test_one_path_is_recorded_once (Fixture       *f,
                                gconstpointer  data)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, f->path);
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_media_sink_new (YODEL_MEDIA_AUDIO, f->path, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char  *path;
    const char  *file;
    void       (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/media/recordings/sound-and-picture-are-in-step/webm", "a.webm", test_sound_and_picture_are_in_step },
    { "/media/recordings/sound-and-picture-are-in-step/mkv", "a.mkv", test_sound_and_picture_are_in_step },
    { "/media/recordings/sound-alone-is-recorded/webm", "a.webm", test_sound_alone_is_recorded },
    { "/media/recordings/sound-alone-is-recorded/ogg", "a.ogg", test_sound_alone_is_recorded },
    { "/media/recordings/picture-that-never-comes-does-not-hold-the-sound-up", "a.webm",
      test_picture_that_never_comes_does_not_hold_the_sound_up },
    { "/media/recordings/lost-sound-is-a-gap-not-a-shift", "a.mkv", test_lost_sound_is_a_gap_not_a_shift },
    { "/media/recordings/survives-a-kill/webm", "a.webm", test_recording_survives_a_kill },
    { "/media/recordings/survives-a-kill/mkv", "a.mkv", test_recording_survives_a_kill },
    { "/media/recordings/survives-a-kill/ogg", "a.ogg", test_recording_survives_a_kill },
    { "/media/recordings/full-disk-is-told", "a.webm", test_full_disk_is_told },
    { "/media/recordings/sound-has-no-picture", "a.ogg", test_sound_has_no_picture },
    { "/media/recordings/a-letter-is-no-clip", "a.mp4", test_a_letter_is_no_clip },
    { "/media/recordings/one-path-is-recorded-once", "a.webm", test_one_path_is_recorded_once },
  };
  g_autoptr (GError) error = NULL;

  /* make runs tests from the top of the build tree, where libtool puts the module */
  g_setenv ("YODEL_MODULE_PATH", ".libs", FALSE);
  if (argc == 3 && strcmp (argv[1], "--record-for-ever") == 0)
    return record_for_ever (argv[2]);

  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  if (yodel_gst_load (&error) == NULL)
    {
      g_test_message ("%s", error->message);
      return 77;
    }

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, tests[i].file, set_up, tests[i].run, tear_down);

  return g_test_run ();
}
