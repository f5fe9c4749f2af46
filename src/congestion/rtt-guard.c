#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/rtt-guard.h"

#include <math.h>

#define RTT_LIMIT_US (3 * G_USEC_PER_SEC)
#define STEP_US      (1 * G_USEC_PER_SEC)
#define FACTOR       0.8
#define FLOOR_BPS    5000.0

void
yodel_rtt_guard_init (YodelRttGuard *self)
{
  *self = (YodelRttGuard) { .limit_bps = INFINITY };
}

void
yodel_rtt_guard_update (YodelRttGuard *self,
                        gint64         rtt_us,
                        double         target_bps,
                        gint64         now_us)
{
  if (rtt_us < RTT_LIMIT_US)
    self->limit_bps = INFINITY;
  else if (isinf (self->limit_bps) || now_us - self->stepped_us >= STEP_US)
    {
      self->limit_bps = MAX (FACTOR * MIN (self->limit_bps, target_bps), FLOOR_BPS);
      self->stepped_us = now_us;
    }
}
