#define G_LOG_DOMAIN "yodel-media"

#include <gst/app/gstappsrc.h>
#include <string.h>

#include "media/gst/gst-module.h"

/* Waiting to be encoded; more than that, and the machine is too slow. */
#define MAX_SOUND_BYTES (2u * YODEL_AUDIO_RATE_HZ * 2)
#define MAX_PICTURES    30u

/* How long closing the file may take. */
#define CLOSE_NS (5 * GST_SECOND)

/* A second way through VP8 must not cost what the call itself costs: the fastest real-time
 * setting, and a generous rate instead. */
#define VP8_ENCODER "vp8enc deadline=1 cpu-used=12 threads=1 lag-in-frames=0 keyframe-max-dist=90 end-usage=vbr " \
                    "min-quantizer=4 max-quantizer=48 error-resilient=0"

/* Bits for a pixel of the picture: 1.8 Mbit/s for 640x360. */
#define BITS_PER_PIXEL 8u

struct _YodelRecorder
{
  char       *path;          /* (owned) */
  GstElement *pipeline;      /* (owned) */
  GstElement *sound;         /* (owned) (nullable) */
  GstElement *picture;       /* (owned) (nullable) */
  GstBus     *bus;           /* (owned) */
  guint       frame_bytes;   /* of sound: a sample of each channel */
  gboolean    failed;
};

static const char *
muxer_for (const char *path)
{
  if (g_str_has_suffix (path, ".ogg"))
    return "oggmux max-delay=200000000 max-page-delay=200000000";
  if (g_str_has_suffix (path, ".mkv"))
    return "matroskamux min-cluster-duration=500000000 max-cluster-duration=1000000000";
  return "webmmux min-cluster-duration=500000000 max-cluster-duration=1000000000";
}

static char *
describe (const char *path,
          guint       channels,
          gboolean    has_picture,
          guint       width,
          guint       height)
{
  GString *text = g_string_new (NULL);

  /* unbuffered: what was muxed is in the file, whatever happens to this process */
  g_string_append_printf (text, "%s name=mux ! filesink name=file buffer-mode=unbuffered sync=false async=false ",
                          muxer_for (path));
  if (channels > 0)
    g_string_append_printf (text, "appsrc name=sound format=time caps=" YODEL_GST_SOUND_CAPS ",channels=%u ! "
                            "opusenc bitrate=%u complexity=5 ! queue max-size-time=0 ! mux. ",
                            channels, channels == 2 ? 96000 : 64000);
  if (has_picture)
    g_string_append_printf (text, "appsrc name=picture format=time "
                            "caps=" YODEL_GST_PICTURE_CAPS ",width=%u,height=%u,framerate=0/1,max-framerate=60/1 ! "
                            VP8_ENCODER " target-bitrate=%u ! queue max-size-time=0 ! mux. ",
                            width, height, MAX (width * height * BITS_PER_PIXEL, 300000));
  return g_string_free (text, FALSE);
}

YodelRecorder *
yodel_gst_recorder_new (const char  *path,
                        guint        channels,
                        gboolean     has_picture,
                        guint        width,
                        guint        height,
                        GError     **error)
{
  g_autofree char *description = describe (path, channels, has_picture, width, height);
  g_autoptr (GstElement) pipeline = yodel_gst_parse (description, error);
  g_autoptr (GstElement) file = NULL;
  YodelRecorder *self;

  if (pipeline == NULL)
    return NULL;

  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  g_object_set (file, "location", path, NULL);

  self = g_new0 (YodelRecorder, 1);
  self->path = g_strdup (path);
  self->frame_bytes = 2 * channels;
  self->sound = gst_bin_get_by_name (GST_BIN (pipeline), "sound");
  self->picture = gst_bin_get_by_name (GST_BIN (pipeline), "picture");
  self->bus = gst_element_get_bus (pipeline);
  self->pipeline = g_steal_pointer (&pipeline);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return self;
}

gboolean
yodel_gst_recorder_push_audio (YodelRecorder *self,
                               const gint16  *samples,
                               gsize          n_samples,
                               gint64         time_us)
{
  GstBuffer *buffer;

  if (self->sound == NULL || gst_app_src_get_current_level_bytes (GST_APP_SRC (self->sound)) > MAX_SOUND_BYTES)
    return FALSE;

  buffer = gst_buffer_new_memdup (samples, n_samples * self->frame_bytes);
#if G_BYTE_ORDER == G_BIG_ENDIAN
#error "samples are to be swapped here"
#endif
  GST_BUFFER_PTS (buffer) = (guint64) time_us * 1000;
  GST_BUFFER_DURATION (buffer) = n_samples * GST_SECOND / YODEL_AUDIO_RATE_HZ;
  return gst_app_src_push_buffer (GST_APP_SRC (self->sound), buffer) == GST_FLOW_OK;
}

gboolean
yodel_gst_recorder_push_video (YodelRecorder   *self,
                               YodelVideoFrame *frame,
                               gint64           time_us)
{
  GstBuffer *buffer;

  if (self->picture == NULL ||
      gst_app_src_get_current_level_buffers (GST_APP_SRC (self->picture)) > MAX_PICTURES)
    return FALSE;

  buffer = yodel_gst_buffer_from_frame (frame);
  GST_BUFFER_PTS (buffer) = (guint64) time_us * 1000;
  return gst_app_src_push_buffer (GST_APP_SRC (self->picture), buffer) == GST_FLOW_OK;
}

/* Returns: (transfer full) (nullable): what went wrong since the last call */
GError *
yodel_gst_recorder_get_error (YodelRecorder *self)
{
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);

  if (message == NULL)
    return NULL;
  self->failed = TRUE;
  return yodel_gst_take_message_error (message, self->path);
}

/* Closes the file; blocks until that is done. */
void
yodel_gst_recorder_free (YodelRecorder *self)
{
  if (self->sound != NULL)
    gst_app_src_end_of_stream (GST_APP_SRC (self->sound));
  if (self->picture != NULL)
    gst_app_src_end_of_stream (GST_APP_SRC (self->picture));

  if (!self->failed)
    {
      g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (self->bus, CLOSE_NS, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

      if (message == NULL || GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
        g_debug ("\"%s\" was not closed properly", self->path);
    }

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->sound);
  g_clear_object (&self->picture);
  g_clear_object (&self->bus);
  g_clear_object (&self->pipeline);
  g_free (self->path);
  g_free (self);
}
