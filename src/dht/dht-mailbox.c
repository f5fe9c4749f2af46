#include "dht/dht-mailbox.h"

#include <string.h>

#include <sodium.h>


static const char open_label[] = "yodel dht open 1";
static const char pair_label[] = "yodel dht pair 1";

static void
write_day (guint8  bytes[4],
           guint32 day)
{
  const guint32 big_endian = GUINT32_TO_BE (day);

  memcpy (bytes, &big_endian, sizeof big_endian);
}

void
yodel_dht_mailbox_make_open (const guint8     key[32],
                             guint32          day,
                             YodelDhtMailbox *mailbox)
{
  crypto_hash_sha256_state state;
  guint8 hash[crypto_hash_sha256_BYTES];
  guint8 day_bytes[4];

  write_day (day_bytes, day);
  crypto_hash_sha256_init (&state);
  crypto_hash_sha256_update (&state, (const guint8 *) open_label, strlen (open_label));
  crypto_hash_sha256_update (&state, key, 32);
  crypto_hash_sha256_update (&state, day_bytes, sizeof day_bytes);
  crypto_hash_sha256_final (&state, hash);
  memcpy (mailbox->bytes, hash, sizeof mailbox->bytes);
}

void
yodel_dht_mailbox_make_pair (const guint8     secret[32],
                             const guint8     key[32],
                             guint32          day,
                             YodelDhtMailbox *mailbox)
{
  crypto_auth_hmacsha256_state state;
  guint8 hash[crypto_auth_hmacsha256_BYTES];
  guint8 day_bytes[4];

  write_day (day_bytes, day);
  crypto_auth_hmacsha256_init (&state, secret, 32);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) pair_label, strlen (pair_label));
  crypto_auth_hmacsha256_update (&state, key, 32);
  crypto_auth_hmacsha256_update (&state, day_bytes, sizeof day_bytes);
  crypto_auth_hmacsha256_final (&state, hash);
  memcpy (mailbox->bytes, hash, sizeof mailbox->bytes);
}

gboolean
yodel_dht_get_agreement_key (const guint8 key[32],
                             guint8       x25519[32])
{
  return crypto_sign_ed25519_pk_to_curve25519 (x25519, key) == 0;
}
