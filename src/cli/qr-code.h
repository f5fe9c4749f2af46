/* Text as a QR code: for a terminal, and as a picture. */
#pragma once

#include <glib.h>

/* Returns: (transfer full) (nullable): lines of half blocks, NULL where the text does not fit or this
 * program was built without libqrencode */
char     *yodel_qr_code_draw (const char  *text);

gboolean  yodel_qr_code_save (const char  *text,
                              const char  *path,
                              GError     **error);
