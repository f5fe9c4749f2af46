/* Hosts that talk on the local network: what one says the other hears, and nobody beside them. */
#include <string.h>

#include "lib/run-until.h"
#include "signalling/lan/lan-link.h"

#define MESSAGE_BYTES 600

typedef struct
{
  YodelLanLinks *links;
  GPtrArray     *heard;       /* GBytes */
  char          *way;         /* of the last */
} Host;

/* Somebody in between, who passes everything on and keeps it. */
typedef struct
{
  GSocketService *service;
  guint16         port;
  guint16         to;
  GIOStream      *ends[2];
  GByteArray     *seen;
  guint8          buffers[2][4096];
} Wire;

static void
on_message (GBytes     *message,
            const char *way,
            gpointer    user_data)
{
  Host *host = user_data;

  g_ptr_array_add (host->heard, g_bytes_ref (message));
  g_free (host->way);
  host->way = g_strdup (way);
}

static void
host_init (Host *host)
{
  GError *error = NULL;

  host->links = yodel_lan_links_new (on_message, host, &error);
  g_assert_no_error (error);
  host->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  host->way = NULL;
}

static void
host_clear (Host *host)
{
  yodel_lan_links_free (host->links);
  g_ptr_array_unref (host->heard);
  g_free (host->way);
}

static GSocketAddress *
address_of (guint16 port)
{
  return g_inet_socket_address_new_from_string ("127.0.0.1", port);
}

static GBytes *
message_of (guint8 filling)
{
  guint8 *data = g_malloc (MESSAGE_BYTES);

  memset (data, filling, MESSAGE_BYTES);
  return g_bytes_new_take (data, MESSAGE_BYTES);
}

static void
assert_heard (Host   *host,
              guint   n,
              GBytes *message)
{
  run_until (host->heard->len >= n);
  g_assert_true (g_bytes_equal (host->heard->pdata[n - 1], message));
}

static void
test_there_and_back (void)
{
  g_autoptr (GBytes) question = message_of ('q'), answer = message_of ('a'), more = message_of ('m');
  g_autoptr (GSocketAddress) to = NULL;
  Host alice, bob;

  host_init (&alice);
  host_init (&bob);
  to = address_of (yodel_lan_links_get_port (bob.links));
  g_assert_true (yodel_lan_links_send_to (alice.links, to, question));
  assert_heard (&bob, 1, question);
  g_assert_true (yodel_lan_links_send (bob.links, bob.way, answer));
  assert_heard (&alice, 1, answer);

  /* what is there is used again, both ways */
  g_assert_true (yodel_lan_links_send_to (alice.links, to, more));
  g_assert_true (yodel_lan_links_send (alice.links, alice.way, question));
  assert_heard (&bob, 2, more);
  assert_heard (&bob, 3, question);
  host_clear (&alice);
  host_clear (&bob);
}

static void wire_read (Wire *self, guint end);

static void
on_read (GObject      *input,
         GAsyncResult *result,
         gpointer      user_data)
{
  Wire *self = user_data;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (input), result, NULL);
  guint end = input == G_OBJECT (g_io_stream_get_input_stream (self->ends[1]));

  if (size <= 0)
    return;
  g_byte_array_append (self->seen, self->buffers[end], (guint) size);
  g_output_stream_write_all (g_io_stream_get_output_stream (self->ends[!end]), self->buffers[end], (gsize) size, NULL, NULL, NULL);
  wire_read (self, end);
}

static void
wire_read (Wire  *self,
           guint  end)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (self->ends[end]), self->buffers[end], sizeof self->buffers[end], G_PRIORITY_DEFAULT,
                             NULL, on_read, self);
}

static gboolean
on_incoming (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             Wire              *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) to = address_of (self->to);
  GError *error = NULL;

  self->ends[0] = G_IO_STREAM (g_object_ref (connection));
  self->ends[1] = G_IO_STREAM (g_socket_client_connect (client, G_SOCKET_CONNECTABLE (to), NULL, &error));
  g_assert_no_error (error);
  wire_read (self, 0);
  wire_read (self, 1);
  return TRUE;
}

static gboolean
has_seen (Wire   *self,
          GBytes *message)
{
  for (guint i = 0; i + 16 <= self->seen->len; i++)
    if (memcmp (self->seen->data + i, g_bytes_get_data (message, NULL), 16) == 0)
      return TRUE;
  return FALSE;
}

/* RFC 8446 section 5.1: a record of a handshake comes first.  Nothing of what is said is on the wire. */
static void
test_encrypted (void)
{
  g_autoptr (GBytes) question = message_of ('q'), answer = message_of ('a');
  g_autoptr (GSocketAddress) to = NULL;
  Wire wire = { .service = g_socket_service_new (), .seen = g_byte_array_new () };
  Host alice, bob;

  host_init (&alice);
  host_init (&bob);
  wire.to = yodel_lan_links_get_port (bob.links);
  wire.port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (wire.service), NULL, NULL);
  g_signal_connect (wire.service, "incoming", G_CALLBACK (on_incoming), &wire);
  to = address_of (wire.port);
  g_assert_true (yodel_lan_links_send_to (alice.links, to, question));
  assert_heard (&bob, 1, question);
  g_assert_true (yodel_lan_links_send (bob.links, bob.way, answer));
  assert_heard (&alice, 1, answer);

  g_assert_cmpuint (wire.seen->len, >, 2 * MESSAGE_BYTES);
  g_assert_cmphex (wire.seen->data[0], ==, 0x16);
  g_assert_false (has_seen (&wire, question));
  g_assert_false (has_seen (&wire, answer));

  host_clear (&alice);
  host_clear (&bob);
  for (guint i = 0; i < 2; i++)
    g_input_stream_clear_pending (g_io_stream_get_input_stream (wire.ends[i]));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (wire.ends[0]);
  g_object_unref (wire.ends[1]);
  g_socket_service_stop (wire.service);
  g_socket_listener_close (G_SOCKET_LISTENER (wire.service));
  g_object_unref (wire.service);
  g_byte_array_unref (wire.seen);
}

/* Who comes without TLS is shown the door, and hears nothing but an alert. */
static void
test_in_the_clear (void)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GSocketAddress) to = NULL;
  g_autoptr (GBytes) message = message_of ('q');
  guint8 frame[2 + MESSAGE_BYTES] = { MESSAGE_BYTES >> 8, MESSAGE_BYTES & 0xff };
  GInputStream *input;
  GError *error = NULL;
  gssize size;
  Host bob;

  host_init (&bob);
  memcpy (frame + 2, g_bytes_get_data (message, NULL), MESSAGE_BYTES);
  to = address_of (yodel_lan_links_get_port (bob.links));
  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (to), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), frame, sizeof frame, NULL, NULL, &error);
  g_assert_no_error (error);

  g_socket_set_blocking (g_socket_connection_get_socket (connection), FALSE);
  input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  do
    {
      g_clear_error (&error);
      g_main_context_iteration (NULL, FALSE);
      size = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), frame, sizeof frame, NULL, &error);
      g_assert_cmpint (size, <, 16);
    }
  while (size > 0 || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
  g_clear_error (&error);
  g_assert_cmpuint (bob.heard->len, ==, 0);
  host_clear (&bob);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signalling/lan-link/there-and-back", test_there_and_back);
  g_test_add_func ("/signalling/lan-link/encrypted", test_encrypted);
  g_test_add_func ("/signalling/lan-link/in-the-clear", test_in_the_clear);
  return g_test_run ();
}
