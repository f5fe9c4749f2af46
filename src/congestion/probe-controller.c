#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/probe-controller.h"

#include "base/units.h"

#define FIRST_FACTOR       3.0
#define SECOND_FACTOR      6.0
#define FIRST_DURATION_US  (100 * YODEL_US_PER_MS)
#define FURTHER_FACTOR     2.0
#define FURTHER_SHARE      0.7                     /* of what was asked: worth going on */
#define EXPONENTIAL_US     (1 * G_USEC_PER_SEC)    /* a success later than this is not followed up */
#define LEAST_PACKETS      5
#define FURTHER_BITS       (3000 * 8.0)             /* a smaller burst says little on a thin path ... */
#define LEAST_DURATION_US  (15 * YODEL_US_PER_MS)
#define THIN_DURATION_US   (30 * YODEL_US_PER_MS)  /* ... but a longer one would leave a queue there */
#define MOST_DURATION_US   (60 * YODEL_US_PER_MS)
#define NOISES             12                      /* the burst must be long against the jitter */
#define ALR_INTERVAL_US    (3 * G_USEC_PER_SEC)   /* a paused video wants to hear soon that there is room */
#define LIMITED_INTERVAL_US (2 * G_USEC_PER_SEC)   /* our own: half of what a climb without probes takes, at ... */
#define LIMITED_BPS        1e6                     /* ... this rate; at others with its square, between ... */
#define LEAST_LIMITED      0.5                     /* ... this part of it ... */
#define MOST_LIMITED       4.0                     /* ... and this */
#define FASTER_INTERVAL_US (400 * YODEL_US_PER_MS) /* the path itself gives reason to ask */
#define CAUTIOUS_FACTOR    1.5                     /* after a try that failed */

void
yodel_probe_controller_init (YodelProbeController *self)
{
  *self = (YodelProbeController) { .probed_us = -1, .factor = FURTHER_FACTOR };
}

static void
request (YodelProbeController *self,
         double                bps,
         double                max_bps,
         gint64                duration_us,
         gint64                now_us)
{
  if (self->n_requests == YODEL_PROBE_REQUESTS)
    return;

  self->requests[self->n_requests++] = (YodelProbeRequest) {
    .id = ++self->last_id,
    .rate_bps = MIN (bps, max_bps),
    .min_packets = LEAST_PACKETS,
    .min_duration_us = duration_us,
  };
  self->probed_us = now_us;
}

void
yodel_probe_controller_start (YodelProbeController *self,
                              double                start_bps,
                              double                max_bps,
                              gint64                now_us)
{
  self->is_started = TRUE;
  self->is_starting = TRUE;
  self->is_exponential = TRUE;
  request (self, FIRST_FACTOR * start_bps, max_bps, FIRST_DURATION_US, now_us);
  if (FIRST_FACTOR * start_bps < max_bps)
    request (self, SECOND_FACTOR * start_bps, max_bps, FIRST_DURATION_US, now_us);
}

static gint64
long_enough_us (gint64 duration_us,
                double noise_us)
{
  return CLAMP (NOISES * noise_us, duration_us, MOST_DURATION_US);
}

void
yodel_probe_controller_on_outcome (YodelProbeController    *self,
                                   const YodelProbeOutcome *outcome,
                                   double                   max_bps,
                                   double                   noise_us,
                                   gint64                   now_us)
{
  self->factor = outcome->is_saturated ? CAUTIOUS_FACTOR : FURTHER_FACTOR;
  if (!self->is_exponential || outcome->id != self->last_id || outcome->requested_bps >= max_bps)
    return;

  if (outcome->seen_bps > FURTHER_SHARE * outcome->requested_bps && now_us - self->probed_us < EXPONENTIAL_US)
    request (self, FURTHER_FACTOR * outcome->bps, max_bps, long_enough_us (LEAST_DURATION_US, noise_us), now_us);
  else
    self->is_exponential = self->is_starting = FALSE;
}

/* On a full path a probe takes from the others in proportion to the rate of who asks.  Who has twice as much and asks a quarter as often takes
 * half of what they take, and since all give in proportion when they back off, they become equal. */
static gint64
limited_interval_us (double target_bps)
{
  double of_rate = target_bps / LIMITED_BPS;

  return LIMITED_INTERVAL_US * CLAMP (of_rate * of_rate, LEAST_LIMITED, MOST_LIMITED);
}

void
yodel_probe_controller_advance (YodelProbeController      *self,
                                const YodelProbeSituation *situation,
                                gint64                     now_us)
{
  gint64 quiet_us = now_us - self->probed_us;
  gint64 interval_us = situation->is_faster ? FASTER_INTERVAL_US
                       : situation->in_alr ? ALR_INTERVAL_US : limited_interval_us (situation->target_bps);
  gint64 duration_us = FURTHER_BITS * G_USEC_PER_SEC / (self->factor * situation->target_bps);

  duration_us = CLAMP (duration_us, LEAST_DURATION_US, THIN_DURATION_US);
  duration_us = long_enough_us (duration_us, situation->noise_us);

  if (!self->is_started || !(situation->is_calm || situation->is_faster) || quiet_us < interval_us ||
      situation->target_bps >= 0.98 * situation->max_bps)
    return;

  self->is_exponential = TRUE;
  self->is_starting = FALSE;
  request (self, self->factor * situation->target_bps, situation->max_bps, duration_us, now_us);
}

gboolean
yodel_probe_controller_poll (YodelProbeController *self,
                             YodelProbeRequest    *request_out)
{
  if (self->n_requests == 0)
    return FALSE;

  *request_out = self->requests[0];
  self->n_requests--;
  for (guint i = 0; i < self->n_requests; i++)
    self->requests[i] = self->requests[i + 1];
  return TRUE;
}
