#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/rendezvous-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <libsoup/soup.h>
#include <sodium.h>
#include <yodel/yodel-error.h>

#include "soup/client-source.h"
#include "soup/deadline-source.h"
#include "soup/guest-page.h"
#include "soup/metrics.h"
#include "tls/tls-stream.h"

/* Half-open and half-hearted connections end by themselves: a PING comes more often than this. */
#define SILENCE_S      (YODEL_POST_PING_S + YODEL_POST_PING_S + 11)
#define BACKLOG        4096   /* everybody comes at once after a restart; Linux allows no more by itself */
#define ACCEPT_AT_ONCE 64     /* a turn of the loop looks at each connection: not one for each that comes */
#define REST_MS        100    /* where the process has no more files: who waits still waits, and would be asked about at once */
#define MAX_VISITORS   256    /* connections beyond the clients: for pages and handshakes */

/* Thread: the one whose main context was the default when it started. */
struct _YodelRendezvousServer
{
  YodelPostOffice        *office;        /* (owned) */
  SoupServer             *soup;          /* (owned) */
  GSocket                *listener;      /* (owned) (nullable) */
  GSource                *incoming;      /* (owned) (nullable): what is waited for before somebody is taken in */
  SoupServer             *metrics;       /* (owned) (nullable) */
  YodelTlsCredentials    *credentials;   /* (owned) (nullable): without them there is no TLS */
  YodelGuestPage         *page;          /* (owned) (nullable) */
  GHashTable             *clients;       /* (owned) of Client */
  GHashTable             *sources;       /* (owned) name -> how many connections, handshakes and pages too */
  YodelRendezvousServer **box;           /* (owned) atomic box: itself, for connections that outlive it */
  GSource                *timer;         /* (owned) */
  guint                   port;
  guint                   n_connections;
  guint                   max_connections;
  guint                   max_connections_of_source;
  gboolean                is_behind_proxy;
  gboolean                is_working;
};

typedef struct
{
  YodelRendezvousServer   *server;   /* (borrowed) */
  SoupWebsocketConnection *socket;   /* (owned) */
  YodelPostClient         *post;     /* (borrowed) */
} Client;

/* Outlives the server where a connection does. */
typedef struct
{
  YodelRendezvousServer **server;    /* (owned) atomic box: (nullable) */
  char                   *source;    /* (owned) */
} Connection;

static void work (YodelRendezvousServer *self);

static void
client_free (gpointer data)
{
  Client *client = data;

  g_signal_handlers_disconnect_by_data (client->socket, client);
  yodel_post_office_disconnect (client->server->office, client->post);
  if (soup_websocket_connection_get_state (client->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (client->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_object_unref (client->socket);
  g_free (client);
}

static gboolean
on_timer (gpointer user_data)
{
  YodelRendezvousServer *self = user_data;

  yodel_post_office_advance (self->office, g_get_monotonic_time ());
  work (self);
  return G_SOURCE_CONTINUE;
}

static void
arm_timer (YodelRendezvousServer *self)
{
  gint64 deadline_us = yodel_post_office_next_deadline_us (self->office);

  g_source_set_ready_time (self->timer, deadline_us == G_MAXINT64 ? -1 : deadline_us);
}

/* Does what the office wants done.  Not entered twice: what ends a client may come back here. */
static void
work (YodelRendezvousServer *self)
{
  YodelPostAction action;

  if (self->is_working)
    return;
  self->is_working = TRUE;
  while (yodel_post_office_poll (self->office, &action))
    {
      Client *client = yodel_post_client_get_user_data (action.client);

      if (action.frame == NULL)
        {
          g_hash_table_remove (self->clients, client);
          continue;
        }
      if (soup_websocket_connection_get_state (client->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_send_binary (client->socket, g_bytes_get_data (action.frame, NULL),
                                               g_bytes_get_size (action.frame));
      g_bytes_unref (action.frame);
    }
  self->is_working = FALSE;
  arm_timer (self);
}

static void
on_message (SoupWebsocketConnection *socket,
            SoupWebsocketDataType    type,
            GBytes                  *bytes,
            gpointer                 user_data)
{
  Client *client = user_data;
  YodelRendezvousServer *self = client->server;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  /* A text is no message: it is treated as one without bytes. */
  if (type != SOUP_WEBSOCKET_DATA_BINARY)
    size = 0;
  yodel_post_office_receive (self->office, client->post, data, size, g_get_monotonic_time ());
  work (self);
}

static void
on_closed (SoupWebsocketConnection *socket,
           gpointer                 user_data)
{
  Client *client = user_data;
  YodelRendezvousServer *self = client->server;

  g_hash_table_remove (self->clients, client);
  work (self);
}

static char *
source_of (YodelRendezvousServer *self,
           SoupServerMessage     *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (self->is_behind_proxy)
    return yodel_client_source_of_text (soup_message_headers_get_list (headers, "X-Forwarded-For"));
  return yodel_client_source_of_address (soup_server_message_get_remote_address (message));
}

static void
on_socket (SoupServer              *soup,
           SoupServerMessage       *message,
           const char              *path,
           SoupWebsocketConnection *socket,
           gpointer                 user_data)
{
  YodelRendezvousServer *self = user_data;
  g_autofree char *source = source_of (self, message);
  const char *host = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Host");
  guint8 nonce[YODEL_RENDEZVOUS_NONCE_BYTES];
  Client *client = g_new0 (Client, 1);

  randombytes_buf (nonce, sizeof nonce);
  client->server = self;
  client->post = yodel_post_office_connect (self->office, source, host != NULL ? host : "", nonce, client,
                                            g_get_monotonic_time ());
  if (client->post == NULL)
    {
      g_free (client);
      soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
      return;
    }

  client->socket = g_object_ref (socket);
  soup_websocket_connection_set_max_incoming_payload_size (socket, YODEL_RENDEZVOUS_MAX_BYTES);
  g_hash_table_add (self->clients, client);
  g_signal_connect (socket, "message", G_CALLBACK (on_message), client);
  g_signal_connect (socket, "closed", G_CALLBACK (on_closed), client);
  work (self);
}

static void
on_page (SoupServer        *soup,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           user_data)
{
  YodelRendezvousServer *self = user_data;

  if (self->page == NULL)
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  else
    yodel_guest_page_serve (self->page, message, path, self->credentials != NULL);
}

static void
on_metrics (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  YodelRendezvousServer *self = user_data;
  g_autofree char *text = NULL;

  if (strcmp (path, "/metrics") != 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  text = yodel_metrics_write (self->office);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain; version=0.0.4", SOUP_MEMORY_COPY, text, strlen (text));
}

static guint
count_of (YodelRendezvousServer *self,
          const char            *source)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->sources, source));
}

static void
on_connection_gone (gpointer  data,
                    GObject  *where_it_was)
{
  Connection *connection = data;
  YodelRendezvousServer *self = *connection->server;

  if (self != NULL)
    {
      guint left = count_of (self, connection->source) - 1;

      self->n_connections--;
      if (left > 0)
        g_hash_table_insert (self->sources, g_strdup (connection->source), GUINT_TO_POINTER (left));
      else
        g_hash_table_remove (self->sources, connection->source);
    }
  g_atomic_rc_box_release (connection->server);
  g_free (connection->source);
  g_free (connection);
}

/* Returns: FALSE if there is no room, before a handshake costs anything */
static gboolean
count_in (YodelRendezvousServer *self,
          GSocketConnection     *stream,
          const char            *source)
{
  Connection *connection;

  if (self->n_connections >= self->max_connections)
    return FALSE;
  if (!self->is_behind_proxy &&
      (count_of (self, source) >= self->max_connections_of_source ||
       !yodel_post_office_has_room_for (self->office, source, g_get_monotonic_time ())))
    return FALSE;

  connection = g_new0 (Connection, 1);
  connection->server = g_atomic_rc_box_acquire (self->box);
  connection->source = g_strdup (source);
  g_object_weak_ref (G_OBJECT (stream), on_connection_gone, connection);
  self->n_connections++;
  g_hash_table_insert (self->sources, g_strdup (source), GUINT_TO_POINTER (count_of (self, source) + 1));
  return TRUE;
}

static void
take_in (YodelRendezvousServer *self,
         GSocketConnection     *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autofree char *source = yodel_client_source_of_address (remote);
  g_autoptr (GIOStream) stream = NULL;

  if (remote == NULL || local == NULL || !count_in (self, connection, source))
    return;

  /* Small frames follow each other: none waits for the acknowledgement of the one before. */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_timeout (socket, SILENCE_S);
  stream = self->credentials != NULL ? yodel_tls_stream_new_server (connection, self->credentials) : g_object_ref (G_IO_STREAM (connection));
  soup_server_accept_iostream (self->soup, stream, local, remote, NULL);
}

/* @source: (transfer full): what has to be before somebody is taken in */
static void
wait_for_incoming (YodelRendezvousServer *self,
                   GSource               *source,
                   GSourceFunc            callback)
{
  if (self->incoming != NULL)
    g_source_destroy (self->incoming);
  g_clear_pointer (&self->incoming, g_source_unref);
  self->incoming = source;
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static gboolean on_rested (gpointer user_data);

static gboolean
on_incoming (GSocket      *listener,
             GIOCondition  condition,
             gpointer      user_data)
{
  YodelRendezvousServer *self = user_data;

  for (guint i = 0; i < ACCEPT_AT_ONCE; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);
      g_autoptr (GSocketConnection) connection = NULL;

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (socket == NULL)
        {
          g_debug ("nobody is taken in for a moment: %s", error->message);
          wait_for_incoming (self, g_timeout_source_new (REST_MS), on_rested);
          return G_SOURCE_REMOVE;
        }
      connection = g_socket_connection_factory_create_connection (socket);
      take_in (self, connection);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_rested (gpointer user_data)
{
  YodelRendezvousServer *self = user_data;

  wait_for_incoming (self, g_socket_create_source (self->listener, G_IO_IN, NULL), G_SOURCE_FUNC (on_incoming));
  return G_SOURCE_REMOVE;
}

/* ADDRESS:PORT.  Returns: (transfer full) (nullable) */
static GSocketAddress *
parse_endpoint (const char  *text,
                GError     **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint64 port;

  if (colon != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      gboolean has_brackets = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
      GSocketAddress *address;

      host = has_brackets ? g_strndup (text + 1, (gsize) (colon - text) - 2) : g_strndup (text, (gsize) (colon - text));
      address = g_inet_socket_address_new_from_string (host, (guint) port);
      if (address != NULL)
        return address;
    }
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "\"%s\" is not an IP address and a port, such as [::]:8443", text);
  return NULL;
}

static gboolean
listen_on (YodelRendezvousServer  *self,
           const char             *listen,
           GError                **error)
{
  g_autoptr (GSocketAddress) address = parse_endpoint (listen, error);
  g_autoptr (GSocketAddress) effective = NULL;

  if (address == NULL)
    return FALSE;
  self->listener = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (self->listener == NULL)
    return FALSE;
  g_socket_set_blocking (self->listener, FALSE);
  g_socket_set_listen_backlog (self->listener, BACKLOG);
  if (!g_socket_bind (self->listener, address, TRUE, error) || !g_socket_listen (self->listener, error))
    return FALSE;
  effective = g_socket_get_local_address (self->listener, error);
  if (effective == NULL)
    return FALSE;

  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  wait_for_incoming (self, g_socket_create_source (self->listener, G_IO_IN, NULL), G_SOURCE_FUNC (on_incoming));
  return TRUE;
}

static gboolean
open_metrics (YodelRendezvousServer  *self,
              const char             *listen,
              GError                **error)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (listen == NULL)
    return TRUE;
  address = parse_endpoint (listen, error);
  if (address == NULL)
    return FALSE;
  self->metrics = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->metrics, NULL, on_metrics, self, NULL);
  return soup_server_listen (self->metrics, address, 0, error);
}

static void
open_soup (YodelRendezvousServer *self)
{
  const char *protocols[] = { YODEL_RENDEZVOUS_PROTOCOL, NULL };

  self->soup = soup_server_new ("server-header", "", NULL);
  /* What is sealed does not shrink, and each such connection would hold a third of a megabyte. */
  soup_server_remove_websocket_extension (self->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  soup_server_add_handler (self->soup, NULL, on_page, self, NULL);
  soup_server_add_websocket_handler (self->soup, YODEL_RENDEZVOUS_PATH, NULL, (char **) protocols, on_socket, self, NULL);
}

YodelRendezvousServer *
yodel_rendezvous_server_start (const YodelRendezvousConfig  *config,
                               GError                      **error)
{
  YodelRendezvousServer *self = g_new0 (YodelRendezvousServer, 1);
  guint8 secret[YODEL_RENDEZVOUS_KEY_BYTES];

  randombytes_buf (secret, sizeof secret);
  self->office = yodel_post_office_new (&config->limits, secret);
  sodium_memzero (secret, sizeof secret);
  self->clients = g_hash_table_new_full (NULL, NULL, client_free, NULL);
  self->sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->box = g_atomic_rc_box_new0 (YodelRendezvousServer *);
  *self->box = self;
  self->timer = yodel_deadline_source_new (on_timer, self);
  self->max_connections = config->limits.max_clients + MAX_VISITORS;
  self->max_connections_of_source = config->limits.max_clients_of_source + MAX_VISITORS / 8;
  self->is_behind_proxy = config->is_behind_proxy;
  open_soup (self);

  if ((config->certificate != NULL && (self->credentials = yodel_tls_credentials_new_server (config->certificate, error)) == NULL) ||
      (config->has_page && (self->page = yodel_guest_page_new (config->page, config->stun, error)) == NULL) ||
      !listen_on (self, config->listen, error) ||
      !open_metrics (self, config->metrics, error))
    {
      yodel_rendezvous_server_stop (self);
      return NULL;
    }
  g_debug ("listening on port %u", self->port);
  return self;
}

void
yodel_rendezvous_server_stop (YodelRendezvousServer *self)
{
  *self->box = NULL;
  g_atomic_rc_box_release (self->box);
  if (self->incoming != NULL)
    g_source_destroy (self->incoming);
  g_clear_pointer (&self->incoming, g_source_unref);
  g_clear_object (&self->listener);
  g_hash_table_unref (self->clients);
  soup_server_disconnect (self->soup);
  if (self->metrics != NULL)
    soup_server_disconnect (self->metrics);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_clear_object (&self->soup);
  g_clear_object (&self->metrics);
  g_clear_pointer (&self->credentials, yodel_tls_credentials_unref);
  g_clear_pointer (&self->page, yodel_guest_page_free);
  yodel_post_office_free (self->office);
  g_hash_table_unref (self->sources);
  g_free (self);
}

guint
yodel_rendezvous_server_get_port (YodelRendezvousServer *self)
{
  return self->port;
}

char *
yodel_rendezvous_server_dup_metrics (YodelRendezvousServer *self)
{
  return yodel_metrics_write (self->office);
}
