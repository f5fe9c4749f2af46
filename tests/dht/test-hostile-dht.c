/* Calls through a hash table, and over a network between its nodes, that drop, delay, repeat, reorder, replay, swap, cut and
 * forge: never with another key, never a crash, and an end in words. */
#define _GNU_SOURCE   /* RTLD_NEXT */

#include <dlfcn.h>
#include <string.h>
#include <time.h>

#include "call/endpoint-private.h"
#include "dht/evil-network.h"
#include "dht/evil-table.h"
#include "dht/table-people.h"
#include "identity/identity-private.h"
#include "lib/made-envelope.h"

#define N_NODES 4     /* beside those of the people */
#define N_PORTS 10
#define RING_S  60

typedef void (*SetReadyTime) (GSource *, gint64);
typedef gboolean (*CondWaitUntil) (GCond *, GMutex *, gint64);

typedef struct
{
  dht_runner *nodes[N_NODES];   /* (owned) the last of them is the evil one's */
  Person      alice, bob;
  Person      carol;            /* whom things come to that are for others */
} World;

static Table table = { .network = 800 };
static gint  offset_s;   /* of the clock; atomic */

/* Stands in for that of the library: the test turns the clock. */
__attribute__ ((visibility ("default"))) gint64
g_get_monotonic_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (now.tv_sec + (gint64) g_atomic_int_get (&offset_s)) * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* And these for those of GLib, whose loop and locks keep the true time. */
static gint64
to_true (gint64 time_us)
{
  const gint64 offset_us = (gint64) g_atomic_int_get (&offset_s) * G_USEC_PER_SEC;

  return time_us > offset_us ? time_us - offset_us : MIN (time_us, 0);
}

__attribute__ ((visibility ("default"))) void
g_source_set_ready_time (GSource *source,
                         gint64   ready_us)
{
  static gpointer real;

  if (g_atomic_pointer_get (&real) == NULL)
    g_atomic_pointer_set (&real, dlsym (RTLD_NEXT, "g_source_set_ready_time"));
  ((SetReadyTime) g_atomic_pointer_get (&real)) (source, to_true (ready_us));
}

__attribute__ ((visibility ("default"))) gboolean
g_cond_wait_until (GCond  *cond,
                   GMutex *mutex,
                   gint64  until_us)
{
  static gpointer real;

  if (g_atomic_pointer_get (&real) == NULL)
    g_atomic_pointer_set (&real, dlsym (RTLD_NEXT, "g_cond_wait_until"));
  return ((CondWaitUntil) g_atomic_pointer_get (&real)) (cond, mutex, to_true (until_us));
}

static void
set_up (World         *world,
        gconstpointer  data)
{
  Person *people[] = { &world->alice, &world->bob, &world->carol };

  table_renew (&table, N_PORTS);
  evil_network_open (table.first_port, N_PORTS, 5);
  for (guint i = 0; i < N_NODES; i++)
    world->nodes[i] = table_add_node (&table, i);
  evil_table_open (world->nodes[N_NODES - 1], 5);
  for (guint i = 0; i < G_N_ELEMENTS (people); i++)
    {
      YodelDhtMailbox mailbox;

      person_init (people[i], NULL, NULL);
      people[i]->auto_accept = TRUE;
      table_get_open (people[i], &mailbox);
      evil_table_add_key (mailbox.bytes);
      table_join (&table, N_NODES + i, people[i]);
    }
  person_befriend (&world->alice, &world->bob, YODEL_TRUST_VERIFIED);
}

static void
on_received (YodelSignaller *signaller,
             GBytes         *message,
             const char     *way,
             guint          *n_heard)
{
  *n_heard += g_str_equal (way, "open");
}

static void
all_reachable (World *world)
{
  run_until (table_is_reachable (&world->alice) && table_is_reachable (&world->bob) && table_is_reachable (&world->carol));
}

static void
tear_down (World         *world,
           gconstpointer  data)
{
  evil_network_set_deeds (0, 0);   /* they part in peace */
  person_clear (&world->alice);
  person_clear (&world->bob);
  person_clear (&world->carol);
  evil_table_close ();
  evil_network_close ();
  for (guint i = 0; i < N_NODES; i++)
    dht_runner_delete (world->nodes[i]);
}

static void
talk (World *world)
{
  hostile_talk (&world->alice, &world->bob);
  g_assert_cmpuint (world->carol.n_incoming, ==, 0);
  hostile_part (&world->alice, &world->bob);
}

static void
test_table (World         *world,
            gconstpointer  data)
{
  const HostileCase *c = data;

  all_reachable (world);
  evil_table_set_deeds (c->deeds, MIN (2 * c->share, 1));   /* what opens a call is put under two keys */
  talk (world);
  g_test_message ("%u deeds", evil_table_get_n_deeds ());
  g_assert_true (c->deeds == 0 || evil_table_get_n_deeds () > 0);
}

static void
test_network (World         *world,
              gconstpointer  data)
{
  const HostileCase *c = data;

  evil_network_set_deeds (c->deeds, MIN (c->share, 0.15));   /* a request that is said again is answered again */
  all_reachable (world);
  talk (world);
  g_test_message ("%u deeds", evil_network_get_n_deeds ());
  g_assert_cmpuint (evil_network_get_n_deeds (), >, 0);
}

/* The old calls are said again, while another is under way too, and to one who was away meanwhile: none of them rings. */
static void
test_replay (World         *world,
             gconstpointer  data)
{
  YodelDhtMailbox mailbox;
  guint n_heard = 0, n;

  all_reachable (world);
  g_signal_connect (world->bob.signaller, "received", G_CALLBACK (on_received), &n_heard);
  talk (world);
  table_get_open (&world->bob, &mailbox);
  n = n_heard;
  n += evil_table_replay_all (mailbox.bytes);
  run_until (n_heard >= n);
  g_assert_cmpuint (world->bob.n_incoming, ==, 1);
  g_assert_cmpuint (world->alice.n_incoming, ==, 0);

  evil_table_set_deeds (DEED_REPLAY, 1);
  talk (world);
  g_assert_cmpuint (world->bob.n_incoming, ==, 2);

  evil_table_set_deeds (0, 0);
  person_leave (&world->bob);
  table_join (&table, N_NODES + 3, &world->bob);   /* the old socket may not be closed yet */
  n_heard = 0;
  g_signal_connect (world->bob.signaller, "received", G_CALLBACK (on_received), &n_heard);
  run_until (n_heard >= n);   /* the table has it all still */
  g_assert_cmpuint (world->bob.n_incoming, ==, 2);
  talk (world);
  g_assert_cmpuint (world->bob.n_incoming, ==, 3);
}

/* Who knows both addresses says what alice may say; he cannot sign it. */
static void
test_in_her_name (World         *world,
                  gconstpointer  data)
{
  static const YodelCallMessageType openings[] = { YODEL_CALL_MESSAGE_OFFER, YODEL_CALL_MESSAGE_KNOCK };
  const guint8 *bob = yodel_identity_get_public_key (world->bob.identity);
  const MadeEnvelope envelope = {
    .receiver = bob,
    .named = bob,
    .sender = yodel_identity_get_public_key (world->alice.identity),
    .signer = world->carol.identity,
    .inside_bytes = MADE_ENVELOPE_SMALLEST,
  };
  YodelDhtMailbox mailbox;

  all_reachable (world);
  table_get_open (&world->bob, &mailbox);
  for (guint8 i = 0; i < G_N_ELEMENTS (openings); i++)
    {
      g_autoptr (YodelCallMessage) message = yodel_call_message_new (openings[i]);
      g_autoptr (GBytes) sealed = NULL;
      const guint8 dice[32] = { 6, i };

      memset (message->call_id, i + 1, sizeof message->call_id);
      message->number = 1;
      message->sent_ms = g_get_real_time () / 1000;
      message->description = openings[i] == YODEL_CALL_MESSAGE_OFFER ? g_strdup ("v=0\r\n") : NULL;
      sealed = made_envelope_seal (&envelope, message, dice);
      evil_table_put (mailbox.bytes, sealed);
    }
  run_until (world->bob.endpoint->counters.n_unreadable >= G_N_ELEMENTS (openings) || world->bob.n_incoming > 0);
  g_assert_cmpuint (world->bob.n_incoming, ==, 0);
}

static void
assert_over (Person         *self,
             YodelEndReason  reason,
             const char     *text)
{
  g_assert_cmpstr (yodel_call_get_end_text (self->call), ==, text);
  g_assert_cmpint (yodel_call_get_end_reason (self->call), ==, reason);
}

/* It has rung as long as it rings. */
static void
turn_clock (void)
{
  g_atomic_int_add (&offset_s, RING_S);
}

/* Nothing that is put is found: nobody rings, and she is told. */
static void
test_table_swallows_all (World         *world,
                         gconstpointer  data)
{
  all_reachable (world);
  evil_table_set_deeds (DEED_DROP | DEED_CUT | DEED_FORGE, 1);
  person_call (&world->alice, person_address (&world->bob));
  run_until (evil_table_get_n_deeds () > 0);
  turn_clock ();
  run_until (is_in (&world->alice, YODEL_CALL_ENDED));
  assert_over (&world->alice, YODEL_END_UNANSWERED, "bob was not found, or does not want to be");
  g_assert_cmpuint (world->bob.n_incoming, ==, 0);
}

static gboolean
has_reason (Person *self)
{
  g_autofree char *reason = yodel_signaller_dup_reason (self->signaller);

  return reason != NULL;
}

/* Not even a node is found. */
static void
test_network_swallows_all (World         *world,
                           gconstpointer  data)
{
  evil_network_set_deeds (DEED_DROP | DEED_CUT | DEED_FORGE, 1);
  person_call (&world->alice, person_address (&world->bob));
  run_until (evil_table_get_n_values () > 0 && has_reason (&world->alice));
  turn_clock ();
  run_until (is_in (&world->alice, YODEL_CALL_ENDED));
  assert_over (&world->alice, YODEL_END_UNANSWERED, "bob was not found: no node of the hash table answers");
  g_assert_cmpuint (world->bob.n_incoming, ==, 0);
}

/* It rings; then nothing more comes through. */
static void
test_turns_while_it_rings (World         *world,
                           gconstpointer  data)
{
  all_reachable (world);
  world->bob.auto_accept = FALSE;
  person_call (&world->alice, person_address (&world->bob));
  run_until (is_in (&world->alice, YODEL_CALL_RINGING) && is_in (&world->bob, YODEL_CALL_RINGING));
  evil_table_set_deeds (DEED_DROP, 1);
  yodel_call_accept (world->bob.call, YODEL_CALL_AUDIO);
  run_until (evil_table_get_n_deeds () > 0);
  turn_clock ();
  run_until (is_in (&world->alice, YODEL_CALL_ENDED) && is_in (&world->bob, YODEL_CALL_ENDED));
  assert_over (&world->alice, YODEL_END_UNANSWERED, "bob did not answer");
  assert_over (&world->bob, YODEL_END_LOST, "alice cannot be reached any more");
}

/* They talk, and need the table no more to say that it is over. */
static void
test_turns_while_they_talk (World         *world,
                            gconstpointer  data)
{
  all_reachable (world);
  hostile_talk (&world->alice, &world->bob);
  evil_table_set_deeds (DEED_DROP, 1);
  hostile_part (&world->alice, &world->bob);
  assert_over (&world->bob, YODEL_END_REMOTE, "alice hung up");
}

#define ADD(path, test) g_test_add ("/dht/hostile/" path, World, NULL, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("yodel-hostile-XXXXXX", NULL);

  g_test_init (&argc, &argv, NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  table.first_port = (guint16) g_test_rand_int_range (10000, 19000);
  for (guint i = 0; i < N_HOSTILE_CASES; i++)
    {
      const HostileCase *c = &hostile_cases[i];
      g_autofree char *values = g_strconcat ("/dht/hostile/table/", c->name, NULL);
      g_autofree char *datagrams = g_strconcat ("/dht/hostile/network/", c->name, NULL);

      g_test_add (values, World, c, set_up, test_table, tear_down);
      if (c->deeds != 0)
        g_test_add (datagrams, World, c, set_up, test_network, tear_down);
    }
  ADD ("table/says-old-calls-again", test_replay);
  ADD ("table/speaks-in-the-name-of-a-contact", test_in_her_name);
  ADD ("table/turns-while-they-talk", test_turns_while_they_talk);
  ADD ("hopeless/table-turns-while-it-rings", test_turns_while_it_rings);   /* those that turn the clock come last */
  ADD ("hopeless/table-swallows-all", test_table_swallows_all);
  ADD ("hopeless/network-swallows-all", test_network_swallows_all);
  return g_test_run ();
}
