#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/gcc.h"

#include "base/units.h"
#include "congestion/acknowledged-rate.h"
#include "congestion/aimd.h"
#include "congestion/alr.h"
#include "congestion/circuit-breaker.h"
#include "congestion/competing.h"
#include "congestion/drain.h"
#include "congestion/inter-arrival.h"
#include "congestion/loss-estimate.h"
#include "congestion/probe-controller.h"
#include "congestion/probe-estimate.h"
#include "congestion/queue-estimate.h"
#include "congestion/report-control.h"
#include "congestion/rtt-guard.h"
#include "congestion/trendline.h"

#include <math.h>

#define TICK_US            (100 * YODEL_US_PER_MS)
#define PACING_FACTOR      1.1
#define START_FACTOR       2.5                        /* of pacing, until feedback has come */
#define ACKED_WINDOW_US    (500 * YODEL_US_PER_MS)
#define LONG_WINDOW_US     (2 * G_USEC_PER_SEC)
#define SHORT_WINDOW_US    (200 * YODEL_US_PER_MS)    /* when there is a long queue: the link is busy all the time */
#define LONG_QUEUE_US      (50 * YODEL_US_PER_MS)
#define AFTER_PROBE_US     (80 * YODEL_US_PER_MS)     /* the queue of a probe is no overuse */
#define STANDING_WINDOW_US (100 * YODEL_US_PER_MS)
#define QUEUE_LIMIT_US     (20 * YODEL_US_PER_MS)     /* a standing queue beyond is overuse, trend or not */
#define EMPTY_US           (8 * YODEL_US_PER_MS)
#define DRAIN_FROM_US      (15 * YODEL_US_PER_MS)
#define DOUBTFUL_GAIN      0.5                        /* of what a probe shows */
#define FULL_OF_LATE_US    (6 * G_USEC_PER_SEC)
#define OUTAGE_QUEUE_US    (200 * YODEL_US_PER_MS)    /* a guess at what an outage leaves */
#define OUTAGE_US          (1 * G_USEC_PER_SEC)       /* without feedback */
#define COMPETING_LOSS     0.1                        /* beyond, the loss estimate counts against a rival too */
#define RECOVERY_SHARE     0.9                        /* of the rate before a passing disturbance */
#define RECOVERY_RISE      1.5                        /* per second */
#define NO_QUEUE_US        (10 * YODEL_US_PER_MS)     /* loss with so short a queue is not ours */
#define CALM_US            (1500 * YODEL_US_PER_MS)
#define IDLE_US            (20 * G_USEC_PER_SEC)      /* nothing sent for so long: no need to wake */
#define RTT_WEIGHT         0.125

typedef struct
{
  YodelController       base;

  double                min_bps, start_bps, max_bps;
  gboolean              has_feedback;
  gint64                now_us;                 /* of the last call; time runs forward only */
  gint64                sent_us;                /* -1: nothing yet */
  gint64                unheard_since_us;       /* first packet sent after the last feedback; -1: none */
  gint64                stale_until_us;         /* what was sent before went into an outage */

  YodelInterArrival     inter_arrival;
  YodelTrendline        trendline;
  YodelQueueEstimate    queue;
  YodelAcknowledgedRate acknowledged;
  YodelAimd             aimd;
  YodelLossEstimate     loss;
  YodelDrain            drain;
  YodelCompeting        competing;
  YodelProbeEstimate    probes;
  YodelProbeController  probing;
  YodelAlr              alr;
  YodelCircuitBreaker   breaker;
  YodelRttGuard         guard;
  YodelReportControl    reports;                /* until the first feedback */

  gint64                rtt_us;                 /* smoothed; -1: unknown */
  gint64                followed_us;
  double                recovery_bps;           /* up to here quickly */
  gint64                risen_us;               /* when a probe last raised the target */
  gint64                probe_sent_us;          /* the last packet of a probe */
  gint64                overused_us;            /* -1: never */
  double                target_bps;
} YodelGcc;

static double
limit (const YodelGcc *self,
       double          bps)
{
  return CLAMP (bps, self->min_bps, self->max_bps);
}

static void
yodel_gcc_free (YodelController *controller)
{
  g_free (controller);
}

/* Is the path dead?  It is when packets have gone unheard for long. */
static gboolean
is_outage (const YodelGcc *self,
           gint64          now_us)
{
  return self->has_feedback && self->unheard_since_us >= 0 &&
         now_us - self->unheard_since_us > OUTAGE_US + MAX (self->rtt_us, 0);
}

static void
update_target (YodelGcc *self)
{
  double bps = self->aimd.target_bps;

  if (self->competing.is_active)
    bps = self->competing.rate_bps;
  else if (self->drain.is_active)
    bps = MIN (bps, self->drain.rate_bps);
  if (!self->competing.is_active || self->loss.mean > COMPETING_LOSS)
    bps = MIN (bps, self->loss.bps);
  if (is_outage (self, self->sent_us))
    bps *= exp2 (-(self->sent_us - self->unheard_since_us) / (double) OUTAGE_US);
  if (!self->has_feedback)
    bps = yodel_report_control_get_bps (&self->reports, self->min_bps, self->max_bps);
  self->target_bps = MIN (limit (self, bps), self->guard.limit_bps);
}

static void
yodel_gcc_set_limits (YodelController *controller,
                      guint            min_bps,
                      guint            start_bps,
                      guint            max_bps,
                      gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  if (min_bps > 0)
    self->min_bps = min_bps;
  if (max_bps > 0)
    self->max_bps = MAX (max_bps, self->min_bps);
  if (start_bps > 0)
    self->start_bps = limit (self, start_bps);

  self->aimd.min_bps = self->min_bps;
  self->aimd.max_bps = self->max_bps;
  yodel_aimd_set_target (&self->aimd, self->has_feedback ? self->aimd.target_bps : self->start_bps, FALSE, now_us);
  if (self->reports.moved_us < 0)
    self->reports.target_bps = self->start_bps;
  update_target (self);
}

static void
yodel_gcc_on_packet_sent (YodelController *controller,
                          guint            size_bytes,
                          gboolean         audio,
                          gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  self->sent_us = now_us;
  if (self->unheard_since_us < 0)
    self->unheard_since_us = now_us;
  if (!self->probing.is_started)
    yodel_probe_controller_start (&self->probing, self->start_bps, self->max_bps, now_us);
  yodel_alr_on_sent (&self->alr, size_bytes, self->target_bps, now_us);
  yodel_circuit_breaker_on_sent (&self->breaker, size_bytes, now_us);
}

static void
learn_rtt (YodelGcc *self,
           gint64    rtt_us)
{
  if (self->rtt_us < 0)
    self->rtt_us = rtt_us;
  self->rtt_us += RTT_WEIGHT * (rtt_us - self->rtt_us);
  self->aimd.rtt_us = self->rtt_us;
}

static void
take_arrival (YodelGcc                *self,
              const YodelPacketResult *result,
              gboolean                *is_over)
{
  gint64 sent_delta_us, arrived_delta_us;

  if (result->probe_cluster > 0)
    self->probe_sent_us = result->sent_us;
  yodel_queue_estimate_push (&self->queue, result->sent_us, result->arrived_us);
  yodel_acknowledged_rate_push (&self->acknowledged, result->arrived_us, result->size_bytes);
  yodel_probe_estimate_push (&self->probes, result);
  if (yodel_inter_arrival_push (&self->inter_arrival, result->sent_us, result->arrived_us,
                                &sent_delta_us, &arrived_delta_us))
    {
      YodelUsage usage = yodel_trendline_update (&self->trendline, sent_delta_us, arrived_delta_us, result->arrived_us);

      *is_over |= usage == YODEL_USAGE_OVER && result->sent_us > self->probe_sent_us + AFTER_PROBE_US;
    }
}

static void
take_probes (YodelGcc *self,
             gint64    now_us)
{
  YodelProbeOutcome outcome;

  while (yodel_probe_estimate_poll (&self->probes, &outcome))
    {
      double gain_bps = outcome.bps - self->aimd.target_bps;

      /* A burst that was held up, or that went into a path full of late, may have pushed others
       * aside: half of what it shows is believed, and all at the start. */
      if (!self->probing.is_starting &&
          (outcome.is_saturated || (self->overused_us >= 0 && now_us - self->overused_us < FULL_OF_LATE_US)))
        gain_bps *= DOUBTFUL_GAIN;
      if (gain_bps > 0 && !self->drain.is_active && !self->competing.is_active)
        {
          self->risen_us = now_us;
          yodel_aimd_set_target (&self->aimd, self->aimd.target_bps + gain_bps, outcome.is_saturated, now_us);
        }
      yodel_probe_controller_on_outcome (&self->probing, &outcome, self->max_bps, now_us);
    }
}

/* What comes through.  With a long queue that is all the path carries, and the newest is the
 * truth; else a rate that has just risen is not to be mixed with what it was before. */
static double
met_rate (const YodelGcc *self,
          gint64          standing_us,
          gint64          now_us)
{
  double bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, ACKED_WINDOW_US);
  double short_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, SHORT_WINDOW_US);

  if (bps < 0 || short_bps < 0)
    return bps;
  if (standing_us > LONG_QUEUE_US)
    return MIN (bps, short_bps);
  return now_us - self->risen_us < ACKED_WINDOW_US + MAX (self->rtt_us, 0) ? MAX (bps, short_bps) : bps;
}

static void
follow_drain (YodelGcc *self,
              gint64    standing_us,
              gint64    empty_us,
              gint64    now_us)
{
  double short_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, SHORT_WINDOW_US);

  if (yodel_drain_advance (&self->drain, short_bps, standing_us, empty_us, now_us))
    yodel_aimd_set_target (&self->aimd, yodel_drain_get_resume_bps (&self->drain), FALSE, now_us);
}

/* What pushed the rate down may have been a passing disturbance: up to near the rate of before it
 * goes quickly, as long as no queue comes of it. */
static void
recover (YodelGcc *self,
         gint64    elapsed_us,
         gint64    now_us)
{
  double seconds = MIN (elapsed_us, G_USEC_PER_SEC) / (double) G_USEC_PER_SEC;
  double factor = 1 + (RECOVERY_RISE - 1) * seconds;

  if (self->aimd.target_bps < self->recovery_bps)
    yodel_aimd_set_target (&self->aimd, self->aimd.target_bps * factor, FALSE, now_us);
}

static void
follow_delay (YodelGcc *self,
              gboolean  is_over,
              gint64    now_us)
{
  gint64 standing_us = yodel_queue_estimate_get_standing_us (&self->queue, STANDING_WINDOW_US);
  gint64 empty_us = EMPTY_US + self->queue.jitter_us;
  double met_bps = met_rate (self, standing_us, now_us);
  gint64 elapsed_us = now_us - self->followed_us;
  YodelUsage usage = self->trendline.usage;

  self->followed_us = now_us;
  is_over |= standing_us > QUEUE_LIMIT_US + 2 * self->queue.jitter_us;
  if (is_over)
    self->overused_us = now_us;
  if (self->drain.is_active)
    {
      follow_drain (self, standing_us, empty_us, now_us);
      return;
    }

  if (is_over)
    {
      double long_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, LONG_WINDOW_US);

      usage = YODEL_USAGE_OVER;
      self->recovery_bps = RECOVERY_SHARE * MIN (self->aimd.target_bps, long_bps);
    }
  else
    {
      if (usage == YODEL_USAGE_OVER)
        usage = YODEL_USAGE_NORMAL;             /* a probe's doing */
      if (standing_us < empty_us)
        recover (self, elapsed_us, now_us);
    }

  if (yodel_aimd_update (&self->aimd, usage, met_bps, now_us) && standing_us > DRAIN_FROM_US && met_bps > 0)
    yodel_drain_begin (&self->drain, met_bps, standing_us, self->rtt_us, now_us);
}

static void
meet_rivals (YodelGcc *self,
             gboolean  has_loss,
             gint64    now_us)
{
  YodelCompetingInput input = {
    .queue_us = yodel_queue_estimate_get_standing_us (&self->queue, STANDING_WINDOW_US),
    .target_bps = self->target_bps,
    .acknowledged_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, ACKED_WINDOW_US),
    .min_bps = self->min_bps,
    .max_bps = self->max_bps,
    .rtt_us = self->rtt_us,
    .has_loss = has_loss,
  };

  if (self->competing.is_active)
    yodel_queue_estimate_hold_base (&self->queue);
  if (!yodel_competing_update (&self->competing, &input, now_us))
    return;

  self->drain.is_active = FALSE;
  if (!self->competing.is_active)
    yodel_aimd_set_target (&self->aimd, self->competing.rate_bps, FALSE, now_us);
}

static void
consider_probing (YodelGcc *self,
                  gint64    now_us)
{
  gint64 standing_us = yodel_queue_estimate_get_standing_us (&self->queue, STANDING_WINDOW_US);
  YodelProbeSituation situation = {
    .target_bps = self->target_bps,
    .max_bps = self->max_bps,
    .in_alr = self->alr.in_alr,
    .is_calm = self->has_feedback && !self->drain.is_active && !self->competing.is_active &&
               standing_us < EMPTY_US + self->queue.jitter_us &&
               (self->overused_us < 0 || now_us - self->overused_us > CALM_US),
    .jitter_us = self->queue.jitter_us,
  };

  yodel_probe_controller_advance (&self->probing, &situation, now_us);
}

/* The path was dead and is back.  What was sent into it tells nothing; what stands in its queue
 * goes first, then the rate of before. */
static void
end_outage (YodelGcc *self,
            gint64    now_us)
{
  self->stale_until_us = now_us;
  yodel_inter_arrival_reset (&self->inter_arrival);
  yodel_trendline_init (&self->trendline);
  yodel_competing_init (&self->competing);
  self->queue.n_recent = 0;
  yodel_drain_begin (&self->drain, self->aimd.target_bps, OUTAGE_QUEUE_US, MAX (self->rtt_us, 0), now_us);
}

static void
yodel_gcc_on_feedback (YodelController         *controller,
                       const YodelPacketResult *results,
                       guint                    n,
                       gint64                   now_us)
{
  YodelGcc *self = (YodelGcc *) controller;
  gboolean is_over = FALSE, has_loss = FALSE;
  gint64 newest_sent_us = -1;

  if (n == 0)
    return;

  if (is_outage (self, now_us))
    end_outage (self, now_us);
  self->has_feedback = TRUE;
  self->unheard_since_us = -1;
  for (guint i = 0; i < n; i++)
    {
      if (results[i].sent_us < self->stale_until_us)
        continue;
      yodel_loss_estimate_push (&self->loss, results[i].sent_us, results[i].size_bytes, results[i].arrived_us < 0,
                                yodel_queue_estimate_get_newest_us (&self->queue) < NO_QUEUE_US + self->queue.jitter_us);
      has_loss |= results[i].arrived_us < 0;
      if (results[i].arrived_us < 0)
        continue;
      take_arrival (self, &results[i], &is_over);
      newest_sent_us = MAX (newest_sent_us, results[i].sent_us);
    }
  yodel_circuit_breaker_on_heard (&self->breaker, now_us);
  if (self->queue.n_recent == 0)
    {
      update_target (self);                     /* all stale: wait for the first of the new ones */
      return;
    }
  if (newest_sent_us >= 0)
    learn_rtt (self, now_us - newest_sent_us);

  take_probes (self, now_us);
  meet_rivals (self, has_loss, now_us);
  if (!self->competing.is_active)
    follow_delay (self, is_over, now_us);
  yodel_loss_estimate_update (&self->loss, self->aimd.target_bps,
                              yodel_acknowledged_rate_get_bps (&self->acknowledged, ACKED_WINDOW_US),
                              self->min_bps);
  update_target (self);
  consider_probing (self, now_us);
}

static void
yodel_gcc_on_rtt (YodelController *controller,
                  gint64           rtt_us,
                  gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  if (rtt_us < 0)
    return;
  if (!self->has_feedback)
    learn_rtt (self, rtt_us);
  yodel_rtt_guard_update (&self->guard, rtt_us, self->target_bps, now_us);
  update_target (self);
}

static void
yodel_gcc_on_receiver_report (YodelController *controller,
                              double           fraction_lost,
                              gint64           rtt_us,
                              gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  yodel_circuit_breaker_on_report (&self->breaker, fraction_lost, rtt_us, now_us);
  yodel_report_control_on_report (&self->reports, fraction_lost, rtt_us, now_us);
  self->reports.target_bps = limit (self, self->reports.target_bps);
  yodel_gcc_on_rtt (controller, rtt_us, now_us);
}

static void
yodel_gcc_on_remb (YodelController *controller,
                   guint            bitrate_bps,
                   gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  self->reports.remb_bps = bitrate_bps;
  update_target (self);
}

static void
yodel_gcc_on_route_change (YodelController *controller,
                           gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  yodel_inter_arrival_reset (&self->inter_arrival);
  yodel_trendline_init (&self->trendline);
  yodel_queue_estimate_init (&self->queue);
  self->drain.is_active = FALSE;
  yodel_competing_init (&self->competing);
  self->aimd.capacity.bps = -1;
  self->rtt_us = -1;
}

static void
yodel_gcc_advance (YodelController *controller,
                   gint64           now_us)
{
  YodelGcc *self = (YodelGcc *) controller;

  self->now_us = now_us;
  yodel_circuit_breaker_advance (&self->breaker, now_us);
  update_target (self);
}

static gint64
yodel_gcc_next_deadline_us (const YodelController *controller)
{
  const YodelGcc *self = (const YodelGcc *) controller;

  if (self->sent_us < 0 || self->now_us - self->sent_us > IDLE_US)
    return YODEL_NEVER_US;

  return self->now_us + TICK_US;
}

static void
yodel_gcc_get_state (const YodelController *controller,
                     YodelControllerState  *state)
{
  const YodelGcc *self = (const YodelGcc *) controller;
  double pacing_bps = self->target_bps * (self->has_feedback ? PACING_FACTOR : START_FACTOR);

  *state = (YodelControllerState) {
    .target_bps = self->target_bps,
    .pacing_bps = pacing_bps,
    .rtt_us = self->rtt_us,
    .queue_us = yodel_queue_estimate_get_standing_us (&self->queue, STANDING_WINDOW_US),
    .loss_fraction = self->loss.mean,
    .in_alr = self->alr.in_alr,
    .overusing = self->trendline.usage == YODEL_USAGE_OVER,
    .competing = self->competing.is_active,
    .stopped = self->breaker.is_open,
  };
}

static gboolean
yodel_gcc_poll_probe (YodelController   *controller,
                      YodelProbeRequest *probe)
{
  YodelGcc *self = (YodelGcc *) controller;

  if (!yodel_probe_controller_poll (&self->probing, probe))
    return FALSE;
  yodel_probe_estimate_add (&self->probes, probe);
  return TRUE;
}

static const YodelControllerOps ops = {
  .free = yodel_gcc_free,
  .set_limits = yodel_gcc_set_limits,
  .on_packet_sent = yodel_gcc_on_packet_sent,
  .on_feedback = yodel_gcc_on_feedback,
  .on_rtt = yodel_gcc_on_rtt,
  .on_receiver_report = yodel_gcc_on_receiver_report,
  .on_remb = yodel_gcc_on_remb,
  .on_route_change = yodel_gcc_on_route_change,
  .advance = yodel_gcc_advance,
  .next_deadline_us = yodel_gcc_next_deadline_us,
  .get_state = yodel_gcc_get_state,
  .poll_probe = yodel_gcc_poll_probe,
};

YodelController *
yodel_gcc_new (gint64 now_us)
{
  YodelGcc *self = g_new0 (YodelGcc, 1);

  self->base.ops = &ops;
  self->now_us = now_us;
  self->sent_us = self->unheard_since_us = -1;
  self->min_bps = YODEL_CONTROLLER_MIN_BPS;
  self->start_bps = YODEL_CONTROLLER_START_BPS;
  self->max_bps = YODEL_CONTROLLER_MAX_BPS;
  self->rtt_us = -1;
  self->overused_us = -1;
  self->risen_us = -G_USEC_PER_SEC;
  self->probe_sent_us = -G_USEC_PER_SEC;
  yodel_rtt_guard_init (&self->guard);
  yodel_trendline_init (&self->trendline);
  yodel_queue_estimate_init (&self->queue);
  yodel_aimd_init (&self->aimd, self->min_bps, self->start_bps, self->max_bps);
  yodel_loss_estimate_init (&self->loss);
  yodel_competing_init (&self->competing);
  yodel_probe_controller_init (&self->probing);
  yodel_alr_init (&self->alr);
  yodel_circuit_breaker_init (&self->breaker);
  yodel_report_control_init (&self->reports, self->start_bps);
  update_target (self);
  return &self->base;
}
