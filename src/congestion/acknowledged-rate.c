#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/acknowledged-rate.h"

#define LEAST_PACKETS 8

void
yodel_acknowledged_rate_push (YodelAcknowledgedRate *self,
                              gint64                 arrived_us,
                              guint                  size_bytes)
{
  self->newest_us = MAX (self->newest_us, arrived_us);
  self->packets[self->n_packets++ % YODEL_ACKNOWLEDGED_PACKETS] = (YodelAcknowledged) { arrived_us, size_bytes };
}

double
yodel_acknowledged_rate_get_bps (const YodelAcknowledgedRate *self,
                                 gint64                       window_us)
{
  guint n = MIN (self->n_packets, YODEL_ACKNOWLEDGED_PACKETS);
  gint64 oldest_us = self->newest_us;
  guint64 bytes = 0;
  guint taken = 0;

  for (; taken < n; taken++)
    {
      const YodelAcknowledged *packet = &self->packets[(self->n_packets - 1 - taken) % YODEL_ACKNOWLEDGED_PACKETS];

      if (packet->arrived_us <= self->newest_us - window_us)
        break;
      oldest_us = MIN (oldest_us, packet->arrived_us);
      bytes += packet->size_bytes;
    }

  if (taken < LEAST_PACKETS || (taken == n && self->newest_us - oldest_us < window_us / 2))
    return -1;
  return bytes * 8.0 * G_USEC_PER_SEC / (taken == n ? self->newest_us - oldest_us : window_us);
}
