#define G_LOG_DOMAIN "yodel-base"

#include "base/byte-writer.h"

#include <string.h>

/* Returns: room for @n bytes that the caller fills, or %NULL where there is none */
guint8 *
yodel_byte_writer_reserve (YodelByteWriter *writer,
                           gsize            n)
{
  guint8 *reserved;

  if (writer->failed || n > writer->capacity - writer->size)
    {
      writer->failed = TRUE;
      return NULL;
    }

  reserved = writer->data + writer->size;
  writer->size += n;
  return reserved;
}

void
yodel_byte_writer_bytes (YodelByteWriter *writer,
                         const guint8    *bytes,
                         gsize            n)
{
  guint8 *to = yodel_byte_writer_reserve (writer, n);

  if (to != NULL && n > 0)
    memcpy (to, bytes, n);
}

static void
put_number (YodelByteWriter *writer,
            guint64          value,
            gsize            n)
{
  guint8 *to = yodel_byte_writer_reserve (writer, n);

  if (to == NULL)
    return;

  for (gsize i = 0; i < n; i++)
    to[i] = value >> 8 * (n - 1 - i);
}

void
yodel_byte_writer_u8 (YodelByteWriter *writer,
                      guint8           value)
{
  put_number (writer, value, 1);
}

void
yodel_byte_writer_u16 (YodelByteWriter *writer,
                       guint16          value)
{
  put_number (writer, value, 2);
}

void
yodel_byte_writer_u24 (YodelByteWriter *writer,
                       guint32          value)
{
  put_number (writer, value, 3);
}

void
yodel_byte_writer_u32 (YodelByteWriter *writer,
                       guint32          value)
{
  put_number (writer, value, 4);
}

void
yodel_byte_writer_u64 (YodelByteWriter *writer,
                       guint64          value)
{
  put_number (writer, value, 8);
}
