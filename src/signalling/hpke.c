#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/hpke.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <sodium.h>

/* RFC 9180 sections 7.1 to 7.3 */
#define KEM_ID     0x00, 0x20   /* DHKEM(X25519, HKDF-SHA256) */
#define KDF_ID     0x00, 0x01   /* HKDF-SHA256 */
#define AEAD_ID    0x00, 0x01   /* AES-128-GCM */
#define MODE_BASE  0x00         /* section 5, table 1 */
#define HASH_BYTES crypto_auth_hmacsha256_BYTES

/* The AEAD: Nk and Nn of section 7.3, table 5. */
#define CIPHER       GNUTLS_CIPHER_AES_128_GCM
#define CIPHER_BYTES 16
#define NONCE_BYTES  12

typedef struct
{
  const guint8 *id;         /* (borrowed) */
  gsize         id_bytes;
} Suite;

static const guint8 kem_id[] = { 'K', 'E', 'M', KEM_ID };
static const guint8 hpke_id[] = { 'H', 'P', 'K', 'E', KEM_ID, KDF_ID, AEAD_ID };

static const Suite kem_suite = { kem_id, sizeof kem_id };
static const Suite hpke_suite = { hpke_id, sizeof hpke_id };

static void
update (crypto_auth_hmacsha256_state *state,
        const void                   *data,
        gsize                         size)
{
  if (size > 0)
    crypto_auth_hmacsha256_update (state, data, size);
}

static void
update_label (crypto_auth_hmacsha256_state *state,
              const Suite                  *suite,
              const char                   *label)
{
  update (state, "HPKE-v1", 7);
  update (state, suite->id, suite->id_bytes);
  update (state, label, strlen (label));
}

/* LabeledExtract(), section 4 */
static void
extract (const Suite  *suite,
         const guint8 *salt,
         gsize         salt_bytes,
         const char   *label,
         const guint8 *input,
         gsize         input_bytes,
         guint8        key[HASH_BYTES])
{
  crypto_auth_hmacsha256_state state;

  crypto_auth_hmacsha256_init (&state, salt, salt_bytes);
  update_label (&state, suite, label);
  update (&state, input, input_bytes);
  crypto_auth_hmacsha256_final (&state, key);
  sodium_memzero (&state, sizeof state);
}

/* LabeledExpand(), section 4; one round of HKDF is enough for what is asked here. */
static void
expand (const Suite  *suite,
        const guint8  key[HASH_BYTES],
        const char   *label,
        const guint8 *info,
        gsize         info_bytes,
        guint8       *out,
        guint8        out_bytes)
{
  const guint8 length[] = { 0, out_bytes };
  const guint8 round = 1;
  crypto_auth_hmacsha256_state state;
  guint8 block[HASH_BYTES];

  g_assert (out_bytes <= HASH_BYTES);

  crypto_auth_hmacsha256_init (&state, key, HASH_BYTES);
  update (&state, length, sizeof length);
  update_label (&state, suite, label);
  update (&state, info, info_bytes);
  update (&state, &round, 1);
  crypto_auth_hmacsha256_final (&state, block);
  memcpy (out, block, out_bytes);
  sodium_memzero (&state, sizeof state);
  sodium_memzero (block, sizeof block);
}

/* What a message is encrypted with. */
typedef struct
{
  guint8 key[CIPHER_BYTES];
  guint8 nonce[NONCE_BYTES];
} Keys;

/* ExtractAndExpand() of section 4.1, KeySchedule() of section 5.1 */
static void
schedule (const YodelHpkeContext *context,
          Keys                   *keys)
{
  guint8 kem_context[2 * YODEL_HPKE_KEY_BYTES];
  guint8 schedule_context[1 + 2 * HASH_BYTES] = { MODE_BASE };
  guint8 work[HASH_BYTES];
  guint8 shared[HASH_BYTES];

  memcpy (kem_context, context->ephemeral_key, YODEL_HPKE_KEY_BYTES);
  memcpy (kem_context + YODEL_HPKE_KEY_BYTES, context->receiver_key, YODEL_HPKE_KEY_BYTES);
  extract (&kem_suite, kem_id, 0, "eae_prk", context->secret, YODEL_HPKE_SECRET_BYTES, work);
  expand (&kem_suite, work, "shared_secret", kem_context, sizeof kem_context, shared, sizeof shared);

  extract (&hpke_suite, hpke_id, 0, "psk_id_hash", NULL, 0, schedule_context + 1);
  extract (&hpke_suite, hpke_id, 0, "info_hash", context->info, context->info_bytes,
           schedule_context + 1 + HASH_BYTES);
  extract (&hpke_suite, shared, sizeof shared, "secret", NULL, 0, work);
  expand (&hpke_suite, work, "key", schedule_context, sizeof schedule_context, keys->key, CIPHER_BYTES);
  expand (&hpke_suite, work, "base_nonce", schedule_context, sizeof schedule_context, keys->nonce, NONCE_BYTES);

  sodium_memzero (work, sizeof work);
  sodium_memzero (shared, sizeof shared);
}

/* Returns: (nullable): the cipher under @keys, which are wiped; NULL if the library refuses */
static gnutls_aead_cipher_hd_t
new_cipher (Keys *keys)
{
  gnutls_datum_t key = { keys->key, CIPHER_BYTES };
  gnutls_aead_cipher_hd_t cipher = NULL;

  if (gnutls_aead_cipher_init (&cipher, CIPHER, &key) != 0)
    cipher = NULL;
  sodium_memzero (keys->key, sizeof keys->key);
  return cipher;
}

/* Writes @plain_bytes + YODEL_HPKE_TAG_BYTES to @sealed.  A context seals once: a second
 * message under the same ephemeral key would use the nonce of the first.  Returns: FALSE if the
 * library of ciphers refuses */
gboolean
yodel_hpke_seal (const YodelHpkeContext *context,
                 const guint8           *extra,
                 gsize                   extra_bytes,
                 const guint8           *plain,
                 gsize                   plain_bytes,
                 guint8                 *sealed)
{
  gsize sealed_bytes = plain_bytes + YODEL_HPKE_TAG_BYTES;
  gnutls_aead_cipher_hd_t cipher;
  Keys keys;
  int status;

  schedule (context, &keys);
  cipher = new_cipher (&keys);
  if (cipher == NULL)
    return FALSE;
  status = gnutls_aead_cipher_encrypt (cipher, keys.nonce, NONCE_BYTES, extra, extra_bytes, YODEL_HPKE_TAG_BYTES,
                                       plain, plain_bytes, sealed, &sealed_bytes);
  gnutls_aead_cipher_deinit (cipher);
  return status == 0;
}

/* Writes @sealed_bytes - YODEL_HPKE_TAG_BYTES to @plain.  Returns: FALSE if a bit is wrong, or the
 * message is for somebody else. */
gboolean
yodel_hpke_open (const YodelHpkeContext *context,
                 const guint8           *extra,
                 gsize                   extra_bytes,
                 const guint8           *sealed,
                 gsize                   sealed_bytes,
                 guint8                 *plain)
{
  gnutls_aead_cipher_hd_t cipher;
  gsize plain_bytes;
  Keys keys;
  int status;

  if (sealed_bytes < YODEL_HPKE_TAG_BYTES)
    return FALSE;

  schedule (context, &keys);
  cipher = new_cipher (&keys);
  if (cipher == NULL)
    return FALSE;
  plain_bytes = sealed_bytes - YODEL_HPKE_TAG_BYTES;
  status = gnutls_aead_cipher_decrypt (cipher, keys.nonce, NONCE_BYTES, extra, extra_bytes, YODEL_HPKE_TAG_BYTES,
                                       sealed, sealed_bytes, plain, &plain_bytes);
  gnutls_aead_cipher_deinit (cipher);
  return status == 0;
}
