/* What two identities can compute, and nobody else: for carriers, who hide by it who meets whom. */
#define G_LOG_DOMAIN "yodel-identity"

#include <yodel/yodel-identity.h>

#include <string.h>

#include <sodium.h>

#include "identity/address.h"
#include "identity/identity-private.h"

/**
 * yodel_identity_derive_shared:
 * @self: an identity
 * @address: the `yodel:` address of another
 * @purpose: what it is for: another purpose gives another secret
 * @error: return location for a #GError
 *
 * Computes 32 bytes that both sides get alike, and that look random to everybody else: the X25519 (RFC 7748) of the two
 * keys, with the keys and @purpose, in BLAKE2b (RFC 7693). A carrier names a place to meet by it.
 *
 * May be called on any thread.
 *
 * Returns: (transfer full): the secret; %NULL on %YODEL_ERROR_KEY where @address is malformed or of no use
 */
GBytes *
yodel_identity_derive_shared (YodelIdentity  *self,
                              const char     *address,
                              const char     *purpose,
                              GError        **error)
{
  static const guint8 domain[] = "yodel shared secret 1";
  guint8 key[YODEL_ADDRESS_KEY_BYTES], box_key[YODEL_IDENTITY_KEY_BYTES], secret[YODEL_IDENTITY_SECRET_BYTES], shared[32];
  const guint8 *own;
  crypto_generichash_state state;
  gboolean is_first;

  g_return_val_if_fail (YODEL_IS_IDENTITY (self), NULL);
  g_return_val_if_fail (address != NULL && purpose != NULL, NULL);

  if (!yodel_address_parse (address, key, error))
    return NULL;
  if (!yodel_identity_get_box_key (key, box_key) || !yodel_identity_agree (self, box_key, secret))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "nothing can be agreed on with %s", address);
      return NULL;
    }
  own = yodel_identity_get_public_key (self);
  is_first = memcmp (own, key, sizeof key) < 0;
  crypto_generichash_init (&state, secret, sizeof secret, sizeof shared);
  crypto_generichash_update (&state, domain, sizeof domain);
  crypto_generichash_update (&state, is_first ? own : key, sizeof key);
  crypto_generichash_update (&state, is_first ? key : own, sizeof key);
  crypto_generichash_update (&state, (const guint8 *) purpose, strlen (purpose));
  crypto_generichash_final (&state, shared, sizeof shared);
  sodium_memzero (secret, sizeof secret);
  return g_bytes_new (shared, sizeof shared);
}
