/* Makes frames of RTP packets and hands them out in decode order, each one only when everything
 * it refers to has been handed out before.  Gaps are waited for until they are filled, given up
 * by the caller, or passed by a frame that does not need them.  It belongs to one thread. */
#pragma once

#include <yodel/yodel-enums.h>

G_BEGIN_DECLS

/* What a peer can make it hold. */
#define YODEL_FRAME_BUFFER_MAX_PACKETS 2048u
#define YODEL_FRAME_BUFFER_MAX_FRAMES  256u
#define YODEL_FRAME_BUFFER_MAX_BYTES   (4u << 20)

typedef struct
{
  GBytes  *data;                      /* (owned) */
  YodelVideoCodec codec;
  guint32  rtp_time;
  gboolean key_frame;
  gint     temporal_layer;            /* -1: the peer does not say */
  gint64   first_sequence;            /* unwrapped */
  gint64   last_sequence;
  guint    n_packets;
  gint64   first_arrival_us;          /* of its earliest packet */
  gint64   last_arrival_us;           /* of the packet that completed it */
  gboolean recovered;                 /* a packet of it was sent again */
} YodelAssembledFrame;

void                 yodel_assembled_frame_free             (YodelAssembledFrame *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelAssembledFrame, yodel_assembled_frame_free)

typedef struct
{
  guint64 frames_received;            /* complete, whether handed out or not */
  guint64 key_frames;                 /* of those */
  guint64 frames_dropped;             /* never handed out, complete or not */
  guint64 packets_discarded;          /* malformed, too old or beyond the bounds */
} YodelFrameBufferStats;

typedef struct _YodelFrameBuffer YodelFrameBuffer;

YodelFrameBuffer    *yodel_frame_buffer_new                 (void);
void                 yodel_frame_buffer_free                (YodelFrameBuffer *self);

/* The format of the packets to come, VP8 if it is not said. */
void                 yodel_frame_buffer_set_codec           (YodelFrameBuffer *self,
                                                             YodelVideoCodec   codec);

/* One packet.  @sequence: the unwrapped RTP sequence number; @payload: RFC 7741 or 9628; @resent: the first one of
 * this number was lost. */
void                 yodel_frame_buffer_push                (YodelFrameBuffer *self,
                                                             gint64            sequence,
                                                             guint32           rtp_time,
                                                             gboolean          marker,
                                                             const guint8     *payload,
                                                             gsize             size,
                                                             gboolean          resent,
                                                             gint64            arrival_us);
/* A packet without payload: it has a number but belongs to no frame. */
void                 yodel_frame_buffer_push_padding        (YodelFrameBuffer *self,
                                                             gint64            sequence,
                                                             gint64            arrival_us);

/* Returns: (transfer full) (nullable): the next frame to decode; call until %NULL */
YodelAssembledFrame *yodel_frame_buffer_pop_frame           (YodelFrameBuffer *self,
                                                             gint64            now_us);

/* Nothing up to @sequence that is still missing will come (NACK gave up). */
void                 yodel_frame_buffer_give_up             (YodelFrameBuffer *self,
                                                             gint64            sequence,
                                                             gint64            now_us);
/* The decoder lost its state: nothing but a key frame is of use from here on. */
void                 yodel_frame_buffer_require_key_frame   (YodelFrameBuffer *self,
                                                             gint64            now_us);

/* Since when the next frame has been whole; 0 if it is not. */
gint64               yodel_frame_buffer_get_waiting_since_us (const YodelFrameBuffer *self);

/* The decoder falls behind: where others wait behind it, a frame of an upper temporal layer is left out.
 * Nothing else becomes worse for it. */
void                 yodel_frame_buffer_set_hurried         (YodelFrameBuffer *self,
                                                             gboolean          hurried);

/* The decoder does not keep up, not even so: what waits for it is left out up to the newest key frame; if there is
 * none, all of it is, and one is required. */
void                 yodel_frame_buffer_skip                (YodelFrameBuffer *self,
                                                             gint64            now_us);

/* Returns: %TRUE if the caller should send a PLI or FIR now; it then counts as sent, and the
 * next %TRUE comes after a round trip at the earliest */
gboolean             yodel_frame_buffer_wants_key_frame     (YodelFrameBuffer *self,
                                                             gint64            now_us);

/* Bounds how long a gap is waited for. */
void                 yodel_frame_buffer_set_rtt_us          (YodelFrameBuffer *self,
                                                             gint64            rtt_us);

/* When pop_frame or wants_key_frame may next say something new without a packet arriving. */
gint64               yodel_frame_buffer_next_deadline_us    (const YodelFrameBuffer *self);

/* The newest sequence number that no frame to come needs: resending it is of no use. */
gint64               yodel_frame_buffer_get_done_sequence   (const YodelFrameBuffer *self);

const YodelFrameBufferStats *
                     yodel_frame_buffer_get_stats           (const YodelFrameBuffer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelFrameBuffer, yodel_frame_buffer_free)

G_END_DECLS
