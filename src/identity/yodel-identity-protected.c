/* An identity in a file that a passphrase opens: Argon2id makes a key of it, which seals the seed. */
#define G_LOG_DOMAIN "yodel-identity"

#include <yodel/yodel-identity.h>

#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"

#define FILE_TITLE   "yodel identity 2: protected by a passphrase\n"
#define FILE_SALT    "salt "
#define FILE_SEALED  "sealed "
#define FILE_ADDRESS "address "
#define SEALED_BYTES (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + YODEL_IDENTITY_SEED_BYTES)

/* Half a second and 64 MiB a guess. */
static gboolean
stretch (const char    *passphrase,
         const guint8   salt[crypto_pwhash_SALTBYTES],
         guint8         key[crypto_secretbox_KEYBYTES],
         GError       **error)
{
  if (crypto_pwhash (key, crypto_secretbox_KEYBYTES, passphrase, strlen (passphrase), salt, crypto_pwhash_OPSLIMIT_MODERATE,
                     crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0)
    return TRUE;
  g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_KEY, "there is too little memory for the passphrase");
  return FALSE;
}

static gboolean
take_hex (const char **at,
          const char  *label,
          guint8      *bytes,
          gsize        n_bytes)
{
  gsize n = 0;

  if (!g_str_has_prefix (*at, label) || strlen (*at) < strlen (label) + 2 * n_bytes + 1)
    return FALSE;
  *at += strlen (label);
  if (sodium_hex2bin (bytes, n_bytes, *at, 2 * n_bytes, NULL, &n, NULL) != 0 || n != n_bytes || (*at)[2 * n_bytes] != '\n')
    return FALSE;
  *at += 2 * n_bytes + 1;
  return TRUE;
}

/**
 * yodel_identity_is_protected:
 * @path: (type filename): a file
 *
 * Returns: whether it is an identity that needs a passphrase; %FALSE too where it cannot be read
 */
gboolean
yodel_identity_is_protected (const char *path)
{
  char text[YODEL_IDENTITY_FILE_MAX_BYTES + 1];
  gboolean is_protected;

  g_return_val_if_fail (path != NULL, FALSE);

  is_protected = yodel_identity_read_file (path, text, NULL) && g_str_has_prefix (text, FILE_TITLE);
  sodium_memzero (text, sizeof text);
  return is_protected;
}

/**
 * yodel_identity_load_protected:
 * @path: (type filename): a file that yodel_identity_save_protected() wrote
 * @passphrase: what it was protected by
 * @error: return location for a #GError
 *
 * Reads a protected identity. It takes a second of work and may be called on any thread.
 *
 * Returns: (transfer full): the identity; %NULL on %YODEL_ERROR_KEY where the passphrase is another, or the file cannot be
 *   read or is no protected identity
 */
YodelIdentity *
yodel_identity_load_protected (const char  *path,
                               const char  *passphrase,
                               GError     **error)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (YODEL_TYPE_IDENTITY);   /* sodium is ready */
  char text[YODEL_IDENTITY_FILE_MAX_BYTES + 1];
  const char *at = text + strlen (FILE_TITLE);
  guint8 salt[crypto_pwhash_SALTBYTES], sealed[SEALED_BYTES], key[crypto_secretbox_KEYBYTES], seed[YODEL_IDENTITY_SEED_BYTES];
  YodelIdentity *self = NULL;

  g_return_val_if_fail (path != NULL && passphrase != NULL, NULL);

  if (!yodel_identity_read_file (path, text, error))
    return NULL;
  if (!g_str_has_prefix (text, FILE_TITLE) || !take_hex (&at, FILE_SALT, salt, sizeof salt) ||
      !take_hex (&at, FILE_SEALED, sealed, sizeof sealed))
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "%s is not a protected identity", path);
  else if (stretch (passphrase, salt, key, error))
    {
      if (crypto_secretbox_open_easy (seed, sealed + crypto_secretbox_NONCEBYTES, sizeof sealed - crypto_secretbox_NONCEBYTES,
                                      sealed, key) == 0)
        self = yodel_identity_new_from_seed (seed);
      else
        g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "the passphrase is not that of %s", path);
    }
  sodium_memzero (key, sizeof key);
  sodium_memzero (seed, sizeof seed);
  return self;
}

/**
 * yodel_identity_save_protected:
 * @self: an identity
 * @path: (type filename): where to; the folder must exist
 * @passphrase: what will open it
 * @error: return location for a #GError
 *
 * Writes the identity to a file that its owner alone may read, and that is of no use without the passphrase. A file that was
 * there is replaced as a whole. It takes a second of work and may be called on any thread.
 *
 * Returns: %FALSE on %YODEL_ERROR_KEY where the file cannot be written
 */
gboolean
yodel_identity_save_protected (YodelIdentity  *self,
                               const char     *path,
                               const char     *passphrase,
                               GError        **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;
  guint8 salt[crypto_pwhash_SALTBYTES], sealed[SEALED_BYTES], key[crypto_secretbox_KEYBYTES], seed[YODEL_IDENTITY_SEED_BYTES];
  char salt_hex[2 * sizeof salt + 1], sealed_hex[2 * sizeof sealed + 1];

  g_return_val_if_fail (YODEL_IS_IDENTITY (self), FALSE);
  g_return_val_if_fail (path != NULL && passphrase != NULL, FALSE);

  randombytes_buf (salt, sizeof salt);
  randombytes_buf (sealed, crypto_secretbox_NONCEBYTES);
  if (!stretch (passphrase, salt, key, error))
    return FALSE;
  yodel_identity_get_seed (self, seed);
  crypto_secretbox_easy (sealed + crypto_secretbox_NONCEBYTES, seed, sizeof seed, sealed, key);
  sodium_memzero (key, sizeof key);
  sodium_memzero (seed, sizeof seed);

  sodium_bin2hex (salt_hex, sizeof salt_hex, salt, sizeof salt);
  sodium_bin2hex (sealed_hex, sizeof sealed_hex, sealed, sizeof sealed);
  text = g_strconcat (FILE_TITLE FILE_SALT, salt_hex, "\n" FILE_SEALED, sealed_hex, "\n" FILE_ADDRESS,
                      yodel_identity_get_address (self), "\n", NULL);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &reason))
    return TRUE;
  g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_KEY, reason->message);
  return FALSE;
}
