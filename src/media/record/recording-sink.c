#define G_LOG_DOMAIN "yodel-media"

#include "media/record/recording-sink.h"

#include "media/record/recording.h"

#define YODEL_TYPE_RECORDING_SINK (yodel_recording_sink_get_type ())
G_DECLARE_FINAL_TYPE (YodelRecordingSink, yodel_recording_sink, YODEL, RECORDING_SINK, YodelSinkBase)

struct _YodelRecordingSink
{
  YodelSinkBase   parent_instance;

  YodelMediaKind  kind;
  YodelRecording *recording;         /* (owned) (nullable) */
};

static void sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelRecordingSink, yodel_recording_sink, YODEL_TYPE_SINK_BASE,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init))

static void
yodel_recording_sink_write_audio (YodelSink    *sink,
                                  const gint16 *samples,
                                  gsize         n_samples,
                                  gint64        time_us)
{
  YodelRecordingSink *self = YODEL_RECORDING_SINK (sink);

  if (self->recording != NULL)
    yodel_recording_audio (self->recording, samples, n_samples, 1, time_us);
}

static void
yodel_recording_sink_write_stereo (YodelSink    *sink,
                                   const gint16 *samples,
                                   gsize         n_samples,
                                   gint64        time_us)
{
  YodelRecordingSink *self = YODEL_RECORDING_SINK (sink);

  if (self->recording != NULL)
    yodel_recording_audio (self->recording, samples, n_samples, 2, time_us);
}

static void
yodel_recording_sink_write_video (YodelSink       *sink,
                                  YodelVideoFrame *frame)
{
  YodelRecordingSink *self = YODEL_RECORDING_SINK (sink);

  if (self->recording != NULL)
    yodel_recording_video (self->recording, frame);
}

static void
yodel_recording_sink_finish (YodelSink *sink)
{
  YodelRecordingSink *self = YODEL_RECORDING_SINK (sink);

  if (self->recording != NULL)
    yodel_recording_leave (g_steal_pointer (&self->recording), self->kind);
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = yodel_recording_sink_write_audio;
  iface->write_stereo = yodel_recording_sink_write_stereo;
  iface->write_video = yodel_recording_sink_write_video;
  iface->finish = yodel_recording_sink_finish;
}

static void
yodel_recording_sink_dispose (GObject *object)
{
  yodel_recording_sink_finish (YODEL_SINK (object));

  G_OBJECT_CLASS (yodel_recording_sink_parent_class)->dispose (object);
}

static void
yodel_recording_sink_class_init (YodelRecordingSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yodel_recording_sink_dispose;
}

static void
yodel_recording_sink_init (YodelRecordingSink *self)
{
}

YodelSink *
yodel_recording_sink_new (YodelMediaKind   kind,
                          const char      *path,
                          GError         **error)
{
  g_autoptr (YodelRecordingSink) self = NULL;

  if (kind == YODEL_MEDIA_VIDEO && g_str_has_suffix (path, ".ogg"))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\": an .ogg holds sound only; .webm and .mkv hold pictures", path);
      return NULL;
    }

  self = g_object_new (YODEL_TYPE_RECORDING_SINK, NULL);
  self->kind = kind;
  self->recording = yodel_recording_join (path, kind, YODEL_SINK_BASE (self), error);
  return self->recording != NULL ? YODEL_SINK (g_steal_pointer (&self)) : NULL;
}
