#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/drain.h"

#include "base/units.h"

#define WITHIN_US    (400 * YODEL_US_PER_MS)    /* aim to be done in this time */
#define LEAST_SHARE  0.5                        /* of the rate met; less would starve the picture */
#define MOST_SHARE   0.85
#define RESUME_SHARE 0.91
#define BUSY_US      (60 * YODEL_US_PER_MS)     /* with such a queue the link never rested: what comes through is all it carries */

void
yodel_drain_begin (YodelDrain *self,
                   double      met_bps,
                   gint64      queue_us,
                   gint64      rtt_us,
                   gint64      now_us)
{
  double share = CLAMP (1 - queue_us / (double) WITHIN_US, LEAST_SHARE, MOST_SHARE);

  *self = (YodelDrain) {
    .is_active = TRUE,
    .met_bps = met_bps,
    .share = share,
    .rate_bps = share * met_bps,
    .began_us = now_us,
    .until_us = now_us + rtt_us + (gint64) (queue_us / (1 - share)),
  };
}

gboolean
yodel_drain_advance (YodelDrain *self,
                     double      acknowledged_bps,
                     gint64      queue_us,
                     gint64      empty_us,
                     gint64      now_us)
{
  if (self->is_active && queue_us > BUSY_US && acknowledged_bps > 0 && acknowledged_bps < self->met_bps)
    {
      self->met_bps = acknowledged_bps;
      self->rate_bps = self->share * self->met_bps;
    }

  if (!self->is_active || (queue_us > empty_us && now_us < self->until_us))
    return FALSE;

  self->is_active = FALSE;
  return TRUE;
}

double
yodel_drain_get_resume_bps (const YodelDrain *self)
{
  return RESUME_SHARE * self->met_bps;
}
