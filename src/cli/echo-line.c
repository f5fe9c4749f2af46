#define G_LOG_DOMAIN "yodel-cli"

#include "cli/echo-line.h"

#include <pthread.h>
#include <string.h>

/* A second. */
#define DELAY_US      G_USEC_PER_SEC
#define RING_SAMPLES  YODEL_AUDIO_RATE_HZ

/* Of a second, at more pictures than a camera gives; the oldest is given back early. */
#define MAX_PICTURES  64u

typedef struct
{
  YodelVideoFrame *frame;       /* (owned) */
  gint64           due_us;
} Picture;

/* Thread: what is written comes on the engine's, start and stop on the program's; all under the lock, so that nothing is
 * pushed once stop has returned. */
struct _YodelEchoLine
{
  GObject          parent_instance;

  pthread_mutex_t  lock;
  YodelTrack      *track;                    /* (borrowed) (nullable): stop comes before it goes */
  gint16          *ring;                     /* (owned) of RING_SAMPLES */
  guint            at;
  Picture          pictures[MAX_PICTURES];   /* a ring */
  guint            first;
  guint            n_pictures;
};

static void sink_iface_init (YodelSinkInterface *iface);
static void source_iface_init (YodelSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelEchoLine, yodel_echo_line, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init)
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SOURCE, source_iface_init))

/* Puts the samples into the ring, and what stood there into them. */
static void
exchange (YodelEchoLine *self,
          gint16        *samples,
          gsize          n)
{
  for (gsize i = 0; i < n; i++)
    {
      gint16 before = self->ring[self->at];

      self->ring[self->at] = samples[i];
      self->at = (self->at + 1) % RING_SAMPLES;
      samples[i] = before;
    }
}

static void
write_audio (YodelSink    *sink,
             const gint16 *samples,
             gsize         n_samples,
             gint64        time_us)
{
  YodelEchoLine *self = YODEL_ECHO_LINE (sink);
  gint16 block[YODEL_AUDIO_FRAME_SAMPLES];

  pthread_mutex_lock (&self->lock);
  while (n_samples > 0)
    {
      gsize n = MIN (n_samples, G_N_ELEMENTS (block));

      memcpy (block, samples, n * sizeof *block);
      exchange (self, block, n);
      if (self->track != NULL)
        yodel_track_push_audio (self->track, block, n, time_us);
      samples += n;
      n_samples -= n;
    }
  pthread_mutex_unlock (&self->lock);
}

static void
copy_plane (guint8       *to,
            gsize         to_stride,
            const guint8 *from,
            gsize         from_stride,
            guint         width,
            guint         height)
{
  for (guint y = 0; y < height; y++)
    memcpy (to + y * to_stride, from + y * from_stride, width);
}

static YodelVideoFrame *
copy_picture (const YodelVideoFrame *frame)
{
  YodelVideoFrame *copy = yodel_video_frame_new (frame->width, frame->height);
  const guint width = (frame->width + 1) / 2, height = (frame->height + 1) / 2;

  copy_plane (copy->y, copy->y_stride, frame->y, frame->y_stride, frame->width, frame->height);
  copy_plane (copy->u, copy->u_stride, frame->u, frame->u_stride, width, height);
  copy_plane (copy->v, copy->v_stride, frame->v, frame->v_stride, width, height);
  copy->rotation = frame->rotation;
  return copy;
}

static void
give_back_picture (YodelEchoLine *self)
{
  Picture *picture = &self->pictures[self->first];

  /* the peer may still look at the frame it showed: its time is not ours to change */
  if (self->track != NULL)
    {
      g_autoptr (YodelVideoFrame) copy = copy_picture (picture->frame);

      copy->timestamp_us = picture->due_us;
      yodel_track_push_video (self->track, copy);
    }
  g_clear_pointer (&picture->frame, yodel_video_frame_unref);
  self->first = (self->first + 1) % MAX_PICTURES;
  self->n_pictures--;
}

/* Pictures come back at the pace at which others come. */
static void
write_video (YodelSink       *sink,
             YodelVideoFrame *frame)
{
  YodelEchoLine *self = YODEL_ECHO_LINE (sink);
  const gint64 now_us = g_get_monotonic_time ();

  pthread_mutex_lock (&self->lock);
  while (self->n_pictures > 0 &&
         (self->n_pictures == MAX_PICTURES || self->pictures[self->first].due_us <= now_us))
    give_back_picture (self);
  self->pictures[(self->first + self->n_pictures) % MAX_PICTURES] =
    (Picture) { yodel_video_frame_ref (frame), now_us + DELAY_US };
  self->n_pictures++;
  pthread_mutex_unlock (&self->lock);
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = write_audio;
  iface->write_video = write_video;
}

static void
set_track (YodelSource *source,
           YodelTrack  *track)
{
  YodelEchoLine *self = YODEL_ECHO_LINE (source);

  pthread_mutex_lock (&self->lock);
  self->track = track;
  pthread_mutex_unlock (&self->lock);
}

static void
stop (YodelSource *source)
{
  set_track (source, NULL);
}

static void
source_iface_init (YodelSourceInterface *iface)
{
  iface->start = set_track;
  iface->stop = stop;
}

static void
yodel_echo_line_finalize (GObject *object)
{
  YodelEchoLine *self = YODEL_ECHO_LINE (object);

  while (self->n_pictures > 0)
    give_back_picture (self);
  g_free (self->ring);
  pthread_mutex_destroy (&self->lock);

  G_OBJECT_CLASS (yodel_echo_line_parent_class)->finalize (object);
}

static void
yodel_echo_line_class_init (YodelEchoLineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yodel_echo_line_finalize;
}

static void
yodel_echo_line_init (YodelEchoLine *self)
{
  pthread_mutex_init (&self->lock, NULL);
  self->ring = g_new0 (gint16, RING_SAMPLES);
}

YodelEchoLine *
yodel_echo_line_new (void)
{
  return g_object_new (YODEL_TYPE_ECHO_LINE, NULL);
}
