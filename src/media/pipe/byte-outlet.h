/* Where a sink's bytes go: a file, a pipe that may have no reader yet, or stdout. */
#pragma once

#include <glib.h>

typedef struct _YodelByteOutlet YodelByteOutlet;

typedef enum
{
  YODEL_OUTLET_WRITTEN,
  YODEL_OUTLET_NO_READER,    /* a pipe without one; it may come */
  YODEL_OUTLET_FAILED,
} YodelOutletResult;

YodelByteOutlet  *yodel_byte_outlet_new       (const char            *path,
                                               GError               **error);
void              yodel_byte_outlet_free      (YodelByteOutlet       *self);
gboolean          yodel_byte_outlet_is_pipe   (const YodelByteOutlet *self);
gboolean          yodel_byte_outlet_open      (YodelByteOutlet       *self);
YodelOutletResult yodel_byte_outlet_write     (YodelByteOutlet       *self,
                                               const guint8          *data,
                                               gsize                  size,
                                               GError               **error);
void              yodel_byte_outlet_overwrite (YodelByteOutlet       *self,
                                               const guint8          *data,
                                               gsize                  size);
void              yodel_byte_outlet_hurry     (YodelByteOutlet       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelByteOutlet, yodel_byte_outlet_free)
