#define G_LOG_DOMAIN "yodel-identity"

#include "identity/address.h"

#include <string.h>

#include <sodium.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-identity.h>

#include "identity/base32.h"

#define SCHEME         "yodel:"
#define VERSION        1
#define CHECKSUM_BYTES 4    /* one wrong address in four thousand million passes */
#define RAW_BYTES      (YODEL_ADDRESS_KEY_BYTES + CHECKSUM_BYTES + 1)
#define TEXT_CHARS     ((RAW_BYTES * 8 + 4) / 5)
#define SHOWN_CHARS    16   /* of a foreign string, in an error message */

/* The checksum covers the version too, so that a damaged one is a typing error. */
static void
write_checksum (const guint8 *key,
                guint8        version,
                guint8        checksum[CHECKSUM_BYTES])
{
  static const guint8 domain[] = "yodel-address";
  guint8 hash[crypto_generichash_BYTES];
  crypto_generichash_state state;

  crypto_generichash_init (&state, NULL, 0, sizeof hash);
  crypto_generichash_update (&state, domain, sizeof domain - 1);
  crypto_generichash_update (&state, key, YODEL_ADDRESS_KEY_BYTES);
  crypto_generichash_update (&state, &version, 1);
  crypto_generichash_final (&state, hash, sizeof hash);
  memcpy (checksum, hash, CHECKSUM_BYTES);
}

static gboolean
fail (GError     **error,
      const char  *format,
      ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_KEY, message);
  return FALSE;
}

static gboolean
check_characters (const char  *text,
                  GError     **error)
{
  gsize length = strspn (text, yodel_base32_alphabet);
  guchar stranger = text[length];

  if (stranger == 0 && length == TEXT_CHARS)
    return TRUE;
  if (stranger == 0)
    return fail (error, "an address has %u characters after " SCHEME ", this one has %" G_GSIZE_FORMAT,
                 (guint) TEXT_CHARS, length);
  if (g_ascii_isupper (stranger))
    return fail (error, "an address is written in small letters, this one has \"%c\"", stranger);
  if (strchr ("018", stranger) != NULL)
    return fail (error, "an address has no \"%c\"; is it the letter \"%s\"?", stranger,
                 stranger == '0' ? "o" : stranger == '1' ? "l\" or \"i" : "b");
  if (g_ascii_isgraph (stranger))
    return fail (error, "an address has letters and the digits 2 to 7, this one has \"%c\"", stranger);
  return fail (error, "an address has letters and the digits 2 to 7, "
               "this one has something else at place %" G_GSIZE_FORMAT, length + 1);
}

/* Returns: (transfer full): the address of an Ed25519 public key */
char *
yodel_address_write (const guint8 key[YODEL_ADDRESS_KEY_BYTES])
{
  GString *text = g_string_new (SCHEME);
  guint8 raw[RAW_BYTES];

  memcpy (raw, key, YODEL_ADDRESS_KEY_BYTES);
  write_checksum (key, VERSION, raw + YODEL_ADDRESS_KEY_BYTES);
  raw[RAW_BYTES - 1] = VERSION;
  yodel_base32_write (raw, sizeof raw, text);
  return g_string_free (text, FALSE);
}

/* Stores the public key in @key, which is left alone on failure. */
gboolean
yodel_address_parse (const char   *address,
                     guint8        key[YODEL_ADDRESS_KEY_BYTES],
                     GError      **error)
{
  guint8 raw[RAW_BYTES] = { 0 };
  guint8 checksum[CHECKSUM_BYTES];
  guint8 version;

  if (!g_str_has_prefix (address, SCHEME))
    {
      g_autofree char *start = g_strndup (address, SHOWN_CHARS);
      g_autofree char *shown = g_strescape (start, NULL);

      return fail (error, "an address begins with " SCHEME ", not with \"%s\"", shown);
    }
  if (!check_characters (address + strlen (SCHEME), error))
    return FALSE;
  if (!yodel_base32_parse (address + strlen (SCHEME), TEXT_CHARS, raw))
    return fail (error, "the address has a typing error at its end");

  version = raw[RAW_BYTES - 1];
  write_checksum (raw, version, checksum);
  if (memcmp (checksum, raw + YODEL_ADDRESS_KEY_BYTES, CHECKSUM_BYTES) != 0)
    return fail (error, "the address has a typing error: its checksum does not fit");
  if (version != VERSION)
    return fail (error, "the address is of version %u, which this program does not know", version);
  if (crypto_core_ed25519_is_valid_point (raw) != 1)
    return fail (error, "the address holds no usable key");

  memcpy (key, raw, YODEL_ADDRESS_KEY_BYTES);
  return TRUE;
}

/**
 * yodel_address_is_valid:
 * @address: a string that may be an address
 * @error: return location for a #GError
 *
 * Looks whether @address is well-formed: `yodel:` and 60 letters and digits, the base32
 * (RFC 4648 section 6, in small letters, without padding) of an Ed25519 public key, a checksum that
 * finds typing errors, and a version. It does not tell whether anybody can be reached there.
 *
 * May be called on any thread.
 *
 * Returns: %FALSE on %YODEL_ERROR_KEY, with a message that says what is wrong with it
 */
gboolean
yodel_address_is_valid (const char  *address,
                        GError     **error)
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  g_return_val_if_fail (address != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return yodel_address_parse (address, key, error);
}
