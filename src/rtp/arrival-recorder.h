/* The receiving side of transport-wide congestion control: remembers when each transport-wide
 * number arrived, and writes the reports about it at a steady pace. */
#pragma once

#include "rtp/transport-feedback.h"

#define YODEL_ARRIVAL_RECORDER_INTERVAL_US     (50 * G_TIME_SPAN_MILLISECOND)
#define YODEL_ARRIVAL_RECORDER_MAX_INTERVAL_US (250 * G_TIME_SPAN_MILLISECOND)
#define YODEL_ARRIVAL_RECORDER_MAX_NUMBERS     YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS

typedef struct _YodelArrivalRecorder YodelArrivalRecorder;

YodelArrivalRecorder *yodel_arrival_recorder_new              (void);
void                  yodel_arrival_recorder_free             (YodelArrivalRecorder *self);

/* @arrived_us: as close to the socket as can be had. */
void                  yodel_arrival_recorder_record           (YodelArrivalRecorder *self,
                                                               guint16               sequence,
                                                               gint64                arrived_us);

/* Stretches the interval (50 to 250 ms) so that reports take at most 5 % of @rate_bps. */
void                  yodel_arrival_recorder_set_rate         (YodelArrivalRecorder *self,
                                                               guint                 rate_bps);

/* Writes one RTCP packet if a report is due; call until %FALSE, each time with a fresh writer. */
gboolean              yodel_arrival_recorder_poll             (YodelArrivalRecorder *self,
                                                               guint32               sender_ssrc,
                                                               guint32               media_ssrc,
                                                               YodelByteWriter      *writer,
                                                               gint64                now_us);
gint64                yodel_arrival_recorder_next_deadline_us (const YodelArrivalRecorder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelArrivalRecorder, yodel_arrival_recorder_free)
