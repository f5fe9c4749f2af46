/* Reads one line from standard input without blocking. */
#pragma once

#include <glib.h>

typedef struct _YodelLineInput YodelLineInput;

/* @line: without its newline; NULL at the end of the input.  Called once. */
typedef void (*YodelLineInputFunc) (const char *line,
                                    gsize       length,
                                    gpointer    user_data);

YodelLineInput *yodel_line_input_new  (gsize               max_bytes,
                                       gboolean            leave_rest,
                                       YodelLineInputFunc  func,
                                       gpointer            user_data);
void            yodel_line_input_free (YodelLineInput     *self);
