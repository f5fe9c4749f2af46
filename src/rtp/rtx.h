/* Retransmission in a stream of its own, RFC 4588 section 4: the original packet under another
 * SSRC, payload type and sequence number, with its old sequence number before the payload. */
#pragma once

#include "rtp/rtp-packet.h"

/* What a packet grows by: the original sequence number. */
#define YODEL_RTX_OVERHEAD_BYTES 2

gsize    yodel_rtx_write  (guint8               *buffer,
                           gsize                 capacity,
                           const guint8         *original,
                           gsize                 original_bytes,
                           guint32               ssrc,
                           guint8                payload_type,
                           guint16               sequence_number);
gboolean yodel_rtx_unwrap (YodelRtpPacket       *packet,
                           const YodelRtpPacket *rtx,
                           guint32               ssrc,
                           guint8                payload_type);
