/* Is the peer still there?  Told by packet arrival alone. */
#pragma once

#include <glib.h>

typedef enum
{
  YODEL_LIVENESS_LIVE,
  YODEL_LIVENESS_STALLED,
  YODEL_LIVENESS_LOST,      /* for good: without consent nothing more may be sent */
} YodelLivenessState;

typedef struct
{
  YodelLivenessState state;
  gint64             heard_us;
} YodelLiveness;

void     yodel_liveness_init             (YodelLiveness       *self,
                                          gint64               now_us);
gboolean yodel_liveness_heard            (YodelLiveness       *self,
                                          gint64               now_us);
gboolean yodel_liveness_advance          (YodelLiveness       *self,
                                          gint64               now_us);
gint64   yodel_liveness_next_deadline_us (const YodelLiveness *self);
