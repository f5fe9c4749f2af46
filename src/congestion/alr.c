#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/alr.h"

#define USED_SHARE      0.65       /* below this share of the target the application is the limit */
#define WINDOW_SECONDS  0.5
#define START           0.80       /* of the budget saved up */
#define STOP            0.50

void
yodel_alr_init (YodelAlr *self)
{
  *self = (YodelAlr) { .paid_us = -1 };
}

void
yodel_alr_on_sent (YodelAlr *self,
                   guint     size_bytes,
                   guint     target_bps,
                   gint64    now_us)
{
  double rate_bps = USED_SHARE * target_bps, limit = rate_bps * WINDOW_SECONDS;

  if (self->paid_us < 0)
    self->paid_us = now_us;

  self->budget_bits += rate_bps * (now_us - self->paid_us) / G_USEC_PER_SEC - size_bytes * 8.0;
  self->budget_bits = CLAMP (self->budget_bits, -limit, limit);
  self->paid_us = now_us;

  if (!self->in_alr && self->budget_bits > START * limit)
    {
      self->in_alr = TRUE;
      self->since_us = now_us;
    }
  else if (self->in_alr && self->budget_bits < STOP * limit)
    self->in_alr = FALSE;
}
