/* Round-trip time by an echoed timestamp: one side sends a time (a sender report, or the reference
 * time of RFC 3611), the other says which one it saw last and how long ago.
 *
 * The asking side keeps when it sent each time by its own monotonic clock, so that a step of the
 * wall clock, or an echo of a time never sent, measures nothing. */
#pragma once

#include <glib.h>

/* Times asked and not yet too old to be echoed; one goes out about every second. */
#define YODEL_RTT_METER_MEMORY 16

typedef struct
{
  struct
  {
    guint32 stamp;         /* middle 32 bits of the NTP time that was sent */
    gint64  sent_us;
  }        asked[YODEL_RTT_METER_MEMORY];
  guint    n_asked;        /* ever; the ring holds the last */
  gboolean known;
  gint64   rtt_us;         /* the last one measured */
  gint64   total_us;
  guint    n_measured;
} YodelRttMeter;           /* zeroed at first */

void     yodel_rtt_meter_on_sent (YodelRttMeter *self,
                                  guint64        ntp_time,
                                  gint64         now_us);
gboolean yodel_rtt_meter_on_echo (YodelRttMeter *self,
                                  guint32        stamp,
                                  guint32        delay,
                                  gint64         now_us);

/* The other side: what it echoes. */
typedef struct
{
  gboolean heard;
  guint32  stamp;
  gint64   heard_us;
} YodelRttEcho;            /* zeroed at first */

void yodel_rtt_echo_on_heard (YodelRttEcho       *self,
                              guint64             ntp_time,
                              gint64              now_us);
void yodel_rtt_echo_get      (const YodelRttEcho *self,
                              guint32            *stamp,
                              guint32            *delay,
                              gint64              now_us);
