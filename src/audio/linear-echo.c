#define G_LOG_DOMAIN "yodel-audio"

#include "audio/linear-echo.h"

#include <speex/speex_echo.h>
#include <string.h>

#define FRAME    YODEL_LINEAR_ECHO_FRAME_SAMPLES
#define PER_MS   48

/* What the filter remembers: the slack before, and a room's 100 ms.  More learns slower, and takes more of the voice. */
#define TAIL_MS  144

/* The sounds run in step by their samples, not by when they come: devices take and give in gusts.  They are put in step
 * anew, and the filter begins anew, only where the delay moved by more than this. */
#define SLACK_MS 20

/* The echo never comes earlier than told by more than this. */
#define EARLY_MS 24

/* Blocks of the microphone without one of the loudspeaker: it does not play. */
#define IDLE     10u

#define RING     65536u            /* samples, 1.3 s: longer than any delay that is told */

/* Thread: one at a time. */
struct _YodelLinearEcho
{
  SpeexEchoState *filter;          /* (owned) */
  gint16          far[RING];
  gint64          played;          /* samples ever */
  gint64          at;              /* of them, what the next block of the microphone is set against */
  guint           quiet;           /* blocks since the last that was played */
  gboolean        in_step;
};

YodelLinearEcho *
yodel_linear_echo_new (void)
{
  YodelLinearEcho *self = g_new0 (YodelLinearEcho, 1);
  int rate_hz = PER_MS * 1000;

  self->filter = speex_echo_state_init ((int) FRAME, TAIL_MS * PER_MS);
  speex_echo_ctl (self->filter, SPEEX_ECHO_SET_SAMPLING_RATE, &rate_hz);
  self->quiet = IDLE;
  return self;
}

void
yodel_linear_echo_free (YodelLinearEcho *self)
{
  speex_echo_state_destroy (self->filter);
  g_free (self);
}

/* The next 10 ms that are played. */
void
yodel_linear_echo_play (YodelLinearEcho *self,
                        const gint16    *samples)
{
  for (guint i = 0; i < FRAME; i++)
    self->far[(guint64) (self->played + i) % RING] = samples[i];
  self->played += FRAME;
  self->quiet = 0;
}

static void
keep_in_step (YodelLinearEcho *self,
              guint            delay_ms)
{
  gint64 delay_samples = ((gint64) delay_ms - MIN (delay_ms, EARLY_MS)) * PER_MS;
  gint64 wanted = self->played - (gint64) FRAME - delay_samples;

  if (self->in_step && ABS (self->at - wanted) <= SLACK_MS * PER_MS)
    return;
  self->in_step = TRUE;
  self->at = wanted;
  speex_echo_state_reset (self->filter);
}

/* Takes the echo out of the next 10 ms of captured sound, in place.  @delay_ms: from play() of a sound until its echo
 * comes in here. */
void
yodel_linear_echo_capture (YodelLinearEcho *self,
                           gint16          *samples,
                           guint            delay_ms)
{
  gint16 far[FRAME], out[FRAME];

  if (self->quiet >= IDLE)
    {
      self->in_step = FALSE;
      return;
    }
  self->quiet++;

  keep_in_step (self, delay_ms);
  for (guint i = 0; i < FRAME; i++)
    {
      gint64 at = self->at + i;

      far[i] = at >= 0 && at < self->played && at >= self->played - (gint64) RING ? self->far[(guint64) at % RING] : 0;
    }
  self->at += FRAME;

  speex_echo_cancellation (self->filter, samples, far, out);
  memcpy (samples, out, sizeof out);
}
