#include <string.h>

#include "lib/hex.h"
#include "video/vp8-payload.h"

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  gboolean    start;
  gint        picture_id;
  gint        tl0_index;
  gint        temporal_layer;
  gboolean    layer_sync;
  gsize       size;
} ParseCase;

static const ParseCase parse_cases[] = {
  { "one-octet",                        "10 aabb",                TRUE,  TRUE,  -1,     -1, -1, FALSE, 2 },
  { "continuation",                     "00 aabb",                TRUE,  FALSE, -1,     -1, -1, FALSE, 2 },
  { "start-of-a-later-partition",       "11 aabb",                TRUE,  FALSE, -1,     -1, -1, FALSE, 2 },
  { "short-picture-id",                 "90 80 7f aa",            TRUE,  TRUE,  0x7f,   -1, -1, FALSE, 1 },
  { "long-picture-id",                  "90 80 ffff aa",          TRUE,  TRUE,  0x7fff, -1, -1, FALSE, 1 },
  { "layers",                           "90 e0 8123 05 60 aabb",  TRUE,  TRUE,  0x0123, 5,  1,  TRUE,  2 },
  { "top-layer-without-sync",           "90 e0 8123 05 80 aabb",  TRUE,  TRUE,  0x0123, 5,  2,  FALSE, 2 },
  { "key-index-alone-names-no-layer",   "90 10 ff aa",            TRUE,  TRUE,  -1,     -1, -1, FALSE, 1 },
  { "layer-without-picture-id",         "90 20 40 aa",            TRUE,  TRUE,  -1,     -1, 1,  FALSE, 1 },
  { "empty",                            "",                       FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "descriptor-alone",                 "10",                     FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "second-octet-cut-off",             "90",                     FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "picture-id-cut-off",               "90 80",                  FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "long-picture-id-cut-off",          "90 80 ff",               FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "tl0-index-cut-off",                "90 c0 8123",             FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "layer-cut-off",                    "90 e0 8123 05",          FALSE, FALSE, 0, 0, 0, FALSE, 0 },
  { "full-descriptor-alone",            "90 f0 8123 05 60",       FALSE, FALSE, 0, 0, 0, FALSE, 0 },
};

static void
test_parse (gconstpointer data)
{
  const ParseCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelVp8Descriptor descriptor = { .size = 77 };

  g_assert_cmpint (yodel_vp8_descriptor_parse (&descriptor, bytes->data, bytes->len), ==, c->valid);
  if (!c->valid)
    {
      g_assert_cmpuint (descriptor.size, ==, 77);   /* untouched on failure */
      return;
    }

  g_assert_cmpint (descriptor.start, ==, c->start);
  g_assert_cmpint (descriptor.picture_id, ==, c->picture_id);
  g_assert_cmpint (descriptor.picture_id_bits, ==, c->picture_id < 0 ? 0 : c->picture_id > 0x7f ? 15 : 7);
  g_assert_cmpint (descriptor.tl0_index, ==, c->tl0_index);
  g_assert_cmpint (descriptor.temporal_layer, ==, c->temporal_layer);
  g_assert_cmpint (descriptor.layer_sync, ==, c->layer_sync);
  g_assert_cmpuint (descriptor.size, ==, c->size);
  g_assert_true (descriptor.data == bytes->data + bytes->len - c->size);
}

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    key;
  gboolean    sized;
  guint       width;
  guint       height;
} KeyCase;

static const KeyCase key_cases[] = {
  { "640x360",             "000000 9d012a 8002 6801", TRUE,  TRUE,  640, 360 },
  { "scaling-is-left-out", "000000 9d012a 8042 68c1", TRUE,  TRUE,  640, 360 },
  { "wrong-start-code",    "000000 9d012b 8002 6801", TRUE,  FALSE, 0, 0 },
  { "cut-off",             "000000 9d012a 8002 68",   TRUE,  FALSE, 0, 0 },
  { "not-a-key-frame",     "010000 9d012a 8002 6801", FALSE, FALSE, 0, 0 },
  { "empty",               "",                        FALSE, FALSE, 0, 0 },
};

static void
test_key_frame (gconstpointer data)
{
  const KeyCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  guint width = 0, height = 0;

  g_assert_cmpint (yodel_vp8_is_key_frame (bytes->data, bytes->len), ==, c->key);
  g_assert_cmpint (yodel_vp8_key_frame_get_size (bytes->data, bytes->len, &width, &height), ==, c->sized);
  g_assert_cmpuint (width, ==, c->width);
  g_assert_cmpuint (height, ==, c->height);
}

typedef struct
{
  gsize frame_bytes;
  gsize max_payload_bytes;
  guint n_layers;
  guint n_packets;
} PackCase;

static const PackCase pack_cases[] = {
  { 1,     1200, 1, 1 },
  { 1196,  1200, 1, 1 },
  { 1197,  1200, 1, 2 },
  { 1194,  1200, 2, 1 },
  { 1195,  1200, 3, 2 },
  { 10000, 1200, 1, 9 },
  { 9,     7,    3, 9 },
};

/* What is cut and parsed again is the frame, in pieces that differ by one byte at most. */
static void
test_packetise (gconstpointer data)
{
  const PackCase *c = data;
  g_autofree guint8 *bytes = g_malloc (c->frame_bytes);
  g_autofree guint8 *payload = g_malloc (c->max_payload_bytes);
  g_autoptr (GByteArray) joined = g_byte_array_new ();
  YodelEncodedFrame frame = {
    .picture_id = 0x7ffe,
    .n_layers = c->n_layers, .says_layer = c->n_layers > 1, .temporal_layer = c->n_layers - 1,
    .layer_sync = TRUE, .tl0_index = 200, .non_reference = TRUE,
  };
  YodelVp8Packetiser packetiser;
  gsize size, smallest = G_MAXSIZE, largest = 0;

  for (gsize i = 0; i < c->frame_bytes; i++)
    bytes[i] = i * 7;
  frame.data = g_bytes_new_static (bytes, c->frame_bytes);

  yodel_vp8_packetiser_init (&packetiser, &frame, c->max_payload_bytes);
  g_assert_cmpuint (packetiser.n_packets, ==, c->n_packets);

  while ((size = yodel_vp8_packetiser_next (&packetiser, payload)) > 0)
    {
      YodelVp8Descriptor descriptor;

      g_assert_cmpuint (size, <=, c->max_payload_bytes);
      g_assert_true (yodel_vp8_descriptor_parse (&descriptor, payload, size));
      g_assert_cmpint (descriptor.start, ==, joined->len == 0);
      g_assert_cmpint (descriptor.picture_id, ==, 0x7ffe);
      g_assert_cmpint (descriptor.temporal_layer, ==, c->n_layers > 1 ? (gint) c->n_layers - 1 : -1);
      g_assert_cmpint (descriptor.tl0_index, ==, c->n_layers > 1 ? 200 : -1);
      g_assert_true (descriptor.non_reference);
      g_byte_array_append (joined, descriptor.data, descriptor.size);
      smallest = MIN (smallest, size);
      largest = MAX (largest, size);
      g_assert_cmpint (packetiser.n_left == 0, ==, joined->len == c->frame_bytes);
    }

  g_assert_cmpmem (joined->data, joined->len, bytes, c->frame_bytes);
  g_assert_cmpuint (largest - smallest, <=, 1);
  g_bytes_unref (frame.data);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (parse_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/vp8-payload/parse/", parse_cases[i].name, NULL);
      g_test_add_data_func (path, &parse_cases[i], test_parse);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (key_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/vp8-payload/key-frame/", key_cases[i].name, NULL);
      g_test_add_data_func (path, &key_cases[i], test_key_frame);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pack_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/video/vp8-payload/packetise/%u-bytes-in-%u",
                                               (guint) pack_cases[i].frame_bytes,
                                               (guint) pack_cases[i].max_payload_bytes);
      g_test_add_data_func (path, &pack_cases[i], test_packetise);
    }
  return g_test_run ();
}
