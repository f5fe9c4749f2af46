/* TLS that does not block: two ends over a pair of sockets, and each with GLib's own. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "lib/certificate.h"
#include "lib/run-until.h"
#include "tls/tls-stream.h"

#define LOT_BYTES (3 * 1024 * 1024 + 7)   /* more than sockets hold: writing has to wait in the middle of a record */

typedef struct
{
  GIOStream  *stream;
  guint8     *data;       /* what it says, or has heard */
  gsize       size;
  guint8      buffer[1000];
  gsize       chunk;
  gboolean    is_done;
  GError     *error;
} End;

typedef struct
{
  GSocketConnection   *sockets[2];     /* of the server, of the client */
  GTlsCertificate     *certificate;
  YodelTlsCredentials *server;
  YodelTlsCredentials *client;
  End                  says, hears;
} Pair;

static void
set_up (Pair          *pair,
        gconstpointer  data)
{
  g_autofree char *pem = g_strconcat (certificate_pem, key_pem, NULL), *file = NULL;
  GError *error = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[i], &error);

      g_assert_no_error (error);
      pair->sockets[i] = g_socket_connection_factory_create_connection (socket);
    }
  pair->certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  pair->server = yodel_tls_credentials_new_server (pair->certificate, &error);
  g_assert_no_error (error);
  g_close (g_file_open_tmp ("yodel-test-XXXXXX", &file, NULL), NULL);
  g_assert_true (g_file_set_contents (file, certificate_pem, -1, NULL));
  pair->client = yodel_tls_credentials_new_client (file);
  g_remove (file);
}

static void
end_clear (End *end)
{
  g_clear_object (&end->stream);
  g_clear_error (&end->error);
  g_free (end->data);
}

static void
tear_down (Pair          *pair,
           gconstpointer  data)
{
  end_clear (&pair->says);
  end_clear (&pair->hears);
  g_clear_object (&pair->sockets[0]);
  g_clear_object (&pair->sockets[1]);
  g_object_unref (pair->certificate);
  yodel_tls_credentials_unref (pair->server);
  yodel_tls_credentials_unref (pair->client);
}

static void
on_closed (GObject      *stream,
           GAsyncResult *result,
           gpointer      user_data)
{
  End *end = user_data;

  g_io_stream_close_finish (G_IO_STREAM (stream), result, NULL);
  end->is_done = TRUE;
}

static void
on_said (GObject      *output,
         GAsyncResult *result,
         gpointer      user_data)
{
  End *end = user_data;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (output), result, NULL, &end->error))
    g_io_stream_close_async (end->stream, G_PRIORITY_DEFAULT, NULL, on_closed, end);
  else
    end->is_done = TRUE;
}

/* Says that many bytes, and closes. */
static void
say (End       *end,
     GIOStream *stream,
     gsize      size)
{
  end->stream = stream;
  end->size = size;
  end->data = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    end->data[i] = (guint8) (i * 31 + (i >> 8));
  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream), end->data, size, G_PRIORITY_DEFAULT, NULL, on_said, end);
}

static void listen_on (End *end);

static void
on_heard (GObject      *input,
          GAsyncResult *result,
          gpointer      user_data)
{
  End *end = user_data;
  gssize size = g_input_stream_read_finish (G_INPUT_STREAM (input), result, &end->error);

  end->is_done = size <= 0;
  if (end->is_done)
    return;
  end->data = g_realloc (end->data, end->size + (gsize) size);
  memcpy (end->data + end->size, end->buffer, (gsize) size);
  end->size += (gsize) size;
  listen_on (end);
}

static void
listen_on (End *end)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (end->stream), end->buffer, end->chunk, G_PRIORITY_DEFAULT, NULL, on_heard, end);
}

/* Hears until the end, in pieces of so many bytes. */
static void
hear (End       *end,
      GIOStream *stream,
      gsize      chunk)
{
  end->stream = stream;
  end->chunk = chunk;
  listen_on (end);
}

static void
assert_heard (Pair *pair)
{
  run_until (pair->says.is_done);
  run_until (pair->hears.is_done);
  g_assert_no_error (pair->says.error);
  g_assert_no_error (pair->hears.error);
  g_assert_cmpmem (pair->says.data, pair->says.size, pair->hears.data, pair->hears.size);
}

static void
test_server_says (Pair          *pair,
                  gconstpointer  data)
{
  say (&pair->says, yodel_tls_stream_new_server (pair->sockets[0], pair->server), LOT_BYTES);
  hear (&pair->hears, yodel_tls_stream_new_client (pair->sockets[1], pair->client, "localhost"), 1000);
  assert_heard (pair);
}

static void
test_client_says (Pair          *pair,
                  gconstpointer  data)
{
  hear (&pair->hears, yodel_tls_stream_new_server (pair->sockets[0], pair->server), 999);
  say (&pair->says, yodel_tls_stream_new_client (pair->sockets[1], pair->client, "LocalHost"), LOT_BYTES);
  assert_heard (pair);
}

/* What GnuTLS has read and nobody has asked for does not wait for more to come. */
static void
test_byte_by_byte (Pair          *pair,
                   gconstpointer  data)
{
  say (&pair->says, yodel_tls_stream_new_server (pair->sockets[0], pair->server), 3000);
  hear (&pair->hears, yodel_tls_stream_new_client (pair->sockets[1], pair->client, "127.0.0.1"), 1);
  assert_heard (pair);
}

static gboolean
on_accept (GTlsConnection       *connection,
           GTlsCertificate      *certificate,
           GTlsCertificateFlags  errors,
           gpointer              user_data)
{
  return TRUE;
}

static void
test_client_of_glib (Pair          *pair,
                     gconstpointer  data)
{
  GIOStream *client = g_tls_client_connection_new (G_IO_STREAM (pair->sockets[1]), NULL, NULL);

  g_signal_connect (client, "accept-certificate", G_CALLBACK (on_accept), NULL);
  say (&pair->says, yodel_tls_stream_new_server (pair->sockets[0], pair->server), LOT_BYTES);
  hear (&pair->hears, client, 1000);
  assert_heard (pair);
}

static void
test_server_of_glib (Pair          *pair,
                     gconstpointer  data)
{
  GIOStream *server = g_tls_server_connection_new (G_IO_STREAM (pair->sockets[0]), pair->certificate, NULL);

  hear (&pair->hears, server, 1000);
  say (&pair->says, yodel_tls_stream_new_client (pair->sockets[1], pair->client, "localhost"), LOT_BYTES);
  assert_heard (pair);
}

/* Neither side takes a word from who is not whom the client wanted. */
static void
test_another_name (Pair          *pair,
                   gconstpointer  data)
{
  hear (&pair->hears, yodel_tls_stream_new_server (pair->sockets[0], pair->server), 1000);
  say (&pair->says, yodel_tls_stream_new_client (pair->sockets[1], pair->client, "meet.example"), 10);
  run_until (pair->says.is_done);
  g_assert_error (pair->says.error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  run_until (pair->hears.is_done);
  g_assert_cmpuint (pair->hears.size, ==, 0);
}

static void
test_nobody_vouches (Pair          *pair,
                     gconstpointer  data)
{
  g_autoptr (YodelTlsCredentials) nobody = yodel_tls_credentials_new_client ("/nonexistent/ca.pem");

  hear (&pair->hears, yodel_tls_stream_new_server (pair->sockets[0], pair->server), 1000);
  say (&pair->says, yodel_tls_stream_new_client (pair->sockets[1], nobody, "localhost"), 10);
  run_until (pair->says.is_done);
  g_assert_error (pair->says.error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  run_until (pair->hears.is_done);
  g_assert_cmpuint (pair->hears.size, ==, 0);
}

/* @data: what comes in place of TLS, before the end */
static void
test_no_tls (Pair          *pair,
             gconstpointer  data)
{
  const char *text = data;

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (pair->sockets[1])), text, strlen (text), NULL, NULL, NULL));
  g_io_stream_close (G_IO_STREAM (pair->sockets[1]), NULL, NULL);
  hear (&pair->hears, yodel_tls_stream_new_server (pair->sockets[0], pair->server), 1000);
  run_until (pair->hears.is_done);
  g_assert_nonnull (pair->hears.error);
  g_assert_cmpuint (pair->hears.size, ==, 0);
}

/* Somebody who still holds one half does not hold a stream that is gone. */
static void
test_half_outlives_it (Pair          *pair,
                       gconstpointer  data)
{
  GIOStream *stream = yodel_tls_stream_new_server (pair->sockets[0], pair->server);
  g_autoptr (GInputStream) input = g_object_ref (g_io_stream_get_input_stream (stream));
  g_autoptr (GSource) source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  GError *error = NULL;
  guint8 byte;

  g_source_attach (source, NULL);
  g_object_unref (stream);
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), &byte, 1, NULL, &error), ==, -1);
  g_assert_nonnull (error);
  g_error_free (error);
  g_source_destroy (source);
}

static void
test_no_key (void)
{
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (certificate_pem, -1, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (yodel_tls_credentials_new_server (certificate, &error));
  g_assert_nonnull (error);
}

#define ADD(path, data, test) g_test_add ("/tls/tls-stream/" path, Pair, data, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("server-says", NULL, test_server_says);
  ADD ("client-says", NULL, test_client_says);
  ADD ("byte-by-byte", NULL, test_byte_by_byte);
  ADD ("client-of-glib", NULL, test_client_of_glib);
  ADD ("server-of-glib", NULL, test_server_of_glib);
  ADD ("another-name", NULL, test_another_name);
  ADD ("nobody-vouches", NULL, test_nobody_vouches);
  ADD ("http-instead", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", test_no_tls);
  ADD ("end-instead", "", test_no_tls);
  ADD ("half-a-record", "\x16\x03\x01\x02", test_no_tls);
  ADD ("half-outlives-it", NULL, test_half_outlives_it);
  g_test_add_func ("/tls/tls-stream/no-key", test_no_key);
  return g_test_run ();
}
