#define G_LOG_DOMAIN "yodel-video"

#include "video/frame-assembler.h"

#include <string.h>

#include "video/vp8-payload.h"
#include "video/vp9-payload.h"

G_STATIC_ASSERT ((YODEL_FRAME_ASSEMBLER_WINDOW & (YODEL_FRAME_ASSEMBLER_WINDOW - 1)) == 0);

YodelFrameAssembler *
yodel_frame_assembler_new (gint64 done)
{
  YodelFrameAssembler *self = g_new0 (YodelFrameAssembler, 1);

  self->done = done;
  self->newest = done;
  self->frames = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
yodel_frame_assembler_free (YodelFrameAssembler *self)
{
  for (guint i = 0; i < YODEL_FRAME_ASSEMBLER_WINDOW; i++)
    g_free (self->slots[i].data);
  g_ptr_array_unref (self->frames);
  g_free (self);
}

static YodelPacketSlot *
slot_of (const YodelFrameAssembler *self,
         gint64                     sequence)
{
  return (YodelPacketSlot *) &self->slots[(guint64) sequence % YODEL_FRAME_ASSEMBLER_WINDOW];
}

/* Returns: (nullable): the packet, if it is here */
const YodelPacketSlot *
yodel_frame_assembler_find (const YodelFrameAssembler *self,
                            gint64                     sequence)
{
  const YodelPacketSlot *slot = slot_of (self, sequence);

  return slot->here && slot->sequence == sequence ? slot : NULL;
}

static YodelPacketSlot *
fill_slot (YodelFrameAssembler *self,
           gint64               sequence,
           gint64               arrival_us)
{
  YodelPacketSlot *slot = slot_of (self, sequence);

  g_assert (sequence > self->done && sequence <= self->done + YODEL_FRAME_ASSEMBLER_WINDOW);
  g_assert (!slot->here);

  *slot = (YodelPacketSlot) { .sequence = sequence, .arrival_us = arrival_us, .here = TRUE };
  self->newest = MAX (self->newest, sequence);
  return slot;
}

/* Returns: where in the list a frame with this packet stands or would stand */
static guint
find_place (const YodelFrameAssembler *self,
            gint64                     sequence)
{
  guint place = self->frames->len;

  while (place > 0 && yodel_frame_assembler_get (self, place - 1)->lowest > sequence)
    place--;
  return place;
}

/* The frame that @sequence belongs to: a neighbour in the list that shares its RTP time. */
static YodelPartialFrame *
find_or_add_frame (YodelFrameAssembler *self,
                   gint64               sequence,
                   guint32              rtp_time,
                   gint64               arrival_us)
{
  guint place = find_place (self, sequence);
  YodelPartialFrame *frame;

  if (place > 0 && yodel_frame_assembler_get (self, place - 1)->rtp_time == rtp_time)
    return yodel_frame_assembler_get (self, place - 1);
  if (place < self->frames->len && yodel_frame_assembler_get (self, place)->rtp_time == rtp_time)
    return yodel_frame_assembler_get (self, place);

  frame = g_new (YodelPartialFrame, 1);
  *frame = (YodelPartialFrame) {
    .rtp_time = rtp_time, .lowest = sequence, .highest = sequence,
    .first_arrival_us = arrival_us, .last_arrival_us = arrival_us,
    .picture_id = -1, .tl0_index = -1, .temporal_layer = -1,
  };
  g_ptr_array_insert (self->frames, place, frame);
  return frame;
}

/* A packet before the first one or after the last one of its frame is a forgery or a mistake. */
static gboolean
contradicts (const YodelPartialFrame *frame,
             gint64                   sequence,
             gboolean                 start,
             gboolean                 end)
{
  if (frame->n_packets == 0)
    return FALSE;

  return (frame->has_start && (start || sequence < frame->lowest))
         || (frame->has_end && (end || sequence > frame->highest))
         || (start && sequence > frame->lowest)
         || (end && sequence < frame->highest);
}

static void
check_complete (YodelFrameAssembler *self,
                YodelPartialFrame   *frame)
{
  guint n_expected, n_here = frame->n_packets;

  if (frame->complete || !frame->has_start || !frame->has_end)
    return;

  n_expected = frame->highest - frame->lowest + 1;
  for (gint64 i = frame->lowest; n_here < n_expected && i <= frame->highest; i++)
    {
      const YodelPacketSlot *slot = yodel_frame_assembler_find (self, i);

      if (slot == NULL)
        return;
      if (slot->data == NULL)
        n_here++;
    }

  frame->complete = n_here == n_expected;
}

/* What the descriptor before a piece of a frame says, in either format. */
typedef struct
{
  gboolean      start;
  gboolean      key_frame;            /* where it starts */
  gint          picture_id;
  gint          picture_id_bits;
  gint          tl0_index;
  gint          temporal_layer;
  gboolean      layer_sync;
  const guint8 *data;
  gsize         size;
} Piece;

static gboolean
parse_vp8 (Piece        *piece,
           const guint8 *payload,
           gsize         size)
{
  YodelVp8Descriptor descriptor;

  if (!yodel_vp8_descriptor_parse (&descriptor, payload, size))
    return FALSE;

  *piece = (Piece) {
    .start = descriptor.start,
    .key_frame = yodel_vp8_is_key_frame (descriptor.data, descriptor.size),
    .picture_id = descriptor.picture_id,
    .picture_id_bits = descriptor.picture_id_bits,
    .tl0_index = descriptor.tl0_index,
    .temporal_layer = descriptor.temporal_layer,
    .layer_sync = descriptor.layer_sync,
    .data = descriptor.data,
    .size = descriptor.size,
  };
  return TRUE;
}

/* In flexible mode layers say nothing about what may be left out: then each frame needs the last. */
static gboolean
parse_vp9 (Piece        *piece,
           const guint8 *payload,
           gsize         size)
{
  YodelVp9Descriptor descriptor;

  if (!yodel_vp9_descriptor_parse (&descriptor, payload, size) || descriptor.spatial_layer > 0)
    return FALSE;

  *piece = (Piece) {
    .start = descriptor.start,
    .key_frame = !descriptor.inter_predicted,
    .picture_id = descriptor.picture_id,
    .picture_id_bits = descriptor.picture_id_bits,
    .tl0_index = descriptor.tl0_index,
    .temporal_layer = descriptor.tl0_index < 0 ? -1 : descriptor.temporal_layer,
    .layer_sync = descriptor.switching_up,
    .data = descriptor.data,
    .size = descriptor.size,
  };
  return TRUE;
}

static gboolean
parse_piece (YodelVideoCodec  codec,
             Piece           *piece,
             const guint8    *payload,
             gsize            size)
{
  switch (codec)
    {
    case YODEL_VIDEO_VP8: return parse_vp8 (piece, payload, size);
    case YODEL_VIDEO_VP9: return parse_vp9 (piece, payload, size);
    }
  g_assert_not_reached ();
}

static void
note_start (YodelPartialFrame *frame,
            YodelVideoCodec    codec,
            const Piece       *piece)
{
  frame->has_start = TRUE;
  frame->codec = codec;
  frame->key_frame = piece->key_frame;
  frame->picture_id = piece->picture_id;
  frame->picture_id_bits = piece->picture_id_bits;
  frame->tl0_index = piece->tl0_index;
  frame->temporal_layer = piece->temporal_layer;
  frame->layer_sync = piece->layer_sync;
}

YodelPartialFrame *
yodel_frame_assembler_push (YodelFrameAssembler *self,
                            gint64               sequence,
                            guint32              rtp_time,
                            gboolean             marker,
                            const guint8        *payload,
                            gsize                size,
                            gint64               arrival_us)
{
  Piece piece = { 0 };
  YodelPartialFrame *frame;
  YodelPacketSlot *slot;

  if (size > G_MAXUINT16 || !parse_piece (self->codec, &piece, payload, size)
      || yodel_frame_assembler_find (self, sequence) != NULL)
    return NULL;

  frame = find_or_add_frame (self, sequence, rtp_time, arrival_us);
  if (contradicts (frame, sequence, piece.start, marker))
    return NULL;

  slot = fill_slot (self, sequence, arrival_us);
  slot->data = g_memdup2 (piece.data, piece.size);
  slot->size = piece.size;
  self->bytes += piece.size;

  frame->lowest = MIN (frame->lowest, sequence);
  frame->highest = MAX (frame->highest, sequence);
  frame->n_packets++;
  frame->bytes += piece.size;
  frame->last_arrival_us = MAX (frame->last_arrival_us, arrival_us);
  frame->has_end |= marker;
  if (piece.start)
    note_start (frame, self->codec, &piece);
  check_complete (self, frame);

  return frame;
}

YodelPartialFrame *
yodel_frame_assembler_push_padding (YodelFrameAssembler *self,
                                    gint64               sequence,
                                    gint64               arrival_us)
{
  guint place = find_place (self, sequence);
  YodelPartialFrame *frame = place > 0 ? yodel_frame_assembler_get (self, place - 1) : NULL;

  if (yodel_frame_assembler_find (self, sequence) != NULL)
    return NULL;

  fill_slot (self, sequence, arrival_us);
  if (frame == NULL || frame->complete)
    return NULL;

  check_complete (self, frame);
  return frame->complete ? frame : NULL;
}

/* Returns: (transfer full): the payloads of a complete frame */
GBytes *
yodel_frame_assembler_join (const YodelFrameAssembler *self,
                            const YodelPartialFrame   *frame)
{
  guint8 *joined = g_malloc (frame->bytes);
  gsize size = 0;

  g_assert (frame->complete);

  for (gint64 i = frame->lowest; i <= frame->highest; i++)
    {
      const YodelPacketSlot *slot = yodel_frame_assembler_find (self, i);

      if (slot->data == NULL)
        continue;
      memcpy (joined + size, slot->data, slot->size);
      size += slot->size;
    }

  g_assert (size == frame->bytes);
  return g_bytes_new_take (joined, size);
}

guint
yodel_frame_assembler_drop (YodelFrameAssembler *self,
                            gint64               sequence)
{
  gint64 last = MIN (sequence, self->newest);
  guint n_frames = 0;

  for (gint64 i = self->done + 1; i <= last; i++)
    {
      YodelPacketSlot *slot = slot_of (self, i);

      self->bytes -= slot->size;
      g_free (slot->data);
      *slot = (YodelPacketSlot) { 0 };
    }

  while (n_frames < self->frames->len && yodel_frame_assembler_get (self, n_frames)->lowest <= sequence)
    n_frames++;
  if (n_frames > 0)
    g_ptr_array_remove_range (self->frames, 0, n_frames);

  self->done = MAX (self->done, sequence);
  self->newest = MAX (self->newest, sequence);
  return n_frames;
}
