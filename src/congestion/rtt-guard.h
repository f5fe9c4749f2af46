/* The guard of last resort: a path so slow that something is badly wrong gets less and less. */
#pragma once

#include <glib.h>

typedef struct
{
  double limit_bps;           /* INFINITY: off */
  gint64 stepped_us;
} YodelRttGuard;

void yodel_rtt_guard_init   (YodelRttGuard *self);

/* @target_bps: what would be sent without a guard. */
void yodel_rtt_guard_update (YodelRttGuard *self,
                             gint64         rtt_us,
                             double         target_bps,
                             gint64         now_us);
