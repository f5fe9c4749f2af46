#define G_LOG_DOMAIN "yodel-session"

#include "session/session-link.h"

#include <string.h>

#include "session/session-driver.h"

YodelTrackPort *
yodel_track_port_new (YodelMailbox       *engine,
                      YodelSessionDriver *driver,
                      YodelMediaKind      kind)
{
  YodelTrackPort *self = g_new0 (YodelTrackPort, 1);

  self->refs = 1;
  self->engine = yodel_mailbox_ref (engine);
  self->driver = driver;
  self->kind = kind;
  return self;
}

YodelTrackPort *
yodel_track_port_ref (YodelTrackPort *self)
{
  __atomic_add_fetch (&self->refs, 1, __ATOMIC_RELAXED);
  return self;
}

void
yodel_track_port_unref (YodelTrackPort *self)
{
  if (__atomic_sub_fetch (&self->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;

  g_clear_object (&self->sink);
  yodel_mailbox_unref (self->engine);
  g_free (self);
}

/* Returns: FALSE where too much waits already */
static gboolean
enter (YodelTrackPort *self,
       int             max_waiting)
{
  if (__atomic_fetch_add (&self->n_waiting, 1, __ATOMIC_RELAXED) < max_waiting)
    return TRUE;

  __atomic_fetch_sub (&self->n_waiting, 1, __ATOMIC_RELAXED);
  return FALSE;
}

static void
leave (YodelTrackPort *self)
{
  __atomic_fetch_sub (&self->n_waiting, 1, __ATOMIC_RELAXED);
}

/* Sound on its way to the engine thread. */
typedef struct
{
  YodelTrackPort *port;          /* (owned) */
  gint64          captured_us;
  gsize           n_samples;     /* of each channel */
  guint           channels;
  gint16          samples[];
} AudioBlock;

static void
free_audio_block (gpointer data)
{
  AudioBlock *block = data;

  __atomic_fetch_sub (&block->port->n_underway, block->n_samples, __ATOMIC_RELEASE);
  leave (block->port);
  yodel_track_port_unref (block->port);
  g_free (block);
}

static void
deliver_audio (gpointer data)
{
  AudioBlock *block = data;

  yodel_session_driver_push_audio (block->port->driver, block->port, block->samples,
                                   block->n_samples, block->channels, block->captured_us);
}

void
yodel_track_port_push_audio (YodelTrackPort *self,
                             const gint16   *samples,
                             gsize           n_samples,
                             guint           channels,
                             gint64          captured_us)
{
  AudioBlock *block;

  if (!enter (self, YODEL_TRACK_PORT_MAX_WAITING))
    return;

  block = g_malloc (sizeof (AudioBlock) + n_samples * channels * sizeof (gint16));
  block->port = yodel_track_port_ref (self);
  block->captured_us = captured_us;
  block->n_samples = n_samples;
  block->channels = channels;
  memcpy (block->samples, samples, n_samples * channels * sizeof (gint16));

  /* Half a packet is nothing to wake a thread for: the other half will. */
  if (__atomic_add_fetch (&self->n_underway, n_samples, __ATOMIC_ACQUIRE) >= __atomic_load_n (&self->n_missing, __ATOMIC_RELAXED))
    yodel_mailbox_post (self->engine, deliver_audio, block, free_audio_block);
  else
    yodel_mailbox_post_quietly (self->engine, deliver_audio, block, free_audio_block);
}

typedef struct
{
  YodelTrackPort  *port;         /* (owned) */
  YodelVideoFrame *frame;        /* (owned) */
} Picture;

static void
free_picture (gpointer data)
{
  Picture *picture = data;

  leave (picture->port);
  yodel_track_port_unref (picture->port);
  yodel_video_frame_unref (picture->frame);
  g_free (picture);
}

static void
deliver_video (gpointer data)
{
  Picture *picture = data;

  yodel_session_driver_push_video (picture->port->driver, picture->port, picture->frame);
}

void
yodel_track_port_push_video (YodelTrackPort  *self,
                             YodelVideoFrame *frame)
{
  Picture *picture;

  if (!enter (self, YODEL_TRACK_PORT_MAX_PICTURES))
    return;

  picture = g_new (Picture, 1);
  picture->port = yodel_track_port_ref (self);
  picture->frame = yodel_video_frame_ref (frame);
  yodel_mailbox_post (self->engine, deliver_video, picture, free_picture);
}
