#define G_LOG_DOMAIN "yodel-base"

#include "base/byte-reader.h"

/* Returns: the next @n bytes, or %NULL where they are not all there */
const guint8 *
yodel_byte_reader_take (YodelByteReader *reader,
                        gsize            n)
{
  const guint8 *taken = reader->at;

  if (reader->failed || n > reader->left)
    {
      reader->failed = TRUE;
      return NULL;
    }

  reader->at += n;
  reader->left -= n;
  return taken;
}

static guint64
take_number (YodelByteReader *reader,
             gsize            n)
{
  const guint8 *bytes = yodel_byte_reader_take (reader, n);
  guint64 value = 0;

  if (bytes == NULL)
    return 0;

  for (gsize i = 0; i < n; i++)
    value = value << 8 | bytes[i];

  return value;
}

guint8
yodel_byte_reader_u8 (YodelByteReader *reader)
{
  return take_number (reader, 1);
}

guint16
yodel_byte_reader_u16 (YodelByteReader *reader)
{
  return take_number (reader, 2);
}

guint32
yodel_byte_reader_u24 (YodelByteReader *reader)
{
  return take_number (reader, 3);
}

guint32
yodel_byte_reader_u32 (YodelByteReader *reader)
{
  return take_number (reader, 4);
}

guint64
yodel_byte_reader_u64 (YodelByteReader *reader)
{
  return take_number (reader, 8);
}
