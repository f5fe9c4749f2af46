/* What a sender counts of one stream, its sender report (RFC 3550 section 6.4.1), and what the
 * peer's report blocks say about it. */
#pragma once

#include "rtp/rtcp.h"
#include "rtp/rtt-meter.h"

typedef struct
{
  guint32              ssrc;
  guint32              clock_rate_hz;

  guint64              packets_sent;
  guint64              bytes_sent;            /* payload, without headers and padding */
  gboolean             has_rtp_time;
  guint32              last_rtp_time;
  gint64               last_captured_us;

  YodelRttMeter        rtt;
  gboolean             has_remote;
  YodelRtcpReportBlock remote;                /* the last report block about this stream */
  gint64               remote_us;             /* when it came */
} YodelSenderStatistics;

void     yodel_sender_statistics_init          (YodelSenderStatistics       *self,
                                                guint32                      ssrc,
                                                guint32                      clock_rate_hz);
void     yodel_sender_statistics_push          (YodelSenderStatistics       *self,
                                                guint32                      rtp_time,
                                                gint64                       captured_us,
                                                gsize                        payload_bytes);
void     yodel_sender_statistics_push_again    (YodelSenderStatistics       *self,
                                                gsize                        payload_bytes);
gboolean yodel_sender_statistics_create_report (YodelSenderStatistics       *self,
                                                YodelRtcpSenderReport       *report,
                                                gint64                       now_us,
                                                gint64                       unix_offset_us);
gboolean yodel_sender_statistics_on_report     (YodelSenderStatistics       *self,
                                                const YodelRtcpReportBlock  *block,
                                                gint64                       now_us);
gint64   yodel_sender_statistics_get_remote_jitter_us
                                               (const YodelSenderStatistics *self);
