#define G_LOG_DOMAIN "yodel-media"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include "media/gst/gst-module.h"

/* How long a device may take to give or take its first piece. */
#define OPEN_NS (5 * GST_SECOND)

/* What is asked of a sound device: 10 ms at a time, 40 ms in all. */
#define SOUND_LATENCY "buffer-time=40000 latency-time=10000"

struct _YodelCapture
{
  GstElement         *pipeline;     /* (owned) */
  YodelMediaKind      kind;
  YodelCaptureEvents  events;
  gpointer            user_data;    /* (borrowed) */
  char               *name;         /* (owned) */
};

struct _YodelPlayer
{
  GstElement *pipeline;             /* (owned) */
  GstElement *source;               /* (owned) */
  guint       width;
  guint       height;
};

static gboolean
has_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

/* The element for a kind of device, with "device" or the like set to @name; NULL for the default one. */
static char *
describe_device (YodelMediaKind  kind,
                 gboolean        is_source,
                 const char     *name)
{
  g_autofree char *quoted = name != NULL ? g_strescape (name, NULL) : NULL;

  if (kind == YODEL_MEDIA_VIDEO && !is_source)
    return g_strdup ("autovideosink sync=false");
  if (kind == YODEL_MEDIA_VIDEO && name != NULL && g_str_has_prefix (name, "/dev/"))
    return g_strdup_printf ("v4l2src device=\"%s\"", quoted);
  if (kind == YODEL_MEDIA_VIDEO && name != NULL)
    return g_strdup_printf ("pipewiresrc target-object=\"%s\" do-timestamp=true", quoted);
  if (kind == YODEL_MEDIA_VIDEO)
    return g_strdup ("autovideosrc");
  if (has_element (is_source ? "pulsesrc" : "pulsesink"))
    return g_strdup_printf ("pulse%s " SOUND_LATENCY "%s%s%s%s", is_source ? "src" : "sink", is_source ? "" : " sync=false",
                            name != NULL ? " device=\"" : "", name != NULL ? quoted : "", name != NULL ? "\"" : "");
  return g_strdup (is_source ? "autoaudiosrc" : "autoaudiosink sync=false");
}

/* Plays until the device works, or does not. */
static gboolean
play (GstElement  *pipeline,
      const char  *name,
      gboolean     wait,
      GError     **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GError *cause = NULL;

  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    {
      GstStateChangeReturn result = wait ? gst_element_get_state (pipeline, NULL, NULL, OPEN_NS)
                                         : GST_STATE_CHANGE_SUCCESS;

      if (result == GST_STATE_CHANGE_SUCCESS || result == GST_STATE_CHANGE_NO_PREROLL)
        return TRUE;
    }

  message = gst_bus_timed_pop_filtered (bus, 0, GST_MESSAGE_ERROR);
  if (message != NULL)
    cause = yodel_gst_take_message_error (message, name);
  if (cause == NULL)
    cause = g_error_new (YODEL_ERROR, YODEL_ERROR_MEDIA, "the device \"%s\" does not start", name);
  g_propagate_error (error, cause);
  return FALSE;
}

static GstFlowReturn
on_new_sample (GstElement *sink,
               gpointer    data)
{
  YodelCapture *self = data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (GST_APP_SINK (sink));
  gint64 now_us = g_get_monotonic_time ();

  if (sample == NULL)
    return GST_FLOW_EOS;

  if (self->kind == YODEL_MEDIA_AUDIO)
    {
      GstMapInfo map;

      if (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ))
        {
          self->events.sound (self->user_data, (const gint16 *) (gconstpointer) map.data, map.size / 2, 1, now_us);
          gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
        }
    }
  else
    {
      g_autoptr (YodelVideoFrame) frame = yodel_gst_frame_from_sample (sample);

      if (frame != NULL)
        {
          frame->timestamp_us = now_us;
          self->events.picture (self->user_data, frame);
        }
    }
  return GST_FLOW_OK;
}

/* Errors are told where they happen: there is no main loop that reads the bus. */
static GstBusSyncReply
on_message (GstBus     *bus,
            GstMessage *message,
            gpointer    data)
{
  YodelCapture *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    self->events.failed (self->user_data, yodel_gst_take_message_error (message, self->name));
  return GST_BUS_PASS;
}

YodelCapture *
yodel_gst_capture_new (YodelMediaKind             kind,
                       const char                *name,
                       const YodelCaptureEvents  *events,
                       gpointer                   user_data,
                       GError                   **error)
{
  g_autofree char *device = describe_device (kind, TRUE, name);
  g_autofree char *description =
    g_strconcat (device, kind == YODEL_MEDIA_AUDIO
                 ? " ! audioconvert ! audioresample ! " YODEL_GST_SOUND_CAPS ",channels=1"
                 : " ! videoconvert ! videoscale ! "
                   YODEL_GST_PICTURE_CAPS ",width=[160,1280],height=[90,720],pixel-aspect-ratio=1/1",
                 " ! appsink name=sink sync=false max-buffers=4 drop=true emit-signals=true", NULL);
  g_autoptr (GstElement) pipeline = yodel_gst_parse (description, error);
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  YodelCapture *self;

  if (pipeline == NULL)
    return NULL;

  self = g_new0 (YodelCapture, 1);
  self->kind = kind;
  self->events = *events;
  self->user_data = user_data;
  self->name = g_strdup (name != NULL ? name : "default");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "new-sample", G_CALLBACK (on_new_sample), self);
  self->pipeline = g_steal_pointer (&pipeline);
  if (!play (self->pipeline, self->name, TRUE, error))
    {
      yodel_gst_capture_free (self);
      return NULL;
    }

  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, self, NULL);
  return self;
}

void
yodel_gst_capture_free (YodelCapture *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->pipeline);
  g_free (self->name);
  g_free (self);
}

YodelPlayer *
yodel_gst_player_new (YodelMediaKind   kind,
                      const char      *name,
                      GError         **error)
{
  g_autofree char *device = describe_device (kind, FALSE, name);
  g_autofree char *description =
    g_strconcat (kind == YODEL_MEDIA_AUDIO
                 ? "appsrc name=source is-live=true format=time do-timestamp=true max-bytes=9600 leaky-type=downstream "
                   "caps=" YODEL_GST_SOUND_CAPS ",channels=1 ! audioconvert ! audioresample ! "
                 : "appsrc name=source is-live=true format=time do-timestamp=true max-buffers=3 max-bytes=0 "
                   "leaky-type=downstream ! videoconvert ! ",
                 device, NULL);
  g_autoptr (GstElement) pipeline = yodel_gst_parse (description, error);
  YodelPlayer *self;

  if (pipeline == NULL)
    return NULL;

  self = g_new0 (YodelPlayer, 1);
  self->source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  self->pipeline = g_steal_pointer (&pipeline);
  if (!play (self->pipeline, name != NULL ? name : "default", FALSE, error))
    {
      yodel_gst_player_free (self);
      return NULL;
    }
  return self;
}

void
yodel_gst_player_push_audio (YodelPlayer  *self,
                             const gint16 *samples,
                             gsize         n_samples)
{
  gst_app_src_push_buffer (GST_APP_SRC (self->source), gst_buffer_new_memdup (samples, n_samples * 2));
}

void
yodel_gst_player_push_video (YodelPlayer     *self,
                             YodelVideoFrame *frame)
{
  if (frame->width != self->width || frame->height != self->height)
    {
      g_autoptr (GstCaps) caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420",
                                                      "width", G_TYPE_INT, (int) frame->width,
                                                      "height", G_TYPE_INT, (int) frame->height,
                                                      "framerate", GST_TYPE_FRACTION, 0, 1, NULL);

      self->width = frame->width;
      self->height = frame->height;
      gst_app_src_set_caps (GST_APP_SRC (self->source), caps);
    }
  gst_app_src_push_buffer (GST_APP_SRC (self->source), yodel_gst_buffer_from_frame (frame));
}

void
yodel_gst_player_free (YodelPlayer *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->source);
  g_clear_object (&self->pipeline);
  g_free (self);
}
