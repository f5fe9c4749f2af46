#include "lib/hostile.h"

#include <string.h>

/* Who does not get through within the minute that it rings calls again, so often.  Through what cuts or forges each
 * tenth message a call may fail by chance, and four in a row did once. */
#define MAX_CALLS 8

const HostileCase hostile_cases[N_HOSTILE_CASES] = {
  { "honest",     0,              0 },
  { "drops",      DEED_DROP,      0.15 },
  { "delays",     DEED_DELAY,     0.7 },
  { "duplicates", DEED_DUPLICATE, 1.0 },
  { "reorders",   DEED_REORDER,   1.0 },
  { "replays",    DEED_REPLAY,    1.0 },
  { "swaps",      DEED_SWAP,      0.2 },
  { "cuts",       DEED_CUT,       0.1 },
  { "forges",     DEED_FORGE,     0.1 },
  { "all-of-it",  ALL_DEEDS,      0.25 },
};

Deeds
hostile_choose (Deeds   deeds,
                double  share,
                GRand  *dice)
{
  Deeds deed;

  if (deeds == 0 || g_rand_double (dice) >= share)
    return 0;
  do
    deed = 1u << g_rand_int_range (dice, 0, N_DEEDS);
  while ((deeds & deed) == 0);
  return deed;
}

guint
hostile_late_ms (Deeds   deed,
                 GRand  *dice)
{
  return (guint) g_rand_int_range (dice, 1, deed == DEED_DELAY ? DEED_DELAY_MS : DEED_REORDER_MS);
}

GBytes *
hostile_cut (GBytes *bytes,
             GRand  *dice)
{
  const gsize size = g_bytes_get_size (bytes);

  return g_bytes_new_from_bytes (bytes, 0, size > 0 ? (gsize) g_rand_int_range (dice, 0, (gint32) size) : 0);
}

GBytes *
hostile_forge (GBytes *bytes,
               GBytes *other,
               GRand  *dice)
{
  gsize size, other_size;
  const guint8 *data = g_bytes_get_data (bytes, &size), *tail = g_bytes_get_data (other, &other_size);
  guint8 *copy = g_memdup2 (data, size);

  if (size == 0)
    return g_bytes_new_take (copy, size);
  switch (g_rand_int_range (dice, 0, 3))
    {
    case 0:   /* all but the first byte, which tells what it is */
      for (gsize i = 1; i < size; i++)
        copy[i] = (guint8) g_rand_int_range (dice, 0, 256);
      break;
    case 1:   /* the head of one and the tail of another */
      if (other_size == size)
        memcpy (copy + size / 2, tail + size / 2, size - size / 2);
      break;
    }
  if (memcmp (copy, data, size) == 0)   /* else a bit */
    copy[g_rand_int_range (dice, 0, (gint32) size)] ^= (guint8) (1 << g_rand_int_range (dice, 0, 8));
  return g_bytes_new_take (copy, size);
}

static gboolean
is_decided (Person *self)
{
  return is_in (self, YODEL_CALL_CONNECTED) || is_in (self, YODEL_CALL_ENDED);
}

/* Whoever is in a call is in one with whom he meant, and whose call is over knows why. */
static void
assert_with (Person *self,
             Person *other)
{
  g_assert_cmpstr (yodel_call_get_remote_address (self->call), ==, person_address (other));
  if (is_in (self, YODEL_CALL_ENDED))
    g_assert_nonnull (yodel_call_get_end_text (self->call));
}

void
hostile_talk (Person *alice,
              Person *bob)
{
  const guint n_before = bob->n_incoming;
  guint n_calls = 0;

  g_clear_object (&bob->call);
  do
    {
      person_call (alice, person_address (bob));
      run_until (is_decided (alice));
      assert_with (alice, bob);
      if (is_in (alice, YODEL_CALL_ENDED))
        g_test_message ("%s", yodel_call_get_end_text (alice->call));
    }
  while (++n_calls < MAX_CALLS && !is_in (alice, YODEL_CALL_CONNECTED));
  g_assert_true (is_in (alice, YODEL_CALL_CONNECTED));
  run_until (is_in (bob, YODEL_CALL_CONNECTED));
  assert_with (bob, alice);
  g_assert_nonnull (yodel_call_get_safety_code (alice->call));
  g_assert_cmpstr (yodel_call_get_safety_code (alice->call), ==, yodel_call_get_safety_code (bob->call));
  g_assert_cmpuint (bob->n_incoming - n_before, >=, 1);
  g_assert_cmpuint (bob->n_incoming - n_before, <=, n_calls);
}

void
hostile_part (Person *alice,
              Person *bob)
{
  yodel_call_hang_up (alice->call);
  run_until (is_in (alice, YODEL_CALL_ENDED) && is_in (bob, YODEL_CALL_ENDED));
  assert_with (alice, bob);
  assert_with (bob, alice);
}
