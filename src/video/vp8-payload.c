#define G_LOG_DOMAIN "yodel-video"

#include "video/vp8-payload.h"

#include <string.h>

#include "base/byte-reader.h"
#include "base/byte-writer.h"

/* RFC 7741 section 4.2, first octet */
#define BIT_EXTENDED       0x80   /* X */
#define BIT_NON_REFERENCE  0x20   /* N */
#define BIT_START          0x10   /* S */
#define MASK_PARTITION     0x07   /* PID */
/* second octet */
#define BIT_PICTURE_ID     0x80   /* I */
#define BIT_TL0_INDEX      0x40   /* L */
#define BIT_TEMPORAL_LAYER 0x20   /* T */
#define BIT_KEY_INDEX      0x10   /* K */
/* the octets these announce */
#define BIT_LONG_ID        0x80   /* M */
#define BIT_LAYER_SYNC     0x20   /* Y */

static void
parse_extension (YodelVp8Descriptor *self,
                 YodelByteReader    *reader)
{
  guint8 present = yodel_byte_reader_u8 (reader);

  if (present & BIT_PICTURE_ID)
    {
      guint8 first = yodel_byte_reader_u8 (reader);

      self->picture_id = first & 0x7f;
      self->picture_id_bits = 7;
      if (first & BIT_LONG_ID)
        {
          self->picture_id = self->picture_id << 8 | yodel_byte_reader_u8 (reader);
          self->picture_id_bits = 15;
        }
    }

  if (present & BIT_TL0_INDEX)
    self->tl0_index = yodel_byte_reader_u8 (reader);

  if (present & (BIT_TEMPORAL_LAYER | BIT_KEY_INDEX))
    {
      guint8 layer = yodel_byte_reader_u8 (reader);

      if (present & BIT_TEMPORAL_LAYER)
        {
          self->temporal_layer = layer >> 6;
          self->layer_sync = (layer & BIT_LAYER_SYNC) != 0;
        }
    }
}

/* Returns: %FALSE where the descriptor is cut off or nothing follows it */
gboolean
yodel_vp8_descriptor_parse (YodelVp8Descriptor *self,
                            const guint8       *payload,
                            gsize               size)
{
  YodelByteReader reader = yodel_byte_reader_init (payload, size);
  YodelVp8Descriptor result = { .picture_id = -1, .tl0_index = -1, .temporal_layer = -1 };
  guint8 first = yodel_byte_reader_u8 (&reader);

  result.non_reference = (first & BIT_NON_REFERENCE) != 0;
  result.start = (first & BIT_START) && (first & MASK_PARTITION) == 0;
  if (first & BIT_EXTENDED)
    parse_extension (&result, &reader);

  if (reader.failed || reader.left == 0)
    return FALSE;

  result.data = reader.at;
  result.size = reader.left;
  *self = result;
  return TRUE;
}

gboolean
yodel_vp8_is_key_frame (const guint8 *data,
                        gsize         size)
{
  return size > 0 && (data[0] & 0x01) == 0;
}

/* RFC 6386 section 9.1: three octets of frame tag, a start code, then 14 bits of width and 2 of
 * scaling, and the same for the height, least significant octet first. */
gboolean
yodel_vp8_key_frame_get_size (const guint8 *data,
                              gsize         size,
                              guint        *width,
                              guint        *height)
{
  if (size < 10 || !yodel_vp8_is_key_frame (data, size) || memcmp (data + 3, "\x9d\x01\x2a", 3) != 0)
    return FALSE;

  *width = (data[6] | data[7] << 8) & 0x3fff;
  *height = (data[8] | data[9] << 8) & 0x3fff;
  return TRUE;
}

static void
write_descriptor (YodelVp8Packetiser *self)
{
  const YodelEncodedFrame *frame = self->frame;
  YodelByteWriter writer = yodel_byte_writer_init (self->descriptor, sizeof self->descriptor);
  gboolean layered = frame->says_layer;

  yodel_byte_writer_u8 (&writer, BIT_EXTENDED | BIT_START | (frame->non_reference ? BIT_NON_REFERENCE : 0));
  yodel_byte_writer_u8 (&writer, BIT_PICTURE_ID | (layered ? BIT_TL0_INDEX | BIT_TEMPORAL_LAYER : 0));
  yodel_byte_writer_u16 (&writer, BIT_LONG_ID << 8 | (frame->picture_id & YODEL_VP8_PICTURE_ID_MASK));
  if (layered)
    {
      yodel_byte_writer_u8 (&writer, frame->tl0_index);
      yodel_byte_writer_u8 (&writer, frame->temporal_layer << 6 | (frame->layer_sync ? BIT_LAYER_SYNC : 0));
    }

  self->descriptor_bytes = writer.size;
}

void
yodel_vp8_packetiser_init (YodelVp8Packetiser      *self,
                           const YodelEncodedFrame *frame,
                           gsize                    max_payload_bytes)
{
  gsize size = g_bytes_get_size (frame->data);
  gsize room;

  g_assert (max_payload_bytes > YODEL_VP8_DESCRIPTOR_MAX_BYTES);

  *self = (YodelVp8Packetiser) { .frame = frame };
  write_descriptor (self);

  room = max_payload_bytes - self->descriptor_bytes;
  self->n_packets = (size + room - 1) / room;
  self->n_left = self->n_packets;
}

gsize
yodel_vp8_packetiser_next (YodelVp8Packetiser *self,
                           guint8             *payload)
{
  gsize size, piece;
  const guint8 *data = g_bytes_get_data (self->frame->data, &size);

  if (self->n_left == 0)
    return 0;

  piece = (size - self->offset + self->n_left - 1) / self->n_left;
  memcpy (payload, self->descriptor, self->descriptor_bytes);
  if (self->offset > 0)
    payload[0] &= ~BIT_START;
  memcpy (payload + self->descriptor_bytes, data + self->offset, piece);

  self->offset += piece;
  self->n_left--;
  return self->descriptor_bytes + piece;
}
