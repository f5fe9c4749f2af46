#define G_LOG_DOMAIN "yodel-media"

#include "media/device/device.h"

#include "media/device/sound-device.h"
#include "media/gst/gst-api.h"
#include "media/sink-base.h"
#include "media/source-base.h"

#define YODEL_TYPE_DEVICE_SOURCE (yodel_device_source_get_type ())
G_DECLARE_FINAL_TYPE (YodelDeviceSource, yodel_device_source, YODEL, DEVICE_SOURCE, YodelSourceBase)

#define YODEL_TYPE_DEVICE_SINK (yodel_device_sink_get_type ())
G_DECLARE_FINAL_TYPE (YodelDeviceSink, yodel_device_sink, YODEL, DEVICE_SINK, YodelSinkBase)

struct _YodelDeviceSource
{
  YodelSourceBase    parent_instance;

  const YodelGstApi *api;           /* (borrowed) */
  YodelCapture      *capture;       /* (owned) (nullable) */
};

struct _YodelDeviceSink
{
  YodelSinkBase      parent_instance;

  const YodelGstApi *api;           /* (borrowed) */
  YodelPlayer       *player;        /* (owned) (nullable) */
};

static void sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE (YodelDeviceSource, yodel_device_source, YODEL_TYPE_SOURCE_BASE)
G_DEFINE_FINAL_TYPE_WITH_CODE (YodelDeviceSink, yodel_device_sink, YODEL_TYPE_SINK_BASE,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init))

static gboolean
exists_in (const char *folder,
           const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_prefix (name, prefix))
      return TRUE;
  return FALSE;
}

/* Looks at what the system offers, without loading anything. */
static gboolean
may_exist (gboolean is_source)
{
  if (is_source)
    return exists_in ("/dev", "video") || exists_in (g_get_user_runtime_dir (), "pipewire-0");
  return g_getenv ("WAYLAND_DISPLAY") != NULL || g_getenv ("DISPLAY") != NULL;
}

static const YodelGstApi *
load (gboolean   is_source,
      GError   **error)
{
  if (!may_exist (is_source))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "this machine has no %s", is_source ? "camera" : "display");
      return NULL;
    }
  return yodel_gst_load (error);
}

static void
on_picture (gpointer         user_data,
            YodelVideoFrame *frame)
{
  yodel_source_base_push_video (user_data, frame);
}

static void
on_failed (gpointer  user_data,
           GError   *error)
{
  yodel_source_base_fail (user_data, error);
}

static void
yodel_device_source_dispose (GObject *object)
{
  YodelDeviceSource *self = YODEL_DEVICE_SOURCE (object);

  if (self->capture != NULL)
    self->api->capture_free (g_steal_pointer (&self->capture));

  G_OBJECT_CLASS (yodel_device_source_parent_class)->dispose (object);
}

static void
yodel_device_source_class_init (YodelDeviceSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yodel_device_source_dispose;
}

static void
yodel_device_source_init (YodelDeviceSource *self)
{
}

static void
yodel_device_sink_write_video (YodelSink       *sink,
                               YodelVideoFrame *frame)
{
  YodelDeviceSink *self = YODEL_DEVICE_SINK (sink);

  if (self->player == NULL)
    return;
  self->api->player_push_video (self->player, frame);
  yodel_sink_base_count_written (YODEL_SINK_BASE (self));
}

static void
yodel_device_sink_finish (YodelSink *sink)
{
  YodelDeviceSink *self = YODEL_DEVICE_SINK (sink);

  if (self->player != NULL)
    self->api->player_free (g_steal_pointer (&self->player));
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_video = yodel_device_sink_write_video;
  iface->finish = yodel_device_sink_finish;
}

static void
yodel_device_sink_dispose (GObject *object)
{
  yodel_device_sink_finish (YODEL_SINK (object));

  G_OBJECT_CLASS (yodel_device_sink_parent_class)->dispose (object);
}

static void
yodel_device_sink_class_init (YodelDeviceSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yodel_device_sink_dispose;
}

static void
yodel_device_sink_init (YodelDeviceSink *self)
{
}

/* @name: (nullable): NULL for the default one */
YodelSource *
yodel_device_source_new (YodelMediaKind   kind,
                         const char      *name,
                         GError         **error)
{
  static const YodelCaptureEvents events = { NULL, on_picture, on_failed };
  g_autoptr (YodelDeviceSource) self = NULL;
  const YodelGstApi *api;

  if (kind == YODEL_MEDIA_AUDIO)
    return yodel_sound_source_new (name, error);
  api = load (TRUE, error);
  if (api == NULL)
    return NULL;

  self = g_object_new (YODEL_TYPE_DEVICE_SOURCE, NULL);
  self->api = api;
  self->capture = api->capture_new (kind, name, &events, self, error);
  return self->capture != NULL ? YODEL_SOURCE (g_steal_pointer (&self)) : NULL;
}

/* @name: (nullable): NULL for the default one */
YodelSink *
yodel_device_sink_new (YodelMediaKind   kind,
                       const char      *name,
                       GError         **error)
{
  g_autoptr (YodelDeviceSink) self = NULL;
  const YodelGstApi *api;

  if (kind == YODEL_MEDIA_AUDIO)
    return yodel_sound_sink_new (name, error);
  api = load (FALSE, error);
  if (api == NULL)
    return NULL;

  self = g_object_new (YODEL_TYPE_DEVICE_SINK, NULL);
  self->api = api;
  self->player = api->player_new (kind, name, error);
  return self->player != NULL ? YODEL_SINK (g_steal_pointer (&self)) : NULL;
}
