/* Numbers that wrap: order of 16- and 32-bit sequence numbers (RFC 1982), and the counter that
 * makes one endless line of them. */
#pragma once

#include <glib.h>

static inline gint16
yodel_sequence_diff16 (guint16 a,
                       guint16 b)
{
  return (gint16) (guint16) (a - b);
}

static inline gint32
yodel_sequence_diff32 (guint32 a,
                       guint32 b)
{
  return (gint32) (a - b);
}

typedef struct
{
  gint64   last;
  gboolean started;
} YodelUnwrapper;

gint64 yodel_unwrapper_peek16 (const YodelUnwrapper *self,
                               guint16               number);
gint64 yodel_unwrapper_peek32 (const YodelUnwrapper *self,
                               guint32               number);
gint64 yodel_unwrapper_next16 (YodelUnwrapper *self,
                               guint16         number);
gint64 yodel_unwrapper_next32 (YodelUnwrapper *self,
                               guint32         number);
