/* The envelope: what opens it, what does not, and that another program makes the same bytes. */
#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "lib/cases.h"
#include "lib/hex.h"
#include "signalling/hpke.h"
#include "signalling/knock.h"
#include "signalling/sealed-message.h"

/* docs/wire-signalling.md, "Test vectors": a ring of Alice's to Bob. */
static const char sealed_ring[] =
  "0179a631eede1bf9c98f12032cdeadd0e7a079398fc786b88cc846ec89af85a51a09edc1ccdaa731253366f20f398b1f"
  "afb4efecbdbc0c0a6be8aeca3ac2fa81c41dc99ef2df39b6526933ca40804d9232900b65ba3547a3c1c3c4f743c3861a"
  "8f9da290bb40b777f8aada986f9e7e9cd40cab24dd317e44457335a763f4f22c3fbf4b8d5b3ec8b4f3c5c3f01a7b0b4e"
  "39dcb48febd09d9b7dcebc1c8530ef2e711a211c386d87732e0a3061bde3f5c9f5bd1c27b688b3b3cd56adcb6031eccb"
  "6b09c796d352c919ca5f1b2bede1721384e1b7ebbe79887fc2957360e040476a08e474beb6d7e0ce23d92bf9030748df"
  "289284dfeb95bdf5244064590f22e9094902f0b4bece6c214989a9ef28b47a2b20d7183954c9e8bc58086d1b7c866177"
  "9f0167589427e9d54d5d7e9b1056b7e6d255057c76677fa8ee53d41273b5d4ae6189c6241df7c1c34e49617dc1b9affc"
  "5df152f573eded0b300fc60dd4eadae279a383bae797ec2c89e4037868ede7b1f49afbb59523f0227ee15ba38477d2a9"
  "de0f1a2c276e947d3b15227828f05fed8aefe2fef6e68e976b557a5f2fd7a6940c0fe0255b53c84c74cc0c4d58075409"
  "1143e90be5ca9e36dbad4e0636476cbb7789dd501ac093d53763d7752879f00d8e12082edfd9f3f4709cf0aa7c1d79b2"
  "f013821e03015ad5501eb6be2ad045f6eec86c6f5a9f587ce72d1c52853cbe68";

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

/* RFC 9180 appendix A.2.1, sequence number 0 */
static void
test_hpke (void)
{
  g_autoptr (GByteArray) ephemeral = from_hex ("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600");
  g_autoptr (GByteArray) enc = from_hex ("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
  g_autoptr (GByteArray) receiver = from_hex ("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
  g_autoptr (GByteArray) info = from_hex ("4f6465206f6e2061204772656369616e2055726e");
  g_autoptr (GByteArray) plain = from_hex ("4265617574792069732074727574682c20747275746820626561757479");
  g_autoptr (GByteArray) extra = from_hex ("436f756e742d30");
  guint8 secret[32], sealed[45], opened[29];
  YodelHpkeContext context = { secret, enc->data, receiver->data, info->data, info->len };

  g_assert_cmpint (crypto_scalarmult (secret, ephemeral->data, receiver->data), ==, 0);
  yodel_hpke_seal (&context, extra->data, extra->len, plain->data, plain->len, sealed);
  assert_bytes_are_hex (sealed, sizeof sealed, "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60"
                        "b4db21993c62ce81883d2dd1b51a28");
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

/* Seals an inside of the test's own making to Bob, as one who holds no honest program. */
static YodelCallMessage *
open_made_inside (People       *people,
                  const guint8 *inside,
                  gsize         size)
{
  g_autofree guint8 *bytes = g_malloc (size + 49);
  guint8 info[22 + 32], box_key[32], secret[32], sender[32];

  memcpy (info, "yodel sealed message 1", 22);
  memcpy (info + 22, key_of (people->bob), 32);
  g_assert_true (yodel_identity_get_box_key (key_of (people->bob), box_key));
  g_assert_cmpint (crypto_scalarmult (secret, people->dice, box_key), ==, 0);
  bytes[0] = 1;
  crypto_scalarmult_base (bytes + 1, people->dice);
  yodel_hpke_seal (&(YodelHpkeContext) { secret, bytes + 1, box_key, info, sizeof info },
                   bytes, 1, inside, size, bytes + 33);
  return yodel_sealed_message_open (people->bob, bytes, size + 49, sender);
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
  g_autoptr (YodelCallMessage) ring = new_ring ();
  g_autoptr (YodelCallMessage) opened = NULL;
  guint8 inside[975] = { 0 };
  guint8 what[22 + 32 + 256];
  gsize n = yodel_call_message_write (ring, what + 54, 256);

  memcpy (what, "yodel sealed message 1", 22);
  memcpy (what + 22, key_of (c->names_bob ? people->bob : people->mallory), 32);
  memcpy (inside, key_of (people->alice), 32);
  yodel_identity_sign (c->claims_alice ? people->mallory : people->alice, what, 54 + n, inside + 32);
  inside[97] = n;
  memcpy (inside + 98, what + 54, n);
  inside[c->size - 1] = c->padding;

  opened = open_made_inside (people, inside, c->size);
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
