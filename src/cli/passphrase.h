/* Asks a person for a passphrase, without showing it. */
#pragma once

#include <glib.h>

typedef struct
{
  char text[1024];
} YodelPassphrase;

/* From $YODEL_PASSPHRASE_FILE, whose first line it is, or from the terminal. */
gboolean yodel_passphrase_ask   (YodelPassphrase  *self,
                                 const char       *prompt,
                                 GError          **error);

void     yodel_passphrase_clear (YodelPassphrase  *self);
