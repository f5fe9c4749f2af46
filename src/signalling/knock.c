#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/knock.h"

#include <string.h>

#include <sodium.h>

#include "base/byte-writer.h"

#define DOMAIN "yodel knock 1"

/* Hashes everything but the proof, which comes last. */
static void
begin (const YodelCallMessage      *knock,
       const guint8                 sender[32],
       const guint8                 receiver[32],
       crypto_hash_sha256_state    *state)
{
  guint8 sent[8];
  YodelByteWriter writer = yodel_byte_writer_init (sent, sizeof sent);

  yodel_byte_writer_u64 (&writer, (guint64) knock->sent_ms);
  crypto_hash_sha256_init (state);
  crypto_hash_sha256_update (state, (const guint8 *) DOMAIN, strlen (DOMAIN));
  crypto_hash_sha256_update (state, sender, 32);
  crypto_hash_sha256_update (state, receiver, 32);
  crypto_hash_sha256_update (state, knock->call_id, sizeof knock->call_id);
  crypto_hash_sha256_update (state, sent, sizeof sent);
}

/* Returns: with how many zero bits the hash begins */
static guint
finish (crypto_hash_sha256_state state,
        guint64                  proof)
{
  guint8 bytes[8];
  guint8 hash[crypto_hash_sha256_BYTES];
  YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);
  guint n = 0;

  yodel_byte_writer_u64 (&writer, proof);
  crypto_hash_sha256_update (&state, bytes, sizeof bytes);
  crypto_hash_sha256_final (&state, hash);
  while (n < 8 * sizeof hash && !(hash[n / 8] & 0x80 >> n % 8))
    n++;
  return n;
}

/* Returns: the work that stands behind a knock, in bits */
guint
yodel_knock_get_work (const YodelCallMessage *knock,
                      const guint8            sender[32],
                      const guint8            receiver[32])
{
  crypto_hash_sha256_state state;

  begin (knock, sender, receiver, &state);
  return finish (state, knock->proof);
}

/* Tries up to @max_tries proofs from knock->proof on; call it again to go on.  Its call_id and
 * sent_ms must be final.  Returns: TRUE if knock->proof is good now */
gboolean
yodel_knock_do_work (YodelCallMessage *knock,
                     const guint8      sender[32],
                     const guint8      receiver[32],
                     guint             bits,
                     guint             max_tries)
{
  crypto_hash_sha256_state state;

  begin (knock, sender, receiver, &state);
  for (guint i = 0; i < max_tries; i++, knock->proof++)
    if (finish (state, knock->proof) >= bits)
      return TRUE;
  return FALSE;
}
