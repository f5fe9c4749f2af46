/* What a receiver counts of one stream, and its report block: RFC 3550 appendices A.1, A.3, A.8.
 * Every packet that passed SRTP is told here, duplicates too: they count as received, by RFC. */
#pragma once

#include "rtp/rtcp.h"
#include "rtp/rtt-meter.h"

typedef struct
{
  guint32      ssrc;
  guint32      clock_rate_hz;

  gboolean     started;
  gint64       first_sequence;       /* extended; of the present run of numbers */
  gint64       highest_sequence;     /* extended */
  gint64       candidate;            /* the number after a big jump; -1 if there was none */
  gint64       lost_before;          /* by earlier runs of numbers */
  guint64      received_in_run;

  guint64      packets_received;
  guint64      packets_duplicate;
  guint64      bytes_received;       /* payload, without headers and padding */
  gint64       last_arrival_us;      /* of any packet */

  guint32      jitter_x16;           /* ticks of the clock rate, in sixteenths */
  guint32      jitter_rtp_time;
  gint64       jitter_arrival_us;

  gint64       reported_expected;    /* as of the last report block */
  gint64       reported_received;

  guint64      seen;                 /* which of the last 64 numbers came */
  YodelRttEcho sender_report;
} YodelReceiveStatistics;

void    yodel_receive_statistics_init             (YodelReceiveStatistics       *self,
                                                   guint32                       ssrc,
                                                   guint32                       clock_rate_hz);
void    yodel_receive_statistics_push             (YodelReceiveStatistics       *self,
                                                   guint16                       sequence_number,
                                                   guint32                       rtp_time,
                                                   gsize                         payload_bytes,
                                                   gint64                        arrival_us);
void    yodel_receive_statistics_on_sender_report (YodelReceiveStatistics       *self,
                                                   const YodelRtcpSenderReport  *report,
                                                   gint64                        now_us);
gint64  yodel_receive_statistics_get_packets_lost (const YodelReceiveStatistics *self);
gint64  yodel_receive_statistics_get_jitter_us    (const YodelReceiveStatistics *self);
void    yodel_receive_statistics_take_report      (YodelReceiveStatistics       *self,
                                                   YodelRtcpReportBlock         *block,
                                                   gint64                        now_us);
