/* What somebody learns who sees all that the nodes of a hash table say to each other and keep, and what he can do with it. */
#define _GNU_SOURCE   /* memmem() */

#include <string.h>

#include <yodel/yodel.h>

#include "call/endpoint-private.h"
#include "dht/table-people.h"
#include "identity/address.h"
#include "lib/udp-tap.h"
#include "rendezvous/mailbox-key.h"

#define N_OTHERS   5
#define N_PORTS    50
#define MAX_SEEN   (64u << 20)
#define NAME       "Wilhelmina of the Alp"
#define DAY_US     ((gint64) YODEL_MAILBOX_DAY_S * G_USEC_PER_SEC)

typedef struct
{
  Person     alice, bob;
  Person     others[N_OTHERS];
  GPtrArray *heard;        /* (owned) GBytes: what came for bob, sealed */
} World;

static Table       table = { .network = 600 };
static gint64      offset_us;        /* of the calendar */
static GByteArray *seen;             /* under the lock of the tap */

/* Stands in for that of the library: the test turns the calendar. */
__attribute__ ((visibility ("default"))) gint64
g_get_real_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 + offset_us;
}

static void
on_datagram (guint16       from,
             guint16       to,
             const guint8 *data,
             gsize         size)
{
  if (to >= table.first_port && to < table.first_port + N_PORTS && seen->len < MAX_SEEN)
    g_byte_array_append (seen, data, (guint) size);
}

static void
on_received (YodelSignaller *signaller,
             GBytes         *message,
             const char     *way,
             World          *world)
{
  g_ptr_array_add (world->heard, g_bytes_ref (message));
}

static void
join (Person *self,
      guint   number)
{
  table_join (&table, number, self);
  yodel_endpoint_set_name (self->endpoint, NAME);
}

static const guint8 *
key_of (Person *self)
{
  static guint8 key[YODEL_ADDRESS_KEY_BYTES];

  g_assert_true (yodel_address_parse (person_address (self), key, NULL));
  return key;
}

static void
all_join (World *world)
{
  table_renew (&table, N_PORTS);
  join (&world->alice, 0);
  join (&world->bob, 1);
  for (guint i = 0; i < N_OTHERS; i++)
    join (&world->others[i], i + 2);
  g_signal_connect (world->bob.signaller, "received", G_CALLBACK (on_received), world);
  run_until (table_is_reachable (&world->alice) && table_is_reachable (&world->bob));
  for (guint i = 0; i < N_OTHERS; i++)
    run_until (table_is_reachable (&world->others[i]));
}

static void
all_leave (World *world)
{
  person_leave (&world->alice);
  person_leave (&world->bob);
  for (guint i = 0; i < N_OTHERS; i++)
    person_leave (&world->others[i]);
}

static void
set_up (World         *world,
        gconstpointer  data)
{
  offset_us = 0;
  person_init (&world->alice, NULL, NULL);
  person_init (&world->bob, NULL, NULL);
  for (guint i = 0; i < N_OTHERS; i++)
    person_init (&world->others[i], NULL, NULL);
  person_know (&world->alice, NAME, &world->bob, YODEL_TRUST_TRUSTED);
  person_know (&world->bob, NAME, &world->alice, YODEL_TRUST_TRUSTED);
  world->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  seen = g_byte_array_new ();
  udp_tap_open (on_datagram);
  all_join (world);
}

static void
tear_down (World         *world,
           gconstpointer  data)
{
  person_clear (&world->alice);
  person_clear (&world->bob);
  for (guint i = 0; i < N_OTHERS; i++)
    person_clear (&world->others[i]);
  udp_tap_open (NULL);
  g_byte_array_unref (seen);
  g_ptr_array_unref (world->heard);
}

static void
talk (World *world)
{
  person_call (&world->alice, person_address (&world->bob));
  run_until (is_in (&world->bob, YODEL_CALL_RINGING));
  yodel_call_accept (world->bob.call, YODEL_CALL_AUDIO);
  run_until (is_in (&world->alice, YODEL_CALL_CONNECTED) && is_in (&world->bob, YODEL_CALL_CONNECTED));
}

static void
hang_up (World *world)
{
  yodel_call_hang_up (world->alice.call);
  run_until (is_in (&world->alice, YODEL_CALL_ENDED) && is_in (&world->bob, YODEL_CALL_ENDED));
}

static gboolean
was_seen (gconstpointer data,
          gsize         size)
{
  gboolean found;

  udp_tap_open (NULL);   /* while it is looked through */
  found = memmem (seen->data, seen->len, data, size) != NULL;
  udp_tap_open (on_datagram);
  return found;
}

static void
assert_unknown (Person *self)
{
  const char *address = person_address (self);
  guint8 x25519[32];

  g_assert_false (was_seen (key_of (self), 32));
  g_assert_true (yodel_dht_get_agreement_key (key_of (self), x25519));
  g_assert_false (was_seen (x25519, sizeof x25519));
  g_assert_false (was_seen (address, strlen (address)));
  g_assert_false (was_seen (address + strlen ("yodel:"), 16));   /* nor a good part of it */
}

/* A whole call, and a knock of a stranger with his name. */
static void
test_learns_nothing (World         *world,
                     gconstpointer  data)
{
  static const char * const words[] = { NAME, "Wilhelmina", "yodel:", "a=fingerprint", "a=candidate", "m=audio", "ice-pwd", "v=0" };
  YodelDhtMailbox mailbox;
  gsize size;
  const guint8 *sealed;

  talk (world);
  hang_up (world);
  person_call (&world->others[0], person_address (&world->bob));
  run_until (world->bob.n_incoming == 2);
  g_assert_cmpstr (yodel_call_get_remote_name (world->bob.call), ==, NAME);

  /* he sees where it lies, and the envelope */
  table_get_open (&world->bob, &mailbox);
  g_assert_true (was_seen (mailbox.bytes, sizeof mailbox.bytes));
  g_assert_cmpuint (world->heard->len, >, 0);
  sealed = g_bytes_get_data (world->heard->pdata[0], &size);
  g_assert_true (was_seen (sealed + 64, 64));

  /* and that is all */
  assert_unknown (&world->alice);
  assert_unknown (&world->bob);
  assert_unknown (&world->others[0]);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_false (was_seen (words[i], strlen (words[i])));
  g_test_message ("%u bytes were seen", seen->len);
}

/* A node that has seen where bob's mailbox is. */
static void
put (dht_runner            *runner,
     const YodelDhtMailbox *mailbox,
     const guint8          *data,
     gsize                  size)
{
  dht_infohash hash;
  dht_value *value = dht_value_new (data, size);

  memcpy (hash.d, mailbox->bytes, sizeof hash.d);
  dht_value_set_user_type (value, "yodel");
  dht_runner_put (runner, &hash, value, NULL, NULL, false);
  dht_value_unref (value);
}

/* What he saw, with one bit turned, cut, put together anew, and as it was: nothing of it rings. */
static void
test_forges_nothing (World         *world,
                     gconstpointer  data)
{
  YodelDhtMailbox mailbox;
  dht_runner *runner;
  guint n_put = 0, n_bent = 0;
  const guint64 n_unreadable = world->bob.endpoint->counters.n_unreadable;

  talk (world);
  hang_up (world);
  runner = table_add_node (&table, 40);
  table_get_open (&world->bob, &mailbox);
  for (guint i = 0, n = MIN (8, world->heard->len); i < n; i++)
    {
      gsize size, other_size;
      const guint8 *sealed = g_bytes_get_data (world->heard->pdata[i], &size);
      const guint8 *other = g_bytes_get_data (world->heard->pdata[(i + 1) % n], &other_size);
      g_autofree guint8 *bent = g_memdup2 (sealed, size);

      put (runner, &mailbox, sealed, size);
      bent[size / 2] ^= 1;
      put (runner, &mailbox, bent, size);
      put (runner, &mailbox, sealed, size / 2);
      memcpy (bent, other, MIN (40, other_size));
      put (runner, &mailbox, bent, size);
      n_put += 4;
      n_bent += 3;
    }
  run_until (world->bob.endpoint->counters.n_unreadable >= n_unreadable + n_bent / 2);
  g_assert_cmpuint (world->bob.n_incoming, ==, 1);
  g_assert_cmpuint (n_put, >, 0);

  talk (world);   /* and who is meant gets through */
  g_assert_cmpuint (world->bob.n_incoming, ==, 2);
  dht_runner_delete (runner);
}

/* The same people on two days: no mailbox of the one is one of the other. */
static void
test_links_no_days (World         *world,
                    gconstpointer  data)
{
  YodelDhtMailbox before, after;

  talk (world);
  hang_up (world);
  table_get_open (&world->bob, &before);
  g_assert_true (was_seen (before.bytes, sizeof before.bytes));

  all_leave (world);
  offset_us = 2 * DAY_US;   /* near midnight one listens to the neighbouring day's too */
  udp_tap_open (NULL);
  g_byte_array_set_size (seen, 0);
  udp_tap_open (on_datagram);
  all_join (world);
  talk (world);
  table_get_open (&world->bob, &after);
  g_assert_true (was_seen (after.bytes, sizeof after.bytes));
  g_assert_false (was_seen (before.bytes, sizeof before.bytes));
  g_assert_cmpint (memcmp (before.bytes, after.bytes, sizeof before.bytes), !=, 0);
}

#define ADD(path, test) g_test_add ("/dht/observer/" path, World, NULL, set_up, test, tear_down)

int
main (int    argc,
      char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("yodel-observer-XXXXXX", NULL);

  g_test_init (&argc, &argv, NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  table.first_port = (guint16) g_test_rand_int_range (31000, 39000);
  ADD ("learns-no-name-no-address-no-word", test_learns_nothing);
  ADD ("forges-and-replays-nothing", test_forges_nothing);
  ADD ("links-no-days", test_links_no_days);
  return g_test_run ();
}
