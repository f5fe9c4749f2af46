#define G_LOG_DOMAIN "yodel-media"

#include "media/none/none.h"

#include "media/sink-base.h"
#include "media/source-base.h"

#define YODEL_TYPE_NONE_SOURCE (yodel_none_source_get_type ())
G_DECLARE_FINAL_TYPE (YodelNoneSource, yodel_none_source, YODEL, NONE_SOURCE, YodelSourceBase)

#define YODEL_TYPE_NONE_SINK (yodel_none_sink_get_type ())
G_DECLARE_FINAL_TYPE (YodelNoneSink, yodel_none_sink, YODEL, NONE_SINK, YodelSinkBase)

struct _YodelNoneSource
{
  YodelSourceBase parent_instance;
};

struct _YodelNoneSink
{
  YodelSinkBase parent_instance;
};

static void sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE (YodelNoneSource, yodel_none_source, YODEL_TYPE_SOURCE_BASE)
G_DEFINE_FINAL_TYPE_WITH_CODE (YodelNoneSink, yodel_none_sink, YODEL_TYPE_SINK_BASE,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init))

static void
yodel_none_source_class_init (YodelNoneSourceClass *klass)
{
}

static void
yodel_none_source_init (YodelNoneSource *self)
{
}

static void
write_audio (YodelSink    *sink,
             const gint16 *samples,
             gsize         n_samples,
             gint64        time_us)
{
  yodel_sink_base_count_written (YODEL_SINK_BASE (sink));
}

static void
write_video (YodelSink       *sink,
             YodelVideoFrame *frame)
{
  yodel_sink_base_count_written (YODEL_SINK_BASE (sink));
}

static void
finish (YodelSink *sink)
{
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = write_audio;
  iface->write_video = write_video;
  iface->finish = finish;
}

static void
yodel_none_sink_class_init (YodelNoneSinkClass *klass)
{
}

static void
yodel_none_sink_init (YodelNoneSink *self)
{
}

YodelSource *
yodel_none_source_new (void)
{
  return g_object_new (YODEL_TYPE_NONE_SOURCE, NULL);
}

YodelSink *
yodel_none_sink_new (void)
{
  return g_object_new (YODEL_TYPE_NONE_SINK, NULL);
}
