#define G_LOG_DOMAIN "yodel-video"

#include "video/av-sync.h"

/* People begin to see it at about 45 ms (ITU-R BT.1359); less than this is not worth a seam in the sound. */
#define TOLERATED_US       (15 * 1000)
#define STEP_MAX_US        (60 * 1000)

/* Sound that waits for the picture makes talking harder: with a short way it is still under the 400 ms
 * of ITU-T G.114. */
#define AUDIO_DELAY_MAX_US (300 * 1000)
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

  return stream->due_us - captured_us;
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

/* What is due is known without what is added, so nothing has to be waited for to show in a measurement; at first,
 * when all moves anyway, the whole error goes at once. */
void
yodel_av_sync_update (YodelAvSync           *self,
                      const YodelSyncStream *audio,
                      const YodelSyncStream *video)
{
  gint64 behind_us;

  if (audio->ntp_time == 0 || video->ntp_time == 0 || audio->clock_rate_hz == 0 || video->clock_rate_hz == 0)
    return;

  behind_us = passage_us (video) - passage_us (audio);
  if (ABS (behind_us) > NONSENSE_US)
    return;

  behind_us += self->video_delay_us - self->audio_delay_us;
  if (ABS (behind_us) > TOLERATED_US)
    shift (self, self->begun ? CLAMP (behind_us, -STEP_MAX_US, STEP_MAX_US) : behind_us);
  self->begun = TRUE;
}
