#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/circuit-breaker.h"

#include <math.h>

#define TIMEOUT_US     (15 * G_USEC_PER_SEC)       /* three intervals of 5 s, section 4.1 and 4.2 */
#define PAUSE_US       (2 * G_USEC_PER_SEC)        /* nothing sent for so long: the count starts anew */
#define TCP_FACTOR     10                          /* section 4.3 */
#define BAD_REPORTS    3                           /* CB_INTERVAL, section 4.3: so many in a row at least ... */
#define BAD_RTTS       10                          /* ... and for so many round trips ... */
#define BAD_MIN_US     (330 * (gint64) 1000)       /* ... or pictures */
#define BAD_MAX_US     (15 * G_USEC_PER_SEC)
#define CEILING_FACTOR 9                           /* of what TCP would send: who stays below is not stopped */
#define CEILING_WEIGHT 0.125                       /* of one report in the loss that counts */
#define LEAST_LOSS     0.001
#define CEILING_US     (10 * G_USEC_PER_SEC)       /* for so long after half of that time */
#define OUTAGE_US      (2 * G_USEC_PER_SEC)        /* without a report: what is lost then says nothing of the rate */
#define UNUSABLE_LOSS  0.6                         /* section 4.4: neither sound nor picture is left */

void
yodel_circuit_breaker_init (YodelCircuitBreaker *self)
{
  *self = (YodelCircuitBreaker) { .heard_us = -1, .sending_since_us = -1, .reported_us = -1, .ceiling_until_us = -1 };
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
  if (!self->is_congested)
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

static void
note_ceiling (YodelCircuitBreaker *self,
              double               fraction_lost,
              gint64               rtt_us,
              gboolean             threatened)
{
  self->loss += (fraction_lost - self->loss) * CEILING_WEIGHT;
  if (threatened)
    self->loss = MAX (self->loss, fraction_lost);
  if (rtt_us <= 0 || self->packets_since_report == 0)
    return;

  self->ceiling_bps = CEILING_FACTOR * tcp_rate_bps ((double) self->bytes_since_report / self->packets_since_report,
                                                     MAX (self->loss, LEAST_LOSS), rtt_us / (double) G_USEC_PER_SEC);
}

void
yodel_circuit_breaker_on_report (YodelCircuitBreaker *self,
                                 double               fraction_lost,
                                 gint64               rtt_us,
                                 gint64               now_us)
{
  gboolean is_bad = FALSE, threatened;
  gint64 bad_us, limit_us;

  if (self->reported_us >= 0 && now_us > self->reported_us && self->packets_since_report > 0)
    {
      double seconds = (now_us - self->reported_us) / (double) G_USEC_PER_SEC;
      double sent_bps = self->bytes_since_report * 8.0 / seconds;
      double mean_bytes = (double) self->bytes_since_report / self->packets_since_report;

      is_bad = fraction_lost >= UNUSABLE_LOSS;
      if (fraction_lost > 0 && rtt_us > 0)
        is_bad |= sent_bps > TCP_FACTOR * tcp_rate_bps (mean_bytes, fraction_lost, rtt_us / (double) G_USEC_PER_SEC);
    }

  if (!is_bad)
    self->n_bad = 0;
  else if (self->n_bad++ == 0)
    self->bad_since_us = MAX (self->reported_us, now_us - OUTAGE_US);
  bad_us = self->n_bad > 0 ? now_us - self->bad_since_us : 0;
  limit_us = CLAMP (BAD_RTTS * rtt_us, BAD_MIN_US, BAD_MAX_US);
  threatened = self->n_bad >= BAD_REPORTS - 1 && bad_us >= limit_us / 2;
  if (threatened)
    self->ceiling_until_us = now_us + CEILING_US;
  if (self->reported_us >= 0 && now_us - self->reported_us < OUTAGE_US)
    note_ceiling (self, fraction_lost, rtt_us, threatened);
  self->reported_us = now_us;
  self->bytes_since_report = 0;
  self->packets_since_report = 0;
  self->is_congested = self->n_bad >= BAD_REPORTS && bad_us >= limit_us;
  self->is_open = self->is_congested;
  self->heard_us = now_us;
}

double
yodel_circuit_breaker_get_ceiling_bps (const YodelCircuitBreaker *self)
{
  return self->reported_us < self->ceiling_until_us ? self->ceiling_bps : G_MAXDOUBLE;
}

void
yodel_circuit_breaker_advance (YodelCircuitBreaker *self,
                               gint64               now_us)
{
  if (self->sending_since_us >= 0 &&
      now_us - MAX (self->heard_us, self->sending_since_us) >= TIMEOUT_US)
    self->is_open = TRUE;
}
