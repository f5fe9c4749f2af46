/* The same on both sides; another one if anybody is in between. */
#include <string.h>

#include <glib.h>

#include "identity/safety-code.h"

static YodelSafetyCodeSide
make_side (guint8 key,
           guint8 fingerprint)
{
  YodelSafetyCodeSide side;

  memset (side.key, key, sizeof side.key);
  memset (side.fingerprint, fingerprint, sizeof side.fingerprint);
  return side;
}

static char *
write_code (guint8 key,
            guint8 fingerprint,
            guint8 other_key,
            guint8 other_fingerprint)
{
  YodelSafetyCodeSide one = make_side (key, fingerprint);
  YodelSafetyCodeSide other = make_side (other_key, other_fingerprint);

  return yodel_safety_code_write (&one, &other);
}

/* PBKDF2 as Python's hashlib has it */
static void
test_vector (void)
{
  g_autofree char *here = write_code (1, 2, 3, 4);
  g_autofree char *there = write_code (3, 4, 1, 2);

  g_assert_cmpstr (here, ==, "comet walrus falcon lobster hockey raven");
  g_assert_cmpstr (there, ==, here);
}

static void
test_in_the_middle (void)
{
  g_autofree char *honest = write_code (1, 2, 3, 4);
  g_autofree char *to_alice = write_code (1, 2, 9, 9);          /* own identity and certificate */
  g_autofree char *to_bob = write_code (9, 9, 3, 4);
  g_autofree char *stolen_name = write_code (1, 2, 3, 9);       /* Bob's identity, another certificate */
  g_autofree char *crossed = write_code (1, 4, 3, 2);
  g_autofree char *next_call = write_code (1, 5, 3, 6);

  g_assert_cmpstr (to_alice, !=, to_bob);
  g_assert_cmpstr (to_alice, !=, honest);
  g_assert_cmpstr (stolen_name, !=, honest);
  g_assert_cmpstr (crossed, !=, honest);
  g_assert_cmpstr (next_call, !=, honest);
}

static void
test_words (void)
{
  for (guint i = 0; i < 256; i++)
    {
      const char *word = yodel_safety_code_get_word (i);

      g_assert_cmpuint (strlen (word), >=, 4);
      g_assert_cmpuint (strlen (word), <=, 10);
      g_assert_cmpuint (strspn (word, "abcdefghijklmnopqrstuvwxyz"), ==, strlen (word));
      if (i > 0)   /* in order, so no two are the same */
        g_assert_cmpstr (yodel_safety_code_get_word (i - 1), <, word);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/identity/safety-code/same-words-on-both-sides", test_vector);
  g_test_add_func ("/identity/safety-code/other-words-with-one-in-between", test_in_the_middle);
  g_test_add_func ("/identity/safety-code/words-are-distinct", test_words);
  return g_test_run ();
}
