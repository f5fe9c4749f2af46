#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/queue-estimate.h"

#include "base/units.h"

#include <math.h>

#define NOISE_WEIGHT   (1 / 20.0)               /* two seconds */
#define NOISE_KNOWN    20                       /* bins; from then on a leap of the delay counts for this much at most: */
#define LEAP_FACTOR    3
#define LEAP_US        (5 * YODEL_US_PER_MS)
#define BIN_US         (100 * YODEL_US_PER_MS)
#define NEWEST_BINS    3
#define PLATEAU_BINS   12
#define QUICKER_BINS   5
#define EARLIER_MEANS  6
#define MAX_PASSED     12                       /* bins that may have been quicker than the base ... */
#define PASSED_ONE_IN  25                       /* ... and of how many, while fewer are known */

void
yodel_queue_estimate_init (YodelQueueEstimate *self)
{
  *self = (YodelQueueEstimate) { .bin = -1, .base_us = G_MAXINT64, .earlier_us = { G_MAXINT64, G_MAXINT64 } };
  for (guint i = 0; i < YODEL_QUEUE_BASE_BINS; i++)
    self->least_us[i] = G_MAXINT64;
}

/* The least of all bins but the few that are lower still. */
static gint64
find_base_us (const YodelQueueEstimate *self)
{
  gint64 lowest_us[MAX_PASSED + 1];
  guint n = 0, n_lowest = 0;

  for (guint i = 0; i < YODEL_QUEUE_BASE_BINS; i++)
    {
      guint k = MIN (n_lowest, MAX_PASSED);

      if (self->least_us[i] == G_MAXINT64)
        continue;
      n++;
      if (n_lowest > MAX_PASSED && self->least_us[i] >= lowest_us[MAX_PASSED])
        continue;
      for (; k > 0 && lowest_us[k - 1] > self->least_us[i]; k--)
        lowest_us[k] = lowest_us[k - 1];
      lowest_us[k] = self->least_us[i];
      n_lowest = MIN (n_lowest + 1, MAX_PASSED + 1);
    }
  return n > 0 ? lowest_us[MIN (n / PASSED_ONE_IN, MAX_PASSED)] : G_MAXINT64;
}

/* What three bins in a row show beside a steady rise or fall: a queue of ours grows and shrinks over many of them. */
static void
learn_noise (YodelQueueEstimate *self)
{
  gint64 least_us = self->least_us[self->bin % YODEL_QUEUE_BASE_BINS];

  if (self->earlier_us[1] != G_MAXINT64)
    {
      double bend_us = fabs (least_us - 2.0 * self->earlier_us[0] + self->earlier_us[1]) / 2;

      self->n_noise++;
      if (self->n_noise > NOISE_KNOWN)
        bend_us = MIN (bend_us, LEAP_FACTOR * self->noise_us + LEAP_US);
      self->noise_us += MAX (NOISE_WEIGHT, 1.0 / self->n_noise) * (bend_us - self->noise_us);
    }
  self->earlier_us[1] = self->earlier_us[0];
  self->earlier_us[0] = least_us;
}

static void
move_bin (YodelQueueEstimate *self,
          gint64              bin)
{
  gint64 from = self->bin < 0 ? bin : MAX (self->bin + 1, bin - YODEL_QUEUE_BASE_BINS + 1);

  if (self->bin >= 0)
    learn_noise (self);
  for (gint64 i = from; i <= bin; i++)
    self->least_us[i % YODEL_QUEUE_BASE_BINS] = G_MAXINT64;
  self->bin = bin;
  self->base_us = find_base_us (self);
}

static const YodelDelaySample *
sample_back (const YodelQueueEstimate *self,
             guint                     n)
{
  return &self->recent[(self->n_recent - 1 - n) % YODEL_QUEUE_RECENT];
}

void
yodel_queue_estimate_push (YodelQueueEstimate *self,
                           gint64              sent_us,
                           gint64              arrived_us)
{
  gint64 delay_us = arrived_us - sent_us, bin = arrived_us / BIN_US;
  gint64 *least_us;

  if (bin > self->bin)
    move_bin (self, bin);

  least_us = &self->least_us[self->bin % YODEL_QUEUE_BASE_BINS];
  *least_us = MIN (*least_us, delay_us);
  if (self->base_us == G_MAXINT64)
    self->base_us = delay_us;

  self->recent[self->n_recent++ % YODEL_QUEUE_RECENT] = (YodelDelaySample) { arrived_us, delay_us };
}

gboolean
yodel_queue_estimate_is_below_base (const YodelQueueEstimate *self,
                                    gint64                    margin_us)
{
  if (self->bin < NEWEST_BINS)
    return FALSE;

  for (gint64 i = self->bin; i > self->bin - NEWEST_BINS; i--)
    if (self->least_us[i % YODEL_QUEUE_BASE_BINS] >= self->base_us - margin_us)
      return FALSE;
  return TRUE;
}

/* The mean of what @n bins up to @last show.  Returns: FALSE where most show nothing */
static gboolean
find_mean_us (const YodelQueueEstimate *self,
              gint64                    last,
              guint                     n,
              double                   *mean_us)
{
  double sum_us = 0;
  guint n_shown = 0;

  for (gint64 i = last; i > last - n; i--)
    if (self->least_us[i % YODEL_QUEUE_BASE_BINS] != G_MAXINT64)
      {
        sum_us += self->least_us[i % YODEL_QUEUE_BASE_BINS];
        n_shown++;
      }
  *mean_us = sum_us / MAX (n_shown, 1);
  return n_shown > n / 2;
}

gboolean
yodel_queue_estimate_is_quicker (const YodelQueueEstimate *self,
                                 gint64                    margin_us)
{
  gint64 last = self->bin - 1;
  double now_us, before_us;

  if (last < QUICKER_BINS * (EARLIER_MEANS + 1) || !find_mean_us (self, last, QUICKER_BINS, &now_us))
    return FALSE;

  for (guint i = 1; i <= EARLIER_MEANS; i++)
    if (!find_mean_us (self, last - i * QUICKER_BINS, QUICKER_BINS, &before_us) || now_us > before_us - margin_us)
      return FALSE;
  return TRUE;
}

gboolean
yodel_queue_estimate_find_plateau (const YodelQueueEstimate *self,
                                   gint64                    tolerance_us,
                                   gint64                   *least_us)
{
  gint64 lowest_us = G_MAXINT64, highest_us = G_MININT64;

  if (self->bin < PLATEAU_BINS)
    return FALSE;

  for (gint64 i = self->bin - 1; i >= self->bin - PLATEAU_BINS; i--)
    {
      gint64 value_us = self->least_us[i % YODEL_QUEUE_BASE_BINS];

      if (value_us == G_MAXINT64)
        return FALSE;
      lowest_us = MIN (lowest_us, value_us);
      highest_us = MAX (highest_us, value_us);
    }
  *least_us = lowest_us;
  return highest_us - lowest_us <= tolerance_us && lowest_us > self->base_us;
}

void
yodel_queue_estimate_raise_base (YodelQueueEstimate *self,
                                 gint64              base_us)
{
  for (guint i = 0; i < YODEL_QUEUE_BASE_BINS; i++)
    if (self->least_us[i] != G_MAXINT64)
      self->least_us[i] = MAX (self->least_us[i], base_us);
  self->base_us = MAX (self->base_us, base_us);
}

void
yodel_queue_estimate_hold_base (YodelQueueEstimate *self)
{
  if (self->bin >= 0)
    self->least_us[self->bin % YODEL_QUEUE_BASE_BINS] = self->base_us;
}

gint64
yodel_queue_estimate_get_standing_us (const YodelQueueEstimate *self,
                                      gint64                    window_us)
{
  guint n = MIN (self->n_recent, YODEL_QUEUE_RECENT);
  gint64 least_us = G_MAXINT64;

  for (guint i = 0; i < n; i++)
    {
      const YodelDelaySample *sample = sample_back (self, i);

      if (i > 0 && sample->arrived_us <= sample_back (self, 0)->arrived_us - window_us)
        break;
      least_us = MIN (least_us, sample->delay_us);
    }
  return n > 0 ? MAX (least_us - self->base_us, 0) : 0;
}

gint64
yodel_queue_estimate_get_newest_us (const YodelQueueEstimate *self)
{
  return self->n_recent > 0 ? MAX (sample_back (self, 0)->delay_us - self->base_us, 0) : 0;
}
