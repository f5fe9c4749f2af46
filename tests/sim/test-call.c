/* Whole calls in virtual time: minutes of a bad network in a second, the same on every run. */
#include "lib/sim-call.h"

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)
#define MS(n)      ((gint64) (n) * 1000)
#define BEGINNING  SECONDS (1000)       /* of a simulated call's clock */

static const SimRate one_and_a_half_megabit[] = { { 0, 1500000 } };

static SimCall *
begin_call (const SimLinkConfig *link,
            gboolean             with_video)
{
  SimCall *call = sim_call_new (20261122, with_video);

  sim_call_set_link (call, link);
  sim_call_negotiate (call, &call->caller);
  return call;
}

static double
concealed_share (SimPeer *peer)
{
  return sim_peer_get_number (peer, "inbound-rtp", "audio", "concealedSamples")
         / sim_peer_get_number (peer, "inbound-rtp", "audio", "totalSamplesReceived");
}

static void
test_clean (void)
{
  const SimLinkConfig link = { .delay_us = MS (25) };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);

  sim_call_run (call, SECONDS (10));

  for (guint side = 0; side < 2; side++)
    {
      SimPeer *peer = side == 0 ? &call->caller : &call->callee;

      g_assert_cmpuint (peer->heard->len, >, 9 * 48000);
      g_assert_cmpint (peer->first_heard_us - call->began_us, <=, MS (25 + 20 + 30));
      g_assert_cmpfloat (concealed_share (peer), <, 0.005);
      g_assert_cmpfloat (sim_peer_get_loudness (peer, SECONDS (2)), >, 0.5);
      g_assert_cmpuint (peer->n_shown, >=, 10 * 30 - 6);
      g_assert_cmpint (peer->longest_gap_us, <, MS (120));
      g_assert_cmpfloat (sim_peer_get_number (peer, "inbound-rtp", "video", "freezeCount"), ==, 0);
      g_assert_cmpfloat (sim_peer_get_number (peer, "remote-inbound-rtp", "audio",
                                              "roundTripTime"), <, 0.06);
      g_assert_cmpfloat (sim_peer_get_number (peer, "remote-inbound-rtp", "audio",
                                              "roundTripTime"), >, 0.045);
    }
}

static void
test_loss (void)
{
  const SimLinkConfig link = {
    .rates = one_and_a_half_megabit, .n_rates = 1, .queue_us = MS (300),
    .delay_us = MS (25), .loss = 0.05,
  };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);

  sim_call_run (call, SECONDS (20));

  for (guint side = 0; side < 2; side++)
    {
      SimPeer *peer = side == 0 ? &call->caller : &call->callee;

      g_assert_cmpfloat (concealed_share (peer), <, 0.02);
      g_assert_cmpuint (peer->n_shown, >=, 20 * 28);
      g_assert_cmpfloat (sim_peer_get_number (peer, "inbound-rtp", "video",
                                              "retransmittedPacketsReceived"), >, 0);
      g_assert_cmpfloat (sim_peer_get_number (peer, "inbound-rtp", "video", "freezeCount"), <=, 1);
    }
}

static void
test_thin_link (void)
{
  static const SimRate rates[] = { { 1000 * G_USEC_PER_SEC, 1500000 },
                                   { 1015 * G_USEC_PER_SEC, 90000 },
                                   { 1030 * G_USEC_PER_SEC, 1500000 } };
  const SimLinkConfig link = {
    .rates = rates, .n_rates = G_N_ELEMENTS (rates), .queue_us = MS (300), .delay_us = MS (25),
  };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);
  guint n_shown;

  sim_call_run (call, SECONDS (36));
  n_shown = call->callee.n_shown;
  sim_call_run (call, SECONDS (4));

  g_assert_cmpfloat (concealed_share (&call->callee), <, 0.05);
  g_assert_cmpuint (call->callee.n_shown - n_shown, >=, 4 * 25);
}

/* Who speaks while muted is told so, and nobody else hears it; the level of what is sent is said on the wire. */
static void
test_speaking_while_muted (void)
{
  const SimLinkConfig link = { .delay_us = MS (25) };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);
  YodelSessionLevels levels;

  sim_call_run (call, SECONDS (2));
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "inbound-rtp", "audio", "saidAudioLevel"), >, 0.01);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "audioLevel"), >, 0.01);
  yodel_session_core_get_levels (call->caller.core, call->caller.audio, &levels);
  g_assert_false (levels.speaking_while_muted);

  yodel_session_core_set_enabled (call->caller.core, call->caller.audio, FALSE);
  sim_call_run (call, SECONDS (2));
  yodel_session_core_get_levels (call->caller.core, call->caller.audio, &levels);
  g_assert_true (levels.speaking_while_muted);
  g_assert_cmpfloat (levels.sent, ==, -127);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (1)), <, 0.01);

  yodel_session_core_set_enabled (call->caller.core, call->caller.audio, TRUE);
  yodel_session_core_get_levels (call->caller.core, call->caller.audio, &levels);
  g_assert_false (levels.speaking_while_muted);
}

/* Keys arrive, each once and in order, though a third of all packets is lost; the voice goes on beside them. */
static void
test_keys_are_pressed (void)
{
  static const guint8 keys[] = { 5, 5, 0, 11, 15, 0xff, 9 };
  const SimLinkConfig link = { .delay_us = MS (40), .loss = 0.3, .jitter_us = MS (10) };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);

  sim_call_run (call, SECONDS (1));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_true (yodel_session_core_press_key (call->caller.core, call->caller.audio, keys[i], 100, call->now_us));
  g_assert_false (yodel_session_core_press_key (call->caller.core, call->caller.audio, 16, 100, call->now_us));
  sim_call_run (call, SECONDS (5));

  g_assert_cmpstr (call->callee.keys->str, ==, "550#D9");
  g_assert_cmpstr (call->caller.keys->str, ==, "");
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "telephoneEventsSent"), ==, 6);
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "audio", "telephoneEventsRefused"), ==, 1);
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "inbound-rtp", "audio", "telephoneEventsReceived"), ==, 6);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (4)), >, 0.4);
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "inbound-rtp", "audio", "jitter"), <, 0.025);
}

static guint
fingerprint_of_a_call (void)
{
  const SimLinkConfig link = { .delay_us = MS (40), .loss = 0.1, .jitter_us = MS (10) };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);
  guint hash = 5381;

  sim_call_run (call, SECONDS (5));
  for (guint i = 0; i < call->callee.heard->len; i++)
    hash = hash * 33 + (guint16) g_array_index (call->callee.heard, gint16, i);
  return hash;
}

static void
test_same_run (void)
{
  g_assert_cmphex (fingerprint_of_a_call (), ==, fingerprint_of_a_call ());
}

static void
test_mute (void)
{
  const SimLinkConfig link = { .delay_us = MS (10) };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);

  sim_call_run (call, SECONDS (2));
  yodel_session_core_set_enabled (call->caller.core, call->caller.audio, FALSE);
  sim_call_run (call, SECONDS (3));
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (2)), <, 0.01);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->caller, SECONDS (2)), >, 0.5);

  yodel_session_core_set_enabled (call->caller.core, call->caller.audio, TRUE);
  sim_call_run (call, SECONDS (3));
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (2)), >, 0.5);
}

static void
test_hold (void)
{
  const SimLinkConfig link = { .delay_us = MS (10) };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (call->caller.core);
  guint heard;

  sim_call_run (call, SECONDS (2));
  yodel_negotiation_set_direction (negotiation, call->caller.audio, YODEL_DIRECTION_INACTIVE);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (1));
  heard = call->callee.heard->len;
  sim_call_run (call, SECONDS (2));
  g_assert_cmpuint (call->callee.heard->len, ==, heard);

  yodel_negotiation_set_direction (negotiation, call->caller.audio, YODEL_DIRECTION_SENDRECV);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (2));
  g_assert_cmpuint (call->callee.heard->len, >, heard + 48000);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (1)), >, 0.5);
}

/* What is on its way when the direction changes is not heard, and not lost either. */
static void
test_resume (gconstpointer data)
{
  const YodelDirection held = GPOINTER_TO_INT (data);
  const SimLinkConfig link = { .delay_us = MS (40) };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (call->caller.core);
  SimPeer *peers[] = { &call->caller, &call->callee };
  gint64 resumed_us;

  sim_call_run (call, SECONDS (3));
  yodel_negotiation_set_direction (negotiation, call->caller.audio, held);
  yodel_negotiation_set_direction (negotiation, call->caller.video, held);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (5));
  yodel_negotiation_set_direction (negotiation, call->caller.audio, YODEL_DIRECTION_SENDRECV);
  yodel_negotiation_set_direction (negotiation, call->caller.video, YODEL_DIRECTION_SENDRECV);
  sim_call_negotiate (call, &call->caller);
  resumed_us = call->now_us;
  sim_call_run (call, MS (500));

  for (guint side = 0; side < G_N_ELEMENTS (peers); side++)
    {
      const GArray *shown_us = peers[side]->shown_us;
      guint before = shown_us->len;

      while (before > 0 && g_array_index (shown_us, gint64, before - 1) > resumed_us)
        before--;
      g_assert_cmpuint (shown_us->len - before, >, 5);
      g_assert_cmpfloat (sim_peer_get_loudness (peers[side], MS (300)), >, 0.5);
      g_assert_cmpfloat (sim_peer_get_number (peers[side], "inbound-rtp", "audio", "packetsLost"), ==, 0);
      g_assert_cmpfloat (sim_peer_get_number (peers[side], "inbound-rtp", "video", "packetsLost"), ==, 0);
      g_assert_cmpfloat (sim_peer_get_number (peers[side], "inbound-rtp", "video", "freezeCount"), ==, 0);
    }
}

/* Who is on hold sleeps: nothing is due again and again. */
static void
test_held_is_idle (void)
{
  const SimLinkConfig link = { .delay_us = MS (40), .loss = 0.1 };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (call->caller.core);

  sim_call_run (call, SECONDS (3));
  yodel_negotiation_set_direction (negotiation, call->caller.audio, YODEL_DIRECTION_SENDONLY);
  yodel_negotiation_set_direction (negotiation, call->caller.video, YODEL_DIRECTION_SENDONLY);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (1));
  yodel_session_core_advance (call->caller.core, call->now_us);
  g_assert_cmpint (yodel_session_core_next_deadline_us (call->caller.core), >, call->now_us);
}

static void
test_add_and_drop_video (void)
{
  const SimLinkConfig link = { .delay_us = MS (20) };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);
  guint n_shown;

  sim_call_run (call, SECONDS (2));
  g_assert_cmpuint (call->callee.n_shown, ==, 0);

  call->caller.video = yodel_session_core_add_section (call->caller.core, YODEL_MEDIA_VIDEO,
                                                       YODEL_DIRECTION_SENDRECV, call->now_us);
  call->caller.pictures_sent = call->callee.pictures_sent =
    (call->now_us - call->began_us) * 30 / G_USEC_PER_SEC;
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (3));
  g_assert_cmpuint (call->callee.n_shown, >, 60);

  yodel_negotiation_stop_transceiver (yodel_session_core_get_negotiation (call->caller.core),
                                      call->caller.video);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (1));
  n_shown = call->callee.n_shown;
  sim_call_run (call, SECONDS (2));
  g_assert_cmpuint (call->callee.n_shown, ==, n_shown);
  g_assert_cmpfloat (sim_peer_get_loudness (&call->callee, SECONDS (1)), >, 0.5);
}

/* Of what the callee played since it was at @delay_s and @emitted: how long it had waited. */
static double
waited_ms (SimPeer *peer,
           double  *delay_s,
           double  *emitted)
{
  double delay = sim_peer_get_number (peer, "inbound-rtp", "audio", "jitterBufferDelay");
  double count = sim_peer_get_number (peer, "inbound-rtp", "audio", "jitterBufferEmittedCount");
  double result = 1000 * (delay - *delay_s) / MAX (count - *emitted, 1);

  *delay_s = delay;
  *emitted = count;
  return result;
}

/* For a moment nothing passes, and then all of it: the sound does not wait for long after it, nor for the picture. */
static void
test_stall (gconstpointer data)
{
  const SimRate rates[] = { { BEGINNING, 3000000 }, { BEGINNING + SECONDS (10), 0 }, { BEGINNING + SECONDS (10) + GPOINTER_TO_INT (data) * 1000, 3000000 } };
  const SimLinkConfig link = { .rates = rates, .n_rates = G_N_ELEMENTS (rates), .delay_us = MS (25) };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);
  double delay_s = 0, emitted = 0, before_ms;

  sim_call_run (call, SECONDS (5));
  waited_ms (&call->callee, &delay_s, &emitted);
  sim_call_run (call, SECONDS (5));
  before_ms = waited_ms (&call->callee, &delay_s, &emitted);
  sim_call_run (call, GPOINTER_TO_INT (data) * 1000);
  for (guint second = 0; second < 9; second++)
    {
      double after_ms;

      sim_call_run (call, SECONDS (1));
      after_ms = waited_ms (&call->callee, &delay_s, &emitted);
      g_test_message ("second %u: %.0f ms, before %.0f", second, after_ms, before_ms);
      if (second >= 6)
        g_assert_cmpfloat (after_ms, <, before_ms + 10);
    }
}

/* Half as fast as it would have to be: it shows what it can, and not later and later. */
static void
test_slow_decoder (void)
{
  const SimLinkConfig link = { .delay_us = MS (25) };
  g_autoptr (SimCall) call = sim_call_new (20261122, TRUE);

  sim_call_skip_codec (call, 640, 360);
  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  call->callee.decode_us = MS (66);
  sim_call_run (call, SECONDS (20));

  g_assert_cmpint (call->callee.lag_us, <=, MS (1000));
  g_assert_cmpuint (call->callee.n_shown, >=, 20 * 9);
  g_assert_cmpint (call->callee.longest_gap_us, <=, MS (500));
}

/* Returns: how many key frames a decoder needed that has three quarters of the speed it needs */
static double
count_key_frames_of_a_slow_decoder (guint32 seed)
{
  const SimLinkConfig link = { .delay_us = MS (150), .loss = 0.05 };
  g_autoptr (SimCall) call = sim_call_new (seed, TRUE);
  double n_keys;

  sim_call_skip_codec (call, 640, 360);
  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (10));
  g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "video", "disposableFramesSent"), >, 0);

  n_keys = sim_peer_get_number (&call->callee, "inbound-rtp", "video", "keyFramesDecoded");
  call->callee.decode_us = MS (45);
  sim_call_run (call, SECONDS (20));
  g_assert_cmpint (call->callee.lag_us, <=, MS (1000));
  return sim_peer_get_number (&call->callee, "inbound-rtp", "video", "keyFramesDecoded") - n_keys;
}

/* Two layers, on a long way: it gets on without key frames, but for those that loss makes. */
static void
test_slow_decoder_does_without_the_upper_layer (void)
{
  const guint n = 6;
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += count_key_frames_of_a_slow_decoder (20261127 + i);
  g_test_message ("%.1f key frames in 20 s", sum / n);
  g_assert_cmpfloat (sum / n, <=, 3);
}

static void
test_rotation (void)
{
  const SimLinkConfig link = { .delay_us = MS (25), .loss = 0.05 };
  g_autoptr (SimCall) call = begin_call (&link, TRUE);

  call->caller.rotation = 90;
  sim_call_run (call, SECONDS (2));
  g_assert_cmpuint (call->callee.shown_rotation, ==, 90);
  g_assert_cmpuint (call->caller.shown_rotation, ==, 0);

  call->caller.rotation = 270;
  sim_call_run (call, SECONDS (1));
  g_assert_cmpuint (call->callee.shown_rotation, ==, 270);
}

/* Whoever prefers VP9: both send it, and a lossy path is no matter. */
static void
test_vp9 (gconstpointer data)
{
  gboolean callee_prefers = GPOINTER_TO_INT (data);
  const SimLinkConfig link = { .delay_us = MS (25), .loss = 0.05 };
  g_autoptr (SimCall) call = sim_call_new (20261122, TRUE);
  SimPeer *who = callee_prefers ? &call->callee : &call->caller;

  sim_call_set_link (call, &link);
  yodel_negotiation_set_video_codec (yodel_session_core_get_negotiation (who->core), YODEL_VIDEO_VP9);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (10));

  for (guint side = 0; side < 2; side++)
    {
      SimPeer *peer = side == 0 ? &call->caller : &call->callee;

      g_assert_cmpint (yodel_video_decoder_get_codec (peer->decoder), ==, YODEL_VIDEO_VP9);
      g_assert_cmpuint (peer->n_shown, >=, 10 * 27);
      g_assert_cmpfloat (sim_peer_get_number (peer, "inbound-rtp", "video",
                                              "retransmittedPacketsReceived"), >, 0);
    }
}

/* A long lossy way: what is lost is there before it could have been sent again.  A short one needs none. */
static void
test_protection (gconstpointer data)
{
  gboolean is_long = GPOINTER_TO_INT (data);
  const SimLinkConfig link = { .delay_us = is_long ? MS (100) : MS (20), .loss = 0.06 };
  g_autoptr (SimCall) call = sim_call_new (20261122, TRUE);
  double used, sent;

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (20));

  used = sim_peer_get_number (&call->callee, "inbound-rtp", "video", "fecPacketsUsed");
  sent = sim_peer_get_number (&call->caller, "outbound-rtp", "video", "fecPacketsSent");
  g_test_message ("%g protections sent, %g packets restored", sent, used);
  g_assert_cmpfloat (sim_peer_get_number (&call->callee, "inbound-rtp", "video", "fecPacketsDiscarded"), ==, 0);
  g_assert_cmpuint (call->callee.n_shown, >=, 20 * 26);
  if (is_long)
    g_assert_cmpfloat (used, >, 20);
  else
    g_assert_cmpfloat (sent, ==, 0);
}

/* A loss that could only be repaired late: every other frame is one that no other needs, and is missed
 * by nobody.  No key frame is needed for it, nor do they stop the picture. */
static void
test_layers (gconstpointer data)
{
  gboolean is_long = GPOINTER_TO_INT (data);
  const SimLinkConfig link = { .delay_us = is_long ? MS (125) : MS (50), .loss = 0.06 };
  g_autoptr (SimCall) call = sim_call_new (20261128, TRUE);
  double disposable, sent, keys;

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  sim_call_run (call, SECONDS (10));
  keys = sim_peer_get_number (&call->caller, "outbound-rtp", "video", "keyFramesEncoded");
  call->callee.longest_gap_us = 0;
  sim_call_run (call, SECONDS (20));

  disposable = sim_peer_get_number (&call->caller, "outbound-rtp", "video", "disposableFramesSent");
  sent = sim_peer_get_number (&call->caller, "outbound-rtp", "video", "framesSent");
  g_test_message ("%g of %g frames disposable, longest gap %d ms", disposable, sent, (int) (call->callee.longest_gap_us / 1000));
  if (!is_long)
    g_assert_cmpfloat (disposable, ==, 0);
  else
    {
      g_assert_cmpfloat (disposable, >, 0.35 * sent);
      g_assert_cmpfloat (sim_peer_get_number (&call->callee, "inbound-rtp", "video", "framesDecoded"), <, sent - 10);
      g_assert_cmpfloat (sim_peer_get_number (&call->caller, "outbound-rtp", "video", "keyFramesEncoded"), ==, keys);
      g_assert_cmpint (call->callee.longest_gap_us, <, MS (400));   /* a repetition that was lost too */
    }
}

/* The rate that is left makes a quarter of the size at full pace, or the full size at a slow one. */
static void
test_content (gconstpointer data)
{
  YodelVideoContent content = GPOINTER_TO_INT (data);
  static const SimRate thin[] = { { 0, 220000 }, { 0, 190000 } };
  const SimLinkConfig link = { .rates = &thin[content == YODEL_VIDEO_CONTENT_DETAIL], .n_rates = 1, .queue_us = MS (300), .delay_us = MS (25) };
  g_autoptr (SimCall) call = sim_call_new (20261122, TRUE);
  guint n_shown;

  sim_call_skip_codec (call, 640, 360);
  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  yodel_session_core_set_content (call->caller.core, call->caller.video, content);
  sim_call_run (call, SECONDS (15));
  n_shown = call->callee.n_shown;
  sim_call_run (call, SECONDS (5));
  n_shown = call->callee.n_shown - n_shown;

  switch (content)
    {
    case YODEL_VIDEO_CONTENT_MOTION:
      g_assert_cmpuint (call->caller.coded_width, <, 640);
      g_assert_cmpuint (n_shown, >, 5 * 20);
      break;
    case YODEL_VIDEO_CONTENT_DETAIL:
      g_assert_cmpuint (call->caller.coded_width, ==, 640);
      g_assert_cmpuint (n_shown, <, 5 * 18);
      break;
    }
}

static void
test_jitter (void)
{
  const SimLinkConfig link = { .delay_us = MS (50), .jitter_us = MS (30), .jitter_reorders = TRUE };
  g_autoptr (SimCall) call = begin_call (&link, FALSE);

  sim_call_run (call, SECONDS (30));
  g_assert_cmpfloat (concealed_share (&call->callee), <, 0.02);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sim/call/both-ways-on-a-clean-link", test_clean);
  g_test_add_func ("/sim/call/holds-at-five-percent-loss", test_loss);
  g_test_add_func ("/sim/call/picture-comes-back-after-a-thin-link", test_thin_link);
  g_test_add_func ("/sim/call/is-the-same-on-every-run", test_same_run);
  g_test_add_func ("/sim/call/mute-is-silence", test_mute);
  g_test_add_func ("/sim/call/hold-stops-sound-and-takes-it-up-again", test_hold);
  g_test_add_data_func ("/sim/call/resumes-at-once/inactive", GINT_TO_POINTER (YODEL_DIRECTION_INACTIVE), test_resume);
  g_test_add_data_func ("/sim/call/resumes-at-once/sendonly", GINT_TO_POINTER (YODEL_DIRECTION_SENDONLY), test_resume);
  g_test_add_func ("/sim/call/who-is-on-hold-sleeps", test_held_is_idle);
  g_test_add_data_func ("/sim/call/forgets-a-stall/400-ms", GINT_TO_POINTER (400), test_stall);
  g_test_add_data_func ("/sim/call/forgets-a-stall/2-s", GINT_TO_POINTER (2000), test_stall);
  g_test_add_func ("/sim/call/video-is-added-and-dropped", test_add_and_drop_video);
  g_test_add_func ("/sim/call/a-slow-decoder-does-not-lag", test_slow_decoder);
  g_test_add_func ("/sim/call/a-slow-decoder-does-without-the-upper-layer", test_slow_decoder_does_without_the_upper_layer);
  g_test_add_func ("/sim/call/a-turned-camera-is-told", test_rotation);
  g_test_add_data_func ("/sim/call/vp9-as-the-caller-likes", GINT_TO_POINTER (FALSE), test_vp9);
  g_test_add_data_func ("/sim/call/vp9-as-the-callee-likes", GINT_TO_POINTER (TRUE), test_vp9);
  g_test_add_data_func ("/sim/call/a-long-way-is-protected", GINT_TO_POINTER (TRUE), test_protection);
  g_test_add_data_func ("/sim/call/layers/none-on-a-short-way", GINT_TO_POINTER (FALSE), test_layers);
  g_test_add_data_func ("/sim/call/layers/two-on-a-long-lossy-way", GINT_TO_POINTER (TRUE), test_layers);
  g_test_add_data_func ("/sim/call/a-short-way-is-not", GINT_TO_POINTER (FALSE), test_protection);
  g_test_add_data_func ("/sim/call/motion-keeps-its-pace", GINT_TO_POINTER (YODEL_VIDEO_CONTENT_MOTION), test_content);
  g_test_add_data_func ("/sim/call/detail-keeps-its-size", GINT_TO_POINTER (YODEL_VIDEO_CONTENT_DETAIL), test_content);
  g_test_add_func ("/sim/call/jitter-is-not-heard", test_jitter);
  g_test_add_func ("/sim/call/who-speaks-while-muted-is-told", test_speaking_while_muted);
  g_test_add_func ("/sim/call/keys-arrive-once-and-in-order", test_keys_are_pressed);
  return g_test_run ();
}
