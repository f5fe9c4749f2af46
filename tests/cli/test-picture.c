#define G_LOG_DOMAIN "yodel-test"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cli/picture.h"

#define WIDTH  5u
#define HEIGHT 3u

static guint32
get_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* Returns: (transfer full): the rows of the one data chunk, unpacked */
static GBytes *
unpack (const guint8 *data,
        gsize         size)
{
  g_autoptr (GConverter) unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (output, unpacker);
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (stream, data, size, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

static void
test_colours_are_kept (void)
{
  static const struct { guint8 y, u, v, red, green, blue; } colours[] = {
    { 235, 128, 128, 255, 255, 255 },
    { 16, 128, 128, 0, 0, 0 },
    { 81, 90, 240, 255, 0, 0 },
    { 145, 54, 34, 0, 255, 0 },
    { 41, 240, 110, 0, 0, 255 },
  };
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "yodel-test-picture.png", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
    {
      g_autoptr (YodelVideoFrame) frame = yodel_video_frame_new (WIDTH, HEIGHT);
      g_autoptr (GBytes) rows = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *file = NULL;
      const guint8 *pixel;
      gsize size;

      memset (frame->y, colours[i].y, frame->y_stride * HEIGHT);
      memset (frame->u, colours[i].u, frame->u_stride * ((HEIGHT + 1) / 2));
      memset (frame->v, colours[i].v, frame->v_stride * ((HEIGHT + 1) / 2));
      g_assert_true (yodel_picture_save (frame, path, &error));
      g_assert_no_error (error);
      g_assert_true (g_file_get_contents (path, &file, &size, NULL));

      g_assert_cmpmem (file, 8, "\x89PNG\r\n\x1a\n", 8);
      g_assert_cmpuint (get_u32 ((guint8 *) file + 16), ==, WIDTH);
      g_assert_cmpuint (get_u32 ((guint8 *) file + 20), ==, HEIGHT);
      /* the check of the last chunk, which is always the same one */
      g_assert_cmphex (get_u32 ((guint8 *) file + size - 4), ==, 0xae426082);

      rows = unpack ((guint8 *) file + 41, get_u32 ((guint8 *) file + 33));
      g_assert_cmpuint (g_bytes_get_size (rows), ==, (1 + 3 * WIDTH) * HEIGHT);
      pixel = (const guint8 *) g_bytes_get_data (rows, NULL) + (1 + 3 * WIDTH) * 2 + 1 + 3 * 4;
      g_assert_cmpint (ABS (pixel[0] - colours[i].red), <=, 3);
      g_assert_cmpint (ABS (pixel[1] - colours[i].green), <=, 3);
      g_assert_cmpint (ABS (pixel[2] - colours[i].blue), <=, 3);
    }
  g_unlink (path);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/picture/colours-are-kept", test_colours_are_kept);

  return g_test_run ();
}
