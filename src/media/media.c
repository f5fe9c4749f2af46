#define G_LOG_DOMAIN "yodel-media"

#include <yodel/yodel-media.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "media/device/device.h"
#include "media/fd.h"
#include "media/file/file-source.h"
#include "media/file/pcm-reader.h"
#include "media/file/y4m-reader.h"
#include "media/gst/gst-api.h"
#include "media/media-spec.h"
#include "media/none/none.h"
#include "media/pipe/pipe-source.h"
#include "media/pipe/stream-sink.h"
#include "media/pulse/pulse-api.h"
#include "media/record/recording-sink.h"
#include "media/test/test-reader.h"
#include "media/tone/tone-reader.h"

#define Y4M_MAGIC "YUV4MPEG2 "

/* Opens without waiting for the writer of a pipe. */
static int
open_for_reading (const char   *path,
                  struct stat  *status,
                  GError      **error)
{
  int fd = strcmp (path, "-") == 0 ? fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                   : open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  if (fd >= 0 && fstat (fd, status) == 0 && !S_ISDIR (status->st_mode))
    return fd;

  g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "cannot read \"%s\": %s", path,
               g_strerror (fd >= 0 ? EISDIR : errno));
  yodel_clear_fd (&fd);
  return -1;
}

/* pcm: and y4m: a pipe is taken as it comes, a file is played. */
static YodelSource *
open_raw (YodelMediaKind         kind,
          const YodelMediaSpec  *spec,
          GError               **error)
{
  struct stat status;
  int fd = open_for_reading (spec->path, &status, error);
  YodelReader *reader;

  if (fd < 0)
    return NULL;
  if (!S_ISREG (status.st_mode))
    return yodel_pipe_source_new (kind, S_ISFIFO (status.st_mode) && strcmp (spec->path, "-") != 0 ? spec->path : NULL, fd,
                                  spec->channels);

  reader = kind == YODEL_MEDIA_AUDIO ? yodel_pcm_reader_new (fd, spec->channels, error) : yodel_y4m_reader_new (fd, error);
  if (reader == NULL)
    g_prefix_error (error, "\"%s\": ", spec->path);
  return reader != NULL ? yodel_file_source_new (kind, spec->path, reader) : NULL;
}

/* Uncompressed files of our own formats need no decoder.  Returns: NULL without an error for all others */
static YodelReader *
open_plain (YodelMediaKind   kind,
            int              fd,
            GError         **error)
{
  char magic[sizeof Y4M_MAGIC] = "";
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  YodelReader *reader = NULL;

  if (copy < 0)
    return NULL;

  if (kind == YODEL_MEDIA_VIDEO && pread (fd, magic, sizeof magic - 1, 0) > 0 && strcmp (magic, Y4M_MAGIC) == 0)
    return yodel_y4m_reader_new (copy, error);

  if (kind == YODEL_MEDIA_AUDIO)
    reader = yodel_pcm_reader_new_wav (copy, error);
  if (reader == NULL && *error == NULL)
    yodel_clear_fd (&copy);
  return reader;
}

static YodelSource *
open_file (YodelMediaKind         kind,
           const YodelMediaSpec  *spec,
           GError               **error)
{
  g_autoptr (GError) local = NULL;
  struct stat status;
  int fd = open_for_reading (spec->path, &status, error);
  YodelReader *reader;

  if (fd < 0)
    return NULL;

  reader = S_ISREG (status.st_mode) ? open_plain (kind, fd, &local) : NULL;
  yodel_clear_fd (&fd);
  if (reader == NULL && local == NULL)
    {
      const YodelGstApi *api = yodel_gst_load (&local);

      reader = api != NULL ? api->file_open (kind, spec->path, &local) : NULL;
    }
  else if (local != NULL)
    {
      g_prefix_error (&local, "\"%s\": ", spec->path);
    }

  if (reader == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return yodel_file_source_new (kind, spec->path, reader);
}

/**
 * yodel_media_source_new:
 * @kind: sound or picture
 * @spec: what to take: "none", "test" (a run of chimes; a moving picture with a clock), "ring", "ringback" or "busy" (the
 *   sounds around a call, in the cadences of ITU-T E.180), "default" or
 *   "device:NAME" (a microphone or camera), "pcm:PATH" (samples, 16 bits little-endian, 48 kHz mono; with ",stereo"
 *   behind it two channels, left and right in turn),
 *   "y4m:PATH" (YUV4MPEG2, 4:2:0), or the path of any media file
 * @error: return location for a #GError
 *
 * Makes a source. Files are played at the pace of real time, over and over; sound and picture of
 * the same file stay in step. Where a pcm: or y4m: path is a pipe, or "-" for standard input, what comes is
 * taken at once, and what came before the track started is dropped. What goes wrong later
 * shows in the property "error" of the source, a boxed #GError.
 *
 * Files give the one or two channels they have, more are mixed to two; a microphone gives two where #YodelTrack:stereo is
 * set when it starts, and is then not processed. What the call has no use for is mixed.
 *
 * A sound device that is not there is no error: the default one is used, or nothing is heard until one comes, and "error"
 * says so (%YODEL_ERROR_CLOSED). A microphone has the boolean properties "echo-cancellation", "noise-suppression",
 * "gain-control" and "high-pass", all %TRUE at first; echo is cancelled of the first loudspeaker of the process. How much of
 * the echo that is left is suppressed says "echo-suppression": 0 (at first), 1 or 2, each at more cost of the voice nearby.
 * The property "device" is the name of the device, %NULL for the default one, and may be changed in mid-call, as that of a
 * sink of yodel_media_sink_new(); thread: that of the source or sink.
 *
 * Opening a media file may block for some tens of milliseconds, a device for as long as it takes to
 * start. Thread: any.
 *
 * Returns: (transfer full) (nullable): the source, or %NULL on %YODEL_ERROR_MEDIA
 */
YodelSource *
yodel_media_source_new (YodelMediaKind   kind,
                        const char      *spec,
                        GError         **error)
{
  g_auto (YodelMediaSpec) parsed = { 0 };

  g_return_val_if_fail (kind == YODEL_MEDIA_AUDIO || kind == YODEL_MEDIA_VIDEO, NULL);
  g_return_val_if_fail (spec != NULL, NULL);

  if (!yodel_media_spec_parse (&parsed, kind, spec, error))
    return NULL;

  switch (parsed.type)
    {
    case YODEL_SPEC_NONE:    return yodel_none_source_new ();
    case YODEL_SPEC_TEST:    return yodel_file_source_new (kind, "test", yodel_test_reader_new ());
    case YODEL_SPEC_TONE:    return yodel_file_source_new (kind, spec, yodel_tone_reader_new (parsed.tone));
    case YODEL_SPEC_DEFAULT: return yodel_device_source_new (kind, NULL, error);
    case YODEL_SPEC_DEVICE:  return yodel_device_source_new (kind, parsed.path, error);
    case YODEL_SPEC_FILE:    return open_file (kind, &parsed, error);
    case YODEL_SPEC_PCM:
    case YODEL_SPEC_Y4M:     return open_raw (kind, &parsed, error);
    }
  g_assert_not_reached ();
}

static YodelSink *
create_file (YodelMediaKind         kind,
             const YodelMediaSpec  *spec,
             GError               **error)
{
  const char *path = spec->path;

  if (g_str_has_suffix (path, ".webm") || g_str_has_suffix (path, ".mkv") || g_str_has_suffix (path, ".ogg"))
    return yodel_recording_sink_new (kind, path, error);
  if (kind == YODEL_MEDIA_AUDIO && g_str_has_suffix (path, ".wav"))
    return yodel_stream_sink_new_sound (YODEL_STREAM_WAV, path, 0, error);
  if (kind == YODEL_MEDIA_VIDEO && g_str_has_suffix (path, ".y4m"))
    return yodel_stream_sink_new_picture (path, 0, 0, error);

  g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\": %s can be written to files that end in %s", path,
               kind == YODEL_MEDIA_AUDIO ? "sound" : "a picture",
               kind == YODEL_MEDIA_AUDIO ? ".wav, .ogg, .webm or .mkv" : ".webm, .mkv or .y4m");
  return NULL;
}

/**
 * yodel_media_sink_new:
 * @kind: sound or picture
 * @spec: where to: "none", "default" or "device:NAME" (a loudspeaker or a window), "pcm:PATH"
 *   (samples as above), "y4m:PATH" or "y4m:PATH,WIDTHxHEIGHT" (each picture once, scaled to that size or the first
 *   one's), or the path of a file that ends in .wav, .ogg, .webm, .mkv or .y4m
 * @error: return location for a #GError
 *
 * Makes a sink. Of a track whose #YodelTrack:stereo is set, files and loudspeakers get both channels, a "pcm:" as many as it
 * names. A path of pcm: or y4m: may be a named pipe, whose reader may come and go, or "-" for standard
 * output. Two sinks, sound and picture, of one .webm or .mkv path record into that one file. Recordings can be
 * played whatever happened to the process; what was recorded is kept when writing fails, as on a full disk.
 * That shows in the properties of the sink: "error" (a boxed #GError), "written" and "dropped" (pieces).
 *
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): the sink, or %NULL on %YODEL_ERROR_MEDIA
 */
YodelSink *
yodel_media_sink_new (YodelMediaKind   kind,
                      const char      *spec,
                      GError         **error)
{
  g_auto (YodelMediaSpec) parsed = { 0 };

  g_return_val_if_fail (kind == YODEL_MEDIA_AUDIO || kind == YODEL_MEDIA_VIDEO, NULL);
  g_return_val_if_fail (spec != NULL, NULL);

  if (!yodel_media_spec_parse (&parsed, kind, spec, error))
    return NULL;

  switch (parsed.type)
    {
    case YODEL_SPEC_NONE:    return yodel_none_sink_new ();
    case YODEL_SPEC_TEST:
    case YODEL_SPEC_TONE:
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" is a source, not a sink", spec);
      return NULL;
    case YODEL_SPEC_DEFAULT: return yodel_device_sink_new (kind, NULL, error);
    case YODEL_SPEC_DEVICE:  return yodel_device_sink_new (kind, parsed.path, error);
    case YODEL_SPEC_FILE:    return create_file (kind, &parsed, error);
    case YODEL_SPEC_PCM:     return yodel_stream_sink_new_sound (YODEL_STREAM_PCM, parsed.path, parsed.channels, error);
    case YODEL_SPEC_Y4M:     return yodel_stream_sink_new_picture (parsed.path, parsed.width, parsed.height, error);
    }
  g_assert_not_reached ();
}

static void
add_device (GVariantBuilder *devices,
            const char      *kind,
            const char      *name,
            const char      *description,
            gboolean         is_default)
{
  GVariantBuilder device;

  g_variant_builder_init (&device, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&device, "{sv}", "kind", g_variant_new_string (kind));
  g_variant_builder_add (&device, "{sv}", "name", g_variant_new_string (name));
  g_variant_builder_add (&device, "{sv}", "description", g_variant_new_string (description));
  g_variant_builder_add (&device, "{sv}", "default", g_variant_new_boolean (is_default));
  g_variant_builder_add_value (devices, g_variant_builder_end (&device));
}

static gboolean
add_sound_devices (GVariantBuilder  *devices,
                   GError          **error)
{
  const YodelPulseApi *api = yodel_pulse_load (error);
  g_autofree char *problem = NULL;
  g_autoptr (GPtrArray) list = NULL;

  if (api == NULL)
    return FALSE;
  list = api->list (&problem);
  if (list == NULL)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "the sound server does not answer: %s", problem);
      return FALSE;
    }

  for (guint i = 0; i < list->len; i++)
    {
      const YodelSoundDevice *device = list->pdata[i];

      add_device (devices, device->is_source ? "microphone" : "loudspeaker", device->name, device->description,
                  device->is_default);
    }
  return TRUE;
}

/* Of those that V4L2 knows. */
static void
add_cameras (GVariantBuilder *devices)
{
  g_autoptr (GDir) dir = g_dir_open ("/sys/class/video4linux", 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename ("/dev", name, NULL);
      g_autofree char *label = g_build_filename ("/sys/class/video4linux", name, "name", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (label, &text, NULL, NULL) && g_utf8_validate (text, -1, NULL))
        add_device (devices, "camera", path, g_strstrip (text), FALSE);
    }
}

/**
 * yodel_media_list_devices:
 * @error: return location for a #GError
 *
 * Lists microphones, loudspeakers and cameras, each a dictionary: "kind" ("microphone", "loudspeaker" or "camera"), "name"
 * (what a specification says behind "device:"), "description" (for people), and "default" (a boolean).
 *
 * It asks the sound server and waits for it, some milliseconds where all is well. Thread: any.
 *
 * Returns: (transfer full) (nullable): an array of dictionaries, of type `aa{sv}`, or %NULL on %YODEL_ERROR_MEDIA where
 *   no sound server answers
 */
GVariant *
yodel_media_list_devices (GError **error)
{
  GVariantBuilder devices;

  g_variant_builder_init (&devices, G_VARIANT_TYPE ("aa{sv}"));
  if (!add_sound_devices (&devices, error))
    {
      g_variant_builder_clear (&devices);
      return NULL;
    }
  add_cameras (&devices);
  return g_variant_ref_sink (g_variant_builder_end (&devices));
}
