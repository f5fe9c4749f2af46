#define G_LOG_DOMAIN "yodel-video"

#include "video/frame-buffer.h"

#include "video/frame-assembler.h"
#include "video/frame-chain.h"

/* How far the first packet to arrive may have overtaken others. */
#define START_REORDER_PACKETS 128

/* A frame that can do without what is missing before it waits for it all the same: for a packet
 * that was overtaken always, for one sent again where that is quick. */
#define REORDER_WAIT_US       (10 * 1000)
#define RESEND_WAIT_MAX_US    (80 * 1000)

/* A gap is hopeless after some rounds of resending: then a key frame is asked for. */
#define GAP_LIMIT_RTTS        4
#define GAP_LIMIT_MIN_US      (300 * 1000)
#define GAP_LIMIT_MAX_US      (1500 * 1000)

/* So many packets at once are an outage, and a key frame is smaller than what is missing. */
#define GAP_MAX_PACKETS       128

/* The first key frame may still be on its way. */
#define FIRST_KEY_WAIT_US     (200 * 1000)
#define KEY_PROGRESS_WAIT_US  (100 * 1000)
#define KEY_REPEAT_MIN_US     (200 * 1000)
#define KEY_REPEAT_MAX_US     (1000 * 1000)
#define KEY_REPEATS_AT_PACE   5

/* Thread: the one that takes the packets. */
struct _YodelFrameBuffer
{
  YodelFrameAssembler  *assembler;          /* (nullable): before the first packet */
  YodelFrameBufferStats stats;
  YodelVideoCodec       codec;
  gint64                rtt_us;

  YodelFrameChain       chain;              /* up to assembler->done */
  gboolean              started;            /* a frame was handed out */
  gboolean              hurried;            /* upper layers are left out */

  /* the first gap */
  gint64                contiguous;         /* everything from done to here has arrived */
  gint64                gap_sequence;       /* first number missing; valid while there is a gap */
  gint64                gap_since_us;
  gint64                gap_packets;        /* missing in a row when it was found */
  gint64                given_up;           /* nothing up to here is to come */

  gint64                key_since_us;       /* when a key frame was first needed */
  gboolean              joined_late;        /* the first packet was in the middle of things */
  gint64                key_asked_us;
  guint                 n_key_asked;       /* since the last packet came */
};

void
yodel_assembled_frame_free (YodelAssembledFrame *self)
{
  g_bytes_unref (self->data);
  g_free (self);
}

YodelFrameBuffer *
yodel_frame_buffer_new (void)
{
  YodelFrameBuffer *self = g_new0 (YodelFrameBuffer, 1);

  self->rtt_us = 100 * 1000;
  self->chain = yodel_frame_chain_init ();
  self->given_up = G_MININT64;
  self->gap_sequence = G_MININT64;
  self->key_asked_us = G_MININT64;
  return self;
}

void
yodel_frame_buffer_free (YodelFrameBuffer *self)
{
  g_clear_pointer (&self->assembler, yodel_frame_assembler_free);
  g_free (self);
}

const YodelFrameBufferStats *
yodel_frame_buffer_get_stats (const YodelFrameBuffer *self)
{
  return &self->stats;
}

void
yodel_frame_buffer_set_rtt_us (YodelFrameBuffer *self,
                               gint64            rtt_us)
{
  self->rtt_us = MAX (rtt_us, 0);
}

/* Frames of both may be held for a moment; the new ones begin with a key frame, and what came before
 * it is shown if it is complete. */
void
yodel_frame_buffer_set_codec (YodelFrameBuffer *self,
                              YodelVideoCodec   codec)
{
  self->codec = codec;
  if (self->assembler != NULL)
    self->assembler->codec = codec;
}

gint64
yodel_frame_buffer_get_done_sequence (const YodelFrameBuffer *self)
{
  return self->assembler != NULL ? self->assembler->done : G_MININT64;
}

static gboolean
has_gap (const YodelFrameBuffer *self)
{
  return self->assembler != NULL && !self->chain.key_required && self->contiguous < self->assembler->newest;
}

/* Moves `done` over padding, `contiguous` over what is here, and looks at what is then missing. */
static void
update_gap (YodelFrameBuffer *self)
{
  YodelFrameAssembler *assembler = self->assembler;
  const YodelPacketSlot *slot;

  while ((slot = yodel_frame_assembler_find (assembler, assembler->done + 1)) != NULL && slot->data == NULL)
    yodel_frame_assembler_drop (assembler, assembler->done + 1);

  self->contiguous = MAX (self->contiguous, assembler->done);
  while (yodel_frame_assembler_find (assembler, self->contiguous + 1) != NULL)
    self->contiguous++;

  if (!has_gap (self) || self->gap_sequence == self->contiguous + 1)
    return;

  self->gap_sequence = self->contiguous + 1;
  for (gint64 i = self->gap_sequence + 1; i <= assembler->newest; i++)
    if ((slot = yodel_frame_assembler_find (assembler, i)) != NULL)
      {
        self->gap_since_us = slot->arrival_us;
        self->gap_packets = i - self->gap_sequence;
        return;
      }
}

/* Forgets everything up to @sequence and counts the frames as dropped. */
static void
drop_until (YodelFrameBuffer *self,
            gint64            sequence)
{
  self->stats.frames_dropped += yodel_frame_assembler_drop (self->assembler, sequence);
  update_gap (self);
}

static void
require_key (YodelFrameBuffer *self,
             gint64            now_us)
{
  if (self->chain.key_required)
    return;

  self->chain.key_required = TRUE;
  self->key_since_us = now_us;
}

/* Returns: the start of the newest key frame that has older frames before it; else %FALSE */
static gboolean
find_later_key (const YodelFrameBuffer *self,
                gint64                 *sequence)
{
  for (guint i = self->assembler->frames->len; i > 1; i--)
    {
      const YodelPartialFrame *frame = yodel_frame_assembler_get (self->assembler, i - 1);

      if (frame->has_start && frame->key_frame)
        {
          *sequence = frame->lowest;
          return TRUE;
        }
    }

  return FALSE;
}

static gboolean
has_complete_key (const YodelFrameBuffer *self)
{
  for (guint i = 0; i < self->assembler->frames->len; i++)
    {
      const YodelPartialFrame *frame = yodel_frame_assembler_get (self->assembler, i);

      if (frame->complete && frame->key_frame)
        return TRUE;
    }

  return FALSE;
}

/* Full: keeps what follows from the newest key frame on, or nothing. */
static void
shrink (YodelFrameBuffer *self,
        gint64            now_us)
{
  gint64 sequence;

  if (find_later_key (self, &sequence))
    {
      drop_until (self, sequence - 1);
      require_key (self, now_us);
      return;
    }

  drop_until (self, self->assembler->newest);
  require_key (self, now_us);
}

/* Makes the window reach to @sequence.  Returns: %FALSE where that is too old */
static gboolean
make_room (YodelFrameBuffer *self,
           gint64            sequence,
           gint64            now_us)
{
  if (self->assembler == NULL)
    {
      self->assembler = yodel_frame_assembler_new (sequence - START_REORDER_PACKETS - 1);
      self->assembler->codec = self->codec;
      self->contiguous = self->assembler->done;
      self->key_since_us = now_us;
    }

  if (sequence <= self->assembler->done)
    return FALSE;

  if (sequence > self->assembler->done + YODEL_FRAME_BUFFER_MAX_PACKETS)
    shrink (self, now_us);
  if (sequence > self->assembler->done + YODEL_FRAME_BUFFER_MAX_PACKETS)
    {
      drop_until (self, sequence - 1);
      require_key (self, now_us);
    }

  return TRUE;
}

static void
count_complete (YodelFrameBuffer        *self,
                const YodelPartialFrame *frame)
{
  if (!frame->complete)
    return;

  self->stats.frames_received++;
  self->stats.key_frames += frame->key_frame;
}

void
yodel_frame_buffer_push (YodelFrameBuffer *self,
                         gint64            sequence,
                         guint32           rtp_time,
                         gboolean          marker,
                         const guint8     *payload,
                         gsize             size,
                         gboolean          resent,
                         gint64            arrival_us)
{
  gboolean first = self->assembler == NULL;
  YodelPartialFrame *frame;

  if (!make_room (self, sequence, arrival_us))
    {
      self->stats.packets_discarded++;
      return;
    }

  frame = yodel_frame_assembler_push (self->assembler, sequence, rtp_time, marker, payload, size, arrival_us);
  if (frame == NULL)
    {
      self->stats.packets_discarded++;
      return;
    }

  frame->recovered |= resent;
  self->n_key_asked = 0;
  if (first)
    self->joined_late = frame->has_start && !frame->key_frame;

  count_complete (self, frame);

  /* While only a key frame helps, nothing before one is worth its memory or a resend. */
  if (self->chain.key_required && frame->has_start && frame->key_frame && !has_complete_key (self))
    drop_until (self, frame->lowest - 1);

  if (self->assembler->frames->len > YODEL_FRAME_BUFFER_MAX_FRAMES
      || self->assembler->bytes > YODEL_FRAME_BUFFER_MAX_BYTES)
    shrink (self, arrival_us);

  update_gap (self);
}

void
yodel_frame_buffer_push_padding (YodelFrameBuffer *self,
                                 gint64            sequence,
                                 gint64            arrival_us)
{
  const YodelPartialFrame *completed;

  if (!make_room (self, sequence, arrival_us))
    return;

  completed = yodel_frame_assembler_push_padding (self->assembler, sequence, arrival_us);
  if (completed != NULL)
    count_complete (self, completed);
  update_gap (self);
}

/* When a frame that can pass a gap stops waiting for it. */
static gint64
pass_time_us (const YodelFrameBuffer  *self,
              const YodelPartialFrame *frame)
{
  gint64 resend_us = self->rtt_us * 5 / 4;

  if (self->given_up >= frame->lowest - 1)
    return frame->last_arrival_us;
  if (frame->key_frame && (self->given_up >= self->gap_sequence || self->key_asked_us >= self->gap_since_us))
    return frame->last_arrival_us;
  if (resend_us > RESEND_WAIT_MAX_US)
    return frame->last_arrival_us + REORDER_WAIT_US;

  return frame->last_arrival_us + MAX (resend_us, REORDER_WAIT_US);
}

static YodelVerdict
judge (const YodelFrameBuffer  *self,
       const YodelPartialFrame *frame)
{
  return yodel_frame_chain_judge (&self->chain, frame, frame->lowest - self->assembler->done);
}

static void
leave_out (YodelFrameBuffer        *self,
           const YodelPartialFrame *frame)
{
  if (!yodel_frame_chain_leave_out (&self->chain, frame))
    require_key (self, frame->last_arrival_us);

  drop_until (self, frame->highest);
}

static YodelAssembledFrame *
emit (YodelFrameBuffer        *self,
      const YodelPartialFrame *frame,
      gboolean                 gap)
{
  YodelAssembledFrame *assembled = g_new (YodelAssembledFrame, 1);

  *assembled = (YodelAssembledFrame) {
    .data = yodel_frame_assembler_join (self->assembler, frame),
    .codec = frame->codec,
    .rtp_time = frame->rtp_time,
    .key_frame = frame->key_frame,
    .temporal_layer = frame->temporal_layer,
    .first_sequence = frame->lowest,
    .last_sequence = frame->highest,
    .n_packets = frame->n_packets,
    .first_arrival_us = frame->first_arrival_us,
    .last_arrival_us = frame->last_arrival_us,
    .recovered = frame->recovered,
  };
  yodel_frame_chain_follow (&self->chain, frame, gap);
  self->started = TRUE;

  /* All but the frame itself were passed over. */
  self->stats.frames_dropped += yodel_frame_assembler_drop (self->assembler, assembled->last_sequence) - 1;
  update_gap (self);
  return assembled;
}

static gboolean
is_dispensable (const YodelFrameBuffer  *self,
                const YodelPartialFrame *frame)
{
  return self->hurried && frame->temporal_layer > 0 && frame->highest < self->assembler->newest;
}

YodelAssembledFrame *
yodel_frame_buffer_pop_frame (YodelFrameBuffer *self,
                              gint64            now_us)
{
  guint i = 0;

  while (self->assembler != NULL && i < self->assembler->frames->len)
    {
      const YodelPartialFrame *frame = yodel_frame_assembler_get (self->assembler, i);

      switch (judge (self, frame))
        {
        case YODEL_VERDICT_WAIT:
          i++;
          break;

        case YODEL_VERDICT_EMIT:
          if (!is_dispensable (self, frame))
            return emit (self, frame, FALSE);
          leave_out (self, frame);
          i = 0;
          break;

        case YODEL_VERDICT_PASS:
          return now_us >= pass_time_us (self, frame) ? emit (self, frame, TRUE) : NULL;

        case YODEL_VERDICT_DROP:
          leave_out (self, frame);
          i = 0;
          break;
        }
    }

  return NULL;
}

void
yodel_frame_buffer_give_up (YodelFrameBuffer *self,
                            gint64            sequence,
                            gint64            now_us)
{
  self->given_up = MAX (self->given_up, sequence);
}

void
yodel_frame_buffer_require_key_frame (YodelFrameBuffer *self,
                                      gint64            now_us)
{
  require_key (self, now_us);
}

gint64
yodel_frame_buffer_get_waiting_since_us (const YodelFrameBuffer *self)
{
  const YodelPartialFrame *next = self->assembler != NULL && self->assembler->frames->len > 0
                                    ? yodel_frame_assembler_get (self->assembler, 0) : NULL;

  return next != NULL && next->complete ? next->last_arrival_us : 0;
}

void
yodel_frame_buffer_set_hurried (YodelFrameBuffer *self,
                                gboolean          hurried)
{
  self->hurried = hurried;
}

void
yodel_frame_buffer_skip (YodelFrameBuffer *self,
                         gint64            now_us)
{
  if (self->assembler != NULL)
    shrink (self, now_us);
}

static gint64
gap_limit_us (const YodelFrameBuffer *self)
{
  return CLAMP (GAP_LIMIT_RTTS * self->rtt_us, GAP_LIMIT_MIN_US, GAP_LIMIT_MAX_US);
}

/* Returns: until when a key frame that is arriving is waited for; %G_MAXINT64 if it is here */
static gint64
key_progress_us (const YodelFrameBuffer *self)
{
  gint64 until_us = G_MININT64;

  for (guint i = 0; i < self->assembler->frames->len; i++)
    {
      const YodelPartialFrame *frame = yodel_frame_assembler_get (self->assembler, i);

      if (!frame->has_start || !frame->key_frame)
        continue;
      if (frame->complete)
        return G_MAXINT64;
      until_us = MAX (until_us, frame->last_arrival_us + KEY_PROGRESS_WAIT_US + self->rtt_us);
    }

  return until_us;
}

/* A sender that gives none (it is paused, or the way is blocked) is asked less and less often. */
static gint64
key_repeat_us (const YodelFrameBuffer *self)
{
  gint64 repeat_us = MAX (KEY_REPEAT_MIN_US, self->rtt_us * 3 / 2);

  for (guint i = KEY_REPEATS_AT_PACE; i < self->n_key_asked && repeat_us < KEY_REPEAT_MAX_US; i++)
    repeat_us *= 2;
  return MIN (repeat_us, MAX (KEY_REPEAT_MAX_US, self->rtt_us * 3 / 2));
}

/* When to ask for a key frame; %G_MAXINT64 if there is no need. */
static gint64
key_time_us (const YodelFrameBuffer *self)
{
  gint64 due_us;

  if (self->assembler == NULL)
    return G_MAXINT64;

  if (!self->started && !self->joined_late)
    due_us = self->key_since_us + FIRST_KEY_WAIT_US;
  else if (self->chain.key_required)
    due_us = self->key_since_us;
  else if (!has_gap (self))
    return G_MAXINT64;
  else if (self->given_up >= self->gap_sequence || self->gap_packets > GAP_MAX_PACKETS)
    due_us = self->gap_since_us;
  else
    due_us = self->gap_since_us + gap_limit_us (self);

  due_us = MAX (due_us, key_progress_us (self));
  if (self->key_asked_us != G_MININT64)
    due_us = MAX (due_us, self->key_asked_us + key_repeat_us (self));
  return due_us;
}

gboolean
yodel_frame_buffer_wants_key_frame (YodelFrameBuffer *self,
                                    gint64            now_us)
{
  if (now_us < key_time_us (self))
    return FALSE;

  self->key_asked_us = now_us;
  self->n_key_asked++;
  return TRUE;
}

gint64
yodel_frame_buffer_next_deadline_us (const YodelFrameBuffer *self)
{
  gint64 deadline_us = key_time_us (self);

  for (guint i = 0; self->assembler != NULL && i < self->assembler->frames->len; i++)
    {
      const YodelPartialFrame *frame = yodel_frame_assembler_get (self->assembler, i);

      if (judge (self, frame) == YODEL_VERDICT_PASS)
        return MIN (deadline_us, pass_time_us (self, frame));
    }

  return deadline_us;
}
