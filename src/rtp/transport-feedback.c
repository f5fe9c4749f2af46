#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/transport-feedback.h"

#include "base/byte-reader.h"

#define PACKET_TYPE        205          /* RTPFB, RFC 4585 section 6.1 */
#define HEADER_BYTES       20           /* up to and with the feedback packet count */
#define TICK_US            250
#define TICKS_PER_UNIT     256          /* of the reference time: 64 ms */
#define RUN_MAX            8191
#define LONG_VECTOR        14           /* symbols of one bit */
#define SHORT_VECTOR       7            /* symbols of two bits */

enum
{
  NOT_ARRIVED = 0,
  SMALL_DELTA = 1,
  LARGE_DELTA = 2                       /* 3 is reserved */
};

/* One chunk's symbols, as many of them as are still @wanted. */
static guint
read_chunk (guint16  chunk,
            guint8  *symbols,
            guint    wanted)
{
  gboolean is_vector = chunk >> 15;
  gboolean has_two_bits = chunk >> 14 & 1;
  guint n;

  if (!is_vector)
    {
      n = MIN (chunk & RUN_MAX, wanted);
      for (guint i = 0; i < n; i++)
        symbols[i] = chunk >> 13 & 3;
      return n;
    }

  n = MIN (has_two_bits ? SHORT_VECTOR : LONG_VECTOR, wanted);
  for (guint i = 0; i < n; i++)
    symbols[i] = has_two_bits ? chunk >> (12 - 2 * i) & 3 : chunk >> (13 - i) & 1;
  return n;
}

/* Returns: %FALSE if a status is missing or reserved, or a delta will be */
static gboolean
read_symbols (YodelByteReader *reader,
              guint8          *symbols,
              guint            n)
{
  gsize delta_bytes = 0;

  for (guint i = 0; i < n;)
    {
      guint taken = read_chunk (yodel_byte_reader_u16 (reader), symbols + i, n - i);

      if (taken == 0 || reader->failed)
        return FALSE;
      i += taken;
    }

  for (guint i = 0; i < n; i++)
    {
      if (symbols[i] > LARGE_DELTA)
        return FALSE;
      delta_bytes += symbols[i];
    }
  return delta_bytes <= reader->left;
}

/* Takes the common header off, and the padding, RFC 3550 section 6.4.1.  The draft's own padding
 * has no P bit and lies unread behind the deltas. */
static gboolean
read_common_header (YodelByteReader *reader)
{
  guint8 first = yodel_byte_reader_u8 (reader);
  guint8 type = yodel_byte_reader_u8 (reader);
  gsize body_bytes = 4u * yodel_byte_reader_u16 (reader);

  if (reader->failed || first >> 6 != 2 || (first & 0x1f) != YODEL_TRANSPORT_FEEDBACK_FORMAT ||
      type != PACKET_TYPE || body_bytes > reader->left || body_bytes < HEADER_BYTES - 4)
    return FALSE;

  reader->left = body_bytes;
  if (first & 0x20)
    {
      guint8 padding = reader->at[body_bytes - 1];

      if (padding == 0 || padding > body_bytes - (HEADER_BYTES - 4))
        return FALSE;
      reader->left -= padding;
    }
  return TRUE;
}

gboolean
yodel_transport_feedback_parse (YodelTransportFeedback *self,
                                const guint8           *packet,
                                gsize                   size)
{
  YodelByteReader reader = yodel_byte_reader_init (packet, size);
  guint8 symbols[YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS];
  guint32 sender_ssrc, media_ssrc, tick;
  guint16 base_sequence, n_packets;
  guint8 count;

  if (!read_common_header (&reader))
    return FALSE;

  sender_ssrc = yodel_byte_reader_u32 (&reader);
  media_ssrc = yodel_byte_reader_u32 (&reader);
  base_sequence = yodel_byte_reader_u16 (&reader);
  n_packets = yodel_byte_reader_u16 (&reader);
  tick = yodel_byte_reader_u24 (&reader) * TICKS_PER_UNIT;
  count = yodel_byte_reader_u8 (&reader);

  if (reader.failed || n_packets == 0 || n_packets > YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS ||
      !read_symbols (&reader, symbols, n_packets))
    return FALSE;

  self->sender_ssrc = sender_ssrc;
  self->media_ssrc = media_ssrc;
  self->base_sequence = base_sequence;
  self->n_packets = n_packets;
  self->count = count;
  for (guint i = 0; i < n_packets; i++)
    {
      if (symbols[i] == SMALL_DELTA)
        tick += yodel_byte_reader_u8 (&reader);
      else if (symbols[i] == LARGE_DELTA)
        tick += (guint32) (gint16) yodel_byte_reader_u16 (&reader);
      self->arrived_us[i] = symbols[i] == NOT_ARRIVED ? -1 : (gint64) tick * TICK_US;
    }
  return TRUE;
}

static guint32
tick_of (gint64 arrived_us)
{
  return (guint32) (arrived_us / TICK_US);      /* 2^32 ticks are the period */
}

static guint32
first_reference (const YodelTransportFeedback *self)
{
  for (guint i = 0; i < self->n_packets; i++)
    if (self->arrived_us[i] >= 0)
      return tick_of (self->arrived_us[i]) / TICKS_PER_UNIT;

  return 0;
}

/* Returns: how many packets have deltas that can be said */
static guint
make_symbols (const YodelTransportFeedback *self,
              guint32                       tick,
              guint8                       *symbols)
{
  for (guint i = 0; i < self->n_packets; i++)
    {
      gint32 delta;

      symbols[i] = NOT_ARRIVED;
      if (self->arrived_us[i] < 0)
        continue;

      delta = (gint32) (tick_of (self->arrived_us[i]) - tick);
      if (delta < G_MININT16 || delta > G_MAXINT16)
        return i;
      symbols[i] = delta >= 0 && delta <= G_MAXUINT8 ? SMALL_DELTA : LARGE_DELTA;
      tick += (guint32) delta;
    }
  return self->n_packets;
}

/* The best chunk for what comes first.  @room: for it and its deltas, reduced by what it takes.
 * Returns: how many symbols it says; 0 if it does not fit */
static guint
choose_chunk (const guint8 *symbols,
              guint         n,
              guint16      *chunk,
              gsize        *room)
{
  guint run = 1, n_vector, limit;
  gboolean has_large = FALSE;
  gsize bytes = 2;

  if (*room < bytes)
    return 0;

  while (run < n && run < RUN_MAX && symbols[run] == symbols[0])
    run++;
  if (run == n || run >= LONG_VECTOR || (symbols[0] == LARGE_DELTA && run >= SHORT_VECTOR))
    {
      if (symbols[0] != NOT_ARRIVED)
        run = MIN (run, (*room - 2) / symbols[0]);
      *chunk = symbols[0] << 13 | run;
      *room -= 2 + (gsize) run * symbols[0];
      return run;
    }

  limit = MIN (n, LONG_VECTOR);
  for (n_vector = 0; n_vector < limit; n_vector++)
    has_large |= symbols[n_vector] == LARGE_DELTA;
  if (has_large)
    n_vector = MIN (n, SHORT_VECTOR);

  *chunk = has_large ? 0xc000 : 0x8000;
  for (guint i = 0; i < n_vector; i++)
    {
      *chunk |= symbols[i] << (has_large ? 12 - 2 * i : 13 - i);
      bytes += symbols[i];
    }
  if (bytes > *room)
    return 0;
  *room -= bytes;
  return n_vector;
}

static void
write_deltas (const YodelTransportFeedback *self,
              const guint8                 *symbols,
              guint                         n,
              guint32                       tick,
              YodelByteWriter              *writer)
{
  for (guint i = 0; i < n; i++)
    {
      guint32 arrived_tick = tick_of (self->arrived_us[i]);

      if (symbols[i] == SMALL_DELTA)
        yodel_byte_writer_u8 (writer, arrived_tick - tick);
      else if (symbols[i] == LARGE_DELTA)
        yodel_byte_writer_u16 (writer, arrived_tick - tick);
      if (symbols[i] != NOT_ARRIVED)
        tick = arrived_tick;
    }
}

static void
write_header (const YodelTransportFeedback *self,
              guint8                       *to,
              guint                         n,
              guint32                       reference,
              gsize                         size)
{
  YodelByteWriter writer = yodel_byte_writer_init (to, HEADER_BYTES);

  yodel_byte_writer_u8 (&writer, 2 << 6 | YODEL_TRANSPORT_FEEDBACK_FORMAT);
  yodel_byte_writer_u8 (&writer, PACKET_TYPE);
  yodel_byte_writer_u16 (&writer, size / 4 - 1);
  yodel_byte_writer_u32 (&writer, self->sender_ssrc);
  yodel_byte_writer_u32 (&writer, self->media_ssrc);
  yodel_byte_writer_u16 (&writer, self->base_sequence);
  yodel_byte_writer_u16 (&writer, n);
  yodel_byte_writer_u24 (&writer, reference);
  yodel_byte_writer_u8 (&writer, self->count);
}

guint
yodel_transport_feedback_write (const YodelTransportFeedback *self,
                                YodelByteWriter              *writer)
{
  guint8 symbols[YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS];
  gsize start = writer->size, room = writer->capacity - start;
  guint32 reference = first_reference (self);
  guint n_sayable = make_symbols (self, reference * TICKS_PER_UNIT, symbols);
  guint n = 0, taken;
  guint16 chunk;

  if (writer->failed || room < HEADER_BYTES)
    return 0;

  room = (room & ~(gsize) 3) - HEADER_BYTES;
  yodel_byte_writer_reserve (writer, HEADER_BYTES);
  while (n < n_sayable && (taken = choose_chunk (symbols + n, n_sayable - n, &chunk, &room)) > 0)
    {
      yodel_byte_writer_u16 (writer, chunk);
      n += taken;
    }
  if (n == 0)
    {
      writer->size = start;
      return 0;
    }

  write_deltas (self, symbols, n, reference * TICKS_PER_UNIT, writer);
  while ((writer->size - start) % 4 != 0)
    yodel_byte_writer_u8 (writer, 0);
  write_header (self, writer->data + start, n, reference, writer->size - start);
  return n;
}
