#define G_LOG_DOMAIN "yodel-audio"

#include "audio/delay-estimator.h"

#include <math.h>

#define BUCKET_US     2500
#define SLOT_US       250000
#define MEMORY_US     5e6        /* a frame counts for 1/e after this long: a stall of 400 ms is an exception */
#define REPAIR_US     15e6       /* losses are fewer than packets: their share takes longer to learn */
#define REPAIR_CALM_US (6 * G_USEC_PER_SEC)   /* so long without one, and loss is over */
#define LATE_COST_MS  14.0
#define LOST_COST_MS  45.0       /* one percent lost: whole frames, often several in a row */
#define START_WEIGHT  10.0       /* frames that the first guess is worth */
#define START_BUCKET  3          /* the first guess: 10 ms */
#define STICKY_MS     1.0
#define STICKY_SHARE  0.3        /* of the wait that would be given up */
#define RENORMALISE   1e6
#define RECENT_MARGIN 1.25       /* over the slowest of the last 1.5 s nothing more is expected */

static void
clear_histogram (YodelDelayHistogram *self,
                 double               memory_us,
                 double               cost_ms)
{
  *self = (YodelDelayHistogram) { .increment = 1, .total = START_WEIGHT, .memory_us = memory_us, .cost_ms = cost_ms };
}

void
yodel_delay_estimator_init (YodelDelayEstimator *self)
{
  *self = (YodelDelayEstimator) { .started = FALSE };
  clear_histogram (&self->firsts, MEMORY_US, LATE_COST_MS);
  clear_histogram (&self->repairs, REPAIR_US, LOST_COST_MS);
  self->firsts.weights[START_BUCKET] = START_WEIGHT;
  self->firsts.cheapest_us = self->target_us = (START_BUCKET + 1) * BUCKET_US;
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

/* The wait at which more would cost more than the frames it saves.  The choice so far stands until
 * another is better by more than chance, above all against a shorter one, which may have to be
 * taken back: each change is paid in stretched speech. */
static void
choose (YodelDelayHistogram *self)
{
  double late = 0, best_cost = G_MAXDOUBLE, now_cost = G_MAXDOUBLE;
  double margin = STICKY_MS;
  gint64 best_us = 0;

  for (gint64 bucket = YODEL_DELAY_BUCKETS; bucket >= 0; bucket--)
    {
      gint64 wait_us = bucket * BUCKET_US;
      double cost = (double) wait_us / 1000 + self->cost_ms * 100 * late / self->total;

      if (cost < best_cost)
        {
          best_cost = cost;
          best_us = wait_us;
        }
      if (wait_us == self->cheapest_us)
        now_cost = cost;
      if (bucket > 0)
        late += self->weights[bucket - 1];
    }

  if (best_us < self->cheapest_us)
    margin += STICKY_SHARE * (double) self->cheapest_us / 1000;
  if (now_cost - best_cost > margin)
    self->cheapest_us = best_us;
}

/* @is_in: whether this frame counts for a bucket, or merely as one more frame. */
static void
count (YodelDelayHistogram *self,
       gint64               relative_us,
       gint64               duration_us,
       gboolean             is_in)
{
  gint64 bucket = CLAMP (relative_us / BUCKET_US, 0, YODEL_DELAY_BUCKETS - 1);

  self->increment *= exp ((double) CLAMP (duration_us, 0, 120000) / self->memory_us);
  self->total += self->increment;
  if (is_in)
    self->weights[bucket] += self->increment;

  if (self->increment > RENORMALISE)
    {
      for (guint i = 0; i < YODEL_DELAY_BUCKETS; i++)
        self->weights[i] /= self->increment;
      self->total /= self->increment;
      self->increment = 1;
    }

  choose (self);
}

/* The least that any of the last few packets had. */
static gint64
present_us (const YodelDelayEstimator *self)
{
  gint64 result = G_MAXINT64;

  if (self->n_last < YODEL_DELAY_LAST)
    return 0;

  for (guint i = 0; i < YODEL_DELAY_LAST; i++)
    result = MIN (result, self->last_us[i]);

  return MAX (result - self->base_us, 0);
}

/* The long memory says what pays.  Once the network has been calm for 1.5 s it is overruled, but
 * for copies: losses come too seldom to be seen in so short a time.  And where the path has just
 * grown longer, there is no waiting for the memory to notice. */
static gint64
target_us (const YodelDelayEstimator *self)
{
  gint64 slowest = slowest_us (self);
  gint64 recent_us = slowest == G_MININT64 ? 0 : MAX (slowest - self->base_us, 0);
  gint64 enough_us = ((gint64) ((double) recent_us * RECENT_MARGIN) / BUCKET_US + 1) * BUCKET_US;

  gint64 wait_us = MAX (MIN (self->firsts.cheapest_us, enough_us), self->repairs.cheapest_us);

  return MAX (wait_us, (present_us (self) / BUCKET_US + 1) * BUCKET_US);
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
      self->last_us[self->n_last % YODEL_DELAY_LAST] = transit_us;
      self->n_last = self->n_last + 1 < 2 * YODEL_DELAY_LAST ? self->n_last + 1 : YODEL_DELAY_LAST;
    }

  if (fastest_us (self) != G_MAXINT64)
    self->base_us = fastest_us (self);

  if (kind == YODEL_DELAY_REPAIR)
    self->repaired_us = arrival_us;
  else if (arrival_us - self->repaired_us > REPAIR_CALM_US)
    clear_histogram (&self->repairs, REPAIR_US, LOST_COST_MS);

  count (&self->firsts, transit_us - self->base_us, duration_us, kind == YODEL_DELAY_FIRST);
  count (&self->repairs, transit_us - self->base_us, duration_us, kind == YODEL_DELAY_REPAIR);
  self->target_us = target_us (self);
}

/* By how much @at_us is later than the moment the fastest packet would have brought @media_us. */
gint64
yodel_delay_estimator_relative_us (const YodelDelayEstimator *self,
                                   gint64                     media_us,
                                   gint64                     at_us)
{
  return at_us - media_us - self->base_us;
}
