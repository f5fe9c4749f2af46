#define G_LOG_DOMAIN "yodel-cli"

#include "cli/snapshot-sink.h"

#include <pthread.h>

struct _YodelSnapshotSink
{
  GObject          parent_instance;

  YodelSink       *next;       /* (owned) */
  pthread_mutex_t  lock;
  YodelVideoFrame *last;       /* (owned) (nullable), under lock */
};

static void sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelSnapshotSink, yodel_snapshot_sink, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init))

static void
write_video (YodelSink       *sink,
             YodelVideoFrame *frame)
{
  YodelSnapshotSink *self = YODEL_SNAPSHOT_SINK (sink);
  YodelVideoFrame *before;

  pthread_mutex_lock (&self->lock);
  before = self->last;
  self->last = yodel_video_frame_ref (frame);
  pthread_mutex_unlock (&self->lock);

  g_clear_pointer (&before, yodel_video_frame_unref);
  yodel_sink_write_video (self->next, frame);
}

static void
finish (YodelSink *sink)
{
  yodel_sink_finish (YODEL_SNAPSHOT_SINK (sink)->next);
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_video = write_video;
  iface->finish = finish;
}

static void
yodel_snapshot_sink_finalize (GObject *object)
{
  YodelSnapshotSink *self = YODEL_SNAPSHOT_SINK (object);

  g_clear_pointer (&self->last, yodel_video_frame_unref);
  g_clear_object (&self->next);
  pthread_mutex_destroy (&self->lock);

  G_OBJECT_CLASS (yodel_snapshot_sink_parent_class)->finalize (object);
}

static void
yodel_snapshot_sink_class_init (YodelSnapshotSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yodel_snapshot_sink_finalize;
}

static void
yodel_snapshot_sink_init (YodelSnapshotSink *self)
{
  pthread_mutex_init (&self->lock, NULL);
}

/* @next: (transfer none): where the pictures go */
YodelSnapshotSink *
yodel_snapshot_sink_new (YodelSink *next)
{
  YodelSnapshotSink *self = g_object_new (YODEL_TYPE_SNAPSHOT_SINK, NULL);

  self->next = g_object_ref (next);
  return self;
}

/* Returns: (transfer full) (nullable): the last picture so far */
YodelVideoFrame *
yodel_snapshot_sink_get_last (YodelSnapshotSink *self)
{
  YodelVideoFrame *last = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->last != NULL)
    last = yodel_video_frame_ref (self->last);
  pthread_mutex_unlock (&self->lock);

  return last;
}
