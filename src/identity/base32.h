/* Bytes as letters and digits that can be read aloud: base32 of RFC 4648 section 6, in lower case and
 * without padding. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void     yodel_base32_write     (const guint8 *bytes,
                                 gsize         n_bytes,
                                 GString      *text);

extern const char yodel_base32_alphabet[33];

/* @bytes: of n_chars * 5 / 8 */
gboolean yodel_base32_parse     (const char   *text,
                                 gsize         n_chars,
                                 guint8       *bytes);

G_END_DECLS
