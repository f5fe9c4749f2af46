#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/liveness.h"

/* RTCP comes every second or so on a call with video, every five on one without; media and
 * STUN consent checks come more often. */
#define STALLED_AFTER_US ( 3 * (gint64) G_USEC_PER_SEC)
#define LOST_AFTER_US    (30 * (gint64) G_USEC_PER_SEC)   /* consent expires, RFC 7675 section 5.1 */

void
yodel_liveness_init (YodelLiveness *self,
                     gint64         now_us)
{
  self->state = YODEL_LIVENESS_LIVE;
  self->heard_us = now_us;
}

/* A packet came that can only be the peer's.  Returns: TRUE if it changed the state. */
gboolean
yodel_liveness_heard (YodelLiveness *self,
                      gint64         now_us)
{
  YodelLivenessState before = self->state;

  if (before == YODEL_LIVENESS_LOST)
    return FALSE;

  self->heard_us = now_us;
  self->state = YODEL_LIVENESS_LIVE;
  return self->state != before;
}

/* Brings the state up to @now_us.  Returns: TRUE if it changed. */
gboolean
yodel_liveness_advance (YodelLiveness *self,
                        gint64         now_us)
{
  YodelLivenessState before = self->state;
  gint64 quiet_us = now_us - self->heard_us;

  if (quiet_us >= LOST_AFTER_US)
    self->state = YODEL_LIVENESS_LOST;
  else if (quiet_us >= STALLED_AFTER_US && before == YODEL_LIVENESS_LIVE)
    self->state = YODEL_LIVENESS_STALLED;

  return self->state != before;
}

/* When to call advance() next; G_MAXINT64 if never. */
gint64
yodel_liveness_next_deadline_us (const YodelLiveness *self)
{
  switch (self->state)              /* no default: the compiler names the state that was forgotten */
    {
    case YODEL_LIVENESS_LIVE:    return self->heard_us + STALLED_AFTER_US;
    case YODEL_LIVENESS_STALLED: return self->heard_us + LOST_AFTER_US;
    case YODEL_LIVENESS_LOST:    return G_MAXINT64;
    }
  g_assert_not_reached ();
}
