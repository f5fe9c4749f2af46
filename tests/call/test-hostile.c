/* A carrier that does what it likes, and people who do: never a call with the wrong key, never a crash, an end
 * in words. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "identity/address.h"
#include "identity/identity-private.h"
#include "lib/hostile.h"
#include "lib/loop-signaller.h"
#include "signalling/knock.h"
#include "signalling/sealed-message.h"

typedef struct
{
  LoopNet    net;
  Person     alice;
  Person     bob;
  GPtrArray *seen;      /* (owned) GBytes: what the carrier has kept */
  GRand     *dice;
} Pair;

static void
set_up (Pair          *pair,
        gconstpointer  data)
{
  loop_net_init (&pair->net, 7);
  person_init (&pair->alice, loop_signaller_new (&pair->net, "loop:"), NULL);
  person_init (&pair->bob, loop_signaller_new (&pair->net, "loop:"), NULL);
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  pair->seen = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  pair->dice = g_rand_new_with_seed (7);
  pair->net.user_data = pair;
}

static void
tear_down (Pair          *pair,
           gconstpointer  data)
{
  person_clear (&pair->alice);
  person_clear (&pair->bob);
  loop_net_clear (&pair->net);
  g_ptr_array_unref (pair->seen);
  g_rand_free (pair->dice);
}

/* A message with something done to it. */
static GBytes *
bend (Pair   *pair,
      GBytes *message)
{
  GBytes *other = pair->seen->len > 0 ? pair->seen->pdata[g_rand_int_range (pair->dice, 0, (gint32) pair->seen->len)] : message;

  return g_rand_int_range (pair->dice, 0, 4) == 0 ? hostile_cut (message, pair->dice) : hostile_forge (message, other, pair->dice);
}

/* Loses, repeats, delays, mixes up, sends to the wrong one, bends and replays. */
static void
do_everything (LoopNet    *net,
               const char *from,
               const char *to,
               GBytes     *message,
               gpointer    user_data)
{
  Pair *pair = user_data;
  g_autoptr (GBytes) bent = bend (pair, message);

  if (pair->seen->len < 500)
    g_ptr_array_add (pair->seen, g_bytes_ref (message));
  loop_net_deliver (net, to, bent, 0);
  loop_net_deliver (net, from, message, 0);
  loop_net_deliver (net, to, pair->seen->pdata[g_rand_int_range (pair->dice, 0, (gint32) pair->seen->len)], 0);
  if (g_rand_double (pair->dice) < 0.3)
    return;
  loop_net_deliver (net, to, message, (guint) g_rand_int_range (pair->dice, 0, 300));
  if (g_rand_double (pair->dice) < 0.3)
    loop_net_deliver (net, to, message, (guint) g_rand_int_range (pair->dice, 0, 600));
}

static void
test_everything (Pair          *pair,
                 gconstpointer  data)
{
  pair->net.tamper = do_everything;
  pair->bob.auto_accept = TRUE;
  for (guint i = 0; i < 3; i++)
    {
      hostile_talk (&pair->alice, &pair->bob);
      g_assert_cmpuint (pair->bob.n_incoming, ==, i + 1);   /* no replay rings */
      hostile_part (&pair->alice, &pair->bob);
    }
}

/* All that was said is said again when the call is over, and to one who has just begun to listen. */
static void
keep (LoopNet    *net,
      const char *from,
      const char *to,
      GBytes     *message,
      gpointer    user_data)
{
  Pair *pair = user_data;

  g_ptr_array_add (pair->seen, g_bytes_ref (message));
  loop_net_deliver (net, to, message, 0);
}

static void
test_replay (Pair          *pair,
             gconstpointer  data)
{
  guint64 n;

  pair->net.tamper = keep;
  pair->bob.auto_accept = TRUE;
  person_call (&pair->alice, "bob");
  run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED) && is_in (&pair->bob, YODEL_CALL_CONNECTED));
  yodel_call_hang_up (pair->alice.call);
  run_until (is_in (&pair->bob, YODEL_CALL_ENDED) && yodel_endpoint_is_quiet (pair->alice.endpoint));

  n = pair->net.n_delivered;
  for (guint i = 0; i < pair->seen->len; i++)
    loop_net_deliver (&pair->net, person_address (&pair->bob), pair->seen->pdata[i], 0);
  run_until (pair->net.n_delivered >= n + pair->seen->len);
  g_assert_cmpuint (pair->bob.n_incoming, ==, 1);
}

/* Nothing arrives: an end in words, and no address was told to anybody. */
static void
swallow (LoopNet    *net,
         const char *from,
         const char *to,
         GBytes     *message,
         gpointer    user_data)
{
}

static void
test_silence (Pair          *pair,
              gconstpointer  data)
{
  pair->net.tamper = swallow;
  person_call (&pair->alice, "bob");
  yodel_call_hang_up (pair->alice.call);
  run_until (is_in (&pair->alice, YODEL_CALL_ENDED));
  g_assert_nonnull (yodel_call_get_end_text (pair->alice.call));
}

/* A man in the middle with a key of his own: what he signs is not bob's, and alice takes it from nobody else. */
static void
test_other_key (Pair          *pair,
                gconstpointer  data)
{
  g_autoptr (YodelIdentity) mallory = yodel_identity_new ();
  g_autoptr (YodelCallMessage) accept = yodel_call_message_new (YODEL_CALL_MESSAGE_ACCEPT);
  guint8 dice[YODEL_SEALED_MESSAGE_DICE_BYTES] = { 3 };
  guint64 n;

  pair->net.tamper = keep;
  person_call (&pair->alice, "bob");
  run_until (pair->bob.call != NULL && is_in (&pair->alice, YODEL_CALL_RINGING));

  /* He cannot know the call, and if he did: */
  for (guint i = 0; i < pair->seen->len; i++)
    {
      guint8 sender[32];
      gsize size;
      const guint8 *bytes = g_bytes_get_data (pair->seen->pdata[i], &size);
      g_autoptr (YodelCallMessage) read = yodel_sealed_message_open (mallory, bytes, size, sender);
      g_autoptr (YodelCallMessage) leaked = yodel_sealed_message_open (pair->bob.identity, bytes, size, sender);

      g_assert_null (read);
      if (leaked != NULL)
        memcpy (accept->call_id, leaked->call_id, sizeof accept->call_id);
    }
  accept->number = 1;
  accept->sent_ms = g_get_real_time () / 1000;
  n = pair->net.n_delivered;
  {
    g_autoptr (GBytes) sealed = yodel_sealed_message_seal (mallory, yodel_identity_get_public_key (pair->alice.identity), accept, dice);

    loop_net_deliver (&pair->net, person_address (&pair->alice), sealed, 0);
  }
  run_until (pair->net.n_delivered > n);
  g_assert_true (is_in (&pair->alice, YODEL_CALL_RINGING));
}

/* At first contact a man in the middle may sit there with the names of both: the codes tell. */
static void
test_first_contact_in_the_middle (Pair          *pair,
                                  gconstpointer  data)
{
  Person towards_alice, towards_bob;

  person_init (&towards_alice, loop_signaller_new (&pair->net, "loop:"), NULL);   /* alice takes him for carol */
  person_init (&towards_bob, loop_signaller_new (&pair->net, "loop:"), NULL);     /* carol takes him for alice */
  towards_alice.auto_accept = TRUE;
  pair->bob.auto_accept = TRUE;
  person_call (&pair->alice, person_address (&towards_alice));
  run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED));
  person_call (&towards_bob, person_address (&pair->bob));
  run_until (is_in (&pair->bob, YODEL_CALL_CONNECTED));
  g_assert_cmpstr (yodel_call_get_safety_code (pair->alice.call), !=, yodel_call_get_safety_code (pair->bob.call));
  person_clear (&towards_alice);
  person_clear (&towards_bob);
}

static void
deliver_offer (Pair    *pair,
               guint32  number)
{
  guint8 dice[YODEL_SEALED_MESSAGE_DICE_BYTES] = { 4 };
  g_autoptr (YodelCallMessage) offer = yodel_call_message_new (YODEL_CALL_MESSAGE_OFFER);
  g_autoptr (GBytes) sealed = NULL;
  const guint64 n = pair->net.n_delivered;

  memset (offer->call_id, (int) number, sizeof offer->call_id);
  offer->number = number;
  offer->sent_ms = g_get_real_time () / 1000;
  offer->description = g_strdup ("v=0\r\n");
  sealed = yodel_sealed_message_seal (pair->alice.identity, yodel_identity_get_public_key (pair->bob.identity), offer, dice);
  loop_net_deliver (&pair->net, person_address (&pair->bob), sealed, 0);
  run_until (pair->net.n_delivered > n);
}

/* What was said in the middle of a call that bob does not know any more lay in a mailbox until he came back. */
static void
test_late_offer (Pair          *pair,
                 gconstpointer  data)
{
  deliver_offer (pair, 2);
  g_assert_cmpuint (pair->bob.n_incoming, ==, 0);
  deliver_offer (pair, 1);
  g_assert_cmpuint (pair->bob.n_incoming, ==, 1);
}

static gsize
get_resident_kib (void)
{
  g_autofree char *text = NULL;
  gulong size = 0, resident = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &size, &resident), ==, 2);
  return resident * (gsize) sysconf (_SC_PAGESIZE) / 1024;
}

/* A knock of somebody new, with the work done where it can be afforded. */
static GBytes *
make_knock (Pair     *pair,
            guint32   n,
            gboolean  does_work)
{
  guint8 seed[YODEL_IDENTITY_SEED_BYTES] = { 1 }, dice[YODEL_SEALED_MESSAGE_DICE_BYTES] = { 2 };
  g_autoptr (YodelIdentity) stranger = NULL;
  g_autoptr (YodelCallMessage) knock = yodel_call_message_new (YODEL_CALL_MESSAGE_KNOCK);
  const guint8 *to = yodel_identity_get_public_key (pair->bob.identity);

  memcpy (seed + 4, &n, sizeof n);
  memcpy (dice + 4, &n, sizeof n);
  stranger = yodel_identity_new_from_seed (seed);
  knock->number = 1;
  knock->sent_ms = g_get_real_time () / 1000;
  memcpy (knock->call_id, &n, sizeof n);
  memcpy (knock->device, &n, sizeof n);
  knock->name = g_strdup ("somebody");
  if (does_work)
    yodel_knock_do_work (knock, yodel_identity_get_public_key (stranger), to, YODEL_KNOCK_WORK_BITS, 1u << 24);
  return yodel_sealed_message_seal (stranger, to, knock, dice);
}

/* Ten thousand strangers in a minute, of whom some do the work: few ring, the contact gets through, and memory is flat. */
static void
test_flood (Pair          *pair,
            gconstpointer  data)
{
  const guint n_knocks = 10000, n_workers = 12;
  gsize before_kib = 0;
  gint64 called_us;
  guint n_strangers;

  for (guint i = 0; i < n_knocks; i++)
    {
      g_autoptr (GBytes) knock = make_knock (pair, i, i % (n_knocks / n_workers) == 0);

      loop_net_deliver (&pair->net, person_address (&pair->bob), knock, 0);
      if (i % 100 == 99)
        run_until (pair->net.n_delivered >= i + 1);
      if (i == n_knocks / 10)
        before_kib = get_resident_kib ();
    }
  n_strangers = pair->bob.n_incoming;
  g_assert_cmpuint (n_strangers, >=, 1);
  g_assert_cmpuint (n_strangers, <=, 20);
  g_test_message ("%u strangers rang; memory %" G_GSIZE_FORMAT " KiB after a tenth, %" G_GSIZE_FORMAT " KiB after all", n_strangers,
                  before_kib, get_resident_kib ());
#ifndef __SANITIZE_ADDRESS__   /* which keeps what was freed for a while */
  g_assert_cmpuint (get_resident_kib (), <, before_kib + 8192);
#endif

  called_us = g_get_monotonic_time ();
  person_call (&pair->alice, "bob");
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GBytes) knock = make_knock (pair, n_knocks + i, FALSE);

      loop_net_deliver (&pair->net, person_address (&pair->bob), knock, 0);
    }
  run_until (is_in (&pair->alice, YODEL_CALL_RINGING));
  g_test_message ("the contact rang after %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - called_us) / 1000);
  g_assert_cmpstr (yodel_call_get_remote_name (pair->bob.call), ==, "alice");
}

#define ADD(path, test) g_test_add ("/call/hostile/" path, Pair, NULL, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("everything-at-once", test_everything);
  ADD ("all-is-replayed", test_replay);
  ADD ("nothing-arrives", test_silence);
  ADD ("another-key-is-not-heard", test_other_key);
  ADD ("in-the-middle-at-first-contact-the-codes-differ", test_first_contact_in_the_middle);
  ADD ("an-offer-of-a-call-that-was-opens-none", test_late_offer);
  ADD ("ten-thousand-knocks", test_flood);
  return g_test_run ();
}
