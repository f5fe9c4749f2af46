/* The blinded name of a mailbox, and the proof that it is one's own. */
#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "lib/hex.h"
#include "rendezvous/mailbox-key.h"

#define DAY 19675   /* 14 November 2023 */

/* The seed of the vectors: 20 21 ... for Bob, whose mailbox it is; 60 61 ... for the server. */
static YodelIdentity *
new_person (guint8 first)
{
  guint8 seed[32];

  g_type_class_unref (g_type_class_ref (YODEL_TYPE_IDENTITY));
  for (guint i = 0; i < sizeof seed; i++)
    seed[i] = first + i;
  return yodel_identity_new_from_seed (seed);
}

typedef struct
{
  guint8                secret[32];
  guint8                key[32];
  guint8                nonce[32];
  YodelMailboxChallenge challenge;
} Server;

static void
server_init (Server *server)
{
  for (guint i = 0; i < 32; i++)
    {
      server->secret[i] = 0x60 + i;
      server->nonce[i] = 0xa0 + i;
    }
  crypto_scalarmult_base (server->key, server->secret);
  server->challenge = (YodelMailboxChallenge) { server->nonce, server->key, "meet.example:8443" };
}

static gboolean
prove (YodelIdentity               *identity,
       guint32                      day,
       const YodelMailboxChallenge *challenge,
       guint8                       proof[32])
{
  g_autoptr (GBytes) server_key = g_bytes_new (challenge->server_key, 32);
  g_autoptr (GBytes) secret = yodel_identity_agree_with (identity, server_key);

  return secret != NULL &&
         yodel_mailbox_prove (yodel_identity_get_public_key (identity), g_bytes_get_data (secret, NULL), day, challenge, proof);
}

/* docs/wire-rendezvous.md, "Test vectors" */
static void
test_vectors (void)
{
  g_autoptr (YodelIdentity) bob = new_person (0x20);
  guint8 mailbox[32], proof[32];
  Server server;

  server_init (&server);
  g_assert_true (yodel_mailbox_make (yodel_identity_get_public_key (bob), DAY, mailbox));
  assert_bytes_are_hex (mailbox, 32, "4681e49292f720fa0b7724827c3fe9d5f02dbd64124c0bdeba4e1e08aea50043");
  g_assert_true (prove (bob, DAY, &server.challenge, proof));
  assert_bytes_are_hex (proof, 32, "78939363529da0d179d394cef8560697e707174e69561cea6a744677a00c0fb1");
}

static void
test_proof_is_for_one_mailbox_server_and_day (void)
{
  g_autoptr (YodelIdentity) bob = new_person (0x20);
  g_autoptr (YodelIdentity) mallory = new_person (0x80);
  guint8 mailbox[32], proof[32], other_proof[32];
  Server server;

  server_init (&server);
  g_assert_true (yodel_mailbox_make (yodel_identity_get_public_key (bob), DAY, mailbox));
  g_assert_true (prove (bob, DAY, &server.challenge, proof));
  g_assert_true (yodel_mailbox_check (mailbox, server.secret, &server.challenge, proof));

  g_assert_true (prove (mallory, DAY, &server.challenge, other_proof));
  g_assert_false (yodel_mailbox_check (mailbox, server.secret, &server.challenge, other_proof));
  g_assert_true (prove (bob, DAY + 1, &server.challenge, other_proof));
  g_assert_false (yodel_mailbox_check (mailbox, server.secret, &server.challenge, other_proof));

  server.challenge.authority = "meet.example";
  g_assert_false (yodel_mailbox_check (mailbox, server.secret, &server.challenge, proof));
  server.challenge.authority = "meet.example:8443";
  server.nonce[3] ^= 1;
  g_assert_false (yodel_mailbox_check (mailbox, server.secret, &server.challenge, proof));
  server.nonce[3] ^= 1;
  server.secret[3] ^= 1;
  g_assert_false (yodel_mailbox_check (mailbox, server.secret, &server.challenge, proof));
}

/* Keys that would make a shared secret everybody knows. */
static void
test_keys_that_are_none (void)
{
  g_autoptr (YodelIdentity) bob = new_person (0x20);
  const guint8 zero[32] = { 0 };
  const guint8 neutral[32] = { 1 };
  guint8 mailbox[32], proof[32];
  Server server;

  server_init (&server);
  g_assert_false (yodel_mailbox_make (neutral, DAY, mailbox));
  g_assert_false (yodel_mailbox_check (zero, server.secret, &server.challenge, zero));
  memset (server.key, 0, sizeof server.key);
  g_assert_false (prove (bob, DAY, &server.challenge, proof));
}

/* An owner can be found by those whose clock is some minutes off. */
static void
test_days (void)
{
  const gint64 midnight = (gint64) DAY * YODEL_MAILBOX_DAY_S;
  guint32 days[YODEL_MAILBOX_MAX_DAYS];

  g_assert_cmpuint (yodel_mailbox_get_days (midnight + 12 * 3600, days), ==, 1);
  g_assert_cmpuint (days[0], ==, DAY);
  g_assert_cmpuint (yodel_mailbox_get_days (midnight + 60, days), ==, 2);
  g_assert_cmpuint (days[1], ==, DAY - 1);
  g_assert_cmpuint (yodel_mailbox_get_days (midnight - 60, days), ==, 2);
  g_assert_cmpuint (days[0], ==, DAY - 1);
  g_assert_cmpuint (days[1], ==, DAY);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rendezvous/mailbox-key/same-bytes-as-another-program", test_vectors);
  g_test_add_func ("/rendezvous/mailbox-key/proof-is-for-one-mailbox-server-and-day", test_proof_is_for_one_mailbox_server_and_day);
  g_test_add_func ("/rendezvous/mailbox-key/keys-that-are-none", test_keys_that_are_none);
  g_test_add_func ("/rendezvous/mailbox-key/days-overlap", test_days);
  return g_test_run ();
}
