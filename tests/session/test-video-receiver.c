/* Pictures on their way in, whatever the packets of them: here each is one packet and needs no other. */
#include "session/video-receiver.h"

#define PER_SECOND 60
#define SECONDS    5
#define VP8        96
#define DECODE_US  1000

static void
push_frame (YodelVideoReceiver *receiver,
            guint               index,
            gint64              now_us)
{
  static const guint8 key_frame[] = { 0x10, 0, 0x9d };      /* RFC 7741: it starts a frame, and that is one that needs no other */
  YodelRtpPacket packet = {
    .marker = TRUE,
    .payload_type = VP8,
    .sequence_number = (guint16) index,
    .timestamp = index * 90000 / PER_SECOND,
    .ssrc = 1,
    .payload = key_frame,
    .payload_bytes = sizeof key_frame,
  };

  yodel_video_receiver_push (receiver, &packet, now_us);
}

static void
decode_all (YodelVideoReceiver *receiver,
            gint64              now_us)
{
  YodelAssembledFrame *frame;

  while ((frame = yodel_video_receiver_pop_frame (receiver, now_us)) != NULL)
    {
      g_autoptr (YodelVideoFrame) picture = yodel_video_frame_new (16, 16);

      yodel_video_receiver_decoded (receiver, frame, picture, FALSE, DECODE_US, now_us);
      yodel_assembled_frame_free (frame);
    }
}

/* Sound may be a second late, and pictures wait for it; of sixty a second not all that wait find room.  They are shown
 * sooner, and not thrown away one after another just before their time. */
static void
test_more_wait_than_there_is_room_for (void)
{
  static const YodelVideoReceiveParameters parameters = { .payload_types = { VP8, 0 } };
  g_autoptr (YodelVideoReceiver) receiver = yodel_video_receiver_new ();
  guint n_shown = 0;

  yodel_video_receiver_set_parameters (receiver, &parameters);
  for (guint i = 0; i < PER_SECOND * SECONDS; i++)
    {
      gint64 now_us = G_USEC_PER_SEC * (gint64) (100 * PER_SECOND + i) / PER_SECOND;
      YodelVideoFrame *picture;

      push_frame (receiver, i, now_us);
      yodel_video_receiver_set_extra_delay (receiver, G_USEC_PER_SEC);
      decode_all (receiver, now_us);
      while ((picture = yodel_video_receiver_pop_picture (receiver, now_us)) != NULL)
        {
          yodel_video_frame_unref (picture);
          n_shown++;
        }
    }
  g_assert_cmpuint (n_shown, >=, PER_SECOND * (SECONDS - 1));
  g_assert_cmpuint (yodel_video_receiver_get_counters (receiver)->frames_dropped, ==, 0);
}

/* Where nobody takes the pictures their number is bounded all the same. */
static void
test_nobody_looks (void)
{
  static const YodelVideoReceiveParameters parameters = { .payload_types = { VP8, 0 } };
  g_autoptr (YodelVideoReceiver) receiver = yodel_video_receiver_new ();
  const guint n = PER_SECOND * SECONDS;
  guint64 n_dropped;

  yodel_video_receiver_set_parameters (receiver, &parameters);
  for (guint i = 0; i < n; i++)
    {
      gint64 now_us = G_USEC_PER_SEC * (gint64) (100 * PER_SECOND + i) / PER_SECOND;

      push_frame (receiver, i, now_us);
      decode_all (receiver, now_us);
    }
  n_dropped = yodel_video_receiver_get_counters (receiver)->frames_dropped;
  g_assert_cmpuint (n_dropped, >=, n - PER_SECOND);
  g_assert_cmpuint (n_dropped, <, n);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/video-receiver/more-wait-than-there-is-room-for", test_more_wait_than_there_is_room_for);
  g_test_add_func ("/session/video-receiver/nobody-looks", test_nobody_looks);
  return g_test_run ();
}
