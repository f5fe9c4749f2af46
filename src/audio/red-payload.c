#define G_LOG_DOMAIN "yodel-audio"

#include "audio/red-payload.h"

#include <string.h>

#include "base/byte-reader.h"
#include "base/byte-writer.h"

#define HISTORY         32            /* a power of two above YODEL_RED_MAX_DISTANCE */
#define MAX_FRAME_BYTES YODEL_RED_MAX_BLOCK_BYTES
#define MAX_PACKET      1200          /* fits any path; the farthest copies stay behind */
#define MORE            0x80          /* F bit: another header follows */

/* Reads the headers, RFC 2198 section 3.  The sizes are the primary's last. */
static gboolean
read_headers (YodelRedPayload *payload,
              YodelByteReader *reader)
{
  for (payload->n_blocks = 0; payload->n_blocks < YODEL_RED_MAX_BLOCKS; )
    {
      YodelRedBlock *block = &payload->blocks[payload->n_blocks++];
      guint8 first = yodel_byte_reader_u8 (reader);

      *block = (YodelRedBlock) { .payload_type = first & 0x7f };
      if (reader->failed)
        return FALSE;
      if (!(first & MORE))
        return TRUE;

      guint32 rest = yodel_byte_reader_u24 (reader);

      block->offset = (guint16) (rest >> 10);
      block->size = rest & YODEL_RED_MAX_BLOCK_BYTES;
    }

  return FALSE;
}

/* @data is borrowed by the blocks.  Untouched on failure. */
gboolean
yodel_red_payload_parse (YodelRedPayload *payload,
                         const guint8    *data,
                         gsize            size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  YodelRedPayload result;

  if (!read_headers (&result, &reader))
    return FALSE;

  for (guint i = 0; i + 1 < result.n_blocks; i++)
    result.blocks[i].data = yodel_byte_reader_take (&reader, result.blocks[i].size);

  if (reader.failed)
    return FALSE;

  result.blocks[result.n_blocks - 1].size = reader.left;
  result.blocks[result.n_blocks - 1].data = yodel_byte_reader_take (&reader, reader.left);
  *payload = result;
  return TRUE;
}

/* Returns: the bytes written; 0 where they do not fit, or a block breaks a limit of the format. */
gsize
yodel_red_payload_write (const YodelRedPayload *payload,
                         guint8                *out,
                         gsize                  capacity)
{
  YodelByteWriter writer = yodel_byte_writer_init (out, capacity);

  if (payload->n_blocks == 0 || payload->n_blocks > YODEL_RED_MAX_BLOCKS)
    return 0;

  for (guint i = 0; i + 1 < payload->n_blocks; i++)
    {
      const YodelRedBlock *block = &payload->blocks[i];

      if (block->offset > YODEL_RED_MAX_OFFSET || block->size > YODEL_RED_MAX_BLOCK_BYTES)
        return 0;

      yodel_byte_writer_u8 (&writer, MORE | (block->payload_type & 0x7f));
      yodel_byte_writer_u24 (&writer, (guint32) block->offset << 10 | (guint32) block->size);
    }
  yodel_byte_writer_u8 (&writer, payload->blocks[payload->n_blocks - 1].payload_type & 0x7f);

  for (guint i = 0; i < payload->n_blocks; i++)
    yodel_byte_writer_bytes (&writer, payload->blocks[i].data, payload->blocks[i].size);

  return writer.failed ? 0 : writer.size;
}

typedef struct
{
  guint32 rtp_time;
  guint8  payload_type;
  gsize   size;                       /* 0 where there is nothing to send again */
  guint8  bytes[MAX_FRAME_BYTES];
} Frame;

struct _YodelRedSender
{
  Frame  frames[HISTORY];
  guint  n_pushed;
};

YodelRedSender *
yodel_red_sender_new (void)
{
  return g_new0 (YodelRedSender, 1);
}

void
yodel_red_sender_free (YodelRedSender *self)
{
  g_free (self);
}

static void
remember (YodelRedSender *self,
          guint8          payload_type,
          guint32         rtp_time,
          const guint8   *frame,
          gsize           size)
{
  Frame *slot = &self->frames[self->n_pushed++ % HISTORY];

  slot->payload_type = payload_type;
  slot->rtp_time = rtp_time;
  slot->size = size <= MAX_FRAME_BYTES ? size : 0;
  memcpy (slot->bytes, frame, slot->size);
}

/* The farthest first, as the order on the wire is that of time. */
static void
add_copies (YodelRedSender  *self,
            YodelRedPayload *payload,
            guint32          rtp_time,
            gsize            room,
            const guint8    *distances,
            guint            n_distances)
{
  YodelRedBlock found[YODEL_RED_MAX_BLOCKS];
  guint n = 0;

  for (guint i = 0; i < n_distances && n + 1 < YODEL_RED_MAX_BLOCKS; i++)
    {
      const Frame *frame = &self->frames[(self->n_pushed - distances[i]) % HISTORY];
      guint32 offset = rtp_time - frame->rtp_time;

      if (distances[i] == 0 || distances[i] > YODEL_RED_MAX_DISTANCE || distances[i] > self->n_pushed)
        continue;
      if (frame->size == 0 || offset == 0 || offset > YODEL_RED_MAX_OFFSET || frame->size + 4 > room)
        continue;

      room -= frame->size + 4;
      found[n++] = (YodelRedBlock) { frame->payload_type, (guint16) offset, frame->bytes, frame->size };
    }

  while (n > 0)
    payload->blocks[payload->n_blocks++] = found[--n];
}

/**
 * yodel_red_sender_push:
 * @distances: how many frames back the copies lie, nearest first; what would not fit into a
 *   packet, or is farther than the format can say, is left out
 *
 * Takes the next frame into memory and writes the payload that carries it.
 *
 * Returns: the bytes written to @out; 0 where @capacity is too small
 */
gsize
yodel_red_sender_push (YodelRedSender *self,
                       guint8          payload_type,
                       guint32         rtp_time,
                       const guint8   *frame,
                       gsize           frame_bytes,
                       const guint8   *distances,
                       guint           n_distances,
                       guint8         *out,
                       gsize           capacity)
{
  YodelRedPayload payload = { .n_blocks = 0 };
  gsize limit = MIN (capacity, MAX_PACKET);
  gsize room = limit > frame_bytes + 1 ? limit - frame_bytes - 1 : 0;

  add_copies (self, &payload, rtp_time, room, distances, n_distances);
  payload.blocks[payload.n_blocks++] = (YodelRedBlock) { payload_type, 0, frame, frame_bytes };

  gsize written = yodel_red_payload_write (&payload, out, capacity);

  remember (self, payload_type, rtp_time, frame, frame_bytes);
  return written;
}
