#define G_LOG_DOMAIN "yodel-test"

#include <string.h>

#include "media/file/y4m-parser.h"
#include "yodel/yodel-error.h"

typedef struct
{
  const char *name;
  const char *line;
  guint       width;        /* 0: not to be read */
  guint       height;
  gint64      duration_us;
} HeaderCase;

static const HeaderCase headers[] = {
  { "ours",                    "YUV4MPEG2 W640 H360 F30:1 Ip A1:1 C420jpeg\n", 640, 360, 33333 },
  { "without-newline",         "YUV4MPEG2 W2 H2 F25:1",                        2, 2, 40000 },
  { "ntsc-rate",               "YUV4MPEG2 W2 H2 F30000:1001",                  2, 2, 33366 },
  { "unknown-rate",            "YUV4MPEG2 W2 H2 F0:0",                         2, 2, 33333 },
  { "no-rate",                 "YUV4MPEG2 H4 W2",                              2, 4, 33333 },
  { "odd-sizes",               "YUV4MPEG2 W1 H3 C420",                         1, 3, 33333 },
  { "comments-and-spaces",     "YUV4MPEG2  W8  H8 XYSCSS=420JPEG  Xwhatever",  8, 8, 33333 },
  { "mpeg2-siting",            "YUV4MPEG2 W8 H8 C420mpeg2",                    8, 8, 33333 },
  { "largest",                 "YUV4MPEG2 W4096 H4096",                        4096, 4096, 33333 },
  { "slowest-rate-is-bounded", "YUV4MPEG2 W8 H8 F1:9999999",                   8, 8, 10000000 },
  { "fastest-rate-is-bounded", "YUV4MPEG2 W8 H8 F9999999:1",                   8, 8, 1000 },
  { "too-wide",                "YUV4MPEG2 W4097 H4", 0 },
  { "zero-width",              "YUV4MPEG2 W0 H4", 0 },
  { "no-height",               "YUV4MPEG2 W4", 0 },
  { "number-overflow",         "YUV4MPEG2 W4294967300 H4", 0 },
  { "negative",                "YUV4MPEG2 W-4 H4", 0 },
  { "number-with-a-tail",      "YUV4MPEG2 W4x H4", 0 },
  { "ten-bits",                "YUV4MPEG2 W4 H4 C420p10", 0 },
  { "other-chroma",            "YUV4MPEG2 W4 H4 C444", 0 },
  { "half-a-rate",             "YUV4MPEG2 W4 H4 F30", 0 },
  { "other-magic",             "YUV4MPEG3 W4 H4", 0 },
  { "magic-with-a-tail",       "YUV4MPEG2W4 H4", 0 },
  { "empty",                   "", 0 },
};

static void
test_header (gconstpointer data)
{
  const HeaderCase *c = data;
  YodelY4mHeader header = { .width = 77 };
  g_autoptr (GError) error = NULL;
  gboolean good = yodel_y4m_header_parse (&header, c->line, strlen (c->line), &error);

  g_assert_cmpint (good, ==, c->width > 0);
  if (!good)
    {
      g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
      g_assert_cmpuint (header.width, ==, 77);     /* untouched on failure */
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpuint (header.width, ==, c->width);
  g_assert_cmpuint (header.height, ==, c->height);
  g_assert_cmpint (yodel_y4m_frame_duration_us (&header), ==, c->duration_us);
}

static void
test_written_header_reads_back (void)
{
  const YodelY4mHeader header = { 642, 362, 30, 1 };
  YodelY4mHeader back;
  g_autofree char *line = yodel_y4m_header_write (&header);

  g_assert_true (yodel_y4m_header_parse (&back, line, strlen (line), NULL));
  g_assert_cmpmem (&back, sizeof back, &header, sizeof header);
}

/* Two frames of 3 x 3: 9 + 4 + 4 bytes each. */
static const char two_frames[] = "YUV4MPEG2 W3 H3 F30:1\n"
                                 "FRAME\n" "abcdefghi" "jklm" "nopq"
                                 "FRAME Ixyz\n" "ABCDEFGHI" "JKLM" "NOPQ";

static void
check_frame (const YodelVideoFrame *frame,
             const char            *pixels)
{
  for (guint row = 0; row < 3; row++)
    g_assert_cmpmem (frame->y + row * frame->y_stride, 3, pixels + 3 * row, 3);
  for (guint row = 0; row < 2; row++)
    {
      g_assert_cmpmem (frame->u + row * frame->u_stride, 2, pixels + 9 + 2 * row, 2);
      g_assert_cmpmem (frame->v + row * frame->v_stride, 2, pixels + 13 + 2 * row, 2);
    }
}

/* However the stream is cut into pieces. */
static void
test_any_cut_gives_the_same_frames (void)
{
  static const char * const expected[] = { "abcdefghijklmnopq", "ABCDEFGHIJKLMNOPQ" };
  const gsize size = sizeof two_frames - 1;

  for (gsize piece = 1; piece <= size; piece++)
    {
      g_autoptr (YodelY4mParser) parser = yodel_y4m_parser_new ();
      g_autoptr (GError) error = NULL;
      guint frames = 0;

      for (gsize at = 0; at < size;)
        {
          g_autoptr (YodelVideoFrame) frame = NULL;

          at += yodel_y4m_parser_push (parser, (const guint8 *) two_frames + at, MIN (piece, size - at), &error);
          g_assert_no_error (error);
          frame = yodel_y4m_parser_pop (parser);
          if (frame != NULL)
            check_frame (frame, expected[frames++]);
        }
      g_assert_cmpuint (frames, ==, 2);
    }
}

static void
test_a_line_without_end_is_refused (void)
{
  g_autoptr (YodelY4mParser) parser = yodel_y4m_parser_new ();
  g_autoptr (GError) error = NULL;
  guint8 junk[YODEL_Y4M_LINE_MAX_BYTES];

  memset (junk, 'Y', sizeof junk);
  g_assert_cmpuint (yodel_y4m_parser_push (parser, junk, sizeof junk, &error), ==, sizeof junk);
  g_assert_no_error (error);
  yodel_y4m_parser_push (parser, junk, 1, &error);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
}

static void
test_something_else_between_frames_ends_the_stream (void)
{
  static const char stream[] = "YUV4MPEG2 W1 H1\nFRAME\nabcFRAMES\nabcFRAME\nabc";
  g_autoptr (YodelY4mParser) parser = yodel_y4m_parser_new ();
  g_autoptr (GError) error = NULL;
  gsize at = yodel_y4m_parser_push (parser, (const guint8 *) stream, sizeof stream - 1, &error);
  g_autoptr (YodelVideoFrame) frame = yodel_y4m_parser_pop (parser);

  g_assert_nonnull (frame);
  g_assert_no_error (error);
  at += yodel_y4m_parser_push (parser, (const guint8 *) stream + at, sizeof stream - 1 - at, &error);
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA);
  g_assert_cmpuint (at, ==, sizeof stream - 1);
  g_assert_null (yodel_y4m_parser_pop (parser));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *path = g_strconcat ("/media/y4m/header/", headers[i].name, NULL);

      g_test_add_data_func (path, &headers[i], test_header);
    }
  g_test_add_func ("/media/y4m/written-header-reads-back", test_written_header_reads_back);
  g_test_add_func ("/media/y4m/any-cut-gives-the-same-frames", test_any_cut_gives_the_same_frames);
  g_test_add_func ("/media/y4m/a-line-without-end-is-refused", test_a_line_without_end_is_refused);
  g_test_add_func ("/media/y4m/something-else-between-frames-ends-the-stream",
                   test_something_else_between_frames_ends_the_stream);

  return g_test_run ();
}
