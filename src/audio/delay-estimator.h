/* How long must sound wait before it is played?  Learns from when frames became available how
 * much later than the fastest they may be, and weighs waiting against what would be lost. */
#pragma once

#include <glib.h>

#define YODEL_DELAY_BUCKETS      200      /* of 5 ms */
#define YODEL_DELAY_BASE_SLOTS   8        /* of 250 ms: the fastest packet of two seconds */
#define YODEL_DELAY_RECENT_SLOTS 6        /* of 250 ms: the slowest packet of 1.5 s */

typedef enum
{
  YODEL_DELAY_FIRST,             /* the packet itself */
  YODEL_DELAY_REPAIR,            /* a copy of what had not come */
} YodelDelayKind;

/* Transit is arrival time less media time; only its differences mean anything. */
typedef struct
{
  gint64  slot;                                    /* number of the newest slot */
  gint64  fastest_us[YODEL_DELAY_BASE_SLOTS];      /* transit; G_MAXINT64 where none */
  gint64  slowest_us[YODEL_DELAY_RECENT_SLOTS];    /* transit; G_MININT64 where none */
  gint64  base_us;                                 /* the transit that counts as no delay */
  double  all[YODEL_DELAY_BUCKETS];                /* weight of frames by relative delay */
  double  repairs[YODEL_DELAY_BUCKETS];            /* the share of `all` that copies brought */
  double  total;
  double  increment;                               /* weight of the next frame: the older fade */
  gint64  target_us;
  gboolean started;
} YodelDelayEstimator;

void   yodel_delay_estimator_init        (YodelDelayEstimator       *self);
void   yodel_delay_estimator_push        (YodelDelayEstimator       *self,
                                          gint64                     media_us,
                                          gint64                     duration_us,
                                          gint64                     arrival_us,
                                          YodelDelayKind             kind);
gint64 yodel_delay_estimator_relative_us (const YodelDelayEstimator *self,
                                          gint64                     media_us,
                                          gint64                     at_us);
