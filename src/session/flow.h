/* One transport's worth of packets on their way out, and the feedback about them: the pacer, the
 * congestion controller and the transport-wide numbers join here.  All streams of a bundle share
 * one flow. */
#pragma once

#include "congestion/controller.h"
#include "congestion/loss-runs.h"
#include "congestion/pacer.h"

/* What a packet gains below RTP: SRTP tag (16 for AES-GCM), UDP (8), IPv4 (20). */
#define YODEL_FLOW_OVERHEAD_BYTES 44

/* Streams that may send on one flow: audio, video and retransmissions of a few sections. */
#define YODEL_FLOW_MAX_STREAMS 32

typedef struct _YodelFlow YodelFlow;

typedef struct
{
  /* @size bytes of RTP or RTCP are to leave now. */
  void     (*send)    (guint8   *data,
                       gsize     size,
                       gboolean  is_rtcp,
                       gpointer  user_data);

  /* A packet of about @size_bytes for a probe, or NULL. */
  GBytes * (*padding) (guint     size_bytes,
                       gint64    now_us,
                       gpointer  user_data);

  /* A packet of a picture is about to leave, as @data, which may be changed but not in size. */
  void     (*leaving) (guint8   *data,
                       gsize     size,
                       gpointer  user_data);

  /* A packet of a picture has left for the first time; from now on it may be asked for again. */
  void     (*sent)    (GBytes   *packet,
                       gint64    now_us,
                       gpointer  user_data);
} YodelFlowOps;

YodelFlow *yodel_flow_new               (const YodelFlowOps  *ops,
                                         gpointer             user_data,
                                         gint64               now_us);
void       yodel_flow_free              (YodelFlow           *self);

/* Header extension ids for what is written when a packet leaves: its transport-wide number and the
 * time; 0 without. */
void       yodel_flow_add_stream        (YodelFlow           *self,
                                         guint32              ssrc,
                                         guint8               transport_cc_id,
                                         guint8               abs_send_time_id);
void       yodel_flow_set_max_rate      (YodelFlow           *self,
                                         guint                max_bps,
                                         gint64               now_us);
/* What is sent before the first report, where more than usual has to be feared or may be hoped for. */
void       yodel_flow_set_start_rate    (YodelFlow           *self,
                                         guint                start_bps,
                                         gint64               now_us);

/* Takes one RTP packet: (transfer full). */
void       yodel_flow_push              (YodelFlow           *self,
                                         YodelPacerKind       kind,
                                         GBytes              *packet,
                                         gint64               now_us);

/* RTCP is small and urgent; it is not paced. */
void       yodel_flow_send_rtcp         (YodelFlow           *self,
                                         guint8              *data,
                                         gsize                size);
void       yodel_flow_drop_video        (YodelFlow           *self);

/* @packet: one RTCP packet of transport-wide feedback, from its common header on. */
gboolean   yodel_flow_on_feedback       (YodelFlow           *self,
                                         const guint8        *packet,
                                         gsize                size,
                                         gint64               now_us);
void       yodel_flow_on_report         (YodelFlow           *self,
                                         double               fraction_lost,
                                         gint64               rtt_us,
                                         gint64               now_us);
void       yodel_flow_on_remb           (YodelFlow           *self,
                                         guint                bitrate_bps,
                                         gint64               now_us);
void       yodel_flow_on_route_change   (YodelFlow           *self,
                                         gint64               now_us);

void       yodel_flow_advance           (YodelFlow           *self,
                                         gint64               now_us);
gint64     yodel_flow_next_deadline_us  (const YodelFlow     *self);

void       yodel_flow_get_state         (const YodelFlow      *self,
                                         YodelControllerState *state);
gint64     yodel_flow_get_queue_us      (const YodelFlow     *self);

/* What feedback tells of the packets of sound. */
const YodelLossRuns *
           yodel_flow_get_sound_losses  (const YodelFlow     *self);

/* How long the video packet that leaves next has waited; 0: there is none. */
gint64     yodel_flow_get_waited_us     (const YodelFlow     *self);

/* How long the retransmissions that wait will take to leave. */
gint64     yodel_flow_get_repair_us     (const YodelFlow     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelFlow, yodel_flow_free)
