/* Counts freezes of the shown picture as W3C webrtc-stats defines freezeCount and
 * totalFreezesDuration, and its frame rate.  Plain data; belongs to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_FREEZE_METER_GAPS 30u

typedef struct
{
  gint64  gaps_us[YODEL_FREEZE_METER_GAPS];   /* a ring of the last ones */
  guint   n_gaps;                             /* ever */
  gint64  gap_sum_us;
  gint64  last_us;
  gint64  longest_gap_us;
  gboolean paused;

  guint64 frames_rendered;
  guint   freeze_count;
  gint64  freezes_us;                         /* totalFreezesDuration */
} YodelFreezeMeter;

/* A frame was shown.  Returns: %TRUE if a freeze ended with it */
gboolean yodel_freeze_meter_push    (YodelFreezeMeter       *self,
                                     gint64                  shown_us);
/* The picture was paused on purpose: the gap to the next frame is no freeze. */
void     yodel_freeze_meter_pause   (YodelFreezeMeter       *self);
/* Frames shown in the second before @now_us. */
double   yodel_freeze_meter_get_fps (const YodelFreezeMeter *self,
                                     gint64                  now_us);

G_END_DECLS
