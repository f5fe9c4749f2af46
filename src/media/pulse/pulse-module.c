#define G_LOG_DOMAIN "yodel-media"

#include "media/pulse/pulse-module.h"

#include "audio/channels.h"
#include "media/pulse/sound-stream.h"

__attribute__ ((visibility ("default")))
const YodelPulseApi *yodel_media_pulse_get_api_3 (void);

static YodelSoundStream *
stream_new (gboolean                is_source,
            const char             *name,
            guint                   processing,
            const YodelSoundEvents *events,
            gpointer                user_data)
{
  YodelSoundStream *self = g_new0 (YodelSoundStream, 1);

  self->is_source = is_source;
  self->channels = is_source ? 1 : YODEL_SOUND_PLAYED_CHANNELS;
  self->name = g_strdup (name);
  self->events = *events;
  self->user_data = user_data;
  self->processing = processing;
  self->attempt = name != NULL ? YODEL_SOUND_TRY_NAMED : YODEL_SOUND_TRY_DEFAULT;
  self->lost_us = g_get_monotonic_time ();
  yodel_sound_queue_init (&self->queue, YODEL_SOUND_PLAYED_CHANNELS);
  self->server = yodel_sound_server_acquire ();
  yodel_sound_server_run (self->server, yodel_sound_server_add, self);
  return self;
}

static void
stream_free (YodelSoundStream *self)
{
  yodel_sound_server_run (self->server, yodel_sound_server_remove, self);
  yodel_sound_server_release (self->server);
  g_free (self->name);
  g_free (self);
}

static gboolean
stream_push (YodelSoundStream *self,
             const gint16     *samples,
             gsize             n_samples,
             guint             channels)
{
  gint16 block[480 * YODEL_SOUND_PLAYED_CHANNELS];

  for (gsize at = 0; at < n_samples; at += 480)
    {
      guint n = (guint) MIN (n_samples - at, 480);

      yodel_channels_convert (samples + at * channels, channels, n, block, YODEL_SOUND_PLAYED_CHANNELS);
      if (yodel_sound_queue_push (&self->queue, block, n) != n)
        return FALSE;
    }
  return TRUE;
}

static void
stream_set_stereo (YodelSoundStream *self,
                   gboolean          stereo)
{
  self->wants_stereo = stereo;
  yodel_sound_server_run (self->server, yodel_sound_server_change_channels, self);
}

static void
stream_set_device (YodelSoundStream *self,
                   const char       *name)
{
  self->wanted = g_strdup (name);
  yodel_sound_server_run (self->server, yodel_sound_server_exchange, self);
}

static void
stream_set_processing (YodelSoundStream *self,
                       guint             processing)
{
  g_atomic_int_set (&self->processing, processing);
}

static const YodelPulseApi api = {
  .stream_new = stream_new,
  .stream_free = stream_free,
  .stream_push = stream_push,
  .stream_set_processing = stream_set_processing,
  .stream_set_stereo = stream_set_stereo,
  .stream_set_device = stream_set_device,
  .list = yodel_sound_list,
};

const YodelPulseApi *
yodel_media_pulse_get_api_3 (void)
{
  return &api;
}
