#include <string.h>

#include "video/moving-picture.h"
#include "video/video-decoder.h"
#include "video/vp8-encoder.h"
#include "video/vp8-payload.h"

#define FRAME_US (G_USEC_PER_SEC / 30)
#define WIDTH    320
#define HEIGHT   180

static YodelEncodedFrame *
encode (YodelVp8Encoder *encoder,
        guint            width,
        guint            height,
        guint            index)
{
  g_autoptr (YodelVideoFrame) picture = moving_picture_new (width, height, index);

  return yodel_vp8_encoder_encode (encoder, picture, index * FRAME_US);
}

static gboolean
decode (YodelVideoDecoder         *decoder,
        const YodelEncodedFrame *frame,
        YodelVideoFrame        **picture)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (frame->data, &size);

  return yodel_video_decoder_decode (decoder, data, size, frame->timestamp_us, picture);
}

static void
test_round_trip_keeps_the_picture (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);

  yodel_vp8_encoder_set_rate (encoder, 800000, 30);
  g_assert_true (yodel_video_decoder_needs_key_frame (decoder));

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (YodelVideoFrame) original = moving_picture_new (WIDTH + 1, HEIGHT - 1, i);
      g_autoptr (YodelVideoFrame) shown = NULL;
      g_autoptr (YodelEncodedFrame) frame = NULL;

      original->rotation = 270;
      frame = yodel_vp8_encoder_encode (encoder, original, i * FRAME_US);
      g_assert_nonnull (frame);
      g_assert_cmpint (frame->key_frame, ==, i == 0);
      g_assert_cmpuint (frame->picture_id, ==, i + 1);
      g_assert_cmpint (frame->timestamp_us, ==, i * FRAME_US);
      g_assert_cmpuint (frame->rotation, ==, 270);
      g_assert_cmpuint (frame->width, ==, WIDTH + 1);

      g_assert_true (decode (decoder, frame, &shown));
      g_assert_cmpint (shown->timestamp_us, ==, i * FRAME_US);
      g_assert_cmpuint (frame->qp, ==, yodel_video_decoder_get_qp (decoder));
      if (i > 10)
        g_assert_cmpfloat (moving_picture_psnr (original, shown), >, 28);
    }

  g_assert_false (yodel_video_decoder_needs_key_frame (decoder));
}

typedef struct
{
  const char *name;
  guint       bitrate_bps;
  guint       layers;
} RateCase;

static const RateCase rate_cases[] = {
  { "200-kbps-1-layer",  200000, 1 },
  { "600-kbps-1-layer",  600000, 1 },
  { "400-kbps-2-layers", 400000, 2 },
  { "400-kbps-3-layers", 400000, 3 },
};

/* The rate is met over two seconds, and again after it is set to a half. */
static void
test_rate_is_met (gconstpointer data)
{
  const RateCase *c = data;
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  gsize sizes[3] = { 0 };

  yodel_vp8_encoder_set_layers (encoder, c->layers);

  for (guint i = 0; i < 180; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = NULL;

      yodel_vp8_encoder_set_rate (encoder, i < 90 ? c->bitrate_bps : c->bitrate_bps / 2, 30);
      frame = encode (encoder, WIDTH, HEIGHT, i);
      if (frame != NULL)
        sizes[i / 30 % 3] += i % 90 < 30 ? 0 : g_bytes_get_size (frame->data);
      if (i % 90 == 89)
        {
          double bps = 4.0 * (sizes[1] + sizes[2]);

          g_assert_cmpfloat (bps, <, 1.25 * (i < 90 ? c->bitrate_bps : c->bitrate_bps / 2));
          g_assert_cmpfloat (bps, >, 0.75 * (i < 90 ? c->bitrate_bps : c->bitrate_bps / 2));
          memset (sizes, 0, sizeof sizes);
        }
    }
}

/* In bit/s, of the first @n frames at @then_bps, after three seconds at @first_bps. */
static double
rate_after_a_change (guint first_bps,
                     guint then_bps,
                     guint n)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  gsize bytes = 0;

  for (guint i = 0; i < 90 + n; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = NULL;

      yodel_vp8_encoder_set_rate (encoder, i < 90 ? first_bps : then_bps, 30);
      frame = encode (encoder, WIDTH, HEIGHT, i);
      if (frame != NULL && i >= 90)
        bytes += g_bytes_get_size (frame->data);
    }
  return bytes * 8 * 30.0 / n;
}

/* The codec does not save bits for its buffer when the rate has risen. */
static void
test_rate_is_followed_at_once (void)
{
  g_assert_cmpfloat (rate_after_a_change (300000, 800000, 18), >, 0.85 * 800000);
  g_assert_cmpfloat (rate_after_a_change (300000, 800000, 18), <, 1.2 * 800000);
  g_assert_cmpfloat (rate_after_a_change (1000000, 250000, 30), <, 1.3 * 250000);
}

/* Pictures at half the promised frame rate must not halve the bit rate. */
static void
test_rate_is_met_by_a_slow_camera (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  gsize bytes = 0;

  yodel_vp8_encoder_set_rate (encoder, 300000, 30);
  for (guint i = 0; i < 180; i += 2)
    {
      g_autoptr (YodelEncodedFrame) frame = encode (encoder, WIDTH, HEIGHT, i);

      if (frame != NULL && i >= 90)
        bytes += g_bytes_get_size (frame->data);
    }

  g_assert_cmpfloat (bytes * 8 / 3.0, >, 0.85 * 300000);
  g_assert_cmpfloat (bytes * 8 / 3.0, <, 1.15 * 300000);
}

/* A screen stands still and then changes at once; a second later it is sharp again. */
static void
test_screen_becomes_sharp (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  double psnr = 0;

  yodel_vp8_encoder_set_content (encoder, YODEL_VIDEO_CONTENT_DETAIL);
  yodel_vp8_encoder_set_rate (encoder, 800000, 15);

  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (YodelVideoFrame) original = moving_picture_new (640, 480, i < 30 ? 0 : 77);
      g_autoptr (YodelEncodedFrame) frame = yodel_vp8_encoder_encode (encoder, original, i * 2 * FRAME_US);
      g_autoptr (YodelVideoFrame) shown = NULL;

      if (frame == NULL)
        continue;
      g_assert_true (decode (decoder, frame, &shown));
      psnr = moving_picture_psnr (original, shown);
    }

  g_assert_cmpfloat (psnr, >, 33);
}

static void
test_several_threads (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);

  yodel_vp8_encoder_set_cores (encoder, 8);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = encode (encoder, 800, 450, i);
      g_autoptr (YodelVideoFrame) shown = NULL;

      g_assert_true (decode (decoder, frame, &shown));
      g_assert_cmpuint (shown->width, ==, 800);
    }
}

static void
test_key_frames_come_on_request_only (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  gsize budget;

  yodel_vp8_encoder_set_rate (encoder, 300000, 30);
  budget = 300000 / 8 / 30;

  for (guint i = 0; i < 120; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = NULL;

      if (i == 60)
        yodel_vp8_encoder_request_key_frame (encoder);
      frame = encode (encoder, WIDTH, HEIGHT, i);
      if (frame == NULL)
        {
          g_assert_cmpuint (i, !=, 60);
          continue;
        }

      g_assert_cmpint (frame->key_frame, ==, i == 0 || i == 60);
      g_assert_cmpuint (g_bytes_get_size (frame->data), <, (frame->key_frame ? 8 : 4) * budget);
    }
}

static void
test_a_new_size_is_a_key_frame (void)
{
  static const guint sizes[][2] = { { 320, 180 }, { 160, 90 }, { 480, 270 }, { 17, 1 }, { 320, 180 } };
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);

  for (guint i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (YodelEncodedFrame) frame = encode (encoder, sizes[i / 2][0], sizes[i / 2][1], i);
      g_autoptr (YodelVideoFrame) shown = NULL;
      guint width = 0, height = 0;
      gsize size;
      const guint8 *data = g_bytes_get_data (frame->data, &size);

      g_assert_cmpint (frame->key_frame, ==, i % 2 == 0);
      g_assert_cmpuint (frame->picture_id, ==, i + 1);
      g_assert_cmpint (yodel_vp8_key_frame_get_size (data, size, &width, &height), ==, i % 2 == 0);
      g_assert_cmpuint (width, ==, i % 2 == 0 ? sizes[i / 2][0] : 0);
      g_assert_true (decode (decoder, frame, &shown));
      g_assert_cmpuint (shown->width, ==, sizes[i / 2][0]);
      g_assert_cmpuint (shown->height, ==, sizes[i / 2][1]);
    }
}

/* Who leaves the upper layer out sees the same pictures, bit by bit, only fewer. */
static void
test_upper_layer_can_be_left_out (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) all = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  g_autoptr (YodelVideoDecoder) few = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  guint n_few = 0, n_all = 0;
  guint8 tl0_index = 0;

  yodel_vp8_encoder_set_layers (encoder, 2);
  yodel_vp8_encoder_set_rate (encoder, 500000, 30);

  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = NULL;
      g_autoptr (YodelVideoFrame) with_all = NULL, with_few = NULL;

      if (i == 31)
        yodel_vp8_encoder_request_key_frame (encoder);
      frame = encode (encoder, WIDTH, HEIGHT, i);
      if (frame == NULL)
        continue;

      tl0_index += frame->temporal_layer == 0;
      g_assert_cmpuint (frame->tl0_index, ==, tl0_index);
      g_assert_cmpuint (frame->temporal_layer, <, 2);
      g_assert_true (decode (all, frame, &with_all));
      n_all++;
      if (frame->temporal_layer > 0)
        continue;

      g_assert_true (decode (few, frame, &with_few));
      g_assert_true (moving_picture_equal (with_all, with_few));
      n_few++;
    }

  g_assert_cmpuint (n_all, >, 50);
  g_assert_cmpuint (n_few, >=, n_all / 3);
  g_assert_cmpuint (n_few, <=, n_all * 2 / 3);
}

/* A second layer comes and goes in mid-stream, from the second time on without a key frame, and can be
 * left out all the while. */
static void
test_layers_come_and_go (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) all = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  g_autoptr (YodelVideoDecoder) few = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  guint n_upper = 0;
  guint8 tl0_index = 0;

  yodel_vp8_encoder_set_rate (encoder, 500000, 30);
  for (guint i = 0; i < 90; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = NULL;
      g_autoptr (YodelVideoFrame) with_all = NULL, with_few = NULL;

      yodel_vp8_encoder_set_layers (encoder, i / 15 % 2 + 1);
      frame = encode (encoder, WIDTH, HEIGHT, i);
      if (frame == NULL)
        continue;

      g_assert_cmpint (frame->key_frame, ==, i == 0 || i == 15);
      g_assert_cmpint (frame->says_layer, ==, i >= 15);
      g_assert_true (frame->temporal_layer == 0 || i / 15 % 2 == 1);
      g_assert_cmpint (frame->non_reference, ==, frame->temporal_layer == 1);
      tl0_index += frame->temporal_layer == 0;
      g_assert_cmpuint (frame->tl0_index, ==, tl0_index);
      g_assert_true (decode (all, frame, &with_all));
      n_upper += frame->temporal_layer;
      if (frame->temporal_layer > 0)
        continue;

      g_assert_true (decode (few, frame, &with_few));
      g_assert_true (moving_picture_equal (with_all, with_few));
    }
  g_assert_cmpuint (n_upper, >, 15);
}

static void
test_decoder_waits_for_a_key_frame (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  g_autoptr (YodelEncodedFrame) first = encode (encoder, WIDTH, HEIGHT, 0);
  g_autoptr (YodelEncodedFrame) second = encode (encoder, WIDTH, HEIGHT, 1);
  g_autoptr (YodelVideoFrame) shown = NULL;

  g_assert_false (decode (decoder, second, &shown));
  g_assert_null (shown);
  g_assert_true (decode (decoder, first, &shown));
  g_clear_pointer (&shown, yodel_video_frame_unref);
  g_assert_true (decode (decoder, second, &shown));
}

/* The decoder fills frames again once they are given back, and not before. */
static void
test_held_pictures_keep_their_pixels (void)
{
  enum { N = 12 };
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) keeper = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  g_autoptr (YodelVideoDecoder) dropper = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  YodelVideoFrame *kept[N] = { NULL };
  guint64 sums[N] = { 0 };

  for (guint i = 0; i < N; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = encode (encoder, WIDTH, HEIGHT, 5 * i);
      g_autoptr (YodelVideoFrame) shown = NULL;

      g_assert_true (decode (keeper, frame, &kept[i]));
      g_assert_true (decode (dropper, frame, &shown));
      g_assert_true (moving_picture_equal (kept[i], shown));
      for (guint x = 0; x < WIDTH * 100; x++)
        sums[i] = sums[i] * 31 + kept[i]->y[x];
      if (i % 3 == 2)
        g_clear_pointer (&kept[i], yodel_video_frame_unref);
    }

  g_clear_pointer (&keeper, yodel_video_decoder_free);
  for (guint i = 0; i < N; i++)
    {
      guint64 sum = 0;

      for (guint x = 0; kept[i] != NULL && x < WIDTH * 100; x++)
        sum = sum * 31 + kept[i]->y[x];
      g_assert_true (kept[i] == NULL || sum == sums[i]);
      g_clear_pointer (&kept[i], yodel_video_frame_unref);
    }
}

typedef struct
{
  const char *name;
  gsize       keep_of_8;      /* eighths of the frame's bytes */
  guint8      first_byte_xor;
} BadCase;

static const BadCase bad_cases[] = {
  { "nothing",                 0, 0 },
  { "a-quarter",               2, 0 },
  { "a-half",                  4, 0 },
  { "a-key-frame-bit-flipped", 8, 1 },
};

/* A broken frame is not shown, nor what follows it, until a key frame. */
static void
test_broken_frame_is_not_shown (gconstpointer data)
{
  const BadCase *c = data;
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);

  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = NULL;
      g_autoptr (YodelVideoFrame) shown = NULL;

      if (i == 6)
        yodel_vp8_encoder_request_key_frame (encoder);
      frame = encode (encoder, WIDTH, HEIGHT, i);

      if (i == 3)
        {
          gsize size;
          const guint8 *whole = g_bytes_get_data (frame->data, &size);
          g_autofree guint8 *broken = g_memdup2 (whole, size);

          broken[0] ^= c->first_byte_xor;
          g_assert_false (yodel_video_decoder_decode (decoder, broken, size * c->keep_of_8 / 8, 0, &shown));
        }
      else
        g_assert_cmpint (decode (decoder, frame, &shown), ==, i < 3 || i >= 6);

      g_assert_cmpint (shown != NULL, ==, i < 3 || i >= 6);
      g_assert_cmpint (yodel_video_decoder_needs_key_frame (decoder), ==, shown == NULL);
    }
}

static void
test_too_large_a_picture_is_refused (void)
{
  g_autoptr (YodelVp8Encoder) encoder = yodel_vp8_encoder_new ();
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);
  g_autoptr (YodelEncodedFrame) frame = encode (encoder, WIDTH, HEIGHT, 0);
  g_autoptr (YodelVideoFrame) shown = NULL;
  gsize size;
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (frame->data, &size), g_bytes_get_size (frame->data));

  copy[7] = (YODEL_VIDEO_FRAME_MAX_SIDE + 256) >> 8;
  g_assert_false (yodel_video_decoder_decode (decoder, copy, g_bytes_get_size (frame->data), 0, &shown));
  copy[6] = copy[7] = 0;
  g_assert_false (yodel_video_decoder_decode (decoder, copy, g_bytes_get_size (frame->data), 0, &shown));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/video/vp8/round-trip-keeps-the-picture", test_round_trip_keeps_the_picture);
  for (gsize i = 0; i < G_N_ELEMENTS (rate_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/vp8/rate-is-met/", rate_cases[i].name, NULL);
      g_test_add_data_func (path, &rate_cases[i], test_rate_is_met);
    }
  g_test_add_func ("/video/vp8/rate-is-followed-at-once", test_rate_is_followed_at_once);
  g_test_add_func ("/video/vp8/rate-is-met/slow-camera", test_rate_is_met_by_a_slow_camera);
  g_test_add_func ("/video/vp8/screen-becomes-sharp", test_screen_becomes_sharp);
  g_test_add_func ("/video/vp8/several-threads", test_several_threads);
  g_test_add_func ("/video/vp8/key-frames-come-on-request-only", test_key_frames_come_on_request_only);
  g_test_add_func ("/video/vp8/a-new-size-is-a-key-frame", test_a_new_size_is_a_key_frame);
  g_test_add_func ("/video/vp8/upper-layer-can-be-left-out", test_upper_layer_can_be_left_out);
  g_test_add_func ("/video/vp8/layers-come-and-go", test_layers_come_and_go);
  g_test_add_func ("/video/vp8/decoder-waits-for-a-key-frame", test_decoder_waits_for_a_key_frame);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/vp8/broken-frame-is-not-shown/", bad_cases[i].name, NULL);
      g_test_add_data_func (path, &bad_cases[i], test_broken_frame_is_not_shown);
    }
  g_test_add_func ("/video/vp8/held-pictures-keep-their-pixels", test_held_pictures_keep_their_pixels);
  g_test_add_func ("/video/vp8/too-large-a-picture-is-refused", test_too_large_a_picture_is_refused);
  return g_test_run ();
}
