#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/ulpfec.h"

#include <string.h>

#include "base/byte-reader.h"
#include "base/byte-writer.h"
#include "base/sequence.h"

/* Section 7.3 */
#define BIT_EXTENSION    0x80     /* E, must be zero */
#define BIT_LONG_MASK    0x40     /* L */
#define MASK_RECOVERY    0x3f     /* P, X, CC */
#define VERSION          0x80
#define SHORT_SPAN       16

/* What is recovered of the fixed header, and what lies behind it. */
typedef struct
{
  guint8  first;                  /* P, X, CC */
  guint8  second;                 /* M, PT */
  guint32 timestamp;
  guint16 length;                 /* behind the fixed header */
  guint8  rest[YODEL_ULPFEC_MAX_PACKET_BYTES];
} Sum;

/* A protection that has not been of use yet. */
typedef struct
{
  guint16 base;
  guint64 mask;                   /* bit 63 is the base; 0: a free place */
  gsize   length;                 /* of the protected part */
  Sum     sum;
} Protection;

typedef struct
{
  guint16 sequence;
  GBytes *data;                   /* (owned) (nullable) */
} Media;

/* Thread: the one that takes the packets. */
struct _YodelUlpfecReceiver
{
  gboolean   started;
  guint16    newest;
  guint32    ssrc;
  Media      media[YODEL_ULPFEC_MEDIA];
  Protection protections[YODEL_ULPFEC_PROTECTIONS];
  guint      next_protection;
};

static guint16
read_u16 (const guint8 *data)
{
  return data[0] << 8 | data[1];
}

static guint32
read_u32 (const guint8 *data)
{
  return (guint32) read_u16 (data) << 16 | read_u16 (data + 2);
}

/* Adds a packet to the sum, or takes it away: that is the same. */
static void
add_packet (Sum          *sum,
            const guint8 *data,
            gsize         size)
{
  sum->first ^= data[0] & MASK_RECOVERY;
  sum->second ^= data[1];
  sum->timestamp ^= read_u32 (data + 4);
  sum->length ^= size - YODEL_RTP_HEADER_BYTES;
  for (gsize i = YODEL_RTP_HEADER_BYTES; i < size; i++)
    sum->rest[i - YODEL_RTP_HEADER_BYTES] ^= data[i];
}

static gboolean
is_usable (gsize size)
{
  return size > YODEL_RTP_HEADER_BYTES && size <= YODEL_ULPFEC_MAX_PACKET_BYTES;
}

gsize
yodel_ulpfec_payload_bytes (gsize max_packet_bytes)
{
  return YODEL_ULPFEC_OVERHEAD_BYTES + max_packet_bytes - YODEL_RTP_HEADER_BYTES;
}

/* Returns: the bits of the packets, counted from the first; 0 where they do not fit */
static guint64
build_mask (const YodelUlpfecPacket *packets,
            guint                    n_packets,
            guint16                  base)
{
  guint64 mask = 0;

  for (guint i = 0; i < n_packets; i++)
    {
      guint16 place = read_u16 (packets[i].data + 2) - base;

      if (place >= YODEL_ULPFEC_MAX_SPAN)
        return 0;
      mask |= G_GUINT64_CONSTANT (1) << (63 - place);
    }
  return mask;
}

gsize
yodel_ulpfec_write (guint8                  *buffer,
                    gsize                    capacity,
                    const YodelUlpfecPacket *packets,
                    guint                    n_packets)
{
  YodelByteWriter writer = yodel_byte_writer_init (buffer, capacity);
  Sum sum = { 0 };
  gsize longest = 0;
  guint16 base;
  guint64 mask;

  for (guint i = 0; i < n_packets; i++)
    {
      if (!is_usable (packets[i].size))
        return 0;
      longest = MAX (longest, packets[i].size);
      add_packet (&sum, packets[i].data, packets[i].size);
    }
  if (n_packets == 0)
    return 0;

  base = read_u16 (packets[0].data + 2);
  mask = build_mask (packets, n_packets, base);
  if (mask == 0)
    return 0;

  longest -= YODEL_RTP_HEADER_BYTES;
  yodel_byte_writer_u8 (&writer, BIT_LONG_MASK | sum.first);
  yodel_byte_writer_u8 (&writer, sum.second);
  yodel_byte_writer_u16 (&writer, base);
  yodel_byte_writer_u32 (&writer, sum.timestamp);
  yodel_byte_writer_u16 (&writer, sum.length);
  yodel_byte_writer_u16 (&writer, longest);
  yodel_byte_writer_u16 (&writer, mask >> 48);
  yodel_byte_writer_u32 (&writer, mask >> 16 & 0xffffffff);
  if (writer.failed || writer.size + longest > capacity)
    return 0;

  memcpy (buffer + writer.size, sum.rest, longest);
  return writer.size + longest;
}

YodelUlpfecReceiver *
yodel_ulpfec_receiver_new (void)
{
  return g_new0 (YodelUlpfecReceiver, 1);
}

void
yodel_ulpfec_receiver_free (YodelUlpfecReceiver *self)
{
  for (guint i = 0; i < YODEL_ULPFEC_MEDIA; i++)
    g_clear_pointer (&self->media[i].data, g_bytes_unref);
  g_free (self);
}

static GBytes *
find_media (YodelUlpfecReceiver *self,
            guint16              sequence)
{
  const Media *media = &self->media[sequence % YODEL_ULPFEC_MEDIA];

  return media->sequence == sequence ? media->data : NULL;
}

/* Is @sequence too old to be in the window any more? */
static gboolean
is_gone (const YodelUlpfecReceiver *self,
         guint16                    sequence)
{
  return yodel_sequence_diff16 (self->newest, sequence) >= YODEL_ULPFEC_MEDIA;
}

static void
keep_media (YodelUlpfecReceiver *self,
            guint16              sequence,
            GBytes              *data)
{
  Media *media = &self->media[sequence % YODEL_ULPFEC_MEDIA];

  g_clear_pointer (&media->data, g_bytes_unref);
  media->sequence = sequence;
  media->data = data;
}

void
yodel_ulpfec_receiver_push_media (YodelUlpfecReceiver *self,
                                  const guint8        *data,
                                  gsize                size)
{
  guint16 sequence;

  if (!is_usable (size))
    return;

  sequence = read_u16 (data + 2);
  if (self->started && is_gone (self, sequence))
    return;

  if (!self->started || yodel_sequence_diff16 (sequence, self->newest) > 0)
    self->newest = sequence;
  self->started = TRUE;
  self->ssrc = read_u32 (data + 8);
  keep_media (self, sequence, g_bytes_new (data, size));
}

gboolean
yodel_ulpfec_receiver_push (YodelUlpfecReceiver *self,
                            const guint8        *payload,
                            gsize                size)
{
  YodelByteReader reader = yodel_byte_reader_init (payload, size);
  guint8 first = yodel_byte_reader_u8 (&reader);
  Protection *protection = &self->protections[self->next_protection];
  Sum sum = { .first = first & MASK_RECOVERY };
  guint16 base, length;
  guint64 mask;
  const guint8 *rest;

  sum.second = yodel_byte_reader_u8 (&reader);
  base = yodel_byte_reader_u16 (&reader);
  sum.timestamp = yodel_byte_reader_u32 (&reader);
  sum.length = yodel_byte_reader_u16 (&reader);
  length = yodel_byte_reader_u16 (&reader);
  mask = (guint64) yodel_byte_reader_u16 (&reader) << 48;
  if (first & BIT_LONG_MASK)
    mask |= (guint64) yodel_byte_reader_u32 (&reader) << 16;
  rest = yodel_byte_reader_take (&reader, length);

  if (reader.failed || (first & BIT_EXTENSION) || mask == 0 || length == 0
      || length > YODEL_ULPFEC_MAX_PACKET_BYTES - YODEL_RTP_HEADER_BYTES)
    return FALSE;

  memcpy (sum.rest, rest, length);
  *protection = (Protection) { .base = base, .mask = mask, .length = length, .sum = sum };
  self->next_protection = (self->next_protection + 1) % YODEL_ULPFEC_PROTECTIONS;
  return TRUE;
}

/* Returns: how many of the protected packets are missing, @missing being one of them */
static guint
count_missing (YodelUlpfecReceiver *self,
               const Protection    *protection,
               guint16             *missing)
{
  guint n = 0;

  for (guint i = 0; i < YODEL_ULPFEC_MAX_SPAN; i++)
    {
      guint16 sequence = protection->base + i;

      if ((protection->mask & G_GUINT64_CONSTANT (1) << (63 - i)) == 0
          || find_media (self, sequence) != NULL)
        continue;
      *missing = sequence;
      n++;
    }
  return n;
}

/* Takes what is here from the sum: the rest is what is missing.  Returns: (nullable): NULL where that
 * is no packet, as the peer's sum is wrong */
static GBytes *
recover (YodelUlpfecReceiver *self,
         const Protection    *protection,
         guint16              missing)
{
  guint8 packet[YODEL_ULPFEC_MAX_PACKET_BYTES];
  YodelByteWriter writer = yodel_byte_writer_init (packet, sizeof packet);
  Sum sum = protection->sum;
  YodelRtpPacket parsed;

  for (guint i = 0; i < YODEL_ULPFEC_MAX_SPAN; i++)
    {
      guint16 sequence = protection->base + i;
      gsize size;
      const guint8 *data;

      if ((protection->mask & G_GUINT64_CONSTANT (1) << (63 - i)) == 0 || sequence == missing)
        continue;
      data = g_bytes_get_data (find_media (self, sequence), &size);
      add_packet (&sum, data, size);
    }

  if (sum.length == 0 || sum.length > protection->length)
    return NULL;

  yodel_byte_writer_u8 (&writer, VERSION | sum.first);
  yodel_byte_writer_u8 (&writer, sum.second);
  yodel_byte_writer_u16 (&writer, missing);
  yodel_byte_writer_u32 (&writer, sum.timestamp);
  yodel_byte_writer_u32 (&writer, self->ssrc);
  memcpy (packet + writer.size, sum.rest, sum.length);

  if (!yodel_rtp_packet_parse (&parsed, packet, writer.size + sum.length))
    return NULL;
  return g_bytes_new (packet, writer.size + sum.length);
}

GBytes *
yodel_ulpfec_receiver_pop (YodelUlpfecReceiver *self)
{
  for (guint i = 0; self->started && i < YODEL_ULPFEC_PROTECTIONS; i++)
    {
      Protection *protection = &self->protections[i];
      guint16 missing = 0;
      guint n_missing;
      GBytes *packet;

      if (protection->mask == 0)
        continue;

      n_missing = count_missing (self, protection, &missing);
      if (n_missing > 1 && !is_gone (self, protection->base))
        continue;

      packet = n_missing == 1 && !is_gone (self, missing) ? recover (self, protection, missing) : NULL;
      protection->mask = 0;
      if (packet == NULL)
        continue;

      keep_media (self, missing, g_bytes_ref (packet));
      return packet;
    }

  return NULL;
}
