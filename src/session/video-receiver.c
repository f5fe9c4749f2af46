#define G_LOG_DOMAIN "yodel-session"

#include "session/video-receiver.h"

#include <string.h>

#include "base/sequence.h"
#include "base/units.h"
#include "rtp/receive-window.h"
#include "rtp/rtx.h"
#include "rtp/ulpfec.h"
#include "session/video-protection.h"
#include "video/frame-timing.h"
#include "video/vp8-payload.h"

/* Frames at the decoder at a time; what comes faster waits in the frame buffer. */
#define MAX_DECODING 4

/* A decoder that has been behind for so long gets no frames of upper temporal layers, where there are
 * any.  Where a frame has waited for it for so long all the same, all that waits is left out before the
 * picture lags behind the voice. */
#define SOME_BEHIND_US (100 * (gint64) 1000)
#define MAX_BEHIND_US  (400 * (gint64) 1000)

/* A picture that stands still for so long has no lips that move. */
#define QUIET_US (5 * G_TIME_SPAN_SECOND)

/* Pictures that wait for their time; beyond it the oldest waits no longer. */
#define MAX_PICTURES 30

/* How often the camera may turn between a packet and its picture; beyond it the oldest word goes. */
#define MAX_TURNS 8

typedef struct
{
  gint64 sequence;              /* of the packet that said it */
  guint  rotation;
} Turn;

typedef struct
{
  YodelVideoFrame *picture;     /* (owned) */
  gint64           show_us;
} Waiting;

/* Thread: the engine thread of its session; the decoder works elsewhere. */
struct _YodelVideoReceiver
{
  YodelReceiveStatistics      statistics;
  YodelUnwrapper              sequence;
  YodelReceiveWindow          window;
  YodelNackGenerator         *nack;             /* (owned) */
  YodelFrameBuffer           *frames;           /* (owned) */
  YodelUlpfecReceiver        *fec;              /* (owned) (nullable) until the peer sends RED */
  YodelFrameTiming           *timing;           /* (owned) */
  YodelFreezeMeter            freezes;
  YodelVideoReceiverCounters  counters;
  YodelVideoReceiveParameters parameters;
  YodelVideoCodec             codec;            /* of the last packet */
  guint                       n_decoding;
  gint64                      behind_since_us;  /* that the decoder has had no frame too few; 0: it keeps up */
  GArray                     *pictures;         /* (owned) of Waiting, in order of time */
  guint                       rotation;         /* of the last frame decoded */
  Turn                        turns[MAX_TURNS];  /* told by packets that came after it */
  guint                       n_turns;
  gint64                      last_arrival_us;  /* 0 before the first frame */
  gint64                      rtt_us;
};

static void
clear_waiting (gpointer data)
{
  yodel_video_frame_unref (((Waiting *) data)->picture);
}

YodelVideoReceiver *
yodel_video_receiver_new (void)
{
  YodelVideoReceiver *self = g_new0 (YodelVideoReceiver, 1);

  self->nack = yodel_nack_generator_new ();
  self->frames = yodel_frame_buffer_new ();
  self->timing = yodel_frame_timing_new (YODEL_VP8_CLOCK_RATE_HZ);
  self->pictures = g_array_new (FALSE, FALSE, sizeof (Waiting));
  g_array_set_clear_func (self->pictures, clear_waiting);
  yodel_receive_window_init (&self->window, YODEL_RECEIVE_WINDOW_MAX);
  return self;
}

void
yodel_video_receiver_free (YodelVideoReceiver *self)
{
  yodel_nack_generator_free (self->nack);
  yodel_frame_buffer_free (self->frames);
  yodel_frame_timing_free (self->timing);
  g_clear_pointer (&self->fec, yodel_ulpfec_receiver_free);
  g_array_unref (self->pictures);
  g_free (self);
}

void
yodel_video_receiver_set_parameters (YodelVideoReceiver                *self,
                                     const YodelVideoReceiveParameters *parameters)
{
  self->parameters = *parameters;
}

void
yodel_video_receiver_set_rtt (YodelVideoReceiver *self,
                              gint64              rtt_us)
{
  self->rtt_us = rtt_us;
  yodel_nack_generator_set_rtt (self->nack, rtt_us);
  yodel_frame_buffer_set_rtt_us (self->frames, rtt_us);
  yodel_frame_timing_set_rtt_us (self->timing, rtt_us);
}

void
yodel_video_receiver_set_extra_delay (YodelVideoReceiver *self,
                                      gint64              extra_us)
{
  yodel_frame_timing_set_extra_delay_us (self->timing, extra_us);
}

/* Nothing of what was received fits to what comes. */
static void
forget_stream (YodelVideoReceiver *self)
{
  yodel_receive_window_init (&self->window, YODEL_RECEIVE_WINDOW_MAX);
  self->sequence = (YodelUnwrapper) { 0 };
  self->n_turns = 0;
  g_clear_pointer (&self->fec, yodel_ulpfec_receiver_free);

  yodel_nack_generator_free (self->nack);
  yodel_frame_buffer_free (self->frames);
  yodel_frame_timing_free (self->timing);
  self->nack = yodel_nack_generator_new ();
  self->frames = yodel_frame_buffer_new ();
  self->timing = yodel_frame_timing_new (YODEL_VP8_CLOCK_RATE_HZ);
  yodel_video_receiver_set_rtt (self, self->rtt_us);
}

/* The peer began a stream of another SSRC. */
static void
begin_stream (YodelVideoReceiver *self,
              guint32             ssrc)
{
  yodel_receive_statistics_init (&self->statistics, ssrc, YODEL_VP8_CLOCK_RATE_HZ);
  forget_stream (self);
}

void
yodel_video_receiver_restart (YodelVideoReceiver *self)
{
  forget_stream (self);
  g_array_set_size (self->pictures, 0);
  yodel_freeze_meter_pause (&self->freezes);
}

static void
read_orientation (YodelVideoReceiver   *self,
                  const YodelRtpPacket *packet,
                  gint64                sequence)
{
  const guint8 *value;
  gsize size;

  if (self->parameters.orientation_id == 0
      || !yodel_rtp_packet_find_extension (packet, self->parameters.orientation_id, &value, &size)
      || size != 1)
    return;

  if (self->n_turns == MAX_TURNS)
    memmove (self->turns, self->turns + 1, --self->n_turns * sizeof *self->turns);
  self->turns[self->n_turns++] = (Turn) { sequence, (value[0] & 3) * 90 };
}

/* A word counts from its own frame on (3GPP TS 26.114 section 7.4.5), and a repaired packet may bring
 * an older one after a newer.
 *
 * Returns: how the frame that ends at @last_sequence lies */
static guint
take_rotation (YodelVideoReceiver *self,
               gint64              last_sequence)
{
  gint64 newest = G_MININT64;
  guint kept = 0;

  for (guint i = 0; i < self->n_turns; i++)
    {
      Turn turn = self->turns[i];

      if (turn.sequence > last_sequence)
        self->turns[kept++] = turn;
      else if (turn.sequence > newest)
        {
          newest = turn.sequence;
          self->rotation = turn.rotation;
        }
    }

  self->n_turns = kept;
  return self->rotation;
}

static void
push_media (YodelVideoReceiver   *self,
            const YodelRtpPacket *packet,
            YodelVideoCodec       codec,
            gboolean              recovered,
            gint64                arrival_us)
{
  gboolean resent = FALSE;
  gint64 sequence;

  if (!self->statistics.started || self->statistics.ssrc != packet->ssrc)
    {
      if (recovered)
        return;   /* of a stream that is over */
      begin_stream (self, packet->ssrc);
    }

  if (!recovered)
    yodel_receive_statistics_push (&self->statistics, packet->sequence_number, packet->timestamp,
                                   packet->payload_bytes, arrival_us);

  sequence = recovered ? yodel_unwrapper_peek16 (&self->sequence, packet->sequence_number)
                       : yodel_unwrapper_next16 (&self->sequence, packet->sequence_number);

  switch (yodel_receive_window_push (&self->window, sequence))
    {
    case YODEL_ARRIVAL_DUPLICATE:
    case YODEL_ARRIVAL_TOO_OLD:
      return;
    case YODEL_ARRIVAL_NEW:
    case YODEL_ARRIVAL_LATE:
      break;
    }

  if (self->parameters.nack)
    resent = yodel_nack_generator_push (self->nack, sequence, recovered, arrival_us);

  read_orientation (self, packet, sequence);

  self->codec = codec;
  yodel_frame_buffer_set_codec (self->frames, codec);
  if (packet->payload_bytes == 0)
    yodel_frame_buffer_push_padding (self->frames, sequence, arrival_us);
  else
    yodel_frame_buffer_push (self->frames, sequence, packet->timestamp, packet->marker,
                             packet->payload, packet->payload_bytes, resent, arrival_us);
}

/* Returns: whether @payload_type is one of @payload_types */
static gboolean
find_codec (const guint8     payload_types[2],
            guint8           payload_type,
            YodelVideoCodec *codec)
{
  for (guint i = 0; i < 2; i++)
    if (payload_types[i] != 0 && payload_types[i] == payload_type)
      {
        *codec = i;
        return TRUE;
      }

  return FALSE;
}

/* What the protections bring back, now that one more packet is here. */
static void
restore (YodelVideoReceiver *self,
         gint64              arrival_us)
{
  GBytes *bytes;

  while (self->fec != NULL && (bytes = yodel_ulpfec_receiver_pop (self->fec)) != NULL)
    {
      YodelRtpPacket packet;
      YodelVideoCodec codec;
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      if (yodel_rtp_packet_parse (&packet, data, size)
          && find_codec (self->parameters.payload_types, packet.payload_type, &codec))
        {
          self->counters.restored_packets++;
          push_media (self, &packet, codec, TRUE, arrival_us);
        }
      g_bytes_unref (bytes);
    }
}

/* A protection has a number among those of the pictures, and is part of none. */
static void
push_protection (YodelVideoReceiver   *self,
                 const YodelRtpPacket *red,
                 gint64                arrival_us)
{
  YodelRtpPacket nothing = *red;

  nothing.payload_bytes = 0;
  push_media (self, &nothing, self->codec, FALSE, arrival_us);

  self->counters.protection_packets++;
  if (!yodel_ulpfec_receiver_push (self->fec, red->payload + 1, red->payload_bytes - 1))
    self->counters.protection_discarded++;
}

static void
push_red (YodelVideoReceiver   *self,
          const YodelRtpPacket *red,
          gint64                arrival_us)
{
  guint8 plain[YODEL_ULPFEC_MAX_PACKET_BYTES];
  guint8 payload_type;
  gsize size = red->datagram_bytes <= sizeof plain
                 ? yodel_video_protection_unwrap (plain, red->datagram, red->datagram_bytes,
                                                  self->parameters.red_payload_type, &payload_type) : 0;
  YodelRtpPacket packet;
  YodelVideoCodec codec;

  if (size == 0)
    return;
  if (payload_type != self->parameters.ulpfec_payload_type
      && (!find_codec (self->parameters.payload_types, payload_type, &codec)
          || !yodel_rtp_packet_parse (&packet, plain, size)))
    return;

  if (payload_type != self->parameters.ulpfec_payload_type)
    push_media (self, &packet, codec, FALSE, arrival_us);

  if (self->fec == NULL)             /* not earlier: another stream may have begun */
    self->fec = yodel_ulpfec_receiver_new ();
  if (payload_type == self->parameters.ulpfec_payload_type)
    push_protection (self, red, arrival_us);
  else
    yodel_ulpfec_receiver_push_media (self->fec, plain, size);
  restore (self, arrival_us);
}

/* A retransmission of what went out in RED, by those who repeat it so. */
static void
push_red_rtx (YodelVideoReceiver   *self,
              const YodelRtpPacket *rtx,
              gint64                arrival_us)
{
  YodelRtpPacket original;
  YodelVideoCodec codec;

  if (!self->statistics.started
      || !yodel_rtx_unwrap (&original, rtx, self->statistics.ssrc, self->parameters.red_payload_type)
      || original.payload_bytes < 2
      || !find_codec (self->parameters.payload_types, original.payload[0], &codec))
    return;

  original.payload++;
  original.payload_bytes--;
  self->counters.retransmitted_packets++;
  self->counters.retransmitted_bytes += original.payload_bytes;
  push_media (self, &original, codec, TRUE, arrival_us);
}

static void
push_rtx (YodelVideoReceiver   *self,
          const YodelRtpPacket *rtx,
          YodelVideoCodec       codec,
          gint64                arrival_us)
{
  YodelRtpPacket original;

  if (!self->statistics.started
      || !yodel_rtx_unwrap (&original, rtx, self->statistics.ssrc,
                            self->parameters.payload_types[codec]))
    return;

  self->counters.retransmitted_packets++;
  self->counters.retransmitted_bytes += original.payload_bytes;
  push_media (self, &original, codec, TRUE, arrival_us);
}

void
yodel_video_receiver_push (YodelVideoReceiver   *self,
                           const YodelRtpPacket *packet,
                           gint64                arrival_us)
{
  const YodelVideoReceiveParameters *parameters = &self->parameters;
  YodelVideoCodec codec;

  if (find_codec (parameters->payload_types, packet->payload_type, &codec))
    {
      push_media (self, packet, codec, FALSE, arrival_us);
      if (self->fec != NULL && packet->datagram != NULL)
        yodel_ulpfec_receiver_push_media (self->fec, packet->datagram, packet->datagram_bytes);
      restore (self, arrival_us);
    }
  else if (parameters->red_payload_type != 0 && packet->payload_type == parameters->red_payload_type)
    push_red (self, packet, arrival_us);
  else if (find_codec (parameters->rtx_payload_types, packet->payload_type, &codec))
    push_rtx (self, packet, codec, arrival_us);
  else if (parameters->red_rtx_payload_type != 0
           && packet->payload_type == parameters->red_rtx_payload_type)
    push_red_rtx (self, packet, arrival_us);
}

static void
note_busy (YodelVideoReceiver *self,
           gint64              now_us)
{
  gint64 since_us = yodel_frame_buffer_get_waiting_since_us (self->frames);

  if (self->behind_since_us == 0)
    self->behind_since_us = now_us;
  if (now_us - self->behind_since_us >= SOME_BEHIND_US)
    yodel_frame_buffer_set_hurried (self->frames, TRUE);
  if (now_us - self->behind_since_us < MAX_BEHIND_US || since_us == 0 || now_us - since_us < MAX_BEHIND_US)
    return;

  yodel_frame_buffer_skip (self->frames, now_us);
  self->behind_since_us = 0;
}

YodelAssembledFrame *
yodel_video_receiver_pop_frame (YodelVideoReceiver *self,
                                gint64              now_us)
{
  YodelAssembledFrame *frame;

  if (self->n_decoding >= MAX_DECODING)
    {
      note_busy (self, now_us);
      return NULL;
    }

  frame = yodel_frame_buffer_pop_frame (self->frames, now_us);
  if (frame == NULL)
    {
      self->behind_since_us = 0;
      yodel_frame_buffer_set_hurried (self->frames, FALSE);
      return NULL;
    }

  self->n_decoding++;
  self->last_arrival_us = frame->last_arrival_us;
  yodel_frame_timing_push (self->timing, frame->rtp_time, g_bytes_get_size (frame->data),
                           frame->last_arrival_us, frame->recovered);
  yodel_nack_generator_clear_before (self->nack,
                                     yodel_frame_buffer_get_done_sequence (self->frames) + 1);
  return frame;
}

/* There is no room: the oldest picture is shown at once, or thrown away where nobody takes it.  To throw it away unseen would
 * be to show none ever, once they all wait for longer than there is room. */
static void
hurry_oldest (YodelVideoReceiver *self,
              gint64              now_us)
{
  Waiting *oldest = &g_array_index (self->pictures, Waiting, 0);

  if (oldest->show_us > now_us)
    {
      oldest->show_us = now_us;
      return;
    }

  g_array_remove_index (self->pictures, 0);
  self->counters.frames_dropped++;
}

void
yodel_video_receiver_decoded (YodelVideoReceiver        *self,
                              const YodelAssembledFrame *frame,
                              YodelVideoFrame           *picture,
                              gboolean                   failed,
                              gint64                     decode_us,
                              gint64                     now_us)
{
  Waiting waiting;

  self->n_decoding--;
  self->counters.decode_us += decode_us;
  yodel_frame_timing_push_decode_time (self->timing, decode_us, now_us);

  if (failed)
    {
      self->counters.decode_failures++;
      yodel_frame_buffer_require_key_frame (self->frames, now_us);
      return;
    }

  if (picture == NULL)
    return;

  self->counters.frames_decoded++;
  self->counters.width = picture->width;
  self->counters.height = picture->height;

  if (self->pictures->len >= MAX_PICTURES)
    hurry_oldest (self, now_us);

  waiting.picture = yodel_video_frame_ref (picture);
  waiting.picture->rotation = take_rotation (self, frame->last_sequence);
  waiting.show_us = yodel_frame_timing_render_time_us (self->timing, frame->rtp_time, now_us);
  waiting.picture->timestamp_us = waiting.show_us;
  g_array_append_val (self->pictures, waiting);
}

YodelVideoFrame *
yodel_video_receiver_pop_picture (YodelVideoReceiver *self,
                                  gint64              now_us)
{
  YodelVideoFrame *picture = NULL;

  /* Where several are due, only the newest is worth showing. */
  while (self->pictures->len > 0
         && g_array_index (self->pictures, Waiting, 0).show_us <= now_us)
    {
      self->counters.frames_dropped += picture != NULL;
      g_clear_pointer (&picture, yodel_video_frame_unref);
      picture = yodel_video_frame_ref (g_array_index (self->pictures, Waiting, 0).picture);
      g_array_remove_index (self->pictures, 0);
    }

  if (picture != NULL)
    yodel_freeze_meter_push (&self->freezes, now_us);
  return picture;
}

guint
yodel_video_receiver_poll_nack (YodelVideoReceiver *self,
                                guint16            *sequence_numbers,
                                guint               capacity,
                                gint64              now_us)
{
  guint n;

  if (!self->parameters.nack)
    return 0;

  n = yodel_nack_generator_poll (self->nack, sequence_numbers, capacity, now_us);
  self->counters.nack_count += n > 0;
  if (yodel_nack_generator_take_overflow (self->nack))
    yodel_frame_buffer_require_key_frame (self->frames, now_us);
  return n;
}

gboolean
yodel_video_receiver_wants_key_frame (YodelVideoReceiver *self,
                                      gint64              now_us)
{
  if (!self->statistics.started || !self->parameters.pli
      || !yodel_frame_buffer_wants_key_frame (self->frames, now_us))
    return FALSE;

  self->counters.pli_count++;
  return TRUE;
}

gint64
yodel_video_receiver_next_deadline_us (const YodelVideoReceiver *self)
{
  gint64 deadline_us = YODEL_NEVER_US;

  if (!self->statistics.started)
    return YODEL_NEVER_US;

  if (self->parameters.nack)
    deadline_us = yodel_nack_generator_next_deadline_us (self->nack);
  if (self->n_decoding < MAX_DECODING)
    deadline_us = MIN (deadline_us, yodel_frame_buffer_next_deadline_us (self->frames));
  if (self->pictures->len > 0)
    deadline_us = MIN (deadline_us, g_array_index (self->pictures, Waiting, 0).show_us);
  return deadline_us;
}

gint64
yodel_video_receiver_get_delay_us (const YodelVideoReceiver *self)
{
  return yodel_frame_timing_get_delay_us (self->timing);
}

gboolean
yodel_video_receiver_get_due_us (const YodelVideoReceiver *self,
                                 guint32                  *rtp_time,
                                 gint64                   *due_us,
                                 gint64                    now_us)
{
  return yodel_frame_timing_get_due_us (self->timing, rtp_time, due_us)
         && now_us - self->last_arrival_us < QUIET_US;
}

YodelReceiveStatistics *
yodel_video_receiver_get_statistics (YodelVideoReceiver *self)
{
  return &self->statistics;
}

const YodelFrameBufferStats *
yodel_video_receiver_get_frame_stats (const YodelVideoReceiver *self)
{
  return yodel_frame_buffer_get_stats (self->frames);
}

const YodelFreezeMeter *
yodel_video_receiver_get_freezes (const YodelVideoReceiver *self)
{
  return &self->freezes;
}

YodelVideoCodec
yodel_video_receiver_get_codec (const YodelVideoReceiver *self)
{
  return self->codec;
}

const YodelVideoReceiverCounters *
yodel_video_receiver_get_counters (const YodelVideoReceiver *self)
{
  return &self->counters;
}
