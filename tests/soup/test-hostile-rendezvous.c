/* Calls through a rendezvous that drops, delays, repeats, reorders, replays, swaps, cuts and forges what it carries: never with
 * another key, never a crash, and an end in words. */
#include <string.h>

#include <glib/gstdio.h>
#include <yodel/yodel.h>

#include "soup/frame-proxy.h"

#define BOUND_S 90

typedef struct
{
  YodelIdentity    *identity;    /* (owned) */
  YodelContactBook *book;        /* (owned) */
  YodelEndpoint    *endpoint;    /* (owned) */
  YodelSignaller   *signaller;   /* (owned) */
  YodelCall        *call;        /* (owned) (nullable) the newest */
  char             *path;        /* (owned) */
  guint             n_incoming;
} Person;

typedef struct
{
  const char *name;
  FrameDeeds  deeds;
  double      share;
} Case;

/* As much as a call can bear and still come about in a bound; what is said is repeated sixteen times. */
static const Case cases[] = {
  { "honest",     0,               0 },
  { "drops",      FRAME_DROP,      0.3 },
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
static char            *folder;
static guint            n_people;

static gboolean
on_bound (gpointer data)
{
  g_error ("in vain waited for: %s", (const char *) data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define RUN_UNTIL(condition) G_STMT_START { \
    const guint bound_ = g_timeout_add_seconds (BOUND_S, on_bound, (gpointer) #condition); \
    const guint tick_ = g_timeout_add (20, on_tick, NULL); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (bound_); \
    g_source_remove (tick_); \
  } G_STMT_END

static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             Person        *self)
{
  self->n_incoming++;
  g_set_object (&self->call, call);
  yodel_call_accept (call, YODEL_CALL_AUDIO);
}

static void
person_init (Person     *self,
             FrameProxy *proxy)
{
  static const char * const loopback[] = { "127.0.0.1", NULL };
  g_autofree char *uri = g_strdup_printf ("ws://127.0.0.1:%u", frame_proxy_get_port (proxy));
  GError *error = NULL;

  *self = (Person) { .identity = yodel_identity_new (), .path = g_strdup_printf ("%s/%u.db", folder, n_people++) };
  self->book = yodel_contact_book_open (self->path, &error);
  g_assert_no_error (error);
  self->signaller = yodel_signaller_new (uri, &error);
  g_assert_no_error (error);
  self->endpoint = yodel_endpoint_new (self->identity, self->book, NULL);
  yodel_endpoint_set_bind (self->endpoint, loopback);
  yodel_endpoint_add_signaller (self->endpoint, self->signaller);
  g_signal_connect (self->endpoint, "incoming-call", G_CALLBACK (on_incoming), self);
  yodel_endpoint_start_async (self->endpoint, NULL, NULL, NULL);
}

static void
person_clear (Person *self)
{
  yodel_endpoint_stop (self->endpoint);
  g_clear_object (&self->call);
  g_clear_object (&self->endpoint);
  g_clear_object (&self->signaller);
  g_clear_object (&self->book);
  g_clear_object (&self->identity);
  g_remove (self->path);
  g_free (self->path);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
know (Person     *self,
      const char *name,
      Person     *other)
{
  const char *address = yodel_identity_get_address (other->identity);

  g_assert_true (yodel_contact_book_add (self->book, name, address, YODEL_INTRODUCED_BY_HAND, NULL));
  g_assert_true (yodel_contact_book_set_trust (self->book, address, YODEL_TRUST_VERIFIED, NULL));
}

static gboolean
is_in (Person         *self,
       YodelCallState  state)
{
  return self->call != NULL && yodel_call_get_state (self->call) == state;
}

static gboolean
is_decided (Person *self)
{
  return is_in (self, YODEL_CALL_CONNECTED) || is_in (self, YODEL_CALL_ENDED);
}

static void
on_called (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Person *self = user_data;

  g_clear_object (&self->call);
  self->call = yodel_endpoint_call_finish (YODEL_ENDPOINT (source), result, NULL);
  g_assert_nonnull (self->call);
}

/* Whoever is in a call is in one with whom he meant. */
static void
assert_with (Person *self,
             Person *other)
{
  if (is_in (self, YODEL_CALL_CONNECTED))
    g_assert_cmpstr (yodel_call_get_remote_address (self->call), ==, yodel_identity_get_address (other->identity));
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

  person_init (&alice, proxy);
  person_init (&bob, proxy);
  person_init (&carol, proxy);   /* to whom frames go astray */
  know (&alice, "bob", &bob);
  know (&bob, "alice", &alice);
  yodel_endpoint_call_async (alice.endpoint, "bob", YODEL_CALL_AUDIO, NULL, on_called, &alice);
  RUN_UNTIL (is_decided (&alice));
  g_test_message ("%s after %.1f s and %u deeds: %s", is_in (&alice, YODEL_CALL_CONNECTED) ? "up" : "over",
                  (double) (g_get_monotonic_time () - begun_us) / G_USEC_PER_SEC, frame_proxy_get_n_deeds (proxy),
                  is_in (&alice, YODEL_CALL_ENDED) ? yodel_call_get_end_text (alice.call) : "");
  g_assert_true (is_in (&alice, YODEL_CALL_CONNECTED));
  RUN_UNTIL (is_in (&bob, YODEL_CALL_CONNECTED));
  assert_with (&alice, &bob);
  assert_with (&bob, &alice);
  g_assert_cmpstr (yodel_call_get_safety_code (alice.call), ==, yodel_call_get_safety_code (bob.call));
  g_assert_cmpuint (bob.n_incoming, ==, 1);
  g_assert_cmpuint (carol.n_incoming, ==, 0);
  g_assert_true (c->deeds == 0 || frame_proxy_get_n_deeds (proxy) > 0);
  yodel_call_hang_up (alice.call);
  RUN_UNTIL (is_in (&alice, YODEL_CALL_ENDED) && is_in (&bob, YODEL_CALL_ENDED));

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

  person_init (&alice, proxy);
  person_init (&bob, proxy);
  know (&alice, "bob", &bob);
  know (&bob, "alice", &alice);
  yodel_endpoint_call_async (alice.endpoint, "bob", YODEL_CALL_AUDIO, NULL, on_called, &alice);
  RUN_UNTIL ((reason = yodel_signaller_dup_reason (alice.signaller)) != NULL);
  g_assert_cmpint (yodel_signaller_get_state (alice.signaller), !=, YODEL_SIGNALLER_REACHABLE);
  if (g_test_slow ())   /* a caller waits for a minute */
    {
      RUN_UNTIL (is_in (&alice, YODEL_CALL_ENDED));
      g_assert_cmpint (yodel_call_get_end_reason (alice.call), ==, YODEL_END_UNANSWERED);
      g_test_message ("%s", yodel_call_get_end_text (alice.call));
    }
  g_test_message ("%s", reason);
  g_assert_cmpuint (bob.n_incoming, ==, 0);
  yodel_call_hang_up (alice.call);
  RUN_UNTIL (is_in (&alice, YODEL_CALL_ENDED));
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
  folder = g_dir_make_tmp ("yodel-hostile-XXXXXX", NULL);
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
  g_rmdir (folder);
  g_free (folder);
  return status;
}
