#include "identity/base32.h"

#include <string.h>

const char yodel_base32_alphabet[33] = "abcdefghijklmnopqrstuvwxyz234567";

void
yodel_base32_write (const guint8 *bytes,
                    gsize         n_bytes,
                    GString      *text)
{
  guint32 bits = 0;
  guint n_bits = 0;

  for (gsize i = 0; i < n_bytes; i++)
    {
      bits = bits << 8 | bytes[i];
      for (n_bits += 8; n_bits >= 5; n_bits -= 5)
        g_string_append_c (text, yodel_base32_alphabet[bits >> (n_bits - 5) & 31]);
    }
  if (n_bits > 0)
    g_string_append_c (text, yodel_base32_alphabet[bits << (5 - n_bits) & 31]);
}

/* Returns: FALSE if there is another letter, or if the spare bits at the end are not zero, for then
 * another text would stand for the same bytes. */
gboolean
yodel_base32_parse (const char *text,
                    gsize       n_chars,
                    guint8     *bytes)
{
  guint32 bits = 0;
  guint n_bits = 0;
  gsize n = 0;

  for (gsize i = 0; i < n_chars; i++)
    {
      const char *at = text[i] != '\0' ? strchr (yodel_base32_alphabet, text[i]) : NULL;

      if (at == NULL)
        return FALSE;
      bits = bits << 5 | (guint32) (at - yodel_base32_alphabet);
      n_bits += 5;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          bytes[n++] = bits >> n_bits & 0xff;
        }
    }
  return (bits & ((1u << n_bits) - 1)) == 0;
}
