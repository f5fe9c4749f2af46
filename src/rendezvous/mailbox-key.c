#define G_LOG_DOMAIN "yodel-rendezvous"

#include "rendezvous/mailbox-key.h"

#include <string.h>

#include <sodium.h>

#define BLIND_DOMAIN "yodel mailbox 1"
#define PROOF_DOMAIN "yodel mailbox proof 1"

G_STATIC_ASSERT (YODEL_MAILBOX_BYTES == crypto_scalarmult_BYTES);
G_STATIC_ASSERT (YODEL_MAILBOX_PROOF_BYTES == crypto_auth_hmacsha256_BYTES);

/* The days whose mailboxes an owner attaches to, today's first.  Returns: how many */
guint
yodel_mailbox_get_days (gint64  unix_s,
                        guint32 days[YODEL_MAILBOX_MAX_DAYS])
{
  gint64 second = unix_s % YODEL_MAILBOX_DAY_S;
  guint n = 0;

  days[n++] = (guint32) (unix_s / YODEL_MAILBOX_DAY_S);
  if (second < YODEL_MAILBOX_OVERLAP_S)
    days[n++] = days[0] - 1;
  else if (second >= YODEL_MAILBOX_DAY_S - YODEL_MAILBOX_OVERLAP_S)
    days[n++] = days[0] + 1;
  return n;
}

/* The factor of the day: everybody's who knows the address, and only theirs. */
static void
make_factor (const guint8 key[32],
             guint32      day,
             guint8       factor[crypto_scalarmult_SCALARBYTES])
{
  guint32 day_be = GUINT32_TO_BE (day);
  crypto_hash_sha256_state state;

  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, (const guint8 *) BLIND_DOMAIN, strlen (BLIND_DOMAIN));
  crypto_hash_sha256_update (&state, key, 32);
  crypto_hash_sha256_update (&state, (const guint8 *) &day_be, sizeof day_be);
  crypto_hash_sha256_final (&state, factor);
}

/* The mailbox of the owner of @key on @day (since 1970).  Returns: FALSE if @key is none */
gboolean
yodel_mailbox_make (const guint8 key[32],
                    guint32      day,
                    guint8       mailbox[YODEL_MAILBOX_BYTES])
{
  guint8 box_key[crypto_scalarmult_BYTES];
  guint8 factor[crypto_scalarmult_SCALARBYTES];

  if (crypto_sign_ed25519_pk_to_curve25519 (box_key, key) != 0)
    return FALSE;
  make_factor (key, day, factor);
  return crypto_scalarmult (mailbox, factor, box_key) == 0;
}

static void
make_proof (const guint8                 shared[crypto_scalarmult_BYTES],
            const guint8                 mailbox[YODEL_MAILBOX_BYTES],
            const YodelMailboxChallenge *challenge,
            guint8                       proof[YODEL_MAILBOX_PROOF_BYTES])
{
  crypto_auth_hmacsha256_state state;

  crypto_auth_hmacsha256_init (&state, shared, crypto_scalarmult_BYTES);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) PROOF_DOMAIN, strlen (PROOF_DOMAIN));
  crypto_auth_hmacsha256_update (&state, challenge->nonce, YODEL_RENDEZVOUS_NONCE_BYTES);
  crypto_auth_hmacsha256_update (&state, challenge->server_key, YODEL_RENDEZVOUS_KEY_BYTES);
  crypto_auth_hmacsha256_update (&state, mailbox, YODEL_MAILBOX_BYTES);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) challenge->authority, strlen (challenge->authority));
  crypto_auth_hmacsha256_final (&state, proof);
}

/* Shows that the mailbox of @day is the owner's, to this server and on this connection alone.
 * Returns: FALSE if a key is none */
gboolean
yodel_mailbox_prove (const guint8                 key[32],
                     const guint8                 secret[32],
                     guint32                      day,
                     const YodelMailboxChallenge *challenge,
                     guint8                       proof[YODEL_MAILBOX_PROOF_BYTES])
{
  guint8 mailbox[YODEL_MAILBOX_BYTES];
  guint8 factor[crypto_scalarmult_SCALARBYTES];
  guint8 shared[crypto_scalarmult_BYTES];

  if (!yodel_mailbox_make (key, day, mailbox))
    return FALSE;
  make_factor (key, day, factor);
  if (crypto_scalarmult (shared, factor, secret) != 0)
    return FALSE;
  make_proof (shared, mailbox, challenge, proof);
  sodium_memzero (shared, sizeof shared);
  return TRUE;
}

/* @server_secret: the X25519 secret of challenge->server_key.  Returns: TRUE if @proof comes from
 * the owner of @mailbox */
gboolean
yodel_mailbox_check (const guint8                 mailbox[YODEL_MAILBOX_BYTES],
                     const guint8                 server_secret[32],
                     const YodelMailboxChallenge *challenge,
                     const guint8                 proof[YODEL_MAILBOX_PROOF_BYTES])
{
  guint8 shared[crypto_scalarmult_BYTES];
  guint8 expected[YODEL_MAILBOX_PROOF_BYTES];

  if (crypto_scalarmult (shared, server_secret, mailbox) != 0)
    return FALSE;
  make_proof (shared, mailbox, challenge, expected);
  sodium_memzero (shared, sizeof shared);
  return sodium_memcmp (expected, proof, sizeof expected) == 0;
}
