/* What must hold for any bytes at all: the views lie inside the datagram, and a packet that is
 * parsed and written again says the same. */
#include "rtp/rtp-packet.h"

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
  return 0;
}
