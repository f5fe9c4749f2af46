#define G_LOG_DOMAIN "yodel-audio"

#include "audio/playout-private.h"
#include "audio/time-stretch.h"

#define SLACK_ABOVE_US      1500                 /* around the target nothing is done */
#define SLACK_BELOW_US      500
#define HURRY_US            (50 * YODEL_US_PER_MS)
#define SPRINT_US           (250 * YODEL_US_PER_MS)
#define OVERDUE_SLACK_US    (120 * YODEL_US_PER_MS)   /* how far a stall may be stretched over */
#define OVERDUE_FROM_US     (20 * YODEL_US_PER_MS)
#define SILENCE_RMS         60.0                 /* -55 dBov */

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
    .stereo = self->channels == 2,
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
    yodel_playout_play_first (self, now_us);

  next = yodel_packet_queue_first (&self->queue);
  if (next == NULL || next->rtp_time != self->next_rtp)
    limits.max_lag = MIN (limits.max_lag, self->n_pcm - BLOCK);

  n = yodel_time_stretch_accelerate (pcm (self), self->n_pcm, &limits);
  self->n_pcm -= n;
  self->statistics.removed_samples_for_acceleration += n;
  yodel_playout_fill (self, BLOCK, now_us);
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

/* Nothing waits, and what comes next is later than packets mostly are, on a path where delay varies,
 * or where the last one was late already, so that a queue stands in its way; elsewhere the packet is
 * lost rather than late. */
static gboolean
is_overdue (const YodelPlayoutBuffer *self,
            gint64                    now_us)
{
  gint64 late_us = lateness_us (self, self->next_rtp, now_us);
  gint64 last_us = self->history.last_transit_us - self->estimator.base_us;
  gint64 jitter_us = MAX (self->estimator.firsts.cheapest_us, last_us);

  return self->queue.n_packets == 0 && !self->resting && self->n_pcm < 2 * BLOCK &&
         jitter_us >= OVERDUE_FROM_US && late_us > MAX (OVERDUE_FROM_US, jitter_us / 2) &&
         late_us < MAX (target_us (self), last_us) + OVERDUE_SLACK_US;
}

/* How many packets have to show that there is too much or too little delay.  A little too much does no
 * harm, and on a path that jitters it is soon of use again: what is taken out at once has to be
 * put in again a moment later, and both are heard. */
static guint
patience (gint64 excess_us)
{
  if (excess_us > SPRINT_US)
    return 1;
  if (excess_us > HURRY_US || excess_us < 0)
    return 2;

  return excess_us > HURRY_US / 2 ? 4 : 12;
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

  if (self->n_lags < patience (excess_us))
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
YodelPlayoutKind
yodel_playout_stretch (YodelPlayoutBuffer *self,
                       gint64              now_us)
{
  YodelPlayoutKind kind = self->kind;
  guint n_pcm = self->n_pcm;
  guint64 removed = self->statistics.removed_samples_for_acceleration;

  if (self->state != YODEL_PLAYOUT_PLAYING || kind == YODEL_PLAYOUT_CONCEALED)
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
