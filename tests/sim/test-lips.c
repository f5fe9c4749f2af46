/* Sound and picture of whole calls in virtual time, seen at the sinks: what happened together is heard
 * and seen together. */
#include "lib/sim-call.h"
#include "session/session-core-private.h"

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)
#define MS(n)      ((gint64) (n) * 1000)

/* What nobody notices, and how soon. */
#define TOLERATED_US MS (45)
#define SETTLED_US   SECONDS (5)

typedef struct
{
  const char   *name;
  SimLinkConfig link;
  gint64        camera_late_us;
  gint64        microphone_late_us;
  gint          microphone_ppm;
  guint         playout_min_ms;      /* of the sound, whatever the network asks for */
  guint         duration_s;
  guint         percent;             /* of the claps that are judged; 0: all */
} Case;

static const Case cases[] = {
  { "a-clean-link",                 { .delay_us = MS (25) } },
  { "a-picture-100-ms-late",        { .delay_us = MS (25) }, .camera_late_us = MS (100) },
  { "a-picture-200-ms-late",        { .delay_us = MS (25) }, .camera_late_us = MS (200) },
  { "a-picture-300-ms-late",        { .delay_us = MS (25) }, .camera_late_us = MS (300) },
  { "a-sound-150-ms-late",          { .delay_us = MS (25) }, .microphone_late_us = MS (150) },
  { "a-sound-that-waits-250-ms",    { .delay_us = MS (25) }, .playout_min_ms = 250 },
  { "both-late",                    { .delay_us = MS (25) }, .camera_late_us = MS (350), .playout_min_ms = 200 },
  { "jitter",                       { .delay_us = MS (50), .jitter_us = MS (15) } },
  /* a picture in twenty is late for the delay that was chosen for it, and what loses and jitters makes it choose anew */
  { "jitter-and-a-late-picture",    { .delay_us = MS (50), .jitter_us = MS (15) }, .camera_late_us = MS (150), .duration_s = 60, .percent = 95 },
  { "more-jitter",                  { .delay_us = MS (50), .jitter_us = MS (20) }, .duration_s = 60, .percent = 95 },
  { "much-jitter",                  { .delay_us = MS (50), .jitter_us = MS (30) }, .duration_s = 60, .percent = 95 },
  { "loss-and-a-late-picture",      { .delay_us = MS (50), .loss = 0.03 }, .camera_late_us = MS (150), .duration_s = 60, .percent = 95 },
  { "a-slow-microphone",            { .delay_us = MS (50), .jitter_us = MS (5) }, .microphone_ppm = 300, .duration_s = 120 },
  { "a-fast-microphone",            { .delay_us = MS (50), .jitter_us = MS (5) }, .microphone_ppm = -300, .duration_s = 120 },
};

static YodelSection *
section_of (SimPeer *peer,
            guint    id)
{
  return yodel_session_core_find_section (peer->core, id);
}

static void
test_together (gconstpointer data)
{
  const Case *c = data;
  guint duration_s = c->duration_s != 0 ? c->duration_s : 30;
  g_autoptr (SimCall) call = sim_call_new (20261127, TRUE);
  guint n_claps;
  gint64 skew_us;

  sim_call_set_link (call, &c->link);
  sim_call_negotiate (call, &call->caller);
  call->caller.claps = TRUE;
  call->caller.camera_late_us = c->camera_late_us;
  call->caller.microphone_late_us = c->microphone_late_us;
  call->caller.microphone_ppm = c->microphone_ppm;
  sim_call_run (call, MS (300));   /* the buffer is made for the first packet */
  yodel_playout_buffer_set_limits (
    yodel_audio_receiver_get_playout (section_of (&call->callee, call->callee.audio)->audio_receiver),
    c->playout_min_ms, 1000);
  sim_call_run (call, SECONDS (duration_s) - MS (300));

  skew_us = sim_peer_get_lip_skew (&call->callee, call->began_us + SETTLED_US, c->percent != 0 ? c->percent : 100, &n_claps);
  g_assert_cmpuint (n_claps, >=, duration_s - 8);
  g_assert_cmpint (skew_us, <, TOLERATED_US);
}

/* Where there is only one of the two, or the other one stops, nothing waits for it. */
static void
test_alone (gconstpointer data)
{
  gboolean with_picture = GPOINTER_TO_UINT (data);
  const SimLinkConfig link = { .delay_us = MS (25) };
  g_autoptr (SimCall) call = sim_call_new (20261127, TRUE);
  SimPeer *eye = &call->callee;

  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  call->caller.claps = TRUE;
  call->caller.camera_late_us = with_picture ? 0 : MS (200);
  call->caller.microphone_late_us = with_picture ? MS (200) : 0;
  sim_call_run (call, SECONDS (8));
  g_assert_cmpint (with_picture ? eye->core->sync.video_delay_us : eye->core->sync.audio_delay_us, >, MS (100));

  call->caller.no_pictures = !with_picture;
  yodel_negotiation_set_direction (yodel_session_core_get_negotiation (eye->core), with_picture ? eye->audio : eye->video,
                                   YODEL_DIRECTION_INACTIVE);
  sim_call_negotiate (call, eye);
  sim_call_run (call, SECONDS (3));
  g_assert_cmpint (eye->core->sync.audio_delay_us, ==, 0);
  g_assert_cmpint (eye->core->sync.video_delay_us, ==, 0);
  if (with_picture)
    g_assert_cmpint (yodel_video_receiver_get_delay_us (section_of (eye, eye->video)->video_receiver), <, MS (20));
  else
    g_assert_cmpfloat (sim_peer_get_number (eye, "inbound-rtp", "audio", "playoutDelayMs"), <, 45);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/lips/together/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_together);
    }
  g_test_add_data_func ("/sim/lips/alone/sound-does-not-wait", GUINT_TO_POINTER (FALSE), test_alone);
  g_test_add_data_func ("/sim/lips/alone/picture-does-not-wait", GUINT_TO_POINTER (TRUE), test_alone);
  return g_test_run ();
}
