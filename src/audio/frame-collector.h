/* Gathers capture blocks of any size into encoder frames, and knows when each frame began. */
#pragma once

#include <glib.h>

typedef struct _YodelFrameCollector YodelFrameCollector;

YodelFrameCollector *yodel_frame_collector_new          (guint                channels,
                                                         guint                frame_ms);
void                 yodel_frame_collector_free         (YodelFrameCollector *self);
void                 yodel_frame_collector_set_frame_ms (YodelFrameCollector *self,
                                                         guint                frame_ms);
void                 yodel_frame_collector_clear        (YodelFrameCollector *self);
gsize                yodel_frame_collector_push         (YodelFrameCollector *self,
                                                         const gint16        *pcm,
                                                         gsize                n_samples,
                                                         gint64               capture_us);

/* How many samples the frame that is being gathered lacks, of each channel. */
gsize                yodel_frame_collector_get_missing  (const YodelFrameCollector *self);
const gint16        *yodel_frame_collector_pop          (YodelFrameCollector *self,
                                                         gsize               *n_samples,
                                                         gint64              *capture_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelFrameCollector, yodel_frame_collector_free)
