#define G_LOG_DOMAIN "yodel-video"

#include "video/vp9-payload.h"

#include <string.h>

#include "base/byte-reader.h"
#include "base/byte-writer.h"

/* RFC 9628 section 4.2, first octet */
#define BIT_PICTURE_ID      0x80   /* I */
#define BIT_INTER           0x40   /* P */
#define BIT_LAYERS          0x20   /* L */
#define BIT_FLEXIBLE        0x10   /* F */
#define BIT_START           0x08   /* B */
#define BIT_END             0x04   /* E */
#define BIT_STRUCTURE       0x02   /* V */
/* the octets these announce */
#define BIT_LONG_ID         0x80   /* M */
#define BIT_SWITCHING_UP    0x10   /* U */
#define BIT_MORE_REFERENCES 0x01   /* N */
#define MAX_REFERENCES      3
/* section 4.2.1, the scalability structure */
#define BIT_SIZES           0x10   /* Y */
#define BIT_PICTURES        0x08   /* G */

/* VP9 bitstream specification, section 6.2 */
#define FRAME_MARKER        2
#define SYNC_CODE           0x498342
#define COLOUR_RGB          7
#define N_REFERENCES        3

static void
parse_picture_id (YodelVp9Descriptor *self,
                  YodelByteReader    *reader)
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

static void
parse_layers (YodelVp9Descriptor *self,
              YodelByteReader    *reader,
              gboolean            flexible)
{
  guint8 layers = yodel_byte_reader_u8 (reader);

  self->temporal_layer = layers >> 5;
  self->switching_up = (layers & BIT_SWITCHING_UP) != 0;
  self->spatial_layer = layers >> 1 & 0x07;
  if (!flexible)
    self->tl0_index = yodel_byte_reader_u8 (reader);
}

/* What a picture refers to is not looked at: frames are decoded in order or not at all. */
static void
skip_references (YodelByteReader *reader)
{
  for (guint i = 0; i < MAX_REFERENCES; i++)
    if ((yodel_byte_reader_u8 (reader) & BIT_MORE_REFERENCES) == 0)
      return;
}

static void
skip_structure (YodelByteReader *reader)
{
  guint8 first = yodel_byte_reader_u8 (reader);

  if (first & BIT_SIZES)
    yodel_byte_reader_take (reader, 4u * ((first >> 5) + 1u));
  if (first & BIT_PICTURES)
    for (guint n = yodel_byte_reader_u8 (reader); n > 0 && !reader->failed; n--)
      yodel_byte_reader_take (reader, yodel_byte_reader_u8 (reader) >> 2 & 0x03);
}

/* Returns: %FALSE where the descriptor is cut off or nothing follows it */
gboolean
yodel_vp9_descriptor_parse (YodelVp9Descriptor *self,
                            const guint8       *payload,
                            gsize               size)
{
  YodelByteReader reader = yodel_byte_reader_init (payload, size);
  YodelVp9Descriptor result = { .picture_id = -1, .tl0_index = -1, .temporal_layer = -1 };
  guint8 first = yodel_byte_reader_u8 (&reader);

  result.inter_predicted = (first & BIT_INTER) != 0;
  if (first & BIT_PICTURE_ID)
    parse_picture_id (&result, &reader);
  if (first & BIT_LAYERS)
    parse_layers (&result, &reader, (first & BIT_FLEXIBLE) != 0);
  if ((first & BIT_FLEXIBLE) && (first & BIT_INTER))
    skip_references (&reader);
  if (first & BIT_STRUCTURE)
    skip_structure (&reader);

  if (reader.failed || reader.left == 0)
    return FALSE;

  result.start = (first & BIT_START) != 0 && result.spatial_layer == 0;
  result.data = reader.at;
  result.size = reader.left;
  *self = result;
  return TRUE;
}

/* Bits, the most significant first; past the end they are zero and @failed is set. */
typedef struct
{
  const guint8 *data;
  gsize         size;
  gsize         at;          /* in bits */
  gboolean      failed;
} Bits;

static guint
take_bits (Bits  *bits,
           guint  n)
{
  guint value = 0;

  for (; n > 0; n--, bits->at++)
    {
      if (bits->at / 8 >= bits->size)
        {
          bits->failed = TRUE;
          return 0;
        }
      value = value << 1 | (bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1);
    }
  return value;
}

static void
take_size (YodelVp9Header *self,
           Bits           *bits)
{
  self->has_size = TRUE;
  self->width = take_bits (bits, 16) + 1;
  self->height = take_bits (bits, 16) + 1;
}

static void
parse_key_frame (YodelVp9Header *self,
                 Bits           *bits)
{
  if (take_bits (bits, 24) != SYNC_CODE || take_bits (bits, 3) == COLOUR_RGB)
    bits->failed = TRUE;                   /* profile 0 has no RGB */
  take_bits (bits, 1);                     /* the range of colours */
  take_size (self, bits);
}

static void
parse_other_frame (YodelVp9Header *self,
                   Bits           *bits,
                   gboolean        shown,
                   gboolean        resilient)
{
  gboolean intra_only = !shown && take_bits (bits, 1);

  if (!resilient)
    take_bits (bits, 2);                   /* which contexts are reset */

  if (intra_only)
    {
      if (take_bits (bits, 24) != SYNC_CODE)
        bits->failed = TRUE;
      take_bits (bits, 8);                 /* which references are refreshed */
      take_size (self, bits);
      return;
    }

  take_bits (bits, 8);
  take_bits (bits, N_REFERENCES * 4);      /* their places and signs */
  for (guint i = 0; i < N_REFERENCES; i++)
    if (take_bits (bits, 1))
      return;                              /* the size of that one */
  take_size (self, bits);
}

/* Annex B: the last octet of a superframe says so, and so does the first of its index. */
static gboolean
is_superframe (const guint8 *data,
               gsize         size)
{
  guint8 last = data[size - 1];
  gsize index_bytes = 2 + ((last & 0x07) + 1u) * ((last >> 3 & 0x03) + 1u);

  return (last & 0xe0) == 0xc0 && size >= index_bytes && data[size - index_bytes] == last;
}

gboolean
yodel_vp9_header_parse (YodelVp9Header *self,
                        const guint8   *data,
                        gsize           size)
{
  Bits bits = { .data = data, .size = size };
  YodelVp9Header result = { .key_frame = FALSE };
  gboolean shown, resilient;

  if (size == 0 || is_superframe (data, size))
    return FALSE;
  if (take_bits (&bits, 2) != FRAME_MARKER || take_bits (&bits, 2) != 0)   /* profile 0 */
    return FALSE;

  if (!take_bits (&bits, 1))               /* else a picture that is already there is shown */
    {
      result.key_frame = !take_bits (&bits, 1);
      shown = take_bits (&bits, 1);
      resilient = take_bits (&bits, 1);
      if (result.key_frame)
        parse_key_frame (&result, &bits);
      else
        parse_other_frame (&result, &bits, shown, resilient);
    }

  if (bits.failed)
    return FALSE;
  *self = result;
  return TRUE;
}

static void
write_descriptor (YodelVp9Packetiser *self)
{
  const YodelEncodedFrame *frame = self->frame;
  YodelByteWriter writer = yodel_byte_writer_init (self->descriptor, sizeof self->descriptor);

  yodel_byte_writer_u8 (&writer, BIT_PICTURE_ID | BIT_FLEXIBLE | (frame->key_frame ? 0 : BIT_INTER));
  yodel_byte_writer_u16 (&writer, BIT_LONG_ID << 8 | (frame->picture_id & YODEL_VP8_PICTURE_ID_MASK));
  if (!frame->key_frame)
    yodel_byte_writer_u8 (&writer, 1 << 1);      /* P_DIFF: the picture before */

  self->descriptor_bytes = writer.size;
}

void
yodel_vp9_packetiser_init (YodelVp9Packetiser      *self,
                           const YodelEncodedFrame *frame,
                           gsize                    max_payload_bytes)
{
  gsize size = g_bytes_get_size (frame->data);
  gsize room;

  g_assert (max_payload_bytes > YODEL_VP9_DESCRIPTOR_MAX_BYTES);

  *self = (YodelVp9Packetiser) { .frame = frame };
  write_descriptor (self);
  room = max_payload_bytes - self->descriptor_bytes;
  self->n_left = (size + room - 1) / room;
}

gsize
yodel_vp9_packetiser_next (YodelVp9Packetiser *self,
                           guint8             *payload)
{
  gsize size, piece;
  const guint8 *data = g_bytes_get_data (self->frame->data, &size);

  if (self->n_left == 0)
    return 0;

  piece = (size - self->offset + self->n_left - 1) / self->n_left;
  memcpy (payload, self->descriptor, self->descriptor_bytes);
  payload[0] |= (self->offset == 0 ? BIT_START : 0) | (self->n_left == 1 ? BIT_END : 0);
  memcpy (payload + self->descriptor_bytes, data + self->offset, piece);

  self->offset += piece;
  self->n_left--;
  return self->descriptor_bytes + piece;
}
