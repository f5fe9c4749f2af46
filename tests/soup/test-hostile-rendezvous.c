/* Calls through a rendezvous that drops, delays, repeats, reorders, replays, swaps, cuts and forges what it carries: never with
 * another key, never a crash, and an end in words. */
#include <string.h>

#include "lib/hostile.h"
#include "soup/frame-proxy.h"

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

static void
test_case (gconstpointer data)
{
  const HostileCase *c = data;
  FrameProxy *proxy = frame_proxy_new (server_port, c->deeds, c->share, 5);
  Person alice, bob, carol;

  begin_pair (&alice, &bob, proxy);
  begin (&carol, proxy);   /* to whom frames go astray */
  hostile_talk (&alice, &bob);
  g_test_message ("they talk after %u deeds", frame_proxy_get_n_deeds (proxy));
  g_assert_true (c->deeds == 0 || frame_proxy_get_n_deeds (proxy) > 0);
  g_assert_cmpuint (carol.n_incoming, ==, 0);
  hostile_part (&alice, &bob);

  person_clear (&alice);
  person_clear (&bob);
  person_clear (&carol);
  frame_proxy_free (proxy);
}

/* Nothing comes through unharmed: no call, and both know why. */
static void
test_hopeless (void)
{
  FrameProxy *proxy = frame_proxy_new (server_port, DEED_CUT | DEED_FORGE, 1, 9);
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

  for (guint i = 0; i < N_HOSTILE_CASES; i++)
    {
      g_autofree char *path = g_strconcat ("/soup/hostile-rendezvous/", hostile_cases[i].name, NULL);

      g_test_add_data_func (path, &hostile_cases[i], test_case);
    }
  g_test_add_func ("/soup/hostile-rendezvous/forges-all", test_hopeless);
  status = g_test_run ();
  g_object_unref (rendezvous);
  return status;
}
