#define G_LOG_DOMAIN "yodel-video"

#include "video/av-sync.h"

/* People begin to see it at about 45 ms (ITU-R BT.1359); corrections are too small to be heard. */
#define TOLERATED_US       (30 * 1000)
#define STEP_MAX_US        (80 * 1000)
#define FILTER             4

/* Sound that waits for the picture makes talking harder. */
#define AUDIO_DELAY_MAX_US (150 * 1000)
#define VIDEO_DELAY_MAX_US (500 * 1000)

/* Clocks that differ by more do not mean the same thing. */
#define NONSENSE_US        (5 * G_USEC_PER_SEC)

static gint64
ntp_to_us (guint64 ntp_time)
{
  return (ntp_time >> 32) * G_USEC_PER_SEC + ((ntp_time & G_MAXUINT32) * G_USEC_PER_SEC >> 32);
}

/* From the peer's capture to here, on two clocks: of use only as a difference. */
static gint64
passage_us (const YodelSyncStream *stream)
{
  gint32 ticks = (gint32) (stream->rtp_time - stream->ntp_rtp_time);
  gint64 captured_us = ntp_to_us (stream->ntp_time) + (gint64) ticks * G_USEC_PER_SEC / stream->clock_rate_hz;

  return stream->arrival_us + stream->delay_us - captured_us;
}

/* Delays sound by @step_us more against the picture (less where negative), and takes back what
 * the other was delayed by before it adds to one. */
static void
shift (YodelAvSync *self,
       gint64       step_us)
{
  gint64 lead_us = self->audio_delay_us - self->video_delay_us + step_us;

  self->audio_delay_us = CLAMP (lead_us, 0, AUDIO_DELAY_MAX_US);
  self->video_delay_us = CLAMP (-lead_us, 0, VIDEO_DELAY_MAX_US);
}

gboolean
yodel_av_sync_update (YodelAvSync           *self,
                      const YodelSyncStream *audio,
                      const YodelSyncStream *video)
{
  YodelAvSync before = *self;
  gint64 behind_us;

  if (audio->ntp_time == 0 || video->ntp_time == 0 || audio->clock_rate_hz == 0 || video->clock_rate_hz == 0)
    return FALSE;

  behind_us = passage_us (video) + self->video_delay_us - passage_us (audio) - self->audio_delay_us;
  if (ABS (behind_us) > NONSENSE_US)
    return FALSE;

  self->filtered_us += (behind_us - self->filtered_us) / FILTER;
  if (ABS (self->filtered_us) <= TOLERATED_US)
    return FALSE;

  shift (self, CLAMP (self->filtered_us / 2, -STEP_MAX_US, STEP_MAX_US));
  self->filtered_us = 0;

  return self->audio_delay_us != before.audio_delay_us || self->video_delay_us != before.video_delay_us;
}
