/* Speech over lossy links in whole calls in virtual time: what is asked for again, and what that
 * spares the listener. */
#include "lib/sim-call.h"

#include "rtp/rtcp-write.h"

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)
#define MS(n)      ((gint64) (n) * 1000)

/* Lines of an offer, as they are left out for those who know nothing of them. */
#define NACK "a=rtcp-fb:111 nack\r\n"
#define RED  "a=rtpmap:63 red/48000/2\r\n"
#define FEEDBACK "a=rtcp-fb:111 transport-cc\r\n"

/* RTP with the extensions that speech wears. */
#define HEADER_BYTES (12 + 16)

#define SETTLE_S 6
#define JUDGED_S 24
#define N_CALLS  4

typedef struct
{
  const char *name;
  guint       rtt_ms;
  double      loss;
  double      burst_packets;
  gboolean    red;
  double      spared;          /* of what is concealed without, at least this share */
} Way;

typedef struct
{
  double concealed;            /* share of what is heard */
  double delay_ms;             /* mean, in the buffer */
  double n_sent, n_resent, n_asked, n_duplicates;
  double active;
} Figures;

static double
get (SimPeer    *peer,
     const char *type,
     const char *name)
{
  return sim_peer_get_number (peer, type, "audio", name);
}

/* @unknown: (nullable): a line that the other side knows nothing of */
static SimCall *
place_call_with (const Way  *way,
                 const char *unknown,
                 guint32     seed)
{
  const SimLinkConfig link = {
    .delay_us = MS (way->rtt_ms) / 2, .jitter_us = 500,
    .loss = way->burst_packets > 0 ? 0 : way->loss,
    .burst_loss = way->burst_packets > 0 ? way->loss : 0, .burst_packets = way->burst_packets,
  };
  SimCall *call = sim_call_new (seed, FALSE);

  call->left_out[0] = unknown;
  call->left_out[1] = way->red ? NULL : RED;
  call->callee.silent = TRUE;
  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  return call;
}

static SimCall *
place_call (const Way *way,
            gboolean   with_nack)
{
  return place_call_with (way, with_nack ? NULL : NACK, 20261127);
}

static void
listen (SimCall *call,
        Figures *figures)
{
  SimPeer *from = &call->caller, *to = &call->callee;
  double concealed, total, delay, emitted;

  sim_call_run (call, SECONDS (SETTLE_S));
  concealed = get (to, "inbound-rtp", "concealedSamples");
  total = get (to, "inbound-rtp", "totalSamplesReceived");
  delay = get (to, "inbound-rtp", "jitterBufferDelay");
  emitted = get (to, "inbound-rtp", "jitterBufferEmittedCount");
  sim_call_run (call, SECONDS (JUDGED_S));
  *figures = (Figures) {
    .concealed = (get (to, "inbound-rtp", "concealedSamples") - concealed) / (get (to, "inbound-rtp", "totalSamplesReceived") - total),
    .delay_ms = 1000 * (get (to, "inbound-rtp", "jitterBufferDelay") - delay)
                / (get (to, "inbound-rtp", "jitterBufferEmittedCount") - emitted),
    .n_sent = get (from, "outbound-rtp", "packetsSent"),
    .n_resent = get (from, "outbound-rtp", "retransmittedPacketsSent"),
    .n_asked = get (to, "inbound-rtp", "nackCount"),
    .active = get (from, "outbound-rtp", "nackActive"),
  };
  g_test_message ("concealed %.2f %%, delay %.1f ms, sent %.0f, again %.0f, asked %.0f, active %.0f", 100 * figures->concealed,
                  figures->delay_ms, figures->n_sent, figures->n_resent, figures->n_asked, figures->active);
}

/* ---- where the round trip is short ---- */

static const Way near_ways[] = {
  { "rtt-4-loss-4",           4,  0.04, 0, TRUE,  0.0 },     /* as well as with copies, and without them */
  { "rtt-20-loss-20-no-red",  20, 0.20, 0, FALSE, 0.5 },
  { "rtt-40-loss-10-no-red",  40, 0.10, 0, FALSE, 0.4 },
  { "rtt-60-loss-20-no-red",  60, 0.20, 0, FALSE, 0.1 },
};

static void
test_spares_the_listener (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (SimCall) without = place_call (way, FALSE);
  g_autoptr (SimCall) with = place_call (way, TRUE);
  Figures before, after;

  listen (without, &before);
  listen (with, &after);
  g_assert_cmpfloat (before.n_resent, ==, 0);
  g_assert_cmpfloat (before.active, ==, 0);
  g_assert_cmpfloat (after.active, ==, 1);
  g_assert_cmpfloat (after.n_resent, >, 5);
  g_assert_cmpfloat (after.n_resent, <=, after.n_asked * 3);
  g_assert_cmpfloat (after.concealed, <=, before.concealed * (1 - way->spared) + 0.001);     /* and a frame or two */
  g_assert_cmpfloat (after.delay_ms, <, 140);
}

/* ---- where several are lost in a row, and the answer would come too late ---- */

typedef struct
{
  Way    way;
  double least_burst, most_burst;      /* as the sender learns of it */
  double most_concealed;               /* times what it is for a sender who is told nothing */
} Bursts;

static const Bursts bursts[] = {
  { { "in-threes-10",  150, 0.10, 3, TRUE, 0 }, 1.8, 4.5, 0.75 },
  { { "in-threes-20",  150, 0.20, 3, TRUE, 0 }, 1.8, 4.5, 0.5 },
  { { "one-by-one-10", 150, 0.10, 0, TRUE, 0 }, 1.0, 1.5, 1.2 },
  { { "one-by-one-20", 150, 0.20, 0, TRUE, 0 }, 1.0, 1.7, 1.2 },
};

/* Returns: the share that is concealed */
static double
listen_to_bursts (const Bursts *c,
                  guint32       seed,
                  gboolean      is_told)
{
  g_autoptr (SimCall) call = place_call_with (&c->way, is_told ? NULL : FEEDBACK, seed);
  Figures figures;
  double burst;

  listen (call, &figures);
  burst = get (&call->caller, "outbound-rtp", "meanLossBurst");
  g_test_message ("lost in a row %.2f", burst);
  g_assert_cmpfloat (burst, >=, is_told ? c->least_burst : 0);
  g_assert_cmpfloat (burst, <=, is_told ? c->most_burst : 0);
  return figures.concealed;
}

static void
test_bursts_are_seen (gconstpointer data)
{
  const Bursts *c = data;
  double without = 0, with = 0;

  for (guint i = 0; i < N_CALLS; i++)
    {
      without += listen_to_bursts (c, 100 + i, FALSE) / N_CALLS;
      with += listen_to_bursts (c, 100 + i, TRUE) / N_CALLS;
    }
  g_test_message ("concealed %.2f %%, without what reports tell %.2f %%", 100 * with, 100 * without);
  g_assert_cmpfloat (with, <, without * c->most_concealed);
}

/* ---- where it helps nobody ---- */

static const Way far_way = { "far", 300, 0.20, 0, FALSE, 0 };

static void
test_long_round_trip_is_left_alone (void)
{
  g_autoptr (SimCall) without = place_call (&far_way, FALSE);
  g_autoptr (SimCall) with = place_call (&far_way, TRUE);
  Figures before, after;

  listen (without, &before);
  listen (with, &after);
  g_assert_cmpfloat (after.active, ==, 0);
  g_assert_cmpfloat (after.n_resent, ==, 0);
  g_assert_cmpfloat (after.n_asked, ==, 0);
  g_assert_cmpfloat (after.concealed, ==, before.concealed);
  g_assert_cmpfloat (after.delay_ms, ==, before.delay_ms);
}

/* Asked for in vain, again and again: nothing is waited for that never comes, and who does not hear
 * the requests protects what it sends in another way. */
static void
test_peer_that_never_answers (void)
{
  const Way way = { "near", 10, 0.04, 0, TRUE, 0 };
  g_autoptr (SimCall) without = place_call (&way, FALSE);
  g_autoptr (SimCall) with = place_call (&way, TRUE);
  Figures before, after;

  with->callee.no_nack = TRUE;
  listen (without, &before);
  listen (with, &after);
  g_assert_cmpfloat (after.n_asked, >, 10);
  g_assert_cmpfloat (after.n_resent, ==, 0);
  g_assert_cmpfloat (after.concealed, <, before.concealed + 0.005);
  g_assert_cmpfloat (after.delay_ms, <, before.delay_ms + 15);
}

/* ---- where it is a weapon ---- */

/* A thousand times a second all that there is is asked for. */
static void
test_flood_is_held_to_a_share (void)
{
  const Way way = { "clean", 10, 0, 0, TRUE, 0 };
  g_autoptr (SimCall) call = place_call (&way, TRUE);
  guint32 ssrc;
  double sent, resent, sent_bytes, resent_bytes;

  sim_call_run (call, SECONDS (3));
  ssrc = (guint32) get (&call->caller, "outbound-rtp", "ssrc");
  sent = get (&call->caller, "outbound-rtp", "packetsSent");
  sent_bytes = get (&call->caller, "outbound-rtp", "bytesSent");
  for (guint i = 0; i < 5000; i++)
    {
      guint8 buffer[1200];
      guint16 numbers[200];
      YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

      for (guint k = 0; k < G_N_ELEMENTS (numbers); k++)
        numbers[k] = (guint16) (i * G_N_ELEMENTS (numbers) + k);
      yodel_rtcp_write_nack (&writer, 1, ssrc, numbers, G_N_ELEMENTS (numbers));
      g_assert_false (writer.failed);
      yodel_session_core_receive (call->caller.core, 0, writer.data, writer.size, TRUE, call->now_us, call->now_us);
      sim_call_run (call, MS (1));
    }

  resent = get (&call->caller, "outbound-rtp", "retransmittedPacketsSent");
  sent = get (&call->caller, "outbound-rtp", "packetsSent") - sent - resent;
  resent_bytes = get (&call->caller, "outbound-rtp", "retransmittedBytesSent") + resent * HEADER_BYTES;
  sent_bytes = get (&call->caller, "outbound-rtp", "bytesSent") - sent_bytes + (sent + resent) * HEADER_BYTES - resent_bytes;
  g_test_message ("sent %.0f (%.0f bytes), again %.0f (%.0f bytes)", sent, sent_bytes, resent, resent_bytes);
  g_assert_cmpfloat (get (&call->caller, "outbound-rtp", "nackCount"), ==, 5000);
  g_assert_cmpfloat (resent, >, 10);
  g_assert_cmpfloat (resent_bytes, <, sent_bytes / 2 + 4200);      /* and what was saved up before */
  g_assert_cmpfloat (get (&call->callee, "inbound-rtp", "concealedSamples"), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (near_ways); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/voice-repair/spares-the-listener/", near_ways[i].name, NULL);
      g_test_add_data_func (path, &near_ways[i], test_spares_the_listener);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bursts); i++)
    {
      g_autofree char *path = g_strconcat ("/sim/voice-repair/bursts-are-seen/", bursts[i].way.name, NULL);
      g_test_add_data_func (path, &bursts[i], test_bursts_are_seen);
    }
  g_test_add_func ("/sim/voice-repair/long-round-trip-is-left-alone", test_long_round_trip_is_left_alone);
  g_test_add_func ("/sim/voice-repair/peer-that-never-answers", test_peer_that_never_answers);
  g_test_add_func ("/sim/voice-repair/flood-is-held-to-a-share", test_flood_is_held_to_a_share);
  return g_test_run ();
}
