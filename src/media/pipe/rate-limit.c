#define G_LOG_DOMAIN "yodel-media"

#include "media/pipe/rate-limit.h"

/* Credit grows a little faster than time passes, so that what once piled up in the pipe, or a
 * writer whose clock runs fast, does not stay a delay for ever. */
#define GAIN_PERCENT 101

void
yodel_rate_limit_init (YodelRateLimit *self,
                       gint64          credit_us,
                       gint64          now_us)
{
  self->credit_us = credit_us;
  self->updated_us = now_us;
}

void
yodel_rate_limit_advance (YodelRateLimit *self,
                          gint64          max_credit_us,
                          gint64          now_us)
{
  gint64 elapsed_us = MIN (now_us - self->updated_us, max_credit_us);

  self->credit_us = MIN (self->credit_us + elapsed_us * GAIN_PERCENT / 100, max_credit_us);
  self->updated_us = now_us;
}

void
yodel_rate_limit_spend (YodelRateLimit *self,
                        gint64          media_us)
{
  self->credit_us -= media_us;
}

/* Returns: 0 if reading may go on, else how long to wait */
gint64
yodel_rate_limit_delay_us (const YodelRateLimit *self)
{
  return self->credit_us > 0 ? 0 : 1000 - self->credit_us;
}
