/* Keys as they are typed on the terminal, without an enter behind them and without being shown. */
#pragma once

#include <glib.h>

typedef struct _YodelKeyInput YodelKeyInput;

typedef void (*YodelKeyInputFunc) (char     key,
                                   gpointer user_data);

YodelKeyInput *yodel_key_input_new  (YodelKeyInputFunc  func,
                                     gpointer           user_data);
void           yodel_key_input_free (YodelKeyInput     *self);
