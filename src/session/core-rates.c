/* What the network gives, divided over sound and picture; and sound and picture brought together
 * in time. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-core-private.h"

#include "base/units.h"

/* Room for repair is no larger than this. */
#define MAX_PROTECTION 0.45

/* Below this VP8 at the smallest size is no picture any more; a bad one that moves is better than a
 * good one that stands. */
#define VIDEO_FLOOR_BPS 25000

#define AUDIO_MIN_BPS 12000

/* Of the picture's share that redundant sound may take. */
#define AUDIO_SHARE 4

static YodelSection *
find_sending (const YodelSessionCore *self,
              const YodelPath        *path,
              YodelMediaKind          kind)
{
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->kind == kind && section->transport == path->index
          && yodel_section_is_sending (section))
        return section;
    }

  return NULL;
}

/* Redundant copies count as sound: they are what is sent. */
static guint
audio_rate (const YodelLossProtection *protection)
{
  return protection->bitrate_bps * (1 + protection->n_distances);
}

static void
drop_video (YodelSessionCore *self,
            YodelPath        *path)
{
  yodel_flow_drop_video (path->flow);
  for (guint i = 0; i < self->sections->len; i++)
    {
      YodelSection *section = self->sections->pdata[i];

      if (section->transport == path->index && section->video_sender != NULL)
        yodel_video_sender_on_dropped (section->video_sender);
    }
}

static void
tell_pause (YodelSessionCore *self,
            YodelPath        *path,
            gboolean          paused)
{
  if (path->paused == paused)
    return;

  path->paused = paused;
  if (paused)
    drop_video (self, path);
  self->ops.notice (paused ? YODEL_NOTICE_VIDEO_PAUSED : YODEL_NOTICE_VIDEO_RESUMED,
                    self->user_data);
}

static void
tell_survival (YodelSessionCore *self,
               YodelPath        *path,
               gboolean          survival)
{
  if (path->survival == survival)
    return;

  path->survival = survival;
  self->ops.notice (survival ? YODEL_NOTICE_SURVIVAL : YODEL_NOTICE_SURVIVAL_OVER,
                    self->user_data);
}

static void
divide_audio (YodelSessionCore *self,
              YodelPath        *path,
              YodelSection     *audio,
              gboolean          with_video,
              guint             target_bps,
              gint64            now_us)
{
  guint available_bps = target_bps;

  if (with_video)
    available_bps = MAX (target_bps / AUDIO_SHARE, MIN (target_bps, 64000));

  yodel_audio_sender_set_losses (audio->audio_sender, yodel_flow_get_sound_losses (path->flow));
  yodel_audio_sender_set_rate (audio->audio_sender, available_bps, now_us);
  tell_survival (self, path,
                 yodel_audio_sender_get_protection (audio->audio_sender)->survival);
}

void
yodel_session_core_divide_rates (YodelSessionCore *self,
                                 YodelPath        *path,
                                 gint64            now_us)
{
  YodelSection *audio = find_sending (self, path, YODEL_MEDIA_AUDIO);
  YodelSection *video = find_sending (self, path, YODEL_MEDIA_VIDEO);
  YodelControllerState state;
  double protection = 0;
  YodelRateConfig config = {
    .has_audio = audio != NULL,
    .has_video = video != NULL,
    .audio_min_bps = AUDIO_MIN_BPS,
    .video_floor_bps = VIDEO_FLOOR_BPS,
    .packet_overhead_bytes = 12 + 8 + YODEL_FLOW_OVERHEAD_BYTES,
  };

  yodel_flow_get_state (path->flow, &state);
  yodel_arrival_recorder_set_rate (path->recorder, state.target_bps);   /* the way back is as wide, if nothing else is known */

  if (audio != NULL)
    {
      const YodelLossProtection *sound;

      divide_audio (self, path, audio, video != NULL, state.target_bps, now_us);
      sound = yodel_audio_sender_get_protection (audio->audio_sender);
      config.audio_max_bps = MAX (audio_rate (sound), AUDIO_MIN_BPS);
      config.audio_frame_us = sound->frame_ms * G_TIME_SPAN_MILLISECOND;
    }
  if (video != NULL)
    {
      yodel_video_sender_set_limit (video->video_sender, self->max_bitrate_bps);
      config.video_max_bps = yodel_video_sender_get_max_rate_bps (video->video_sender);
      yodel_video_sender_set_loss (video->video_sender, state.loss_fraction, state.queue_us, state.competing, now_us);
      protection = yodel_video_sender_get_protection (video->video_sender);
    }

  yodel_rate_allocator_set_config (&path->allocator, &config);
  yodel_rate_allocator_update (&path->allocator, state.target_bps,
                               MIN (protection, MAX_PROTECTION), state.draining, now_us);

  if (video != NULL)
    {
      gboolean paused = path->allocator.allocation.video_paused || state.stopped;

      yodel_video_sender_set_rate (video->video_sender, path->allocator.allocation.video_bps,
                                   paused, now_us);
      tell_pause (self, path, paused);
    }
}

/* Returns: whether it is known when its sound is heard */
static gboolean
describe_audio (YodelSection    *section,
                YodelSyncStream *stream)
{
  *stream = (YodelSyncStream) {
    .ntp_time = section->clock.ntp_time,
    .ntp_rtp_time = section->clock.rtp_time,
    .clock_rate_hz = yodel_section_get_received (section)->clock_rate_hz,
  };
  return yodel_playout_buffer_get_due_us (yodel_audio_receiver_get_playout (section->audio_receiver),
                                          &stream->rtp_time, &stream->due_us);
}

static gboolean
describe_video (YodelSection    *section,
                YodelSyncStream *stream,
                gint64           now_us)
{
  *stream = (YodelSyncStream) {
    .ntp_time = section->clock.ntp_time,
    .ntp_rtp_time = section->clock.rtp_time,
    .clock_rate_hz = yodel_section_get_received (section)->clock_rate_hz,
  };
  return yodel_video_receiver_get_due_us (section->video_receiver, &stream->rtp_time, &stream->due_us, now_us);
}

/* The first section of each kind is a pair; what else there is plays for itself, and so does one that
 * is alone. */
void
yodel_session_core_sync_lips (YodelSessionCore *self,
                              gint64            now_us)
{
  YodelSection *audio = NULL, *video = NULL;
  YodelSyncStream audio_stream, video_stream;

  for (guint i = self->sections->len; i-- > 0;)
    {
      YodelSection *section = self->sections->pdata[i];

      if (yodel_section_is_receiving (section))
        *(section->kind == YODEL_MEDIA_AUDIO ? &audio : &video) = section;
    }

  if (audio != NULL && video != NULL && describe_audio (audio, &audio_stream)
      && describe_video (video, &video_stream, now_us))
    yodel_av_sync_update (&self->sync, &audio_stream, &video_stream);
  else
    self->sync = (YodelAvSync) { 0 };

  if (audio != NULL)
    yodel_playout_buffer_set_extra_delay (yodel_audio_receiver_get_playout (audio->audio_receiver),
                                          self->sync.audio_delay_us / YODEL_US_PER_MS);
  if (video != NULL)
    yodel_video_receiver_set_extra_delay (video->video_receiver, self->sync.video_delay_us);
}
