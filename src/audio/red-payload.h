/* RED, RFC 2198: earlier frames travel again beside the newest one. */
#pragma once

#include <glib.h>

#define YODEL_RED_MAX_BLOCKS      10        /* nine copies and the primary; more is refused */
#define YODEL_RED_MAX_OFFSET      16383     /* 14 bits of timestamp, RFC 2198 section 3 */
#define YODEL_RED_MAX_BLOCK_BYTES 1023      /* 10 bits of length */

typedef struct
{
  guint8        payload_type;
  guint16       offset;        /* ticks before the timestamp of the packet; 0 for the primary */
  const guint8 *data;          /* (borrowed) from the packet */
  gsize         size;
} YodelRedBlock;

/* The copies in the order of the packet, oldest first as a rule; the primary comes last. */
typedef struct
{
  YodelRedBlock blocks[YODEL_RED_MAX_BLOCKS];
  guint         n_blocks;
} YodelRedPayload;

gboolean yodel_red_payload_parse (YodelRedPayload       *payload,
                                  const guint8          *data,
                                  gsize                  size);
gsize    yodel_red_payload_write (const YodelRedPayload *payload,
                                  guint8                *out,
                                  gsize                  capacity);

/* The sender's memory: the frames that went before, and the payload made of the newest one and
 * those at some distances. */
#define YODEL_RED_MAX_DISTANCE  17          /* frames; 340 ms of 20 ms frames */

typedef struct _YodelRedSender YodelRedSender;

YodelRedSender *yodel_red_sender_new  (void);
void            yodel_red_sender_free (YodelRedSender *self);
gsize           yodel_red_sender_push (YodelRedSender *self,
                                       guint8          payload_type,
                                       guint32         rtp_time,
                                       const guint8   *frame,
                                       gsize           frame_bytes,
                                       const guint8   *distances,
                                       guint           n_distances,
                                       guint8         *out,
                                       gsize           capacity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelRedSender, yodel_red_sender_free)
