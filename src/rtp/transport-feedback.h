/* Transport-wide congestion control feedback (RTCP PT 205 FMT 15,
 * draft-holmer-rmcat-transport-wide-cc-extensions-01): which packets of a transport arrived, and
 * when.  The receiver's recorder writes it, the sender parses it. */
#pragma once

#include "base/byte-writer.h"

#define YODEL_TRANSPORT_FEEDBACK_FORMAT      15
#define YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS 8192    /* statuses in one report; more is malformed to us */

/* Arrival times are counted modulo this: a 24-bit reference time in units of 64 ms. */
#define YODEL_TRANSPORT_FEEDBACK_PERIOD_US   ((gint64) 64000 << 24)

typedef struct
{
  guint32 sender_ssrc;
  guint32 media_ssrc;
  guint16 base_sequence;                   /* of arrived_us[0] */
  guint8  count;                           /* of feedback packets, wraps */
  guint   n_packets;
  gint64  arrived_us[YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS];   /* receiver's clock, 0 .. period; -1: not arrived */
} YodelTransportFeedback;

/* @packet: one whole RTCP packet, from its common header on; untouched on failure. */
gboolean yodel_transport_feedback_parse (YodelTransportFeedback *self,
                                         const guint8           *packet,
                                         gsize                   size);

/* Writes one whole RTCP packet.  Takes as many statuses as fit in the writer's room and in the
 * 16-bit deltas.  Returns: how many; 0 if not even one (nothing is written then). */
guint    yodel_transport_feedback_write (const YodelTransportFeedback *self,
                                         YodelByteWriter              *writer);
