/* Who learns this side's network addresses, and when: with the accept; contacts that may, while it rings. */
#include <string.h>

#include "call/call-private.h"
#include "lib/loop-signaller.h"
#include "lib/people.h"
#include "signalling/sealed-message.h"

typedef struct
{
  LoopNet    net;
  Person     alice;
  Person     bob;
  Person     tablet;   /* another device of bob's */
  GPtrArray *said;     /* (owned) GBytes: what bob's devices said */
} Trio;

static void
keep (LoopNet    *net,
      const char *from,
      const char *to,
      GBytes     *message,
      gpointer    user_data)
{
  Trio *trio = user_data;

  if (strcmp (from, person_address (&trio->bob)) == 0)
    g_ptr_array_add (trio->said, g_bytes_ref (message));
  loop_net_deliver (net, to, message, 0);
}

static void
set_up (Trio          *trio,
        gconstpointer  data)
{
  loop_net_init (&trio->net, 1);
  person_init (&trio->alice, loop_signaller_new (&trio->net, "loop:"), NULL);
  person_init (&trio->bob, loop_signaller_new (&trio->net, "loop:"), NULL);
  person_init (&trio->tablet, loop_signaller_new (&trio->net, "loop:"), trio->bob.identity);
  person_befriend (&trio->alice, &trio->bob, YODEL_TRUST_TRUSTED);
  person_know (&trio->tablet, "alice", &trio->alice, YODEL_TRUST_TRUSTED);
  trio->said = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  trio->net.tamper = keep;
  trio->net.user_data = trio;
}

static void
tear_down (Trio          *trio,
           gconstpointer  data)
{
  person_clear (&trio->alice);
  person_clear (&trio->tablet);
  person_clear (&trio->bob);
  loop_net_clear (&trio->net);
  g_ptr_array_unref (trio->said);
}

static void
let_see (Person *person,
         Trio   *trio)
{
  g_assert_true (yodel_contact_book_set_policy (person->book, person_address (&trio->alice),
                                                YODEL_CONTACT_MAY_RING | YODEL_CONTACT_MAY_KNOCK | YODEL_CONTACT_MAY_SEE_ADDRESS, NULL));
}

/* Returns: whether bob said where he is: in a description, or by a candidate */
static gboolean
has_told_address (Trio *trio)
{
  for (guint i = 0; i < trio->said->len; i++)
    {
      gsize size;
      const guint8 *bytes = g_bytes_get_data (trio->said->pdata[i], &size);
      guint8 sender[32];
      g_autoptr (YodelCallMessage) message = yodel_sealed_message_open (trio->alice.identity, bytes, size, sender);

      g_assert_nonnull (message);
      if (message->description != NULL || message->n_candidates > 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
on_pause_over (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* What would be said is said in this time. */
static void
run_on (void)
{
  gboolean is_over = FALSE;

  g_timeout_add (400, on_pause_over, &is_over);
  run_until (is_over);
}

static void
ring (Trio *trio)
{
  person_call (&trio->alice, "bob");
  run_until (trio->bob.call != NULL && trio->tablet.call != NULL && is_in (&trio->alice, YODEL_CALL_RINGING));
}

static YodelSessionState
get_path (Person *person)
{
  YodelSession *session = yodel_call_get_session (person->call);

  return session != NULL ? yodel_session_get_state (session) : YODEL_SESSION_NEW;
}

static void
accept_and_talk (Trio           *trio,
                 Person         *person,
                 YodelCallMedia  media)
{
  yodel_call_accept (person->call, media);
  run_until (is_in (&trio->alice, YODEL_CALL_CONNECTED) && is_in (person, YODEL_CALL_CONNECTED));
  run_until (yodel_call_get_remote_media (trio->alice.call) & YODEL_CALL_AUDIO);     /* a path may be up before what it is for is told */
  g_assert_cmpstr (yodel_call_get_safety_code (trio->alice.call), ==, yodel_call_get_safety_code (person->call));
  g_assert_false (yodel_call_get_held_by_peer (trio->alice.call));
}

/* Everybody is ready for another call. */
static void
hang_up (Trio *trio)
{
  yodel_call_hang_up (trio->alice.call);
  run_until (is_in (&trio->alice, YODEL_CALL_ENDED) && is_in (&trio->bob, YODEL_CALL_ENDED) &&
             is_in (&trio->tablet, YODEL_CALL_ENDED));
  g_clear_object (&trio->bob.call);
  g_clear_object (&trio->tablet.call);
}

static void
test_kept (Trio          *trio,
           gconstpointer  data)
{
  ring (trio);
  run_on ();
  g_assert_false (has_told_address (trio));
  g_assert_null (yodel_call_get_session (trio->bob.call));
  accept_and_talk (trio, &trio->bob, YODEL_CALL_AUDIO);
  g_assert_true (has_told_address (trio));
}

static void
test_kept_when_declined (Trio          *trio,
                         gconstpointer  data)
{
  ring (trio);
  yodel_call_decline (trio->bob.call, FALSE);
  run_until (is_in (&trio->alice, YODEL_CALL_ENDED));
  run_on ();
  g_assert_false (has_told_address (trio));
}

/* Who does not want to be disturbed does not tell either, not even those who may see. */
static void
test_kept_undisturbed (Trio          *trio,
                       gconstpointer  data)
{
  let_see (&trio->bob, trio);
  yodel_endpoint_set_do_not_disturb (trio->bob.endpoint, TRUE);
  person_call (&trio->alice, "bob");
  run_until (trio->tablet.call != NULL);
  run_on ();
  g_assert_false (has_told_address (trio));
}

static void
test_seen (Trio          *trio,
           gconstpointer  data)
{
  let_see (&trio->bob, trio);
  ring (trio);
  run_until (get_path (&trio->alice) == YODEL_SESSION_CONNECTED && get_path (&trio->bob) == YODEL_SESSION_CONNECTED);
  g_assert_true (has_told_address (trio));
  g_assert_true (is_in (&trio->alice, YODEL_CALL_RINGING));
  g_assert_true (is_in (&trio->bob, YODEL_CALL_RINGING));

  /* the path is there at once; nothing was heard before */
  g_assert_null (yodel_track_get_source (yodel_call_get_track (trio->alice.call, YODEL_MEDIA_AUDIO)));
  yodel_call_accept (trio->bob.call, YODEL_CALL_AUDIO);
  g_assert_true (is_in (&trio->bob, YODEL_CALL_CONNECTED));
  run_until (is_in (&trio->alice, YODEL_CALL_CONNECTED));
  g_assert_cmpstr (yodel_call_get_safety_code (trio->alice.call), ==, yodel_call_get_safety_code (trio->bob.call));
}

/* The path that was prepared carries a picture too, when the callee sends one. */
static void
test_seen_with_picture (Trio          *trio,
                        gconstpointer  data)
{
  let_see (&trio->bob, trio);
  ring (trio);
  if (data != NULL)
    run_until (get_path (&trio->bob) == YODEL_SESSION_CONNECTED);
  accept_and_talk (trio, &trio->bob, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  run_until (yodel_call_get_track (trio->alice.call, YODEL_MEDIA_VIDEO) != NULL);
  yodel_call_set_media (trio->alice.call, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
  run_until (yodel_call_get_remote_media (trio->bob.call) == (YODEL_CALL_AUDIO | YODEL_CALL_VIDEO) &&
             yodel_call_get_remote_media (trio->alice.call) == (YODEL_CALL_AUDIO | YODEL_CALL_VIDEO));
}

/* The path is prepared in steps; the accept may come in the midst of any of them. */
static void
test_accepted_in_the_midst (Trio          *trio,
                            gconstpointer  data)
{
  let_see (&trio->bob, trio);
  for (guint n_steps = 0; n_steps < 24; n_steps++)
    {
      person_call (&trio->alice, "bob");
      run_until (trio->bob.call != NULL);
      for (guint i = 0; i < n_steps; i++)
        g_main_context_iteration (NULL, FALSE);
      accept_and_talk (trio, &trio->bob, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO);
      run_until (yodel_call_get_track (trio->alice.call, YODEL_MEDIA_VIDEO) != NULL);
      hang_up (trio);
    }
}

/* A path to bob is there, and it is the tablet that is answered: one that has prepared a path too, or has not. */
static void
test_other_device (Trio          *trio,
                   gconstpointer  data)
{
  let_see (&trio->bob, trio);
  if (data != NULL)
    let_see (&trio->tablet, trio);
  ring (trio);
  run_until (get_path (&trio->alice) == YODEL_SESSION_CONNECTED);
  if (get_path (&trio->bob) != YODEL_SESSION_CONNECTED)
    accept_and_talk (trio, &trio->bob, YODEL_CALL_AUDIO);
  else
    accept_and_talk (trio, &trio->tablet, YODEL_CALL_AUDIO);
}

/* The path is lost while it rings. */
static void
test_lost (Trio          *trio,
           gconstpointer  data)
{
  let_see (&trio->bob, trio);
  ring (trio);
  run_until (get_path (&trio->alice) == YODEL_SESSION_CONNECTED && get_path (&trio->bob) == YODEL_SESSION_CONNECTED);
  yodel_session_close (yodel_call_get_session (trio->bob.call));
  run_until (yodel_call_get_session (trio->bob.call) == NULL && yodel_call_get_session (trio->alice.call) == NULL);
  g_assert_true (is_in (&trio->alice, YODEL_CALL_RINGING));
  accept_and_talk (trio, &trio->bob, YODEL_CALL_AUDIO);
}

static void
test_seen_and_declined (Trio          *trio,
                        gconstpointer  data)
{
  let_see (&trio->bob, trio);
  ring (trio);
  run_until (get_path (&trio->alice) == YODEL_SESSION_CONNECTED);
  yodel_call_decline (trio->bob.call, FALSE);
  run_until (is_in (&trio->alice, YODEL_CALL_ENDED) && is_in (&trio->bob, YODEL_CALL_ENDED));
  g_assert_cmpint (yodel_call_get_end_reason (trio->alice.call), ==, YODEL_END_DECLINED);
}

/* In a way that delays and mixes up. */
static void
test_seen_over_a_bad_carrier (Trio          *trio,
                              gconstpointer  data)
{
  let_see (&trio->bob, trio);
  let_see (&trio->tablet, trio);
  trio->net.tamper = NULL;
  trio->net.loss = 0.2;
  trio->net.duplicates = 0.2;
  trio->net.jitter_ms = 150;
  for (guint i = 0; i < 4; i++)
    {
      ring (trio);
      accept_and_talk (trio, i % 2 ? &trio->bob : &trio->tablet, YODEL_CALL_AUDIO);
      hang_up (trio);
    }
}

#define ADD(path, test, data) g_test_add ("/call/address/" path, Trio, data, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("kept-until-the-accept", test_kept, NULL);
  ADD ("kept-where-it-is-declined", test_kept_when_declined, NULL);
  ADD ("kept-where-nothing-rings", test_kept_undisturbed, NULL);
  ADD ("seen-by-who-may-and-up-with-the-accept", test_seen, NULL);
  ADD ("seen-and-a-picture-comes", test_seen_with_picture, "connected");
  ADD ("seen-and-accepted-at-once-with-a-picture", test_seen_with_picture, NULL);
  ADD ("seen-and-accepted-in-the-midst", test_accepted_in_the_midst, NULL);
  ADD ("another-device-that-kept-it-answers", test_other_device, NULL);
  ADD ("another-device-that-told-it-answers", test_other_device, "told");
  ADD ("lost-while-it-rings", test_lost, NULL);
  ADD ("seen-and-declined", test_seen_and_declined, NULL);
  ADD ("seen-over-a-bad-carrier", test_seen_over_a_bad_carrier, NULL);
  return g_test_run ();
}
