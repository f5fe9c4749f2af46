#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/gcc.h"

#include "base/units.h"
#include "congestion/alr.h"
#include "congestion/circuit-breaker.h"
#include "congestion/competing.h"
#include "congestion/delay-control.h"
#include "congestion/loss-estimate.h"
#include "congestion/modest-rate.h"
#include "congestion/probe-controller.h"
#include "congestion/probe-estimate.h"
#include "congestion/report-control.h"
#include "congestion/rtt-guard.h"

#include <math.h>

#define TICK_US            (100 * YODEL_US_PER_MS)
#define PACING_FACTOR      1.1
#define AMPLE_FACTOR       2.5                        /* until feedback has come, and where the limit is not the path's */
#define OUTAGE_US          (1 * G_USEC_PER_SEC)       /* without feedback ... */
#define SELDOM_OUTAGE_US   (3 * G_USEC_PER_SEC)       /* ... of who gives it seldom */
#define FIRST_REPORT_US    (1500 * YODEL_US_PER_MS)   /* the first one, of whatever kind, is there by then */
#define COMPETING_LOSS     0.1                        /* beyond, the loss estimate counts against a rival too */
#define COMPETING_SHARE    0.5                        /* ... but no more: it follows each loss by itself */
#define LITTLE_LOSS        0.01                       /* who fills a queue loses more */
#define ALLOWED_US         (80 * YODEL_US_PER_MS)    /* in flight beyond a round trip and a report's time */
#define NOISES             4                          /* and beyond what the delay strays by itself */
#define MAX_REPORT_US      (300 * YODEL_US_PER_MS)
#define REPORT_WEIGHT      0.125
#define LONGEST_DECAY      0.95                       /* a report */
#define SAME_PACKET_US     (2 * YODEL_US_PER_MS)
#define SELDOM_REPORT_US   (260 * YODEL_US_PER_MS)    /* such reports tell too late what is in flight */
#define LEAST_WINDOW_BYTES 4000
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
  gint64                reported_us;            /* when feedback came last; -1: never */
  double                report_us;              /* from one to the next, smoothed */
  double                longest_report_us;      /* of late */
  gint64                stale_until_us;         /* what was sent before went into an outage */

  YodelDelayControl     delay;
  YodelLossEstimate     loss;
  YodelModestRate       modest;
  YodelCompeting        competing;
  YodelProbeEstimate    probes;
  YodelProbeController  probing;
  YodelAlr              alr;
  YodelCircuitBreaker   breaker;
  YodelRttGuard         guard;
  YodelReportControl    reports;                /* until the first feedback */

  gint64                rtt_us;                 /* smoothed; -1: unknown */
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

/* Until the opposite is known, a peer is one that does. */
static gboolean
reports_seldom (const YodelGcc *self)
{
  return self->report_us <= 0 || self->longest_report_us > SELDOM_REPORT_US;
}

static gint64
outage_us (const YodelGcc *self)
{
  return reports_seldom (self) ? SELDOM_OUTAGE_US : OUTAGE_US;
}

/* Is the path dead?  It is when packets have gone unheard for long. */
static gboolean
is_outage (const YodelGcc *self,
           gint64          now_us)
{
  return self->has_feedback && self->unheard_since_us >= 0 &&
         now_us - self->unheard_since_us > outage_us (self) + MAX (self->rtt_us, 0);
}

/* What delay, rivals and loss allow. */
static double
allowed_bps (const YodelGcc *self)
{
  double bps = self->competing.is_active ? self->competing.rate_bps : yodel_delay_control_get_bps (&self->delay);

  if (!self->competing.is_active)
    bps = MIN (bps, self->loss.bps);
  else if (self->loss.mean > COMPETING_LOSS)
    bps = CLAMP (self->loss.bps, COMPETING_SHARE * bps, bps);
  return MAX (bps, yodel_competing_get_floor_bps (&self->competing, self->reported_us));
}

/* How much longer than it should be nothing has been heard of any packet: a path that is too thin even
 * for sound drowns the end of the handshake. */
static double
unanswered_s (const YodelGcc *self)
{
  gint64 since_us = self->unheard_since_us >= 0 && self->reports.moved_us < 0 ? self->sent_us - self->unheard_since_us : 0;

  return MAX (since_us - FIRST_REPORT_US, 0) / (double) G_USEC_PER_SEC;
}

static void
update_target (YodelGcc *self)
{
  double bps = MAX (allowed_bps (self), self->modest.floor_bps);

  if (is_outage (self, self->sent_us))
    bps *= exp2 (-(self->sent_us - self->unheard_since_us) / (double) outage_us (self));
  if (!self->has_feedback)
    bps = yodel_report_control_get_bps (&self->reports, self->min_bps, self->max_bps) * exp2 (-unanswered_s (self));
  bps = MIN (bps, yodel_circuit_breaker_get_ceiling_bps (&self->breaker));
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
    {
      self->start_bps = limit (self, start_bps);
      if (self->start_bps < YODEL_MODEST_WITH_VIDEO_BPS)
        yodel_modest_rate_wait (&self->modest, now_us);
    }

  self->delay.aimd.min_bps = self->min_bps;
  self->delay.aimd.max_bps = self->max_bps;
  yodel_aimd_set_target (&self->delay.aimd,
                         self->has_feedback ? self->delay.aimd.target_bps : self->start_bps,
                         FALSE, now_us);
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
  if (!audio)
    self->modest.modest_bps = YODEL_MODEST_WITH_VIDEO_BPS;
  if (!audio && !self->probing.is_started)      /* sound alone needs no probes, and has nothing to fill them */
    yodel_probe_controller_start (&self->probing, self->target_bps, self->max_bps, now_us);
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
  self->delay.aimd.rtt_us = self->rtt_us;
}

static void
take_probes (YodelGcc *self,
             gint64    now_us)
{
  YodelProbeOutcome outcome;

  while (yodel_probe_estimate_poll (&self->probes, self->delay.queue.noise_us, &outcome))
    {
      if (!self->competing.is_active)
        yodel_delay_control_on_probe (&self->delay, &outcome, self->probing.is_starting, now_us);
      yodel_probe_controller_on_outcome (&self->probing, &outcome, self->max_bps, self->delay.queue.noise_us, now_us);
    }
}

static void
meet_rivals (YodelGcc *self,
             gboolean  has_loss,
             gint64    now_us)
{
  YodelCompetingInput input = {
    .queue_us = yodel_delay_control_get_queue_us (&self->delay),
    .target_bps = self->target_bps,
    .acknowledged_bps = yodel_delay_control_get_acknowledged_bps (&self->delay),
    .min_bps = self->min_bps,
    .least_bps = MAX (self->min_bps, self->modest.floor_bps),
    .max_bps = self->max_bps,
    .rtt_us = self->rtt_us,
    .loss = self->loss.mean,
    .has_loss = has_loss,
  };

  if (self->competing.is_active)
    yodel_queue_estimate_hold_base (&self->delay.queue);
  else if (self->loss.mean < LITTLE_LOSS)
    {
      yodel_delay_control_accept_longer_way (&self->delay);
      input.queue_us = yodel_delay_control_get_queue_us (&self->delay);
    }
  if (!yodel_competing_update (&self->competing, &input, now_us))
    return;

  self->delay.drain.is_active = FALSE;
  if (!self->competing.is_active)
    yodel_aimd_set_target (&self->delay.aimd, self->competing.rate_bps, FALSE, now_us);
}

static void
consider_probing (YodelGcc *self,
                  gint64    now_us)
{
  YodelProbeSituation situation = {
    .target_bps = self->target_bps,
    .max_bps = self->max_bps,
    .in_alr = self->alr.in_alr,
    .is_calm = self->has_feedback && !self->competing.is_active && yodel_delay_control_is_calm (&self->delay, now_us),
    .is_faster = self->has_feedback && !self->competing.is_active && yodel_delay_control_is_faster (&self->delay),
    .noise_us = self->delay.queue.noise_us,
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
  yodel_competing_init (&self->competing);
  yodel_delay_control_end_outage (&self->delay, self->rtt_us, now_us);
}

static void
take_result (YodelGcc                *self,
             const YodelPacketResult *result)
{
  gboolean is_lost = result->arrived_us < 0;

  yodel_loss_estimate_push (&self->loss, result->sent_us, result->size_bytes, is_lost,
                            yodel_delay_control_has_no_queue (&self->delay));
  if (is_lost)
    return;

  yodel_probe_estimate_push (&self->probes, result, self->delay.queue.base_us);
  yodel_delay_control_push (&self->delay, result);
}

/* A peer may report every 50 ms, or several times at once in each of its seldom RTCP packets: it
 * takes some quick ones to be believed. */
static void
note_report (YodelGcc *self,
             gint64    now_us)
{
  gint64 since_us = now_us - self->reported_us;

  if (self->reported_us < 0)
    self->longest_report_us = MAX_REPORT_US;
  else if (since_us >= SAME_PACKET_US)
    {
      double weight = self->report_us > 0 ? REPORT_WEIGHT : 1;

      since_us = MIN (since_us, MAX_REPORT_US);
      self->report_us += weight * (since_us - self->report_us);
      self->longest_report_us = MAX (since_us, self->longest_report_us * LONGEST_DECAY);
    }
  self->reported_us = now_us;
}

static void
yodel_gcc_on_feedback (YodelController         *controller,
                       const YodelPacketResult *results,
                       guint                    n,
                       gint64                   now_us)
{
  YodelGcc *self = (YodelGcc *) controller;
  gboolean has_loss = FALSE;
  gint64 newest_sent_us = -1;

  if (n == 0)
    return;

  if (is_outage (self, now_us))
    end_outage (self, now_us);
  note_report (self, now_us);
  self->has_feedback = TRUE;
  self->unheard_since_us = -1;
  for (guint i = 0; i < n; i++)
    {
      if (results[i].sent_us < self->stale_until_us)
        continue;
      take_result (self, &results[i]);
      if (results[i].arrived_us < 0)
        has_loss = TRUE;
      else
        newest_sent_us = MAX (newest_sent_us, results[i].sent_us);
    }
  yodel_circuit_breaker_on_heard (&self->breaker, now_us);
  if (self->delay.queue.n_recent == 0)
    {
      update_target (self);                     /* all stale: wait for the first of the new ones */
      return;
    }
  if (newest_sent_us >= 0)
    learn_rtt (self, now_us - newest_sent_us);

  take_probes (self, now_us);
  meet_rivals (self, has_loss, now_us);
  if (!self->competing.is_active)
    yodel_delay_control_update (&self->delay, self->alr.in_alr, self->rtt_us, now_us);
  yodel_loss_estimate_update (&self->loss, self->delay.aimd.target_bps,
                              yodel_delay_control_get_acknowledged_bps (&self->delay),
                              self->min_bps);
  yodel_modest_rate_update (&self->modest, allowed_bps (self), yodel_delay_control_get_queue_us (&self->delay),
                            self->loss.mean, now_us);
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

  yodel_delay_control_forget (&self->delay);
  yodel_competing_init (&self->competing);
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

/* Whom the program's own limit holds back has room on the path: there a frame need not be spread
 * over the time until the next one, which would be delay for nothing. */
static double
pacing_factor (const YodelGcc *self)
{
  return self->has_feedback && self->target_bps < self->max_bps ? PACING_FACTOR : AMPLE_FACTOR;
}

/* What is in flight tells of a path that has become slower before any delay can: what it delivers is
 * acknowledged late.  A queue that lasts is in the smoothed round trip. */
static guint
window_bytes (const YodelGcc *self)
{
  double allowed_us = MAX (self->rtt_us, 0) + ALLOWED_US + self->report_us + NOISES * self->delay.queue.noise_us;

  if (reports_seldom (self) || self->competing.is_active)
    return G_MAXUINT;
  return MAX (self->target_bps * (pacing_factor (self) / PACING_FACTOR) / 8 * allowed_us / G_USEC_PER_SEC, LEAST_WINDOW_BYTES);
}

static void
yodel_gcc_get_state (const YodelController *controller,
                     YodelControllerState  *state)
{
  const YodelGcc *self = (const YodelGcc *) controller;

  *state = (YodelControllerState) {
    .target_bps = self->target_bps,
    .pacing_bps = self->target_bps * pacing_factor (self),
    .window_bytes = window_bytes (self),
    .acknowledged_bps = MAX (yodel_delay_control_get_acknowledged_bps (&self->delay), 0),
    .rtt_us = self->rtt_us,
    .queue_us = yodel_delay_control_get_queue_us (&self->delay),
    .loss_fraction = self->loss.mean,
    .in_alr = self->alr.in_alr,
    .overusing = self->delay.trendline.usage == YODEL_USAGE_OVER,
    .draining = self->delay.drain.is_active && !self->competing.is_active,
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
  self->sent_us = self->unheard_since_us = self->reported_us = -1;
  self->min_bps = YODEL_CONTROLLER_MIN_BPS;
  self->start_bps = YODEL_CONTROLLER_START_BPS;
  self->max_bps = YODEL_CONTROLLER_MAX_BPS;
  self->rtt_us = -1;
  yodel_rtt_guard_init (&self->guard);
  yodel_delay_control_init (&self->delay, self->min_bps, self->start_bps, self->max_bps);
  yodel_loss_estimate_init (&self->loss);
  yodel_modest_rate_init (&self->modest);
  yodel_competing_init (&self->competing);
  yodel_probe_controller_init (&self->probing);
  yodel_alr_init (&self->alr);
  yodel_circuit_breaker_init (&self->breaker);
  yodel_report_control_init (&self->reports, self->start_bps);
  update_target (self);
  return &self->base;
}
