#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/circuit-breaker.h"

#include <math.h>

#define TIMEOUT_US     (15 * G_USEC_PER_SEC)       /* three intervals of 5 s, section 4.1 and 4.2 */
#define PAUSE_US       (2 * G_USEC_PER_SEC)        /* nothing sent for so long: the count starts anew */
#define TCP_FACTOR     10                          /* section 4.3 */
#define BAD_REPORTS    3                           /* CB_INTERVAL with reports seconds apart, section 4.3 */
#define UNUSABLE_LOSS  0.6                         /* section 4.4: neither sound nor picture is left */

void
yodel_circuit_breaker_init (YodelCircuitBreaker *self)
{
  *self = (YodelCircuitBreaker) { .heard_us = -1, .sending_since_us = -1, .reported_us = -1 };
}

void
yodel_circuit_breaker_on_sent (YodelCircuitBreaker *self,
                               guint                size_bytes,
                               gint64               now_us)
{
  if (self->sending_since_us < 0 || now_us - self->sent_us > PAUSE_US)
    self->sending_since_us = now_us;

  self->sent_us = now_us;
  self->bytes_since_report += size_bytes;
  self->packets_since_report++;
}

void
yodel_circuit_breaker_on_heard (YodelCircuitBreaker *self,
                                gint64               now_us)
{
  self->heard_us = now_us;
  if (self->n_bad < BAD_REPORTS)
    self->is_open = FALSE;
}

/* What TCP would send on such a path, RFC 8083 section 4.3 (the simplified formula). */
static double
tcp_rate_bps (double mean_bytes,
              double fraction_lost,
              double rtt_s)
{
  return mean_bytes * 8 / (rtt_s * sqrt (2 * fraction_lost / 3));
}

void
yodel_circuit_breaker_on_report (YodelCircuitBreaker *self,
                                 double               fraction_lost,
                                 gint64               rtt_us,
                                 gint64               now_us)
{
  gboolean is_bad = FALSE;

  if (self->reported_us >= 0 && now_us > self->reported_us && self->packets_since_report > 0)
    {
      double seconds = (now_us - self->reported_us) / (double) G_USEC_PER_SEC;
      double sent_bps = self->bytes_since_report * 8.0 / seconds;
      double mean_bytes = (double) self->bytes_since_report / self->packets_since_report;

      is_bad = fraction_lost >= UNUSABLE_LOSS;
      if (fraction_lost > 0 && rtt_us > 0)
        is_bad |= sent_bps > TCP_FACTOR * tcp_rate_bps (mean_bytes, fraction_lost, rtt_us / (double) G_USEC_PER_SEC);
    }

  self->n_bad = is_bad ? self->n_bad + 1 : 0;
  self->reported_us = now_us;
  self->bytes_since_report = 0;
  self->packets_since_report = 0;
  yodel_circuit_breaker_on_heard (self, now_us);
  if (self->n_bad >= BAD_REPORTS)
    self->is_open = TRUE;
}

void
yodel_circuit_breaker_advance (YodelCircuitBreaker *self,
                               gint64               now_us)
{
  if (self->sending_since_us >= 0 &&
      now_us - MAX (self->heard_us, self->sending_since_us) >= TIMEOUT_US)
    self->is_open = TRUE;
}
