/* Forward error correction, RFC 5109: a packet that is the exclusive or of others, so that one of
 * them may be lost.  One level of protection, over whole packets, as browsers use it inside RED
 * (RFC 2198), in the sequence numbers of the stream that it protects.
 *
 * All packets here are those on the wire before SRTP and without RED. */
#pragma once

#include "rtp/rtp-packet.h"

/* RFC 5109 section 7.4: the long mask. */
#define YODEL_ULPFEC_MAX_SPAN       48
/* Sections 7.3 and 7.4: FEC header, level header with the long mask. */
#define YODEL_ULPFEC_OVERHEAD_BYTES 18

/* Larger packets are neither protected nor recovered. */
#define YODEL_ULPFEC_MAX_PACKET_BYTES 1500

typedef struct
{
  const guint8 *data;       /* (borrowed) */
  gsize         size;
} YodelUlpfecPacket;

/* How long the payload is that protects packets of up to @max_packet_bytes. */
gsize yodel_ulpfec_payload_bytes (gsize                    max_packet_bytes);

/* The payload that protects @packets, of one stream and from within 48 sequence numbers.
 * Returns: its size; 0 where they are none, too far apart or too large */
gsize yodel_ulpfec_write         (guint8                  *buffer,
                                  gsize                    capacity,
                                  const YodelUlpfecPacket *packets,
                                  guint                    n_packets);

/* The other side.  What it holds is bounded: the last packets of the stream and the last protections. */
#define YODEL_ULPFEC_MEDIA       256
#define YODEL_ULPFEC_PROTECTIONS 32

typedef struct _YodelUlpfecReceiver YodelUlpfecReceiver;

YodelUlpfecReceiver *yodel_ulpfec_receiver_new        (void);
void                 yodel_ulpfec_receiver_free       (YodelUlpfecReceiver *self);

/* A packet of the stream that came by itself. */
void                 yodel_ulpfec_receiver_push_media (YodelUlpfecReceiver *self,
                                                       const guint8        *data,
                                                       gsize                size);
/* A payload as yodel_ulpfec_write() makes it.
 * Returns: %FALSE where it is malformed */
gboolean             yodel_ulpfec_receiver_push       (YodelUlpfecReceiver *self,
                                                       const guint8        *payload,
                                                       gsize                size);

/* Returns: (transfer full) (nullable): a packet that was lost; call until %NULL */
GBytes              *yodel_ulpfec_receiver_pop        (YodelUlpfecReceiver *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelUlpfecReceiver, yodel_ulpfec_receiver_free)
