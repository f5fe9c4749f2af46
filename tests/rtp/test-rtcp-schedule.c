#include "rtp/rtcp-schedule.h"

#include "lib/cases.h"

typedef struct
{
  const char *name;
  gint64      interval_us;
  guint       session_rate_bps;
  double      chance;
  gint64      first_us;
  gint64      next_us;             /* after packets of 100 bytes, 128 with IP and UDP */
} Case;

/* 128 bytes are 1024 bits; two members, a twentieth of the rate. */
static const Case cases[] = {
  { "video",               YODEL_RTCP_VIDEO_INTERVAL_US, 1000000, 0.5, 500000,  1000000 },
  { "video-soon",          YODEL_RTCP_VIDEO_INTERVAL_US, 1000000, 0.0, 250000,  500000 },
  { "video-late",          YODEL_RTCP_VIDEO_INTERVAL_US, 1000000, 1.0, 750000,  1500000 },
  { "audio",               YODEL_RTCP_AUDIO_INTERVAL_US, 30000,   0.5, 2500000, 5000000 },
  { "rate-not-known",      YODEL_RTCP_VIDEO_INTERVAL_US, 0,       0.5, 500000,  1000000 },
  { "thin-session",        YODEL_RTCP_VIDEO_INTERVAL_US, 20480,   0.5, 500000,  2000000 },
  { "thinnest-session",    YODEL_RTCP_VIDEO_INTERVAL_US, 1,       0.5, 500000,
    YODEL_RTCP_MAX_INTERVAL_US },
  { "chance-out-of-range", YODEL_RTCP_VIDEO_INTERVAL_US, 0,       7.0, 750000,  1500000 },
};

static void
test_interval (gconstpointer data)
{
  const Case *c = data;
  YodelRtcpSchedule schedule;
  gint64 now_us = 1000, due_us = 0;

  yodel_rtcp_schedule_init (&schedule, c->interval_us, now_us, c->chance);
  yodel_rtcp_schedule_set_session_rate (&schedule, c->session_rate_bps);
  g_assert_cmpint (yodel_rtcp_schedule_next_deadline_us (&schedule), ==, now_us + c->first_us);

  for (guint i = 0; i < 200; i++)
    {
      due_us = yodel_rtcp_schedule_next_deadline_us (&schedule);
      g_assert_false (yodel_rtcp_schedule_is_due (&schedule, due_us - 1));
      g_assert_true (yodel_rtcp_schedule_is_due (&schedule, due_us));
      now_us = due_us;
      yodel_rtcp_schedule_on_sent (&schedule, TRUE, 100, now_us, c->chance);
    }
  due_us = yodel_rtcp_schedule_next_deadline_us (&schedule) - now_us;
  g_assert_cmpint (ABS (due_us - c->next_us), <=, c->next_us / 50);
}

static void
test_feedback_need_not_wait (void)
{
  YodelRtcpSchedule schedule;
  gint64 due_us;

  yodel_rtcp_schedule_init (&schedule, YODEL_RTCP_VIDEO_INTERVAL_US, 0, 0.5);
  due_us = yodel_rtcp_schedule_next_deadline_us (&schedule);
  yodel_rtcp_schedule_on_sent (&schedule, FALSE, 40, 1000, 0.5);
  g_assert_cmpint (yodel_rtcp_schedule_next_deadline_us (&schedule), ==, due_us);
}

static void
test_video_joins (void)
{
  YodelRtcpSchedule schedule;

  yodel_rtcp_schedule_init (&schedule, YODEL_RTCP_AUDIO_INTERVAL_US, 0, 0.5);
  yodel_rtcp_schedule_on_sent (&schedule, TRUE, 100, 0, 0.5);
  yodel_rtcp_schedule_set_interval (&schedule, YODEL_RTCP_VIDEO_INTERVAL_US);
  g_assert_cmpint (yodel_rtcp_schedule_next_deadline_us (&schedule), ==, 1000000);
  yodel_rtcp_schedule_set_interval (&schedule, YODEL_RTCP_AUDIO_INTERVAL_US);
  g_assert_cmpint (yodel_rtcp_schedule_next_deadline_us (&schedule), ==, 1000000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/rtcp-schedule/interval/", cases, test_interval);
  g_test_add_func ("/rtp/rtcp-schedule/feedback-need-not-wait", test_feedback_need_not_wait);
  g_test_add_func ("/rtp/rtcp-schedule/video-joins", test_video_joins);
  return g_test_run ();
}
