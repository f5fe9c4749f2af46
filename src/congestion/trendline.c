#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/trendline.h"

#include <math.h>

/* As deployed; draft-ietf-rmcat-gcc-02 section 5 has the reasons. */
#define SMOOTHING         0.9
#define GAIN              4.0
#define MAX_GROUPS        60
#define INITIAL_THRESHOLD 12.5
#define MIN_THRESHOLD     6.0
#define MAX_THRESHOLD     600.0
#define K_UP              0.0087
#define K_DOWN            0.039
#define MAX_ADAPT_STEP_MS 100.0
#define OUTLIER_MS        15.0
#define OVERUSE_MS        10.0

void
yodel_trendline_init (YodelTrendline *self)
{
  *self = (YodelTrendline) {
    .threshold_ms = INITIAL_THRESHOLD,
    .over_ms = -1,
    .first_arrived_us = -1,
    .adapted_us = -1,
  };
}

/* Least squares.  Returns: %FALSE where all came at one moment */
static gboolean
fit_slope (const YodelTrendline *self,
           double               *slope)
{
  double mean_x = 0, mean_y = 0, numerator = 0, denominator = 0;

  for (guint i = 0; i < YODEL_TRENDLINE_GROUPS; i++)
    {
      mean_x += self->points[i].arrived_ms / YODEL_TRENDLINE_GROUPS;
      mean_y += self->points[i].delay_ms / YODEL_TRENDLINE_GROUPS;
    }
  for (guint i = 0; i < YODEL_TRENDLINE_GROUPS; i++)
    {
      double x = self->points[i].arrived_ms - mean_x;

      numerator += x * (self->points[i].delay_ms - mean_y);
      denominator += x * x;
    }
  if (denominator <= 0)
    return FALSE;

  *slope = numerator / denominator;
  return TRUE;
}

static void
adapt_threshold (YodelTrendline *self,
                 double          value,
                 gint64          arrived_us)
{
  double size = fabs (value);
  double k = size < self->threshold_ms ? K_DOWN : K_UP;
  double step_ms;

  if (self->adapted_us < 0)
    self->adapted_us = arrived_us;
  step_ms = MIN ((arrived_us - self->adapted_us) / 1000.0, MAX_ADAPT_STEP_MS);
  self->adapted_us = arrived_us;
  if (size > self->threshold_ms + OUTLIER_MS || step_ms <= 0)
    return;

  self->threshold_ms += k * (size - self->threshold_ms) * step_ms;
  self->threshold_ms = CLAMP (self->threshold_ms, MIN_THRESHOLD, MAX_THRESHOLD);
}

static void
judge (YodelTrendline *self,
       double          slope,
       double          sent_delta_ms,
       gint64          arrived_us)
{
  double value = MIN (self->n_points, MAX_GROUPS) * slope * GAIN;

  if (value > self->threshold_ms)
    {
      self->over_ms = self->over_ms < 0 ? sent_delta_ms / 2 : self->over_ms + sent_delta_ms;
      self->n_over++;
      if (self->over_ms > OVERUSE_MS && self->n_over > 1 && slope >= self->slope)
        {
          self->over_ms = 0;
          self->n_over = 0;
          self->usage = YODEL_USAGE_OVER;
        }
    }
  else
    {
      self->over_ms = -1;
      self->n_over = 0;
      self->usage = value < -self->threshold_ms ? YODEL_USAGE_UNDER : YODEL_USAGE_NORMAL;
    }
  self->slope = slope;
  adapt_threshold (self, value, arrived_us);
}

YodelUsage
yodel_trendline_update (YodelTrendline *self,
                        gint64          sent_delta_us,
                        gint64          arrived_delta_us,
                        gint64          arrived_us)
{
  YodelTrendPoint *point = &self->points[self->n_points % YODEL_TRENDLINE_GROUPS];
  double slope = self->slope;

  if (self->first_arrived_us < 0)
    self->first_arrived_us = arrived_us;

  self->delay_ms += (arrived_delta_us - sent_delta_us) / 1000.0;
  self->smoothed_ms = SMOOTHING * self->smoothed_ms + (1 - SMOOTHING) * self->delay_ms;
  point->arrived_ms = (arrived_us - self->first_arrived_us) / 1000.0;
  point->delay_ms = self->smoothed_ms;
  self->n_points++;

  if (self->n_points >= YODEL_TRENDLINE_GROUPS)
    fit_slope (self, &slope);
  judge (self, slope, sent_delta_us / 1000.0, arrived_us);
  return self->usage;
}
