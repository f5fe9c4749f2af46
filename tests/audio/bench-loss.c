/* What loss and jitter do to speech under each protection: bench-loss SPEECH.wav [FOLDER [PROTECTION...]]; of the
 * networks only those named in BENCH_CASES, if it is set.  The sound that was heard is left in FOLDER for a measure
 * of intelligibility. */
#include "playout-lab.h"

#include <string.h>

#include "lib/wav.h"

typedef struct
{
  const char *name;
  double      loss;
  double      burst;             /* mean length */
  LabTransit  transit;           /* NULL: 25 ms, or lost */
} Loss;


typedef struct
{
  const char *name;
  guint       fec_percent;
  guint8      distances[4];
  guint       n_distances;
  guint       bitrate_bps;
  guint       nack_rtt_ms;
} Protection;

static const Protection protections[] = {
  { "none", 0, { 0 }, 0, 32000, 0 },
  { "fec", 20, { 0 }, 0, 32000, 0 },
  { "red1", 0, { 1 }, 1, 32000, 0 },
  { "red2", 0, { 2 }, 1, 32000, 0 },
  { "red12", 0, { 1, 2 }, 2, 32000, 0 },
  { "red13", 0, { 1, 3 }, 2, 32000, 0 },
  { "red24", 0, { 2, 4 }, 2, 32000, 0 },
  { "red123", 0, { 1, 2, 3 }, 3, 32000, 0 },
  { "red135", 0, { 1, 3, 5 }, 3, 32000, 0 },
  { "red246", 0, { 2, 4, 6 }, 3, 32000, 0 },
  { "fec40", 20, { 0 }, 0, 40000, 0 },
  { "red14", 0, { 1, 4 }, 2, 32000, 0 },
  { "red134", 0, { 1, 3, 4 }, 3, 32000, 0 },
  { "red136", 0, { 1, 3, 6 }, 3, 32000, 0 },
  { "fec+nack", 20, { 0 }, 0, 32000, 50 },
  { "red12+nack", 0, { 1, 2 }, 2, 32000, 50 },
};

static gint64
gilbert (Lab    *lab,
         guint   packet,
         gint64  sent_us)
{
  static gboolean bad;
  const Loss *loss = lab->user_data;
  double leave = 1 / loss->burst, enter = loss->loss / (1 - loss->loss) * leave;

  if (loss->burst <= 1)
    bad = lab_random (lab) < loss->loss;
  else
    bad = lab_random (lab) < (bad ? 1 - leave : enter);

  return bad ? LAB_LOST : 25000;
}

/* As the link emulator: a packet waits for the one before it. */
static gint64
in_order (guint  packet,
          gint64 sent_us,
          gint64 transit_us)
{
  static gint64 last_us;

  if (packet == 0)
    last_us = 0;
  last_us = MAX (last_us, sent_us + transit_us);
  return last_us - sent_us;
}

static gint64
jitter (Lab    *lab,
        guint   packet,
        gint64  sent_us)
{
  return in_order (packet, sent_us, (gint64) MAX (90000 + 30000 * lab_gauss (lab), 0));
}

static gint64
spikes (Lab    *lab,
        guint   packet,
        gint64  sent_us)
{
  gint64 since_us = sent_us % 8000000 - 4000000;

  return in_order (packet, sent_us, since_us >= 0 && since_us < 60000 ? 225000 : 25000);
}

static gint64
stalls (Lab    *lab,
        guint   packet,
        gint64  sent_us)
{
  gint64 since_us = sent_us % 25000000 - 15000000;

  return in_order (packet, sent_us, since_us >= 0 && since_us < 40000 ? 425000 : 25000);
}

/* The jitter, a spike every ten seconds, and a stall in place of one of them. */
static gint64
all (Lab    *lab,
     guint   packet,
     gint64  sent_us)
{
  gint64 phase_us = (sent_us + 2000000) % 10000000;
  gint64 held_us = phase_us >= 60000 || sent_us < 2000000 ? 0 : sent_us / 10000000 % 3 == 2 ? 400000 : 200000;

  return in_order (packet, sent_us, (gint64) MAX (90000 + 30000 * lab_gauss (lab), 0) + held_us);
}

static const Loss losses[] = {
  { "0", 0, 1 },           { "5", 0.05, 1 },         { "10", 0.10, 1 },   { "20", 0.20, 1 },
  { "30", 0.30, 1 },       { "burst3-10", 0.10, 3 }, { "burst3-20", 0.20, 3 },
  { "jitter30", 0, 1, jitter }, { "spikes200", 0, 1, spikes }, { "stalls400", 0, 1, stalls },
  { "all", 0, 1, all },
};

int
main (int   argc,
      char *argv[])
{
  g_autofree gint16 *speech = NULL;
  g_autofree gint16 *out = NULL;
  g_auto (GStrv) only = NULL;
  gsize n_samples = 0;

  if (argc < 2)
    {
      g_printerr ("usage: bench-loss SPEECH.wav [FOLDER]\n");
      return 1;
    }

  speech = wav_read (argv[1], &n_samples);
  out = g_new0 (gint16, n_samples + 48000);
  only = g_getenv ("BENCH_CASES") != NULL ? g_strsplit (g_getenv ("BENCH_CASES"), " ", -1) : NULL;
  g_print ("%-10s %-11s %9s %6s %6s %7s %7s %6s\n", "loss", "protection", "concealed", "p50", "p95", "target", "stretch", "kbit/s");
  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    for (guint j = 0; j < G_N_ELEMENTS (protections); j++)
      {
        const Protection *p = &protections[j];

        if (only != NULL && !g_strv_contains ((const char *const *) only, losses[i].name))
          continue;
        if (argc > 3 && !g_strv_contains ((const char *const *) argv + 3, p->name))
          continue;

        Lab lab = { .speech = speech, .speech_samples = n_samples, .n_seconds = (guint) (n_samples / 48000),
                    .bitrate_bps = p->bitrate_bps, .fec_percent = p->fec_percent, .n_distances = p->n_distances,
                    .rtt_us = p->nack_rtt_ms * 1000,
                    .transit = losses[i].transit != NULL ? losses[i].transit : gilbert, .user_data = (gpointer) &losses[i],
                    .complexity = 9, .out = out, .seed = 3, .phase_us = 3000 };
        g_autofree char *path = g_strdup_printf ("%s/%s_%s.wav", argc > 2 ? argv[2] : ".", losses[i].name, p->name);

        memcpy (lab.distances, p->distances, sizeof lab.distances);
        lab_run (&lab);
        g_print ("%-10s %-11s %8.2f%% %6.1f %6.1f %7.1f %6.2f%% %6.1f\n", losses[i].name, p->name, 100 * lab_concealed (&lab),
                 lab_delay_ms (&lab, 0.5, 1, lab.n_seconds) - 25 + 6.5, lab_delay_ms (&lab, 0.95, 1, lab.n_seconds) - 25 + 6.5,
                 lab.statistics.jitter_buffer_target_delay_us / 1000.0 / MAX (lab.statistics.jitter_buffer_emitted_count, 1),
                 100.0 * (lab.statistics.inserted_samples_for_deceleration + lab.statistics.removed_samples_for_acceleration) /
                   lab.statistics.total_samples_received,
                 lab.bytes_sent * 8.0 / 1000 / lab.n_seconds);
        if (argc > 2)
          wav_write (path, out + 48000, (gsize) (lab.n_seconds - 1) * 48000);
        lab_clear (&lab);
      }

  return 0;
}
