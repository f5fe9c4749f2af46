#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/delay-control.h"

#include "base/units.h"

#define ACKED_WINDOW_US    (500 * YODEL_US_PER_MS)
#define LONG_WINDOW_US     (2 * G_USEC_PER_SEC)
#define SHORT_WINDOW_US    (200 * YODEL_US_PER_MS)
#define LONG_QUEUE_US      (50 * YODEL_US_PER_MS)     /* the link is busy all the time */
#define AFTER_PROBE_US     (80 * YODEL_US_PER_MS)     /* the queue of a probe is no overuse */
#define STANDING_WINDOW_US (100 * YODEL_US_PER_MS)    /* three frames: pacing leaves a gap in it */
#define QUEUE_LIMIT_US     (20 * YODEL_US_PER_MS)     /* a standing queue beyond is overuse, trend or not */
#define LIMIT_NOISES       4                          /* of what delays stray by themselves, whose lowest is the base */
#define EMPTY_US           (8 * YODEL_US_PER_MS)      /* a large packet on a 1 Mbit/s link ... */
#define EMPTY_NOISES       2
#define MOST_NOISES        3                          /* that an empty path shows, but for one time in a hundred */
#define NO_QUEUE_US        (10 * YODEL_US_PER_MS)
#define DRAIN_FROM_US      (15 * YODEL_US_PER_MS)
#define DOUBTFUL_GAIN      0.5                        /* of what a probe shows */
#define WORTH_IT           0.1                        /* a gain of this share is no chance: on quickly to what was seen */
#define SEEN_SHARE         0.95
#define FULL_OF_LATE_US    (6 * G_USEC_PER_SEC)
#define CONFIRMED_US       (1 * G_USEC_PER_SEC)       /* the second of two probes confirms what the first showed */
#define RECOVERY_SHARE     0.9                        /* of the rate before a passing disturbance */
#define RECOVERY_RISE      1.5                        /* per second ... */
#define PICTURE_BPS        250000.0                   /* ... and so much at once: below, a picture hardly moves */
#define SAME_ROW_US        (1 * G_USEC_PER_SEC)       /* an overuse so soon after another is of the same row ... */
#define LONGEST_ROW_US     (3 * G_USEC_PER_SEC)       /* ... that is no longer than this */
#define LARGE_BYTES        800
#define FASTER_MARGIN_US   (2 * YODEL_US_PER_MS)      /* of 1200 bytes: 1 to 1.3 Mbit/s, or 2 to 3.4 */
#define MUCH_NOISE_US      (2 * YODEL_US_PER_MS)      /* hides that */
#define QUICKER_MARGIN_US  (1 * YODEL_US_PER_MS)
#define FASTER_FOR_US      (2 * G_USEC_PER_SEC)       /* a probe that shows it is no doubtful one */
#define STALL_US           (20 * YODEL_US_PER_MS)
#define STALL_SPEED        1.5
#define PLATEAU_US         (3 * YODEL_US_PER_MS)
#define MADE_WAY           0.9                        /* of what came through in the last 2 s */
#define OUTAGE_QUEUE_US    (200 * YODEL_US_PER_MS)    /* a guess at what an outage leaves */
#define CALM_US            (1500 * YODEL_US_PER_MS)
#define NEXT_TO_NOTHING    0.2                        /* of what may be sent: who sends less than this ... */
#define OTHERS_LIMIT_US    (100 * YODEL_US_PER_MS)    /* ... has not made a queue up to here ... */
#define OTHERS_BACK_OFF    0.85                       /* ... and goes down so much for it, once in a row */
#define SMALL_BITS         (160 * 8.0)                /* a packet of sound, or of a report */

void
yodel_delay_control_init (YodelDelayControl *self,
                          double             min_bps,
                          double             start_bps,
                          double             max_bps)
{
  *self = (YodelDelayControl) {
    .overused_us = -1,
    .risen_us = -G_USEC_PER_SEC,
    .idle_us = -G_USEC_PER_SEC,
    .pictured_us = -SAME_ROW_US,
    .faster_us = -FASTER_FOR_US,
    .probe_sent_us = -G_USEC_PER_SEC,
  };
  yodel_trendline_init (&self->trendline);
  yodel_queue_estimate_init (&self->queue);
  yodel_queue_estimate_init (&self->large);
  yodel_aimd_init (&self->aimd, min_bps, start_bps, max_bps);
}

void
yodel_delay_control_push (YodelDelayControl       *self,
                          const YodelPacketResult *result)
{
  gint64 sent_delta_us, arrived_delta_us;
  YodelUsage usage;

  if (result->probe_cluster > 0)
    self->probe_sent_us = result->sent_us;
  yodel_queue_estimate_push (&self->queue, result->sent_us, result->arrived_us);
  if (result->size_bytes >= LARGE_BYTES)
    yodel_queue_estimate_push (&self->large, result->sent_us, result->arrived_us);
  yodel_acknowledged_rate_push (&self->acknowledged, result->arrived_us, result->size_bytes);
  if (!yodel_inter_arrival_push (&self->inter_arrival, result->sent_us, result->arrived_us,
                                 &sent_delta_us, &arrived_delta_us))
    return;

  usage = yodel_trendline_update (&self->trendline, sent_delta_us, arrived_delta_us, result->arrived_us);
  if (usage == YODEL_USAGE_OVER && result->sent_us > self->probe_sent_us + AFTER_PROBE_US)
    self->is_rising = TRUE;
}

gint64
yodel_delay_control_get_queue_us (const YodelDelayControl *self)
{
  return yodel_queue_estimate_get_standing_us (&self->queue, STANDING_WINDOW_US);
}

double
yodel_delay_control_get_acknowledged_bps (const YodelDelayControl *self)
{
  return yodel_acknowledged_rate_get_bps (&self->acknowledged, ACKED_WINDOW_US);
}

double
yodel_delay_control_get_bps (const YodelDelayControl *self)
{
  return self->drain.is_active ? MIN (self->aimd.target_bps, self->drain.rate_bps) : self->aimd.target_bps;
}

/* How long a small packet holds up the next: on a thin path more than any limit, and yet no queue. */
static gint64
small_us (const YodelDelayControl *self)
{
  return (gint64) (SMALL_BITS / self->aimd.target_bps * G_USEC_PER_SEC);
}

static gint64
empty_us (const YodelDelayControl *self)
{
  return MAX (EMPTY_US, small_us (self)) + EMPTY_NOISES * self->queue.noise_us;
}

/* A rising trend counts from here on. */
static gint64
trend_limit_us (const YodelDelayControl *self)
{
  return MAX (EMPTY_US, small_us (self)) + MOST_NOISES * self->queue.noise_us;
}

static gint64
queue_limit_us (const YodelDelayControl *self)
{
  return MAX (QUEUE_LIMIT_US, 2 * small_us (self)) + LIMIT_NOISES * self->queue.noise_us;
}

gboolean
yodel_delay_control_is_calm (const YodelDelayControl *self,
                             gint64                   now_us)
{
  return !self->drain.is_active && yodel_delay_control_get_queue_us (self) < empty_us (self) &&
         (self->overused_us < 0 || now_us - self->overused_us > CALM_US);
}

/* We meant to, and what comes through shows it: on a link that is still full that stays as it was. */
static gboolean
has_made_way (const YodelDelayControl *self)
{
  double long_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, LONG_WINDOW_US);

  return self->aimd.target_bps <= self->aimd.min_bps ||
         MAX (self->aimd.target_bps, yodel_delay_control_get_acknowledged_bps (self)) <= MADE_WAY * long_bps;
}

void
yodel_delay_control_accept_longer_way (YodelDelayControl *self)
{
  gint64 tolerance_us = PLATEAU_US + MOST_NOISES * self->queue.noise_us, least_us, large_us;

  if (!has_made_way (self) ||
      !yodel_queue_estimate_find_plateau (&self->queue, tolerance_us, &least_us) ||
      least_us - self->queue.base_us <= empty_us (self))
    return;

  yodel_queue_estimate_raise_base (&self->queue, least_us);
  if (yodel_queue_estimate_find_plateau (&self->large, 2 * tolerance_us, &large_us))
    yodel_queue_estimate_raise_base (&self->large, large_us);
}

gboolean
yodel_delay_control_is_faster (const YodelDelayControl *self)
{
  return !self->drain.is_active && (yodel_queue_estimate_is_below_base (&self->large, FASTER_MARGIN_US) ||
                                    (self->large.noise_us > MUCH_NOISE_US &&
                                     yodel_queue_estimate_is_quicker (&self->large, QUICKER_MARGIN_US)));
}

gboolean
yodel_delay_control_has_no_queue (const YodelDelayControl *self)
{
  return yodel_queue_estimate_get_newest_us (&self->queue) < NO_QUEUE_US + MOST_NOISES * self->queue.noise_us;
}

/* A burst that was held up, or that went into a path full of late, may have pushed others aside:
 * half of what it shows is believed, until the next one shows as much. */
void
yodel_delay_control_on_probe (YodelDelayControl       *self,
                              const YodelProbeOutcome *outcome,
                              gboolean                 is_starting,
                              gint64                   now_us)
{
  double gain_bps = outcome->bps - self->aimd.target_bps;
  gboolean was_full = self->overused_us >= 0 && now_us - self->overused_us < FULL_OF_LATE_US &&
                      now_us - self->faster_us > FASTER_FOR_US;
  double confirmed_bps = now_us - self->risen_us < CONFIRMED_US ? MIN (self->shown_bps, outcome->bps) : 0;

  if (gain_bps <= 0 || self->drain.is_active)
    return;
  if (!is_starting && (outcome->is_saturated || was_full))
    gain_bps = MAX (DOUBTFUL_GAIN * gain_bps, confirmed_bps - self->aimd.target_bps);
  self->shown_bps = outcome->bps;
  if (gain_bps > WORTH_IT * self->aimd.target_bps)
    self->recovery_bps = MAX (self->recovery_bps, SEEN_SHARE * outcome->seen_bps);

  self->risen_us = now_us;
  yodel_aimd_set_target (&self->aimd, self->aimd.target_bps + gain_bps, outcome->is_saturated, now_us);
}

/* What comes through.  With a long queue that is all the path carries, and the newest is the
 * truth; else a rate that has just risen, or a pause that is over, is not to be mixed with what was before. */
static double
met_rate (const YodelDelayControl *self,
          gint64                   queue_us,
          gint64                   rtt_us,
          gint64                   now_us)
{
  double bps = yodel_delay_control_get_acknowledged_bps (self);
  double short_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, SHORT_WINDOW_US);

  if (bps < 0 || short_bps < 0)
    return bps;
  if (queue_us > LONG_QUEUE_US)
    return MIN (bps, short_bps);
  return now_us - MAX (self->risen_us, self->idle_us) < ACKED_WINDOW_US + MAX (rtt_us, 0) ? MAX (bps, short_bps) : bps;
}

static void
follow_drain (YodelDelayControl *self,
              gint64             queue_us,
              gint64             now_us)
{
  double short_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, SHORT_WINDOW_US);

  if (yodel_drain_advance (&self->drain, short_bps, queue_us, empty_us (self), now_us))
    yodel_aimd_set_target (&self->aimd, yodel_drain_get_resume_bps (&self->drain), FALSE, now_us);
}

/* What pushed the rate down may have been a passing disturbance: up to near the rate of before it
 * goes quickly, as long as no queue comes of it; a little picture is there at once. */
static void
recover (YodelDelayControl *self,
         gint64             elapsed_us,
         gint64             now_us)
{
  double seconds = MIN (elapsed_us, G_USEC_PER_SEC) / (double) G_USEC_PER_SEC;
  double factor = 1 + (RECOVERY_RISE - 1) * seconds;
  double picture_bps = MIN (PICTURE_BPS, self->before_row_bps);

  if (self->aimd.target_bps < picture_bps)
    {
      yodel_aimd_set_target (&self->aimd, picture_bps, FALSE, now_us);
      self->pictured_us = now_us;
    }
  else if (self->aimd.target_bps < self->recovery_bps)
    yodel_aimd_set_target (&self->aimd, self->aimd.target_bps * factor, FALSE, now_us);
}

/* A queue shrinks by a second in a second at most, if nothing is sent.  One that goes faster was a path,
 * or a host, that stood still and has caught up: on with the rate of before. */
static void
end_stall (YodelDelayControl *self,
           gint64             queue_us,
           gint64             elapsed_us,
           gint64             now_us)
{
  if (self->queue_us - queue_us < STALL_US + STALL_SPEED * elapsed_us + MOST_NOISES * self->queue.noise_us ||
      queue_us > empty_us (self))
    return;

  self->drain.is_active = FALSE;
  if (self->aimd.target_bps < self->recovery_bps)
    yodel_aimd_set_target (&self->aimd, self->recovery_bps, FALSE, now_us);
}

/* At the second overuse of a row the rate has gone down already: what the path carried is what was
 * before the first.  Unless the picture that was there at once has brought the second: that was too much. */
static void
remember_rate (YodelDelayControl *self,
               gint64             now_us)
{
  double long_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, LONG_WINDOW_US);
  gboolean is_same_row = self->overused_us >= 0 && now_us - self->overused_us < SAME_ROW_US &&
                         now_us - self->row_began_us < LONGEST_ROW_US && now_us - self->pictured_us > SAME_ROW_US;

  self->recovery_bps = RECOVERY_SHARE * MIN (self->aimd.target_bps, long_bps);
  self->before_row_bps = is_same_row ? MAX (self->before_row_bps, self->recovery_bps) : self->recovery_bps;
  if (!is_same_row)
    self->row_began_us = now_us;
}

/* The queue of a path to which we send next to nothing is not ours: as little as we can do about it, as little does what comes
 * through tell of what there would be.  So the rate goes down a little, and who sends again has a share to begin with.  A
 * long queue is another matter: the path may have become too thin for anything. */
static gboolean
is_queue_of_others (const YodelDelayControl *self,
                    gboolean                 in_alr,
                    gint64                   queue_us)
{
  return in_alr && queue_us < OTHERS_LIMIT_US &&
         yodel_delay_control_get_acknowledged_bps (self) < NEXT_TO_NOTHING * self->aimd.target_bps;
}

static void
back_off_for_others (YodelDelayControl *self,
                     gint64             now_us)
{
  if (self->overused_us < 0 || now_us - self->overused_us > SAME_ROW_US)
    yodel_aimd_set_target (&self->aimd, OTHERS_BACK_OFF * self->aimd.target_bps, FALSE, now_us);
  self->recovery_bps = MIN (self->recovery_bps, self->aimd.target_bps);
  self->overused_us = now_us;
}

void
yodel_delay_control_update (YodelDelayControl *self,
                            gboolean           in_alr,
                            gint64             rtt_us,
                            gint64             now_us)
{
  gint64 queue_us = yodel_delay_control_get_queue_us (self), elapsed_us = now_us - self->updated_us;
  double met_bps = met_rate (self, queue_us, rtt_us, now_us);
  gboolean is_over = (self->is_rising && queue_us > trend_limit_us (self)) || queue_us > queue_limit_us (self);
  YodelUsage usage = self->trendline.usage;

  if (in_alr)
    self->idle_us = now_us;
  end_stall (self, queue_us, elapsed_us, now_us);
  self->is_rising = FALSE;
  self->updated_us = now_us;
  self->queue_us = queue_us;
  if (is_over && !self->drain.is_active && is_queue_of_others (self, in_alr, queue_us))
    {
      back_off_for_others (self, now_us);
      return;
    }
  if (is_over)
    {
      if (!self->drain.is_active)
        remember_rate (self, now_us);
      self->overused_us = now_us;
    }
  if (yodel_delay_control_is_faster (self))
    self->faster_us = now_us;
  if (self->drain.is_active)
    {
      follow_drain (self, queue_us, now_us);
      return;
    }

  if (is_over)
    usage = YODEL_USAGE_OVER;
  else
    {
      if (usage == YODEL_USAGE_OVER)
        usage = YODEL_USAGE_NORMAL;             /* a probe's doing */
      if (queue_us < empty_us (self))
        recover (self, elapsed_us, now_us);
    }

  if (yodel_aimd_update (&self->aimd, usage, met_bps, now_us) && queue_us > MAX (DRAIN_FROM_US, 2 * small_us (self)) && met_bps > 0)
    yodel_drain_begin (&self->drain, met_bps, queue_us, rtt_us, now_us);
}

void
yodel_delay_control_forget (YodelDelayControl *self)
{
  yodel_inter_arrival_reset (&self->inter_arrival);
  yodel_trendline_init (&self->trendline);
  yodel_queue_estimate_init (&self->queue);
  yodel_queue_estimate_init (&self->large);
  self->drain.is_active = FALSE;
  self->aimd.capacity.bps = -1;
}

void
yodel_delay_control_end_outage (YodelDelayControl *self,
                                gint64             rtt_us,
                                gint64             now_us)
{
  yodel_inter_arrival_reset (&self->inter_arrival);
  yodel_trendline_init (&self->trendline);
  self->queue.n_recent = 0;
  yodel_drain_begin (&self->drain, self->aimd.target_bps, OUTAGE_QUEUE_US, MAX (rtt_us, 0), now_us);
}
