#define G_LOG_DOMAIN "yodel-cli"

#include "cli/picture.h"

#include <gio/gio.h>
#include <string.h>

static guint32
crc_of (const guint8 *data,
        gsize         size)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < size; i++)
    {
      crc ^= data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
    }
  return ~crc;
}

static void
append_u32 (GByteArray *file,
            guint32     value)
{
  const guint8 bytes[4] = { (guint8) (value >> 24), (guint8) (value >> 16), (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (file, bytes, sizeof bytes);
}

/* Length, type, data, and a check over the last two (section 5.3). */
static void
append_chunk (GByteArray   *file,
              const char    type[4],
              const guint8 *data,
              gsize         size)
{
  guint begin;

  append_u32 (file, (guint32) size);
  begin = file->len;
  g_byte_array_append (file, (const guint8 *) type, 4);
  g_byte_array_append (file, data, (guint) size);
  append_u32 (file, crc_of (file->data + begin, file->len - begin));
}

static guint8
clamp (int value)
{
  return (guint8) CLAMP (value, 0, 255);
}

/* BT.601, limited range, to RGB; the factors are in 1/256. */
static void
convert_row (const YodelVideoFrame *frame,
             guint                  row,
             guint8                *rgb)
{
  const guint8 *y = frame->y + (gsize) row * frame->y_stride;
  const guint8 *u = frame->u + (gsize) (row / 2) * frame->u_stride;
  const guint8 *v = frame->v + (gsize) (row / 2) * frame->v_stride;

  for (guint column = 0; column < frame->width; column++)
    {
      int luma = 298 * (y[column] - 16) + 128;
      int blue = u[column / 2] - 128;
      int red = v[column / 2] - 128;

      *rgb++ = clamp ((luma + 409 * red) >> 8);
      *rgb++ = clamp ((luma - 100 * blue - 208 * red) >> 8);
      *rgb++ = clamp ((luma + 516 * blue) >> 8);
    }
}

static GBytes *
compress (const guint8  *data,
          gsize          size,
          GError       **error)
{
  g_autoptr (GConverter) compressor = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 6));
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (data, (gssize) size, NULL);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (output, compressor);

  if (g_output_stream_splice (stream, input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, error) < 0)
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (output));
}

gboolean
yodel_picture_save (const YodelVideoFrame  *frame,
                    const char             *path,
                    GError                **error)
{
  static const guint8 signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 colour[] = { 8, 2, 0, 0, 0 };      /* 8 bits a sample, RGB; section 11.2.1 */
  const gsize row_bytes = 1 + 3 * (gsize) frame->width;  /* a byte in front: filter 0, none */
  g_autofree guint8 *rows = g_malloc0 (row_bytes * frame->height);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) header = g_byte_array_new ();
  g_autoptr (GBytes) packed = NULL;

  for (guint row = 0; row < frame->height; row++)
    convert_row (frame, row, rows + row * row_bytes + 1);
  packed = compress (rows, row_bytes * frame->height, error);
  if (packed == NULL)
    return FALSE;

  append_u32 (header, frame->width);
  append_u32 (header, frame->height);
  g_byte_array_append (header, colour, sizeof colour);
  g_byte_array_append (file, signature, sizeof signature);
  append_chunk (file, "IHDR", header->data, header->len);
  append_chunk (file, "IDAT", g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
  append_chunk (file, "IEND", header->data, 0);
  return g_file_set_contents (path, (const char *) file->data, file->len, error);
}
