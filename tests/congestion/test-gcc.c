/* Loss, probes, rivals, breakers; and the whole controller against peers that tell nothing, little
 * or lies. */
#include "congestion/circuit-breaker.h"
#include "congestion/competing.h"
#include "congestion/gcc.h"
#include "congestion/loss-estimate.h"
#include "congestion/modest-rate.h"
#include "congestion/probe-controller.h"
#include "congestion/report-control.h"
#include "congestion/rtt-guard.h"

#include "base/units.h"

#include <math.h>

#define MS G_TIME_SPAN_MILLISECOND

/* @seconds of packets at @sent_bps over a path that loses @inherent, and all above @link_bps. */
static void
send_with_loss (YodelLossEstimate *loss,
                GRand             *random,
                double             sent_bps,
                double             link_bps,
                double             inherent,
                double             seconds,
                gint64            *now_us)
{
  gint64 until_us = *now_us + seconds * G_USEC_PER_SEC;
  double excess = sent_bps > link_bps ? 1 - link_bps / sent_bps : 0;

  for (; *now_us < until_us; *now_us += 9600.0 * G_USEC_PER_SEC / sent_bps)
    {
      gboolean is_lost = g_rand_double (random) < inherent || g_rand_double (random) < excess;

      yodel_loss_estimate_push (loss, *now_us, 1200, is_lost, FALSE);
      yodel_loss_estimate_update (loss, sent_bps, MIN (sent_bps, link_bps) * (1 - inherent), 30000);
    }
}

static void
test_loss_of_the_path_is_no_limit (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  YodelLossEstimate loss;
  gint64 now_us = 0;

  yodel_loss_estimate_init (&loss);
  send_with_loss (&loss, random, 1500000, INFINITY, 0.05, 10, &now_us);
  g_assert_cmpfloat (loss.bps, >=, 1400000);
  g_assert_cmpfloat (loss.mean, >, 0.03);
}

static void
test_loss_of_excess_is_a_limit (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  YodelLossEstimate loss;
  gint64 now_us = 0;

  yodel_loss_estimate_init (&loss);
  send_with_loss (&loss, random, 900000, 1000000, 0, 2, &now_us);
  g_assert_true (isinf (loss.bps));
  send_with_loss (&loss, random, 2000000, 1000000, 0, 3, &now_us);
  g_assert_cmpfloat (loss.bps, <, 1300000);
  g_assert_cmpfloat (loss.bps, >, 700000);

  /* and the limit goes when the loss does */
  send_with_loss (&loss, random, 900000, 1000000, 0, 20, &now_us);
  g_assert_true (isinf (loss.bps));
}

/* What sound needs is not taken from it for loss or jitter; a queue takes it, and for longer each
 * time that it comes back. */
static void
test_sound_keeps_a_modest_rate (void)
{
  YodelModestRate modest;
  gint64 choked_us = 0;

  yodel_modest_rate_init (&modest);
  yodel_modest_rate_update (&modest, 45000, 60 * MS, 0.3, 0);
  g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);

  for (guint i = 0; i < 3; i++)
    {
      yodel_modest_rate_update (&modest, 45000, 200 * MS, 0, choked_us);
      g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);
      choked_us += 300 * MS;
      yodel_modest_rate_update (&modest, 45000, 230 * MS, 0, choked_us);
      g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);      /* long, but no longer than before */
      if (i == 1)
        yodel_modest_rate_update (&modest, 45000, 200 * MS, 0.2, choked_us);
      else
        yodel_modest_rate_update (&modest, 45000, 250 * MS, 0, choked_us);
      g_assert_cmpfloat (modest.floor_bps, ==, 0);
      choked_us += (5 << i) * G_USEC_PER_SEC;
      yodel_modest_rate_update (&modest, 45000, 0, 0, choked_us - 1);
      g_assert_cmpfloat (modest.floor_bps, ==, 0);
      yodel_modest_rate_update (&modest, 45000, 0, 0, choked_us);
      g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);
    }

  /* and half of it lost, where that is more than a few packets in a row */
  yodel_modest_rate_update (&modest, 45000, 0, 0.6, choked_us);
  yodel_modest_rate_update (&modest, 45000, 0, 0.4, choked_us + 1000 * MS);
  yodel_modest_rate_update (&modest, 45000, 0, 0.6, choked_us + 1600 * MS);
  g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);
  yodel_modest_rate_update (&modest, 45000, 0, 0.6, choked_us + 3100 * MS);
  g_assert_cmpfloat (modest.floor_bps, ==, 0);
}

/* A path that is far from bearing it is left in peace, from the start where that is known. */
static void
test_a_thin_path_is_not_tried (void)
{
  YodelModestRate modest;

  yodel_modest_rate_init (&modest);
  yodel_modest_rate_wait (&modest, 0);
  for (guint i = 1; i < 60; i++)
    {
      yodel_modest_rate_update (&modest, 20000, 0, 0.02, i * G_USEC_PER_SEC);
      g_assert_cmpfloat (modest.floor_bps, ==, 0);
    }
  yodel_modest_rate_update (&modest, 45000, 0, 0.02, 60 * G_USEC_PER_SEC);
  g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);

  /* unless loss is what speaks against it */
  yodel_modest_rate_wait (&modest, 60 * G_USEC_PER_SEC);
  yodel_modest_rate_update (&modest, 20000, 0, 0.2, 66 * G_USEC_PER_SEC);
  g_assert_cmpfloat (modest.floor_bps, ==, YODEL_MODEST_BPS);
}

/* A cluster of ten packets a millisecond apart that take @gap_us each on the path; @held_us more the first three. */
static gboolean
probe (YodelProbeOutcome *outcome,
       gint64             gap_us,
       gint64             held_us,
       guint              n_lost,
       double             noise_us)
{
  YodelProbeEstimate estimate = { 0 };
  YodelProbeRequest request = { .id = 4, .rate_bps = 8000000, .min_packets = 5, .min_duration_us = 10 * MS };

  yodel_probe_estimate_add (&estimate, &request);
  for (guint i = 0; i < 10; i++)
    {
      YodelPacketResult result = {
        .sequence = i, .size_bytes = 1000, .sent_us = i * MS, .probe_cluster = 4,
        .arrived_us = i < n_lost ? -1 : 50 * MS + i * gap_us + (i < 3 ? held_us : 0),
      };

      yodel_probe_estimate_push (&estimate, &result, 50 * MS);
    }
  return yodel_probe_estimate_poll (&estimate, noise_us, outcome) && !yodel_probe_estimate_poll (&estimate, noise_us, outcome);
}

static void
test_probe_outcomes (void)
{
  YodelProbeOutcome outcome;

  g_assert_true (probe (&outcome, MS, 0, 0, 0));
  g_assert_cmpfloat_with_epsilon (outcome.bps, 8000000, 1);
  g_assert_false (outcome.is_saturated);

  g_assert_true (probe (&outcome, 2 * MS, 0, 0, 0));              /* comes out at half the rate */
  g_assert_cmpfloat_with_epsilon (outcome.bps, 0.95 * 4000000, 1);
  g_assert_true (outcome.is_saturated);

  g_assert_true (probe (&outcome, 2 * MS, 9 * MS, 0, 3 * MS));    /* jitter has made it look shorter */
  g_assert_cmpfloat_with_epsilon (outcome.seen_bps, 0.95 * 6000000, 1);
  g_assert_cmpfloat_with_epsilon (outcome.bps, 4800000, 1);        /* six had gone by within 10 ms */

  g_assert_false (probe (&outcome, MS, 0, 3, 0));                 /* too little of it came */
  g_assert_false (probe (&outcome, MS / 10, 0, 0, 0));            /* held up somewhere before */
}

static void
test_probes_climb_from_the_start (void)
{
  YodelProbeController controller;
  YodelProbeOutcome outcome = { .seen_bps = 1800000, .bps = 1800000, .requested_bps = 1800000 };
  YodelProbeRequest request;

  yodel_probe_controller_init (&controller);
  yodel_probe_controller_start (&controller, 300000, 10000000, 0);
  g_assert_true (yodel_probe_controller_poll (&controller, &request));
  g_assert_cmpuint (request.rate_bps, ==, 900000);
  g_assert_true (yodel_probe_controller_poll (&controller, &request));
  g_assert_cmpuint (request.rate_bps, ==, 1800000);
  g_assert_false (yodel_probe_controller_poll (&controller, &request));

  outcome.id = request.id;
  yodel_probe_controller_on_outcome (&controller, &outcome, 10000000, 0, 300 * MS);
  g_assert_true (yodel_probe_controller_poll (&controller, &request));
  g_assert_cmpuint (request.rate_bps, ==, 3600000);

  outcome = (YodelProbeOutcome) { .id = request.id, .requested_bps = 3600000, .seen_bps = 2000000, .bps = 2000000, .is_saturated = TRUE };
  yodel_probe_controller_on_outcome (&controller, &outcome, 10000000, 0, 400 * MS);
  g_assert_false (yodel_probe_controller_poll (&controller, &request));
}

static void
test_probes_only_when_calm_and_useful (void)
{
  static const struct { YodelProbeSituation situation; gboolean is_probed; } cases[] = {
    { { .target_bps = 1000000, .max_bps = 4000000, .is_calm = TRUE }, TRUE },
    { { .target_bps = 1000000, .max_bps = 4000000, .is_calm = FALSE }, FALSE },
    { { .target_bps = 4000000, .max_bps = 4000000, .is_calm = TRUE }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      YodelProbeController controller;
      YodelProbeRequest request;

      yodel_probe_controller_init (&controller);
      yodel_probe_controller_start (&controller, 300000, 4000000, 0);
      while (yodel_probe_controller_poll (&controller, &request))
        ;
      yodel_probe_controller_advance (&controller, &cases[i].situation, 1 * G_USEC_PER_SEC);
      g_assert_false (yodel_probe_controller_poll (&controller, &request));
      yodel_probe_controller_advance (&controller, &cases[i].situation, 10 * G_USEC_PER_SEC);
      g_assert_cmpint (yodel_probe_controller_poll (&controller, &request), ==, cases[i].is_probed);
    }
}

/* The queue is 200 ms.  We make way; @shrinks says whether it then goes. */
static gboolean
meets_rival (gboolean shrinks,
             gboolean makes_way)
{
  YodelCompeting competing;
  YodelCompetingInput input = {
    .queue_us = 200 * MS, .target_bps = 1000000, .acknowledged_bps = 1000000,
    .min_bps = 30000, .max_bps = 2000000, .rtt_us = 300 * MS,
  };
  gint64 now_us = 0;

  yodel_competing_init (&competing);
  for (guint i = 0; i < 60; i++, now_us += 50 * MS)
    {
      if (makes_way && i > 10)
        input.target_bps = input.acknowledged_bps = 500000;
      if (shrinks && i > 10)
        input.queue_us = input.queue_us * 0.95;
      yodel_competing_update (&competing, &input, now_us);
    }
  return competing.is_active;
}

static void
test_rival_is_who_stays (void)
{
  g_assert_true (meets_rival (FALSE, TRUE));
  g_assert_false (meets_rival (TRUE, TRUE));
  g_assert_false (meets_rival (FALSE, FALSE));
}

static void
test_rival_gone (void)
{
  YodelCompeting competing;
  YodelCompetingInput input = {
    .queue_us = 2 * MS, .target_bps = 500000, .acknowledged_bps = 500000,
    .min_bps = 30000, .max_bps = 2000000, .rtt_us = 100 * MS,
  };

  yodel_competing_init (&competing);
  competing.is_active = TRUE;
  competing.rate_bps = 500000;
  competing.test_us = G_MAXINT64;
  g_assert_false (yodel_competing_update (&competing, &input, 0));
  g_assert_cmpfloat (yodel_competing_get_floor_bps (&competing, 1000 * MS), ==, 0);
  g_assert_true (yodel_competing_update (&competing, &input, 1100 * MS));
  g_assert_false (competing.is_active);
  g_assert_cmpfloat (yodel_competing_get_floor_bps (&competing, 1200 * MS), ==, competing.left_bps / 2);
  g_assert_cmpfloat (yodel_competing_get_floor_bps (&competing, 4000 * MS), ==, 0);
}

/* It goes, as it seems, and is back while we make way. */
static void
test_rival_comes_back (void)
{
  YodelCompeting competing;
  YodelCompetingInput input = {
    .queue_us = 2 * MS, .target_bps = 500000, .acknowledged_bps = 500000,
    .min_bps = 30000, .max_bps = 2000000, .least_bps = 160000, .rtt_us = 100 * MS,
  };
  gint64 now_us = 1100 * MS;

  yodel_competing_init (&competing);
  competing.is_active = TRUE;
  competing.rate_bps = 500000;
  competing.test_us = G_MAXINT64;
  yodel_competing_update (&competing, &input, 0);
  g_assert_true (yodel_competing_update (&competing, &input, now_us));

  input.queue_us = 120 * MS;
  input.target_bps = input.acknowledged_bps = 300000;
  for (; now_us < 1500 * MS; now_us += 50 * MS)
    g_assert_false (yodel_competing_update (&competing, &input, now_us));
  for (; now_us < 2000 * MS && !competing.is_active; now_us += 50 * MS)
    yodel_competing_update (&competing, &input, now_us);
  g_assert_true (competing.is_active);
  g_assert_cmpfloat (competing.rate_bps, >=, 300000);
}

/* The queue comes and goes, for its least is not known; we send the least there is. */
static void
test_rival_at_the_least (void)
{
  for (guint is_ours = 0; is_ours < 2; is_ours++)
    {
      YodelCompeting competing;
      YodelCompetingInput input = {
        .target_bps = 160000, .min_bps = 30000, .max_bps = 2000000, .least_bps = 160000, .rtt_us = 100 * MS,
      };

      /* Where it is ours, more comes through than we send now. */
      input.acknowledged_bps = is_ours ? 250000 : 160000;
      yodel_competing_init (&competing);
      for (gint64 now_us = 0; now_us < 12 * G_USEC_PER_SEC && !competing.is_active; now_us += 50 * MS)
        {
          input.queue_us = now_us / MS % 1200 < 850 ? 110 * MS : 30 * MS;
          yodel_competing_update (&competing, &input, now_us);
        }
      g_assert_cmpint (competing.is_active, ==, !is_ours);
    }
}

static void
test_circuit_breaker (void)
{
  YodelCircuitBreaker breaker;
  gint64 now_us = 0;

  /* Silence of 15 s, and a word. */
  yodel_circuit_breaker_init (&breaker);
  for (; now_us < 15 * G_USEC_PER_SEC; now_us += 100 * MS)
    {
      yodel_circuit_breaker_on_sent (&breaker, 1000, now_us);
      yodel_circuit_breaker_advance (&breaker, now_us);
      g_assert_false (breaker.is_open);
    }
  yodel_circuit_breaker_advance (&breaker, now_us);
  g_assert_true (breaker.is_open);
  yodel_circuit_breaker_on_heard (&breaker, now_us);
  g_assert_false (breaker.is_open);

  /* 4 Mbit/s at 30 % loss and 500 ms: TCP would send a fortieth. */
  for (guint i = 0; i < 6; i++)
    {
      for (guint j = 0; j < 500; j++)
        yodel_circuit_breaker_on_sent (&breaker, 1000, now_us += 2 * MS);
      yodel_circuit_breaker_on_report (&breaker, 0.3, 500 * MS, now_us);
      g_assert_cmpint (breaker.is_open, ==, i == 5);      /* ten round trips after the first of them */
      yodel_circuit_breaker_on_heard (&breaker, now_us);
    }
  g_assert_true (breaker.is_open);

  /* At 2 % and 50 ms it is in order. */
  for (guint j = 0; j < 500; j++)
    yodel_circuit_breaker_on_sent (&breaker, 1000, now_us += 2 * MS);
  yodel_circuit_breaker_on_report (&breaker, 0.02, 50 * MS, now_us);
  g_assert_false (breaker.is_open);
}

/* Whoever keeps to what it allows is not stopped, however seldom or often the reports come. */
static void
test_circuit_breaker_has_a_ceiling (void)
{
  static const gint64 intervals_us[] = { 100 * MS, 1000 * MS };

  for (guint i = 0; i < G_N_ELEMENTS (intervals_us); i++)
    {
      g_autoptr (GRand) dice = g_rand_new_with_seed (8083);
      YodelCircuitBreaker breaker;
      gint64 now_us = 0;
      double rate_bps = 4e6, budget_bytes = 0, sum_bps = 0;
      guint n = 60 * G_USEC_PER_SEC / intervals_us[i];

      yodel_circuit_breaker_init (&breaker);
      for (guint j = 0; j < n; j++)
        {
          guint n_sent = 0, n_lost = 0;

          budget_bytes += rate_bps / 8 * intervals_us[i] / G_USEC_PER_SEC;
          for (; budget_bytes >= 1000; budget_bytes -= 1000, n_sent++)
            {
              yodel_circuit_breaker_on_sent (&breaker, 1000, now_us + n_sent);
              n_lost += g_rand_double (dice) < 0.1;
            }
          now_us += intervals_us[i];
          yodel_circuit_breaker_on_report (&breaker, (double) n_lost / MAX (n_sent, 1), 300 * MS, now_us);
          g_assert_false (breaker.is_open);
          rate_bps = MIN (4e6, yodel_circuit_breaker_get_ceiling_bps (&breaker));
          sum_bps += rate_bps;
        }
      g_assert_cmpfloat (sum_bps / n, >, 800000);          /* TCP would send 103 kbit/s */
      g_assert_cmpfloat (sum_bps / n, <, 1500000);          /* it begins with 4 Mbit/s */
    }
}

static void
test_rtt_guard (void)
{
  YodelRttGuard guard;
  gint64 now_us = 0;

  yodel_rtt_guard_init (&guard);
  yodel_rtt_guard_update (&guard, 2999 * MS, 1000000, now_us);
  g_assert_true (isinf (guard.limit_bps));
  yodel_rtt_guard_update (&guard, 3000 * MS, 1000000, now_us);
  g_assert_cmpfloat (guard.limit_bps, ==, 800000);
  yodel_rtt_guard_update (&guard, 3000 * MS, 1000000, now_us += 500 * MS);
  g_assert_cmpfloat (guard.limit_bps, ==, 800000);
  for (guint i = 0; i < 100; i++)
    yodel_rtt_guard_update (&guard, 3000 * MS, 1000000, now_us += 1000 * MS);
  g_assert_cmpfloat (guard.limit_bps, ==, 5000);
  yodel_rtt_guard_update (&guard, 100 * MS, 1000000, now_us);
  g_assert_true (isinf (guard.limit_bps));
}

static guint
target (YodelController *controller)
{
  YodelControllerState state;

  yodel_controller_get_state (controller, &state);
  return state.target_bps;
}

/* No transport-wide feedback: reports and REMB are the guide. */
static void
test_peer_with_reports_only (void)
{
  g_autoptr (YodelController) controller = yodel_gcc_new (0);
  gint64 now_us = 0;
  guint before_bps;

  yodel_controller_set_limits (controller, 50000, 300000, 2000000, now_us);
  g_assert_cmpuint (target (controller), ==, 300000);
  for (guint i = 0; i < 20; i++)
    yodel_controller_on_receiver_report (controller, 0.0, 50 * MS, now_us += G_USEC_PER_SEC);
  before_bps = target (controller);
  g_assert_cmpuint (before_bps, >, 900000);

  yodel_controller_on_receiver_report (controller, 0.05, 50 * MS, now_us += G_USEC_PER_SEC);
  g_assert_cmpuint (target (controller), ==, before_bps);
  yodel_controller_on_receiver_report (controller, 0.2, 50 * MS, now_us += G_USEC_PER_SEC);
  g_assert_cmpuint (target (controller), <, 0.91 * before_bps);
  yodel_controller_on_receiver_report (controller, 0.0, 400 * MS, now_us += G_USEC_PER_SEC);
  g_assert_cmpuint (target (controller), <, 0.78 * before_bps);

  yodel_controller_on_remb (controller, 250000, now_us);
  g_assert_cmpuint (target (controller), ==, 250000);
  yodel_controller_on_remb (controller, 1, now_us);
  g_assert_cmpuint (target (controller), ==, 50000);
}

/* The first feedback takes over. */
static void
test_feedback_overrules_remb (void)
{
  g_autoptr (YodelController) controller = yodel_gcc_new (0);
  YodelPacketResult result = { .size_bytes = 1200, .sent_us = 0, .arrived_us = 1000 * MS };

  yodel_controller_on_remb (controller, 100000, 0);
  yodel_controller_on_packet_sent (controller, 1200, FALSE, 0);
  yodel_controller_on_feedback (controller, &result, 1, 100 * MS);
  g_assert_cmpuint (target (controller), ==, YODEL_CONTROLLER_START_BPS);
}

/* Arrival times that make no sense move the rate, never over its limits. */
static void
test_lies_stay_in_the_limits (void)
{
  g_autoptr (YodelController) controller = yodel_gcc_new (0);
  g_autoptr (GRand) random = g_rand_new_with_seed (9);
  gint64 now_us = 0, sequence = 0;

  yodel_controller_set_limits (controller, 50000, 300000, 2000000, now_us);
  for (guint i = 0; i < 4000; i++)
    {
      YodelPacketResult results[8];
      YodelProbeRequest request;
      guint n = g_rand_int_range (random, 1, 9);
      int cluster = yodel_controller_poll_probe (controller, &request) ? request.id : 0;

      now_us += g_rand_int_range (random, 1, i % 100 == 0 ? 3000000 : 60000);
      for (guint j = 0; j < n; j++)
        {
          gint64 arrived_us = (gint64) g_rand_int (random) << g_rand_int_range (random, 0, 9);

          results[j] = (YodelPacketResult) {
            .sequence = sequence++, .size_bytes = g_rand_int_range (random, 1, 1500), .sent_us = now_us,
            .arrived_us = g_rand_boolean (random) ? arrived_us : -1, .probe_cluster = cluster,
          };
          yodel_controller_on_packet_sent (controller, results[j].size_bytes, FALSE, now_us);
        }
      yodel_controller_on_feedback (controller, results, n, now_us + 1);
      yodel_controller_on_receiver_report (controller, g_rand_double (random), g_rand_int (random), now_us + 1);
      yodel_controller_advance (controller, now_us + 1);
      g_assert_cmpuint (target (controller), <=, 2000000);
      g_assert_cmpuint (target (controller), >, 0);
      g_assert_cmpint (yodel_controller_next_deadline_us (controller), >, now_us);
    }
}

static void
test_sound_alone_starts_no_probe (void)
{
  g_autoptr (YodelController) controller = yodel_gcc_new (0);
  YodelProbeRequest request;

  yodel_controller_on_packet_sent (controller, 100, TRUE, 0);
  g_assert_false (yodel_controller_poll_probe (controller, &request));
  yodel_controller_on_packet_sent (controller, 1200, FALSE, 20 * MS);
  g_assert_true (yodel_controller_poll_probe (controller, &request));
}

/* A pause of the application is no outage. */
static void
test_pause_keeps_the_rate (void)
{
  g_autoptr (YodelController) controller = yodel_gcc_new (0);
  gint64 now_us = 0;
  guint before_bps;

  g_assert_cmpint (yodel_controller_next_deadline_us (controller), ==, YODEL_NEVER_US);
  for (guint i = 0; i < 200; i++, now_us += 20 * MS)
    {
      YodelPacketResult result = { .sequence = i, .size_bytes = 1000, .sent_us = now_us - 50 * MS, .arrived_us = now_us + 7000 * MS };

      yodel_controller_on_packet_sent (controller, 1000, FALSE, now_us);
      yodel_controller_on_feedback (controller, &result, 1, now_us);
    }
  before_bps = target (controller);
  g_assert_cmpuint (before_bps, >=, YODEL_CONTROLLER_START_BPS);

  now_us += 15 * G_USEC_PER_SEC;
  yodel_controller_advance (controller, now_us);
  yodel_controller_on_packet_sent (controller, 1000, FALSE, now_us);
  yodel_controller_advance (controller, now_us + 100 * MS);
  g_assert_cmpuint (target (controller), ==, before_bps);

  /* But what is sent and not heard of is one. */
  for (guint i = 0; i < 60; i++)
    yodel_controller_on_packet_sent (controller, 1000, FALSE, now_us += 100 * MS);
  yodel_controller_advance (controller, now_us);
  g_assert_cmpuint (target (controller), <, before_bps / 8);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/congestion/modest-rate/sound-keeps-it", test_sound_keeps_a_modest_rate);
  g_test_add_func ("/congestion/modest-rate/a-thin-path-is-not-tried", test_a_thin_path_is_not_tried);
  g_test_add_func ("/congestion/loss-estimate/loss-of-the-path-is-no-limit", test_loss_of_the_path_is_no_limit);
  g_test_add_func ("/congestion/loss-estimate/loss-of-excess-is-a-limit", test_loss_of_excess_is_a_limit);
  g_test_add_func ("/congestion/probe-estimate/outcomes", test_probe_outcomes);
  g_test_add_func ("/congestion/probe-controller/climbs-from-the-start", test_probes_climb_from_the_start);
  g_test_add_func ("/congestion/probe-controller/only-when-calm-and-useful", test_probes_only_when_calm_and_useful);
  g_test_add_func ("/congestion/competing/a-rival-is-who-stays", test_rival_is_who_stays);
  g_test_add_func ("/congestion/competing/a-rival-that-is-gone", test_rival_gone);
  g_test_add_func ("/congestion/competing/a-rival-that-comes-back", test_rival_comes_back);
  g_test_add_func ("/congestion/competing/a-rival-that-was-there-before", test_rival_at_the_least);
  g_test_add_func ("/congestion/circuit-breaker/opens-and-closes", test_circuit_breaker);
  g_test_add_func ("/congestion/circuit-breaker/has-a-ceiling", test_circuit_breaker_has_a_ceiling);
  g_test_add_func ("/congestion/rtt-guard/less-and-less", test_rtt_guard);
  g_test_add_func ("/congestion/gcc/peer-with-reports-only", test_peer_with_reports_only);
  g_test_add_func ("/congestion/gcc/feedback-overrules-remb", test_feedback_overrules_remb);
  g_test_add_func ("/congestion/gcc/lies-stay-in-the-limits", test_lies_stay_in_the_limits);
  g_test_add_func ("/congestion/gcc/sound-alone-starts-no-probe", test_sound_alone_starts_no_probe);
  g_test_add_func ("/congestion/gcc/pause-keeps-the-rate", test_pause_keeps_the_rate);
  return g_test_run ();
}
