#define G_LOG_DOMAIN "yodel-test"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yodel/yodel-media.h>

#include "media/file/wav-header.h"
#include "media/test-track.h"
#include "media/test/stamp.h"

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
  f->folder = g_dir_make_tmp ("yodel-sources-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "media", NULL);
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

static YodelSource *
open_source (YodelMediaKind  kind,
             const char     *prefix,
             const char     *path)
{
  g_autofree char *spec = g_strconcat (prefix, path, NULL);
  g_autoptr (GError) error = NULL;
  YodelSource *source = yodel_media_source_new (kind, spec, &error);

  g_assert_no_error (error);
  return source;
}

static void
write_all (int           fd,
           gconstpointer data,
           gsize         size)
{
  for (gsize done = 0; done < size;)
    {
      gssize n = write (fd, (const guint8 *) data + done, size - done);

      g_assert_cmpint (n, >, 0);
      done += (gsize) n;
    }
}

/* Blocks of one value each, so that it can be seen which one arrived. */
static void
write_blocks (int    fd,
              gint16 first,
              guint  n)
{
  gint16 block[BLOCK];

  for (guint i = 0; i < n; i++)
    {
      for (guint k = 0; k < BLOCK; k++)
        block[k] = (gint16) (first + (gint16) i);
      write_all (fd, block, sizeof block);
    }
}

static void
write_frames (int   fd,
              guint first,
              guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (YodelVideoFrame) frame = yodel_video_frame_new (64, 64);
      guint8 chroma[32 * 32 * 2];

      memset (chroma, 128, sizeof chroma);
      memset (frame->y, 90, frame->y_stride * 64u);
      yodel_stamp_draw (frame, (guint16) (first + i));
      write_all (fd, "FRAME\n", 6);
      write_all (fd, frame->y, 64 * 64);
      write_all (fd, chroma, sizeof chroma);
    }
}

static gint16
sample_at (TestTrack *track,
           guint      index)
{
  gint16 value;

  pthread_mutex_lock (&track->lock);
  value = g_array_index (track->samples, gint16, index);
  pthread_mutex_unlock (&track->lock);

  return value;
}

static guint
stamp_at (TestTrack *track,
          guint      index)
{
  guint16 number = 0;

  pthread_mutex_lock (&track->lock);
  g_assert_true (yodel_stamp_read (g_ptr_array_index (track->frames, index), &number));
  pthread_mutex_unlock (&track->lock);

  return number;
}

/* Waits until the source has taken all there is in the pipe. */
static void
wait_until_read (int fd)
{
  for (;;)
    {
      int left = 0;

      g_assert_cmpint (ioctl (fd, FIONREAD, &left), ==, 0);
      if (left == 0)
        return;
      g_thread_yield ();
    }
}

static void
test_sound_that_came_before_the_start_is_dropped (Fixture       *f,
                                                  gconstpointer  data)
{
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_AUDIO);
  g_autoptr (YodelSource) source = NULL;
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  source = open_source (YODEL_MEDIA_AUDIO, "pcm:", f->path);
  fd = open (f->path, O_WRONLY);
  write_blocks (fd, 1, 20);
  wait_until_read (fd);
  g_usleep (20000);                 /* the last read may still be under way: nothing tells */

  yodel_source_start (source, track->track);
  write_blocks (fd, 100, 5);
  g_assert_true (test_track_wait_samples (track, 5 * BLOCK));
  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (sample_at (track, i * BLOCK), ==, 100 + (int) i);

  yodel_source_stop (source);
  write_blocks (fd, 200, 3);
  wait_until_read (fd);
  g_assert_cmpuint (track->samples->len, ==, 5 * BLOCK);
  close (fd);
}

static void
test_odd_bytes_are_joined (Fixture       *f,
                           gconstpointer  data)
{
  static const gint16 values[] = { 258, 772, -2, 1029 };
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_AUDIO);
  g_autoptr (YodelSource) source = NULL;
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  source = open_source (YODEL_MEDIA_AUDIO, "pcm:", f->path);
  yodel_source_start (source, track->track);
  fd = open (f->path, O_WRONLY);
  for (guint i = 0; i < sizeof values; i++)
    {
      write_all (fd, (const guint8 *) values + i, 1);
      wait_until_read (fd);
    }
  g_assert_true (test_track_wait_samples (track, G_N_ELEMENTS (values)));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpint (sample_at (track, i), ==, values[i]);
  yodel_source_stop (source);
  close (fd);
}

/* Both channels of a file, raw or not, come side by side, and its end is whole. */
static void
test_files_in_stereo (Fixture       *f,
                      gconstpointer  data)
{
  for (guint is_wav = 0; is_wav < 2; is_wav++)
    {
      g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_AUDIO);
      g_autoptr (YodelSource) source = NULL;
      g_autofree char *raw = g_strconcat (f->path, ",stereo", NULL);
      guint8 header[YODEL_WAV_HEADER_BYTES];
      gint16 samples[2 * BLOCK];
      int fd = open (f->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

      for (guint i = 0; i < BLOCK; i++)
        {
          samples[2 * i] = (gint16) i;
          samples[2 * i + 1] = (gint16) -i;
        }
      yodel_wav_header_write (header, sizeof samples, 2);
      if (is_wav)
        write_all (fd, header, sizeof header);
      write_all (fd, samples, sizeof samples);
      write_all (fd, "ab", 2);               /* half of what belongs together */
      close (fd);

      source = is_wav ? open_source (YODEL_MEDIA_AUDIO, "", f->path) : open_source (YODEL_MEDIA_AUDIO, "pcm:", raw);
      yodel_source_start (source, track->track);
      g_assert_true (test_track_wait_samples (track, 2 * 2 * BLOCK));
      yodel_source_stop (source);
      g_assert_cmpuint (track->channels, ==, 2);
      for (guint i = 0; i < 2 * BLOCK; i++)
        {
          g_assert_cmpint (sample_at (track, 2 * i), ==, i % BLOCK);
          g_assert_cmpint (sample_at (track, 2 * i + 1), ==, -(gint) (i % BLOCK));
        }
    }
}

static void
test_pipe_in_stereo (Fixture       *f,
                     gconstpointer  data)
{
  static const gint16 values[] = { 258, -259, 260, -261 };
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_AUDIO);
  g_autoptr (YodelSource) source = NULL;
  g_autofree char *spec = g_strconcat (f->path, ",stereo", NULL);
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  source = open_source (YODEL_MEDIA_AUDIO, "pcm:", spec);
  yodel_source_start (source, track->track);
  fd = open (f->path, O_WRONLY);
  for (guint i = 0; i < sizeof values; i++)
    {
      write_all (fd, (const guint8 *) values + i, 1);
      wait_until_read (fd);
    }
  g_assert_true (test_track_wait_samples (track, G_N_ELEMENTS (values)));
  g_assert_cmpuint (track->channels, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpint (sample_at (track, i), ==, values[i]);
  yodel_source_stop (source);
  close (fd);
}

static void
test_next_writer_of_a_pipe_is_heard (Fixture       *f,
                                     gconstpointer  data)
{
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_AUDIO);
  g_autoptr (YodelSource) source = NULL;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  source = open_source (YODEL_MEDIA_AUDIO, "pcm:", f->path);
  yodel_source_start (source, track->track);
  for (guint round = 1; round <= 3; round++)
    {
      int fd = open (f->path, O_WRONLY);

      write_blocks (fd, (gint16) round, 1);
      g_assert_true (test_track_wait_samples (track, round * BLOCK));
      g_assert_cmpint (sample_at (track, (round - 1) * BLOCK), ==, (int) round);
      close (fd);
    }
  yodel_source_stop (source);
}

static void
test_newest_picture_starts_the_track (Fixture       *f,
                                      gconstpointer  data)
{
  static const char header[] = "YUV4MPEG2 W64 H64 F30:1\n";
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_VIDEO);
  g_autoptr (YodelSource) source = NULL;
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  source = open_source (YODEL_MEDIA_VIDEO, "y4m:", f->path);
  fd = open (f->path, O_WRONLY);
  write_all (fd, header, strlen (header));
  write_frames (fd, 1, 10);
  wait_until_read (fd);
  g_usleep (20000);

  yodel_source_start (source, track->track);
  g_assert_true (test_track_wait_frames (track, 1));
  write_frames (fd, 500, 2);
  g_assert_true (test_track_wait_frames (track, 3));
  g_assert_cmpuint (stamp_at (track, 0), ==, 10);
  g_assert_cmpuint (stamp_at (track, 1), ==, 500);
  g_assert_cmpuint (stamp_at (track, 2), ==, 501);
  yodel_source_stop (source);
  close (fd);
}

static gboolean
has_error (GObject *object)
{
  g_autoptr (GError) error = NULL;

  g_object_get (object, "error", &error, NULL);
  if (error == NULL)
    return FALSE;
  g_assert_cmpuint (error->domain, ==, YODEL_ERROR);
  return TRUE;
}

static void
test_junk_in_a_picture_pipe_is_told (Fixture       *f,
                                     gconstpointer  data)
{
  g_autoptr (YodelSource) source = NULL;
  guint notified = 0;
  int fd;

  g_assert_cmpint (mkfifo (f->path, 0600), ==, 0);
  source = open_source (YODEL_MEDIA_VIDEO, "y4m:", f->path);
  g_signal_connect_swapped (source, "notify::error", G_CALLBACK (g_atomic_int_inc), &notified);
  fd = open (f->path, O_WRONLY);
  write_all (fd, "RIFF\n", 5);
  while (notified == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (has_error (G_OBJECT (source)));
  close (fd);
}

static void
test_file_of_samples_goes_round_without_a_gap (Fixture       *f,
                                               gconstpointer  data)
{
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_AUDIO);
  g_autoptr (YodelSource) source = NULL;
  gint16 values[700];

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = (gint16) (i + 1);
  g_assert_true (g_file_set_contents (f->path, (const char *) values, sizeof values, NULL));

  source = open_source (YODEL_MEDIA_AUDIO, "pcm:", f->path);
  yodel_source_start (source, track->track);
  g_assert_true (test_track_wait_samples (track, 3000));
  yodel_source_stop (source);
  for (guint i = 0; i < 3000; i++)
    g_assert_cmpint (sample_at (track, i), ==, (int) (i % 700) + 1);
}

/* The same clip twice: one joins the other where that has come to, after a second of its own. */
static void
test_two_of_one_clip_are_in_step (void)
{
  g_autoptr (TestTrack) sound = test_track_new (YODEL_MEDIA_AUDIO);
  g_autoptr (TestTrack) picture = test_track_new (YODEL_MEDIA_VIDEO);
  g_autoptr (YodelSource) sound_source = open_source (YODEL_MEDIA_AUDIO, "", "test");
  g_autoptr (YodelSource) picture_source = open_source (YODEL_MEDIA_VIDEO, "", "test");
  gint64 sound_base_us;
  gint64 picture_base_us;
  YodelVideoFrame *frame;

  yodel_source_start (sound_source, sound->track);
  g_assert_true (test_track_wait_samples (sound, YODEL_AUDIO_RATE_HZ));
  yodel_source_start (picture_source, picture->track);
  g_assert_true (test_track_wait_frames (picture, 5));
  yodel_source_stop (sound_source);
  yodel_source_stop (picture_source);

  sound_base_us = sound->captured_us - (gint64) sound->samples->len * G_USEC_PER_SEC / YODEL_AUDIO_RATE_HZ;
  frame = g_ptr_array_index (picture->frames, 4);
  picture_base_us = frame->timestamp_us - (gint64) stamp_at (picture, 4) * G_USEC_PER_SEC / 30;
  g_assert_cmpint (ABS (sound_base_us - picture_base_us), <, 2000);
  g_assert_cmpuint (stamp_at (picture, 0), >=, 20);
}

/* What the clock of the pictures says is what the clock on the wall says. */
static void
test_pictures_come_at_their_rate (Fixture       *f,
                                  gconstpointer  data)
{
  static const char header[] = "YUV4MPEG2 W64 H64 F50:1\n";
  g_autoptr (TestTrack) track = test_track_new (YODEL_MEDIA_VIDEO);
  g_autoptr (YodelSource) source = NULL;
  int fd = open (f->path, O_WRONLY | O_CREAT, 0600);
  YodelVideoFrame *first;
  gint64 before_us;

  write_all (fd, header, strlen (header));
  write_frames (fd, 0, 7);
  close (fd);

  source = open_source (YODEL_MEDIA_VIDEO, "", f->path);     /* as any file: its content says y4m */
  before_us = g_get_monotonic_time ();
  yodel_source_start (source, track->track);
  g_assert_true (test_track_wait_frames (track, 20));
  yodel_source_stop (source);

  first = g_ptr_array_index (track->frames, 0);
  g_assert_cmpint (first->timestamp_us, >=, before_us);
  for (guint i = 0; i < 20; i++)
    {
      YodelVideoFrame *frame = g_ptr_array_index (track->frames, i);

      g_assert_cmpuint (stamp_at (track, i), ==, i % 7);
      g_assert_cmpint (frame->timestamp_us - first->timestamp_us, ==, (gint64) i * 20000);
    }
}

typedef struct
{
  const char     *name;
  YodelMediaKind  kind;
  const char     *spec;
  const char     *says;
} ErrorCase;

static const ErrorCase errors[] = {
  { "no-such-file",        YODEL_MEDIA_AUDIO, "/nonexistent/a.wav",     "No such file" },
  { "no-such-pipe",        YODEL_MEDIA_AUDIO, "pcm:/nonexistent/a",     "No such file" },
  { "a-folder",            YODEL_MEDIA_VIDEO, "/",                      "directory" },
  { "an-empty-pcm",        YODEL_MEDIA_AUDIO, "pcm:/proc/self/environ", "no sound" },   /* its size is 0 */
};

static void
test_error_is_in_words (gconstpointer data)
{
  const ErrorCase *c = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_media_source_new (c->kind, c->spec, &error));
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
    void       (*run) (Fixture *f, gconstpointer data);
  } tests[] = {
    { "/media/sources/files-in-stereo", test_files_in_stereo },
    { "/media/sources/pipe-in-stereo", test_pipe_in_stereo },
    { "/media/sources/sound-that-came-before-the-start-is-dropped", test_sound_that_came_before_the_start_is_dropped },
    { "/media/sources/odd-bytes-are-joined", test_odd_bytes_are_joined },
    { "/media/sources/next-writer-of-a-pipe-is-heard", test_next_writer_of_a_pipe_is_heard },
    { "/media/sources/newest-picture-starts-the-track", test_newest_picture_starts_the_track },
    { "/media/sources/junk-in-a-picture-pipe-is-told", test_junk_in_a_picture_pipe_is_told },
    { "/media/sources/file-of-samples-goes-round-without-a-gap", test_file_of_samples_goes_round_without_a_gap },
    { "/media/sources/pictures-come-at-their-rate", test_pictures_come_at_their_rate },
  };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].run, tear_down);
  g_test_add_func ("/media/sources/two-of-one-clip-are-in-step", test_two_of_one_clip_are_in_step);
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *path = g_strconcat ("/media/sources/error-is-in-words/", errors[i].name, NULL);

      g_test_add_data_func (path, &errors[i], test_error_is_in_words);
    }

  return g_test_run ();
}
