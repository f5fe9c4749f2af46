#define G_LOG_DOMAIN "yodel-identity"

#include <yodel/yodel-identity.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>

#include "identity/address.h"
#include "identity/identity-private.h"

G_STATIC_ASSERT (YODEL_IDENTITY_KEY_BYTES == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT (YODEL_IDENTITY_KEY_BYTES == crypto_box_PUBLICKEYBYTES);
G_STATIC_ASSERT (YODEL_IDENTITY_SEED_BYTES == crypto_sign_SEEDBYTES);
G_STATIC_ASSERT (YODEL_IDENTITY_SIGNATURE_BYTES == crypto_sign_BYTES);
G_STATIC_ASSERT (YODEL_IDENTITY_SECRET_BYTES == crypto_scalarmult_BYTES);

/* The file: three lines of text, the secret in hexadecimal. */
#define FILE_TITLE     "yodel identity 1: who has this file can pose as you\n"
#define FILE_SECRET    "secret "
#define FILE_ADDRESS   "address "
#define FILE_MAX_BYTES YODEL_IDENTITY_FILE_MAX_BYTES
#define SEED_CHARS     (2 * crypto_sign_SEEDBYTES)

/**
 * YodelIdentity:
 *
 * Who somebody is: an Ed25519 key pair, known to others by the address that is made from
 * its public half.
 *
 * It never changes once it is made, so it may be used on any thread.
 */
struct _YodelIdentity
{
  GObject  parent_instance;

  guint8   secret_key[crypto_sign_SECRETKEYBYTES];   /* kept from the swap file */
  guint8   public_key[crypto_sign_PUBLICKEYBYTES];
  char    *address;                                  /* (owned) */
};

G_DEFINE_FINAL_TYPE (YodelIdentity, yodel_identity, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ADDRESS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Returns: (transfer full): the identity that the seed stands for */
YodelIdentity *
yodel_identity_new_from_seed (const guint8 seed[YODEL_IDENTITY_SEED_BYTES])
{
  YodelIdentity *self = g_object_new (YODEL_TYPE_IDENTITY, NULL);

  crypto_sign_seed_keypair (self->public_key, self->secret_key, seed);
  self->address = yodel_address_write (self->public_key);
  return self;
}

/* Reads a private file into @text, of FILE_MAX_BYTES + 1, and ends it with NUL. */
gboolean
yodel_identity_read_file (const char  *path,
                          char        *text,
                          GError     **error)
{
  struct stat info;
  gssize n;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

  if (fd < 0 || fstat (fd, &info) < 0)
    {
      int saved = errno;

      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "%s: %s", path, g_strerror (saved));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "%s is not a file", path);
  else if (info.st_mode & (S_IRWXG | S_IRWXO))
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY,
                 "%s is open to others (mode %04o); if it was so by mistake, \"chmod 600\" closes it",
                 path, (guint) (info.st_mode & 07777));
  else if (info.st_size > FILE_MAX_BYTES || (n = read (fd, text, FILE_MAX_BYTES)) < 0)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "%s is not an identity file", path);
  else
    {
      text[n] = '\0';
      close (fd);
      return TRUE;
    }
  close (fd);
  return FALSE;
}

/* Takes the file apart; what follows the address line is nobody's business. */
static YodelIdentity *
parse_file (const char *text)
{
  g_autoptr (YodelIdentity) self = NULL;
  g_autofree char *line = NULL;
  guint8 seed[crypto_sign_SEEDBYTES];
  gsize n_bytes = 0;
  int status;

  if (!g_str_has_prefix (text, FILE_TITLE FILE_SECRET))
    return NULL;
  text += strlen (FILE_TITLE FILE_SECRET);
  if (strlen (text) < SEED_CHARS || text[SEED_CHARS] != '\n')
    return NULL;

  status = sodium_hex2bin (seed, sizeof seed, text, SEED_CHARS, NULL, &n_bytes, NULL);
  if (status == 0 && n_bytes == sizeof seed)
    self = yodel_identity_new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  if (self == NULL)
    return NULL;

  /* The address stands there for people, and finds a damaged secret. */
  line = g_strconcat (FILE_ADDRESS, self->address, "\n", NULL);
  if (!g_str_has_prefix (text + SEED_CHARS + 1, line))
    return NULL;
  return g_steal_pointer (&self);
}

static void
yodel_identity_finalize (GObject *object)
{
  YodelIdentity *self = YODEL_IDENTITY (object);

  sodium_munlock (self->secret_key, sizeof self->secret_key);   /* and zeroes */
  g_free (self->address);

  G_OBJECT_CLASS (yodel_identity_parent_class)->finalize (object);
}

static void
yodel_identity_get_property (GObject    *object,
                             guint       property_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch (property_id)
    {
    case PROP_ADDRESS:
      g_value_set_string (value, yodel_identity_get_address (YODEL_IDENTITY (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
yodel_identity_class_init (YodelIdentityClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = yodel_identity_finalize;
  object_class->get_property = yodel_identity_get_property;

  /**
   * YodelIdentity:address: (getter get_address)
   *
   * The address that others call.
   */
  properties[PROP_ADDRESS] =
    g_param_spec_string ("address", NULL, NULL, NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  if (sodium_init () < 0)
    g_error ("this system has no source of randomness");
}

static void
yodel_identity_init (YodelIdentity *self)
{
  /* Where memory cannot be locked, an identity is better than none. */
  (void) sodium_mlock (self->secret_key, sizeof self->secret_key);
}

/**
 * yodel_identity_new:
 *
 * Makes a new key pair. It is gone with the object unless yodel_identity_save() keeps it.
 *
 * Returns: (transfer full): an identity nobody has met before
 */
YodelIdentity *
yodel_identity_new (void)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (YODEL_TYPE_IDENTITY);   /* sodium is ready */
  guint8 seed[crypto_sign_SEEDBYTES];
  YodelIdentity *self;

  randombytes_buf (seed, sizeof seed);
  self = yodel_identity_new_from_seed (seed);
  sodium_memzero (seed, sizeof seed);
  return self;
}

/**
 * yodel_identity_load:
 * @path: (type filename): a file that yodel_identity_save() wrote
 * @error: return location for a #GError
 *
 * Reads an identity. A file that others than its owner may read or write is refused: it
 * may be no secret any more.
 *
 * Reads a small local file and may be called on any thread.
 *
 * Returns: (transfer full): the identity; %NULL on %YODEL_ERROR_KEY where the file cannot be read, is
 *   open to others or is not an identity
 */
YodelIdentity *
yodel_identity_load (const char  *path,
                     GError     **error)
{
  YodelIdentity *self;
  char text[FILE_MAX_BYTES + 1];

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!yodel_identity_read_file (path, text, error))
    return NULL;

  self = parse_file (text);
  sodium_memzero (text, sizeof text);
  if (self == NULL)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "%s is not an identity file", path);
  return self;
}

/**
 * yodel_identity_save:
 * @self: an identity
 * @path: (type filename): where to; the folder must exist
 * @error: return location for a #GError
 *
 * Writes the identity to a file that its owner alone may read (mode 0600). A file that was there is
 * replaced as a whole: at no time is there half an identity.
 *
 * Writes a small local file and may be called on any thread.
 *
 * Returns: %FALSE on %YODEL_ERROR_KEY where the file cannot be written
 */
gboolean
yodel_identity_save (YodelIdentity  *self,
                     const char     *path,
                     GError        **error)
{
  g_autoptr (GError) reason = NULL;
  char seed[SEED_CHARS + 1];
  char text[FILE_MAX_BYTES];
  gboolean saved;

  g_return_val_if_fail (YODEL_IS_IDENTITY (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* An Ed25519 secret key begins with its seed (RFC 8032 section 5.1.5). */
  sodium_bin2hex (seed, sizeof seed, self->secret_key, crypto_sign_SEEDBYTES);
  g_snprintf (text, sizeof text, FILE_TITLE FILE_SECRET "%s\n" FILE_ADDRESS "%s\n", seed, self->address);
  saved = g_file_set_contents_full (path, text, -1,
                                    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                    0600, &reason);
  sodium_memzero (seed, sizeof seed);
  sodium_memzero (text, sizeof text);
  if (!saved)
    g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_KEY, reason->message);
  return saved;
}

/**
 * yodel_identity_get_address:
 * @self: an identity
 *
 * Gets the address that others call, as yodel_address_is_valid() describes it.
 *
 * Returns: (transfer none): the address, owned by @self
 */
const char *
yodel_identity_get_address (YodelIdentity *self)
{
  g_return_val_if_fail (YODEL_IS_IDENTITY (self), NULL);

  return self->address;
}

void
yodel_identity_get_seed (YodelIdentity *self,
                         guint8         seed[YODEL_IDENTITY_SEED_BYTES])
{
  memcpy (seed, self->secret_key, YODEL_IDENTITY_SEED_BYTES);   /* RFC 8032 section 5.1.5 */
}

/* Returns: (transfer none): the Ed25519 public key, of YODEL_IDENTITY_KEY_BYTES */
const guint8 *
yodel_identity_get_public_key (YodelIdentity *self)
{
  return self->public_key;
}

/* Ed25519, RFC 8032 section 5.1.6. */
void
yodel_identity_sign (YodelIdentity *self,
                     const guint8  *data,
                     gsize          size,
                     guint8         signature[YODEL_IDENTITY_SIGNATURE_BYTES])
{
  crypto_sign_detached (signature, NULL, data, size, self->secret_key);
}

gboolean
yodel_identity_verify (const guint8  key[YODEL_IDENTITY_KEY_BYTES],
                       const guint8 *data,
                       gsize         size,
                       const guint8  signature[YODEL_IDENTITY_SIGNATURE_BYTES])
{
  return crypto_sign_verify_detached (signature, data, size, key) == 0;
}

/* Stores the X25519 key that belongs to an Ed25519 one.  Returns: FALSE if @key is none. */
gboolean
yodel_identity_get_box_key (const guint8 key[YODEL_IDENTITY_KEY_BYTES],
                            guint8       box_key[YODEL_IDENTITY_KEY_BYTES])
{
  return crypto_sign_ed25519_pk_to_curve25519 (box_key, key) == 0;
}

/* Stores what this identity and the owner of @box_key alone can compute.  Returns: FALSE if
 * @box_key is of low order, for then anybody could. */
gboolean
yodel_identity_agree (YodelIdentity *self,
                      const guint8   box_key[YODEL_IDENTITY_KEY_BYTES],
                      guint8         secret[YODEL_IDENTITY_SECRET_BYTES])
{
  guint8 scalar[crypto_scalarmult_SCALARBYTES];
  int status;

  crypto_sign_ed25519_sk_to_curve25519 (scalar, self->secret_key);
  status = crypto_scalarmult (secret, scalar, box_key);
  sodium_memzero (scalar, sizeof scalar);
  return status == 0;
}

/**
 * yodel_identity_agree_with:
 * @self: an identity
 * @key: the 32 bytes of an X25519 public key (RFC 7748)
 *
 * For those who carry messages (#YodelSignaller) and have to show to a server whose they ask for: makes what only this identity
 * and the owner of @key can compute. The X25519 key of an identity is the Montgomery form of its Ed25519 key. What
 * is returned is a secret between the two: derive from it, never show it.
 *
 * Returns: (transfer full) (nullable): 32 bytes; %NULL where @key is of low order, for then anybody could compute them
 */
GBytes *
yodel_identity_agree_with (YodelIdentity *self,
                           GBytes        *key)
{
  guint8 secret[YODEL_IDENTITY_SECRET_BYTES];
  GBytes *result;

  g_return_val_if_fail (YODEL_IS_IDENTITY (self), NULL);
  g_return_val_if_fail (key != NULL && g_bytes_get_size (key) == YODEL_IDENTITY_KEY_BYTES, NULL);

  if (!yodel_identity_agree (self, g_bytes_get_data (key, NULL), secret))
    return NULL;
  result = g_bytes_new (secret, sizeof secret);
  sodium_memzero (secret, sizeof secret);
  return result;
}
