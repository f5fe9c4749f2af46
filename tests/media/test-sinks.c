#define G_LOG_DOMAIN "yodel-test"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yodel/yodel-media.h>

#include "media/file/wav-header.h"
#include "media/file/y4m-parser.h"

#define BLOCK YODEL_AUDIO_FRAME_SAMPLES

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  f->folder = g_dir_make_tmp ("yodel-sinks-XXXXXX", NULL);
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
           const char     *prefix,
           const char     *path,
           const char     *suffix)
{
  g_autofree char *spec = g_strconcat (prefix, path, suffix, NULL);
  g_autoptr (GError) error = NULL;
  YodelSink *sink = yodel_media_sink_new (kind, spec, &error);

  g_assert_no_error (error);
  return sink;
}

static void
write_blocks (YodelSink *sink,
              gint16     first,
              guint      n)
{
  gint16 block[BLOCK];

  for (guint i = 0; i < n; i++)
    {
      for (guint k = 0; k < BLOCK; k++)
        block[k] = (gint16) (first + (gint16) i);
      yodel_sink_write_audio (sink, block, BLOCK, (gint64) i * 10000);
    }
}

static void
write_frame (YodelSink *sink,
             guint      width,
             guint      height,
             guint8     luma)
{
  g_autoptr (YodelVideoFrame) frame = yodel_video_frame_new (width, height);

  memset (frame->y, luma, (gsize) frame->y_stride * height);
  memset (frame->u, 128, (gsize) frame->u_stride * ((height + 1) / 2));
  memset (frame->v, 128, (gsize) frame->v_stride * ((height + 1) / 2));
  yodel_sink_write_video (sink, frame);
}

static guint
get_count (YodelSink  *sink,
           const char *name)
{
  guint value;

  g_object_get (sink, name, &value, NULL);
  return value;
}

static GError *
get_error (YodelSink *sink)
{
  GError *error;

  g_object_get (sink, "error", &error, NULL);
  return error;
}

static void
wait_for_error (YodelSink *sink)
{
  guint notified = 0;

  g_signal_connect_swapped (sink, "notify::error", G_CALLBACK (g_atomic_int_inc), &notified);
  while (notified == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_samples_reach_the_file (Fixture       *f,
                             gconstpointer  data)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, "pcm:", f->path, "");
  g_autofree char *contents = NULL;
  gsize size;

  write_blocks (sink, 1, 100);
  yodel_sink_finish (sink);
  g_assert_true (g_file_get_contents (f->path, &contents, &size, NULL));
  g_assert_cmpuint (size, ==, 100 * BLOCK * 2);
  for (guint i = 0; i < 100 * BLOCK; i++)
    g_assert_cmpint (((const gint16 *) (gconstpointer) contents)[i], ==, 1 + (int) (i / BLOCK));
  g_assert_cmpuint (get_count (sink, "written"), ==, 100);
  g_assert_cmpuint (get_count (sink, "dropped"), ==, 0);
}

/* The file as it would be if the process were killed now. */
static void
test_wav_can_be_played_before_it_is_closed (Fixture       *f,
                                            gconstpointer  data)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, "", f->path, "");
  gsize offset = 0;
  guint32 bytes = 0;
  guint channels;

  write_blocks (sink, 1, 250);
  for (guint i = 0; i < 2000 && bytes < 200 * BLOCK * 2; i++)
    {
      g_autofree char *contents = NULL;
      gsize size = 0;

      g_file_get_contents (f->path, &contents, &size, NULL);
      if (!yodel_wav_header_find_data ((const guint8 *) contents, size, &offset, &bytes, &channels))
        bytes = 0;
      g_usleep (10000);
    }
  g_assert_cmpuint (bytes, ==, 200 * BLOCK * 2);

  yodel_sink_finish (sink);
  {
    g_autofree char *contents = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (f->path, &contents, &size, NULL));
    g_assert_true (yodel_wav_header_find_data ((const guint8 *) contents, size, &offset, &bytes, &channels));
    g_assert_cmpuint (bytes, ==, 250 * BLOCK * 2);
    g_assert_cmpuint (size, ==, offset + bytes);
  }
}

/* What is written has as many channels as it is to have, whatever comes. */
static void
test_channels (Fixture       *f,
               gconstpointer  data)
{
  static const struct { const char *prefix, *suffix; gboolean stereo_first; guint channels; } cases[] = {
    { "",     ".wav",    TRUE,  2 },
    { "",     ".wav",    FALSE, 1 },
    { "pcm:", "",        TRUE,  1 },
    { "pcm:", ",stereo", FALSE, 2 },
  };
  gint16 stereo[2 * BLOCK];

  for (guint k = 0; k < BLOCK; k++)
    {
      stereo[2 * k] = 1000;
      stereo[2 * k + 1] = 3000;
    }

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const gboolean is_wav = cases[i].prefix[0] == '\0';
      g_autofree char *path = g_strconcat (f->path, is_wav ? ".wav" : ".pcm", NULL);
      g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, cases[i].prefix, path, is_wav ? "" : cases[i].suffix);
      g_autofree char *contents = NULL;
      const gint16 *samples;
      gsize size;

      if (!cases[i].stereo_first)
        write_blocks (sink, 7, 1);
      yodel_sink_write_stereo (sink, stereo, BLOCK, 0);
      if (cases[i].stereo_first)
        write_blocks (sink, 7, 1);
      yodel_sink_finish (sink);

      g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
      if (is_wav)
        g_assert_cmpint (contents[22], ==, cases[i].channels);
      samples = (const gint16 *) (gconstpointer) (contents + (is_wav ? YODEL_WAV_HEADER_BYTES : 0));
      g_assert_cmpuint (size - (is_wav ? YODEL_WAV_HEADER_BYTES : 0), ==, 2 * BLOCK * 2 * cases[i].channels);
      samples += cases[i].stereo_first ? 0 : BLOCK * cases[i].channels;
      g_assert_cmpint (samples[0], ==, cases[i].channels == 2 ? 1000 : 2000);
      g_assert_cmpint (samples[1], ==, cases[i].channels == 2 ? 3000 : 2000);
      samples = cases[i].stereo_first ? samples + BLOCK * cases[i].channels : samples - BLOCK * cases[i].channels;
      g_assert_cmpint (samples[0], ==, 7);
      g_assert_cmpint (samples[1], ==, 7);
      g_unlink (path);
    }
}

static void
check_y4m (const char *path,
           guint       width,
           guint       height,
           guint       n_frames)
{
  g_autoptr (YodelY4mParser) parser = yodel_y4m_parser_new ();
  g_autofree char *contents = NULL;
  gsize size;
  gsize at = 0;
  guint frames = 0;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  while (at < size)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (YodelVideoFrame) frame = NULL;

      at += yodel_y4m_parser_push (parser, (const guint8 *) contents + at, size - at, &error);
      g_assert_no_error (error);
      frame = yodel_y4m_parser_pop (parser);
      g_assert_nonnull (frame);
      g_assert_cmpuint (frame->width, ==, width);
      g_assert_cmpuint (frame->height, ==, height);
      g_assert_cmpint (ABS (frame->y[0] - (50 + 50 * (int) frames)), <=, 1);
      g_assert_cmpint (ABS (frame->y[(height - 1) * frame->y_stride + width - 1] - (50 + 50 * (int) frames)), <=, 1);
      frames++;
    }
  g_assert_cmpuint (frames, ==, n_frames);
}

static void
write_three_sizes (Fixture    *f,
                   const char *suffix)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_VIDEO, "y4m:", f->path, suffix);

  write_frame (sink, 66, 34, 50);
  write_frame (sink, 132, 68, 100);
  write_frame (sink, 33, 17, 150);
  yodel_sink_finish (sink);
}

static void
test_later_pictures_are_scaled_to_the_first (Fixture       *f,
                                             gconstpointer  data)
{
  write_three_sizes (f, "");
  check_y4m (f->path, 66, 34, 3);
}

static void
test_all_pictures_are_scaled_to_the_size_asked_for (Fixture       *f,
                                                    gconstpointer  data)
{
  write_three_sizes (f, ",31x21");
  check_y4m (f->path, 31, 21, 3);
}

static void
test_reader_who_leaves_ends_nothing (Fixture       *f,
                                     gconstpointer  data)
{
  g_autoptr (YodelSink) sink = NULL;
  g_autoptr (GError) error = NULL;
  gint16 block[BLOCK];
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  sink = open_sink (YODEL_MEDIA_AUDIO, "pcm:", f->path, "");
  fd = open (f->path, O_RDONLY);
  write_blocks (sink, 1, 1);
  g_assert_cmpint (read (fd, block, sizeof block), ==, sizeof block);
  close (fd);

  write_blocks (sink, 2, 1);
  wait_for_error (sink);
  error = get_error (sink);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_CLOSED);

  /* and the next one is served */
  fd = open (f->path, O_RDONLY);
  write_blocks (sink, 7, 1);
  g_assert_cmpint (read (fd, block, sizeof block), ==, sizeof block);
  g_assert_cmpint (block[0], ==, 7);
  yodel_sink_finish (sink);
  close (fd);
}

static void
test_pipe_without_a_reader_holds_nobody_up (Fixture       *f,
                                            gconstpointer  data)
{
  g_autoptr (YodelSink) sink = NULL;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  sink = open_sink (YODEL_MEDIA_VIDEO, "y4m:", f->path, "");
  for (guint i = 0; i < 50; i++)
    write_frame (sink, 64, 64, 100);
  yodel_sink_finish (sink);
  g_assert_cmpuint (get_count (sink, "written"), ==, 0);
  g_assert_cmpuint (get_count (sink, "dropped"), ==, 50);
}

/* A reader that opens the pipe and then sleeps. */
static void
test_slow_reader_loses_the_oldest (Fixture       *f,
                                   gconstpointer  data)
{
  g_autoptr (YodelSink) sink = NULL;
  gint16 block[BLOCK];
  gint16 last = 0;
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  sink = open_sink (YODEL_MEDIA_AUDIO, "pcm:", f->path, "");
  fd = open (f->path, O_RDONLY);
  write_blocks (sink, 1, 1000);
  g_assert_cmpuint (get_count (sink, "dropped"), >, 500);
  for (gssize n; last < 1000 && (n = read (fd, block, sizeof block)) > 0;)
    last = block[n / 2 - 1];
  g_assert_cmpint (last, ==, 1000);
  yodel_sink_finish (sink);
  close (fd);
}

static void
test_full_disk_is_told (void)
{
  g_autoptr (YodelSink) sink = open_sink (YODEL_MEDIA_AUDIO, "pcm:", "/dev/full", "");
  g_autoptr (GError) error = NULL;

  write_blocks (sink, 1, 3);
  wait_for_error (sink);
  error = get_error (sink);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
  g_assert_nonnull (strstr (error->message, "No space left"));
  yodel_sink_finish (sink);
  g_assert_cmpuint (get_count (sink, "dropped"), ==, 3);
}

typedef struct
{
  const char     *name;
  YodelMediaKind  kind;
  const char     *spec;
  const char     *says;
} ErrorCase;

static const ErrorCase errors[] = {
  { "no-such-folder",      YODEL_MEDIA_AUDIO, "/nonexistent/a.wav", "No such file" },
  { "unknown-extension",   YODEL_MEDIA_AUDIO, "/tmp/a.mp3",         ".ogg" },
  { "picture-into-a-wav",  YODEL_MEDIA_VIDEO, "/tmp/a.wav",         ".y4m" },
  { "picture-into-an-ogg", YODEL_MEDIA_VIDEO, "/tmp/a.ogg",         "sound only" },
  { "test",                YODEL_MEDIA_VIDEO, "test",               "source" },
};

static void
test_error_is_in_words (gconstpointer data)
{
  const ErrorCase *c = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_media_sink_new (c->kind, c->spec, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
  g_assert_nonnull (strstr (error->message, c->says));
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
    { "/media/sinks/samples-reach-the-file", "a.pcm", test_samples_reach_the_file },
    { "/media/sinks/channels-are-those-of-the-file", "a", test_channels },
    { "/media/sinks/wav-can-be-played-before-it-is-closed", "a.wav", test_wav_can_be_played_before_it_is_closed },
    { "/media/sinks/later-pictures-are-scaled-to-the-first", "a.y4m", test_later_pictures_are_scaled_to_the_first },
    { "/media/sinks/all-pictures-are-scaled-to-the-size-asked-for", "a.y4m",
      test_all_pictures_are_scaled_to_the_size_asked_for },
    { "/media/sinks/reader-who-leaves-ends-nothing", "pipe", test_reader_who_leaves_ends_nothing },
    { "/media/sinks/pipe-without-a-reader-holds-nobody-up", "pipe", test_pipe_without_a_reader_holds_nobody_up },
    { "/media/sinks/slow-reader-loses-the-oldest", "pipe", test_slow_reader_loses_the_oldest },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, tests[i].file, set_up, tests[i].run, tear_down);
  g_test_add_func ("/media/sinks/full-disk-is-told", test_full_disk_is_told);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *path = g_strconcat ("/media/sinks/error-is-in-words/", errors[i].name, NULL);

      g_test_add_data_func (path, &errors[i], test_error_is_in_words);
    }

  return g_test_run ();
}
