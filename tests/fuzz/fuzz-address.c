/* An address that is taken is the one way to write its key. */
#include <string.h>

#include <glib.h>

#include "identity/address.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  if (!yodel_address_parse (text, key, &error))
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  again = yodel_address_write (key);
  g_assert_cmpstr (text, ==, again);
  return 0;
}
