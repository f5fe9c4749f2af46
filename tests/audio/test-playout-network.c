#include "playout-lab.h"

#include <math.h>

#define PATH_US 20000
#define N_SEEDS 5

static int
compare (gconstpointer a,
         gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* What the network added to its fastest packet, for 95 of 100. */
static double
jitter_p95_ms (Lab *lab)
{
  gint64 fastest;

  g_array_sort (lab->transits_us, compare);
  fastest = g_array_index (lab->transits_us, gint64, 0);
  return (double) (g_array_index (lab->transits_us, gint64, lab->transits_us->len * 95 / 100) - fastest) / 1000;
}

static void
report (Lab *lab)
{
  g_test_message ("mouth to ear p50 %.1f p95 %.1f ms, mean buffer %.1f ms, concealed %.2f %%, inserted %.2f %%, "
                  "removed %.2f %%, late %" G_GUINT64_FORMAT, lab_delay_ms (lab, 0.5, 1, 1e9), lab_delay_ms (lab, 0.95, 1, 1e9),
                  lab_mean_buffer_ms (lab), 100 * lab_concealed (lab),
                  100.0 * lab->statistics.inserted_samples_for_deceleration / lab->statistics.total_samples_received,
                  100.0 * lab->statistics.removed_samples_for_acceleration / lab->statistics.total_samples_received,
                  lab->statistics.packets_discarded);
}

/* ---- a clean link ---- */

typedef struct
{
  const char *name;
  guint       frame_ms;
  gint64      phase_us;
} Clean;

static const Clean clean_links[] = {
  { "frames-of-10-ms", 10, 1000 },
  { "frames-of-20-ms", 20, 1000 },
  { "frames-of-20-ms-device-just-missed", 20, 9900 },
  { "frames-of-60-ms", 60, 5000 },
};

/* The speech of a frame is as old as the frame is long when it is sent; the rest is the buffer. */
static void
test_clean_link (gconstpointer data)
{
  const Clean *c = data;
  Lab lab = { .frame_ms = c->frame_ms, .phase_us = c->phase_us, .n_seconds = 10 };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpuint (lab.statistics.concealed_samples, ==, 0);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.5, 2, 10) - PATH_US / 1000.0 - c->frame_ms, <=, 12);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.95, 2, 10) - PATH_US / 1000.0 - c->frame_ms, <=, 20);
  lab_clear (&lab);
}

/* ---- jitter ---- */

static gint64
gaussian (Lab    *lab,
          guint   packet,
          gint64  sent_us)
{
  return (gint64) MAX (100000 + 30000 * lab_gauss (lab), 0);
}

static gint64
gaussian_in_order (Lab    *lab,
                   guint   packet,
                   gint64  sent_us)
{
  static gint64 last_us;
  gint64 arrival_us = MAX (sent_us + gaussian (lab, packet, sent_us), packet == 0 ? 0 : last_us);

  last_us = arrival_us;
  return arrival_us - sent_us;
}

static gint64
mild (Lab    *lab,
      guint   packet,
      gint64  sent_us)
{
  return PATH_US + (gint64) (fabs (lab_gauss (lab)) * 5000);
}

/* Every ten seconds the link holds all packets for 200 ms. */
static gint64
spikes (Lab    *lab,
        guint   packet,
        gint64  sent_us)
{
  gint64 phase_us = sent_us % 10000000 - 5000000;

  return phase_us >= 0 && phase_us < 200000 ? PATH_US + 200000 - phase_us : PATH_US;
}

static gint64
spikes_and_gaussian (Lab    *lab,
                     guint   packet,
                     gint64  sent_us)
{
  gint64 phase_us = sent_us % 10000000 - 5000000;
  gint64 base_us = gaussian (lab, packet, sent_us);

  return phase_us >= 0 && phase_us < 200000 ? MAX (base_us, 100000 + 200000 - phase_us) : base_us;
}

/* All of it at once, as the bench has it: what is sent in 60 ms comes late, and all after it waits
 * behind: by 200 ms every ten seconds, once by 400 ms. */
static gint64
all_at_once (Lab    *lab,
             guint   packet,
             gint64  sent_us)
{
  static gint64 last_us;
  gint64 phase_us = (sent_us + 2000000) % 10000000;
  gint64 held_us = phase_us >= 60000 || sent_us < 2000000 ? 0 : sent_us / 10000000 == 2 ? 400000 : 200000;
  gint64 arrival_us = sent_us + (gint64) MAX (90000 + 30000 * lab_gauss (lab), 0) + held_us;

  last_us = MAX (arrival_us, packet == 0 ? 0 : last_us);
  return last_us - sent_us;
}

typedef struct
{
  const char *name;
  LabTransit  transit;
  double      concealed;
} Jitter;

static const Jitter jitters[] = {
  { "gaussian-30-ms",               gaussian,            0.015 },
  { "gaussian-30-ms-kept-in-order", gaussian_in_order,   0.015 },
  { "half-gaussian-5-ms",           mild,                0.015 },
  { "spikes-of-200-ms",             spikes,              0.021 },
  { "spikes-in-gaussian",           spikes_and_gaussian, 0.015 },
  { "spikes-and-a-stall-in-gaussian", all_at_once,       0.010 },
};

static void
test_jitter (gconstpointer data)
{
  const Jitter *c = data;
  double concealed = 0;

  for (guint i = 0; i < N_SEEDS; i++)
    {
      Lab lab = { .transit = c->transit, .n_seconds = 50, .seed = 11 + i, .phase_us = 4000 };

      lab_run (&lab);
      report (&lab);
      g_test_message ("jitter p95 %.1f ms", jitter_p95_ms (&lab));
      g_assert_cmpfloat (lab_mean_buffer_ms (&lab), <, jitter_p95_ms (&lab) + 25);
      concealed += lab_concealed (&lab) / N_SEEDS;
      lab_clear (&lab);
    }
  g_test_message ("concealed %.2f %%", 100 * concealed);
  g_assert_cmpfloat (concealed, <, c->concealed);
}

/* ---- trouble, and after ---- */

static gint64
stall (Lab    *lab,
       guint   packet,
       gint64  sent_us)
{
  gint64 since_us = sent_us - 5000000;

  return since_us >= 0 && since_us < 400000 ? PATH_US + 400000 - since_us : PATH_US;
}

static void
test_stall_is_made_up (void)
{
  Lab lab = { .transit = stall, .n_seconds = 12, .phase_us = 2000 };
  double before_ms;

  lab_run (&lab);
  report (&lab);
  before_ms = lab_delay_ms (&lab, 0.5, 3, 5);
  g_test_message ("delay before %.1f, half a second after %.1f, two seconds after %.1f ms", before_ms,
                  lab_delay_ms (&lab, 0.5, 5.9, 6.0), lab_delay_ms (&lab, 0.95, 7.4, 12));
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.5, 5.45, 5.5), >, before_ms + 200);    /* speech is played late, not lost */
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.95, 7.4, 12), <, before_ms + 12);
  g_assert_cmpuint (lab.statistics.concealed_samples, <, 48000 * 42 / 100);
  g_assert_cmpuint (lab.statistics.packets_discarded, ==, 0);
  lab_clear (&lab);
}

/* What comes to a machine that sleeps waits for it, as long as there is room. */
static gint64
sleep_through (Lab    *lab,
               guint   packet,
               gint64  sent_us)
{
  gint64 since_us = sent_us - lab->asleep_us[0];
  gint64 left_us = lab->asleep_us[1] - sent_us;

  if (since_us < 0 || left_us < 0)
    return PATH_US;
  return since_us < 500000 ? left_us : LAB_LOST;
}

static void
test_sleep (gconstpointer data)
{
  const gint64 slept_us = GPOINTER_TO_INT (data) * 1000;
  Lab lab = { .transit = sleep_through, .n_seconds = 20, .phase_us = 2000, .asleep_us = { 5000000, 5000000 + slept_us } };
  const double awake_s = lab.asleep_us[1] / 1e6;
  double before_ms;

  lab_run (&lab);
  report (&lab);
  before_ms = lab_delay_ms (&lab, 0.5, 3, 5);
  g_test_message ("delay before %.1f, after half a second %.1f, after two seconds %.1f ms", before_ms,
                  lab_delay_ms (&lab, 0.95, awake_s + 0.5, awake_s + 0.6), lab_delay_ms (&lab, 0.95, awake_s + 2, 20));
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.95, awake_s + 2, 20), <, before_ms + 12);
  g_assert_cmpuint (lab.statistics.concealed_samples, <, 48000 * 3 / 10);
  lab_clear (&lab);
}

static gint64
ends_at_20_s (Lab    *lab,
              guint   packet,
              gint64  sent_us)
{
  return sent_us < 20000000 ? PATH_US + (gint64) (fabs (lab_gauss (lab)) * 30000) : PATH_US;
}

static void
test_jitter_ends (void)
{
  Lab lab = { .transit = ends_at_20_s, .n_seconds = 30, .seed = 3 };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.5, 10, 20), >, 80);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.95, 22.2, 30), <, 20 + 20 + 20);
  lab_clear (&lab);
}

static gint64
begins_at_10_s (Lab    *lab,
                guint   packet,
                gint64  sent_us)
{
  return sent_us < 10000000 ? PATH_US : PATH_US + (gint64) (fabs (lab_gauss (lab)) * 30000);
}

static void
count_concealed_later (Lab              *lab,
                       YodelPlayoutKind  kind,
                       gint64            now_us)
{
  guint *late = lab->user_data;

  *late += now_us > 12000000 && kind == YODEL_PLAYOUT_CONCEALED;
}

static void
test_jitter_begins (void)
{
  guint late = 0;
  Lab lab = { .transit = begins_at_10_s, .n_seconds = 40, .seed = 3, .tick = count_concealed_later, .user_data = &late };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (late / 2800.0, <, 0.02);
  lab_clear (&lab);
}

static gint64
steps_up_at_5_s (Lab    *lab,
                 guint   packet,
                 gint64  sent_us)
{
  return sent_us < 5000000 ? PATH_US : PATH_US + 80000;
}

static void
test_path_grows_longer (void)
{
  Lab lab = { .transit = steps_up_at_5_s, .n_seconds = 15 };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.5, 8, 15), <, 100 + 20 + 12);
  g_assert_cmpfloat (lab_concealed (&lab), <, 0.01);
  lab_clear (&lab);
}

/* ---- clocks ---- */

static gint64
nearly_still (Lab    *lab,
              guint   packet,
              gint64  sent_us)
{
  return PATH_US + (gint64) (lab_random (lab) * 1000);
}

static void
test_drift (gconstpointer data)
{
  double ppm = GPOINTER_TO_INT (data);
  Lab lab = { .transit = nearly_still, .skew_ppm = ppm, .n_seconds = 600, .seed = 4, .phase_us = 2000 };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (lab_concealed (&lab), <, 0.0005);
  g_assert_cmpuint (lab.statistics.packets_discarded, ==, 0);
  g_assert_cmpfloat (ABS (lab_delay_ms (&lab, 0.5, 590, 600) - lab_delay_ms (&lab, 0.5, 10, 20)), <, 10);
  g_assert_cmpfloat (lab_delay_ms (&lab, 1, 10, 600) - lab_delay_ms (&lab, 0, 10, 600), <, 25);
  lab_clear (&lab);
}

/* ---- loss ---- */

static gint64
loses_tenth (Lab    *lab,
             guint   packet,
             gint64  sent_us)
{
  return lab_random (lab) < 0.1 ? LAB_LOST : PATH_US;
}

static void
test_copies_are_waited_for (void)
{
  Lab bare = { .transit = loses_tenth, .n_seconds = 30, .seed = 5 };
  Lab guarded = { .transit = loses_tenth, .n_seconds = 30, .seed = 5, .distances = { 1 }, .n_distances = 1 };

  lab_run (&bare);
  lab_run (&guarded);
  report (&bare);
  report (&guarded);
  g_assert_cmpfloat (lab_concealed (&bare), >, 0.08);
  g_assert_cmpfloat (lab_concealed (&guarded), <, 0.02);
  g_assert_cmpfloat (lab_delay_ms (&guarded, 0.5, 5, 30), <, 60 + 20 - 6.5);      /* the look-ahead is not seen here */
  lab_clear (&bare);
  lab_clear (&guarded);
}

static void
test_in_band_copies_are_used (void)
{
  Lab lab = { .transit = loses_tenth, .n_seconds = 30, .seed = 5, .fec_percent = 20 };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpuint (lab.statistics.fec_packets_used, >, 20);
  g_assert_cmpuint (lab.kinds[YODEL_PLAYOUT_FEC], >=, 2 * lab.statistics.fec_packets_used - 10);
  lab_clear (&lab);
}

static void
test_missing_are_asked_for (void)
{
  Lab lab = { .transit = loses_tenth, .n_seconds = 30, .seed = 5, .rtt_us = 2 * PATH_US };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (lab_concealed (&lab), <, 0.04);
  lab_clear (&lab);
}

static gint64
one_in_ten_late (Lab    *lab,
                       guint   packet,
                       gint64  sent_us)
{
  return packet % 10 == 4 ? PATH_US + 25000 : PATH_US;
}

static void
test_one_in_ten_overtaken (void)
{
  Lab lab = { .transit = one_in_ten_late, .n_seconds = 20 };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (lab_concealed (&lab), <, 0.01);
  lab_clear (&lab);
}

/* ---- silence ---- */

static void
test_dtx_is_no_loss (void)
{
  Lab lab = { .dtx = TRUE, .n_seconds = 30 };
  static gint16 speech[48000 * 6];
  gsize n;
  const gint16 *voice = lab_speech (&n);

  for (gsize i = 0; i < 48000 * 2; i++)
    speech[i] = voice[i];
  lab.speech = speech;
  lab.speech_samples = G_N_ELEMENTS (speech);

  lab_run (&lab);
  report (&lab);
  g_test_message ("noise in %u of %u ticks", lab.kinds[YODEL_PLAYOUT_COMFORT_NOISE], lab.n_seconds * 100);
  g_assert_cmpuint (lab.kinds[YODEL_PLAYOUT_COMFORT_NOISE], >, 1000);
  g_assert_cmpuint (lab.statistics.concealed_samples, ==, 0);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.5, 2, 30), <, 20 + 20 + 20);
  lab_clear (&lab);
}

/* ---- anything ---- */

typedef struct
{
  double   loss, jitter_ms, hold_until_us;
  gint64   base_us, changed_us;
  gboolean lost_before;
} Bad;

/* A path that is another every few seconds, and sometimes dead. */
static gint64
bad_network (Lab    *lab,
             guint   packet,
             gint64  sent_us)
{
  Bad *bad = lab->user_data;

  if (sent_us - bad->changed_us > 5000000)
    {
      bad->changed_us = sent_us;
      bad->loss = lab_random (lab) < 0.5 ? 0 : lab_random (lab) * 0.4;
      bad->jitter_ms = lab_random (lab) < 0.5 ? 0 : lab_random (lab) * 80;
      bad->base_us = (gint64) (20000 + lab_random (lab) * 200000);
      if (lab_random (lab) < 0.3)
        bad->hold_until_us = (double) sent_us + 5e6 * lab_random (lab) * lab_random (lab);
      if (lab_random (lab) < 0.1)
        bad->loss = 1;
    }
  if (lab_random (lab) < bad->loss)
    return LAB_LOST;

  return (gint64) (bad->base_us + fabs (lab_gauss (lab)) * bad->jitter_ms * 1000 + MAX (bad->hold_until_us - (double) sent_us, 0));
}

static gint64
bad_then_good (Lab    *lab,
               guint   packet,
               gint64  sent_us)
{
  return sent_us < 1800 * G_USEC_PER_SEC ? bad_network (lab, packet, sent_us) : PATH_US;
}

static void
test_half_an_hour (void)
{
  Bad bad = { .base_us = PATH_US };
  Lab lab = { .transit = bad_then_good, .n_seconds = 1815, .seed = 8, .user_data = &bad, .fec_percent = 20,
              .distances = { 2 }, .n_distances = 1, .skew_ppm = -250, .first_rtp_time = G_MAXUINT32 - 48000 * 900u };

  lab_run (&lab);
  report (&lab);
  g_assert_cmpfloat (lab_concealed (&lab), <, 0.3);
  g_assert_cmpfloat (lab_delay_ms (&lab, 0.95, 1810, 1815) - lab_delay_ms (&lab, 0.05, 1810, 1815), <, 15);
  g_assert_cmpint (yodel_playout_buffer_get_delay_ms (lab.buffer), <, 100);
  lab_clear (&lab);
}

static void
test_timestamps_wrap (void)
{
  Lab plain = { .n_seconds = 6 };
  Lab wrapping = { .n_seconds = 6, .first_rtp_time = G_MAXUINT32 - 48000 * 3 };

  lab_run (&plain);
  lab_run (&wrapping);
  g_assert_cmpuint (wrapping.statistics.concealed_samples, ==, 0);
  g_assert_cmpuint (wrapping.statistics.resets, ==, 0);
  g_assert_cmpmem (&plain.statistics, sizeof plain.statistics, &wrapping.statistics, sizeof wrapping.statistics);
  lab_clear (&plain);
  lab_clear (&wrapping);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (clean_links); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/playout/clean-link/", clean_links[i].name, NULL);
      g_test_add_data_func (path, &clean_links[i], test_clean_link);
    }
  for (guint i = 0; i < G_N_ELEMENTS (jitters); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/playout/jitter/", jitters[i].name, NULL);
      g_test_add_data_func (path, &jitters[i], test_jitter);
    }
  g_test_add_func ("/audio/playout/jitter/is-followed-up", test_jitter_begins);
  g_test_add_func ("/audio/playout/jitter/is-forgotten-in-two-seconds", test_jitter_ends);
  g_test_add_func ("/audio/playout/stall/is-made-up-in-two-seconds", test_stall_is_made_up);
  g_test_add_data_func ("/audio/playout/sleep/600-ms", GINT_TO_POINTER (600), test_sleep);
  g_test_add_data_func ("/audio/playout/sleep/2600-ms", GINT_TO_POINTER (2600), test_sleep);
  g_test_add_data_func ("/audio/playout/sleep/10-s", GINT_TO_POINTER (10000), test_sleep);
  g_test_add_func ("/audio/playout/path/grows-longer", test_path_grows_longer);
  g_test_add_data_func ("/audio/playout/drift/speaker-300-ppm-fast", GINT_TO_POINTER (300), test_drift);
  g_test_add_data_func ("/audio/playout/drift/speaker-300-ppm-slow", GINT_TO_POINTER (-300), test_drift);
  g_test_add_func ("/audio/playout/loss/copies-are-waited-for", test_copies_are_waited_for);
  g_test_add_func ("/audio/playout/loss/in-band-copies-are-used", test_in_band_copies_are_used);
  g_test_add_func ("/audio/playout/loss/missing-packets-are-asked-for", test_missing_are_asked_for);
  g_test_add_func ("/audio/playout/reorder/one-in-ten-overtaken", test_one_in_ten_overtaken);
  g_test_add_func ("/audio/playout/dtx/silence-is-no-loss", test_dtx_is_no_loss);
  g_test_add_func ("/audio/playout/wrap/timestamps-wrap-unheard", test_timestamps_wrap);
  g_test_add_func ("/audio/playout/bad-network/half-an-hour-leaves-no-trace", test_half_an_hour);
  return g_test_run ();
}
