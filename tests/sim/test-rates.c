/* Calls over paths whose capacity changes, with real codecs and the whole session, in virtual time:
 * what the congestion control promises must reach ear and eye. */
#include "lib/sim-call.h"

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)
#define MS(n)      ((gint64) (n) * 1000)
#define STEP_US    MS (20)
#define BEGINNING  SECONDS (1000)            /* of a simulated call's clock */

/* What is seen of a stretch of a call, in its forward direction. */
typedef struct
{
  double  over_s;               /* the bottleneck's queue was longer than 100 ms */
  gint64  longest_gap_us;       /* of sound that was made up */
  guint   n_shown;
  gint64  longest_freeze_us;
  gint64  sent_bytes;
} Seen;

static double
count_concealed (SimPeer *peer)
{
  return MAX (sim_peer_get_number (peer, "inbound-rtp", "audio", "concealedSamples"), 0);
}

static double
count_sent (SimPeer *peer)
{
  return MAX (sim_peer_get_number (peer, "outbound-rtp", "video", "bytesSent"), 0)
         + MAX (sim_peer_get_number (peer, "outbound-rtp", "audio", "bytesSent"), 0);
}

static Seen
watch (SimCall *call,
       gint64   duration_us)
{
  SimPeer *peer = &call->callee;
  Seen seen = { .n_shown = peer->n_shown, .sent_bytes = count_sent (&call->caller) };
  double concealed = count_concealed (peer);
  gint64 gap_us = 0;

  peer->longest_gap_us = 0;
  for (gint64 at_us = 0; at_us < duration_us; at_us += STEP_US)
    {
      double before = concealed;

      sim_call_run (call, STEP_US);
      concealed = count_concealed (peer);
      gap_us = concealed > before ? gap_us + (gint64) ((concealed - before) / 48 * 1000) : 0;
      seen.longest_gap_us = MAX (seen.longest_gap_us, gap_us);
      seen.over_s += (sim_network_queue_us (call->network, SIM_FORTH, call->now_us) > MS (100)) * STEP_US / 1e6;
    }
  seen.n_shown = peer->n_shown - seen.n_shown;
  seen.longest_freeze_us = MAX (peer->longest_gap_us, call->now_us - peer->last_shown_us);
  seen.sent_bytes = count_sent (&call->caller) - seen.sent_bytes;
  return seen;
}

/* The way back is never narrow. */
static SimCall *
begin_call (const SimRate *rates,
            guint          n_rates,
            gint64         delay_us)
{
  SimLinkConfig link = { .delay_us = delay_us };
  SimCall *call = sim_call_new (20261127, TRUE);

  sim_call_set_link (call, &link);
  link.rates = rates;
  link.n_rates = n_rates;
  link.queue_us = MS (300);
  sim_network_set_link (call->network, SIM_FORTH, &link);
  sim_call_skip_codec (call, 640, 360);
  call->callee.no_pictures = TRUE;
  yodel_session_core_set_max_bitrate (call->caller.core, 4000000, call->now_us);
  sim_call_negotiate (call, &call->caller);
  return call;
}

static void
report (const char *name,
        const Seen *seen,
        gint64      duration_us)
{
  g_test_message ("%-28s over 100 ms %.2f s  sound gap %.0f ms  %u pictures, longest gap %.0f ms  sent %.0f kbit/s", name,
                  seen->over_s, seen->longest_gap_us / 1e3, seen->n_shown, seen->longest_freeze_us / 1e3,
                  seen->sent_bytes * 8e3 / duration_us);
}

/* What the sender gives up was never sent, and so nothing of it is missed: the path loses no packet. */
static void
test_nothing_given_up_is_missed (void)
{
  static const SimRate rates[] = { { BEGINNING, 2500000 }, { BEGINNING + SECONDS (8), 220000 } };
  g_autoptr (SimCall) call = begin_call (rates, G_N_ELEMENTS (rates), MS (50));
  SimLinkConfig link = { .delay_us = MS (50), .rates = rates, .n_rates = G_N_ELEMENTS (rates) };
  double keys;

  sim_network_set_link (call->network, SIM_FORTH, &link);
  sim_call_run (call, SECONDS (8));
  keys = sim_peer_get_number (&call->caller, "outbound-rtp", "video", "keyFramesEncoded");
  sim_call_run (call, SECONDS (12));
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "video", "keyFramesEncoded"), >, keys);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "video", "nackCount"), ==, 0);
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "inbound-rtp", "video", "packetsLost"), ==, 0);
}

/* Returns: the longest stretch of sound that was made up */
static gint64
fall_at (gint64 fall_us)
{
  const SimRate rates[] = { { BEGINNING, 2500000 }, { BEGINNING + fall_us, 600000 } };
  g_autoptr (SimCall) call = begin_call (rates, G_N_ELEMENTS (rates), MS (50));
  Seen before, after;

  sim_call_run (call, SECONDS (10));
  before = watch (call, fall_us - SECONDS (10));
  after = watch (call, SECONDS (15));
  report ("before the fall", &before, fall_us - SECONDS (10));
  report ("after the fall", &after, SECONDS (15));
  g_assert_cmpfloat (before.over_s, ==, 0);
  g_assert_cmpuint (before.n_shown, >=, 5 * 28);
  g_assert_cmpfloat (after.over_s, <=, 1.8);
  g_assert_cmpint (after.longest_gap_us, <=, MS (200));
  g_assert_cmpint (after.longest_freeze_us, <=, MS (700));
  g_assert_cmpint (before.sent_bytes * 8 * G_USEC_PER_SEC / (fall_us - SECONDS (10)), >=, 2000000);
  g_assert_cmpint (after.sent_bytes * 8 / 15, >=, 430000);
  return after.longest_gap_us;
}

/* The capacity falls to a quarter: no second of full queue, no second without a picture.  How much
 * sound the full queue costs depends on what was just being sent, so several moments are tried. */
static void
test_fall (void)
{
  const guint n = 6;
  gint64 sum_us = 0;

  for (guint i = 0; i < n; i++)
    sum_us += fall_at (SECONDS (15) + MS (73) * i);
  g_assert_cmpint (sum_us / n, <=, MS (130));
}

/* 150 kbit/s for 20 s.  The fall to a tenth fills the queue in a tenth of a second, so that sound
 * comes 300 ms later than before; from then on nothing is to be missing of it.
 * Returns: the longest stretch of sound that was made up at the fall */
static gint64
thin_at (gint64 fall_us)
{
  const SimRate rates[] = {
    { BEGINNING, 1500000 }, { BEGINNING + fall_us, 150000 }, { BEGINNING + fall_us + SECONDS (20), 1500000 }
  };
  g_autoptr (SimCall) call = begin_call (rates, G_N_ELEMENTS (rates), MS (25));
  Seen fall, thin, back;

  sim_call_run (call, fall_us);
  fall = watch (call, SECONDS (1));
  thin = watch (call, SECONDS (19));
  sim_call_run (call, SECONDS (5));
  back = watch (call, SECONDS (2));
  report ("the fall to 150 kbit/s", &fall, SECONDS (1));
  report ("150 kbit/s", &thin, SECONDS (19));
  report ("5 s after", &back, SECONDS (2));
  g_assert_cmpint (thin.longest_gap_us, <=, MS (60));
  g_assert_true (thin.longest_freeze_us <= MS (1000) || call->caller.n_paused > 0);
  g_assert_cmpuint (call->caller.n_paused, ==, call->caller.n_resumed);
  g_assert_cmpuint (back.n_shown, >=, 2 * 26);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "video", "frameWidth"), ==, 640);
  return fall.longest_gap_us;
}

/* How much sound the fall costs depends on what was just being sent, as above. */
static void
test_thin (void)
{
  const guint n = 6;
  gint64 sum_us = 0;

  for (guint i = 0; i < n; i++)
    sum_us += thin_at (SECONDS (10) + MS (73) * i);
  g_assert_cmpint (sum_us / n, <=, MS (250));
}

/* 12 s of a dead link. */
static void
test_dead (void)
{
  static const SimRate rates[] = { { BEGINNING, 1500000 }, { BEGINNING + SECONDS (10), 0 }, { BEGINNING + SECONDS (22), 1500000 } };
  g_autoptr (SimCall) call = begin_call (rates, G_N_ELEMENTS (rates), MS (25));
  Seen before, at_once, later;
  guint n_shown;

  sim_call_run (call, SECONDS (6));
  before = watch (call, SECONDS (4));
  sim_call_run (call, SECONDS (12));
  n_shown = call->callee.n_shown;
  at_once = watch (call, SECONDS (1));
  g_assert_cmpuint (call->callee.n_shown, >, n_shown);
  sim_call_run (call, SECONDS (3));
  later = watch (call, SECONDS (4));
  report ("before", &before, SECONDS (4));
  report ("at once", &at_once, SECONDS (1));
  report ("5 s after", &later, SECONDS (4));
  g_assert_cmpint (at_once.longest_gap_us, <=, MS (400));
  g_assert_cmpuint (later.n_shown, >=, 4 * 28);
  g_assert_cmpint (later.sent_bytes, >=, 0.85 * before.sent_bytes);
}

/* Sound alone, delayed by 30 ms more or less: it keeps its rate. */
static void
test_jitter (gconstpointer data)
{
  const SimLinkConfig link = { .delay_us = MS (25), .jitter_us = MS (30), .jitter_reorders = GPOINTER_TO_INT (data) };
  g_autoptr (SimCall) call = sim_call_new (30, FALSE);
  YodelControllerState state;

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  for (guint i = 0; i < 12; i++)
    {
      sim_call_run (call, SECONDS (5));
      g_assert_true (yodel_session_core_get_flow_state (call->caller.core, 0, &state));
      g_assert_cmpuint (state.target_bps, >=, 100000);
      g_assert_cmpfloat (state.loss_fraction, <=, 0.03);
      g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "targetBitrate"), >=, 24000);
    }
}

/* The same with a picture, which takes what there is room for. */
static void
test_picture_in_jitter (gconstpointer data)
{
  gboolean reorders = GPOINTER_TO_INT (data);
  const SimLinkConfig link = { .delay_us = MS (25), .jitter_us = MS (30), .jitter_reorders = reorders };
  g_autoptr (SimCall) call = begin_call (NULL, 0, MS (25));
  Seen seen;

  sim_call_set_link (call, &link);
  sim_call_run (call, SECONDS (10));
  seen = watch (call, SECONDS (20));
  report ("jitter of 30 ms", &seen, SECONDS (20));
  g_assert_cmpint (seen.sent_bytes * 8 / 20, >=, reorders ? 1500000 : 2500000);
  g_assert_cmpuint (seen.n_shown, >=, 20 * 28);
  g_assert_cmpint (seen.longest_freeze_us, <=, MS (300));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();          /* every row is printed, whatever fails */
  g_test_add_func ("/sim/rates/nothing-given-up-is-missed", test_nothing_given_up_is_missed);
  g_test_add_func ("/sim/rates/a-fall-to-a-quarter", test_fall);
  g_test_add_func ("/sim/rates/thin-link", test_thin);
  g_test_add_func ("/sim/rates/dead-link", test_dead);
  g_test_add_data_func ("/sim/rates/sound-in-jitter/in-order", GINT_TO_POINTER (FALSE), test_jitter);
  g_test_add_data_func ("/sim/rates/sound-in-jitter/reordered", GINT_TO_POINTER (TRUE), test_jitter);
  g_test_add_data_func ("/sim/rates/picture-in-jitter/in-order", GINT_TO_POINTER (FALSE), test_picture_in_jitter);
  g_test_add_data_func ("/sim/rates/picture-in-jitter/reordered", GINT_TO_POINTER (TRUE), test_picture_in_jitter);
  return g_test_run ();
}
