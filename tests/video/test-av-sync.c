#include "video/av-sync.h"

typedef struct
{
  const char *name;
  gint        behind_ms;          /* picture after sound, before anything is done */
  gint        audio_delay_ms;     /* where it settles, within the tolerance */
  gint        video_delay_ms;
} Case;

static const Case cases[] = {
  { "together",                    0,     0,   0 },
  { "too-little-to-see",           14,    0,   0 },
  { "picture-late",                100,   100, 0 },
  { "sound-late",                  -120,  0,   120 },
  { "picture-very-late",           290,   290, 0 },
  { "sound-waits-only-so-long",    400,   300, 0 },
  { "picture-waits-only-so-long",  -900,  0,   500 },
  { "clocks-that-mean-nothing",    90000, 0,   0 },
};

static void
test_settles (gconstpointer data)
{
  const Case *c = data;
  YodelAvSync sync = { 0 };
  YodelSyncStream audio = {
    .ntp_time = (guint64) 0xe0000000 << 32, .ntp_rtp_time = G_MAXUINT32 - 100, .clock_rate_hz = 48000,
    .rtp_time = 48000 - 101, .due_us = 10 * G_USEC_PER_SEC + 60000,
  };
  /* its report is half a second older, its packet a quarter younger */
  YodelSyncStream video = {
    .ntp_time = ((guint64) 0xe0000000 << 32) - (G_GUINT64_CONSTANT (1) << 31), .ntp_rtp_time = 500,
    .clock_rate_hz = 90000, .rtp_time = 500 + 90000 * 7 / 4,
    .due_us = 10 * G_USEC_PER_SEC + 250000 + 60000 + c->behind_ms * 1000,
  };

  for (guint turn = 0; turn < 8; turn++)
    {
      YodelAvSync before = sync;

      yodel_av_sync_update (&sync, &audio, &video);
      g_assert_cmpint (ABS (sync.audio_delay_us - before.audio_delay_us), <=, turn == 0 ? 300000 : 60000);
      g_assert_cmpint (ABS (sync.video_delay_us - before.video_delay_us), <=, turn == 0 ? 500000 : 60000);
      g_assert_true (sync.audio_delay_us == 0 || sync.video_delay_us == 0);
    }

  g_assert_cmpint (ABS (sync.audio_delay_us / 1000 - c->audio_delay_ms), <=, 15);
  g_assert_cmpint (ABS (sync.video_delay_us / 1000 - c->video_delay_ms), <=, 15);
}

static void
test_nothing_without_both_reports (void)
{
  YodelAvSync sync = { 0 };
  YodelSyncStream one = { .ntp_time = 1, .clock_rate_hz = 48000, .due_us = 500000 };
  YodelSyncStream none = { .clock_rate_hz = 90000 };
  YodelSyncStream rateless = { .ntp_time = 1 };

  for (guint turn = 0; turn < 10; turn++)
    {
      yodel_av_sync_update (&sync, &one, &none);
      yodel_av_sync_update (&sync, &none, &one);
      yodel_av_sync_update (&sync, &one, &rateless);
      g_assert_cmpint (sync.audio_delay_us, ==, 0);
      g_assert_cmpint (sync.video_delay_us, ==, 0);
    }
}

/* The picture was held back for late sound; when that hurries, the picture hurries too before
 * the sound is held back. */
static void
test_takes_back_before_it_adds (void)
{
  YodelAvSync sync = { .video_delay_us = 100000 };
  YodelSyncStream audio = { .ntp_time = 1, .clock_rate_hz = 48000 };
  YodelSyncStream video = { .ntp_time = 1, .clock_rate_hz = 90000 };

  for (guint turn = 0; turn < 10; turn++)
    yodel_av_sync_update (&sync, &audio, &video);

  g_assert_cmpint (sync.video_delay_us, <, 16000);
  g_assert_cmpint (sync.audio_delay_us, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/av-sync/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_settles);
    }
  g_test_add_func ("/video/av-sync/nothing-without-both-reports", test_nothing_without_both_reports);
  g_test_add_func ("/video/av-sync/takes-back-before-it-adds", test_takes_back_before_it_adds);
  return g_test_run ();
}
