/* Collects the packets of video frames by sequence number, for the frame buffer: a window of
 * packets, and a list of the frames that they are parts of, oldest first. */
#pragma once

#include <yodel/yodel-enums.h>

G_BEGIN_DECLS

#define YODEL_FRAME_ASSEMBLER_WINDOW 2048u   /* packets; a power of two */

/* A frame of which at least one packet is here. */
typedef struct
{
  guint32  rtp_time;
  gint64   lowest;            /* sequence numbers that are here */
  gint64   highest;
  gboolean has_start;         /* lowest is the first packet */
  gboolean has_end;           /* highest is the last packet */
  gboolean complete;
  gboolean recovered;
  guint    n_packets;
  gsize    bytes;
  gint64   first_arrival_us;
  gint64   last_arrival_us;

  YodelVideoCodec codec;

  /* of the first packet: nothing before has_start */
  gboolean key_frame;
  gint     picture_id;        /* -1: absent */
  gint     picture_id_bits;
  gint     tl0_index;         /* -1: absent */
  gint     temporal_layer;    /* -1: absent */
  gboolean layer_sync;
} YodelPartialFrame;

typedef struct
{
  gint64   sequence;
  gint64   arrival_us;
  guint8  *data;        /* (owned) (nullable): %NULL in padding */
  guint16  size;
  gboolean here;
} YodelPacketSlot;

typedef struct
{
  gint64           done;          /* nothing up to this number is held or taken */
  gint64           newest;
  YodelVideoCodec  codec;         /* of the packets to come */
  gsize            bytes;
  GPtrArray       *frames;        /* (owned) (element-type YodelPartialFrame), by sequence */
  YodelPacketSlot  slots[YODEL_FRAME_ASSEMBLER_WINDOW];
} YodelFrameAssembler;

YodelFrameAssembler *yodel_frame_assembler_new          (gint64                     done);
void                 yodel_frame_assembler_free         (YodelFrameAssembler       *self);

/* @sequence: within the window after `done`.
 * Returns: (transfer none) (nullable): the frame it belongs to; %NULL if the packet was refused */
YodelPartialFrame   *yodel_frame_assembler_push         (YodelFrameAssembler       *self,
                                                         gint64                     sequence,
                                                         guint32                    rtp_time,
                                                         gboolean                   marker,
                                                         const guint8              *payload,
                                                         gsize                      size,
                                                         gint64                     arrival_us);
/* Returns: (transfer none) (nullable): the frame that this completed */
YodelPartialFrame   *yodel_frame_assembler_push_padding (YodelFrameAssembler       *self,
                                                         gint64                     sequence,
                                                         gint64                     arrival_us);

const YodelPacketSlot *
                     yodel_frame_assembler_find         (const YodelFrameAssembler *self,
                                                         gint64                     sequence);
GBytes              *yodel_frame_assembler_join         (const YodelFrameAssembler *self,
                                                         const YodelPartialFrame   *frame);

/* Forgets everything up to @sequence.  Returns: how many frames that were */
guint                yodel_frame_assembler_drop         (YodelFrameAssembler       *self,
                                                         gint64                     sequence);

static inline YodelPartialFrame *
yodel_frame_assembler_get (const YodelFrameAssembler *self,
                           guint                      index)
{
  return g_ptr_array_index (self->frames, index);
}

G_END_DECLS
