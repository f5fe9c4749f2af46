/* Reads big-endian fields out of a datagram.  A parser reads a whole header, then asks once
 * whether it was all there: a read past the end yields zeros and sets `failed`, for good. */
#pragma once

#include <glib.h>

typedef struct
{
  const guint8 *at;      /* (borrowed) */
  gsize         left;
  gboolean      failed;
} YodelByteReader;

static inline YodelByteReader
yodel_byte_reader_init (const guint8 *data,
                        gsize         size)
{
  return (YodelByteReader) { .at = data, .left = size };
}

const guint8 *yodel_byte_reader_take (YodelByteReader *reader,
                                      gsize            n);
guint8        yodel_byte_reader_u8   (YodelByteReader *reader);
guint16       yodel_byte_reader_u16  (YodelByteReader *reader);
guint32       yodel_byte_reader_u24  (YodelByteReader *reader);
guint32       yodel_byte_reader_u32  (YodelByteReader *reader);
guint64       yodel_byte_reader_u64  (YodelByteReader *reader);
