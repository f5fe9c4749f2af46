/* Commands for a running call, a line each, from a named pipe or a file. */
#pragma once

#include <gio/gio.h>

#define YODEL_COMMAND_MAX_BYTES 4096u

typedef struct _YodelCommandInput YodelCommandInput;

/* @command: without its newline */
typedef void (*YodelCommandInputFunc) (const char *command,
                                       gpointer    user_data);

YodelCommandInput *yodel_command_input_new  (const char             *path,
                                             YodelCommandInputFunc   func,
                                             gpointer                user_data,
                                             GError                **error);
void               yodel_command_input_free (YodelCommandInput      *self);
