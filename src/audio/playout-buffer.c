#define G_LOG_DOMAIN "yodel-audio"

#include "audio/playout-buffer.h"

#include <string.h>

#include "audio/delay-estimator.h"
#include "audio/arrival-history.h"
#include "audio/packet-queue.h"
#include "audio/speech-decoder.h"
#include "audio/time-stretch.h"
#include "base/sequence.h"
#include "base/units.h"

#define TICK_US             (10 * YODEL_US_PER_MS)
#define BLOCK               YODEL_PLAYOUT_SAMPLES
#define SECOND              48000
#define HISTORY             1440                 /* 30 ms of what was played, for seams */
#define MAX_PCM             8192                 /* decoded and not yet played: a packet and some */
#define DELAY_WINDOW        16                   /* packets; devices take their blocks in bursts */
#define MAX_REWIND          SECOND               /* a longer stall starts afresh */
#define MAX_CATCH_UP_US     (500 * YODEL_US_PER_MS)  /* what is later is skipped, not hurried through */
#define MAX_START_WAIT_US   (20 * YODEL_US_PER_MS)
#define SLACK_ABOVE_US      1500                 /* around the target nothing is done */
#define SLACK_BELOW_US      500
#define HURRY_US            (50 * YODEL_US_PER_MS)
#define SPRINT_US           (250 * YODEL_US_PER_MS)
#define LATE_SLACK_US       (10 * YODEL_US_PER_MS)
#define OVERDUE_SLACK_US    (60 * YODEL_US_PER_MS)   /* how far a stall may be stretched over */
#define OVERDUE_FROM_US     (20 * YODEL_US_PER_MS)
#define MAX_NACK_WAIT_US    (100 * YODEL_US_PER_MS)
#define JUMP_US             (3 * G_USEC_PER_SEC)
#define MAX_COPY_AGE        24000                /* no copy is older than 500 ms */
#define DEFAULT_MAX_US      (1000 * YODEL_US_PER_MS)
#define SILENCE_RMS         60.0                 /* -55 dBov */

typedef enum
{
  EMPTY,                 /* nothing was ever played */
  PLAYING,
  STALLED,               /* nothing came for so long that the next packet begins anew */
} State;

struct _YodelPlayoutBuffer
{
  State                   state;
  YodelDelayEstimator     estimator;
  YodelArrivalHistory      history;
  YodelPacketQueue        queue;
  YodelSpeechDecoder     *decoder;               /* (owned) */
  YodelUnwrapper          times;
  YodelPlayoutStatistics  statistics;

  gint64                  next_rtp;              /* the next sample to decode */
  gint16                  sound[HISTORY + MAX_PCM];   /* played, then still to be played */
  guint                   n_pcm;                 /* of the latter */
  YodelPlayoutKind        kind;                  /* of what was decoded last */
  guint                   rewindable;            /* samples made up for want of packets, ending at next_rtp */
  gboolean                resting;               /* the peer is silent and says so (DTX) */
  gboolean                merge;                 /* what comes next does not continue what was */
  gboolean                concealing;

  gint64                  lags_us[DELAY_WINDOW]; /* time of decoding less media time, since it last changed */
  guint                   n_lags;
  gint64                  lag_us;                /* the smallest of them, or of those before */

  gint64                  min_us, max_us, extra_us;

  gint64                  jump_transit_us;       /* of a packet that may be the first after a jump */
  gboolean                jump_pending;
};

static gint64
samples_us (gint64 samples)
{
  return samples * 1000 / 48;
}

YodelPlayoutBuffer *
yodel_playout_buffer_new (void)
{
  YodelPlayoutBuffer *self = g_new0 (YodelPlayoutBuffer, 1);

  yodel_delay_estimator_init (&self->estimator);
  yodel_arrival_history_init (&self->history);
  self->decoder = yodel_speech_decoder_new ();
  self->max_us = DEFAULT_MAX_US;
  return self;
}

void
yodel_playout_buffer_free (YodelPlayoutBuffer *self)
{
  if (self == NULL)
    return;

  yodel_packet_queue_clear (&self->queue);
  yodel_speech_decoder_free (self->decoder);
  g_free (self);
}

/* What the buffer may choose its delay from, beyond that of the fastest packet. */
void
yodel_playout_buffer_set_limits (YodelPlayoutBuffer *self,
                                 guint               min_delay_ms,
                                 guint               max_delay_ms)
{
  g_return_if_fail (min_delay_ms <= max_delay_ms);

  self->min_us = min_delay_ms * YODEL_US_PER_MS;
  self->max_us = max_delay_ms * YODEL_US_PER_MS;
}

/* For lip sync: on top of what the network asks for. */
void
yodel_playout_buffer_set_extra_delay (YodelPlayoutBuffer *self,
                                      guint               extra_ms)
{
  self->extra_us = extra_ms * YODEL_US_PER_MS;
}

static gint64
target_us (const YodelPlayoutBuffer *self)
{
  return CLAMP (self->estimator.target_us + self->extra_us, self->min_us, self->max_us);
}

/* The smallest lag of late: that is what a packet must be in time for. */
static gint64
delay_us (const YodelPlayoutBuffer *self)
{
  return self->lag_us - self->estimator.base_us;
}

/* The delay is about to become another. */
static void
forget_lags (YodelPlayoutBuffer *self)
{
  self->n_lags = 0;
}

/* ---- packets come in ---- */

/* A new call to the same buffer, so to speak: the peer's clock leapt, or the network slept. */
static void
restart (YodelPlayoutBuffer *self)
{
  yodel_packet_queue_clear (&self->queue);
  yodel_delay_estimator_init (&self->estimator);
  yodel_arrival_history_init (&self->history);
  self->jump_pending = FALSE;
  self->resting = FALSE;
  self->rewindable = 0;
  self->statistics.resets++;
  if (self->state == PLAYING)
    self->state = STALLED;
}

/* TRUE where the packet stands so far off that it is left out; a second one beside it is believed. */
static gboolean
is_stray (YodelPlayoutBuffer *self,
          gint64              rtp_time,
          gint64              arrival_us)
{
  gint64 transit_us = arrival_us - samples_us (rtp_time);

  if (!self->history.started || ABS (transit_us - self->history.last_transit_us) <= JUMP_US)
    {
      self->jump_pending = FALSE;
      return FALSE;
    }

  if (self->jump_pending && ABS (transit_us - self->jump_transit_us) <= JUMP_US)
    {
      restart (self);
      return FALSE;
    }

  self->jump_pending = TRUE;
  self->jump_transit_us = transit_us;
  return TRUE;
}

/* FALSE where it is too late to be of use. */
static gboolean
queue_packet (YodelPlayoutBuffer      *self,
              const YodelQueuedPacket *packet)
{
  gint64 end = packet->rtp_time + packet->info.packet_samples;

  if (self->state == PLAYING && end <= self->next_rtp - self->rewindable)
    return FALSE;

  switch (yodel_packet_queue_push (&self->queue, packet))
    {
    case YODEL_QUEUE_ADDED:
    case YODEL_QUEUE_REPLACED:
      return TRUE;
    case YODEL_QUEUE_DUPLICATE:
      self->statistics.packets_duplicated++;
      return TRUE;
    case YODEL_QUEUE_OVERFLOW:
      return FALSE;
    }
  g_assert_not_reached ();
}

/* The in-band copy makes the frame before available, if it is missing. */
static void
note_in_band_copy (YodelPlayoutBuffer     *self,
                   gint64                  sequence,
                   gint64                  rtp_time,
                   const YodelOpusPayload *info,
                   gint64                  arrival_us)
{
  gint64 before = rtp_time - info->frame_samples;

  if (!info->has_fec)
    return;

  self->statistics.fec_packets_received++;
  if (!yodel_arrival_history_has_sequence (&self->history, sequence - 1) &&
      yodel_arrival_history_push_frame (&self->history, before))
    yodel_delay_estimator_push (&self->estimator, samples_us (before), samples_us (info->frame_samples),
                                arrival_us, YODEL_DELAY_REPAIR);
}

/**
 * yodel_playout_buffer_push:
 * @sequence: of the RTP packet, unwrapped
 * @rtp_time: of the RTP packet
 * @payload: one Opus packet
 * @arrival_us: when it was read from the socket
 */
void
yodel_playout_buffer_push (YodelPlayoutBuffer *self,
                           gint64              sequence,
                           guint32             rtp_time,
                           const guint8       *payload,
                           gsize               size,
                           gint64              arrival_us)
{
  YodelQueuedPacket packet = { .sequence = sequence, .arrival_us = arrival_us,
                               .data = (guint8 *) payload, .size = size };

  self->statistics.packets_received++;
  packet.rtp_time = yodel_unwrapper_peek32 (&self->times, rtp_time);
  if (sequence == YODEL_QUEUED_COPY || !yodel_opus_payload_parse (&packet.info, payload, size))
    {
      self->statistics.packets_malformed++;
      return;
    }
  if (yodel_arrival_history_has_sequence (&self->history, sequence))
    {
      self->statistics.packets_duplicated++;
      return;
    }
  if (is_stray (self, packet.rtp_time, arrival_us))
    {
      self->statistics.packets_discarded++;
      return;
    }

  yodel_unwrapper_next32 (&self->times, rtp_time);
  note_in_band_copy (self, sequence, packet.rtp_time, &packet.info, arrival_us);
  yodel_arrival_history_push (&self->history, sequence, packet.rtp_time, packet.info.packet_samples, arrival_us);
  yodel_arrival_history_push_frame (&self->history, packet.rtp_time);
  yodel_delay_estimator_push (&self->estimator, samples_us (packet.rtp_time),
                              samples_us (packet.info.packet_samples), arrival_us,
                              yodel_arrival_history_was_asked (&self->history, sequence) ? YODEL_DELAY_REPAIR
                                                                                        : YODEL_DELAY_FIRST);
  if (!queue_packet (self, &packet))
    self->statistics.packets_discarded++;
}

/**
 * yodel_playout_buffer_push_redundant:
 * @rtp_time: of the frame, that of its RTP packet less the offset in the block's header
 * @payload: one Opus packet, a copy
 */
void
yodel_playout_buffer_push_redundant (YodelPlayoutBuffer *self,
                                     guint32             rtp_time,
                                     const guint8       *payload,
                                     gsize               size,
                                     gint64              arrival_us)
{
  YodelQueuedPacket packet = { .sequence = YODEL_QUEUED_COPY, .arrival_us = arrival_us,
                               .data = (guint8 *) payload, .size = size };

  self->statistics.redundant_received++;
  packet.rtp_time = yodel_unwrapper_peek32 (&self->times, rtp_time);
  if (!self->history.started || ABS (packet.rtp_time - self->history.last_rtp_time) > MAX_COPY_AGE)
    return;
  if (!yodel_opus_payload_parse (&packet.info, payload, size))
    {
      self->statistics.packets_malformed++;
      return;
    }

  if (yodel_arrival_history_push_frame (&self->history, packet.rtp_time))
    yodel_delay_estimator_push (&self->estimator, samples_us (packet.rtp_time),
                                samples_us (packet.info.packet_samples), arrival_us, YODEL_DELAY_REPAIR);
  if (yodel_packet_queue_find (&self->queue, packet.rtp_time) == NULL)
    queue_packet (self, &packet);
}

/* ---- sound goes out ---- */

static gint16 *
pcm (YodelPlayoutBuffer *self)
{
  return self->sound + HISTORY;
}

/* Media time of the sample that is played next. */
static gint64
playing_rtp (const YodelPlayoutBuffer *self)
{
  return self->next_rtp - self->n_pcm;
}

/* How late a packet of @rtp_time would be if it were decoded now. */
static gint64
lateness_us (const YodelPlayoutBuffer *self,
             gint64                    rtp_time,
             gint64                    now_us)
{
  return yodel_delay_estimator_relative_us (&self->estimator, samples_us (rtp_time), now_us);
}

/* What counts is when a packet is needed: up to a block before its first sample is due. */
static void
note_lag (YodelPlayoutBuffer *self,
          gint64              now_us)
{
  guint n = ++self->n_lags;

  self->lags_us[n % DELAY_WINDOW] = now_us - samples_us (self->next_rtp);
  self->lag_us = G_MAXINT64;
  for (guint i = 0; i < MIN (n, DELAY_WINDOW); i++)
    self->lag_us = MIN (self->lag_us, self->lags_us[(n - i) % DELAY_WINDOW]);
}

/* Takes @n_samples from @from into the sound to be played, without a click where it does not
 * follow from what is there. */
static void
append (YodelPlayoutBuffer *self,
        const gint16       *from,
        guint               n_samples)
{
  gint16 *to = pcm (self) + self->n_pcm;
  guint seam = MIN (n_samples, YODEL_STRETCH_OVERLAP);
  gint16 before[YODEL_STRETCH_OVERLAP];

  g_assert (self->n_pcm + n_samples <= MAX_PCM);

  memcpy (to, from, n_samples * sizeof *to);
  if (self->merge)
    {
      yodel_time_stretch_continue (self->sound + self->n_pcm, HISTORY, before, seam);
      yodel_time_stretch_crossfade (before, from, to, seam);
    }
  self->merge = FALSE;
  self->n_pcm += n_samples;
}

/* Decodes the first packet of the queue, from the middle where its beginning has passed. */
static gboolean
play_packet (YodelPlayoutBuffer *self,
             gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);
  gint16 decoded[YODEL_OPUS_MAX_PACKET_SAMPLES];
  guint skip = (guint) (self->next_rtp - packet->rtp_time);
  gint n = yodel_speech_decoder_decode (self->decoder, packet->data, packet->size, decoded,
                                        YODEL_OPUS_MAX_PACKET_SAMPLES);

  if (n <= (gint) skip)
    {
      if (n < 0)
        self->statistics.packets_malformed++;
      yodel_packet_queue_drop (&self->queue);
      return FALSE;
    }

  guint played = (guint) n - skip;

  self->merge = self->merge || skip > 0;
  append (self, decoded + skip, played);
  self->next_rtp = packet->rtp_time + n;
  self->rewindable = 0;
  self->resting = packet->info.is_dtx;
  self->concealing = FALSE;
  self->kind = self->resting ? YODEL_PLAYOUT_COMFORT_NOISE : YODEL_PLAYOUT_NORMAL;
  self->statistics.redundant_used += packet->sequence == YODEL_QUEUED_COPY;
  self->statistics.jitter_buffer_emitted_count += played;
  self->statistics.jitter_buffer_delay_us += played * MAX (now_us - packet->arrival_us, 0);
  self->statistics.jitter_buffer_target_delay_us += played * target_us (self);
  yodel_packet_queue_drop (&self->queue);
  return TRUE;
}

/* Decodes the copy of the frame before the first packet. */
static gboolean
play_in_band_copy (YodelPlayoutBuffer *self)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);
  guint span = packet->info.frame_samples;
  guint skip = span - (guint) (packet->rtp_time - self->next_rtp);
  gint16 decoded[YODEL_OPUS_MAX_PACKET_SAMPLES];
  gint n = yodel_speech_decoder_decode_fec (self->decoder, packet->data, packet->size, decoded, span);

  if (n != (gint) span)
    return FALSE;

  self->merge = self->merge || skip > 0;
  append (self, decoded + skip, span - skip);
  self->next_rtp = packet->rtp_time;
  self->rewindable = 0;
  self->kind = YODEL_PLAYOUT_FEC;
  self->concealing = FALSE;
  self->statistics.fec_packets_used++;
  return TRUE;
}

static void
conceal (YodelPlayoutBuffer *self,
         guint               n_samples)
{
  gint16 made[BLOCK];
  gboolean silent = yodel_speech_decoder_conceal (self->decoder, made, n_samples);

  append (self, made, n_samples);
  self->statistics.concealment_events += !self->concealing;
  self->concealing = TRUE;
  self->statistics.concealed_samples += n_samples;
  self->statistics.silent_concealed_samples += silent ? n_samples : 0;
  self->merge = silent;
  self->kind = silent ? YODEL_PLAYOUT_COMFORT_NOISE : YODEL_PLAYOUT_CONCEALED;
}

static void
rest (YodelPlayoutBuffer *self,
      guint               n_samples)
{
  gint16 made[BLOCK];

  yodel_speech_decoder_rest (self->decoder, made, n_samples);
  append (self, made, n_samples);
  self->kind = YODEL_PLAYOUT_COMFORT_NOISE;
}

/* There is no packet at all.  Time goes on, but if the packets turn out to be merely late they
 * will be played from where the sound broke off. */
static void
play_without_packets (YodelPlayoutBuffer *self)
{
  if (self->resting)
    rest (self, BLOCK);
  else
    conceal (self, BLOCK);

  self->next_rtp += BLOCK;
  self->rewindable = MIN (self->rewindable + BLOCK, MAX_REWIND);
  if (self->rewindable == MAX_REWIND && !self->resting)
    self->state = STALLED;
}

/* The first packet begins before the sound that is due.  What merely came late is worth some
 * delay, and goes on from where the sound broke off; a copy only as much as was meant. */
static void
rewind_to_first (YodelPlayoutBuffer *self,
                 gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);
  gint64 back = MIN (self->next_rtp - packet->rtp_time, (gint64) self->rewindable);
  gint64 late_us = lateness_us (self, self->next_rtp - back, now_us) - target_us (self);
  gboolean whole = self->next_rtp >= packet->rtp_time + packet->info.packet_samples;

  if (packet->sequence != YODEL_QUEUED_COPY && (whole || self->resting))
    back -= MAX (late_us - MAX_CATCH_UP_US, 0) * 48 / 1000;
  else if (late_us > (packet->sequence == YODEL_QUEUED_COPY ? 0 : LATE_SLACK_US))
    back = 0;

  if (back <= 0)
    return;

  self->next_rtp -= back;
  self->rewindable = 0;
  self->merge = TRUE;
  forget_lags (self);
}

/* The sender paused; the noise of its room fills the time until its next words are due. */
static void
play_pause (YodelPlayoutBuffer *self,
            gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);

  if (lateness_us (self, packet->rtp_time, now_us) >= target_us (self))
    {
      self->next_rtp = packet->rtp_time;
      self->merge = TRUE;
      forget_lags (self);
      return;
    }

  rest (self, BLOCK);
  self->next_rtp = MIN (self->next_rtp + BLOCK, packet->rtp_time);
}

/* Frames are missing before the first packet. */
static void
play_gap (YodelPlayoutBuffer *self,
          gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);
  gint64 gap = packet->rtp_time - self->next_rtp;
  gint64 span = packet->info.has_fec ? packet->info.frame_samples : 0;

  if (self->resting || (packet->sequence != YODEL_QUEUED_COPY &&
                        yodel_arrival_history_has_sequence (&self->history, packet->sequence - 1)))
    {
      play_pause (self, now_us);
      return;
    }

  if (gap <= span && play_in_band_copy (self))
    return;

  /* Where there is less delay than pays, the frame gets its chance to come after all. */
  if (lateness_us (self, self->next_rtp, now_us) + TICK_US <= target_us (self))
    {
      conceal (self, BLOCK);
      forget_lags (self);
      return;
    }

  guint n = (guint) MIN (gap > span ? gap - span : gap, BLOCK);

  conceal (self, n);
  self->next_rtp += n;
}

/* After a stall, and at first: sound begins with the oldest packet that is not too old. */
static gboolean
try_start (YodelPlayoutBuffer *self,
           gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);
  gint64 wait_us;

  if (packet == NULL)
    return FALSE;

  wait_us = MIN (target_us (self), MAX (MAX_START_WAIT_US, self->min_us + self->extra_us));
  if (lateness_us (self, packet->rtp_time, now_us) < target_us (self) && now_us - packet->arrival_us < wait_us)
    return FALSE;

  while (self->queue.n_packets > 1 &&
         lateness_us (self, packet->rtp_time, now_us) > target_us (self) + MAX_CATCH_UP_US)
    {
      self->statistics.packets_discarded += packet->sequence != YODEL_QUEUED_COPY;
      yodel_packet_queue_drop (&self->queue);
      packet = yodel_packet_queue_first (&self->queue);
    }

  self->next_rtp = packet->rtp_time;
  self->merge = self->state == STALLED;
  self->state = PLAYING;
  self->rewindable = 0;
  forget_lags (self);
  self->lag_us = now_us - samples_us (self->next_rtp);
  return TRUE;
}

/* Makes one piece of sound. */
static void
produce (YodelPlayoutBuffer *self,
         gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);

  if (self->state == STALLED && !try_start (self, now_us))
    {
      conceal (self, BLOCK);
      self->next_rtp += BLOCK;
      return;
    }

  note_lag (self, now_us);
  packet = yodel_packet_queue_first (&self->queue);
  if (packet == NULL)
    {
      play_without_packets (self);
      return;
    }

  if (packet->rtp_time < self->next_rtp)
    rewind_to_first (self, now_us);

  if (packet->rtp_time + packet->info.packet_samples <= self->next_rtp)
    {
      self->statistics.packets_discarded += packet->sequence != YODEL_QUEUED_COPY;
      yodel_packet_queue_drop (&self->queue);
    }
  else if (packet->rtp_time <= self->next_rtp)
    play_packet (self, now_us);
  else
    play_gap (self, now_us);
}

/* Never more than one packet's sound is ready beyond what is asked for. */
static void
fill (YodelPlayoutBuffer *self,
      guint               n_samples,
      gint64              now_us)
{
  while (self->n_pcm < n_samples)
    produce (self, now_us);
}

/* ---- more or less time ---- */

static YodelStretchLimits
stretch_limits (const YodelPlayoutBuffer *self,
                gint64                    excess_us,
                double                    min_similarity)
{
  return (YodelStretchLimits) {
    .max_lag = (guint) CLAMP (excess_us * 48 / 1000, 0, YODEL_STRETCH_MAX_LAG),
    .silent_lag = YODEL_STRETCH_MAX_LAG,
    .min_similarity = min_similarity,
    .silence_rms = MAX (SILENCE_RMS, 2 * yodel_speech_decoder_noise_rms (self->decoder)),
  };
}

static gboolean
accelerate (YodelPlayoutBuffer *self,
            gint64              excess_us,
            double              min_similarity,
            gint64              now_us)
{
  YodelStretchLimits limits = stretch_limits (self, excess_us, min_similarity);
  const YodelQueuedPacket *next = yodel_packet_queue_first (&self->queue);
  guint n;

  if (self->n_pcm < BLOCK + YODEL_STRETCH_MAX_LAG && next != NULL && next->rtp_time == self->next_rtp)
    play_packet (self, now_us);

  next = yodel_packet_queue_first (&self->queue);
  if (next == NULL || next->rtp_time != self->next_rtp)
    limits.max_lag = MIN (limits.max_lag, self->n_pcm - BLOCK);

  n = yodel_time_stretch_accelerate (pcm (self), self->n_pcm, &limits);
  self->n_pcm -= n;
  self->statistics.removed_samples_for_acceleration += n;
  fill (self, BLOCK, now_us);
  return n > 0;
}

static gboolean
expand (YodelPlayoutBuffer *self,
        gint64              missing_us,
        double              min_similarity)
{
  YodelStretchLimits limits = stretch_limits (self, missing_us, min_similarity);
  guint n;

  /* Silence gives just what is wanted; a period of speech may be more. */
  limits.silent_lag = MAX (limits.max_lag, YODEL_STRETCH_MIN_LAG);
  limits.max_lag = MAX (limits.max_lag, BLOCK);
  n = yodel_time_stretch_expand (pcm (self), self->n_pcm, MAX_PCM, self->sound, HISTORY, &limits);

  self->n_pcm += n;
  self->statistics.inserted_samples_for_deceleration += n;
  return n > 0;
}

/* Nothing waits, and what comes next is later than packets mostly are, on a path where delay varies;
 * where it does not, the packet is lost rather than late. */
static gboolean
is_overdue (const YodelPlayoutBuffer *self,
            gint64                    now_us)
{
  gint64 late_us = lateness_us (self, self->next_rtp, now_us);
  gint64 jitter_us = self->estimator.firsts.cheapest_us;

  return self->queue.n_packets == 0 && !self->resting && self->n_pcm < 2 * BLOCK &&
         jitter_us >= OVERDUE_FROM_US && late_us > MAX (OVERDUE_FROM_US, jitter_us / 2) &&
         late_us < target_us (self) + OVERDUE_SLACK_US;
}

/* The delay moves in whole blocks, for packets are needed when a block is: so one block less must
 * do before any is taken out, and what lies between two blocks is of no use at all.  The further
 * off, the more a seam may be heard. */
static gboolean
approach_target (YodelPlayoutBuffer *self,
                 gint64              now_us)
{
  gint64 excess_us = delay_us (self) - target_us (self);
  gint64 between_us = samples_us (self->n_pcm % BLOCK);
  gboolean hurry = ABS (excess_us) > HURRY_US;

  if (self->n_lags < (excess_us > SPRINT_US ? 1 : 2))
    return FALSE;

  if (excess_us > TICK_US + SLACK_ABOVE_US)
    return accelerate (self, between_us + excess_us / TICK_US * TICK_US,
                       hurry ? 0.3 : excess_us > HURRY_US / 2 ? 0.6 : 0.8, now_us);

  if (excess_us < -SLACK_BELOW_US)
    return expand (self, TICK_US * (1 - excess_us / TICK_US) - between_us, hurry ? 0.3 : 0.6);

  if (between_us >= samples_us (YODEL_STRETCH_MIN_LAG))
    return accelerate (self, between_us, 0.9, now_us);

  return FALSE;
}

/* Returns: what became of the sound that is about to be played. */
static YodelPlayoutKind
stretch (YodelPlayoutBuffer *self,
         gint64              now_us)
{
  YodelPlayoutKind kind = self->kind;
  guint n_pcm = self->n_pcm;
  guint64 removed = self->statistics.removed_samples_for_acceleration;

  if (self->state != PLAYING || kind == YODEL_PLAYOUT_CONCEALED)
    return kind;

  if (is_overdue (self, now_us))
    expand (self, OVERDUE_SLACK_US, 0.5);
  else if (!approach_target (self, now_us))
    return kind;

  if (removed != self->statistics.removed_samples_for_acceleration)
    kind = YODEL_PLAYOUT_ACCELERATED;
  else if (self->n_pcm != n_pcm)
    kind = YODEL_PLAYOUT_EXPANDED;

  forget_lags (self);
  return kind;
}

/**
 * yodel_playout_buffer_pop:
 * @out: is filled, whatever happens
 *
 * Called once for each 10 ms of the device; it may be called in bursts.
 *
 * Returns: where the sound came from
 */
YodelPlayoutKind
yodel_playout_buffer_pop (YodelPlayoutBuffer *self,
                          gint16              out[YODEL_PLAYOUT_SAMPLES],
                          gint64              now_us)
{
  YodelPlayoutKind kind;

  if (self->state == EMPTY && !try_start (self, now_us))
    {
      memset (out, 0, BLOCK * sizeof *out);
      return YODEL_PLAYOUT_SILENCE;
    }

  fill (self, BLOCK, now_us);
  kind = stretch (self, now_us);

  memcpy (out, pcm (self), BLOCK * sizeof *out);
  memmove (self->sound, self->sound + BLOCK, (HISTORY + self->n_pcm - BLOCK) * sizeof *self->sound);
  self->n_pcm -= BLOCK;
  self->statistics.total_samples_received += BLOCK;
  return kind;
}

/* ---- what others ask ---- */

gboolean
yodel_playout_buffer_is_started (const YodelPlayoutBuffer *self)
{
  return self->state != EMPTY;
}

/* How much later than the fastest packet allows sound is played now. */
gint64
yodel_playout_buffer_get_delay_ms (const YodelPlayoutBuffer *self)
{
  return delay_us (self) / YODEL_US_PER_MS;
}

gint64
yodel_playout_buffer_get_target_ms (const YodelPlayoutBuffer *self)
{
  return target_us (self) / YODEL_US_PER_MS;
}

/* @rtp_time: of the sample that the next pop begins with, unwrapped.  FALSE where nothing of the
 * peer is being played. */
gboolean
yodel_playout_buffer_get_playout_time (const YodelPlayoutBuffer *self,
                                       gint64                   *rtp_time)
{
  if (self->state != PLAYING)
    return FALSE;

  *rtp_time = playing_rtp (self);
  return TRUE;
}

/**
 * yodel_playout_buffer_get_missing:
 * @rtt_us: how long an answer takes
 * @sequences: is filled with the numbers of packets worth asking for again, unwrapped, the
 *   oldest first
 *
 * Left out is what a copy is there for, and what would come too late even if the buffer made
 * some room for it.  A number comes up again and again until its packet is here; the caller
 * asks no more often than makes sense.
 *
 * Returns: how many there are, @capacity at most
 */
guint
yodel_playout_buffer_get_missing (YodelPlayoutBuffer *self,
                                  gint64              rtt_us,
                                  gint64              now_us,
                                  gint64             *sequences,
                                  guint               capacity)
{
  YodelArrivalHistory *history = &self->history;
  gint64 allowed_us = MAX (target_us (self), MIN (MAX_NACK_WAIT_US, self->max_us));
  guint n = 0;

  if (!history->started)
    return 0;

  for (gint64 sequence = yodel_arrival_history_oldest (history);
       sequence < history->last_sequence && n < capacity; sequence++)
    {
      gint64 rtp_time = yodel_arrival_history_guess_time (history, sequence);
      gint64 late_us = yodel_delay_estimator_relative_us (&self->estimator, samples_us (rtp_time),
                                                          now_us + rtt_us);

      if (yodel_arrival_history_has_sequence (history, sequence) || late_us > allowed_us)
        continue;
      if (yodel_packet_queue_find (&self->queue, rtp_time) != NULL)
        continue;

      yodel_arrival_history_ask (history, sequence);
      sequences[n++] = sequence;
    }

  return n;
}

void
yodel_playout_buffer_get_statistics (const YodelPlayoutBuffer *self,
                                     YodelPlayoutStatistics   *statistics)
{
  *statistics = self->statistics;
}
