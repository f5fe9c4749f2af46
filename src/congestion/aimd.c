#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/aimd.h"

#include "base/units.h"

#include <math.h>

#define BACK_OFF          0.90
#define BACK_OFF_EXTRA    5000.0                        /* bit/s */
#define BACK_OFF_SHARE    0.05                          /* no more than this of what came through */
#define RISE_PER_SECOND   1.08                          /* while no capacity is known */
#define CEILING_FACTOR    1.5                           /* over the acknowledged rate */
#define CEILING_EXTRA     10000.0
#define CEILING_SHARE     0.25                          /* the extra is no more than this of it */
#define PACKET_BITS       (1200 * 8.0)
#define FRAMES_PER_SECOND 30.0
#define ADDED_DELAY_US    (100 * YODEL_US_PER_MS)
#define RISE_PACKETS      1.5
#define LEAST_RISE        4000.0                        /* bit/s per second */
#define CAPACITY_WEIGHT   0.05
#define PROBED_WEIGHT     0.5
#define DEVIATIONS        3.0
#define INITIAL_DEVIATION 0.4
#define DEFAULT_RTT_US    (200 * YODEL_US_PER_MS)

void
yodel_aimd_init (YodelAimd *self,
                 double     min_bps,
                 double     start_bps,
                 double     max_bps)
{
  *self = (YodelAimd) {
    .min_bps = min_bps,
    .max_bps = max_bps,
    .target_bps = CLAMP (start_bps, min_bps, max_bps),
    .capacity = { .bps = -1, .deviation = INITIAL_DEVIATION },
    .changed_us = -1,
    .decreased_us = -1,
    .rtt_us = DEFAULT_RTT_US,
  };
}

static void
learn_capacity (YodelLinkCapacity *capacity,
                double             bps,
                double             weight)
{
  double error, norm;

  if (capacity->bps < 0)
    capacity->bps = bps;
  else
    capacity->bps = (1 - weight) * capacity->bps + weight * bps;

  /* In kbit/s, as the limits of the deviation are. */
  norm = MAX (capacity->bps / 1000, 1);
  error = (capacity->bps - bps) / 1000;
  capacity->deviation = (1 - weight) * capacity->deviation + weight * error * error / norm;
  capacity->deviation = CLAMP (capacity->deviation, 0.4, 2.5);
}

/* In bit/s: three deviations. */
static double
capacity_margin (const YodelLinkCapacity *capacity)
{
  return DEVIATIONS * sqrt (capacity->deviation * MAX (capacity->bps / 1000, 1)) * 1000;
}

/* One and a half average packets of a 30 fps video for each response time: who was pushed aside by
 * chance has its share again the sooner. */
static double
additive_rise (const YodelAimd *self)
{
  double frame_bits = self->target_bps / FRAMES_PER_SECOND;
  double packets = ceil (frame_bits / PACKET_BITS);
  double response_s = 2.0 * (self->rtt_us + ADDED_DELAY_US) / G_USEC_PER_SEC;

  return MAX (LEAST_RISE, RISE_PACKETS * frame_bits / packets / response_s);
}

static void
increase (YodelAimd *self,
          double     acknowledged_bps,
          gint64     now_us)
{
  double seconds = self->changed_us < 0 ? 0 : MIN ((now_us - self->changed_us) / (double) G_USEC_PER_SEC, 1);
  double ceiling_bps, risen_bps;

  if (acknowledged_bps > 0 && self->capacity.bps > 0 &&
      acknowledged_bps > self->capacity.bps + capacity_margin (&self->capacity))
    self->capacity.bps = -1;

  if (self->capacity.bps > 0)
    risen_bps = self->target_bps + additive_rise (self) * seconds;
  else
    risen_bps = self->target_bps + MAX (1000 * seconds, self->target_bps * (pow (RISE_PER_SECOND, seconds) - 1));

  ceiling_bps = acknowledged_bps > 0 ? CEILING_FACTOR * acknowledged_bps + MIN (CEILING_EXTRA, CEILING_SHARE * acknowledged_bps) : risen_bps;
  if (self->target_bps < ceiling_bps)
    self->target_bps = MIN (risen_bps, ceiling_bps);
}

static gboolean
decrease (YodelAimd *self,
          double     acknowledged_bps,
          gint64     now_us)
{
  double met_bps = acknowledged_bps > 0 ? acknowledged_bps : self->target_bps;
  double lower_bps = MAX (BACK_OFF * met_bps - MIN (BACK_OFF_EXTRA, BACK_OFF_SHARE * met_bps), 0);
  gint64 pause_us = CLAMP (self->rtt_us, 10 * YODEL_US_PER_MS, 200 * YODEL_US_PER_MS);

  if (self->decreased_us >= 0 && now_us - self->decreased_us < pause_us && met_bps > 0.5 * self->target_bps)
    return FALSE;

  if (lower_bps > self->target_bps && self->capacity.bps > 0)
    lower_bps = BACK_OFF * self->capacity.bps;
  if (self->capacity.bps > 0 && met_bps < self->capacity.bps - capacity_margin (&self->capacity))
    self->capacity.bps = -1;
  if (acknowledged_bps > 0)
    learn_capacity (&self->capacity, met_bps, CAPACITY_WEIGHT);

  self->target_bps = MIN (self->target_bps, lower_bps);
  self->decreased_us = now_us;
  return TRUE;
}

static void
move_phase (YodelAimd  *self,
            YodelUsage  usage,
            gint64      now_us)
{
  switch (usage)
    {
    case YODEL_USAGE_NORMAL:
      if (self->phase == YODEL_AIMD_HOLD)
        {
          self->changed_us = now_us;
          self->phase = YODEL_AIMD_INCREASE;
        }
      break;
    case YODEL_USAGE_OVER:
      self->phase = YODEL_AIMD_DECREASE;
      break;
    case YODEL_USAGE_UNDER:
      self->phase = YODEL_AIMD_HOLD;
      break;
    }
}

gboolean
yodel_aimd_update (YodelAimd  *self,
                   YodelUsage  usage,
                   double      acknowledged_bps,
                   gint64      now_us)
{
  gboolean has_backed_off = FALSE;

  move_phase (self, usage, now_us);
  switch (self->phase)
    {
    case YODEL_AIMD_HOLD:
      break;
    case YODEL_AIMD_INCREASE:
      increase (self, acknowledged_bps, now_us);
      self->changed_us = now_us;
      break;
    case YODEL_AIMD_DECREASE:
      has_backed_off = decrease (self, acknowledged_bps, now_us);
      self->phase = YODEL_AIMD_HOLD;
      break;
    }
  self->target_bps = CLAMP (self->target_bps, self->min_bps, self->max_bps);
  return has_backed_off;
}

void
yodel_aimd_set_target (YodelAimd *self,
                       double     target_bps,
                       gboolean   is_capacity,
                       gint64     now_us)
{
  self->target_bps = CLAMP (target_bps, self->min_bps, self->max_bps);
  self->changed_us = now_us;
  if (is_capacity)
    learn_capacity (&self->capacity, target_bps, PROBED_WEIGHT);
}
