#define G_LOG_DOMAIN "yodel-rendezvous"

#include "rendezvous/reconnect-delay.h"

/* docs/wire-rendezvous.md: within five seconds of a restart all are back. */
#define FIRST_US   (1 * G_USEC_PER_SEC)
#define SOON_US    (4 * G_USEC_PER_SEC)
#define LATE_US    (60 * G_USEC_PER_SEC)
#define HASTE_US   (60 * G_USEC_PER_SEC)

void
yodel_reconnect_delay_reset (YodelReconnectDelay *self)
{
  *self = (YodelReconnectDelay) { 0 };
}

gint64
yodel_reconnect_delay_next (YodelReconnectDelay *self,
                            guint32              dice,
                            gint64               now_us)
{
  gint64 most_us, limit_us;

  if (self->n_failures == 0)
    self->failing_since_us = now_us;
  limit_us = now_us - self->failing_since_us < HASTE_US ? SOON_US : LATE_US;
  most_us = MIN (FIRST_US << MIN (self->n_failures, 10), limit_us);
  self->n_failures++;
  return most_us / 2 + (gint64) ((guint64) dice * (guint64) (most_us / 2) >> 32);
}
