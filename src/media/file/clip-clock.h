/* Sources of one clip, sound and picture, run by one clock, so that they are in step. */
#pragma once

#include <glib.h>

typedef struct _YodelClipClock YodelClipClock;

YodelClipClock *yodel_clip_clock_get   (const char     *name);
void            yodel_clip_clock_unref (YodelClipClock *self);
gint64          yodel_clip_clock_join  (YodelClipClock *self,
                                        gint64          position_us,
                                        gint64          now_us);
void            yodel_clip_clock_leave (YodelClipClock *self);
