/* JSON lines for other programs: to a file, a pipe, or one of the standard streams. */
#pragma once

#include <glib.h>

typedef struct _YodelOutput YodelOutput;

YodelOutput *yodel_output_new   (const char   *path,
                                 GError      **error);
void         yodel_output_free  (YodelOutput  *self);
void         yodel_output_write (YodelOutput  *self,
                                 const char   *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelOutput, yodel_output_free)
