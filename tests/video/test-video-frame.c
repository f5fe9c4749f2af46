#include <string.h>

#include <yodel/yodel-video-frame.h>

typedef struct
{
  guint width;
  guint height;
} Size;

static const Size sizes[] = {
  { 1, 1 }, { 3, 5 }, { 31, 33 }, { 640, 360 }, { 639, 361 },
  { YODEL_VIDEO_FRAME_MAX_SIDE, 1 }, { 1, YODEL_VIDEO_FRAME_MAX_SIDE },
};

static void
fill_plane (guint8 *plane,
            guint   stride,
            guint   width,
            guint   height,
            guint8  value)
{
  for (guint row = 0; row < height; row++)
    memset (plane + (gsize) row * stride, value, width);
}

static YodelVideoFrame *
grey_frame (guint  width,
            guint  height,
            guint8 luma)
{
  YodelVideoFrame *frame = yodel_video_frame_new (width, height);

  fill_plane (frame->y, frame->y_stride, width, height, luma);
  fill_plane (frame->u, frame->u_stride, (width + 1) / 2, (height + 1) / 2, 100);
  fill_plane (frame->v, frame->v_stride, (width + 1) / 2, (height + 1) / 2, 200);
  return frame;
}

static void
test_planes_lie_apart (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      guint width = sizes[i].width, height = sizes[i].height;
      g_autoptr (YodelVideoFrame) frame = grey_frame (width, height, 50);

      g_assert_cmpuint (frame->width, ==, width);
      g_assert_cmpuint (frame->height, ==, height);
      g_assert_cmpuint (GPOINTER_TO_SIZE (frame->y) % 32, ==, 0);
      g_assert_cmpuint (GPOINTER_TO_SIZE (frame->u) % 32, ==, 0);
      g_assert_cmpuint (GPOINTER_TO_SIZE (frame->v) % 32, ==, 0);
      g_assert_cmpuint (frame->y_stride % 32 + frame->u_stride % 32 + frame->v_stride % 32, ==, 0);

      g_assert_cmpuint (frame->y[(gsize) (height - 1) * frame->y_stride + width - 1], ==, 50);
      g_assert_cmpuint (frame->u[(gsize) ((height + 1) / 2 - 1) * frame->u_stride], ==, 100);
      g_assert_cmpuint (frame->v[0], ==, 200);
    }
}

static void
test_the_last_reference_frees (void)
{
  YodelVideoFrame *frame = grey_frame (16, 16, 1);
  YodelVideoFrame *again = yodel_video_frame_ref (frame);

  g_assert_true (again == frame);
  yodel_video_frame_unref (frame);
  g_assert_cmpuint (again->y[0], ==, 1);
  yodel_video_frame_unref (again);
}

static void
test_same_size_is_the_same_frame (void)
{
  g_autoptr (YodelVideoFrame) frame = grey_frame (20, 10, 1);
  g_autoptr (YodelVideoFrame) scaled = yodel_video_frame_scale (frame, 20, 10);

  g_assert_true (scaled == frame);
}

static void
assert_near (int actual,
             int expected)
{
  g_assert_cmpint (actual, >=, expected - 3);
  g_assert_cmpint (actual, <=, expected);
}

static void
test_scaled_keeps_colour_time_and_rotation (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (YodelVideoFrame) frame = grey_frame (64, 48, 77);
      g_autoptr (YodelVideoFrame) scaled = NULL;

      frame->timestamp_us = 1234;
      frame->rotation = 90;
      scaled = yodel_video_frame_scale (frame, sizes[i].width, sizes[i].height);

      g_assert_cmpuint (scaled->width, ==, sizes[i].width);
      g_assert_cmpuint (scaled->height, ==, sizes[i].height);
      g_assert_cmpint (scaled->timestamp_us, ==, 1234);
      g_assert_cmpuint (scaled->rotation, ==, 90);
      /* libyuv rounds down when it averages many pixels into one. */
      assert_near (scaled->y[0], 77);
      assert_near (scaled->u[0], 100);
      assert_near (scaled->v[0], 200);
    }
}

/* A box filter averages; a point filter would keep the stripes. */
static void
test_halving_averages (void)
{
  g_autoptr (YodelVideoFrame) frame = grey_frame (64, 64, 0);
  g_autoptr (YodelVideoFrame) scaled = NULL;

  for (guint row = 0; row < 64; row++)
    memset (frame->y + row * frame->y_stride, row % 2 ? 200 : 100, 64);
  scaled = yodel_video_frame_scale (frame, 32, 32);

  for (guint i = 0; i < 32; i++)
    g_assert_cmpuint (scaled->y[i * scaled->y_stride + i], ==, 150);
}

static void
test_is_boxed (void)
{
  g_autoptr (YodelVideoFrame) frame = grey_frame (8, 8, 1);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, YODEL_TYPE_VIDEO_FRAME);
  g_value_set_boxed (&value, frame);
  g_assert_true (g_value_get_boxed (&value) == frame);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/video/video-frame/planes-lie-apart-and-aligned", test_planes_lie_apart);
  g_test_add_func ("/video/video-frame/the-last-reference-frees", test_the_last_reference_frees);
  g_test_add_func ("/video/video-frame/scale/same-size-is-the-same-frame", test_same_size_is_the_same_frame);
  g_test_add_func ("/video/video-frame/scale/keeps-colour-time-and-rotation",
                   test_scaled_keeps_colour_time_and_rotation);
  g_test_add_func ("/video/video-frame/scale/halving-averages", test_halving_averages);
  g_test_add_func ("/video/video-frame/is-boxed", test_is_boxed);
  return g_test_run ();
}
