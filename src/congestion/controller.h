/* What every congestion controller can be told and asked.  One controller serves one transport
 * with all its streams.  After each call ask yodel_controller_get_state(), poll the probes, and
 * sleep until the deadline.
 *
 * Sizes and rates are of whole packets on the wire, IP and UDP headers included. */
#pragma once

#include "congestion/send-history.h"

#define YODEL_CONTROLLER_MIN_BPS   16000      /* speech in long frames, with all its headers */
#define YODEL_CONTROLLER_START_BPS 300000
#define YODEL_CONTROLLER_MAX_BPS   20000000

/* A burst by which the controller wants to learn whether the path carries @rate_bps. */
typedef struct
{
  int    id;                    /* from 1 */
  guint  rate_bps;
  guint  min_packets;
  gint64 min_duration_us;
} YodelProbeRequest;

typedef struct
{
  guint    target_bps;          /* for all that is sent */
  guint    pacing_bps;          /* for the pacer */
  guint    window_bytes;        /* with more in flight than this, hold back; G_MAXUINT: no limit */
  guint    acknowledged_bps;    /* what comes through of late; 0: unknown */
  gint64   rtt_us;              /* smoothed; -1: unknown */
  gint64   queue_us;            /* standing queue on the path as far as can be told */
  double   loss_fraction;       /* 0 to 1 */
  gboolean in_alr;              /* the application sends less than it may */
  gboolean overusing;
  gboolean draining;            /* lets a queue empty */
  gboolean competing;           /* someone else keeps the queue filled */
  gboolean stopped;             /* a circuit breaker is open (RFC 8083): send no video */
} YodelControllerState;

typedef struct _YodelController YodelController;

typedef struct
{
  void     (*free)                (YodelController *self);
  void     (*set_limits)          (YodelController *self,
                                   guint            min_bps,
                                   guint            start_bps,
                                   guint            max_bps,
                                   gint64           now_us);
  void     (*on_packet_sent)      (YodelController *self,
                                   guint            size_bytes,
                                   gboolean         audio,
                                   gint64           now_us);
  void     (*on_feedback)         (YodelController         *self,
                                   const YodelPacketResult *results,
                                   guint                    n,
                                   gint64                   now_us);
  void     (*on_rtt)              (YodelController *self,
                                   gint64           rtt_us,
                                   gint64           now_us);
  void     (*on_receiver_report)  (YodelController *self,
                                   double           fraction_lost,
                                   gint64           rtt_us,
                                   gint64           now_us);
  void     (*on_remb)             (YodelController *self,
                                   guint            bitrate_bps,
                                   gint64           now_us);
  void     (*on_route_change)     (YodelController *self,
                                   gint64           now_us);
  void     (*advance)             (YodelController *self,
                                   gint64           now_us);
  gint64   (*next_deadline_us)    (const YodelController *self);
  void     (*get_state)           (const YodelController *self,
                                   YodelControllerState  *state);
  gboolean (*poll_probe)          (YodelController   *self,
                                   YodelProbeRequest *probe);
} YodelControllerOps;

struct _YodelController
{
  const YodelControllerOps *ops;
};

void     yodel_controller_free               (YodelController *self);

/* May be called at any time; @start_bps counts until the first feedback.  0 leaves a limit alone. */
void     yodel_controller_set_limits         (YodelController *self,
                                              guint            min_bps,
                                              guint            start_bps,
                                              guint            max_bps,
                                              gint64           now_us);
void     yodel_controller_on_packet_sent     (YodelController *self,
                                              guint            size_bytes,
                                              gboolean         audio,
                                              gint64           now_us);

/* @results: in order of their numbers, as yodel_send_history_on_report() gives them. */
void     yodel_controller_on_feedback        (YodelController         *self,
                                              const YodelPacketResult *results,
                                              guint                    n,
                                              gint64                   now_us);

/* Of RTCP (RFC 3550 section 6.4.1) or of ICE checks. */
void     yodel_controller_on_rtt             (YodelController *self,
                                              gint64           rtt_us,
                                              gint64           now_us);

/* The circuit breakers look at every receiver report; the rate follows them only while the peer
 * sends no transport-wide feedback.  @rtt_us: -1 if unknown. */
void     yodel_controller_on_receiver_report (YodelController *self,
                                              double           fraction_lost,
                                              gint64           rtt_us,
                                              gint64           now_us);

/* Heeded only while the peer sends no transport-wide feedback. */
void     yodel_controller_on_remb            (YodelController *self,
                                              guint            bitrate_bps,
                                              gint64           now_us);

/* Another candidate pair: what was learnt of delays is void, the rate is kept and probed anew. */
void     yodel_controller_on_route_change    (YodelController *self,
                                              gint64           now_us);
void     yodel_controller_advance            (YodelController *self,
                                              gint64           now_us);
gint64   yodel_controller_next_deadline_us   (const YodelController *self);
void     yodel_controller_get_state          (const YodelController *self,
                                              YodelControllerState  *state);

/* Poll until %FALSE; hand each to yodel_pacer_add_probe(). */
gboolean yodel_controller_poll_probe         (YodelController   *self,
                                              YodelProbeRequest *probe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelController, yodel_controller_free)
