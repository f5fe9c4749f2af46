/* Calls through a rendezvous that drops, delays, repeats, reorders, replays, swaps, cuts and forges what it carries: never with
 * another key, never a crash, and an end in words. */
#include <string.h>

#include "lib/people.h"
#include "soup/frame-proxy.h"

typedef struct
{
  const char *name;
  FrameDeeds  deeds;
  double      share;
} Case;

/* Who does not get through within the minute that it rings calls again, so often. */
#define MAX_CALLS 4

/* As much as a call can bear and still come about; what is said is repeated sixteen times. */
static const Case cases[] = {
  { "honest",     0,               0 },
  { "drops",      FRAME_DROP,      0.15 },
  { "delays",     FRAME_DELAY,     0.7 },
  { "duplicates", FRAME_DUPLICATE, 1.0 },
  { "reorders",   FRAME_REORDER,   1.0 },
  { "replays",    FRAME_REPLAY,    1.0 },
  { "swaps",      FRAME_SWAP,      0.2 },
  { "cuts",       FRAME_CUT,       0.1 },
  { "forges",     FRAME_FORGE,     0.1 },
  { "all-of-it",  FRAME_DROP | FRAME_DELAY | FRAME_DUPLICATE | FRAME_REORDER | FRAME_REPLAY | FRAME_SWAP | FRAME_CUT | FRAME_FORGE, 0.25 },
};

static YodelRendezvous *rendezvous;
static guint16          server_port;

static void
begin (Person     *self,
       FrameProxy *proxy)
{
  g_autofree char *uri = g_strdup_printf ("ws://127.0.0.1:%u", frame_proxy_get_port (proxy));
  GError *error = NULL;
  YodelSignaller *signaller = yodel_signaller_new (uri, &error);

  g_assert_no_error (error);
  person_init (self, signaller, NULL);
  self->auto_accept = TRUE;
}

static void
begin_pair (Person     *alice,
            Person     *bob,
            FrameProxy *proxy)
{
  begin (alice, proxy);
  begin (bob, proxy);
  person_befriend (alice, bob, YODEL_TRUST_VERIFIED);
}

static gboolean
is_decided (Person *self)
{
  return is_in (self, YODEL_CALL_CONNECTED) || is_in (self, YODEL_CALL_ENDED);
}

/* Whoever is in a call is in one with whom he meant. */
static void
assert_with (Person *self,
             Person *other)
{
  if (is_in (self, YODEL_CALL_CONNECTED))
    g_assert_cmpstr (yodel_call_get_remote_address (self->call), ==, person_address (other));
  else if (is_in (self, YODEL_CALL_ENDED))
    g_assert_nonnull (yodel_call_get_end_text (self->call));
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  FrameProxy *proxy = frame_proxy_new (server_port, c->deeds, c->share, 5);
  Person alice, bob, carol;
  const gint64 begun_us = g_get_monotonic_time ();
  guint n_calls;

  begin_pair (&alice, &bob, proxy);
  begin (&carol, proxy);   /* to whom frames go astray */
  for (n_calls = 0; n_calls < MAX_CALLS && !is_in (&alice, YODEL_CALL_CONNECTED); n_calls++)
    {
      person_call (&alice, "bob");
      run_until (is_decided (&alice));
      assert_with (&alice, &bob);
      g_test_message ("%s after %.1f s and %u deeds: %s", is_in (&alice, YODEL_CALL_CONNECTED) ? "up" : "over",
                      (double) (g_get_monotonic_time () - begun_us) / G_USEC_PER_SEC, frame_proxy_get_n_deeds (proxy),
                      is_in (&alice, YODEL_CALL_ENDED) ? yodel_call_get_end_text (alice.call) : "");
    }
  g_assert_true (is_in (&alice, YODEL_CALL_CONNECTED));
  run_until (is_in (&bob, YODEL_CALL_CONNECTED));
  assert_with (&bob, &alice);
  g_assert_cmpstr (yodel_call_get_safety_code (alice.call), ==, yodel_call_get_safety_code (bob.call));
  g_assert_cmpuint (bob.n_incoming, >=, 1);
  g_assert_cmpuint (bob.n_incoming, <=, n_calls);
  g_assert_cmpuint (carol.n_incoming, ==, 0);
  g_assert_true (c->deeds == 0 || frame_proxy_get_n_deeds (proxy) > 0);
  yodel_call_hang_up (alice.call);
  run_until (is_in (&alice, YODEL_CALL_ENDED) && is_in (&bob, YODEL_CALL_ENDED));

  person_clear (&alice);
  person_clear (&bob);
  person_clear (&carol);
  frame_proxy_free (proxy);
}

/* Nothing comes through unharmed: no call, and both know why. */
static void
test_hopeless (gconstpointer data)
{
  const Case *c = data;
  FrameProxy *proxy = frame_proxy_new (server_port, c->deeds, 1, 9);
  Person alice, bob;
  g_autofree char *reason = NULL;

  begin_pair (&alice, &bob, proxy);
  person_call (&alice, "bob");
  run_until ((reason = yodel_signaller_dup_reason (alice.signaller)) != NULL);
  g_assert_cmpint (yodel_signaller_get_state (alice.signaller), !=, YODEL_SIGNALLER_REACHABLE);
  if (g_test_slow ())   /* a caller waits for a minute */
    {
      run_until (is_in (&alice, YODEL_CALL_ENDED));
      g_assert_cmpint (yodel_call_get_end_reason (alice.call), ==, YODEL_END_UNANSWERED);
      g_test_message ("%s", yodel_call_get_end_text (alice.call));
    }
  g_test_message ("%s", reason);
  g_assert_cmpuint (bob.n_incoming, ==, 0);
  yodel_call_hang_up (alice.call);
  run_until (is_in (&alice, YODEL_CALL_ENDED));
  g_assert_nonnull (yodel_call_get_end_text (alice.call));
  person_clear (&alice);
  person_clear (&bob);
  frame_proxy_free (proxy);
}

static const Case hopeless = { "forges-all", FRAME_CUT | FRAME_FORGE, 1.0 };

int
main (int    argc,
      char **argv)
{
  g_autofree char *uri = NULL;
  GError *error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  rendezvous = yodel_rendezvous_new ();
  g_object_set (rendezvous, "listen", "127.0.0.1:0", NULL);
  yodel_rendezvous_start (rendezvous, &error);
  g_assert_no_error (error);
  uri = yodel_rendezvous_dup_uri (rendezvous);
  server_port = (guint16) g_ascii_strtoull (strrchr (uri, ':') + 1, NULL, 10);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/soup/hostile-rendezvous/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_data_func ("/soup/hostile-rendezvous/forges-all", &hopeless, test_hopeless);
  status = g_test_run ();
  g_object_unref (rendezvous);
  return status;
}
