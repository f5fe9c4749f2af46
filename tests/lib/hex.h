/* Bytes in tests are written as hex; spaces and line ends between them are free. */
#pragma once

#include <glib.h>

static inline GByteArray *
from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (;;)
    {
      guint8 byte;

      while (g_ascii_isspace (*hex))
        hex++;
      if (*hex == '\0')
        return bytes;

      g_assert_true (g_ascii_isxdigit (hex[0]) && g_ascii_isxdigit (hex[1]));
      byte = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
      g_byte_array_append (bytes, &byte, 1);
      hex += 2;
    }
}

static inline void
assert_bytes_are_hex (const guint8 *data,
                      gsize         size,
                      const char   *hex)
{
  g_autoptr (GByteArray) expected = from_hex (hex);

  g_assert_cmpmem (data, size, expected->data, expected->len);
}
