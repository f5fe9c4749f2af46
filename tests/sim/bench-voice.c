/* Speech over bad links in whole calls in virtual time, once for each seed: bench-voice SPEECH.wav FOLDER SEED...; only the
 * networks named in BENCH_CASES, if it is set, at a round trip of BENCH_RTT_MS instead of 50,
 * without retransmission where BENCH_NO_NACK is set.  What was heard from the sixth
 * second on is left in FOLDER for a measure of intelligibility, and what became of it second by second where BENCH_TRACE is set. */
#include "lib/sim-call.h"
#include "lib/wav.h"

#include <stdio.h>
#include <stdlib.h>

#define SECONDS(n) ((gint64) (n) * G_USEC_PER_SEC)
#define MS(n)      ((gint64) (n) * 1000)

#define NACK       "a=rtcp-fb:111 nack\r\n"
#define SETTLE_S   6
#define JUDGED_S   20
#define TRACE_MS   20

typedef struct
{
  const char *name;
  double      loss;
  double      burst_packets;   /* 0: by chance */
} Loss;

static const Loss losses[] = {
  { "0", 0, 0 },         { "5", 0.05, 0 },   { "10", 0.10, 0 },        { "20", 0.20, 0 },
  { "30", 0.30, 0 },     { "burst3-10", 0.10, 3 }, { "burst3-20", 0.20, 3 },
};

/* Counters of the listener and of the speaker. */
typedef struct
{
  double concealed, heard, delay_s, emitted, packets, bytes;
} Figures;

static Figures
look (SimCall *call)
{
  SimPeer *to = &call->callee, *from = &call->caller;
  const SimFlowStats *sent = sim_network_get_stats (call->network, 0, SIM_FORTH);

  return (Figures) {
    .concealed = sim_peer_get_number (to, "inbound-rtp", "audio", "concealedSamples"),
    .heard = sim_peer_get_number (to, "inbound-rtp", "audio", "totalSamplesReceived"),
    .delay_s = sim_peer_get_number (to, "inbound-rtp", "audio", "jitterBufferDelay"),
    .emitted = sim_peer_get_number (to, "inbound-rtp", "audio", "jitterBufferEmittedCount"),
    .packets = sent->sent,
    .bytes = sim_peer_get_number (from, "outbound-rtp", "audio", "bytesSent"),
  };
}

static void
trace (SimCall *call,
       FILE    *file)
{
  SimPeer *to = &call->callee, *from = &call->caller;
  Figures now = look (call);

  fprintf (file, "%.2f concealed %.0f played %.0f target-bps %.0f frame-ms %.0f burst %.2f nack %.0f asked %.0f again %.0f buffer %.3f %.0f lost %.3f\n",
           (double) (call->now_us - call->began_us) / G_USEC_PER_SEC, now.concealed, now.heard,
           sim_peer_get_number (from, "outbound-rtp", "audio", "targetBitrate"),
           sim_peer_get_number (from, "outbound-rtp", "audio", "frameDurationMs"),
           sim_peer_get_number (from, "outbound-rtp", "audio", "meanLossBurst"),
           sim_peer_get_number (from, "outbound-rtp", "audio", "nackActive"),
           sim_peer_get_number (to, "inbound-rtp", "audio", "nackCount"),
           sim_peer_get_number (from, "outbound-rtp", "audio", "retransmittedPacketsSent"),
           now.delay_s, now.emitted,
           sim_peer_get_number (from, "remote-inbound-rtp", "audio", "fractionLost"));
}

static void
run (SimCall *call,
     guint    seconds,
     FILE    *file)
{
  for (gint64 left_us = SECONDS (seconds); left_us > 0; left_us -= MS (TRACE_MS))
    {
      sim_call_run (call, MS (TRACE_MS));
      if (file != NULL)
        trace (call, file);
    }
}

static void
place_call (const Loss   *loss,
            guint         rtt_ms,
            guint32       seed,
            const gint16 *speech,
            gsize         n_samples,
            const char   *folder)
{
  g_autoptr (SimCall) call = sim_call_new (seed, FALSE);
  const SimLinkConfig link = {
    .delay_us = MS (rtt_ms) / 2,
    .loss = loss->burst_packets > 0 ? 0 : loss->loss,
    .burst_loss = loss->burst_packets > 0 ? loss->loss : 0, .burst_packets = loss->burst_packets,
  };
  g_autofree char *wav = g_strdup_printf ("%s/%s_%u.wav", folder, loss->name, seed);
  g_autofree char *log = g_strdup_printf ("%s/%s_%u.trace", folder, loss->name, seed);
  FILE *file = g_getenv ("BENCH_TRACE") != NULL ? fopen (log, "w") : NULL;
  gsize begin;
  Figures before, after;

  call->caller.speech = speech;
  call->caller.speech_samples = n_samples;
  call->callee.silent = TRUE;
  call->left_out[0] = g_getenv ("BENCH_NO_NACK") != NULL ? NACK : NULL;
  sim_call_set_link (call, &link);
  sim_call_negotiate (call, &call->caller);
  run (call, SETTLE_S, file);
  before = look (call);
  begin = call->callee.heard->len;
  run (call, JUDGED_S, file);
  after = look (call);
  if (file != NULL)
    fclose (file);
  wav_write (wav, &g_array_index (call->callee.heard, gint16, begin), call->callee.heard->len - begin);
  g_print ("%-10s %6u %9.2f%% %8.1f %8.1f\n", loss->name, seed, 100 * (after.concealed - before.concealed) / (after.heard - before.heard),
           1000 * (after.delay_s - before.delay_s) / (after.emitted - before.emitted),
           ((after.bytes - before.bytes) + (after.packets - before.packets) * 62) * 8 / 1000 / JUDGED_S);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree gint16 *speech = NULL;
  g_auto (GStrv) only = NULL;
  const char *cases = g_getenv ("BENCH_CASES"), *rtt = g_getenv ("BENCH_RTT_MS");
  gsize n_samples = 0;

  if (argc < 4)
    {
      g_printerr ("usage: bench-voice SPEECH.wav FOLDER SEED...\n");
      return 1;
    }

  speech = wav_read (argv[1], &n_samples);
  only = cases != NULL ? g_strsplit (cases, " ", -1) : NULL;
  g_print ("%-10s %6s %10s %8s %8s\n", "loss", "seed", "concealed", "buffer", "kbit/s");
  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    for (int k = 3; k < argc; k++)
      if (only == NULL || g_strv_contains ((const char *const *) only, losses[i].name))
        place_call (&losses[i], rtt != NULL ? (guint) atoi (rtt) : 50, (guint32) atoi (argv[k]), speech, n_samples, argv[2]);

  return 0;
}
