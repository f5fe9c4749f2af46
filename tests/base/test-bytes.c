#include "base/byte-reader.h"
#include "base/byte-writer.h"

static void
test_round_trip (void)
{
  guint8 buffer[18];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelByteReader reader;

  yodel_byte_writer_u8 (&writer, 0x01);
  yodel_byte_writer_u16 (&writer, 0x0203);
  yodel_byte_writer_u24 (&writer, 0x040506);
  yodel_byte_writer_u32 (&writer, 0x0708090a);
  yodel_byte_writer_u64 (&writer, G_GUINT64_CONSTANT (0x0b0c0d0e0f101112));
  g_assert_false (writer.failed);
  g_assert_cmpuint (writer.size, ==, sizeof buffer);

  for (guint i = 0; i < sizeof buffer; i++)
    g_assert_cmpuint (buffer[i], ==, i + 1);

  reader = yodel_byte_reader_init (buffer, sizeof buffer);
  g_assert_cmpuint (yodel_byte_reader_u8 (&reader), ==, 0x01);
  g_assert_cmpuint (yodel_byte_reader_u16 (&reader), ==, 0x0203);
  g_assert_cmpuint (yodel_byte_reader_u24 (&reader), ==, 0x040506);
  g_assert_cmpuint (yodel_byte_reader_u32 (&reader), ==, 0x0708090a);
  g_assert_cmpuint (yodel_byte_reader_u64 (&reader), ==, G_GUINT64_CONSTANT (0x0b0c0d0e0f101112));
  g_assert_false (reader.failed);
  g_assert_cmpuint (reader.left, ==, 0);
}

static void
test_reader_fails_for_good (void)
{
  static const guint8 data[3] = { 1, 2, 3 };
  YodelByteReader reader = yodel_byte_reader_init (data, sizeof data);

  g_assert_cmpuint (yodel_byte_reader_u32 (&reader), ==, 0);
  g_assert_true (reader.failed);
  g_assert_cmpuint (yodel_byte_reader_u8 (&reader), ==, 0);
  g_assert_null (yodel_byte_reader_take (&reader, 0));
}

static void
test_writer_never_passes_the_end (void)
{
  guint8 buffer[4] = { 9, 9, 9, 9 };
  YodelByteWriter writer = yodel_byte_writer_init (buffer, 3);

  yodel_byte_writer_u16 (&writer, 0x0102);
  yodel_byte_writer_u16 (&writer, 0x0304);
  yodel_byte_writer_u8 (&writer, 5);
  g_assert_true (writer.failed);
  g_assert_cmpuint (writer.size, ==, 2);
  g_assert_cmpuint (buffer[2], ==, 9);
  g_assert_cmpuint (buffer[3], ==, 9);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bytes/what-is-written-is-read", test_round_trip);
  g_test_add_func ("/base/bytes/reader/fails-for-good", test_reader_fails_for_good);
  g_test_add_func ("/base/bytes/writer/never-passes-the-end", test_writer_never_passes_the_end);
  return g_test_run ();
}
