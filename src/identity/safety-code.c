#define G_LOG_DOMAIN "yodel-identity"

#include "identity/safety-code.h"

#include <string.h>

#include <sodium.h>

/* A word stands for a byte.  Concrete things, six letters or so, no two a letter apart: they are
 * read aloud over a new and maybe poor connection.  The list is part of the code: it never changes. */
static const char * const words[256] = {
  "acorn", "alpine", "amber", "anchor", "apple", "apron", "arrow", "autumn",
  "avenue", "badger", "bagpipe", "bakery", "balcony", "bamboo", "banjo", "barley",
  "basket", "beaver", "beetle", "bicycle", "biscuit", "blanket", "blossom", "bonnet",
  "bottle", "bridge", "bronze", "buffalo", "butter", "cabbage", "cactus", "camel",
  "candle", "canoe", "canyon", "carpet", "castle", "cedar", "cello", "chalk",
  "cherry", "chimney", "cinema", "circus", "clover", "cobbler", "coconut", "comet",
  "compass", "copper", "coral", "cotton", "cousin", "cradle", "cricket", "crystal",
  "cuckoo", "curtain", "daisy", "dancer", "desert", "diamond", "dolphin", "donkey",
  "doorway", "dragon", "drummer", "duchess", "eagle", "easel", "echo", "elbow",
  "elephant", "emerald", "engine", "envelope", "fabric", "falcon", "feather", "fiddle",
  "finger", "flamingo", "flannel", "flute", "forest", "fossil", "fountain", "freckle",
  "galaxy", "garden", "garlic", "giraffe", "glacier", "goblet", "gondola", "gorilla",
  "grandma", "granite", "guitar", "hammer", "harbour", "harvest", "hedgehog", "helmet",
  "heron", "hockey", "hornet", "hotel", "iceberg", "igloo", "indigo", "insect",
  "island", "ivory", "jacket", "jaguar", "jasmine", "jigsaw", "jungle", "juniper",
  "kangaroo", "kayak", "kennel", "kitchen", "kitten", "knapsack", "ladder", "lagoon",
  "lantern", "lasso", "laundry", "lavender", "lemon", "leopard", "lettuce", "library",
  "lighthouse", "lilac", "lizard", "lobster", "magnet", "magpie", "mammoth", "mandolin",
  "maple", "marble", "meadow", "mermaid", "mineral", "mirror", "monsoon", "mosaic",
  "muffin", "museum", "mustard", "napkin", "nectar", "needle", "nugget", "nutmeg",
  "oasis", "ocean", "octopus", "olive", "omelette", "onion", "opera", "orange",
  "orchard", "ostrich", "oyster", "paddle", "pancake", "panther", "papaya", "parrot",
  "peacock", "pebble", "pelican", "pencil", "pepper", "piano", "picnic", "pigeon",
  "pillow", "pirate", "planet", "plumber", "porridge", "pottery", "prairie", "pumpkin",
  "puppet", "puzzle", "pyramid", "quartz", "quiver", "rabbit", "raccoon", "radish",
  "rainbow", "raisin", "raven", "ribbon", "rocket", "rooster", "ruby", "saffron",
  "salmon", "sandal", "sapphire", "sausage", "scarf", "scissors", "seagull", "shepherd",
  "shovel", "silver", "spinach", "squirrel", "stadium", "sunrise", "tailor", "tambourine",
  "teapot", "temple", "thistle", "thunder", "tiger", "toffee", "tomato", "tractor",
  "trumpet", "tundra", "turnip", "turtle", "umbrella", "unicorn", "vanilla", "velvet",
  "village", "vinegar", "violin", "volcano", "vulture", "waffle", "walnut", "walrus",
  "wardrobe", "whisper", "yacht", "yellow", "yogurt", "zebra", "zeppelin", "zipper",
};

/* Six words are 48 bits, and each try at another certificate costs 2^15 hashes: who sits in the
 * middle has the time it rings for 2^63 of them.  Here it takes some hundredths of a second. */
#define DOMAIN     "yodel safety code 1"
#define ROUNDS     16384
#define SIDE_BYTES (YODEL_SAFETY_CODE_KEY_BYTES + YODEL_SAFETY_CODE_FINGERPRINT_BYTES)

G_STATIC_ASSERT (YODEL_SAFETY_CODE_WORDS <= crypto_auth_hmacsha256_BYTES);

/* The first block of PBKDF2-HMAC-SHA256 (RFC 8018 section 5.2): every browser has it. */
static void
stretch (const guint8 *password,
         gsize         password_bytes,
         guint8        block[crypto_auth_hmacsha256_BYTES])
{
  static const guint8 index[] = { 0, 0, 0, 1 };
  crypto_auth_hmacsha256_state keyed, state;
  guint8 u[crypto_auth_hmacsha256_BYTES];

  crypto_auth_hmacsha256_init (&keyed, password, password_bytes);
  state = keyed;
  crypto_auth_hmacsha256_update (&state, (const guint8 *) DOMAIN, strlen (DOMAIN));
  crypto_auth_hmacsha256_update (&state, index, sizeof index);
  crypto_auth_hmacsha256_final (&state, u);
  memcpy (block, u, sizeof u);

  for (guint round = 1; round < ROUNDS; round++)
    {
      state = keyed;
      crypto_auth_hmacsha256_update (&state, u, sizeof u);
      crypto_auth_hmacsha256_final (&state, u);
      for (gsize i = 0; i < sizeof u; i++)
        block[i] ^= u[i];
    }
}

static void
fill_side (const YodelSafetyCodeSide *side,
           guint8                     bytes[SIDE_BYTES])
{
  memcpy (bytes, side->key, YODEL_SAFETY_CODE_KEY_BYTES);
  memcpy (bytes + YODEL_SAFETY_CODE_KEY_BYTES, side->fingerprint, YODEL_SAFETY_CODE_FINGERPRINT_BYTES);
}

/* Both sides put the smaller first.
 *
 * Returns: (transfer full): the words, a space between them */
char *
yodel_safety_code_write (const YodelSafetyCodeSide *one,
                         const YodelSafetyCodeSide *other)
{
  guint8 sides[2 * SIDE_BYTES], swapped[SIDE_BYTES];
  guint8 block[crypto_auth_hmacsha256_BYTES];
  GString *text = g_string_new (NULL);

  fill_side (one, sides);
  fill_side (other, sides + SIDE_BYTES);
  if (memcmp (sides, sides + SIDE_BYTES, SIDE_BYTES) > 0)
    {
      memcpy (swapped, sides, SIDE_BYTES);
      memmove (sides, sides + SIDE_BYTES, SIDE_BYTES);
      memcpy (sides + SIDE_BYTES, swapped, SIDE_BYTES);
    }

  stretch (sides, sizeof sides, block);
  for (guint i = 0; i < YODEL_SAFETY_CODE_WORDS; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", words[block[i]]);
  return g_string_free (text, FALSE);
}

/* Returns: (transfer none): the word that stands for a byte */
const char *
yodel_safety_code_get_word (guint8 byte)
{
  return words[byte];
}
