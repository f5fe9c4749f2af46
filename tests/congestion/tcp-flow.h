/* A TCP sender with Cubic (RFC 9438) and selective acknowledgement, and its receiver: enough of
 * them to be an honest rival on a bottleneck. */
#pragma once

#include "lib/sim-network.h"

#define TCP_WINDOW 8192            /* segments in flight at most */

typedef struct
{
  gint64 start_us, stop_us;
  guint  min_bytes, max_bytes;     /* of one download; 0: without end */
  double mean_idle_s;              /* between downloads, exponential */
  gboolean begins_on;
} TcpPlan;

typedef struct
{
  gint64   sent_us;
  gboolean acked, lost;
} TcpSegment;

typedef struct
{
  guint      id;
  TcpPlan    plan;
  GRand     *random;               /* (owned) */

  TcpSegment segments[TCP_WINDOW]; /* a ring by number */
  gint64     next, unacked, end;   /* numbers of segments */
  gint64     highest_acked;
  guint      in_flight;
  gint64     connection;           /* numbers below belong to an earlier one */

  double     window, threshold, max_window;
  gint64     epoch_us;             /* -1: none */
  gint64     recover;              /* losses below this number are one event */
  guint      recovery_sent, recovery_acked;
  gint64     rtt_us, min_rtt_us;
  gint64     progress_us;
  gint64     next_download_us;     /* G_MAXINT64: one is going on */
  guint64    delivered_bytes;
} TcpFlow;

TcpFlow *tcp_flow_new              (guint          id,
                                    const TcpPlan *plan,
                                    guint32        seed);
void     tcp_flow_free             (TcpFlow *self);
void     tcp_flow_advance          (TcpFlow    *self,
                                    SimNetwork *network,
                                    gint64      now_us);
void     tcp_flow_take             (TcpFlow           *self,
                                    SimNetwork        *network,
                                    const SimDelivery *delivery);
gint64   tcp_flow_next_deadline_us (const TcpFlow *self);
