/* An address is a key in writing: yodel: and the base32 of the key, a checksum and a version. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_ADDRESS_KEY_BYTES 32

char     *yodel_address_write (const guint8  key[YODEL_ADDRESS_KEY_BYTES]);

gboolean  yodel_address_parse (const char   *address,
                               guint8        key[YODEL_ADDRESS_KEY_BYTES],
                               GError      **error);

G_END_DECLS
