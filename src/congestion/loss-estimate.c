#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/loss-estimate.h"

#include "base/units.h"

#include <math.h>

#define OBSERVATION_US      (250 * YODEL_US_PER_MS)
#define LEAST_OBSERVATIONS  3
#define TEMPORAL_WEIGHT     0.9
#define INITIAL_INHERENT    0.01
#define LEAST_INHERENT      0.001
#define INHERENT_OFFSET     0.05
#define INHERENT_BALANCE    100000.0      /* bit/s */
#define CALM_MEMORY         300           /* packets */
#define CALM_NEEDED         100
#define CALM_FACTOR         1.5
#define CALM_OFFSET         0.02
#define INHERENT_STEPS      16
#define RATE_BIAS           0.0002        /* for each kbit/s: of equals the higher rate is better */
#define LOG_RATE_BIAS       0.02
#define BIAS_LOSS           0.2           /* the bias fades as the mean loss comes to this */
#define HIGH_LOSS           0.2           /* here the rate follows the loss and nothing else */
#define MAX_RISE            1.3           /* in one step */
#define RISE_OVER_ACKED     1.5
#define NO_LOSS             0.005

void
yodel_loss_estimate_init (YodelLossEstimate *self)
{
  *self = (YodelLossEstimate) { .since_us = -1, .bps = INFINITY, .inherent = INITIAL_INHERENT };
}

static void
close_observation (YodelLossEstimate *self)
{
  YodelLossObservation *observation = &self->observations[self->n_observations++ % YODEL_LOSS_OBSERVATIONS];
  double seconds = MAX (self->until_us - self->since_us, OBSERVATION_US) / (double) G_USEC_PER_SEC;

  *observation = (YodelLossObservation) {
    .sent_bps = self->bytes * 8.0 / seconds,
    .n_packets = self->n_packets,
    .n_lost = self->n_lost,
  };
  self->since_us = -1;
}

void
yodel_loss_estimate_push (YodelLossEstimate *self,
                          gint64             sent_us,
                          guint              size_bytes,
                          gboolean           is_lost,
                          gboolean           has_no_queue)
{
  if (has_no_queue)
    {
      self->n_calm++;
      self->calm_loss += (is_lost - self->calm_loss) / MIN (self->n_calm, CALM_MEMORY);
    }
  if (self->since_us >= 0 && sent_us - self->since_us >= OBSERVATION_US)
    close_observation (self);
  if (self->since_us < 0)
    {
      self->since_us = self->until_us = sent_us;
      self->bytes = self->n_packets = self->n_lost = 0;
    }

  self->until_us = MAX (self->until_us, sent_us);
  self->bytes += size_bytes;
  self->n_packets++;
  self->n_lost += is_lost;
}

static const YodelLossObservation *
observation_back (const YodelLossEstimate *self,
                  guint                    n)
{
  return &self->observations[(self->n_observations - 1 - n) % YODEL_LOSS_OBSERVATIONS];
}

static double
mean_loss (const YodelLossEstimate *self)
{
  double packets = 0, lost = 0, weight = 1;

  for (guint i = 0; i < MIN (self->n_observations, YODEL_LOSS_OBSERVATIONS); i++, weight *= TEMPORAL_WEIGHT)
    {
      packets += weight * observation_back (self, i)->n_packets;
      lost += weight * observation_back (self, i)->n_lost;
    }
  return packets > 0 ? lost / packets : 0;
}

/* How likely the losses are if the path carries @bps and loses @inherent on its own. */
static double
log_likelihood (const YodelLossEstimate *self,
                double                   bps,
                double                   inherent)
{
  double sum = 0, weight = 1;

  for (guint i = 0; i < MIN (self->n_observations, YODEL_LOSS_OBSERVATIONS); i++, weight *= TEMPORAL_WEIGHT)
    {
      const YodelLossObservation *o = observation_back (self, i);
      double loss = inherent;

      if (o->sent_bps > bps)
        loss += (1 - inherent) * (o->sent_bps - bps) / o->sent_bps;
      loss = CLAMP (loss, 1e-6, 1 - 1e-6);
      sum += weight * (o->n_lost * log (loss) + (o->n_packets - o->n_lost) * log (1 - loss));
    }
  return sum;
}

static double
rate_bias (const YodelLossEstimate *self,
           double                   bps)
{
  double fade = CLAMP ((BIAS_LOSS - self->mean) / BIAS_LOSS, -1, 1);
  double packets = 0, weight = 1;

  for (guint i = 0; i < MIN (self->n_observations, YODEL_LOSS_OBSERVATIONS); i++, weight *= TEMPORAL_WEIGHT)
    packets += weight * observation_back (self, i)->n_packets;
  return packets * fade * (RATE_BIAS * bps / 1000 + LOG_RATE_BIAS * log (1 + bps / 1000));
}

/* The best that can be said for @bps, over all losses that the path may have of its own. */
static double
best_likelihood (const YodelLossEstimate *self,
                 double                   bps,
                 double                  *inherent)
{
  double upper = MIN (INHERENT_OFFSET + INHERENT_BALANCE / bps, 1), best = -INFINITY;

  if (self->n_calm >= CALM_NEEDED)
    upper = MIN (upper, CALM_FACTOR * self->calm_loss + CALM_OFFSET);

  for (guint i = 0; i <= INHERENT_STEPS; i++)
    {
      double candidate = LEAST_INHERENT * pow (upper / LEAST_INHERENT, i / (double) INHERENT_STEPS);
      double value = log_likelihood (self, bps, candidate);

      if (value > best)
        {
          best = value;
          *inherent = candidate;
        }
    }
  return best + rate_bias (self, bps);
}

static double
choose (YodelLossEstimate *self,
        double             from_bps,
        double             delay_bps,
        double             acknowledged_bps)
{
  double candidates[] = { from_bps * 1.02, from_bps, from_bps * 0.95, acknowledged_bps, delay_bps, from_bps * MAX_RISE };
  double best = -INFINITY, best_bps = from_bps, inherent = self->inherent;

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      double bps = MIN (candidates[i], from_bps * MAX_RISE), value;

      if (bps <= 0)
        continue;
      value = best_likelihood (self, bps, &inherent);
      if (value > best)
        {
          best = value;
          best_bps = bps;
          self->inherent = inherent;
        }
    }
  return best_bps;
}

void
yodel_loss_estimate_update (YodelLossEstimate *self,
                            double             delay_bps,
                            double             acknowledged_bps,
                            double             min_bps)
{
  double from_bps = isinf (self->bps) ? delay_bps : self->bps;

  if (self->n_observations == self->n_judged)
    return;
  self->n_judged = self->n_observations;
  self->mean = mean_loss (self);
  if (self->n_observations < LEAST_OBSERVATIONS)
    return;

  if (self->mean < NO_LOSS)
    {
      self->bps = isinf (self->bps) || self->bps * MAX_RISE > delay_bps ? INFINITY : self->bps * MAX_RISE;
      return;
    }

  self->bps = choose (self, MIN (from_bps, delay_bps), delay_bps, acknowledged_bps);
  if (self->mean > HIGH_LOSS && acknowledged_bps > 0)
    self->bps = MIN (self->bps, acknowledged_bps);
  self->bps = MAX (self->bps, min_bps);
}
