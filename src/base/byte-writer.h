/* Writes big-endian fields into a buffer of fixed size.  What does not fit is not written and
 * sets `failed`, for good: a writer asks once, at the end. */
#pragma once

#include <glib.h>

typedef struct
{
  guint8   *data;        /* (borrowed) */
  gsize     capacity;
  gsize     size;        /* bytes written so far */
  gboolean  failed;
} YodelByteWriter;

static inline YodelByteWriter
yodel_byte_writer_init (guint8 *data,
                        gsize   capacity)
{
  return (YodelByteWriter) { .data = data, .capacity = capacity };
}

guint8 *yodel_byte_writer_reserve (YodelByteWriter *writer,
                                   gsize            n);
void    yodel_byte_writer_bytes   (YodelByteWriter *writer,
                                   const guint8    *bytes,
                                   gsize            n);
void    yodel_byte_writer_u8      (YodelByteWriter *writer,
                                   guint8           value);
void    yodel_byte_writer_u16     (YodelByteWriter *writer,
                                   guint16          value);
void    yodel_byte_writer_u24     (YodelByteWriter *writer,
                                   guint32          value);
void    yodel_byte_writer_u32     (YodelByteWriter *writer,
                                   guint32          value);
void    yodel_byte_writer_u64     (YodelByteWriter *writer,
                                   guint64          value);
