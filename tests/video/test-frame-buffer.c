#include <string.h>

#include "video/frame-buffer.h"

/* Frame i of the stream has packets 2 i and 2 i + 1; one of padding may follow a frame.
 *
 * A script is a list of words, one millisecond apart:
 *   7    packet 7 arrives         +50  50 ms pass          g7   NACK gives up until 7
 *   k    a key frame is wanted    n    none is wanted      D    the decoder fails
 *   h    the decoder falls behind */
typedef struct
{
  const char *name;
  guint       n_layers;
  guint       keys;              /* bit i: frame i is a key frame */
  gint        padding_after;     /* a frame; -1: none */
  gboolean    no_picture_id;
  const char *script;
  const char *shown;             /* the frames that come out, in order */
} Case;

static const Case cases[] = {
  { "in-order", 1, 1, -1, FALSE, "0 1 2 3 4 5", "0 1 2" },
  { "overtaken-packets", 1, 1, -1, FALSE, "1 0 3 4 2 5", "0 1 2" },
  { "duplicates", 1, 1, -1, FALSE, "0 0 1 1 0 2 3 3 2", "0 1" },
  { "wraps-are-the-caller's", 1, 1, -1, FALSE, "0 1 2 3 0 1", "0 1" },

  { "gap-is-waited-for", 1, 1, -1, FALSE, "0 1 3 4 5 +100 n 2", "0 1 2" },
  { "whole-frame-missing", 1, 1, -1, FALSE, "0 1 4 5 6 7 +100 2 3", "0 1 2 3" },
  { "gap-grows-old", 1, 1, -1, FALSE, "0 1 3 4 5 +350 n +60 k n +190 n +20 k", "0" },
  { "gap-given-up", 1, 1, -1, FALSE, "0 1 3 4 5 n g2 k n", "0" },
  { "gap-given-up-elsewhere", 1, 1, -1, FALSE, "0 1 3 4 5 n g1 n", "0" },
  { "no-gap-no-request", 1, 1, -1, FALSE, "0 1 2 +5000 n 3 +5000 n", "0 1" },

  { "key-frame-passes-a-gap", 1, 1 | 1 << 3, -1, FALSE, "0 1 3 4 5 6 7 8 9 n +200 n", "0 3 4" },
  { "key-frame-waits-for-overtaken-packets", 1, 1 | 1 << 3, -1, FALSE, "0 1 3 4 5 6 7 2", "0 1 2 3" },
  { "key-frame-after-giving-up-comes-at-once", 1, 1 | 1 << 3, -1, FALSE, "0 1 3 4 5 g2 k 6 7 2 8 9", "0 3 4" },
  { "incomplete-key-frame-does-not", 1, 1 | 1 << 3, -1, FALSE, "0 1 3 6 8 9 +200", "0" },
  { "arriving-key-frame-is-not-asked-for", 1, 1 | 1 << 3, -1, FALSE, "0 1 3 +300 4 5 6 +100 n +110 k", "0" },

  { "starts-with-a-key-frame-only", 1, 1 << 2, -1, FALSE, "0 1 k 2 3 n 4 5 6 7", "2 3" },
  { "first-packet-lost", 1, 1, -1, FALSE, "1 2 3 +190 n +20 k 0", "0 1" },
  { "first-packets-overtaken", 1, 1, -1, FALSE, "5 4 3 2 1 0", "0 1 2" },
  { "decoder-failed", 1, 1 | 1 << 3, -1, FALSE, "0 1 2 3 D k 4 5 n 6 7 8 9", "0 1 3 4" },

  { "padding-keeps-continuity", 1, 1, 1, FALSE, "0 1 2 3 4 5 6", "0 1 2" },
  { "padding-comes-late", 1, 1, 1, TRUE, "0 1 2 3 5 6 4", "0 1 2" },
  { "padding-lost-picture-id-tells", 1, 1, 1, FALSE, "0 1 2 3 5 6 n", "0 1 2" },
  { "padding-lost-without-picture-id", 1, 1, 1, TRUE, "0 1 2 3 5 6", "0 1" },

  { "2-layers-in-order", 2, 1, -1, FALSE, "0 1 2 3 4 5 6 7", "0 1 2 3" },
  { "2-layers-upper-lost", 2, 1, -1, FALSE, "0 1 3 4 5 6 7 +100 n +1000 n", "0 2 3" },
  { "2-layers-upper-overtaken", 2, 1, -1, FALSE, "0 1 3 4 5 2", "0 1 2" },
  { "2-layers-upper-lost-then-late", 2, 1, -1, FALSE, "0 1 3 4 5 +130 2", "0 2" },
  { "2-layers-upper-given-up", 2, 1, -1, FALSE, "0 1 4 5 g3 2 3", "0 2" },
  { "2-layers-lower-lost", 2, 1, -1, FALSE, "0 1 2 3 5 6 7 8 9 +100 n +300 k", "0 1" },
  { "2-layers-lower-recovered", 2, 1, -1, FALSE, "0 1 2 3 5 6 7 8 9 +100 4", "0 1 2 3 4" },

  { "2-layers-upper-left-out-in-a-hurry", 2, 1, -1, FALSE, "h 0 1 3 4 5 2 6 7", "0 2 3" },

  { "3-layers-in-order", 3, 1, -1, FALSE, "0 1 2 3 4 5 6 7 8 9", "0 1 2 3 4" },
  { "3-layers-middle-lost", 3, 1, -1, FALSE, "0 1 2 3 5 6 7 8 9 +50 10 11 12 13 14 15", "0 1 4 5 6 7" },
  { "3-layers-top-lost", 3, 1, -1, FALSE, "0 1 2 3 4 5 7 8 9 +50 10 11", "0 1 2 4 5" },
  { "3-layers-first-top-lost", 3, 1, -1, FALSE, "0 1 3 4 5 +50 6 7 8 9 10 11", "0 2 4 5" },
};

static gint64
sequence_of (const Case *c,
             guint       frame,
             guint       part)
{
  return 2 * frame + part + (c->padding_after >= 0 && frame > (guint) c->padding_after);
}

/* Writes the payload of a packet: RFC 7741 descriptor, one octet of frame tag, its number. */
static gsize
write_payload (const Case *c,
               guint       frame,
               guint       part,
               guint8     *payload)
{
  static const guint8 layers[4][4] = { { 0 }, { 0, 0, 0, 0 }, { 0, 1, 0, 1 }, { 0, 2, 1, 2 } };
  guint step = frame % 4;
  gsize n = 0;

  payload[n++] = 0x80 | (part == 0 ? 0x10 : 0);
  payload[n++] = (c->no_picture_id ? 0 : 0x80) | (c->n_layers > 1 ? 0x60 : 0);
  if (!c->no_picture_id)
    {
      payload[n++] = 0x80 | (frame + 0x7ffe) % 0x8000 >> 8;
      payload[n++] = (frame + 0x7ffe) % 0x8000;
    }
  if (c->n_layers > 1)
    {
      payload[n++] = 254 + (c->n_layers == 2 ? frame / 2 : frame / 4);
      payload[n++] = layers[c->n_layers][step] << 6 | (step != 3 || c->n_layers == 2 ? 0x20 : 0);
    }
  payload[n++] = c->keys >> frame & 1 ? 0 : 1;
  payload[n++] = frame;
  payload[n++] = part;
  return n;
}

static void
push_packet (YodelFrameBuffer *buffer,
             const Case       *c,
             gint64            sequence,
             gint64            now_us)
{
  guint8 payload[16];

  for (guint frame = 0; frame < 16; frame++)
    for (guint part = 0; part < 2; part++)
      if (sequence_of (c, frame, part) == sequence)
        {
          gsize size = write_payload (c, frame, part, payload);

          yodel_frame_buffer_push (buffer, sequence, frame * 3000, part == 1, payload, size, FALSE, now_us);
          return;
        }

  yodel_frame_buffer_push_padding (buffer, sequence, now_us);
}

static void
run_word (YodelFrameBuffer *buffer,
          const Case       *c,
          const char       *word,
          gint64           *now_us)
{
  *now_us += 1000;

  if (g_ascii_isdigit (word[0]))
    push_packet (buffer, c, g_ascii_strtoll (word, NULL, 10), *now_us);
  else if (word[0] == '+')
    *now_us += g_ascii_strtoll (word + 1, NULL, 10) * 1000;
  else if (word[0] == 'g')
    yodel_frame_buffer_give_up (buffer, g_ascii_strtoll (word + 1, NULL, 10), *now_us);
  else if (word[0] == 'h')
    yodel_frame_buffer_set_hurried (buffer, TRUE);
  else if (word[0] == 'D')
    yodel_frame_buffer_require_key_frame (buffer, *now_us);
  else
    {
      gint64 deadline_us = yodel_frame_buffer_next_deadline_us (buffer);
      gboolean wants = yodel_frame_buffer_wants_key_frame (buffer, *now_us);

      g_test_message ("%s at %d ms", word, (int) (*now_us / 1000));
      g_assert_cmpint (wants, ==, word[0] == 'k');
      g_assert_true (wants ? deadline_us <= *now_us : deadline_us > *now_us);
    }
}

static void
test_script (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  g_auto (GStrv) words = g_strsplit (c->script, " ", -1);
  g_autoptr (GString) shown = g_string_new (NULL);
  gint64 now_us = 1000000;

  yodel_frame_buffer_set_rtt_us (buffer, 100 * 1000);
  if (strstr (c->name, "2-layers-upper-overtaken") != NULL)
    yodel_frame_buffer_set_rtt_us (buffer, 0);

  for (char **word = words; *word != NULL; word++)
    {
      YodelAssembledFrame *frame;

      run_word (buffer, c, *word, &now_us);
      while ((frame = yodel_frame_buffer_pop_frame (buffer, now_us)) != NULL)
        {
          const guint8 *bytes = g_bytes_get_data (frame->data, NULL);

          g_assert_cmpuint (g_bytes_get_size (frame->data), ==, 6);
          g_assert_cmpuint (bytes[1], ==, bytes[4]);
          g_assert_cmpuint (bytes[2], ==, 0);
          g_assert_cmpuint (bytes[5], ==, 1);
          g_assert_cmpuint (frame->rtp_time, ==, bytes[1] * 3000);
          g_assert_cmpint (frame->key_frame, ==, c->keys >> bytes[1] & 1);
          g_assert_cmpint (frame->last_sequence, ==, sequence_of (c, bytes[1], 1));
          g_assert_cmpint (yodel_frame_buffer_get_done_sequence (buffer), >=, frame->last_sequence);
          g_string_append_printf (shown, "%s%u", shown->len > 0 ? " " : "", bytes[1]);
          yodel_assembled_frame_free (frame);
        }
    }

  g_assert_cmpstr (shown->str, ==, c->shown);
}

/* However late it is: a frame is recovered where who pushes it says that a packet was sent again. */
static void
test_recovered_is_told_from_overtaken (void)
{
  static const Case c = { "", 1, 1, -1, FALSE, "", "" };
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  g_autoptr (YodelAssembledFrame) first = NULL;
  g_autoptr (YodelAssembledFrame) second = NULL;
  guint8 payload[16];

  push_packet (buffer, &c, 1, 1000);
  push_packet (buffer, &c, 0, 94000);
  first = yodel_frame_buffer_pop_frame (buffer, 94000);
  g_assert_false (first->recovered);
  g_assert_cmpint (first->first_arrival_us, ==, 1000);
  g_assert_cmpint (first->last_arrival_us, ==, 94000);

  push_packet (buffer, &c, 3, 100000);
  yodel_frame_buffer_push (buffer, 2, 3000, FALSE, payload, write_payload (&c, 1, 0, payload), TRUE, 104000);
  second = yodel_frame_buffer_pop_frame (buffer, 104000);
  g_assert_true (second->recovered);
}

typedef struct
{
  guint    missing;
  gboolean wanted;
} OutageCase;

static const OutageCase outages[] = { { 20, FALSE }, { 128, FALSE }, { 129, TRUE }, { 1500, TRUE } };

/* After an outage a key frame is asked for at once, and not when resending has failed. */
static void
test_outage_wants_a_key_frame_at_once (gconstpointer data)
{
  const OutageCase *c = data;
  static const Case stream = { "", 1, 1, -1, FALSE, "", "" };
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  g_autoptr (YodelAssembledFrame) first = NULL;
  guint8 payload[16];
  gsize size = write_payload (&stream, 5, 0, payload);

  push_packet (buffer, &stream, 0, 0);
  push_packet (buffer, &stream, 1, 0);
  first = yodel_frame_buffer_pop_frame (buffer, 0);
  g_assert_nonnull (first);

  yodel_frame_buffer_push (buffer, 2 + c->missing, 90000, FALSE, payload, size, FALSE, G_USEC_PER_SEC);
  g_assert_cmpint (yodel_frame_buffer_wants_key_frame (buffer, G_USEC_PER_SEC), ==, c->wanted);
}

static void
test_statistics (void)
{
  static const Case c = { "", 1, 1 | 1 << 3, -1, FALSE, "", "" };
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  const YodelFrameBufferStats *stats = yodel_frame_buffer_get_stats (buffer);
  static const guint8 packets[] = { 0, 1, 3, 4, 5, 6, 7 };   /* frame 1 is not whole */
  guint n_frames = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (packets); i++)
    push_packet (buffer, &c, packets[i], i * 1000);
  for (;;)
    {
      g_autoptr (YodelAssembledFrame) frame = yodel_frame_buffer_pop_frame (buffer, G_USEC_PER_SEC);

      if (frame == NULL)
        break;
      n_frames++;
    }
  push_packet (buffer, &c, 2, 2 * G_USEC_PER_SEC);

  g_assert_cmpuint (n_frames, ==, 2);
  g_assert_cmpuint (stats->frames_received, ==, 3);
  g_assert_cmpuint (stats->key_frames, ==, 2);
  g_assert_cmpuint (stats->frames_dropped, ==, 2);
  g_assert_cmpuint (stats->packets_discarded, ==, 1);
}

typedef struct
{
  const char *name;
  guint       n_packets;
  gsize       payload_bytes;
  guint       packets_a_frame;
  guint       stride;               /* of sequence numbers: 2 loses every other packet */
} FloodCase;

static const FloodCase flood_cases[] = {
  { "frames",  5000,  10,    1,     2 },
  { "packets", 5000,  10,    10000, 1 },
  { "bytes",   2000,  60000, 100,   1 },
  { "jumps",   5000,  10,    2,     700 },
};

/* Whatever arrives, the bounds hold, and a key frame afterwards brings the picture back. */
static void
test_flood (gconstpointer data)
{
  const FloodCase *c = data;
  static const Case tail = { "", 1, 1, -1, FALSE, "", "" };
  g_autoptr (YodelFrameBuffer) buffer = yodel_frame_buffer_new ();
  g_autoptr (YodelAssembledFrame) frame = NULL;
  g_autofree guint8 *payload = g_malloc0 (c->payload_bytes);
  gint64 sequence = 100000;

  for (guint i = 0; i < c->n_packets; i++)
    {
      payload[0] = i % c->packets_a_frame == 0 ? 0x10 : 0;
      payload[1] = 1;
      yodel_frame_buffer_push (buffer, sequence, i / c->packets_a_frame * 3000, FALSE,
                               payload, c->payload_bytes, FALSE, i * 100);
      g_assert_null (yodel_frame_buffer_pop_frame (buffer, i * 100));
      sequence += c->stride;
    }

  g_assert_true (yodel_frame_buffer_wants_key_frame (buffer, 10 * G_USEC_PER_SEC));

  for (guint part = 0; part < 2; part++)
    {
      gsize size = write_payload (&tail, 0, part, payload);

      yodel_frame_buffer_push (buffer, sequence + part, G_MAXUINT32, part == 1, payload, size, FALSE, 10 * G_USEC_PER_SEC);
    }
  frame = yodel_frame_buffer_pop_frame (buffer, 11 * G_USEC_PER_SEC);
  g_assert_nonnull (frame);
  g_assert_true (frame->key_frame);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/frame-buffer/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_script);
    }
  g_test_add_func ("/video/frame-buffer/recovered-is-told-from-overtaken", test_recovered_is_told_from_overtaken);
  for (gsize i = 0; i < G_N_ELEMENTS (outages); i++)
    {
      g_autofree char *path = g_strdup_printf ("/video/frame-buffer/outage-wants-a-key-frame/%u-missing",
                                               outages[i].missing);
      g_test_add_data_func (path, &outages[i], test_outage_wants_a_key_frame_at_once);
    }
  g_test_add_func ("/video/frame-buffer/statistics", test_statistics);
  for (gsize i = 0; i < G_N_ELEMENTS (flood_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/video/frame-buffer/flood-of-", flood_cases[i].name, NULL);
      g_test_add_data_func (path, &flood_cases[i], test_flood);
    }
  return g_test_run ();
}
