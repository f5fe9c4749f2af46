/* What must hold for any bytes at all: the views lie inside the datagram, and a packet that is
 * parsed and written again, or wrapped for retransmission and unwrapped, says the same. */
#include "rtp/rtp-packet.h"
#include "rtp/rtx.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static guint
find_all (const YodelRtpPacket *packet,
          YodelRtpExtension    *found)
{
  guint n = 0;

  for (guint id = 0; id <= G_MAXUINT8; id++)
    {
      const guint8 *value;
      gsize size;

      if (!yodel_rtp_packet_find_extension (packet, id, &value, &size))
        continue;
      g_assert (value >= packet->extension);
      g_assert (value + size <= packet->extension + packet->extension_bytes);
      found[n++] = (YodelRtpExtension) { id, value, size };
    }
  return n;
}

static void
check_written (const YodelRtpPacket *packet,
               gsize                 size)
{
  YodelRtpExtension extensions[256];
  guint n_extensions = find_all (packet, extensions);
  gsize capacity = size + 4 + n_extensions + 4;     /* the two-byte form may be longer */
  g_autofree guint8 *buffer = g_malloc (capacity);
  gsize written = yodel_rtp_packet_write (buffer, capacity, packet, extensions, n_extensions);
  YodelRtpPacket again;

  g_assert (written > 0);
  g_assert (yodel_rtp_packet_parse (&again, buffer, written));
  g_assert (again.marker == packet->marker);
  g_assert (again.payload_type == packet->payload_type);
  g_assert (again.sequence_number == packet->sequence_number);
  g_assert (again.timestamp == packet->timestamp);
  g_assert (again.ssrc == packet->ssrc);
  g_assert (again.padding_bytes == packet->padding_bytes);
  g_assert_cmpmem (again.payload, again.payload_bytes, packet->payload, packet->payload_bytes);
}

static void
check_retransmitted (const YodelRtpPacket *packet,
                     const guint8         *data,
                     gsize                 size)
{
  gsize capacity = size + YODEL_RTX_OVERHEAD_BYTES;
  g_autofree guint8 *buffer = g_malloc (capacity);
  gsize written = yodel_rtx_write (buffer, capacity, data, size, 1, 97, 2);
  YodelRtpPacket rtx, back;

  g_assert (written == capacity - packet->padding_bytes);
  g_assert (yodel_rtp_packet_parse (&rtx, buffer, written));
  g_assert (rtx.ssrc == 1 && rtx.payload_type == 97 && rtx.sequence_number == 2);
  g_assert (yodel_rtx_unwrap (&back, &rtx, packet->ssrc, packet->payload_type));
  g_assert (back.sequence_number == packet->sequence_number);
  g_assert_cmpmem (back.payload, back.payload_bytes, packet->payload, packet->payload_bytes);
}

/* What a peer sends on its retransmission stream need not be one. */
static void
check_unwrapped (const YodelRtpPacket *packet)
{
  YodelRtpPacket back;

  if (!yodel_rtx_unwrap (&back, packet, 1, 96))
    return;
  g_assert (back.payload >= packet->payload);
  g_assert (back.payload + back.payload_bytes == packet->payload + packet->payload_bytes);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelRtpPacket packet;

  yodel_is_rtcp (data, size);
  if (!yodel_rtp_packet_parse (&packet, data, size))
    return 0;

  g_assert (packet.payload >= data + 12);
  g_assert (packet.payload + packet.payload_bytes + packet.padding_bytes == data + size);
  check_written (&packet, size);
  check_retransmitted (&packet, data, size);
  check_unwrapped (&packet);
  return 0;
}
