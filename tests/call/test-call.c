/* Calls as people know them: two endpoints, a carrier, real sessions on loopback. */
#include <string.h>

#include "lib/loop-signaller.h"
#include "lib/people.h"

typedef struct
{
  LoopNet net;
  Person  alice;
  Person  bob;
} Pair;

static void
set_up (Pair          *pair,
        gconstpointer  data)
{
  loop_net_init (&pair->net, 1);
  person_init (&pair->alice, loop_signaller_new (&pair->net, "loop:"), NULL);
  person_init (&pair->bob, loop_signaller_new (&pair->net, "loop:"), NULL);
}

static void
tear_down (Pair          *pair,
           gconstpointer  data)
{
  person_clear (&pair->alice);
  person_clear (&pair->bob);
  loop_net_clear (&pair->net);
}

static void
assert_ended (Person         *person,
              YodelEndReason  reason)
{
  run_until (is_in (person, YODEL_CALL_ENDED));
  g_assert_cmpint (yodel_call_get_end_reason (person->call), ==, reason);
  g_assert_nonnull (yodel_call_get_end_text (person->call));
}

static void
call_and_ring (Pair *pair)
{
  person_call (&pair->alice, "bob");
  g_assert_no_error (pair->alice.error);
  run_until (pair->bob.call != NULL && is_in (&pair->alice, YODEL_CALL_RINGING));
}

static void
connect_up (Pair *pair)
{
  call_and_ring (pair);
  yodel_call_accept (pair->bob.call, YODEL_CALL_AUDIO);
  run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED) && is_in (&pair->bob, YODEL_CALL_CONNECTED));
}

static void
test_accept (Pair          *pair,
             gconstpointer  data)
{
  g_autoptr (GVariant) calls = NULL;
  g_autoptr (YodelContact) contact = NULL;
  gboolean flag;

  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  connect_up (pair);
  g_assert_cmpstr (yodel_call_get_remote_name (pair->bob.call), ==, "alice");
  g_assert_cmpstr (yodel_call_get_signaller (pair->alice.call), ==, "loop:");
  g_assert_cmpstr (yodel_call_get_safety_code (pair->alice.call), ==, yodel_call_get_safety_code (pair->bob.call));
  g_assert_nonnull (yodel_call_get_safety_code (pair->alice.call));
  g_assert_false (yodel_call_is_knock (pair->bob.call));
  g_assert_cmpint (yodel_call_get_remote_media (pair->alice.call), ==, YODEL_CALL_AUDIO);

  yodel_call_hang_up (pair->alice.call);
  assert_ended (&pair->alice, YODEL_END_LOCAL);
  assert_ended (&pair->bob, YODEL_END_REMOTE);
  g_assert_cmpuint (g_list_model_get_n_items (yodel_endpoint_get_calls (pair->bob.endpoint)), ==, 0);

  calls = yodel_history_list (pair->bob.history, 10, NULL);
  g_assert_cmpuint (g_variant_n_children (calls), ==, 1);
  {
    g_autoptr (GVariant) entry = g_variant_get_child_value (calls, 0);

    g_assert_true (g_variant_lookup (entry, "answered", "b", &flag) && flag);
    g_assert_true (g_variant_lookup (entry, "outgoing", "b", &flag) && !flag);
  }
}

/* Not yet talked to: asked first, and trusted afterwards. */
static void
test_first_contact (Pair          *pair,
                    gconstpointer  data)
{
  g_autoptr (YodelContact) contact = NULL;

  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_NEW);
  connect_up (pair);
  g_assert_true (yodel_call_is_knock (pair->bob.call));
  contact = yodel_contact_book_find (pair->alice.book, "bob");
  g_assert_cmpint (contact->trust, ==, YODEL_TRUST_TRUSTED);
}

/* The callee does not know the caller at all. */
static void
test_stranger (Pair          *pair,
               gconstpointer  data)
{
  g_autoptr (YodelContact) contact = NULL;

  yodel_endpoint_set_name (pair->alice.endpoint, "Alice");
  person_call (&pair->alice, person_address (&pair->bob));
  run_until (pair->bob.call != NULL);
  g_assert_true (yodel_call_is_knock (pair->bob.call));
  g_assert_cmpstr (yodel_call_get_remote_name (pair->bob.call), ==, "Alice");
  g_assert_cmpint (yodel_call_get_state (pair->alice.call), ==, YODEL_CALL_CALLING);

  yodel_call_accept (pair->bob.call, YODEL_CALL_AUDIO);
  run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED) && is_in (&pair->bob, YODEL_CALL_CONNECTED));
  contact = yodel_contact_book_find (pair->bob.book, "Alice");
  g_assert_nonnull (contact);
  g_assert_cmpint (contact->introduction, ==, YODEL_INTRODUCED_BY_KNOCK);
}

/* Refused, the stranger hears what he would hear if nobody was there: nothing. */
static void
test_refused_stranger (Pair          *pair,
                       gconstpointer  data)
{
  guint64 n_sent;

  person_call (&pair->alice, person_address (&pair->bob));
  run_until (pair->bob.call != NULL);
  yodel_call_decline (pair->bob.call, FALSE);
  assert_ended (&pair->bob, YODEL_END_DECLINED);
  n_sent = pair->net.n_sent;
  run_until (pair->net.n_sent >= n_sent + 2);   /* the knock is repeated */
  g_assert_cmpint (yodel_call_get_state (pair->alice.call), ==, YODEL_CALL_CALLING);
  yodel_call_hang_up (pair->alice.call);
  assert_ended (&pair->alice, YODEL_END_LOCAL);
}

static void
test_claimed_name (Pair          *pair,
                   gconstpointer  data)
{
  Person carol;

  person_init (&carol, loop_signaller_new (&pair->net, "loop:"), NULL);
  person_know (&pair->bob, "alice", &carol, YODEL_TRUST_VERIFIED);
  yodel_endpoint_set_name (pair->alice.endpoint, "alice");
  person_call (&pair->alice, person_address (&pair->bob));
  run_until (pair->bob.call != NULL);
  g_assert_nonnull (yodel_call_get_warning (pair->bob.call));
  yodel_call_hang_up (pair->alice.call);
  person_clear (&carol);
}

static void
test_decline (Pair          *pair,
              gconstpointer  data)
{
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  call_and_ring (pair);
  yodel_call_decline (pair->bob.call, FALSE);
  assert_ended (&pair->alice, YODEL_END_DECLINED);
  assert_ended (&pair->bob, YODEL_END_DECLINED);
}

static void
test_missed (Pair          *pair,
             gconstpointer  data)
{
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  call_and_ring (pair);
  yodel_call_hang_up (pair->alice.call);
  assert_ended (&pair->alice, YODEL_END_LOCAL);
  assert_ended (&pair->bob, YODEL_END_CANCELLED);
}

static void
test_blocked (Pair          *pair,
              gconstpointer  data)
{
  guint64 n_sent;

  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  yodel_contact_book_set_trust (pair->bob.book, person_address (&pair->alice), YODEL_TRUST_BLOCKED, NULL);
  person_call (&pair->alice, "bob");
  n_sent = pair->net.n_sent;
  run_until (pair->net.n_sent >= n_sent + 2);
  g_assert_null (pair->bob.call);
  g_assert_cmpint (yodel_call_get_state (pair->alice.call), ==, YODEL_CALL_CALLING);
}

static void
test_do_not_disturb (Pair          *pair,
                     gconstpointer  data)
{
  g_autoptr (GVariant) calls = NULL;

  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  yodel_endpoint_set_do_not_disturb (pair->bob.endpoint, TRUE);
  person_call (&pair->alice, "bob");
  run_until (g_list_model_get_n_items (yodel_endpoint_get_calls (pair->bob.endpoint)) == 1);
  yodel_call_hang_up (pair->alice.call);
  run_until (g_list_model_get_n_items (yodel_endpoint_get_calls (pair->bob.endpoint)) == 0);
  g_assert_cmpuint (pair->bob.n_incoming, ==, 0);
  calls = yodel_history_list (pair->bob.history, 10, NULL);
  g_assert_cmpuint (g_variant_n_children (calls), ==, 1);
}

/* Both call at once: one call, and nobody is asked. */
static void
test_glare (Pair          *pair,
            gconstpointer  data)
{
  pair->net.delay_ms = 50;
  person_befriend (&pair->alice, &pair->bob, data != NULL ? YODEL_TRUST_NEW : YODEL_TRUST_TRUSTED);
  person_call (&pair->alice, "bob");
  person_call (&pair->bob, "alice");
  run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED) && is_in (&pair->bob, YODEL_CALL_CONNECTED));
  g_assert_cmpuint (pair->alice.n_incoming + pair->bob.n_incoming, ==, 0);
  g_assert_cmpint (yodel_call_is_outgoing (pair->alice.call) + yodel_call_is_outgoing (pair->bob.call), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (yodel_endpoint_get_calls (pair->alice.endpoint)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (yodel_endpoint_get_calls (pair->bob.endpoint)), ==, 1);
  yodel_call_hang_up (pair->alice.call);
  assert_ended (&pair->bob, YODEL_END_REMOTE);
}

/* Two devices of bob ring; one takes the call, the other stops. */
static void
test_two_devices (Pair          *pair,
                  gconstpointer  data)
{
  Person tablet;

  person_init (&tablet, loop_signaller_new (&pair->net, "loop:"), pair->bob.identity);
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  person_know (&tablet, "alice", &pair->alice, YODEL_TRUST_TRUSTED);
  call_and_ring (pair);
  run_until (is_in (&tablet, YODEL_CALL_RINGING));
  yodel_call_accept (tablet.call, YODEL_CALL_AUDIO);
  run_until (is_in (&tablet, YODEL_CALL_CONNECTED) && is_in (&pair->alice, YODEL_CALL_CONNECTED));
  assert_ended (&pair->bob, YODEL_END_ELSEWHERE);
  person_clear (&tablet);
}

static void
test_busy_and_waiting (Pair          *pair,
                       gconstpointer  data)
{
  Person carol;

  person_init (&carol, loop_signaller_new (&pair->net, "loop:"), NULL);
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  person_know (&carol, "bob", &pair->bob, YODEL_TRUST_TRUSTED);
  person_know (&pair->bob, "carol", &carol, YODEL_TRUST_TRUSTED);
  connect_up (pair);

  yodel_endpoint_set_call_waiting (pair->bob.endpoint, FALSE);
  person_call (&carol, "bob");
  assert_ended (&carol, YODEL_END_BUSY);
  g_assert_cmpuint (pair->bob.n_incoming, ==, 1);

  yodel_endpoint_set_call_waiting (pair->bob.endpoint, TRUE);
  person_call (&carol, "bob");
  run_until (is_in (&carol, YODEL_CALL_RINGING));
  g_assert_true (yodel_call_is_waiting (pair->bob.call));
  person_clear (&carol);
}

/* The picture comes later, and from one side first. */
static void
test_add_video (Pair          *pair,
                gconstpointer  data)
{
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  connect_up (pair);
  yodel_call_set_media (pair->bob.call, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  run_until (yodel_call_get_track (pair->alice.call, YODEL_MEDIA_VIDEO) != NULL);
  yodel_call_set_media (pair->alice.call, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  run_until (yodel_call_get_remote_media (pair->bob.call) == (YODEL_CALL_AUDIO | YODEL_CALL_VIDEO) &&
             yodel_call_get_remote_media (pair->alice.call) == (YODEL_CALL_AUDIO | YODEL_CALL_VIDEO));
  g_assert_true (is_in (&pair->alice, YODEL_CALL_CONNECTED));
}

/* Both add a picture at the same moment: offers cross. */
static void
test_crossing_offers (Pair          *pair,
                      gconstpointer  data)
{
  pair->net.delay_ms = 30;
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  connect_up (pair);
  yodel_call_set_media (pair->bob.call, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  yodel_call_set_media (pair->alice.call, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  run_until (yodel_call_get_remote_media (pair->bob.call) == (YODEL_CALL_AUDIO | YODEL_CALL_VIDEO) &&
             yodel_call_get_remote_media (pair->alice.call) == (YODEL_CALL_AUDIO | YODEL_CALL_VIDEO));
  g_assert_true (is_in (&pair->alice, YODEL_CALL_CONNECTED));
  g_assert_true (is_in (&pair->bob, YODEL_CALL_CONNECTED));
}

static void
test_hold (Pair          *pair,
           gconstpointer  data)
{
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  connect_up (pair);
  yodel_call_set_held (pair->alice.call, TRUE);
  run_until (yodel_call_get_held_by_peer (pair->bob.call));
  yodel_call_set_held (pair->alice.call, FALSE);
  run_until (!yodel_call_get_held_by_peer (pair->bob.call));
  g_assert_true (is_in (&pair->alice, YODEL_CALL_CONNECTED));
}

/* An invite opens the door once: no work, no asking whether strangers are wanted. */
static void
test_invite (Pair          *pair,
             gconstpointer  data)
{
  static const char * const no_hints[] = { NULL };
  g_autoptr (YodelInvite) invite = NULL;
  g_autofree char *link = NULL;
  Person carol;
  guint64 n_sent;

  person_init (&carol, loop_signaller_new (&pair->net, "loop:"), NULL);
  yodel_endpoint_set_take_knocks (pair->bob.endpoint, FALSE);
  invite = yodel_contact_book_invite (pair->bob.book, person_address (&pair->bob), "Bob", no_hints, 0, FALSE, NULL);
  link = yodel_invite_to_link (invite, NULL);
  g_assert_cmpuint (strlen (link), <, 300);

  person_call (&pair->alice, link);
  run_until (is_in (&pair->alice, YODEL_CALL_RINGING));
  yodel_call_accept (pair->bob.call, YODEL_CALL_AUDIO);
  run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED));

  person_call (&carol, link);
  n_sent = pair->net.n_sent;
  run_until (pair->net.n_sent >= n_sent + 2);
  g_assert_cmpuint (pair->bob.n_incoming, ==, 1);
  person_clear (&carol);
}

static void
test_errors (Pair          *pair,
             gconstpointer  data)
{
  person_call (&pair->alice, "nobody");
  g_assert_error (pair->alice.error, YODEL_ERROR, YODEL_ERROR_UNREACHABLE);
  person_call (&pair->alice, person_address (&pair->alice));
  g_assert_error (pair->alice.error, YODEL_ERROR, YODEL_ERROR_STATE);
  person_call (&pair->alice, "yodel:abc");
  g_assert_error (pair->alice.error, YODEL_ERROR, YODEL_ERROR_KEY);
  person_call (&pair->alice, "gopher:x");
  g_assert_error (pair->alice.error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED);
}

/* The carrier loses, repeats and mixes up. */
static void
test_bad_carrier (Pair          *pair,
                  gconstpointer  data)
{
  pair->net.loss = 0.3;
  pair->net.duplicates = 0.3;
  pair->net.delay_ms = 20;
  pair->net.jitter_ms = 200;
  person_befriend (&pair->alice, &pair->bob, YODEL_TRUST_TRUSTED);
  for (guint i = 0; i < 5; i++)
    {
      g_clear_object (&pair->bob.call);
      pair->bob.auto_accept = TRUE;
      person_call (&pair->alice, "bob");
      run_until (is_in (&pair->alice, YODEL_CALL_CONNECTED) && is_in (&pair->bob, YODEL_CALL_CONNECTED));
      g_assert_cmpuint (pair->bob.n_incoming, ==, i + 1);
      yodel_call_hang_up (i % 2 ? pair->alice.call : pair->bob.call);
      run_until (is_in (&pair->alice, YODEL_CALL_ENDED) && is_in (&pair->bob, YODEL_CALL_ENDED));
    }
}

#define ADD(path, test, data) g_test_add ("/call/call/" path, Pair, data, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("accepted-and-hung-up", test_accept, NULL);
  ADD ("first-contact-is-asked-and-then-trusted", test_first_contact, NULL);
  ADD ("a-stranger-knocks", test_stranger, NULL);
  ADD ("a-refused-stranger-hears-nothing", test_refused_stranger, NULL);
  ADD ("a-stranger-with-a-contacts-name-is-pointed-out", test_claimed_name, NULL);
  ADD ("declined", test_decline, NULL);
  ADD ("missed", test_missed, NULL);
  ADD ("blocked", test_blocked, NULL);
  ADD ("do-not-disturb", test_do_not_disturb, NULL);
  ADD ("glare", test_glare, NULL);
  ADD ("glare-of-knocks", test_glare, "new");
  ADD ("two-devices-ring-and-one-takes-it", test_two_devices, NULL);
  ADD ("busy-and-waiting", test_busy_and_waiting, NULL);
  ADD ("a-picture-is-added", test_add_video, NULL);
  ADD ("offers-cross", test_crossing_offers, NULL);
  ADD ("held-and-taken-up", test_hold, NULL);
  ADD ("an-invite-opens-once", test_invite, NULL);
  ADD ("what-cannot-be-called", test_errors, NULL);
  ADD ("over-a-bad-carrier", test_bad_carrier, NULL);
  return g_test_run ();
}
