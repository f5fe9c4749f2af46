#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/gcc.h"

#include "base/units.h"
#include "congestion/acknowledged-rate.h"
#include "congestion/aimd.h"
#include "congestion/alr.h"
#include "congestion/circuit-breaker.h"
#include "congestion/drain.h"
#include "congestion/inter-arrival.h"
#include "congestion/loss-estimate.h"
#include "congestion/probe-controller.h"
#include "congestion/probe-estimate.h"
#include "congestion/queue-estimate.h"
#include "congestion/trendline.h"

#include <math.h>

#define TICK_US            (100 * YODEL_US_PER_MS)
#define PACING_FACTOR      1.1
#define START_FACTOR       2.5                        /* of pacing, until feedback has come */
#define ACKED_WINDOW_US    (500 * YODEL_US_PER_MS)
#define STANDING_WINDOW_US (100 * YODEL_US_PER_MS)
#define QUEUE_LIMIT_US     (30 * YODEL_US_PER_MS)     /* a standing queue beyond is overuse, trend or not */
#define EMPTY_US           (8 * YODEL_US_PER_MS)
#define DRAIN_FROM_US      (15 * YODEL_US_PER_MS)
#define CALM_US            (1500 * YODEL_US_PER_MS)
#define RTT_LIMIT_US       (3 * G_USEC_PER_SEC)       /* the guard of last resort */
#define RTT_STEP_US        (1 * G_USEC_PER_SEC)
#define RTT_FACTOR         0.8
#define RTT_FLOOR_BPS      5000.0
#define RTT_WEIGHT         0.125

typedef struct
{
  YodelController       base;

  double                min_bps, start_bps, max_bps;
  gboolean              has_feedback;
  gint64                now_us;                 /* of the last call; time runs forward only */
  gint64                sent_us;                /* -1: nothing yet */

  YodelInterArrival     inter_arrival;
  YodelTrendline        trendline;
  YodelQueueEstimate    queue;
  YodelAcknowledgedRate acknowledged;
  YodelAimd             aimd;
  YodelLossEstimate     loss;
  YodelDrain            drain;
  YodelProbeEstimate    probes;
  YodelProbeController  probing;
  YodelAlr              alr;
  YodelCircuitBreaker   breaker;

  gint64                rtt_us;                 /* smoothed; -1: unknown */
  gint64                overused_us;            /* -1: never */
  double                guard_bps;              /* INFINITY: the RTT guard is off */
  gint64                guarded_us;
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

static void
update_target (YodelGcc *self)
{
  double bps = self->aimd.target_bps;

  if (self->drain.is_active)
    bps = MIN (bps, self->drain.rate_bps);
  bps = MIN (bps, self->loss.bps);
  self->target_bps = MIN (limit (self, bps), MAX (self->guard_bps, RTT_FLOOR_BPS));
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

/* The path is so slow that something is badly wrong: less and less until it is not. */
static void
guard_rtt (YodelGcc *self,
           gint64    rtt_us,
           gint64    now_us)
{
  if (rtt_us < RTT_LIMIT_US)
    self->guard_bps = INFINITY;
  else if (isinf (self->guard_bps) || now_us - self->guarded_us >= RTT_STEP_US)
    {
      self->guard_bps = MAX (RTT_FACTOR * MIN (self->guard_bps, self->target_bps), RTT_FLOOR_BPS);
      self->guarded_us = now_us;
    }
}

static void
take_arrival (YodelGcc                *self,
              const YodelPacketResult *result,
              gboolean                *is_over)
{
  gint64 sent_delta_us, arrived_delta_us;

  yodel_queue_estimate_push (&self->queue, result->sent_us, result->arrived_us);
  yodel_acknowledged_rate_push (&self->acknowledged, result->arrived_us, result->size_bytes);
  yodel_probe_estimate_push (&self->probes, result);
  if (yodel_inter_arrival_push (&self->inter_arrival, result->sent_us, result->arrived_us,
                                &sent_delta_us, &arrived_delta_us))
    *is_over |= yodel_trendline_update (&self->trendline, sent_delta_us, arrived_delta_us,
                                        result->arrived_us) == YODEL_USAGE_OVER;
}

static void
take_probes (YodelGcc *self,
             gint64    now_us)
{
  YodelProbeOutcome outcome;

  while (yodel_probe_estimate_poll (&self->probes, &outcome))
    {
      if (outcome.bps > self->aimd.target_bps && !self->drain.is_active)
        yodel_aimd_set_target (&self->aimd, outcome.bps, outcome.is_saturated, now_us);
      yodel_probe_controller_on_outcome (&self->probing, &outcome, self->max_bps, now_us);
    }
}

static void
follow_delay (YodelGcc *self,
              gboolean  is_over,
              gint64    now_us)
{
  double acked_bps = yodel_acknowledged_rate_get_bps (&self->acknowledged, ACKED_WINDOW_US);
  gint64 standing_us = yodel_queue_estimate_get_standing_us (&self->queue, STANDING_WINDOW_US);
  gint64 empty_us = EMPTY_US + self->queue.jitter_us;
  YodelUsage usage = self->trendline.usage;

  if (self->drain.is_active)
    {
      if (is_over)
        self->overused_us = now_us;
      if (yodel_drain_advance (&self->drain, standing_us, empty_us, now_us))
        yodel_aimd_set_target (&self->aimd, yodel_drain_get_resume_bps (&self->drain), FALSE, now_us);
      return;
    }

  if (standing_us > QUEUE_LIMIT_US + 2 * self->queue.jitter_us)
    is_over = TRUE;
  if (is_over)
    {
      usage = YODEL_USAGE_OVER;
      self->overused_us = now_us;
    }
  if (yodel_aimd_update (&self->aimd, usage, acked_bps, TRUE, now_us) && standing_us > DRAIN_FROM_US && acked_bps > 0)
    yodel_drain_begin (&self->drain, acked_bps, standing_us, self->rtt_us, now_us);
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
    .is_calm = self->has_feedback && !self->drain.is_active &&
               standing_us < EMPTY_US + self->queue.jitter_us &&
               (self->overused_us < 0 || now_us - self->overused_us > CALM_US),
    .jitter_us = self->queue.jitter_us,
  };

  yodel_probe_controller_advance (&self->probing, &situation, now_us);
}

static void
yodel_gcc_on_feedback (YodelController         *controller,
                       const YodelPacketResult *results,
                       guint                    n,
                       gint64                   now_us)
{
  YodelGcc *self = (YodelGcc *) controller;
  gboolean is_over = FALSE;
  gint64 newest_sent_us = -1;

  if (n == 0)
    return;

  self->has_feedback = TRUE;
  for (guint i = 0; i < n; i++)
    {
      yodel_loss_estimate_push (&self->loss, results[i].sent_us, results[i].size_bytes, results[i].arrived_us < 0);
      if (results[i].arrived_us < 0)
        continue;
      take_arrival (self, &results[i], &is_over);
      newest_sent_us = MAX (newest_sent_us, results[i].sent_us);
    }
  if (newest_sent_us >= 0)
    {
      learn_rtt (self, now_us - newest_sent_us);
      yodel_circuit_breaker_on_heard (&self->breaker, now_us);
    }

  take_probes (self, now_us);
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
  guard_rtt (self, rtt_us, now_us);
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
  yodel_gcc_on_rtt (controller, rtt_us, now_us);
}

static void
yodel_gcc_on_remb (YodelController *controller,
                   guint            bitrate_bps,
                   gint64           now_us)
{
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
}

static gint64
yodel_gcc_next_deadline_us (const YodelController *controller)
{
  const YodelGcc *self = (const YodelGcc *) controller;

  return self->sent_us < 0 ? YODEL_NEVER_US : self->now_us + TICK_US;
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
  self->sent_us = -1;
  self->min_bps = YODEL_CONTROLLER_MIN_BPS;
  self->start_bps = YODEL_CONTROLLER_START_BPS;
  self->max_bps = YODEL_CONTROLLER_MAX_BPS;
  self->rtt_us = -1;
  self->overused_us = -1;
  self->guard_bps = INFINITY;
  yodel_trendline_init (&self->trendline);
  yodel_queue_estimate_init (&self->queue);
  yodel_aimd_init (&self->aimd, self->min_bps, self->start_bps, self->max_bps);
  yodel_loss_estimate_init (&self->loss);
  yodel_probe_controller_init (&self->probing);
  yodel_alr_init (&self->alr);
  yodel_circuit_breaker_init (&self->breaker);
  update_target (self);
  return &self->base;
}
