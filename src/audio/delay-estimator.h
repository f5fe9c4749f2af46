/* How long must sound wait before it is played?  Learns from when frames became available how
 * much later than the fastest they may be, and weighs waiting against what would be lost. */
#pragma once

#include <glib.h>

#define YODEL_DELAY_BUCKETS      240      /* of 2.5 ms */
#define YODEL_DELAY_BASE_SLOTS   24       /* of 250 ms: the fastest packet of two seconds */
#define YODEL_DELAY_RECENT_SLOTS 6        /* of 250 ms: the slowest packet of 1.5 s */
#define YODEL_DELAY_LAST         8        /* packets: what all of them have, the next one will have */

typedef enum
{
  YODEL_DELAY_FIRST,             /* the packet itself */
  YODEL_DELAY_REPAIR,            /* a copy of what had not come */
} YodelDelayKind;

/* Frames by how late they became available, and the wait that pays for them. */
typedef struct
{
  double weights[YODEL_DELAY_BUCKETS];
  double total;                                    /* also of frames that are not in a bucket */
  double increment;                                /* weight of the next frame: the older fade */
  double memory_us;
  double cost_ms;                                  /* of one percent of the frames */
  gint64 cheapest_us;
} YodelDelayHistogram;

/* Transit is arrival time less media time; only its differences mean anything. */
typedef struct
{
  gint64              slot;                                /* number of the newest slot */
  gint64              fastest_us[YODEL_DELAY_BASE_SLOTS];  /* transit; G_MAXINT64 where none */
  gint64              slowest_us[YODEL_DELAY_RECENT_SLOTS];  /* transit; G_MININT64 where none */
  gint64              last_us[YODEL_DELAY_LAST];           /* transit */
  guint               n_last;
  gint64              base_us;                             /* the transit that counts as no delay */
  YodelDelayHistogram firsts;
  YodelDelayHistogram repairs;
  gint64              repaired_us;                         /* when a copy was last of use */
  gint64              target_us;
  gboolean            started;
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
