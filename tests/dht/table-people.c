#include "dht/table-people.h"

#include "dht/dht-signaller.h"
#include "dht/dht-socket.h"
#include "identity/address.h"
#include "rendezvous/mailbox-key.h"

#define MAX_TRIES 20   /* for ports that nobody else has */

static gboolean
is_free (guint16 port)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GInetAddress) any = g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, port);

  return socket != NULL && g_socket_bind (socket, address, FALSE, NULL);
}

static gboolean
are_free (guint16 first_port,
          guint   n_ports)
{
  for (guint i = 0; i < n_ports; i++)
    if (!is_free ((guint16) (first_port + i)))
      return FALSE;
  return TRUE;
}

void
table_renew (Table *self,
             guint  n_ports)
{
  guint n_tries = 0;

  self->network++;
  do
    self->first_port = (guint16) (self->first_port + n_ports);
  while (!are_free (self->first_port, n_ports) && ++n_tries < MAX_TRIES);
}

dht_runner *
table_add_node (const Table *self,
                guint        number)
{
  g_autofree char *first_port = g_strdup_printf ("%u", self->first_port);
  dht_runner *runner = dht_runner_new ();
  dht_runner_config config;

  dht_runner_config_default (&config);
  config.threaded = true;
  config.dht_config.node_config.network = self->network;
  g_assert_nonnull (yodel_dht_socket_run (runner, (guint16) (self->first_port + number), &config, FALSE, FALSE));
  if (number > 0)
    dht_runner_bootstrap (runner, "127.0.0.1", first_port);
  return runner;
}

void
table_join (const Table *self,
            guint        number,
            Person      *person)
{
  g_autofree char *uri = g_strdup_printf ("dht:127.0.0.1:%u?network=%u&port=%u", self->first_port + (number == 0 ? 1 : 0), self->network,
                                          self->first_port + number);
  GError *error = NULL;
  YodelSignaller *signaller = g_initable_new (YODEL_TYPE_DHT_SIGNALLER, NULL, &error, "uri", uri, NULL);

  g_assert_no_error (error);
  person_join (person, signaller);
}

gboolean
table_is_reachable (Person *person)
{
  return yodel_signaller_get_state (person->signaller) == YODEL_SIGNALLER_REACHABLE;
}

void
table_get_open (Person          *person,
                YodelDhtMailbox *mailbox)
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  g_assert_true (yodel_address_parse (person_address (person), key, NULL));
  yodel_dht_mailbox_make_open (key, (guint32) (g_get_real_time () / G_USEC_PER_SEC / YODEL_MAILBOX_DAY_S), mailbox);
}
