/* When the next regular compound RTCP packet leaves: RFC 3550 sections 6.2 and 6.3, simplified for
 * two parties, with the short intervals of RFC 4585.  Feedback need not wait for it (RFC 4585
 * section 3.4, immediate feedback): tell on_sent() of it, so that its bytes count. */
#pragma once

#include <glib.h>

/* Video wants loss and round-trip time about once a second; audio by itself gets by with the five
 * seconds of RFC 3550. */
#define YODEL_RTCP_VIDEO_INTERVAL_US (1 * (gint64) G_USEC_PER_SEC)
#define YODEL_RTCP_AUDIO_INTERVAL_US (5 * (gint64) G_USEC_PER_SEC)
/* However thin the session, this often at least: well under the 30 s of liveness. */
#define YODEL_RTCP_MAX_INTERVAL_US   (10 * (gint64) G_USEC_PER_SEC)

typedef struct
{
  gint64 interval_us;            /* wanted, before bandwidth and chance */
  guint  session_rate_bps;       /* 0 if not known */
  guint  mean_packet_bytes_x16;
  gint64 sent_us;                /* the last regular packet */
  gint64 due_us;
} YodelRtcpSchedule;

void     yodel_rtcp_schedule_init             (YodelRtcpSchedule       *self,
                                               gint64                   interval_us,
                                               gint64                   now_us,
                                               double                   chance);
void     yodel_rtcp_schedule_set_interval     (YodelRtcpSchedule       *self,
                                               gint64                   interval_us);
void     yodel_rtcp_schedule_set_session_rate (YodelRtcpSchedule       *self,
                                               guint                    session_rate_bps);
gboolean yodel_rtcp_schedule_is_due           (const YodelRtcpSchedule *self,
                                               gint64                   now_us);
void     yodel_rtcp_schedule_on_sent          (YodelRtcpSchedule       *self,
                                               gboolean                 regular,
                                               gsize                    size_bytes,
                                               gint64                   now_us,
                                               double                   chance);
gint64   yodel_rtcp_schedule_next_deadline_us (const YodelRtcpSchedule *self);
