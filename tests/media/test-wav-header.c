#define G_LOG_DOMAIN "yodel-test"

#include <string.h>

#include "media/file/wav-header.h"

static void
test_written_header_is_found (void)
{
  guint8 header[YODEL_WAV_HEADER_BYTES];
  gsize offset;
  guint32 bytes;
  guint channels;

  yodel_wav_header_write (header, 96000, 2);
  g_assert_true (yodel_wav_header_find_data (header, sizeof header, &offset, &bytes, &channels));
  g_assert_cmpuint (offset, ==, YODEL_WAV_HEADER_BYTES);
  g_assert_cmpuint (bytes, ==, 96000);
  g_assert_cmpuint (channels, ==, 2);
}

static void
test_length_past_four_gigabytes_is_the_largest (void)
{
  guint8 header[YODEL_WAV_HEADER_BYTES];
  gsize offset;
  guint32 bytes;
  guint channels;

  yodel_wav_header_write (header, G_GUINT64_CONSTANT (5000000000), 1);
  g_assert_true (yodel_wav_header_find_data (header, sizeof header, &offset, &bytes, &channels));
  g_assert_cmpuint (bytes, ==, G_MAXUINT32);
}

typedef struct
{
  const char *name;
  guint       at;           /* byte to be changed */
  guint8      to;
} OtherFormat;

static const OtherFormat others[] = {
  { "float",           20, 3 },
  { "three-channels",  22, 3 },
  { "no-channel",      22, 0 },
  { "44100-hz",        24, 0x44 },
  { "eight-bits",      34, 8 },
  { "no-riff",         0,  'X' },
  { "no-wave",         8,  'X' },
  { "no-format-first", 12, 'X' },
  { "format-too-long", 17, 0xff },
  { "no-data",         36, 'X' },
};

static void
test_other_format_is_left_to_others (gconstpointer data)
{
  const OtherFormat *c = data;
  guint8 header[YODEL_WAV_HEADER_BYTES];
  gsize offset = 7;
  guint32 bytes = 7;
  guint channels = 7;

  yodel_wav_header_write (header, 960, 1);
  header[c->at] = c->to;
  g_assert_false (yodel_wav_header_find_data (header, sizeof header, &offset, &bytes, &channels));
  g_assert_cmpuint (offset, ==, 7);
  g_assert_cmpuint (channels, ==, 7);
}

static void
test_chunks_before_the_data_are_skipped (void)
{
  static const guint8 extra[] = { 'L', 'I', 'S', 'T', 3, 0, 0, 0, 'a', 'b', 'c', 0 };
  guint8 file[YODEL_WAV_HEADER_BYTES + sizeof extra];
  gsize offset;
  guint32 bytes;
  guint channels;

  yodel_wav_header_write (file, 480, 1);
  memmove (file + 36 + sizeof extra, file + 36, 8);
  memcpy (file + 36, extra, sizeof extra);
  g_assert_true (yodel_wav_header_find_data (file, sizeof file, &offset, &bytes, &channels));
  g_assert_cmpuint (offset, ==, sizeof file);
  g_assert_cmpuint (bytes, ==, 480);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/media/wav-header/written-header-is-found", test_written_header_is_found);
  g_test_add_func ("/media/wav-header/length-past-four-gigabytes-is-the-largest",
                   test_length_past_four_gigabytes_is_the_largest);
  g_test_add_func ("/media/wav-header/chunks-before-the-data-are-skipped", test_chunks_before_the_data_are_skipped);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *path = g_strconcat ("/media/wav-header/other-format-is-left-to-others/", others[i].name, NULL);

      g_test_add_data_func (path, &others[i], test_other_format_is_left_to_others);
    }

  return g_test_run ();
}
