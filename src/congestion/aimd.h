/* Additive increase, multiplicative decrease: the rate that the delay allows. */
#pragma once

#include "congestion/trendline.h"

/* Where overuse was met before: a mean and how far it strays. */
typedef struct
{
  double bps;            /* below zero: unknown */
  double deviation;      /* variance over bps */
} YodelLinkCapacity;

typedef enum
{
  YODEL_AIMD_HOLD,
  YODEL_AIMD_INCREASE,
  YODEL_AIMD_DECREASE
} YodelAimdPhase;

typedef struct
{
  double            min_bps, max_bps;
  double            target_bps;
  YodelAimdPhase    phase;
  YodelLinkCapacity capacity;
  gint64            changed_us;       /* -1: never */
  gint64            decreased_us;     /* -1: never */
  gint64            rtt_us;
} YodelAimd;

void yodel_aimd_init         (YodelAimd *self,
                              double     min_bps,
                              double     start_bps,
                              double     max_bps);

/* @acknowledged_bps: below zero if unknown.  Returns: TRUE if it has just backed off */
gboolean yodel_aimd_update   (YodelAimd  *self,
                              YodelUsage  usage,
                              double      acknowledged_bps,
                              gint64      now_us);

/* A probe has shown this much. */
void yodel_aimd_set_target   (YodelAimd *self,
                              double     target_bps,
                              gboolean   is_capacity,
                              gint64     now_us);
