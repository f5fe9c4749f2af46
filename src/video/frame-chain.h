/* Which frame may be decoded after which: follows the references from frame to frame by packet
 * numbers, PictureID, and TL0PICIDX with temporal layers.  Plain data of the frame buffer. */
#pragma once

#include "video/frame-assembler.h"

G_BEGIN_DECLS

#define YODEL_FRAME_CHAIN_LAYERS 4u     /* TID has two bits */

typedef enum
{
  YODEL_VERDICT_WAIT,     /* something before it is missing that it may need */
  YODEL_VERDICT_EMIT,     /* nothing is missing */
  YODEL_VERDICT_PASS,     /* something is missing that it does not need */
  YODEL_VERDICT_DROP,     /* all is here, and what it needs was left out */
} YodelVerdict;

typedef struct
{
  gboolean key_required;
  gint     picture_id;                        /* of the last frame; -1: absent */
  gint     tl0_index;                         /* -1: absent */
  gboolean intact[YODEL_FRAME_CHAIN_LAYERS];  /* nothing of this layer was left out */
} YodelFrameChain;

static inline YodelFrameChain
yodel_frame_chain_init (void)
{
  return (YodelFrameChain) { .key_required = TRUE, .picture_id = -1, .tl0_index = -1 };
}

/* @distance: from the last packet of the chain to the first of @frame */
YodelVerdict yodel_frame_chain_judge     (const YodelFrameChain   *self,
                                          const YodelPartialFrame *frame,
                                          gint64                   distance);
/* @frame is decoded; @gap: something before it never was. */
void         yodel_frame_chain_follow    (YodelFrameChain         *self,
                                          const YodelPartialFrame *frame,
                                          gboolean                 gap);
/* @frame is whole but of no use.  Returns: %FALSE if none but a key frame is from here on */
gboolean     yodel_frame_chain_leave_out (YodelFrameChain         *self,
                                          const YodelPartialFrame *frame);

G_END_DECLS
