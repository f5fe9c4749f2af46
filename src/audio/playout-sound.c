#define G_LOG_DOMAIN "yodel-audio"

#include <string.h>

#include "audio/playout-private.h"
#include "audio/time-stretch.h"

#define SECOND              48000
#define MAX_REWIND          SECOND               /* a longer stall starts afresh */
#define MAX_CATCH_UP_US     (500 * YODEL_US_PER_MS)  /* what is later is skipped, not hurried through */
#define MAX_START_WAIT_US   (20 * YODEL_US_PER_MS)
#define LATE_SLACK_US       (10 * YODEL_US_PER_MS)

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
  guint channels = self->channels;
  gint16 *to = pcm (self) + self->n_pcm * channels;
  guint seam = MIN (n_samples, YODEL_STRETCH_OVERLAP);
  gint16 before[YODEL_STRETCH_OVERLAP * YODEL_PLAYOUT_MAX_CHANNELS];

  g_assert (self->n_pcm + n_samples <= MAX_PCM);

  memcpy (to, from, n_samples * channels * sizeof *to);
  if (self->merge)
    {
      yodel_time_stretch_continue (self->sound + self->n_pcm * channels, HISTORY, before, seam, channels);
      yodel_time_stretch_crossfade (before, from, to, seam, channels);
    }
  self->merge = FALSE;
  self->n_pcm += n_samples;
}

/* Decodes the first packet of the queue, from the middle where its beginning has passed. */
gboolean
yodel_playout_play_first (YodelPlayoutBuffer *self,
                          gint64              now_us)
{
  const YodelQueuedPacket *packet = yodel_packet_queue_first (&self->queue);
  gint16 decoded[YODEL_OPUS_MAX_PACKET_SAMPLES * YODEL_PLAYOUT_MAX_CHANNELS];
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
  append (self, decoded + skip * self->channels, played);
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
  gint16 decoded[YODEL_OPUS_MAX_PACKET_SAMPLES * YODEL_PLAYOUT_MAX_CHANNELS];
  gint n = yodel_speech_decoder_decode_fec (self->decoder, packet->data, packet->size, decoded, span);

  if (n != (gint) span)
    return FALSE;

  self->merge = self->merge || skip > 0;
  append (self, decoded + skip * self->channels, span - skip);
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
  gint16 made[BLOCK * YODEL_PLAYOUT_MAX_CHANNELS];
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
  gint16 made[BLOCK * YODEL_PLAYOUT_MAX_CHANNELS];

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
    self->state = YODEL_PLAYOUT_STALLED;
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
gboolean
yodel_playout_try_start (YodelPlayoutBuffer *self,
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
  self->merge = self->state == YODEL_PLAYOUT_STALLED;
  self->state = YODEL_PLAYOUT_PLAYING;
  self->rewindable = 0;
  forget_lags (self);
  self->lag_us = now_us - samples_us (self->next_rtp);
  return TRUE;
}

/* The listener was held up, not the packets: more is due than can be hurried through.  It is not made up for, either. */
static gboolean
is_far_behind (const YodelPlayoutBuffer *self,
               gint64                    now_us)
{
  return self->queue.n_packets > 0 && lateness_us (self, self->next_rtp, now_us) > target_us (self) + MAX_CATCH_UP_US;
}

/* Makes one piece of sound. */
static void
produce (YodelPlayoutBuffer *self,
         gint64              now_us)
{
  const YodelQueuedPacket *packet;

  if (self->state == YODEL_PLAYOUT_PLAYING && is_far_behind (self, now_us))
    self->state = YODEL_PLAYOUT_STALLED;
  if (self->state == YODEL_PLAYOUT_STALLED && !yodel_playout_try_start (self, now_us))
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
    yodel_playout_play_first (self, now_us);
  else
    play_gap (self, now_us);
}

/* Never more than one packet's sound is ready beyond what is asked for. */
void
yodel_playout_fill (YodelPlayoutBuffer *self,
                    guint               n_samples,
                    gint64              now_us)
{
  while (self->n_pcm < n_samples)
    produce (self, now_us);
}
