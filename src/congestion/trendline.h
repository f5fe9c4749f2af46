/* Does the one-way delay rise?  A line is laid through the smoothed delay of the last groups;
 * its slope against a threshold that adapts says whether the path is overused. */
#pragma once

#include <glib.h>

#define YODEL_TRENDLINE_GROUPS 20

typedef enum
{
  YODEL_USAGE_NORMAL,
  YODEL_USAGE_OVER,
  YODEL_USAGE_UNDER
} YodelUsage;

typedef struct
{
  double arrived_ms;
  double delay_ms;             /* smoothed */
} YodelTrendPoint;

typedef struct
{
  YodelTrendPoint points[YODEL_TRENDLINE_GROUPS];
  guint           n_points;    /* ever pushed; the ring holds the last of them */
  gint64          first_arrived_us;
  double          delay_ms;    /* accumulated */
  double          smoothed_ms;
  double          slope;
  double          threshold_ms;
  double          over_ms;     /* how long above the threshold; below zero: not */
  guint           n_over;
  gint64          adapted_us;
  YodelUsage      usage;
} YodelTrendline;

void       yodel_trendline_init   (YodelTrendline *self);
YodelUsage yodel_trendline_update (YodelTrendline *self,
                                   gint64          sent_delta_us,
                                   gint64          arrived_delta_us,
                                   gint64          arrived_us);
