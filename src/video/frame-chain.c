#define G_LOG_DOMAIN "yodel-video"

#include "video/frame-chain.h"

/* TL0PICIDX has eight bits; a gap of fewer packets than that cannot hide a whole round of it. */
#define TL0_ROUND 256

static void
set_intact (YodelFrameChain *self,
            guint            from_layer,
            gboolean         intact)
{
  for (guint i = from_layer; i < YODEL_FRAME_CHAIN_LAYERS; i++)
    self->intact[i] = intact;
}

/* Is everything here between the last frame and this one?  The numbers of packets tell, or those
 * of pictures, where only padding was lost and the gap is too short to hide a round of them. */
static gboolean
is_next (const YodelFrameChain   *self,
         const YodelPartialFrame *frame,
         gint64                   distance)
{
  gint round = 1 << frame->picture_id_bits;

  if (distance == 1)
    return TRUE;

  return self->picture_id >= 0 && frame->picture_id >= 0 && distance < round - 1
         && frame->picture_id == (self->picture_id + 1) % round;
}

/* May the frame be decoded although something before it is missing? */
static gboolean
can_pass_gap (const YodelFrameChain   *self,
              const YodelPartialFrame *frame,
              gint64                   distance)
{
  if (frame->key_frame)
    return TRUE;

  if (self->tl0_index < 0 || frame->tl0_index < 0 || distance >= TL0_ROUND)
    return FALSE;

  if (frame->temporal_layer == 0)
    return frame->tl0_index == (self->tl0_index + 1) % TL0_ROUND;

  return frame->temporal_layer > 0 && frame->layer_sync && frame->tl0_index == self->tl0_index;
}

static gboolean
has_references (const YodelFrameChain   *self,
                const YodelPartialFrame *frame)
{
  if (frame->key_frame)
    return TRUE;
  if (self->key_required)
    return FALSE;
  if (frame->temporal_layer < 0)
    return self->intact[YODEL_FRAME_CHAIN_LAYERS - 1];

  return frame->temporal_layer == 0 || frame->layer_sync || self->intact[frame->temporal_layer];
}

YodelVerdict
yodel_frame_chain_judge (const YodelFrameChain   *self,
                         const YodelPartialFrame *frame,
                         gint64                   distance)
{
  if (!frame->complete)
    return YODEL_VERDICT_WAIT;

  if (frame->key_frame && self->key_required)
    return YODEL_VERDICT_EMIT;

  if (is_next (self, frame, distance))
    return has_references (self, frame) ? YODEL_VERDICT_EMIT : YODEL_VERDICT_DROP;

  if (self->key_required)
    return YODEL_VERDICT_WAIT;

  return can_pass_gap (self, frame, distance) ? YODEL_VERDICT_PASS : YODEL_VERDICT_WAIT;
}

void
yodel_frame_chain_follow (YodelFrameChain         *self,
                          const YodelPartialFrame *frame,
                          gboolean                 gap)
{
  if (gap)
    set_intact (self, 1, FALSE);

  if (frame->key_frame)
    {
      self->key_required = FALSE;
      set_intact (self, 0, TRUE);
    }
  else if (frame->temporal_layer > 0)
    self->intact[frame->temporal_layer] = TRUE;

  self->picture_id = frame->picture_id;
  self->tl0_index = frame->tl0_index;
}

gboolean
yodel_frame_chain_leave_out (YodelFrameChain         *self,
                             const YodelPartialFrame *frame)
{
  self->picture_id = frame->picture_id;
  if (frame->temporal_layer <= 0)
    return FALSE;

  set_intact (self, frame->temporal_layer, FALSE);
  return TRUE;
}
