#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/queue-estimate.h"

#include "base/units.h"

#define JITTER_WEIGHT (1 / 64.0)

void
yodel_queue_estimate_init (YodelQueueEstimate *self)
{
  *self = (YodelQueueEstimate) { .second = -1, .base_us = G_MAXINT64 };
  for (guint i = 0; i < YODEL_QUEUE_BASE_SECONDS; i++)
    self->least_us[i] = G_MAXINT64;
}

static void
move_second (YodelQueueEstimate *self,
             gint64              second)
{
  gint64 from = self->second < 0 ? second : MAX (self->second + 1, second - YODEL_QUEUE_BASE_SECONDS + 1);

  for (gint64 i = from; i <= second; i++)
    self->least_us[i % YODEL_QUEUE_BASE_SECONDS] = G_MAXINT64;
  self->second = second;

  self->base_us = G_MAXINT64;
  for (guint i = 0; i < YODEL_QUEUE_BASE_SECONDS; i++)
    self->base_us = MIN (self->base_us, self->least_us[i]);
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
  gint64 delay_us = arrived_us - sent_us, second = arrived_us / G_USEC_PER_SEC;
  gint64 *least_us;

  if (second > self->second)
    move_second (self, second);

  least_us = &self->least_us[self->second % YODEL_QUEUE_BASE_SECONDS];
  *least_us = MIN (*least_us, delay_us);
  self->base_us = MIN (self->base_us, delay_us);

  if (self->n_recent > 0)
    self->jitter_us += JITTER_WEIGHT * (ABS (delay_us - sample_back (self, 0)->delay_us) - self->jitter_us);
  self->recent[self->n_recent++ % YODEL_QUEUE_RECENT] = (YodelDelaySample) { arrived_us, delay_us };
}

void
yodel_queue_estimate_hold_base (YodelQueueEstimate *self)
{
  if (self->second >= 0)
    self->least_us[self->second % YODEL_QUEUE_BASE_SECONDS] = self->base_us;
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
  return n > 0 ? least_us - self->base_us : 0;
}

gint64
yodel_queue_estimate_get_newest_us (const YodelQueueEstimate *self)
{
  return self->n_recent > 0 ? sample_back (self, 0)->delay_us - self->base_us : 0;
}
