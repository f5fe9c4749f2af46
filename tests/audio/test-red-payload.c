#include "audio/red-payload.h"
#include "lib/hex.h"

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  guint       n_blocks;
  guint       first_offset;
  gsize       last_size;
} Case;

static const Case cases[] = {
  { "empty",                    "",                                     FALSE, 0, 0, 0 },
  { "primary-alone",            "6f aabbcc",                            TRUE,  1, 0, 3 },
  { "primary-without-bytes",    "6f",                                   TRUE,  1, 0, 0 },
  { "one-copy",                 "ef 0f0002 6f aaaa bbbbbb",             TRUE,  2, 960, 3 },
  { "one-copy-and-nothing-more","ef 0f0002 6f aaaa",                    TRUE,  2, 960, 0 },
  { "copy-past-the-end",        "ef 0f0005 6f aaaa",                    FALSE, 0, 0, 0 },
  { "header-cut-short",         "ef 0f00",                              FALSE, 0, 0, 0 },
  { "no-primary",               "ef 0f0000",                            FALSE, 0, 0, 0 },
  { "farthest-offset",          "ef fffc01 6f aa bb",                   TRUE,  2, 16383, 1 },
  { "nine-copies",  "ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 6f aa",
                                                                        TRUE,  10, 256, 1 },
  { "ten-copies",   "ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 ef040000 6f aa",
                                                                        FALSE, 0, 0, 0 },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelRedPayload payload = { .n_blocks = 77 };

  g_assert_cmpint (yodel_red_payload_parse (&payload, bytes->data, bytes->len), ==, c->valid);
  if (!c->valid)
    {
      g_assert_cmpuint (payload.n_blocks, ==, 77);
      return;
    }

  g_assert_cmpuint (payload.n_blocks, ==, c->n_blocks);
  g_assert_cmpuint (payload.blocks[0].offset, ==, c->first_offset);
  g_assert_cmpuint (payload.blocks[payload.n_blocks - 1].size, ==, c->last_size);
  for (guint i = 0; i < payload.n_blocks; i++)
    g_assert_cmpuint (payload.blocks[i].payload_type, ==, 111);

  guint8 again[256];
  gsize size = yodel_red_payload_write (&payload, again, sizeof again);

  g_assert_cmpmem (again, size, bytes->data, bytes->len);
  g_assert_cmpuint (yodel_red_payload_write (&payload, again, size - 1), ==, 0);
}

static gsize
send_frame (YodelRedSender *sender,
            guint32         rtp_time,
            gsize           size,
            const guint8   *distances,
            guint           n_distances,
            YodelRedPayload *payload)
{
  static guint8 out[1500];
  guint8 frame[1400];
  gsize written;

  for (gsize i = 0; i < size; i++)
    frame[i] = (guint8) (rtp_time / 960);
  written = yodel_red_sender_push (sender, 111, rtp_time, frame, size, distances, n_distances, out, sizeof out);
  g_assert_cmpuint (written, >, 0);
  g_assert_true (yodel_red_payload_parse (payload, out, written));
  return written;
}

static void
test_copies_at_a_distance (void)
{
  static const guint8 distances[] = { 1, 3 };
  g_autoptr (YodelRedSender) sender = yodel_red_sender_new ();
  guint32 rtp_time = G_MAXUINT32 - 960 * 3 + 1;
  YodelRedPayload payload;

  for (guint i = 0; i < 40; i++, rtp_time += 960)
    {
      send_frame (sender, rtp_time, 20, distances, 2, &payload);
      g_assert_cmpuint (payload.n_blocks, ==, i == 0 ? 1 : i < 3 ? 2 : 3);
      if (i < 3)
        continue;
      g_assert_cmpuint (payload.blocks[0].offset, ==, 3 * 960);       /* the oldest goes first */
      g_assert_cmpuint (payload.blocks[1].offset, ==, 960);
      g_assert_cmpuint (payload.blocks[0].data[0], ==, (guint8) ((guint32) (rtp_time - 3 * 960) / 960));
    }
}

static void
test_what_does_not_fit_stays_behind (void)
{
  static const guint8 distances[] = { 1, 2, 17 };
  g_autoptr (YodelRedSender) sender = yodel_red_sender_new ();
  YodelRedPayload payload;

  for (guint32 i = 0; i < 20; i++)
    g_assert_cmpuint (send_frame (sender, i * 2880, 500, distances, 3, &payload), <=, 1200);
  g_assert_cmpuint (payload.n_blocks, ==, 2);

  for (guint32 i = 20; i < 60; i++)
    send_frame (sender, i * 2880, 10, distances, 3, &payload);
  g_assert_cmpuint (payload.n_blocks, ==, 3);                         /* 17 frames of 60 ms are more than 14 bits */

  send_frame (sender, 60 * 2880, 1100, distances, 3, &payload);       /* too large to be a copy */
  send_frame (sender, 61 * 2880, 10, distances, 1, &payload);
  g_assert_cmpuint (payload.n_blocks, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/red-payload/parse/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_parse);
    }
  g_test_add_func ("/audio/red-payload/sender/copies-at-a-distance", test_copies_at_a_distance);
  g_test_add_func ("/audio/red-payload/sender/what-does-not-fit-stays-behind", test_what_does_not_fit_stays_behind);
  return g_test_run ();
}
