/* The envelope: what opens it, what does not, and that another program makes the same bytes. */
#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "lib/cases.h"
#include "lib/hex.h"
#include "lib/made-envelope.h"
#include "signalling/hpke.h"
#include "signalling/knock.h"
#include "signalling/sealed-message.h"

/* docs/wire-signalling.md, "Test vectors": a ring of Alice's to Bob. */
static const char sealed_ring[] =
  "0179a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51aebc4217df8b63f39383f4cb94b25bf"
  "ade75ca21189af0210591debfe6b759731e6b7895b64406fb90fcfb829b2cd56e4868b7ca9d215e2d177c27064fd192b"
  "ebd916fcbb9c84c68f45aadb72d2c4025bb28771c63b6f04ce5f44c32c5959fe96a120a5da40691f7e9603c4755e501e"
  "1787021fee5ce7f5ad927b08acd75309fa7051e568a16dab446011297aa6bf1631bb871da973eacbddda1063a7b28371"
  "6b22d97e9bdfcf816e57f3e37f310f6222e4c21202a561d963086aafeb5c604d7de5d6a1ccbcbbdaad0a0269e61195ea"
  "494b80085af034e64ec083db033c0b43c8404d295992b9272baa740707ea42e6319c7a7554d856978fbc7d64633e4fcf"
  "af507c3f8f8eede08dcdd42ba324da52f3795e00966449e9a6790eb2e7f03a7a00760a1f73e4913ea57e01ca4f52b93b"
  "1671307fef5eccc427103301246db46566d47d39e33ebbdfa5cbadb00d3e87037351cd84048f02c0642c46eb1e4c2f4a"
  "8241de8bacc53c9656b1edfb59eaa0287c45b6365aeffe501500ac65e8aab978a555382e0d0907e7708c5230205f248b"
  "22959bc8bfc388899eb0f6838959012dfb1c05b8da4f3c7c7d9403410430f1724e0e01bfad7c61dda2e37f846ef579ce"
  "082930c32222d9c4da879c1ac11dd665cd3cf67eabd117b5e583305bf124fa4c";

typedef struct
{
  YodelIdentity *alice;
  YodelIdentity *bob;
  YodelIdentity *mallory;
  guint8         dice[YODEL_SEALED_MESSAGE_DICE_BYTES];
} People;

/* The seeds of the vectors: 00 01 02 ... for Alice, 20 21 22 ... for Bob. */
static YodelIdentity *
new_person (guint8 first)
{
  guint8 seed[32];

  for (guint i = 0; i < sizeof seed; i++)
    seed[i] = first + i;
  return yodel_identity_new_from_seed (seed);
}

static void
set_up (People        *people,
        gconstpointer  data)
{
  g_type_class_unref (g_type_class_ref (YODEL_TYPE_IDENTITY));
  people->alice = new_person (0);
  people->bob = new_person (32);
  people->mallory = new_person (128);
  for (guint i = 0; i < sizeof people->dice; i++)
    people->dice[i] = 64 + i;
}

static void
tear_down (People        *people,
           gconstpointer  data)
{
  g_object_unref (people->alice);
  g_object_unref (people->bob);
  g_object_unref (people->mallory);
}

static const guint8 *
key_of (YodelIdentity *identity)
{
  return yodel_identity_get_public_key (identity);
}

static YodelCallMessage *
new_ring (void)
{
  YodelCallMessage *message = yodel_call_message_new (YODEL_CALL_MESSAGE_RING);
  g_autoptr (GByteArray) call = from_hex ("00112233445566778899aabbccddeeff");

  message->number = 1;
  message->sent_ms = G_GINT64_CONSTANT (1700000000100);
  memcpy (message->call_id, call->data, call->len);
  memcpy (message->device, "deviceB1", 8);
  memcpy (message->to_device, "deviceA1", 8);
  return message;
}

static YodelCallMessage *
open_bytes (YodelIdentity *identity,
            GBytes        *bytes,
            guint8         sender[32])
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return yodel_sealed_message_open (identity, data, size, sender);
}

/* RFC 9180 appendix A.1.1, sequence number 0 */
static void
test_hpke (void)
{
  g_autoptr (GByteArray) ephemeral = from_hex ("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736");
  g_autoptr (GByteArray) enc = from_hex ("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
  g_autoptr (GByteArray) receiver = from_hex ("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d");
  g_autoptr (GByteArray) info = from_hex ("4f6465206f6e2061204772656369616e2055726e");
  g_autoptr (GByteArray) plain = from_hex ("4265617574792069732074727574682c20747275746820626561757479");
  g_autoptr (GByteArray) extra = from_hex ("436f756e742d30");
  guint8 secret[32], sealed[45], opened[29];
  YodelHpkeContext context = { secret, enc->data, receiver->data, info->data, info->len };

  g_assert_cmpint (crypto_scalarmult (secret, ephemeral->data, receiver->data), ==, 0);
  g_assert_true (yodel_hpke_seal (&context, extra->data, extra->len, plain->data, plain->len, sealed));
  assert_bytes_are_hex (sealed, sizeof sealed, "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a3"
                        "55a96d8770ac83d07bea87e13c512a");
  g_assert_true (yodel_hpke_open (&context, extra->data, extra->len, sealed, sizeof sealed, opened));
  g_assert_cmpmem (opened, sizeof opened, plain->data, plain->len);
  g_assert_false (yodel_hpke_open (&context, extra->data, extra->len, sealed, 15, opened));
}

static void
test_vector (People        *people,
             gconstpointer  data)
{
  g_autoptr (YodelCallMessage) ring = new_ring ();
  g_autoptr (GBytes) sealed = yodel_sealed_message_seal (people->alice, key_of (people->bob), ring, people->dice);

  assert_bytes_are_hex (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), sealed_ring);
}

static void
test_for_the_receiver_alone (People        *people,
                             gconstpointer  data)
{
  g_autoptr (YodelCallMessage) ring = new_ring ();
  g_autoptr (GBytes) sealed = yodel_sealed_message_seal (people->alice, key_of (people->bob), ring, people->dice);
  g_autoptr (YodelCallMessage) opened = NULL;
  guint8 sender[32] = { 0 };

  g_assert_null (open_bytes (people->mallory, sealed, sender));
  g_assert_null (open_bytes (people->alice, sealed, sender));   /* not even the one who wrote it */
  g_assert_true (sodium_is_zero (sender, sizeof sender));

  opened = open_bytes (people->bob, sealed, sender);
  g_assert_nonnull (opened);
  g_assert_cmpmem (sender, sizeof sender, key_of (people->alice), 32);
  g_assert_cmpint (opened->type, ==, YODEL_CALL_MESSAGE_RING);
  g_assert_cmpmem (opened->call_id, 16, ring->call_id, 16);
}

static void
test_any_bit_matters (People        *people,
                      gconstpointer  data)
{
  g_autoptr (GByteArray) bytes = from_hex (sealed_ring);
  guint8 sender[32];

  for (guint i = 0; i < bytes->len; i++)
    {
      bytes->data[i] ^= 1u << i % 7;   /* bit 255 of an X25519 key is ignored: RFC 7748 section 5 */
      g_assert_null (yodel_sealed_message_open (people->bob, bytes->data, bytes->len, sender));
      bytes->data[i] ^= 1u << i % 7;
    }
  g_assert_null (yodel_sealed_message_open (people->bob, bytes->data, bytes->len - 1, sender));
  g_assert_null (yodel_sealed_message_open (people->bob, bytes->data, 0, sender));
}

typedef struct
{
  const char *name;
  gboolean    names_bob;       /* the signature was made for Bob */
  gboolean    claims_alice;    /* Mallory signs and says it was Alice */
  guint8      padding;
  gsize       size;
  gboolean    is_taken;
} InsideCase;

static const InsideCase inside_cases[] = {
  { "honest",                        TRUE,  FALSE, 0, 463,  TRUE  },
  { "handed-on-by-another-receiver", FALSE, FALSE, 0, 463,  FALSE },
  { "signed-by-another",             TRUE,  TRUE,  0, 463,  FALSE },
  { "padding-says-something",        TRUE,  FALSE, 1, 463,  FALSE },
  { "more-padding-than-needed",      TRUE,  FALSE, 0, 975,  FALSE },
};

static void
test_inside (People        *people,
             gconstpointer  data)
{
  const InsideCase *c = data;
  const MadeEnvelope envelope = {
    .receiver = key_of (people->bob),
    .named = key_of (c->names_bob ? people->bob : people->mallory),
    .sender = key_of (people->alice),
    .signer = c->claims_alice ? people->mallory : people->alice,
    .inside_bytes = c->size,
    .padding = c->padding,
  };
  g_autoptr (YodelCallMessage) ring = new_ring ();
  g_autoptr (GBytes) sealed = made_envelope_seal (&envelope, ring, people->dice);
  guint8 sender[32];
  g_autoptr (YodelCallMessage) opened = open_bytes (people->bob, sealed, sender);

  g_assert_cmpint (opened != NULL, ==, c->is_taken);
}

/* Whoever carries them cannot tell a ring from a decline, nor an offer by its exact length. */
static void
test_sizes (People        *people,
            gconstpointer  data)
{
  for (gsize length = 1; length <= YODEL_CALL_MESSAGE_MAX_DESCRIPTION; length = length * 3 / 2 + 1)
    {
      g_autoptr (YodelCallMessage) offer = yodel_call_message_new (YODEL_CALL_MESSAGE_OFFER);
      g_autoptr (YodelCallMessage) opened = NULL;
      g_autoptr (GBytes) sealed = NULL;
      guint8 sender[32];
      gsize size;

      offer->number = 1;
      offer->description = g_strnfill (length, 'v');
      sealed = yodel_sealed_message_seal (people->alice, key_of (people->bob), offer, people->dice);
      size = g_bytes_get_size (sealed);
      g_assert_cmpuint (size, >=, 512);
      g_assert_cmpuint (size, <=, 32768);
      g_assert_cmpuint (size & (size - 1), ==, 0);
      opened = open_bytes (people->bob, sealed, sender);
      g_assert_cmpstr (opened->description, ==, offer->description);
    }
}

static void
test_refused (People        *people,
              gconstpointer  data)
{
  g_autoptr (YodelCallMessage) ring = new_ring ();
  guint8 no_key[32] = { 1 };   /* the neutral element */

  g_assert_null (yodel_sealed_message_seal (people->alice, no_key, ring, people->dice));
  ring->type = YODEL_CALL_MESSAGE_OFFER;
  ring->description = g_strnfill (YODEL_CALL_MESSAGE_MAX_DESCRIPTION + 1, 'v');
  g_assert_null (yodel_sealed_message_seal (people->alice, key_of (people->bob), ring, people->dice));
}

static void
test_knock_work (People        *people,
                 gconstpointer  data)
{
  g_autoptr (YodelCallMessage) knock = yodel_call_message_new (YODEL_CALL_MESSAGE_KNOCK);
  const guint8 *alice = key_of (people->alice), *bob = key_of (people->bob);

  g_assert_true (yodel_knock_do_work (knock, alice, bob, 10, 1000000));
  g_assert_cmpuint (yodel_knock_get_work (knock, alice, bob), >=, 10);
  g_assert_cmpuint (yodel_knock_get_work (knock, alice, key_of (people->mallory)), <, 10);
  knock->sent_ms++;   /* work done yesterday is worth nothing today */
  g_assert_cmpuint (yodel_knock_get_work (knock, alice, bob), <, 10);
  g_assert_false (yodel_knock_do_work (knock, alice, bob, 64, 10));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signalling/hpke/vector-of-the-rfc", test_hpke);
  g_test_add ("/signalling/sealed-message/same-bytes-as-another-program", People, NULL, set_up, test_vector, tear_down);
  g_test_add ("/signalling/sealed-message/for-the-receiver-alone", People, NULL, set_up, test_for_the_receiver_alone, tear_down);
  g_test_add ("/signalling/sealed-message/any-bit-matters", People, NULL, set_up, test_any_bit_matters, tear_down);
  g_test_add ("/signalling/sealed-message/sizes-tell-little", People, NULL, set_up, test_sizes, tear_down);
  g_test_add ("/signalling/sealed-message/what-is-not-sealed", People, NULL, set_up, test_refused, tear_down);
  g_test_add ("/signalling/knock/work-is-for-one-door-and-time", People, NULL, set_up, test_knock_work, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (inside_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/signalling/sealed-message/inside/", inside_cases[i].name, NULL);

      g_test_add (path, People, &inside_cases[i], set_up, test_inside, tear_down);
    }
  return g_test_run ();
}
