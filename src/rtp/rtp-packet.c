#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtp-packet.h"

#include "base/byte-reader.h"
#include "base/byte-writer.h"

#include <string.h>

#define VERSION_BITS   0x80
#define PADDING_BIT    0x20
#define EXTENSION_BIT  0x10
#define MARKER_BIT     0x80

/* Identifiers of the one-byte form, RFC 8285 section 4.2. */
#define ONE_BYTE_ID_PADDING   0
#define ONE_BYTE_ID_STOP     15
#define ONE_BYTE_MAX_BYTES   16

/* Is this datagram RTCP rather than RTP?  RFC 5761 section 4: packet types 192 to 223, which are
 * the RTP payload types 64 to 95 with the marker. */
gboolean
yodel_is_rtcp (const guint8 *data,
               gsize         size)
{
  return size >= 4 && data[0] >> 6 == 2 && data[1] >= 192 && data[1] <= 223;
}

gboolean
yodel_rtp_packet_parse (YodelRtpPacket *packet,
                        const guint8   *data,
                        gsize           size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  YodelRtpPacket result = { 0 };
  guint8 first, second;

  first = yodel_byte_reader_u8 (&reader);
  second = yodel_byte_reader_u8 (&reader);
  result.marker = (second & MARKER_BIT) != 0;
  result.payload_type = second & 0x7f;
  result.sequence_number = yodel_byte_reader_u16 (&reader);
  result.timestamp = yodel_byte_reader_u32 (&reader);
  result.ssrc = yodel_byte_reader_u32 (&reader);
  yodel_byte_reader_take (&reader, 4u * (first & 0x0f));        /* CSRC list */

  if (first & EXTENSION_BIT)                                    /* section 5.3.1 */
    {
      result.extension_profile = yodel_byte_reader_u16 (&reader);
      result.extension_bytes = 4u * yodel_byte_reader_u16 (&reader);
      result.extension = yodel_byte_reader_take (&reader, result.extension_bytes);
    }

  if (reader.failed || first >> 6 != 2)
    return FALSE;

  if (first & PADDING_BIT)
    {
      result.padding_bytes = reader.left > 0 ? reader.at[reader.left - 1] : 0;
      if (result.padding_bytes == 0 || result.padding_bytes > reader.left)
        return FALSE;
    }

  result.payload = reader.at;
  result.payload_bytes = reader.left - result.padding_bytes;
  result.datagram = data;
  result.datagram_bytes = size;
  *packet = result;
  return TRUE;
}

static gboolean
find_one_byte (YodelByteReader  reader,
               guint8           id,
               const guint8   **value,
               gsize           *size)
{
  while (reader.left > 0)
    {
      guint8 head = yodel_byte_reader_u8 (&reader);
      gsize bytes = (head & 0x0f) + 1u;
      const guint8 *data;

      if (head == ONE_BYTE_ID_PADDING)
        continue;
      /* A padding id with a length, and id 15, both end the list. */
      if (head >> 4 == ONE_BYTE_ID_PADDING || head >> 4 == ONE_BYTE_ID_STOP)
        return FALSE;

      data = yodel_byte_reader_take (&reader, bytes);
      if (reader.failed)
        return FALSE;
      if (head >> 4 == id)
        {
          *value = data;
          *size = bytes;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
find_two_byte (YodelByteReader  reader,
               guint8           id,
               const guint8   **value,
               gsize           *size)
{
  while (reader.left > 0)
    {
      guint8 head = yodel_byte_reader_u8 (&reader);
      gsize bytes;
      const guint8 *data;

      if (head == 0)
        continue;

      bytes = yodel_byte_reader_u8 (&reader);
      data = yodel_byte_reader_take (&reader, bytes);
      if (reader.failed)
        return FALSE;
      if (head == id)
        {
          *value = data;
          *size = bytes;
          return TRUE;
        }
    }
  return FALSE;
}

/* Finds the extension element @id in either form.  @value is a view into the datagram, and left
 * alone where there is none. */
gboolean
yodel_rtp_packet_find_extension (const YodelRtpPacket  *packet,
                                 guint8                 id,
                                 const guint8         **value,
                                 gsize                 *size)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->extension, packet->extension_bytes);

  if (id == 0)
    return FALSE;
  if (packet->extension_profile == YODEL_RTP_ONE_BYTE_PROFILE)
    return find_one_byte (reader, id, value, size);
  /* The low four bits are the application's, section 4.3. */
  if ((packet->extension_profile & 0xfff0) == YODEL_RTP_TWO_BYTE_PROFILE)
    return find_two_byte (reader, id, value, size);
  return FALSE;
}

static gboolean
fits_one_byte (const YodelRtpExtension *extensions,
               guint                    n_extensions)
{
  for (guint i = 0; i < n_extensions; i++)
    if (extensions[i].id >= ONE_BYTE_ID_STOP
        || extensions[i].size == 0 || extensions[i].size > ONE_BYTE_MAX_BYTES)
      return FALSE;
  return TRUE;
}

static gboolean
are_writable (const YodelRtpExtension *extensions,
              guint                    n_extensions)
{
  for (guint i = 0; i < n_extensions; i++)
    if (extensions[i].id == 0 || extensions[i].size > G_MAXUINT8)
      return FALSE;
  return TRUE;
}

static void
write_extensions (YodelByteWriter         *writer,
                  const YodelRtpExtension *extensions,
                  guint                    n_extensions)
{
  gboolean one_byte = fits_one_byte (extensions, n_extensions);
  gsize bytes = 0;

  for (guint i = 0; i < n_extensions; i++)
    bytes += (one_byte ? 1 : 2) + extensions[i].size;

  yodel_byte_writer_u16 (writer, one_byte ? YODEL_RTP_ONE_BYTE_PROFILE
                                          : YODEL_RTP_TWO_BYTE_PROFILE);
  yodel_byte_writer_u16 (writer, (bytes + 3) / 4);

  for (guint i = 0; i < n_extensions; i++)
    {
      const YodelRtpExtension *e = &extensions[i];

      if (one_byte)
        yodel_byte_writer_u8 (writer, e->id << 4 | (e->size - 1));
      else
        yodel_byte_writer_u16 (writer, e->id << 8 | e->size);
      yodel_byte_writer_bytes (writer, e->data, e->size);
    }

  for (; bytes % 4 != 0; bytes++)
    yodel_byte_writer_u8 (writer, 0);
}

/* Writes the packet that @header describes: its payload, which may not overlap @buffer, and its
 * padding; the extension is made of @extensions alone, in the one-byte form unless one of them
 * needs the two-byte form.
 *
 * Returns: the size of the packet; 0 if it does not fit or cannot be written */
gsize
yodel_rtp_packet_write (guint8                  *buffer,
                        gsize                    capacity,
                        const YodelRtpPacket    *header,
                        const YodelRtpExtension *extensions,
                        guint                    n_extensions)
{
  YodelByteWriter writer = yodel_byte_writer_init (buffer, capacity);
  guint8 first = VERSION_BITS;

  if (header->padding_bytes > G_MAXUINT8 || header->payload_type > 0x7f
      || !are_writable (extensions, n_extensions))
    return 0;

  if (header->padding_bytes > 0)
    first |= PADDING_BIT;
  if (n_extensions > 0)
    first |= EXTENSION_BIT;

  yodel_byte_writer_u8 (&writer, first);
  yodel_byte_writer_u8 (&writer, (header->marker ? MARKER_BIT : 0) | header->payload_type);
  yodel_byte_writer_u16 (&writer, header->sequence_number);
  yodel_byte_writer_u32 (&writer, header->timestamp);
  yodel_byte_writer_u32 (&writer, header->ssrc);
  if (n_extensions > 0)
    write_extensions (&writer, extensions, n_extensions);
  yodel_byte_writer_bytes (&writer, header->payload, header->payload_bytes);

  if (header->padding_bytes > 0)
    {
      guint8 *padding = yodel_byte_writer_reserve (&writer, header->padding_bytes);

      if (padding != NULL)
        {
          memset (padding, 0, header->padding_bytes);
          padding[header->padding_bytes - 1] = header->padding_bytes;
        }
    }

  return writer.failed ? 0 : writer.size;
}

/* Overwrites the bytes of an extension element in a packet that is already written: what is known
 * only at the moment of sending.
 *
 * Returns: %FALSE if the packet has no element @id of exactly @value_bytes */
gboolean
yodel_rtp_packet_set_extension (guint8       *data,
                                gsize         size,
                                guint8        id,
                                const guint8 *value,
                                gsize         value_bytes)
{
  YodelRtpPacket packet;
  const guint8 *old;
  gsize old_bytes;

  if (!yodel_rtp_packet_parse (&packet, data, size)
      || !yodel_rtp_packet_find_extension (&packet, id, &old, &old_bytes)
      || old_bytes != value_bytes)
    return FALSE;

  if (value_bytes > 0)
    memcpy (data + (old - data), value, value_bytes);
  return TRUE;
}
