/* When to show a received frame: as it comes on a good path, and late enough to be even on a bad
 * one.  Knows RTP time, arrival and decode times; belongs to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _YodelFrameTiming YodelFrameTiming;

YodelFrameTiming *yodel_frame_timing_new                (guint             clock_rate_hz);
void              yodel_frame_timing_free               (YodelFrameTiming *self);

/* A complete frame, in the order of decoding.  @recovered: it waited for a packet that was sent
 * again, and so says nothing about jitter. */
void              yodel_frame_timing_push               (YodelFrameTiming *self,
                                                         guint32           rtp_time,
                                                         gsize             size_bytes,
                                                         gint64            arrival_us,
                                                         gboolean          recovered);
void              yodel_frame_timing_push_decode_time   (YodelFrameTiming *self,
                                                         gint64            decode_us,
                                                         gint64            now_us);
void              yodel_frame_timing_set_rtt_us         (YodelFrameTiming *self,
                                                         gint64            rtt_us);
/* For lip sync: what to add to the delay, 0 or more. */
void              yodel_frame_timing_set_extra_delay_us (YodelFrameTiming *self,
                                                         gint64            extra_us);

/* Returns: when to show the frame, @now_us at the earliest.  Moves the delay in use towards what
 * is wanted, so it is asked once a frame. */
gint64            yodel_frame_timing_render_time_us     (YodelFrameTiming *self,
                                                         guint32           rtp_time,
                                                         gint64            now_us);

/* For lip sync: when the frame of @rtp_time, the last pushed, is shown on average, without what is added.
 * Returns: %FALSE before the first */
gboolean          yodel_frame_timing_get_due_us         (const YodelFrameTiming *self,
                                                         guint32          *rtp_time,
                                                         gint64           *due_us);

/* What the delay is made of; for statistics. */
gint64            yodel_frame_timing_get_delay_us       (const YodelFrameTiming *self);
gint64            yodel_frame_timing_get_jitter_us      (const YodelFrameTiming *self);
gint64            yodel_frame_timing_get_decode_p95_us  (const YodelFrameTiming *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelFrameTiming, yodel_frame_timing_free)

G_END_DECLS
