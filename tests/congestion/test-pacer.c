#include "congestion/pacer.h"

#include "base/units.h"

static void
push (YodelPacer     *pacer,
      YodelPacerKind  kind,
      guint           size_bytes,
      gint64          now_us)
{
  g_autofree guint8 *bytes = g_malloc0 (size_bytes);

  yodel_pacer_push (pacer, kind, g_bytes_new_take (g_steal_pointer (&bytes), size_bytes), now_us);
}

/* Returns: the kind of what came out; -1 if nothing */
static int
poll_one (YodelPacer *pacer,
          gsize      *size_bytes,
          int        *probe_cluster)
{
  g_autoptr (GBytes) packet = NULL;
  YodelPacerKind kind;

  if (!yodel_pacer_poll (pacer, &packet, &kind, probe_cluster))
    return -1;
  *size_bytes = packet != NULL ? g_bytes_get_size (packet) : 0;
  return kind;
}

static void
test_audio_goes_first_and_unpaced (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  gsize size_bytes;
  int cluster;

  yodel_pacer_set_rate (pacer, 100000, 0);
  for (guint i = 0; i < 10; i++)
    push (pacer, YODEL_PACER_VIDEO, 1200, 0);
  push (pacer, YODEL_PACER_RETRANSMISSION, 1000, 0);
  push (pacer, YODEL_PACER_AUDIO, 100, 0);
  push (pacer, YODEL_PACER_AUDIO, 101, 0);

  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, YODEL_PACER_AUDIO);
  g_assert_cmpuint (size_bytes, ==, 100);
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, YODEL_PACER_AUDIO);
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, -1);     /* audio has used the rate */

  yodel_pacer_advance (pacer, yodel_pacer_next_deadline_us (pacer));
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, YODEL_PACER_RETRANSMISSION);
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, -1);
}

/* In any window of time no more leaves than the rate allows, and 5 ms worth on top. */
static void
test_no_burst_over_5_ms (gconstpointer data)
{
  guint rate_bps = GPOINTER_TO_UINT (data);
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  double sent_bits = 0, low = 0, allowed = rate_bps * 0.005 + 1200 * 8;
  gint64 now_us = 0;
  gsize size_bytes;
  int cluster;

  yodel_pacer_set_rate (pacer, rate_bps, 0);
  for (guint i = 0; i < rate_bps * 0.9 / 8 / 1200; i++)
    push (pacer, YODEL_PACER_VIDEO, 1200, 0);

  while (yodel_pacer_get_queued_bytes (pacer) > 0)
    {
      while (poll_one (pacer, &size_bytes, &cluster) >= 0)
        {
          double ahead = sent_bits - rate_bps * (double) now_us / G_USEC_PER_SEC;

          low = MIN (low, ahead);
          sent_bits += size_bytes * 8.0;
          g_assert_cmpfloat (ahead + size_bytes * 8.0 - low, <=, allowed + 1);
        }
      if (yodel_pacer_get_queued_bytes (pacer) > 0)
        {
          g_assert_cmpint (yodel_pacer_next_deadline_us (pacer), >, now_us);
          now_us = yodel_pacer_next_deadline_us (pacer);
          yodel_pacer_advance (pacer, now_us);
        }
    }
  sent_bits -= 1200 * 8;                /* the last one is not yet paid for */
  g_assert_cmpfloat (sent_bits * G_USEC_PER_SEC / now_us, <=, rate_bps * 1.02);
  g_assert_cmpfloat (sent_bits * G_USEC_PER_SEC / now_us, >=, rate_bps * 0.95);
}

/* But by a half at most: a path that carries a quarter of what it did is not to be filled. */
static void
test_a_long_queue_raises_the_rate (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);

  yodel_pacer_set_rate (pacer, 100000, 0);
  for (guint i = 0; i < 12; i++)
    push (pacer, YODEL_PACER_VIDEO, 1250, 0);
  g_assert_cmpint (yodel_pacer_queue_us (pacer), ==, G_USEC_PER_SEC);
  for (guint i = 12; i < 30; i++)
    push (pacer, YODEL_PACER_VIDEO, 1250, 0);
  g_assert_cmpint (yodel_pacer_queue_us (pacer), ==, 2 * G_USEC_PER_SEC);
}

static void
test_says_how_long_video_waited (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);

  yodel_pacer_set_rate (pacer, 100000, 0);
  push (pacer, YODEL_PACER_RETRANSMISSION, 1250, 0);
  yodel_pacer_advance (pacer, 50 * 1000);
  g_assert_cmpint (yodel_pacer_waited_us (pacer), ==, 0);
  push (pacer, YODEL_PACER_VIDEO, 1250, 50 * 1000);
  push (pacer, YODEL_PACER_VIDEO, 1250, 80 * 1000);
  g_assert_cmpint (yodel_pacer_waited_us (pacer), ==, 30 * 1000);
}

static void
test_queue_is_bounded (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  gsize size_bytes;
  int cluster;

  for (guint i = 0; i < YODEL_PACER_MAX_BYTES / 1000 + 100; i++)
    push (pacer, YODEL_PACER_VIDEO, 1000, 0);
  g_assert_cmpuint (yodel_pacer_get_queued_bytes (pacer), <=, YODEL_PACER_MAX_BYTES);
  g_assert_cmpuint (yodel_pacer_take_dropped (pacer), >=, 100);
  g_assert_cmpuint (yodel_pacer_take_dropped (pacer), ==, 0);

  for (guint i = 0; i < 2 * YODEL_PACER_MAX_PACKETS; i++)
    {
      push (pacer, YODEL_PACER_RETRANSMISSION, 1, 0);
      push (pacer, YODEL_PACER_AUDIO, 1, 0);
    }
  for (guint i = 0; i < YODEL_PACER_MAX_PACKETS; i++)
    g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, YODEL_PACER_AUDIO);
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), !=, YODEL_PACER_AUDIO);

  /* What has waited too long is dropped. */
  yodel_pacer_advance (pacer, YODEL_PACER_MAX_QUEUE_US + 1);
  g_assert_cmpuint (yodel_pacer_get_queued_bytes (pacer), ==, 0);
  g_assert_cmpint (yodel_pacer_next_deadline_us (pacer), ==, YODEL_NEVER_US);
}

typedef struct
{
  guint  n_media, n_padding, n_other_sizes, n_bytes;
  gint64 ended_us;
} ProbeTally;

/* One packet of video waits as the probe of 2 Mbit/s begins. */
static ProbeTally
run_probe (gint64 duration_us)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  YodelProbeRequest request = { .id = 3, .rate_bps = 2000000, .min_packets = 5, .min_duration_us = duration_us };
  ProbeTally tally = { 0 };
  gsize size_bytes;
  int cluster, kind;

  yodel_pacer_set_rate (pacer, 300000, 0);
  yodel_pacer_add_probe (pacer, &request, 0);
  push (pacer, YODEL_PACER_VIDEO, 1200, 0);
  for (gint64 now_us = 0; now_us != YODEL_NEVER_US; now_us = yodel_pacer_next_deadline_us (pacer))
    {
      g_assert_cmpint (now_us, <, 500000);
      yodel_pacer_advance (pacer, now_us);
      while ((kind = poll_one (pacer, &size_bytes, &cluster)) >= 0)
        {
          if (kind == YODEL_PACER_PADDING)
            {
              size_bytes = yodel_pacer_get_padding_bytes (pacer);
              yodel_pacer_padding_sent (pacer, size_bytes);
              tally.n_padding++;
              tally.n_other_sizes += size_bytes != 1000;
            }
          if (cluster != 3)
            continue;
          tally.n_media += kind == YODEL_PACER_VIDEO;
          tally.n_bytes += size_bytes;
          tally.ended_us = now_us;
        }
    }
  return tally;
}

/* A short burst is measured packet by packet: they are of one size, and the video waits. */
static void
test_short_probe_is_padding (void)
{
  ProbeTally tally = run_probe (20000);

  g_assert_cmpuint (tally.n_media, ==, 0);
  g_assert_cmpuint (tally.n_padding, ==, 5);
  g_assert_cmpuint (tally.n_other_sizes, ==, 0);
  g_assert_cmpuint (tally.n_bytes, >=, 2000000 / 8 / 50);
  g_assert_cmpint (tally.ended_us, <=, 20000);
}

static void
test_long_probe_takes_video_along (void)
{
  ProbeTally tally = run_probe (100000);

  g_assert_cmpuint (tally.n_media, ==, 1);
  g_assert_cmpuint (tally.n_padding, >=, 10);
  g_assert_cmpuint (tally.n_bytes, >=, 2000000 / 8 / 10);
  g_assert_cmpint (tally.ended_us, <=, 100000);
}

static void
test_no_padding_ends_the_probe (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  YodelProbeRequest request = { .id = 1, .rate_bps = 2000000, .min_packets = 5, .min_duration_us = 20000 };
  gsize size_bytes;
  int cluster;

  for (guint i = 0; i < 100; i++)
    yodel_pacer_add_probe (pacer, &request, 0);
  for (guint i = 0; poll_one (pacer, &size_bytes, &cluster) == YODEL_PACER_PADDING; i++)
    {
      g_assert_cmpuint (i, <, 10);
      yodel_pacer_padding_sent (pacer, 0);
      yodel_pacer_advance (pacer, 0);
    }
  g_assert_cmpint (yodel_pacer_next_deadline_us (pacer), ==, YODEL_NEVER_US);
}

static void
test_clear_video_leaves_the_sound (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  gsize size_bytes;
  int cluster;

  push (pacer, YODEL_PACER_VIDEO, 1000, 0);
  push (pacer, YODEL_PACER_RETRANSMISSION, 300, 0);
  push (pacer, YODEL_PACER_AUDIO, 100, 0);
  g_assert_cmpint (yodel_pacer_repair_us (pacer), ==, 8000);
  yodel_pacer_clear_video (pacer);
  g_assert_cmpuint (yodel_pacer_get_queued_bytes (pacer), ==, 0);
  g_assert_cmpint (yodel_pacer_repair_us (pacer), ==, 0);
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, YODEL_PACER_AUDIO);
}

/* What is too much in flight holds video back, but for a trickle; sound goes on. */
static void
test_held (void)
{
  g_autoptr (YodelPacer) pacer = yodel_pacer_new (0);
  gsize size_bytes;
  int cluster;
  guint n = 0;

  yodel_pacer_set_rate (pacer, 1000000, 0);
  yodel_pacer_set_held (pacer, TRUE, 0);
  for (guint i = 0; i < 100; i++)
    push (pacer, YODEL_PACER_VIDEO, 1250, 0);
  for (gint64 now_us = 0; now_us <= G_USEC_PER_SEC; now_us += 10 * G_TIME_SPAN_MILLISECOND)
    {
      yodel_pacer_advance (pacer, now_us);
      while (yodel_pacer_next_deadline_us (pacer) <= now_us &&
             poll_one (pacer, &size_bytes, &cluster) == YODEL_PACER_VIDEO)
        n++;
    }
  g_assert_cmpuint (n, >=, 10);
  g_assert_cmpuint (n, <=, 30);
  push (pacer, YODEL_PACER_AUDIO, 100, G_USEC_PER_SEC);
  g_assert_cmpint (poll_one (pacer, &size_bytes, &cluster), ==, YODEL_PACER_AUDIO);
  yodel_pacer_set_held (pacer, FALSE, G_USEC_PER_SEC);
  g_assert_cmpint (yodel_pacer_queue_us (pacer), <=, G_USEC_PER_SEC);
}

int
main (int   argc,
      char *argv[])
{
  static const guint rates_bps[] = { 50000, 300000, 1000000, 10000000 };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/congestion/pacer/audio-goes-first-and-unpaced", test_audio_goes_first_and_unpaced);
  for (guint i = 0; i < G_N_ELEMENTS (rates_bps); i++)
    {
      g_autofree char *path = g_strdup_printf ("/congestion/pacer/no-burst-over-5-ms/%u", rates_bps[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (rates_bps[i]), test_no_burst_over_5_ms);
    }
  g_test_add_func ("/congestion/pacer/a-long-queue-raises-the-rate", test_a_long_queue_raises_the_rate);
  g_test_add_func ("/congestion/pacer/says-how-long-video-waited", test_says_how_long_video_waited);
  g_test_add_func ("/congestion/pacer/queue-is-bounded", test_queue_is_bounded);
  g_test_add_func ("/congestion/pacer/short-probe-is-padding", test_short_probe_is_padding);
  g_test_add_func ("/congestion/pacer/long-probe-takes-video-along", test_long_probe_takes_video_along);
  g_test_add_func ("/congestion/pacer/no-padding-ends-the-probe", test_no_padding_ends_the_probe);
  g_test_add_func ("/congestion/pacer/clear-video-leaves-the-sound", test_clear_video_leaves_the_sound);
  g_test_add_func ("/congestion/pacer/held-but-for-a-trickle", test_held);
  return g_test_run ();
}
