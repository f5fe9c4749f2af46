#define G_LOG_DOMAIN "yodel-audio"

#include "audio/playout-buffer.h"

#include <string.h>

#include "audio/channels.h"
#include "audio/playout-private.h"

/* So late an answer may make sound for all.  Beside copies, which leave little open, it is less, also
 * where the wait is longer just now: what is asked for because of the wait would keep it as it is. */
#define MAX_NACK_WAIT_US    (120 * YODEL_US_PER_MS)
#define NACK_BESIDE_COPIES_US (90 * YODEL_US_PER_MS)
#define COPIES_COME_US      (5 * G_USEC_PER_SEC)
#define JUMP_US             (3 * G_USEC_PER_SEC)
#define MAX_COPY_AGE        24000                /* no copy is older than 500 ms */
#define DEFAULT_MAX_US      (1000 * YODEL_US_PER_MS)
#define CODEC_LAG_US        6500                 /* what is decoded was said so much before its RTP time */

YodelPlayoutBuffer *
yodel_playout_buffer_new (void)
{
  YodelPlayoutBuffer *self = g_new0 (YodelPlayoutBuffer, 1);

  yodel_delay_estimator_init (&self->estimator);
  yodel_arrival_history_init (&self->history);
  self->channels = 1;
  self->decoder = yodel_speech_decoder_new (self->channels);
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

/* @channels: of what is popped, 1 (at first) or 2, whatever the packets have.  What waits is kept. */
void
yodel_playout_buffer_set_channels (YodelPlayoutBuffer *self,
                                   guint               channels)
{
  guint n = HISTORY + self->n_pcm;

  g_return_if_fail (channels >= 1 && channels <= YODEL_PLAYOUT_MAX_CHANNELS);

  if (channels == self->channels)
    return;

  if (channels == 2)
    for (guint i = n; i-- > 0;)
      self->sound[2 * i] = self->sound[2 * i + 1] = self->sound[i];
  else
    yodel_channels_mix (self->sound, n, self->sound);

  self->channels = channels;
  yodel_speech_decoder_free (self->decoder);
  self->decoder = yodel_speech_decoder_new (channels);
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

/* A new call to the same buffer, so to speak: the peer's clock leapt, the network slept, or nobody listened for a while.
 * What waits is thrown away, and sound begins with the next packet. */
void
yodel_playout_buffer_restart (YodelPlayoutBuffer *self)
{
  yodel_packet_queue_clear (&self->queue);
  yodel_delay_estimator_init (&self->estimator);
  yodel_arrival_history_init (&self->history);
  self->jump_pending = FALSE;
  self->resting = FALSE;
  self->rewindable = 0;
  if (self->state == YODEL_PLAYOUT_EMPTY)
    return;

  self->statistics.resets++;
  self->state = YODEL_PLAYOUT_STALLED;
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
      yodel_playout_buffer_restart (self);
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

  if (self->state == YODEL_PLAYOUT_PLAYING && end <= self->next_rtp - self->rewindable)
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
  self->copied_us = arrival_us;
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

/**
 * yodel_playout_buffer_pop:
 * @out: for %YODEL_PLAYOUT_SAMPLES of each channel, interleaved; is filled, whatever happens
 *
 * Called once for each 10 ms of the device; it may be called in bursts.
 *
 * Returns: where the sound came from
 */
YodelPlayoutKind
yodel_playout_buffer_pop (YodelPlayoutBuffer *self,
                          gint16             *out,
                          gint64              now_us)
{
  YodelPlayoutKind kind;

  if (self->state == YODEL_PLAYOUT_EMPTY && !yodel_playout_try_start (self, now_us))
    {
      memset (out, 0, BLOCK * self->channels * sizeof *out);
      return YODEL_PLAYOUT_SILENCE;
    }

  yodel_playout_fill (self, BLOCK, now_us);
  kind = yodel_playout_stretch (self, now_us);

  memcpy (out, pcm (self), BLOCK * self->channels * sizeof *out);
  memmove (self->sound, self->sound + BLOCK * self->channels,
           (HISTORY + self->n_pcm - BLOCK) * self->channels * sizeof *self->sound);
  self->n_pcm -= BLOCK;
  self->statistics.total_samples_received += BLOCK;
  return kind;
}

gboolean
yodel_playout_buffer_is_started (const YodelPlayoutBuffer *self)
{
  return self->state != YODEL_PLAYOUT_EMPTY;
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

/* For lip sync: when what was said at @rtp_time, that of the last packet, is heard, without what lip sync adds.
 * FALSE before the first. */
gboolean
yodel_playout_buffer_get_due_us (const YodelPlayoutBuffer *self,
                                 guint32                  *rtp_time,
                                 gint64                   *due_us)
{
  if (!self->history.started)
    return FALSE;

  *rtp_time = (guint32) self->history.last_rtp_time;
  *due_us = samples_us (self->history.last_rtp_time) + self->estimator.base_us
            + MAX (network_target_us (self), delay_us (self) - self->extra_us) + CODEC_LAG_US;
  return TRUE;
}

/* @rtp_time: of the sample that the next pop begins with, unwrapped.  FALSE where nothing of the
 * peer is being played. */
gboolean
yodel_playout_buffer_get_playout_time (const YodelPlayoutBuffer *self,
                                       gint64                   *rtp_time)
{
  if (self->state != YODEL_PLAYOUT_PLAYING)
    return FALSE;

  *rtp_time = playing_rtp (self);
  return TRUE;
}

/**
 * yodel_playout_buffer_wants:
 * @sequence: of a packet that has not come, unwrapped
 * @answer_us: when it could be here if it were asked for
 *
 * Returns: FALSE where a copy of it is here, and where it would come too late even if the buffer
 *   made some room for it
 */
gboolean
yodel_playout_buffer_wants (const YodelPlayoutBuffer *self,
                            gint64                    sequence,
                            gint64                    answer_us)
{
  const YodelArrivalHistory *history = &self->history;
  gboolean has_copies = self->copied_us != 0 && answer_us - self->copied_us < COPIES_COME_US;
  gint64 wait_us = has_copies ? NACK_BESIDE_COPIES_US : MAX (target_us (self), MAX_NACK_WAIT_US);
  gint64 allowed_us = MIN (wait_us, self->max_us);
  gint64 rtp_time;

  if (!history->started || sequence < yodel_arrival_history_oldest (history) || sequence > history->last_sequence)
    return FALSE;

  rtp_time = yodel_arrival_history_guess_time (history, sequence);
  return lateness_us (self, rtp_time, answer_us) <= allowed_us
         && !yodel_arrival_history_has_sequence (history, sequence)
         && !yodel_arrival_history_has_frame (history, rtp_time);
}

/* The peer was asked for a packet: when it comes, its delay is not that of the path. */
void
yodel_playout_buffer_on_asked (YodelPlayoutBuffer *self,
                               gint64              sequence)
{
  yodel_arrival_history_ask (&self->history, sequence);
}

void
yodel_playout_buffer_get_statistics (const YodelPlayoutBuffer *self,
                                     YodelPlayoutStatistics   *statistics)
{
  *statistics = self->statistics;
}
