#define G_LOG_DOMAIN "yodel-media"

#include "media/pipe/pipe-source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "media/fd.h"
#include "media/file/y4m-parser.h"
#include "media/pipe/rate-limit.h"
#include "media/source-base.h"

/* A writer in real time may fall behind by as much and catch up without being held; more than
 * that at a time would be a burst that the peer has to buffer. */
#define STARTED_CREDIT_US (250 * G_USEC_PER_SEC / 1000)

/* Before the track starts what comes is thrown away: more may go at once. */
#define IDLE_CREDIT_US    (5 * G_USEC_PER_SEC)

#define SOUND_READ_BYTES   3840u      /* 40 ms */
#define PICTURE_READ_BYTES 65536u     /* what a pipe holds */

#define YODEL_TYPE_PIPE_SOURCE (yodel_pipe_source_get_type ())
G_DECLARE_FINAL_TYPE (YodelPipeSource, yodel_pipe_source, YODEL, PIPE_SOURCE, YodelSourceBase)

/* Thread: all but `wake_fd` belong to the source's own, once it runs. */
struct _YodelPipeSource
{
  YodelSourceBase   parent_instance;

  YodelMediaKind    kind;
  char             *path;           /* (owned) (nullable): to open it again; NULL for stdin */
  int               fd;             /* (owned) -1 when it has ended */
  int               wake_fd;        /* (owned) */
  guint             starts;         /* as last seen */
  YodelRateLimit    limit;
  guint8           *buffer;         /* (owned) */
  gsize             buffer_bytes;
  gsize             frame_bytes;    /* sound: a sample of each channel */
  gsize             odd_bytes;      /* sound: part of one is left at the head of the buffer */
  YodelY4mParser   *parser;         /* (owned) (nullable) */
  YodelVideoFrame  *newest;         /* (owned) (nullable) came before the start */
};

G_DEFINE_FINAL_TYPE (YodelPipeSource, yodel_pipe_source, YODEL_TYPE_SOURCE_BASE)

static void
take_sound (YodelPipeSource *self,
            gsize            bytes)
{
  gint16 *samples = (gint16 *) (gpointer) self->buffer;
  gsize channels = self->frame_bytes / 2;
  gsize n = (self->odd_bytes + bytes) / self->frame_bytes;

  if (n > 0)
    {
      for (gsize i = 0; i < n * channels; i++)
        samples[i] = GINT16_FROM_LE (samples[i]);
      yodel_source_base_push_audio (YODEL_SOURCE_BASE (self), samples, n, (guint) channels, g_get_monotonic_time ());
      yodel_rate_limit_spend (&self->limit, (gint64) n * G_USEC_PER_SEC / YODEL_AUDIO_RATE_HZ);
    }

  self->odd_bytes = (self->odd_bytes + bytes) % self->frame_bytes;
  memmove (self->buffer, self->buffer + n * self->frame_bytes, self->odd_bytes);
}

static void
take_frame (YodelPipeSource *self,
            YodelVideoFrame *frame)
{
  const YodelY4mHeader *header = yodel_y4m_parser_get_header (self->parser);

  frame->timestamp_us = g_get_monotonic_time ();
  yodel_rate_limit_spend (&self->limit, yodel_y4m_frame_duration_us (header));
  g_clear_pointer (&self->newest, yodel_video_frame_unref);
  if (!yodel_source_base_push_video (YODEL_SOURCE_BASE (self), frame))
    self->newest = yodel_video_frame_ref (frame);
}

static void
take_pictures (YodelPipeSource *self,
               gsize            bytes)
{
  gsize done = 0;

  while (done < bytes)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (YodelVideoFrame) frame = NULL;

      done += yodel_y4m_parser_push (self->parser, self->buffer + done, bytes - done, &error);
      if (error != NULL)
        {
          yodel_source_base_fail (YODEL_SOURCE_BASE (self), g_steal_pointer (&error));
          yodel_clear_fd (&self->fd);
          return;
        }
      frame = yodel_y4m_parser_pop (self->parser);
      if (frame != NULL)
        take_frame (self, frame);
    }
}

/* The last writer has gone: a named pipe waits for the next one, stdin does not. */
static void
end_of_stream (YodelPipeSource *self)
{
  yodel_clear_fd (&self->fd);
  self->odd_bytes = 0;
  if (self->parser != NULL)
    yodel_y4m_parser_rewind (self->parser);
  if (self->path != NULL)
    self->fd = open (self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static void
read_some (YodelPipeSource *self)
{
  gssize n = read (self->fd, self->buffer + self->odd_bytes, self->buffer_bytes - self->odd_bytes);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (n <= 0)
    end_of_stream (self);
  else if (self->kind == YODEL_MEDIA_AUDIO)
    take_sound (self, (gsize) n);
  else
    take_pictures (self, (gsize) n);
}

/* The track starts: what came before is dropped, but for the picture that is still the newest. */
static void
on_start (YodelPipeSource *self,
          gint64           now_us)
{
  g_autoptr (YodelVideoFrame) newest = g_steal_pointer (&self->newest);

  yodel_rate_limit_init (&self->limit, STARTED_CREDIT_US, now_us);
  if (newest != NULL)
    yodel_source_base_push_video (YODEL_SOURCE_BASE (self), newest);
}

static void
wait_for_news (YodelPipeSource *self,
               gint64           delay_us)
{
  struct pollfd fds[2] = {
    { .fd = self->wake_fd, .events = POLLIN },
    { .fd = delay_us > 0 ? -1 : self->fd, .events = POLLIN },
  };
  guint64 count;

  poll (fds, 2, delay_us > 0 ? (int) (delay_us / 1000) + 1 : -1);
  if (fds[0].revents != 0 && read (self->wake_fd, &count, sizeof count) < 0)
    g_debug ("waking up: %s", g_strerror (errno));
  if (fds[1].revents != 0)
    read_some (self);
}

static void
yodel_pipe_source_run (YodelSourceBase *base)
{
  YodelPipeSource *self = YODEL_PIPE_SOURCE (base);

  yodel_rate_limit_init (&self->limit, IDLE_CREDIT_US, g_get_monotonic_time ());
  while (!yodel_source_base_is_closing (base))
    {
      guint starts = yodel_source_base_get_starts (base);
      gint64 now_us = g_get_monotonic_time ();

      if (starts != self->starts && starts != 0)
        on_start (self, now_us);
      self->starts = starts;
      yodel_rate_limit_advance (&self->limit, starts != 0 ? STARTED_CREDIT_US : IDLE_CREDIT_US, now_us);
      wait_for_news (self, yodel_rate_limit_delay_us (&self->limit));
    }
}

static void
yodel_pipe_source_wake (YodelSourceBase *base)
{
  guint64 one = 1;

  if (write (YODEL_PIPE_SOURCE (base)->wake_fd, &one, sizeof one) < 0)
    g_debug ("waking up: %s", g_strerror (errno));
}

static void
yodel_pipe_source_dispose (GObject *object)
{
  YodelPipeSource *self = YODEL_PIPE_SOURCE (object);

  yodel_source_base_close (YODEL_SOURCE_BASE (self));
  g_clear_pointer (&self->newest, yodel_video_frame_unref);

  G_OBJECT_CLASS (yodel_pipe_source_parent_class)->dispose (object);
}

static void
yodel_pipe_source_finalize (GObject *object)
{
  YodelPipeSource *self = YODEL_PIPE_SOURCE (object);

  yodel_clear_fd (&self->fd);
  yodel_clear_fd (&self->wake_fd);
  g_clear_pointer (&self->parser, yodel_y4m_parser_free);
  g_free (self->buffer);
  g_free (self->path);

  G_OBJECT_CLASS (yodel_pipe_source_parent_class)->finalize (object);
}

static void
yodel_pipe_source_class_init (YodelPipeSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = yodel_pipe_source_dispose;
  object_class->finalize = yodel_pipe_source_finalize;
  YODEL_SOURCE_BASE_CLASS (klass)->run = yodel_pipe_source_run;
  YODEL_SOURCE_BASE_CLASS (klass)->wake = yodel_pipe_source_wake;
}

static void
yodel_pipe_source_init (YodelPipeSource *self)
{
  self->fd = -1;
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* @path: (nullable): of a named pipe, to be opened again when a writer has gone;
 * @fd: (transfer full): where to read; @channels: of sound */
YodelSource *
yodel_pipe_source_new (YodelMediaKind  kind,
                       const char     *path,
                       int             fd,
                       guint           channels)
{
  YodelPipeSource *self = g_object_new (YODEL_TYPE_PIPE_SOURCE, NULL);

  self->kind = kind;
  self->path = g_strdup (path);
  self->fd = fd;
  self->frame_bytes = 2 * channels;
  self->buffer_bytes = kind == YODEL_MEDIA_AUDIO ? SOUND_READ_BYTES : PICTURE_READ_BYTES;
  self->buffer = g_malloc (self->buffer_bytes);
  if (kind == YODEL_MEDIA_VIDEO)
    self->parser = yodel_y4m_parser_new ();
  yodel_source_base_launch (YODEL_SOURCE_BASE (self), kind == YODEL_MEDIA_AUDIO ? "yodel-pipe-a" : "yodel-pipe-v");
  return YODEL_SOURCE (self);
}
