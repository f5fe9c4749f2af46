/* RTP packets, RFC 3550 section 5.1, with header extensions, RFC 8285: taken apart without a copy,
 * put together in one go. */
#pragma once

#include <glib.h>

/* Profiles of a header extension, RFC 8285 sections 4.2 and 4.3. */
#define YODEL_RTP_ONE_BYTE_PROFILE 0xbede
#define YODEL_RTP_TWO_BYTE_PROFILE 0x1000

/* The fixed header; with it no packet is shorter. */
#define YODEL_RTP_HEADER_BYTES 12

typedef struct
{
  gboolean      marker;
  guint8        payload_type;
  guint16       sequence_number;
  guint32       timestamp;         /* ticks of the clock rate */
  guint32       ssrc;
  guint16       extension_profile; /* 0 if there is no extension */
  const guint8 *extension;         /* (nullable) all extension elements together */
  gsize         extension_bytes;
  const guint8 *payload;
  gsize         payload_bytes;
  gsize         padding_bytes;     /* with the byte that counts them */
  const guint8 *datagram;          /* (nullable) all of it, where it was parsed; not looked at in writing */
  gsize         datagram_bytes;
} YodelRtpPacket;                  /* pointers are views into the datagram */

typedef struct
{
  guint8        id;                /* 1 to 14, or to 255 in the two-byte form */
  const guint8 *data;
  gsize         size;              /* 1 to 16, or 0 to 255 in the two-byte form */
} YodelRtpExtension;

gboolean yodel_is_rtcp                  (const guint8            *data,
                                         gsize                    size);
gboolean yodel_rtp_packet_parse         (YodelRtpPacket          *packet,
                                         const guint8            *data,
                                         gsize                    size);
gboolean yodel_rtp_packet_find_extension (const YodelRtpPacket   *packet,
                                          guint8                  id,
                                          const guint8          **value,
                                          gsize                  *size);
gsize    yodel_rtp_packet_write         (guint8                  *buffer,
                                         gsize                    capacity,
                                         const YodelRtpPacket    *header,
                                         const YodelRtpExtension *extensions,
                                         guint                    n_extensions);
gboolean yodel_rtp_packet_set_extension (guint8                  *data,
                                         gsize                    size,
                                         guint8                   id,
                                         const guint8            *value,
                                         gsize                    value_bytes);
