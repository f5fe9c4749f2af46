/* VP9: descriptors, frame headers, and pictures there and back through packets. */
#include "video/vp9-payload.h"

#include <string.h>

#include "lib/hex.h"
#include "video/frame-buffer.h"
#include "video/moving-picture.h"
#include "video/video-decoder.h"
#include "video/video-encoder.h"

#define WIDTH  320
#define HEIGHT 180

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  gboolean    inter;
  gboolean    start;
  gint        picture_id;
  gint        tl0_index;
  gint        temporal_layer;
  guint       size;
} DescriptorCase;

static const DescriptorCase descriptors[] = {
  { "least",                       "08 aa",                          TRUE,  FALSE, TRUE,  -1,     -1, -1, 1 },
  { "short-id",                    "88 11 aabb",                     TRUE,  FALSE, TRUE,  0x11,   -1, -1, 2 },
  { "long-id",                     "88 9234 aa",                     TRUE,  FALSE, TRUE,  0x1234, -1, -1, 1 },
  { "flexible-one-reference",      "d4 8001 02 aa",                  TRUE,  TRUE,  FALSE, 1,      -1, -1, 1 },
  { "flexible-three-references",   "dc 8001 03 05 06 aa",            TRUE,  TRUE,  TRUE,  1,      -1, -1, 1 },
  { "three-end-the-list",          "dc 8001 03 05 07 aa",            TRUE,  TRUE,  TRUE,  1,      -1, -1, 1 },
  { "layers-with-tl0",             "ec 8001 30 07 aa",               TRUE,  TRUE,  TRUE,  1,      7,  1,  1 },
  { "flexible-layers",             "fc 8001 30 02 aa",               TRUE,  TRUE,  TRUE,  1,      -1, 1,  1 },
  { "upper-spatial-layer",         "ac 8001 02 07 aa",               TRUE,  FALSE, FALSE, 1,      7,  0,  1 },
  { "structure-with-size",         "8a 8001 10 0140 00b4 aa",        TRUE,  FALSE, TRUE,  1,      -1, -1, 1 },
  { "structure-with-pictures",     "8a 8001 08 02 04 01 08 0102 aa", TRUE,  FALSE, TRUE,  1,      -1, -1, 1 },
  { "empty",                       "",                               FALSE, 0, 0, 0, 0, 0, 0 },
  { "nothing-behind-it",           "08",                             FALSE, 0, 0, 0, 0, 0, 0 },
  { "id-cut-off",                  "88 92",                          FALSE, 0, 0, 0, 0, 0, 0 },
  { "references-cut-off",          "dc 8001 03 05",                  FALSE, 0, 0, 0, 0, 0, 0 },
  { "sizes-cut-off",               "8a 8001 f0 0140 00b4 aa",        FALSE, 0, 0, 0, 0, 0, 0 },
  { "pictures-cut-off",            "8a 8001 08 ff 0c aa",            FALSE, 0, 0, 0, 0, 0, 0 },
};

static void
test_descriptor (gconstpointer data)
{
  const DescriptorCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelVp9Descriptor d = { .picture_id = 4242 };

  g_assert_cmpint (yodel_vp9_descriptor_parse (&d, bytes->data, bytes->len), ==, c->valid);
  if (!c->valid)
    {
      g_assert_cmpint (d.picture_id, ==, 4242);   /* untouched on failure */
      return;
    }
  g_assert_cmpint (d.inter_predicted, ==, c->inter);
  g_assert_cmpint (d.start, ==, c->start);
  g_assert_cmpint (d.picture_id, ==, c->picture_id);
  g_assert_cmpint (d.tl0_index, ==, c->tl0_index);
  g_assert_cmpint (d.temporal_layer, ==, c->temporal_layer);
  g_assert_cmpuint (d.size, ==, c->size);
}

static YodelEncodedFrame *
encode (YodelVideoEncoder *encoder,
        guint              index,
        gboolean           key_frame)
{
  g_autoptr (YodelVideoFrame) picture = moving_picture_new (WIDTH, HEIGHT, index);
  const YodelEncodeSettings settings = {
    .codec = YODEL_VIDEO_VP9, .bitrate_bps = 400000, .fps = 30, .key_frame = key_frame,
  };

  return yodel_video_encoder_encode (encoder, &settings, picture, index * G_USEC_PER_SEC / 30);
}

/* Returns: how many packets that made */
static guint
push_frame (YodelFrameBuffer        *buffer,
            const YodelEncodedFrame *frame,
            gint64                  *sequence,
            gint64                   now_us)
{
  YodelVp9Packetiser packetiser;
  guint8 payload[200];
  gsize size;
  guint n = 0;

  yodel_vp9_packetiser_init (&packetiser, frame, sizeof payload);
  for (; (size = yodel_vp9_packetiser_next (&packetiser, payload)) > 0; n++)
    {
      g_assert_cmpuint (size, <=, sizeof payload);
      yodel_frame_buffer_push (buffer, (*sequence)++, frame->timestamp_us * 9 / 100,
                               packetiser.n_left == 0, payload, size, FALSE, now_us);
    }
  return n;
}

static void
test_there_and_back (void)
{
  g_autoptr (YodelVideoEncoder) encoder = yodel_video_encoder_new (1);
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP9);
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  gint64 sequence = 1000;
  guint n_shown = 0, bytes = 0;

  yodel_frame_buffer_set_codec (buffer, YODEL_VIDEO_VP9);
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = encode (encoder, i, i == 30);
      g_autoptr (YodelAssembledFrame) assembled = NULL;
      g_autoptr (YodelVideoFrame) picture = NULL;
      g_autoptr (YodelVideoFrame) original = moving_picture_new (WIDTH, HEIGHT, i);
      YodelVp9Header header;
      gsize size;
      const guint8 *data;

      if (frame == NULL)
        continue;
      data = g_bytes_get_data (frame->data, &size);
      bytes += size;
      g_assert_true (yodel_vp9_header_parse (&header, data, size));
      g_assert_cmpint (header.key_frame, ==, i == 0 || i == 30);
      if (header.key_frame)
        g_assert_true (header.has_size && header.width == WIDTH && header.height == HEIGHT);

      push_frame (buffer, frame, &sequence, i * 33333);
      assembled = yodel_frame_buffer_pop_frame (buffer, i * 33333);
      g_assert_nonnull (assembled);
      g_assert_cmpint (assembled->codec, ==, YODEL_VIDEO_VP9);
      g_assert_cmpint (assembled->key_frame, ==, header.key_frame);
      g_assert_true (g_bytes_equal (assembled->data, frame->data));

      g_assert_true (yodel_video_decoder_decode (decoder, data, size, 77, &picture));
      g_assert_nonnull (picture);
      g_assert_cmpuint (picture->width, ==, WIDTH);
      n_shown++;
    }

  g_assert_cmpuint (n_shown, >=, 55);
  g_assert_cmpuint (bytes, <, 2 * 400000 / 8 * 13 / 10);
}

/* A lost packet in the middle is no picture built on a hole: the next one that comes is a key frame. */
static void
test_loss_waits_for_a_key_frame (void)
{
  g_autoptr (YodelVideoEncoder) encoder = yodel_video_encoder_new (1);
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  gint64 sequence = 1;
  guint n_frames = 0;

  yodel_frame_buffer_set_codec (buffer, YODEL_VIDEO_VP9);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (YodelEncodedFrame) frame = encode (encoder, i, i == 15);
      g_autoptr (YodelAssembledFrame) assembled = NULL;

      if (frame == NULL)
        continue;
      if (i == 5)
        sequence += 3;
      else
        push_frame (buffer, frame, &sequence, i * 33333);
      if (i == 10)
        yodel_frame_buffer_give_up (buffer, sequence - 1, i * 33333);

      assembled = yodel_frame_buffer_pop_frame (buffer, i * 33333);
      g_assert_true (assembled == NULL || i < 5 || i >= 15);
      g_assert_true (i != 15 || (assembled != NULL && assembled->key_frame));
      n_frames += assembled != NULL;
    }
  g_assert_cmpuint (n_frames, >=, 9);
}

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  gboolean    key_frame;
  gboolean    has_size;
  guint       width;
} HeaderCase;

static const HeaderCase headers[] = {
  { "key-frame",               "82 498342 00 13f0 0b30 00",          TRUE,  TRUE,  TRUE,  320 },
  { "shows-one-that-is-there", "88",                                 TRUE,  FALSE, FALSE, 0 },
  { "size-of-a-reference",     "86 00 0000 80",                      TRUE,  FALSE, FALSE, 0 },
  { "profile-1",               "a2 498342 00 13f0 0b30 00",          FALSE, 0, 0, 0 },
  { "wrong-marker",            "42 498342 00 13f0 0b30 00",          FALSE, 0, 0, 0 },
  { "wrong-sync",              "82 498343 00 13f0 0b30 00",          FALSE, 0, 0, 0 },
  { "rgb",                     "82 498342 e0 13f0 0b30 00",          FALSE, 0, 0, 0 },
  { "cut-off",                 "82 498342 00 13f0",                  FALSE, 0, 0, 0 },
  { "two-frames-in-one",       "82 498342 00 13f0 0b30 00 c1 04 04 c1", FALSE, 0, 0, 0 },
  { "empty",                   "",                                   FALSE, 0, 0, 0 },
};

static void
test_header (gconstpointer data)
{
  const HeaderCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelVp9Header header = { .width = 4242 };

  g_assert_cmpint (yodel_vp9_header_parse (&header, bytes->data, bytes->len), ==, c->valid);
  if (!c->valid)
    {
      g_assert_cmpuint (header.width, ==, 4242);
      return;
    }
  g_assert_cmpint (header.key_frame, ==, c->key_frame);
  g_assert_cmpint (header.has_size, ==, c->has_size);
  g_assert_cmpuint (header.width, ==, c->width);
}

static void
test_decoder_refuses (void)
{
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP9);
  g_autoptr (GByteArray) huge = from_hex ("82 498342 0f ffff fff0 00");
  g_autoptr (YodelVideoFrame) picture = NULL;

  g_assert_false (yodel_video_decoder_decode (decoder, huge->data, huge->len, 0, &picture));
  g_assert_false (yodel_video_decoder_decode (decoder, (const guint8 *) "\x88", 1, 0, &picture));
  g_assert_true (yodel_video_decoder_needs_key_frame (decoder));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (descriptors); i++)
    {
      g_autofree char *path = g_strconcat ("/video/vp9/descriptor/", descriptors[i].name, NULL);
      g_test_add_data_func (path, &descriptors[i], test_descriptor);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *path = g_strconcat ("/video/vp9/header/", headers[i].name, NULL);
      g_test_add_data_func (path, &headers[i], test_header);
    }
  g_test_add_func ("/video/vp9/there-and-back", test_there_and_back);
  g_test_add_func ("/video/vp9/loss-waits-for-a-key-frame", test_loss_waits_for_a_key_frame);
  g_test_add_func ("/video/vp9/decoder-refuses-what-is-too-large", test_decoder_refuses);
  return g_test_run ();
}
