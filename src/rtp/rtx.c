#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtx.h"

#include <string.h>

#define PADDING_BIT 0x20

/* Wraps the packet @original: its header with CSRCs and extensions stays as it is but for SSRC,
 * payload type and sequence number; its padding goes.
 *
 * Returns: the size of the new packet; 0 if it does not fit, or @original is no packet */
gsize
yodel_rtx_write (guint8       *buffer,
                 gsize         capacity,
                 const guint8 *original,
                 gsize         original_bytes,
                 guint32       ssrc,
                 guint8        payload_type,
                 guint16       sequence_number)
{
  guint16 number_be = GUINT16_TO_BE (sequence_number);
  guint32 ssrc_be = GUINT32_TO_BE (ssrc);
  YodelRtpPacket packet;
  gsize header_bytes, size;

  if (payload_type > 0x7f || !yodel_rtp_packet_parse (&packet, original, original_bytes))
    return 0;

  header_bytes = packet.payload - original;
  size = header_bytes + YODEL_RTX_OVERHEAD_BYTES + packet.payload_bytes;
  if (size > capacity)
    return 0;

  memcpy (buffer, original, header_bytes);
  memcpy (buffer + header_bytes, original + 2, YODEL_RTX_OVERHEAD_BYTES);
  if (packet.payload_bytes > 0)
    memcpy (buffer + header_bytes + YODEL_RTX_OVERHEAD_BYTES, packet.payload,
            packet.payload_bytes);

  buffer[0] &= ~PADDING_BIT;
  buffer[1] = (packet.marker ? 0x80 : 0) | payload_type;
  memcpy (buffer + 2, &number_be, sizeof number_be);
  memcpy (buffer + 8, &ssrc_be, sizeof ssrc_be);
  return size;
}

/* Turns a retransmission back into the packet it repeats, of the stream @ssrc; views stay in the
 * same datagram.
 *
 * Returns: %FALSE if there is nothing in it, as where padding probes the path */
gboolean
yodel_rtx_unwrap (YodelRtpPacket       *packet,
                  const YodelRtpPacket *rtx,
                  guint32               ssrc,
                  guint8                payload_type)
{
  YodelRtpPacket result = *rtx;

  result.datagram = NULL;               /* there is none of the original */
  result.datagram_bytes = 0;
  if (rtx->payload_bytes < YODEL_RTX_OVERHEAD_BYTES)
    return FALSE;

  result.ssrc = ssrc;
  result.payload_type = payload_type;
  result.sequence_number = rtx->payload[0] << 8 | rtx->payload[1];
  result.payload += YODEL_RTX_OVERHEAD_BYTES;
  result.payload_bytes -= YODEL_RTX_OVERHEAD_BYTES;
  *packet = result;
  return TRUE;
}
