#define G_LOG_DOMAIN "yodel-media"

#include "media/pipe/stream-sink.h"

#include <signal.h>
#include <string.h>

#include "audio/channels.h"
#include "media/file/wav-header.h"
#include "media/file/y4m-header.h"
#include "media/lock.h"
#include "media/pipe/byte-outlet.h"
#include "media/sink-base.h"

/* What may wait to be written.  A pipe is live: what is older is thrown away.  A file may be held
 * up by its disk: what is newer is lost. */
#define PIPE_MAX_BLOCKS 50u
#define FILE_MAX_BLOCKS 1000u
#define PIPE_MAX_FRAMES 4u
#define FILE_MAX_FRAMES 30u

/* How often a pipe without a reader is tried again. */
#define RETRY_US (50 * G_USEC_PER_SEC / 1000)

/* A recording that is cut off says at least so much of its length: one second. */
#define WAV_HEADER_BLOCKS 100u

/* Frames come as they were rendered; the header must name some rate. */
#define Y4M_RATE_HZ 30u

#define YODEL_TYPE_STREAM_SINK (yodel_stream_sink_get_type ())
G_DECLARE_FINAL_TYPE (YodelStreamSink, yodel_stream_sink, YODEL, STREAM_SINK, YodelSinkBase)

/* Thread: `queue` and `finishing` are shared under `lock`; the rest belongs to the sink's own. */
struct _YodelStreamSink
{
  YodelSinkBase      parent_instance;

  GThread           *thread;            /* (owned) (nullable) */
  pthread_mutex_t    lock;
  pthread_cond_t     changed;
  GQueue             queue;             /* of GBytes or YodelVideoFrame (owned) */
  guint              max_queued;
  gboolean           finishing;

  YodelStreamFormat  format;
  YodelByteOutlet   *outlet;            /* (owned) */
  gboolean           has_header;
  guint64            data_bytes;
  guint              blocks;
  guint              channels;          /* 0: of the first block, before it came */
  guint              width;             /* 0: of the first frame */
  guint              height;
  guint8            *packed;            /* (owned) (nullable) one frame without strides */
  gsize              packed_bytes;
};

static void sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelStreamSink, yodel_stream_sink, YODEL_TYPE_SINK_BASE,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init))

static void
free_piece (YodelStreamSink *self,
            gpointer         piece)
{
  if (self->format == YODEL_STREAM_Y4M)
    yodel_video_frame_unref (piece);
  else
    g_bytes_unref (piece);
}

/* Takes @piece (owned). */
static void
enqueue (YodelStreamSink *self,
         gpointer         piece)
{
  gpointer lost = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->finishing)
    lost = piece;
  else if (self->queue.length < self->max_queued)
    g_queue_push_tail (&self->queue, piece);
  else if (yodel_byte_outlet_is_pipe (self->outlet))
    {
      lost = g_queue_pop_head (&self->queue);
      g_queue_push_tail (&self->queue, piece);
    }
  else
    lost = piece;
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->lock);

  if (lost != NULL)
    {
      free_piece (self, lost);
      yodel_sink_base_count_dropped (YODEL_SINK_BASE (self));
    }
}

static YodelOutletResult
write_header (YodelStreamSink  *self,
              GError          **error)
{
  guint8 wav[YODEL_WAV_HEADER_BYTES];
  g_autofree char *y4m = NULL;
  YodelOutletResult result = YODEL_OUTLET_WRITTEN;

  if (self->has_header)
    return YODEL_OUTLET_WRITTEN;

  switch (self->format)
    {
    case YODEL_STREAM_PCM:
      break;
    case YODEL_STREAM_WAV:
      /* a pipe cannot be written over: its length is unknown for good */
      yodel_wav_header_write (wav, yodel_byte_outlet_is_pipe (self->outlet) ? G_MAXUINT32 : 0, self->channels);
      result = yodel_byte_outlet_write (self->outlet, wav, sizeof wav, error);
      break;
    case YODEL_STREAM_Y4M:
      y4m = yodel_y4m_header_write (&(YodelY4mHeader) { self->width, self->height, Y4M_RATE_HZ, 1 });
      result = yodel_byte_outlet_write (self->outlet, (const guint8 *) y4m, strlen (y4m), error);
      break;
    }

  self->has_header = result == YODEL_OUTLET_WRITTEN;
  return result;
}

static void
update_wav_header (YodelStreamSink *self)
{
  guint8 wav[YODEL_WAV_HEADER_BYTES];

  if (self->format != YODEL_STREAM_WAV || !self->has_header)
    return;
  yodel_wav_header_write (wav, self->data_bytes, self->channels);
  yodel_byte_outlet_overwrite (self->outlet, wav, sizeof wav);
}

static guint8 *
pack_plane (guint8       *to,
            const guint8 *from,
            guint         stride,
            guint         width,
            guint         height)
{
  for (guint row = 0; row < height; row++, to += width)
    memcpy (to, from + (gsize) row * stride, width);
  return to;
}

static void
pack_frame (YodelStreamSink       *self,
            const YodelVideoFrame *frame)
{
  static const char mark[6] = { 'F', 'R', 'A', 'M', 'E', '\n' };
  const guint half_width = (frame->width + 1) / 2;
  const guint half_height = (frame->height + 1) / 2;
  guint8 *at;

  if (self->packed == NULL)
    {
      self->packed_bytes = sizeof mark + (gsize) frame->width * frame->height + 2 * (gsize) half_width * half_height;
      self->packed = g_malloc (self->packed_bytes);
    }

  memcpy (self->packed, mark, sizeof mark);
  at = self->packed + sizeof mark;
  at = pack_plane (at, frame->y, frame->y_stride, frame->width, frame->height);
  at = pack_plane (at, frame->u, frame->u_stride, half_width, half_height);
  pack_plane (at, frame->v, frame->v_stride, half_width, half_height);
}

static YodelOutletResult
write_frame (YodelStreamSink  *self,
             YodelVideoFrame  *frame,
             GError          **error)
{
  g_autoptr (YodelVideoFrame) scaled = NULL;
  YodelOutletResult result;

  if (self->width == 0)
    {
      self->width = frame->width;
      self->height = frame->height;
    }

  result = write_header (self, error);
  if (result != YODEL_OUTLET_WRITTEN)
    return result;

  scaled = yodel_video_frame_scale (frame, self->width, self->height);
  pack_frame (self, scaled);
  return yodel_byte_outlet_write (self->outlet, self->packed, self->packed_bytes, error);
}

static YodelOutletResult
write_block (YodelStreamSink  *self,
             GBytes           *block,
             GError          **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (block, &size);
  YodelOutletResult result = write_header (self, error);

  if (result == YODEL_OUTLET_WRITTEN)
    result = yodel_byte_outlet_write (self->outlet, data, size, error);
  if (result == YODEL_OUTLET_WRITTEN)
    {
      self->data_bytes += size;
      if (++self->blocks % WAV_HEADER_BLOCKS == 0)
        update_wav_header (self);
    }
  return result;
}

/* Writes @piece (owned). */
static void
write_piece (YodelStreamSink *self,
             gpointer         piece)
{
  YodelSinkBase *base = YODEL_SINK_BASE (self);
  g_autoptr (GError) error = NULL;
  YodelOutletResult result = self->format == YODEL_STREAM_Y4M ? write_frame (self, piece, &error)
                                                              : write_block (self, piece, &error);

  switch (result)
    {
    case YODEL_OUTLET_WRITTEN:
      yodel_sink_base_count_written (base);
      break;
    case YODEL_OUTLET_NO_READER:
      self->has_header = FALSE;
      yodel_sink_base_count_dropped (base);
      break;
    case YODEL_OUTLET_FAILED:
      if (yodel_byte_outlet_is_pipe (self->outlet))
        self->has_header = FALSE;            /* the next reader wants it again */
      yodel_sink_base_count_dropped (base);
      yodel_sink_base_fail (base, g_steal_pointer (&error));
      break;
    }
  free_piece (self, piece);
}

/* A pipe without a reader: whoever opens it wants to hear now, not what was. */
static void
drop_all_but_newest (YodelStreamSink *self)
{
  while (self->queue.length > 1)
    {
      free_piece (self, g_queue_pop_head (&self->queue));
      yodel_sink_base_count_dropped (YODEL_SINK_BASE (self));
    }
}

/* Returns: (transfer full) (nullable): what to write next; NULL at the end */
static gpointer
dequeue (YodelStreamSink *self)
{
  gpointer piece;

  pthread_mutex_lock (&self->lock);
  while (!self->finishing)
    {
      if (!yodel_byte_outlet_open (self->outlet))
        {
          drop_all_but_newest (self);
          yodel_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + RETRY_US);
        }
      else if (self->queue.length == 0)
        pthread_cond_wait (&self->changed, &self->lock);
      else
        break;
    }
  piece = g_queue_pop_head (&self->queue);
  pthread_mutex_unlock (&self->lock);

  return piece;
}

static gpointer
thread_main (gpointer data)
{
  YodelStreamSink *self = data;
  gpointer piece;
  sigset_t signals;

  /* a reader that goes away must not end the process */
  sigemptyset (&signals);
  sigaddset (&signals, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);

  while ((piece = dequeue (self)) != NULL)
    write_piece (self, piece);
  update_wav_header (self);
  return NULL;
}

/* In as many channels as are written. */
static void
enqueue_sound (YodelStreamSink *self,
               const gint16    *samples,
               gsize            n_samples,
               guint            channels)
{
  gint16 *piece;

  g_return_if_fail (self->format != YODEL_STREAM_Y4M);

  if (self->channels == 0)
    self->channels = channels;
  piece = g_new (gint16, n_samples * self->channels);
  yodel_channels_convert (samples, channels, n_samples, piece, self->channels);
#if G_BYTE_ORDER == G_BIG_ENDIAN
  for (gsize i = 0; i < n_samples * self->channels; i++)
    piece[i] = GINT16_TO_LE (piece[i]);
#endif
  enqueue (self, g_bytes_new_take (piece, n_samples * self->channels * sizeof *piece));
}

static void
yodel_stream_sink_write_audio (YodelSink    *sink,
                               const gint16 *samples,
                               gsize         n_samples,
                               gint64        time_us)
{
  enqueue_sound (YODEL_STREAM_SINK (sink), samples, n_samples, 1);
}

static void
yodel_stream_sink_write_stereo (YodelSink    *sink,
                                const gint16 *samples,
                                gsize         n_samples,
                                gint64        time_us)
{
  enqueue_sound (YODEL_STREAM_SINK (sink), samples, n_samples, 2);
}

static void
yodel_stream_sink_write_video (YodelSink       *sink,
                               YodelVideoFrame *frame)
{
  YodelStreamSink *self = YODEL_STREAM_SINK (sink);

  g_return_if_fail (self->format == YODEL_STREAM_Y4M);
  enqueue (self, yodel_video_frame_ref (frame));
}

static void
yodel_stream_sink_finish (YodelSink *sink)
{
  YodelStreamSink *self = YODEL_STREAM_SINK (sink);

  pthread_mutex_lock (&self->lock);
  self->finishing = TRUE;
  pthread_cond_signal (&self->changed);
  pthread_mutex_unlock (&self->lock);

  if (self->thread != NULL)
    {
      yodel_byte_outlet_hurry (self->outlet);
      g_clear_pointer (&self->thread, g_thread_join);
      g_clear_pointer (&self->outlet, yodel_byte_outlet_free);
    }
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = yodel_stream_sink_write_audio;
  iface->write_stereo = yodel_stream_sink_write_stereo;
  iface->write_video = yodel_stream_sink_write_video;
  iface->finish = yodel_stream_sink_finish;
}

static void
yodel_stream_sink_finalize (GObject *object)
{
  YodelStreamSink *self = YODEL_STREAM_SINK (object);

  yodel_stream_sink_finish (YODEL_SINK (self));
  for (gpointer piece; (piece = g_queue_pop_head (&self->queue)) != NULL;)
    free_piece (self, piece);
  g_clear_pointer (&self->outlet, yodel_byte_outlet_free);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_free (self->packed);

  G_OBJECT_CLASS (yodel_stream_sink_parent_class)->finalize (object);
}

static void
yodel_stream_sink_class_init (YodelStreamSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yodel_stream_sink_finalize;
}

static void
yodel_stream_sink_init (YodelStreamSink *self)
{
  pthread_mutex_init (&self->lock, NULL);
  yodel_cond_init (&self->changed);
  g_queue_init (&self->queue);
}

/* The rest of a new sink is to be set before the first piece comes. */
static YodelStreamSink *
sink_new (YodelStreamFormat   format,
          const char         *path,
          GError            **error)
{
  g_autoptr (YodelByteOutlet) outlet = yodel_byte_outlet_new (path, error);
  YodelStreamSink *self;
  gboolean is_pipe;

  if (outlet == NULL)
    return NULL;

  is_pipe = yodel_byte_outlet_is_pipe (outlet);
  self = g_object_new (YODEL_TYPE_STREAM_SINK, NULL);
  self->format = format;
  self->outlet = g_steal_pointer (&outlet);
  self->max_queued = format == YODEL_STREAM_Y4M ? (is_pipe ? PIPE_MAX_FRAMES : FILE_MAX_FRAMES)
                                                : (is_pipe ? PIPE_MAX_BLOCKS : FILE_MAX_BLOCKS);
  self->thread = g_thread_new (format == YODEL_STREAM_Y4M ? "yodel-write-v" : "yodel-write-a", thread_main, self);
  return self;
}

YodelSink *
yodel_stream_sink_new_sound (YodelStreamFormat   format,
                             const char         *path,
                             guint               channels,
                             GError            **error)
{
  YodelStreamSink *self = sink_new (format, path, error);

  if (self != NULL)
    self->channels = channels;
  return (YodelSink *) self;
}

/* @width, @height: 0 for those of the first frame */
YodelSink *
yodel_stream_sink_new_picture (const char  *path,
                               guint        width,
                               guint        height,
                               GError     **error)
{
  YodelStreamSink *self = sink_new (YODEL_STREAM_Y4M, path, error);

  if (self != NULL)
    {
      self->width = width;
      self->height = height;
    }
  return (YodelSink *) self;
}
