#define G_LOG_DOMAIN "yodel-audio"

#include "audio/delay-estimator.h"

#include <math.h>

#define BUCKET_US     5000
#define SLOT_US       250000
#define MEMORY_US     5e6        /* a frame counts for 1/e after this long */
#define COST_MS       15.0       /* one percent of frames lost is as bad as waiting this long */
#define START_WEIGHT  10.0       /* frames that the first guess is worth */
#define START_BUCKET  1          /* the first guess: 5 to 10 ms */
#define RENORMALISE   1e6
#define RECENT_MARGIN 1.25       /* over the slowest of the last 1.5 s nothing more is expected */

void
yodel_delay_estimator_init (YodelDelayEstimator *self)
{
  *self = (YodelDelayEstimator) { .increment = 1, .total = START_WEIGHT };
  self->all[START_BUCKET] = START_WEIGHT;
  self->target_us = (START_BUCKET + 1) * BUCKET_US;
  for (guint i = 0; i < YODEL_DELAY_BASE_SLOTS; i++)
    self->fastest_us[i] = G_MAXINT64;
  for (guint i = 0; i < YODEL_DELAY_RECENT_SLOTS; i++)
    self->slowest_us[i] = G_MININT64;
}

static void
advance_slots (YodelDelayEstimator *self,
               gint64               arrival_us)
{
  gint64 slot = arrival_us / SLOT_US;

  if (!self->started)
    {
      self->started = TRUE;
      self->slot = slot;
    }

  for (guint i = 0; self->slot < slot && i < YODEL_DELAY_BASE_SLOTS; i++)
    {
      /* After a long silence the ring is cleared once, not once for each slot. */
      self->slot = i == 0 ? MAX (self->slot + 1, slot - YODEL_DELAY_BASE_SLOTS + 1) : self->slot + 1;
      self->fastest_us[self->slot % YODEL_DELAY_BASE_SLOTS] = G_MAXINT64;
      self->slowest_us[self->slot % YODEL_DELAY_RECENT_SLOTS] = G_MININT64;
    }
}

static gint64
fastest_us (const YodelDelayEstimator *self)
{
  gint64 result = G_MAXINT64;

  for (guint i = 0; i < YODEL_DELAY_BASE_SLOTS; i++)
    result = MIN (result, self->fastest_us[i]);

  return result;
}

static gint64
slowest_us (const YodelDelayEstimator *self)
{
  gint64 result = G_MININT64;

  for (guint i = 0; i < YODEL_DELAY_RECENT_SLOTS; i++)
    result = MAX (result, self->slowest_us[i]);

  return result;
}

/* The wait at which another 5 ms would cost more than the frames they save. */
static gint64
cheapest_us (const double *weights,
             double        total)
{
  double late = 0, best_cost = G_MAXDOUBLE;
  guint best = 0;

  for (guint i = YODEL_DELAY_BUCKETS; i > 0; i--)
    {
      double cost = i * (BUCKET_US / 1000.0) + COST_MS * 100 * late / total;

      if (cost < best_cost)
        {
          best_cost = cost;
          best = i;
        }
      late += weights[i - 1];
    }

  return (gint64) best * BUCKET_US;
}

static void
count (YodelDelayEstimator *self,
       gint64               relative_us,
       gint64               duration_us,
       YodelDelayKind       kind)
{
  gint64 bucket = CLAMP (relative_us / BUCKET_US, 0, YODEL_DELAY_BUCKETS - 1);

  self->increment *= exp ((double) CLAMP (duration_us, 0, 120000) / MEMORY_US);
  self->all[bucket] += self->increment;
  self->total += self->increment;
  if (kind == YODEL_DELAY_REPAIR)
    self->repairs[bucket] += self->increment;

  if (self->increment < RENORMALISE)
    return;

  for (guint i = 0; i < YODEL_DELAY_BUCKETS; i++)
    {
      self->all[i] /= self->increment;
      self->repairs[i] /= self->increment;
    }
  self->total /= self->increment;
  self->increment = 1;
}

/* The long memory says what pays; once the network has been calm for 1.5 s it is overruled, but
 * for copies, whose loss comes too seldom to be seen in so short a time. */
static void
retarget (YodelDelayEstimator *self)
{
  gint64 slowest = slowest_us (self);
  gint64 recent_us = slowest == G_MININT64 ? 0 : MAX (slowest - self->base_us, 0);
  gint64 enough_us = ((gint64) ((double) recent_us * RECENT_MARGIN) / BUCKET_US + 1) * BUCKET_US;
  gint64 repairs_us = cheapest_us (self->repairs, self->total);

  self->target_us = MIN (cheapest_us (self->all, self->total), MAX (enough_us, repairs_us));
}

/* A frame of @duration_us whose first sample is @media_us became available. */
void
yodel_delay_estimator_push (YodelDelayEstimator *self,
                            gint64               media_us,
                            gint64               duration_us,
                            gint64               arrival_us,
                            YodelDelayKind       kind)
{
  gint64 transit_us = arrival_us - media_us;

  advance_slots (self, arrival_us);
  if (kind == YODEL_DELAY_FIRST)
    {
      gint64 *fastest = &self->fastest_us[self->slot % YODEL_DELAY_BASE_SLOTS];
      gint64 *slowest = &self->slowest_us[self->slot % YODEL_DELAY_RECENT_SLOTS];

      *fastest = MIN (*fastest, transit_us);
      *slowest = MAX (*slowest, transit_us);
    }

  if (fastest_us (self) != G_MAXINT64)
    self->base_us = fastest_us (self);

  count (self, MAX (transit_us - self->base_us, 0), duration_us, kind);
  retarget (self);
}

/* By how much @at_us is later than the moment the fastest packet would have brought @media_us. */
gint64
yodel_delay_estimator_relative_us (const YodelDelayEstimator *self,
                                   gint64                     media_us,
                                   gint64                     at_us)
{
  return at_us - media_us - self->base_us;
}
