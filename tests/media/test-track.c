#define G_LOG_DOMAIN "yodel-test"

#include "media/test-track.h"

#include "media/lock.h"
#include "session/track-private.h"

/* A bound for what should take a fraction of it, on a machine that is very busy. */
#define PATIENCE_US (20 * G_USEC_PER_SEC)

static void
push_audio (gpointer      user_data,
            const gint16 *samples,
            gsize         n_samples,
            guint         channels,
            gint64        captured_us)
{
  TestTrack *self = user_data;

  pthread_mutex_lock (&self->lock);
  if (self->samples->len + n_samples * channels <= TEST_TRACK_MAX_SAMPLES)
    g_array_append_vals (self->samples, samples, n_samples * channels);
  self->channels = channels;
  self->captured_us = captured_us;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

static void
push_video (gpointer         user_data,
            YodelVideoFrame *frame)
{
  TestTrack *self = user_data;

  pthread_mutex_lock (&self->lock);
  if (self->frames->len < TEST_TRACK_MAX_FRAMES)
    g_ptr_array_add (self->frames, yodel_video_frame_ref (frame));
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

TestTrack *
test_track_new (YodelMediaKind kind)
{
  const YodelTrackOutlet outlet = { .push_audio = push_audio, .push_video = push_video };
  TestTrack *self = g_new0 (TestTrack, 1);

  pthread_mutex_init (&self->lock, NULL);
  yodel_cond_init (&self->changed);
  self->samples = g_array_new (FALSE, FALSE, sizeof (gint16));
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_video_frame_unref);
  self->track = yodel_track_new (kind, &outlet, self, NULL);
  return self;
}

void
test_track_free (TestTrack *self)
{
  g_object_unref (self->track);
  g_array_unref (self->samples);
  g_ptr_array_unref (self->frames);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_free (self);
}

static gboolean
wait_for (TestTrack   *self,
          const guint *have,
          guint        want)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;
  gboolean good;

  pthread_mutex_lock (&self->lock);
  while (*have < want)
    if (!yodel_cond_wait_until (&self->changed, &self->lock, deadline_us))
      break;
  good = *have >= want;
  pthread_mutex_unlock (&self->lock);

  return good;
}

gboolean
test_track_wait_samples (TestTrack *self,
                         guint      n_samples)
{
  return wait_for (self, &self->samples->len, n_samples);
}

gboolean
test_track_wait_frames (TestTrack *self,
                        guint      n_frames)
{
  return wait_for (self, &self->frames->len, n_frames);
}
