/* Nodes of a hash table on the loopback interface, with messages between them. */
#define _GNU_SOURCE   /* memmem() */

#include <string.h>

#include <glib/gstdio.h>
#include <opendht/opendht_c.h>
#include <yodel/yodel.h>

#include "dht/dht-cache.h"
#include "dht/dht-mailbox.h"
#include "dht/dht-signaller.h"
#include "identity/address.h"
#include "lib/run-until.h"
#include "lib/udp-tap.h"
#include "rendezvous/mailbox-key.h"

#define N_PEERS 8

/* Somebody in the table. */
typedef struct
{
  YodelIdentity  *identity;    /* (owned) */
  YodelSignaller *signaller;   /* (owned) */
  GPtrArray      *received;    /* (owned) of GBytes */
  char           *last_way;    /* (owned) (nullable) */
  GError         *error;       /* (owned) (nullable) of the start */
} Peer;

static guint16 first_port;
static guint   network = 77;

static void
on_received (YodelSignaller *signaller,
             GBytes         *message,
             const char     *way,
             gpointer        user_data)
{
  Peer *peer = user_data;

  g_ptr_array_add (peer->received, g_bytes_ref (message));
  g_free (peer->last_way);
  peer->last_way = g_strdup (way);
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Peer *peer = user_data;

  yodel_signaller_start_finish (YODEL_SIGNALLER (source), result, &peer->error);
}

static void
peer_open (Peer       *self,
           const char *uri)
{
  g_autoptr (GError) error = NULL;

  memset (self, 0, sizeof *self);
  self->identity = yodel_identity_new ();
  self->received = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->signaller = g_initable_new (YODEL_TYPE_DHT_SIGNALLER, NULL, &error, "uri", uri, NULL);
  g_assert_no_error (error);
  g_signal_connect (self->signaller, "received", G_CALLBACK (on_received), self);
  yodel_signaller_start_async (self->signaller, self->identity, NULL, on_started, self);
}

static gboolean
is_reachable (const Peer *self)
{
  return yodel_signaller_get_state (self->signaller) == YODEL_SIGNALLER_REACHABLE;
}

static gboolean
has_reason (const Peer *self)
{
  g_autofree char *reason = yodel_signaller_dup_reason (self->signaller);

  return reason != NULL;
}

static void
peer_close (Peer *self)
{
  yodel_signaller_stop (self->signaller);
  g_assert_cmpint (yodel_signaller_get_state (self->signaller), ==, YODEL_SIGNALLER_STOPPED);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&self->signaller);
  g_clear_object (&self->identity);
  g_ptr_array_unref (self->received);
  g_free (self->last_way);
  g_clear_error (&self->error);
}

/* All join by the first, in a network of their own: nodes of the one before may not be gone yet. */
static void
peers_open (Peer  *peers,
            guint  n)
{
  first_port = (guint16) (first_port + 100);
  network++;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *uri = i == 0 ? g_strdup_printf ("dht:127.0.0.1:%u?port=%u&network=%u", first_port + 1, first_port, network)
                                    : g_strdup_printf ("dht:127.0.0.1:%u?port=%u&network=%u", first_port, first_port + i, network);

      peer_open (&peers[i], uri);
    }
  for (guint i = 0; i < n; i++)
    run_until (is_reachable (&peers[i]));
}

static void
peers_close (Peer  *peers,
             guint  n)
{
  for (guint i = 0; i < n; i++)
    peer_close (&peers[i]);
}

static void
say (Peer       *from,
     Peer       *to,
     const char *way,
     const char *text)
{
  g_autoptr (GBytes) message = g_bytes_new (text, strlen (text));

  yodel_signaller_send_async (from->signaller, yodel_identity_get_address (to->identity), way, NULL, message, NULL, NULL, NULL);
}

static gboolean
has_heard (const Peer *self,
           const char *text)
{
  for (guint i = 0; i < self->received->len; i++)
    {
      gsize size;
      const char *data = g_bytes_get_data (self->received->pdata[i], &size);

      if (size == strlen (text) && memcmp (data, text, size) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
set_contacts (Peer *self,
              Peer *other)
{
  const char *addresses[] = { yodel_identity_get_address (other->identity), NULL };

  yodel_signaller_set_contacts (self->signaller, addresses);
}

static void
test_stranger_is_heard (void)
{
  Peer peers[N_PEERS];

  peers_open (peers, N_PEERS);
  say (&peers[2], &peers[5], NULL, "a knock");
  run_until (has_heard (&peers[5], "a knock"));
  g_assert_cmpstr (peers[5].last_way, ==, "open");
  for (guint i = 0; i < N_PEERS; i++)
    g_assert_cmpuint (peers[i].received->len, ==, i == 5 ? 1 : 0);
  peers_close (peers, N_PEERS);
}

static void
test_contacts_have_mailboxes_of_their_own (void)
{
  Peer peers[N_PEERS];

  peers_open (peers, N_PEERS);
  set_contacts (&peers[1], &peers[6]);
  set_contacts (&peers[6], &peers[1]);
  say (&peers[1], &peers[6], "pair", "only you");
  run_until (has_heard (&peers[6], "only you"));
  g_assert_cmpstr (peers[6].last_way, ==, "pair");

  /* who does not have us among his contacts hears us too */
  set_contacts (&peers[3], &peers[6]);
  say (&peers[3], &peers[6], NULL, "you do not know me");
  run_until (has_heard (&peers[6], "you do not know me"));
  g_assert_cmpstr (peers[6].last_way, ==, "open");
  peers_close (peers, N_PEERS);
}

static void
test_first_node_may_go (void)
{
  Peer peers[N_PEERS];

  peers_open (peers, N_PEERS);
  peer_close (&peers[0]);
  say (&peers[2], &peers[7], NULL, "without it");
  run_until (has_heard (&peers[7], "without it"));
  peers_close (peers + 1, N_PEERS - 1);
}

static void
test_largest_message (void)
{
  Peer peers[N_PEERS];
  g_autofree char *text = g_strnfill (YODEL_SIGNALLER_MAX_MESSAGE_BYTES, 'x');

  peers_open (peers, N_PEERS);
  say (&peers[0], &peers[4], NULL, text);
  run_until (has_heard (&peers[4], text));
  peers_close (peers, N_PEERS);
}

static guint16 quiet_port;
static guint   n_sent, n_asked;   /* by the node that has it, and of it; under the lock of the tap */

static void
count_requests (guint16       from,
                guint16       to,
                const guint8 *data,
                gsize         size)
{
  static const char * const requests[] = { "\xa1q\xa4ping", "\xa1q\xa4""find", "\xa1q\xa3get", "\xa1q\xa6listen", "\xa1q\xa3put" };

  n_sent += from == quiet_port;
  for (guint i = 0; to == quiet_port && i < G_N_ELEMENTS (requests); i++)
    n_asked += memmem (data, size, requests[i], strlen (requests[i])) != NULL;
}

/* It hears and is heard, and nobody asks it for anything. */
static void
test_low_traffic_serves_nobody (void)
{
  Peer peers[N_PEERS], *quiet = &peers[N_PEERS - 1];
  g_autofree char *uri = NULL;

  peers_open (peers, N_PEERS - 1);
  quiet_port = (guint16) (first_port + N_PEERS);
  n_sent = n_asked = 0;
  udp_tap_open (count_requests);
  uri = g_strdup_printf ("dht:127.0.0.1:%u?port=%u&network=%u&traffic=low", first_port, quiet_port, network);
  peer_open (quiet, uri);
  run_until (is_reachable (quiet));
  for (guint i = 0; i < N_PEERS - 1; i++)
    {
      g_autofree char *word = g_strdup_printf ("word %u", i), *answer = g_strdup_printf ("answer %u", i);

      say (&peers[i], quiet, NULL, word);
      run_until (has_heard (quiet, word));
      say (quiet, &peers[i], NULL, answer);
      run_until (has_heard (&peers[i], answer));
    }
  udp_tap_open (NULL);
  g_assert_cmpuint (n_sent, >, 0);
  g_assert_cmpuint (n_asked, ==, 0);
  peers_close (peers, N_PEERS);
}

/* A node that puts what it likes where it likes: what a stranger's program can do. */
static void
flood (const Peer *victim,
       guint       n)
{
  dht_runner *runner = dht_runner_new ();
  dht_runner_config config;
  YodelDhtMailbox mailbox;
  dht_infohash hash;
  guint8 key[YODEL_ADDRESS_KEY_BYTES];
  g_autofree char *port = g_strdup_printf ("%u", first_port);

  dht_runner_config_default (&config);
  config.threaded = true;
  config.dht_config.node_config.network = network;
  g_assert_cmpint (dht_runner_run_config (runner, (in_port_t) (first_port + 40), &config), ==, 0);
  dht_runner_bootstrap (runner, "127.0.0.1", port);

  g_assert_true (yodel_address_parse (yodel_identity_get_address (victim->identity), key, NULL));
  yodel_dht_mailbox_make_open (key, (guint32) (g_get_real_time () / G_USEC_PER_SEC / YODEL_MAILBOX_DAY_S), &mailbox);
  memcpy (hash.d, mailbox.bytes, sizeof hash.d);
  for (guint i = 0; i < n; i++)
    {
      guint8 junk[512] = { 0 };
      dht_value *value;

      memcpy (junk, &i, sizeof i);
      value = dht_value_new (junk, sizeof junk);
      dht_value_set_user_type (value, "yodel");
      dht_runner_put (runner, &hash, value, NULL, NULL, false);
      dht_value_unref (value);
    }
  while (victim->received->len < 40)
    g_main_context_iteration (NULL, TRUE);
  dht_runner_delete (runner);
}

static void
test_flood_does_not_hide_a_contact (void)
{
  Peer peers[N_PEERS];

  peers_open (peers, N_PEERS);
  set_contacts (&peers[1], &peers[6]);
  set_contacts (&peers[6], &peers[1]);
  flood (&peers[6], 2000);
  say (&peers[1], &peers[6], NULL, "it is me");
  run_until (has_heard (&peers[6], "it is me"));
  g_assert_cmpuint (peers[6].received->len, <, 1000);
  peers_close (peers, N_PEERS);
}

#define TAIL "\xa1t\xce\x01\x02\x03\x04\xa1y\xa1q\xa1v\xa4RNG1\xa1n\x17"

/* Either ends a node of OpenDHT 2.4 that has no guard. */
static void
test_deadly_datagrams (void)
{
  static const char *const deadly[] = { "\x85\xa1" "e\x90" TAIL, "\x85\xa1r\x17" TAIL };
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  Peer peers[N_PEERS];

  peers_open (peers, N_PEERS);
  for (guint i = 0; i < N_PEERS; i++)
    {
      g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", first_port + i);

      for (guint j = 0; j < G_N_ELEMENTS (deadly); j++)
        g_assert_cmpint (g_socket_send_to (socket, address, deadly[j], strlen (deadly[j]), NULL, NULL), ==, strlen (deadly[j]));
    }
  say (&peers[1], &peers[6], NULL, "alive");
  run_until (has_heard (&peers[6], "alive"));
  peers_close (peers, N_PEERS);
}

/* Whether who comes next finds nodes in the cache that is free.  The end writes them on a thread of its own. */
static gboolean
are_nodes_written (void)
{
  YodelDhtCache cache;
  GStatBuf file;
  gboolean found;

  yodel_dht_cache_take (&cache, network);
  found = cache.path != NULL && g_stat (cache.path, &file) == 0 && file.st_size > 100;
  yodel_dht_cache_clear (&cache);
  return found;
}

static void
test_known_nodes_outlast_the_program (void)
{
  Peer peers[N_PEERS];
  g_autofree char *uri = NULL;
  Peer again;

  /* of the caches the one that is free now is taken by who comes next */
  peers_open (peers, N_PEERS - 1);
  peer_close (&peers[3]);
  run_until (are_nodes_written ());
  uri = g_strdup_printf ("dht:?network=%u", network);
  peer_open (&again, uri);
  run_until (is_reachable (&again));
  say (&again, &peers[5], NULL, "back");
  run_until (has_heard (&peers[5], "back"));
  peer_close (&again);
  peers_close (peers, 3);
  peers_close (peers + 4, N_PEERS - 5);
}

static void
test_nobody_there_is_said (void)
{
  Peer peer;

  peer_open (&peer, "dht:?network=70");
  run_until (has_reason (&peer));
  g_assert_false (is_reachable (&peer));
  yodel_signaller_stop (peer.signaller);
  run_until (peer.error != NULL);
  g_assert_error (peer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  peer_close (&peer);
}

static void
test_busy_port_is_said (void)
{
  Peer one, two;
  g_autofree char *uri = g_strdup_printf ("dht:?network=71&port=%u", first_port + 50);

  peer_open (&one, uri);
  run_until (has_reason (&one));
  peer_open (&two, uri);
  run_until (two.error != NULL);
  g_assert_error (two.error, YODEL_ERROR, YODEL_ERROR_UNREACHABLE);
  g_assert_cmpint (yodel_signaller_get_state (two.signaller), ==, YODEL_SIGNALLER_STOPPED);
  peer_close (&two);
  peer_close (&one);
}

static void
test_stop_ends_what_is_under_way (void)
{
  Peer peer;

  peer_open (&peer, "dht:127.0.0.1:1?network=77");
  say (&peer, &peer, NULL, "too early");
  peer_close (&peer);

  peer_open (&peer, "dht:127.0.0.1:1?network=77");
  run_until (has_reason (&peer));
  say (&peer, &peer, NULL, "to nobody");
  peer_close (&peer);
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("yodel-dht-XXXXXX", NULL);

  g_test_init (&argc, &argv, NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  first_port = (guint16) g_test_rand_int_range (20000, 30000);

  g_test_add_func ("/dht/signaller/nobody-there-is-said", test_nobody_there_is_said);
  g_test_add_func ("/dht/signaller/busy-port-is-said", test_busy_port_is_said);
  g_test_add_func ("/dht/signaller/stop-ends-what-is-under-way", test_stop_ends_what_is_under_way);
  g_test_add_func ("/dht/signaller/stranger-is-heard", test_stranger_is_heard);
  g_test_add_func ("/dht/signaller/contacts-have-mailboxes-of-their-own", test_contacts_have_mailboxes_of_their_own);
  g_test_add_func ("/dht/signaller/low-traffic-serves-nobody", test_low_traffic_serves_nobody);
  g_test_add_func ("/dht/signaller/first-node-may-go", test_first_node_may_go);
  g_test_add_func ("/dht/signaller/largest-message", test_largest_message);
  g_test_add_func ("/dht/signaller/flood-does-not-hide-a-contact", test_flood_does_not_hide_a_contact);
  g_test_add_func ("/dht/signaller/deadly-datagrams", test_deadly_datagrams);
  g_test_add_func ("/dht/signaller/known-nodes-outlast-the-program", test_known_nodes_outlast_the_program);
  return g_test_run ();
}
