#define G_LOG_DOMAIN "yodel-media"

#include <yodel/yodel-media.h>

#include <pthread.h>

#include "media/lock.h"
#include "media/tone/call-tone.h"

#define BLOCK_US (10 * G_TIME_SPAN_MILLISECOND)

/* A machine that slept does not catch up on ringing. */
#define LATE_US  (200 * G_TIME_SPAN_MILLISECOND)

/* Thread: `tone` and `sink` belong to the player's own until it is joined. */
struct _YodelMediaTonePlayer
{
  GObject          parent_instance;

  YodelSink       *sink;        /* (owned) */
  YodelCallTone    tone;
  GThread         *thread;      /* (owned) (nullable) */
  pthread_mutex_t  lock;
  pthread_cond_t   changed;
  gboolean         is_closing;  /* under the lock */
};

G_DEFINE_FINAL_TYPE (YodelMediaTonePlayer, yodel_media_tone_player, G_TYPE_OBJECT)

/* Returns: FALSE if it is to end */
static gboolean
wait_until (YodelMediaTonePlayer *self,
            gint64                deadline_us)
{
  gboolean goes_on;

  pthread_mutex_lock (&self->lock);
  while (!self->is_closing && yodel_cond_wait_until (&self->changed, &self->lock, deadline_us))
    continue;
  goes_on = !self->is_closing;
  pthread_mutex_unlock (&self->lock);
  return goes_on;
}

static gpointer
play (gpointer data)
{
  YodelMediaTonePlayer *self = data;
  gint64 due_us = g_get_monotonic_time ();

  while (wait_until (self, due_us))
    {
      gint16 block[YODEL_AUDIO_FRAME_SAMPLES];

      yodel_call_tone_fill (&self->tone, block, G_N_ELEMENTS (block));
      yodel_sink_write_audio (self->sink, block, G_N_ELEMENTS (block), due_us);
      due_us += BLOCK_US;
      if (g_get_monotonic_time () - due_us > LATE_US)
        due_us = g_get_monotonic_time ();
    }
  return NULL;
}

static void
yodel_media_tone_player_dispose (GObject *object)
{
  YodelMediaTonePlayer *self = YODEL_MEDIA_TONE_PLAYER (object);

  if (self->thread != NULL)
    {
      pthread_mutex_lock (&self->lock);
      self->is_closing = TRUE;
      pthread_cond_signal (&self->changed);
      pthread_mutex_unlock (&self->lock);
      g_thread_join (g_steal_pointer (&self->thread));
    }
  g_clear_object (&self->sink);

  G_OBJECT_CLASS (yodel_media_tone_player_parent_class)->dispose (object);
}

static void
yodel_media_tone_player_finalize (GObject *object)
{
  YodelMediaTonePlayer *self = YODEL_MEDIA_TONE_PLAYER (object);

  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);

  G_OBJECT_CLASS (yodel_media_tone_player_parent_class)->finalize (object);
}

static void
yodel_media_tone_player_class_init (YodelMediaTonePlayerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yodel_media_tone_player_dispose;
  G_OBJECT_CLASS (klass)->finalize = yodel_media_tone_player_finalize;
}

static void
yodel_media_tone_player_init (YodelMediaTonePlayer *self)
{
  pthread_mutex_init (&self->lock, NULL);
  yodel_cond_init (&self->changed);
}

/**
 * yodel_media_tone_player_new:
 * @tone: "ring" (a call comes), "ringback" (it rings at the other end) or "busy"
 * @sink: (transfer none): where it is heard, such as that of yodel_media_sink_new()
 * @error: return location for a #GError
 *
 * Plays a tone to a sink, from now until the player is disposed of. Nothing else may write to @sink meanwhile: give it to a
 * track after the player has gone. The sink is not finished.
 *
 * As sources for a track the same tones are had by their names from yodel_media_source_new().
 *
 * Thread: any.
 *
 * Returns: (transfer full) (nullable): the player, or %NULL on %YODEL_ERROR_MEDIA for a tone there is not
 */
YodelMediaTonePlayer *
yodel_media_tone_player_new (const char  *tone,
                             YodelSink   *sink,
                             GError     **error)
{
  YodelMediaTonePlayer *self;
  YodelToneKind kind;

  g_return_val_if_fail (tone != NULL, NULL);
  g_return_val_if_fail (YODEL_IS_SINK (sink), NULL);

  if (!yodel_call_tone_find (tone, &kind))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "there is no tone \"%s\"", tone);
      return NULL;
    }

  self = g_object_new (YODEL_MEDIA_TYPE_TONE_PLAYER, NULL);
  self->sink = g_object_ref (sink);
  yodel_call_tone_init (&self->tone, kind);
  self->thread = g_thread_new ("yodel-tone", play, self);
  return self;
}
