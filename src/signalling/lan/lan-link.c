#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/lan/lan-link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <yodel/yodel-signaller.h>

#include "tls/tls-stream.h"

#define LENGTH_BYTES       2     /* big-endian */
#define MIN_MESSAGE_BYTES  512
#define CONNECT_S          3

/* Thread: the signaller's. */
struct _YodelLanLinks
{
  GSocketService      *service;      /* (owned) */
  YodelTlsCredentials *credentials;  /* (owned) */
  guint16              port;
  GPtrArray           *links;        /* (owned) Link */
  guint64              last_id;
  YodelLanLinksFunc    func;
  gpointer             user_data;    /* (borrowed) */
  guint                sweep_timer;
};

/* One connection.  It lives while an operation on it is under way, and is closed when its links are gone. */
typedef struct
{
  int                ref_count;
  YodelLanLinks     *links;        /* (borrowed) (nullable) NULL once it is closed */
  char               way[24];
  GIOStream         *stream;       /* (owned) (nullable) while it is being made */
  GSocketAddress    *address;      /* (owned) (nullable) of the host that was connected to */
  GInetAddress      *host;         /* (owned) (nullable) */
  GCancellable      *cancellable;  /* (owned) */
  GQueue             queue;        /* (owned) GBytes: framed */
  gboolean           is_writing;
  guint8             length[LENGTH_BYTES];
  guint8            *body;         /* (owned) (nullable) */
  gint64             used_us;
  gint64             second_us;    /* in which n_in_second came */
  guint              n_in_second;
} Link;

static void read_length (Link *link);

static Link *
link_ref (Link *link)
{
  link->ref_count++;
  return link;
}

static void
link_unref (Link *link)
{
  if (--link->ref_count > 0)
    return;
  g_clear_object (&link->stream);
  g_clear_object (&link->address);
  g_clear_object (&link->host);
  g_clear_object (&link->cancellable);
  g_queue_clear_full (&link->queue, (GDestroyNotify) g_bytes_unref);
  g_free (link->body);
  g_free (link);
}

static Link *
link_new (YodelLanLinks *links)
{
  Link *link = g_new0 (Link, 1);

  link->ref_count = 1;
  link->links = links;
  link->cancellable = g_cancellable_new ();
  link->used_us = g_get_monotonic_time ();
  g_queue_init (&link->queue);
  g_snprintf (link->way, sizeof link->way, "link:%" G_GUINT64_FORMAT, ++links->last_id);
  g_ptr_array_add (links->links, link);
  return link;
}

/* Out of the list; what is under way on it is cancelled. */
static void
link_close (Link *link)
{
  YodelLanLinks *links = link->links;

  if (links == NULL)
    return;
  link->links = NULL;
  g_cancellable_cancel (link->cancellable);
  g_ptr_array_remove_fast (links->links, link);   /* and unrefs */
}

static void
on_closing (gpointer data)
{
  Link *link = data;

  link->links = NULL;
  g_cancellable_cancel (link->cancellable);
  link_unref (link);
}

static gboolean
is_too_fast (Link   *link,
             gint64  now_us)
{
  if (now_us - link->second_us >= G_USEC_PER_SEC)
    {
      link->second_us = now_us;
      link->n_in_second = 0;
    }
  return ++link->n_in_second > YODEL_LAN_MAX_RATE;
}

static void
on_body (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Link *link = user_data;
  gsize n = 0;
  gsize size = (gsize) link->length[0] << 8 | link->length[1];
  gboolean has_read = g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, NULL);

  link->used_us = g_get_monotonic_time ();
  if (!has_read || n != size || link->links == NULL || is_too_fast (link, link->used_us))
    link_close (link);
  else
    {
      g_autoptr (GBytes) message = g_bytes_new_take (g_steal_pointer (&link->body), size);

      link->links->func (message, link->way, link->links->user_data);
      if (link->links != NULL)
        read_length (link);
    }
  link_unref (link);
}

static void
on_length (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Link *link = user_data;
  gsize n = 0;
  gboolean has_read = g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n, NULL);
  gsize size = (gsize) link->length[0] << 8 | link->length[1];

  if (!has_read || n != LENGTH_BYTES || link->links == NULL || size < MIN_MESSAGE_BYTES || size > YODEL_SIGNALLER_MAX_MESSAGE_BYTES)
    link_close (link);
  else
    {
      link->body = g_malloc (size);
      g_input_stream_read_all_async (G_INPUT_STREAM (source), link->body, size, G_PRIORITY_DEFAULT, link->cancellable,
                                     on_body, link_ref (link));
    }
  link_unref (link);
}

static void
read_length (Link *link)
{
  g_input_stream_read_all_async (g_io_stream_get_input_stream (link->stream), link->length, LENGTH_BYTES,
                                 G_PRIORITY_DEFAULT, link->cancellable, on_length, link_ref (link));
}

static void write_next (Link *link);

static void
on_written (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Link *link = user_data;
  gboolean has_written = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);

  link->is_writing = FALSE;
  if (link->links != NULL)
    {
      g_bytes_unref (g_queue_pop_head (&link->queue));
      if (has_written)
        write_next (link);
      else
        link_close (link);
    }
  link_unref (link);
}

static void
write_next (Link *link)
{
  GBytes *frame = g_queue_peek_head (&link->queue);

  if (frame == NULL || link->is_writing || link->stream == NULL)
    return;
  link->is_writing = TRUE;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (link->stream),
                                   g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), G_PRIORITY_DEFAULT,
                                   link->cancellable, on_written, link_ref (link));
}

static gboolean
link_push (Link   *link,
           GBytes *message)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  const guint8 length[LENGTH_BYTES] = { (guint8) (size >> 8), (guint8) size };
  GByteArray *frame;

  if (link->queue.length >= YODEL_LAN_MAX_QUEUED || size < MIN_MESSAGE_BYTES)
    return FALSE;
  frame = g_byte_array_sized_new ((guint) size + LENGTH_BYTES);
  g_byte_array_append (frame, length, sizeof length);
  g_byte_array_append (frame, data, (guint) size);
  g_queue_push_tail (&link->queue, g_byte_array_free_to_bytes (frame));
  link->used_us = g_get_monotonic_time ();
  write_next (link);
  return TRUE;
}

static void
begin (Link              *link,
       GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (link->address != NULL)
    link->stream = yodel_tls_stream_new_client (connection, link->links->credentials, NULL);
  else
    link->stream = yodel_tls_stream_new_server (connection, link->links->credentials);
  if (G_IS_INET_SOCKET_ADDRESS (remote))
    link->host = g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  g_socket_set_timeout (socket, 0);   /* that was for connecting */
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  read_length (link);
  write_next (link);
}

static guint
count_of_host (YodelLanLinks *self,
               GInetAddress  *host)
{
  guint n = 0;

  for (guint i = 0; i < self->links->len; i++)
    {
      Link *link = self->links->pdata[i];

      n += link->host != NULL && g_inet_address_equal (link->host, host);
    }
  return n;
}

static gboolean
on_incoming (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             YodelLanLinks     *self)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote) || self->links->len >= YODEL_LAN_MAX_LINKS ||
      count_of_host (self, g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote))) >= YODEL_LAN_MAX_LINKS_OF_HOST)
    return TRUE;   /* it is closed with its last reference */
  begin (link_new (self), connection);
  return TRUE;
}

static gboolean
on_sweep (gpointer data)
{
  YodelLanLinks *self = data;
  const gint64 now_us = g_get_monotonic_time ();

  for (guint i = self->links->len; i-- > 0;)
    {
      Link *link = self->links->pdata[i];

      if (now_us - link->used_us > YODEL_LAN_IDLE_S * G_USEC_PER_SEC)
        link_close (link);
    }
  return G_SOURCE_CONTINUE;
}

YodelLanLinks *
yodel_lan_links_new (YodelLanLinksFunc   func,
                     gpointer            user_data,
                     GError            **error)
{
  YodelLanLinks *self = g_new0 (YodelLanLinks, 1);

  self->func = func;
  self->user_data = user_data;
  self->links = g_ptr_array_new_with_free_func (on_closing);
  self->service = g_socket_service_new ();
  self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, error);
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  self->sweep_timer = g_timeout_add_seconds (YODEL_LAN_IDLE_S / 4, on_sweep, self);
  if (self->port != 0)
    self->credentials = yodel_tls_credentials_new_nameless (error);
  if (self->credentials == NULL)
    g_clear_pointer (&self, yodel_lan_links_free);
  return self;
}

void
yodel_lan_links_free (YodelLanLinks *self)
{
  if (self == NULL)
    return;
  g_source_remove (self->sweep_timer);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_object_unref (self->service);
  g_ptr_array_unref (self->links);
  g_clear_pointer (&self->credentials, yodel_tls_credentials_unref);
  g_free (self);
}

guint16
yodel_lan_links_get_port (YodelLanLinks *self)
{
  return self->port;
}

gboolean
yodel_lan_links_send (YodelLanLinks *self,
                      const char    *way,
                      GBytes        *message)
{
  for (guint i = 0; i < self->links->len; i++)
    {
      Link *link = self->links->pdata[i];

      if (strcmp (link->way, way) == 0)
        return link_push (link, message);
    }
  return FALSE;
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Link *link = user_data;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, NULL);

  if (connection == NULL || link->links == NULL)
    link_close (link);
  else
    begin (link, connection);
  link_unref (link);
}

static gboolean
is_same (GSocketAddress *one,
         GSocketAddress *other)
{
  GInetSocketAddress *a = G_INET_SOCKET_ADDRESS (one), *b = G_INET_SOCKET_ADDRESS (other);

  return g_inet_socket_address_get_port (a) == g_inet_socket_address_get_port (b) &&
         g_inet_address_equal (g_inet_socket_address_get_address (a), g_inet_socket_address_get_address (b));
}

gboolean
yodel_lan_links_send_to (YodelLanLinks  *self,
                         GSocketAddress *address,
                         GBytes         *message)
{
  g_autoptr (GSocketClient) client = NULL;
  Link *link;

  for (guint i = 0; i < self->links->len; i++)
    {
      link = self->links->pdata[i];
      if (link->address != NULL && is_same (link->address, address))
        return link_push (link, message);
    }
  if (self->links->len >= YODEL_LAN_MAX_LINKS)
    return FALSE;

  link = link_new (self);
  link->address = g_object_ref (address);
  client = g_socket_client_new ();
  g_socket_client_set_timeout (client, CONNECT_S);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), link->cancellable, on_connected, link_ref (link));
  return link_push (link, message);
}
