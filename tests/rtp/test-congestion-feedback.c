#include "lib/cases.h"
#include "lib/hex.h"
#include "rtp/congestion-feedback.h"

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  guint       n_streams;
} Case;

static const Case cases[] = {
  { "no-stream",            "8bcd0002 00000001 00010000",                                        TRUE,  0 },
  { "one-stream",           "8bcd0005 00000001 0000000a 00640002 80018002 00010000",             TRUE,  1 },
  { "odd-is-padded",        "8bcd0005 00000001 0000000a 00640001 80010000 00010000",             TRUE,  1 },
  { "two-streams",          "8bcd0007 00000001 0000000a 00640000 0000000b ffff0002 00008002 00010000", TRUE, 2 },
  { "odd-without-padding",  "8bcd0004 00000001 0000000a 00640001 00010000",                      FALSE, 0 },
  { "more-reports-than-is", "8bcd0005 00000001 0000000a 00640004 80018002 00010000",             FALSE, 0 },
  { "more-than-16384",      "8bcd0005 00000001 0000000a 00644001 80018002 00010000",             FALSE, 0 },
  { "half-a-stream",        "8bcd0003 00000001 0000000a 00640002",                               FALSE, 0 },
  { "no-timestamp",         "8bcd0001 00000001",                                                 FALSE, 0 },
  { "longer-than-it-is",    "8bcd0003 00000001 00010000",                                        FALSE, 0 },
  { "another-format",       "8fcd0002 00000001 00010000",                                        FALSE, 0 },
  { "another-version",      "4bcd0002 00000001 00010000",                                        FALSE, 0 },
  { "padding-past-the-end", "abcd0002 00000001 000100ff",                                        FALSE, 0 },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelCongestionFeedback feedback = { .sender_ssrc = 77 };

  g_assert_cmpint (yodel_congestion_feedback_parse (&feedback, bytes->data, bytes->len), ==, c->valid);
  g_assert_cmpuint (feedback.sender_ssrc, ==, c->valid ? 1 : 77);      /* untouched on failure */
  g_assert_cmpuint (feedback.n_streams, ==, c->n_streams);
}

static void
test_what_is_written_is_read (void)
{
  static const YodelCongestionReport reports[] = {
    { TRUE, 1, 100 }, { FALSE, 0, 0 }, { TRUE, 3, YODEL_CONGESTION_OFFSET_UNKNOWN },
  };
  guint8 bytes[100];
  YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);
  YodelCongestionFeedback feedback;

  yodel_byte_writer_u32 (&writer, 0);                                  /* something before it */
  yodel_congestion_feedback_begin (&writer, 5);
  yodel_congestion_feedback_add_stream (&writer, 10, 65535, reports, 3);
  yodel_congestion_feedback_add_stream (&writer, 11, 7, reports, 2);
  yodel_congestion_feedback_end (&writer, 4, 0x12345678);
  g_assert_false (writer.failed);

  g_assert_true (yodel_congestion_feedback_parse (&feedback, bytes + 4, writer.size - 4));
  g_assert_cmpuint (feedback.timestamp, ==, 0x12345678);
  g_assert_cmpuint (feedback.n_streams, ==, 2);
  g_assert_cmpuint (feedback.streams[0].begin_sequence, ==, 65535);
  for (guint i = 0; i < 3; i++)
    {
      YodelCongestionReport report = yodel_congestion_stream_get (&feedback.streams[0], i);

      g_assert_cmpint (report.received, ==, reports[i].received);
      g_assert_cmpuint (report.ecn, ==, reports[i].ecn);
      g_assert_cmpuint (report.offset, ==, reports[i].offset);
    }
}

static void
test_streams_are_bounded (void)
{
  guint8 bytes[1000];
  YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);
  YodelCongestionFeedback feedback;

  yodel_congestion_feedback_begin (&writer, 5);
  for (guint i = 0; i < YODEL_CONGESTION_FEEDBACK_MAX_STREAMS; i++)
    yodel_congestion_feedback_add_stream (&writer, i, 0, NULL, 0);
  yodel_congestion_feedback_end (&writer, 0, 0);
  g_assert_true (yodel_congestion_feedback_parse (&feedback, bytes, writer.size));

  writer.size -= 4;
  yodel_congestion_feedback_add_stream (&writer, 99, 0, NULL, 0);
  yodel_congestion_feedback_end (&writer, 0, 0);
  g_assert_false (yodel_congestion_feedback_parse (&feedback, bytes, writer.size));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/congestion-feedback/parse/", cases, test_parse);
  g_test_add_func ("/rtp/congestion-feedback/what-is-written-is-read", test_what_is_written_is_read);
  g_test_add_func ("/rtp/congestion-feedback/streams-are-bounded", test_streams_are_bounded);
  return g_test_run ();
}
