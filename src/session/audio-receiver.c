#define G_LOG_DOMAIN "yodel-session"

#include "session/audio-receiver.h"

#include "audio/level-meter.h"
#include "audio/opus-payload.h"
#include "audio/red-payload.h"
#include "base/sequence.h"
#include "base/units.h"
#include "rtp/nack-generator.h"

#define BLOCK_US (10 * G_TIME_SPAN_MILLISECOND)

/* A thread that was held up catches up block by block, for what it leaves out would become delay;
 * after as long as this (the machine slept) it begins anew. */
#define MAX_BEHIND_US (2 * G_TIME_SPAN_SECOND)

/* The first block is taken a little after the first packet: were they at the same moment, each
 * packet would come just too late for its block every other time. */
#define PHASE_US (3 * G_TIME_SPAN_MILLISECOND)

/* An answer takes a little longer than the round trip mostly does, and is used a block at a time. */
#define ANSWER_MARGIN_US (5 * G_TIME_SPAN_MILLISECOND)

/* Thread: the engine thread of its session. */
struct _YodelAudioReceiver
{
  YodelPlayoutBuffer     *playout;        /* (owned) */
  YodelReceiveStatistics  statistics;
  YodelUnwrapper          sequence;
  YodelNackGenerator     *missing;        /* (owned) */
  gint64                  rtt_us;
  guint                   nack_count;     /* requests sent */
  gboolean                nack;
  guint8                  opus;
  guint8                  red;
  guint8                  level;          /* -dBov of what was last played */
  gint64                  next_block_us;  /* never, before the first packet */
  gboolean                heard;
  guint                   channels;       /* of what is popped */
  guint                   sent_channels;  /* of the peer's last packet */
};

YodelAudioReceiver *
yodel_audio_receiver_new (void)
{
  YodelAudioReceiver *self = g_new0 (YodelAudioReceiver, 1);

  self->playout = yodel_playout_buffer_new ();
  self->missing = yodel_nack_generator_new ();
  self->rtt_us = -1;
  self->channels = 1;
  self->level = 127;
  self->next_block_us = YODEL_NEVER_US;
  return self;
}

void
yodel_audio_receiver_free (YodelAudioReceiver *self)
{
  yodel_playout_buffer_free (self->playout);
  yodel_nack_generator_free (self->missing);
  g_free (self);
}

void
yodel_audio_receiver_set_payload_types (YodelAudioReceiver *self,
                                        guint8              opus,
                                        guint8              red)
{
  self->opus = opus;
  self->red = red;
}

/* Nothing of what was received fits to what comes. */
static void
forget_stream (YodelAudioReceiver *self)
{
  self->sequence = (YodelUnwrapper) { 0 };
  yodel_playout_buffer_restart (self->playout);
  yodel_nack_generator_free (self->missing);
  self->missing = yodel_nack_generator_new ();
  yodel_audio_receiver_set_rtt (self, self->rtt_us);
}

/* The peer began a stream of another SSRC. */
static void
begin_stream (YodelAudioReceiver *self,
              guint32             ssrc)
{
  yodel_receive_statistics_init (&self->statistics, ssrc, 48000);
  yodel_playout_buffer_free (self->playout);
  self->playout = yodel_playout_buffer_new ();
  yodel_playout_buffer_set_channels (self->playout, self->channels);
  forget_stream (self);
}

void
yodel_audio_receiver_restart (YodelAudioReceiver *self)
{
  forget_stream (self);
  self->next_block_us = YODEL_NEVER_US;
}

void
yodel_audio_receiver_set_stereo (YodelAudioReceiver *self,
                                 gboolean            stereo)
{
  self->channels = stereo ? 2 : 1;
  yodel_playout_buffer_set_channels (self->playout, self->channels);
}

guint
yodel_audio_receiver_get_channels (const YodelAudioReceiver *self)
{
  return self->channels;
}

guint
yodel_audio_receiver_get_sent_channels (const YodelAudioReceiver *self)
{
  return self->sent_channels;
}

static void
push_opus (YodelAudioReceiver *self,
           gint64              sequence,
           guint32             rtp_time,
           const guint8       *payload,
           gsize               size,
           gint64              arrival_us)
{
  self->sent_channels = yodel_opus_payload_is_stereo (payload, size) ? 2 : 1;
  yodel_playout_buffer_push (self->playout, sequence, rtp_time, payload, size, arrival_us);
}

static void
push_red (YodelAudioReceiver   *self,
          const YodelRtpPacket *packet,
          gint64                sequence,
          gint64                arrival_us)
{
  YodelRedPayload red;

  if (!yodel_red_payload_parse (&red, packet->payload, packet->payload_bytes))
    return;

  for (guint i = 0; i < red.n_blocks; i++)
    {
      const YodelRedBlock *block = &red.blocks[i];

      if (block->payload_type != self->opus || block->size == 0)
        continue;

      if (i + 1 == red.n_blocks)
        push_opus (self, sequence, packet->timestamp, block->data, block->size, arrival_us);
      else
        yodel_playout_buffer_push_redundant (self->playout, packet->timestamp - block->offset,
                                             block->data, block->size, arrival_us);
    }
}

void
yodel_audio_receiver_push (YodelAudioReceiver   *self,
                           const YodelRtpPacket *packet,
                           gint64                arrival_us)
{
  gint64 sequence;

  if (!self->statistics.started || self->statistics.ssrc != packet->ssrc)
    begin_stream (self, packet->ssrc);

  yodel_receive_statistics_push (&self->statistics, packet->sequence_number, packet->timestamp,
                                 packet->payload_bytes, arrival_us);
  sequence = yodel_unwrapper_next16 (&self->sequence, packet->sequence_number);
  if (self->nack)
    yodel_nack_generator_push (self->missing, sequence, FALSE, arrival_us);

  if (packet->payload_bytes == 0)
    return;

  if (packet->payload_type == self->opus)
    push_opus (self, sequence, packet->timestamp, packet->payload, packet->payload_bytes, arrival_us);
  else if (packet->payload_type == self->red && self->red != 0)
    push_red (self, packet, sequence, arrival_us);
  else
    return;

  if (self->next_block_us == YODEL_NEVER_US)
    self->next_block_us = arrival_us + PHASE_US;
}

gboolean
yodel_audio_receiver_pop (YodelAudioReceiver *self,
                          gint16              samples[YODEL_PLAYOUT_SAMPLES * YODEL_PLAYOUT_MAX_CHANNELS],
                          gint64             *time_us,
                          gboolean           *heard,
                          gint64              now_us)
{
  YodelPlayoutKind kind;

  if (now_us < self->next_block_us)
    return FALSE;

  if (now_us - self->next_block_us > MAX_BEHIND_US)
    self->next_block_us = now_us;

  kind = yodel_playout_buffer_pop (self->playout, samples, self->next_block_us);
  self->level = yodel_level_meter_measure (samples, YODEL_PLAYOUT_SAMPLES * self->channels);
  self->heard = self->heard || kind != YODEL_PLAYOUT_SILENCE;

  *time_us = self->next_block_us;
  *heard = self->heard;
  self->next_block_us += BLOCK_US;
  return TRUE;
}

void
yodel_audio_receiver_set_nack (YodelAudioReceiver *self,
                               gboolean            nack)
{
  self->nack = nack;
}

void
yodel_audio_receiver_set_rtt (YodelAudioReceiver *self,
                              gint64              rtt_us)
{
  self->rtt_us = rtt_us;
  if (rtt_us >= 0)
    yodel_nack_generator_set_rtt (self->missing, rtt_us);
}

/* What would come too late is not asked for, nor what a copy has stood in for. */
static void
forget_unwanted (YodelAudioReceiver *self,
                 gint64              now_us)
{
  gint64 answer_us = now_us + self->rtt_us + ANSWER_MARGIN_US;

  for (guint i = yodel_nack_generator_get_n_missing (self->missing); i-- > 0;)
    {
      gint64 sequence = yodel_nack_generator_get_missing (self->missing, i);

      if (!yodel_playout_buffer_wants (self->playout, sequence, answer_us))
        yodel_nack_generator_forget (self->missing, sequence);
    }
}

guint
yodel_audio_receiver_poll_nack (YodelAudioReceiver *self,
                                guint16            *sequence_numbers,
                                guint               capacity,
                                gint64              now_us)
{
  guint n;

  if (!self->nack || self->rtt_us < 0)
    return 0;

  forget_unwanted (self, now_us);
  n = yodel_nack_generator_poll (self->missing, sequence_numbers, capacity, now_us);
  for (guint i = 0; i < n; i++)
    yodel_playout_buffer_on_asked (self->playout, yodel_unwrapper_peek16 (&self->sequence, sequence_numbers[i]));
  self->nack_count += n > 0;
  return n;
}

guint
yodel_audio_receiver_get_nack_count (const YodelAudioReceiver *self)
{
  return self->nack_count;
}

gint64
yodel_audio_receiver_next_deadline_us (const YodelAudioReceiver *self)
{
  return self->next_block_us;
}

guint8
yodel_audio_receiver_get_level (const YodelAudioReceiver *self)
{
  return self->level;
}

YodelPlayoutBuffer *
yodel_audio_receiver_get_playout (YodelAudioReceiver *self)
{
  return self->playout;
}

YodelReceiveStatistics *
yodel_audio_receiver_get_statistics (YodelAudioReceiver *self)
{
  return &self->statistics;
}
