#define G_LOG_DOMAIN "yodel-session"

#include "session/video-protection.h"

#include <string.h>

#include "rtp/ulpfec.h"

/* Of the stream, the last packets that left: those of a frame and of what waited before it. */
#define KEPT     128
#define RESERVED 32

typedef struct
{
  guint16 sequence;
  gsize   size;              /* 0: nothing is here */
  guint8  data[YODEL_ULPFEC_MAX_PACKET_BYTES];
} Kept;

typedef struct
{
  guint16 sequence;
  guint   n;                 /* 0: a free place */
  guint16 numbers[YODEL_ULPFEC_MAX_SPAN];
} Reserved;

/* Thread: the engine thread of its session. */
struct _YodelVideoProtection
{
  guint8   red;
  guint8   ulpfec;
  Kept     kept[KEPT];
  Reserved reserved[RESERVED];
  guint    next_reserved;
};

YodelVideoProtection *
yodel_video_protection_new (void)
{
  return g_new0 (YodelVideoProtection, 1);
}

void
yodel_video_protection_free (YodelVideoProtection *self)
{
  g_free (self);
}

void
yodel_video_protection_set_types (YodelVideoProtection *self,
                                  guint8                red,
                                  guint8                ulpfec)
{
  self->red = red;
  self->ulpfec = ulpfec;
}

void
yodel_video_protection_reserve (YodelVideoProtection *self,
                                guint16               sequence,
                                const guint16        *numbers,
                                guint                 n)
{
  Reserved *reserved = &self->reserved[self->next_reserved];

  g_assert (n <= YODEL_ULPFEC_MAX_SPAN);
  reserved->sequence = sequence;
  reserved->n = n;
  memcpy (reserved->numbers, numbers, n * sizeof *numbers);
  self->next_reserved = (self->next_reserved + 1) % RESERVED;
}

gsize
yodel_video_protection_unwrap (guint8       *plain,
                               const guint8 *data,
                               gsize         size,
                               guint8        red,
                               guint8       *payload_type)
{
  YodelRtpPacket packet;
  gsize header_bytes;

  if (red == 0 || !yodel_rtp_packet_parse (&packet, data, size) || packet.payload_type != red
      || packet.payload_bytes < 1 || (packet.payload[0] & 0x80) != 0)
    return 0;

  header_bytes = packet.payload - data;
  memcpy (plain, data, header_bytes);
  memcpy (plain + header_bytes, data + header_bytes + 1, size - header_bytes - 1);
  plain[1] = (data[1] & 0x80) | packet.payload[0];
  *payload_type = packet.payload[0];
  return size - 1;
}

static void
keep (YodelVideoProtection *self,
      const guint8         *data,
      gsize                 size)
{
  guint16 sequence = data[2] << 8 | data[3];
  Kept *kept = &self->kept[sequence % KEPT];

  kept->sequence = sequence;
  kept->size = size;
  memcpy (kept->data, data, size);
}

static const Reserved *
find_reserved (const YodelVideoProtection *self,
               guint16                     sequence)
{
  for (guint i = 0; i < RESERVED; i++)
    if (self->reserved[i].n > 0 && self->reserved[i].sequence == sequence)
      return &self->reserved[i];

  return NULL;
}

/* Returns: how many of the packets that are to be protected have left */
static guint
gather (const YodelVideoProtection *self,
        const Reserved             *reserved,
        YodelUlpfecPacket          *packets)
{
  guint n = 0;

  for (guint i = 0; i < reserved->n; i++)
    {
      guint16 sequence = reserved->numbers[i];
      const Kept *kept = &self->kept[sequence % KEPT];

      if (kept->size > 0 && kept->sequence == sequence)
        packets[n++] = (YodelUlpfecPacket) { kept->data, kept->size };
    }
  return n;
}

void
yodel_video_protection_on_leaving (YodelVideoProtection *self,
                                   guint8               *data,
                                   gsize                 size)
{
  YodelUlpfecPacket packets[YODEL_ULPFEC_MAX_SPAN];
  guint8 plain[YODEL_ULPFEC_MAX_PACKET_BYTES];
  const Reserved *reserved;
  YodelRtpPacket packet;
  guint8 payload_type;
  guint8 *payload;
  gsize plain_bytes;

  if (self->red == 0 || size > sizeof plain || !yodel_rtp_packet_parse (&packet, data, size))
    return;

  plain_bytes = yodel_video_protection_unwrap (plain, data, size, self->red, &payload_type);
  if (plain_bytes == 0 || payload_type != self->ulpfec)
    {
      keep (self, plain_bytes > 0 ? plain : data, plain_bytes > 0 ? plain_bytes : size);
      return;
    }

  reserved = find_reserved (self, packet.sequence_number);
  if (reserved == NULL)
    return;

  payload = data + (packet.payload - data) + 1;
  yodel_ulpfec_write (payload, packet.payload_bytes - 1, packets, gather (self, reserved, packets));
}
