#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/ws-connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <sodium.h>
#include <yodel/yodel-error.h>

#include "rendezvous/rendezvous-message.h"
#include "tls/tls-stream.h"
#include "soup/ws-uri.h"

#define MAX_HEAD_BYTES 8192                                   /* of the answer */
#define KEY_BYTES      16
#define GUID           "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"   /* RFC 6455 section 1.3 */

/* Thread: the one it was begun in. */
typedef struct
{
  GUri                *uri;           /* (owned) */
  char                *authority;     /* (owned) */
  char                *key;           /* (owned) what the server shows that it has read */
  YodelTlsCredentials *credentials;   /* (owned) (nullable) */
  GIOStream           *stream;        /* (owned) (nullable) */
  char                *request;       /* (owned) (nullable) */
  GString             *head;          /* (owned) of the answer, as far as it is there */
} Attempt;

static void
attempt_free (gpointer data)
{
  Attempt *self = data;

  g_uri_unref (self->uri);
  g_clear_pointer (&self->credentials, yodel_tls_credentials_unref);
  g_clear_object (&self->stream);
  g_string_free (self->head, TRUE);
  g_free (self->authority);
  g_free (self->key);
  g_free (self->request);
  g_free (self);
}

/* (transfer full): @task */
static void
fail (GTask      *task,
      const char *reason)
{
  Attempt *self = g_task_get_task_data (task);

  g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "%s: %s", self->authority, reason);
  g_object_unref (task);
}

/* (transfer full): @task, @error */
static void
fail_with (GTask  *task,
           GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* What the server has to answer to our key. */
static char *
expected_accept (const char *key)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) GUID, -1);
  g_checksum_get_digest (checksum, digest, &size);
  return g_base64_encode (digest, size);
}

/* Returns: (nullable): what is wrong with the answer */
static const char *
judge (Attempt *self)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autofree char *accept = expected_accept (self->key);
  g_autofree char *reason = NULL;
  guint status = 0;

  if (!soup_headers_parse_response (self->head->str, (int) self->head->len, headers, NULL, &status, &reason))
    return "it does not speak HTTP";
  if (status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return "there is no rendezvous";
  if (!soup_message_headers_header_equals (headers, "Upgrade", "websocket") ||
      !soup_message_headers_header_contains (headers, "Connection", "upgrade") ||
      g_strcmp0 (soup_message_headers_get_one (headers, "Sec-WebSocket-Accept"), accept) != 0 ||
      g_strcmp0 (soup_message_headers_get_one (headers, "Sec-WebSocket-Protocol"), YODEL_RENDEZVOUS_PROTOCOL) != 0 ||
      soup_message_headers_get_list (headers, "Sec-WebSocket-Extensions") != NULL)
    return "the rendezvous does not speak as one";
  return NULL;
}

/* The answer's head is read byte by byte: what comes behind it belongs to the WebSocket. */
static gboolean
on_readable (GObject  *input,
             gpointer  user_data)
{
  GTask *task = user_data;
  Attempt *self = g_task_get_task_data (task);
  const char *wrong;
  GError *error = NULL;
  char byte;
  gssize n;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail_with (task, error);
      return G_SOURCE_REMOVE;
    }
  while (self->head->len < MAX_HEAD_BYTES && !g_str_has_suffix (self->head->str, "\r\n\r\n") &&
         (n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), &byte, 1, NULL, &error)) == 1)
    g_string_append_c (self->head, byte);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (error);
      return G_SOURCE_CONTINUE;
    }

  if (error != NULL)
    fail_with (task, error);
  else if (!g_str_has_suffix (self->head->str, "\r\n\r\n"))
    fail (task, self->head->len == 0 ? "the rendezvous ended the connection" : "it does not speak HTTP");
  else if ((wrong = judge (self)) != NULL)
    fail (task, wrong);
  else
    {
      g_task_return_pointer (task, soup_websocket_connection_new (self->stream, self->uri, SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL,
                                                                  YODEL_RENDEZVOUS_PROTOCOL, NULL), g_object_unref);
      g_object_unref (task);
    }
  return G_SOURCE_REMOVE;
}

static void
on_asked (GObject      *output,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = user_data;
  Attempt *self = g_task_get_task_data (task);
  g_autoptr (GSource) source = NULL;
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (output), result, NULL, &error))
    {
      fail_with (task, error);
      return;
    }
  source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->stream)),
                                                  g_task_get_cancellable (task));
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), task, NULL);
  g_source_attach (source, g_task_get_context (task));
}

static void
ask (GTask *task)
{
  Attempt *self = g_task_get_task_data (task);
  guint8 key[KEY_BYTES];

  randombytes_buf (key, sizeof key);
  self->key = g_base64_encode (key, sizeof key);
  self->request = g_strdup_printf ("GET %s HTTP/1.1\r\n"
                                   "Host: %s\r\n"
                                   "Upgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Key: %s\r\n"
                                   "Sec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Protocol: " YODEL_RENDEZVOUS_PROTOCOL "\r\n\r\n",
                                   g_uri_get_path (self->uri), self->authority, self->key);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), self->request, strlen (self->request), G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_asked, task);
}

static void
on_connected (GObject      *client,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  Attempt *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (client), result, &error);

  if (connection == NULL)
    {
      fail_with (task, error);
      return;
    }
  /* Small frames follow each other: none waits for the acknowledgement of the one before. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  self->stream = self->credentials != NULL ? yodel_tls_stream_new_client (connection, self->credentials, g_uri_get_host (self->uri))
                                           : G_IO_STREAM (g_steal_pointer (&connection));
  ask (task);
}

/* @uri: as yodel_ws_uri_normalize() returns it; @credentials: (nullable): needed for wss: alone */
void
yodel_ws_connect_async (const char          *uri,
                        YodelTlsCredentials *credentials,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) host = NULL;
  Attempt *self = g_new0 (Attempt, 1);
  gboolean has_tls;

  self->uri = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  self->authority = yodel_ws_uri_dup_authority (uri);
  self->head = g_string_new (NULL);
  has_tls = strcmp (g_uri_get_scheme (self->uri), "wss") == 0;
  if (has_tls)
    self->credentials = yodel_tls_credentials_ref (credentials);
  g_task_set_source_tag (task, yodel_ws_connect_async);
  g_task_set_task_data (task, self, attempt_free);

  /* The scheme is what a proxy is looked up for. */
  host = g_object_new (G_TYPE_NETWORK_ADDRESS, "hostname", g_uri_get_host (self->uri), "port", (guint) g_uri_get_port (self->uri),
                       "scheme", has_tls ? "https" : "http", NULL);
  g_socket_client_connect_async (client, host, cancellable, on_connected, task);
}

/* Returns: (transfer full) (nullable) */
SoupWebsocketConnection *
yodel_ws_connect_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
