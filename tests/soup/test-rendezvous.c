/* A rendezvous and those who use it, over sockets of this host. */
#include <string.h>

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <yodel/yodel.h>

#include "rendezvous/post-office.h"
#include "lib/certificate.h"
#include "lib/run-until.h"

typedef struct
{
  YodelIdentity  *identity;
  YodelSignaller *signaller;
  guint           n_received;
  guint8          last_byte;
  char           *last_way;
  gboolean        is_started;
} Person;

typedef struct
{
  gboolean  is_done;
  GError   *error;
} Outcome;

static YodelRendezvous *
new_rendezvous (const char *listen)
{
  YodelRendezvous *rendezvous = yodel_rendezvous_new ();
  GError *error = NULL;

  g_object_set (rendezvous, "listen", listen, NULL);
  yodel_rendezvous_start (rendezvous, &error);
  g_assert_no_error (error);
  return rendezvous;
}

static void
on_received (YodelSignaller *signaller,
             GBytes         *message,
             const char     *way,
             Person         *person)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);

  person->n_received++;
  person->last_byte = data[size - 1];
  g_free (person->last_way);
  person->last_way = g_strdup (way);
}

static void
on_started (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Person *person = user_data;

  person->is_started = yodel_signaller_start_finish (YODEL_SIGNALLER (object), result, NULL);
}

static void
begin (Person     *person,
       const char *uri)
{
  GError *error = NULL;

  *person = (Person) { .identity = yodel_identity_new () };
  person->signaller = yodel_signaller_new (uri, &error);
  g_assert_no_error (error);
  g_signal_connect (person->signaller, "received", G_CALLBACK (on_received), person);
  yodel_signaller_start_async (person->signaller, person->identity, NULL, on_started, person);
}

static void
end (Person *person)
{
  yodel_signaller_stop (person->signaller);
  g_object_unref (person->signaller);
  g_object_unref (person->identity);
  g_free (person->last_way);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Outcome *outcome = user_data;

  yodel_signaller_send_finish (YODEL_SIGNALLER (object), result, &outcome->error);
  outcome->is_done = TRUE;
}

static void
send_begin (Person             *from,
            Person             *to,
            const char         *way,
            const char * const *hints,
            guint8              last,
            Outcome            *outcome)
{
  guint8 *data = g_malloc0 (512);
  g_autoptr (GBytes) message = g_bytes_new_take (data, 512);

  data[511] = last;
  *outcome = (Outcome) { 0 };
  yodel_signaller_send_async (from->signaller, yodel_identity_get_address (to->identity), way, hints, message,
                              NULL, on_sent, outcome);
}

static void
send_one (Person             *from,
          Person             *to,
          const char         *way,
          const char * const *hints,
          guint8              last)
{
  Outcome outcome;

  send_begin (from, to, way, hints, last, &outcome);
  run_until (outcome.is_done);
  g_assert_no_error (outcome.error);
}

static void
test_there_and_back (void)
{
  g_autoptr (YodelRendezvous) rendezvous = new_rendezvous ("127.0.0.1:0");
  g_autofree char *uri = yodel_rendezvous_dup_uri (rendezvous);
  Person alice, bob;

  begin (&alice, uri);
  begin (&bob, uri);
  run_until (bob.is_started);
  send_one (&alice, &bob, NULL, NULL, 7);
  run_until (bob.n_received >= 1);
  g_assert_cmpuint (bob.last_byte, ==, 7);
  g_assert_true (g_str_has_prefix (bob.last_way, uri));

  send_one (&bob, &alice, bob.last_way, NULL, 8);
  run_until (alice.n_received >= 1);
  g_assert_cmpuint (alice.last_byte, ==, 8);
  end (&alice);
  end (&bob);
}

/* He comes a little later, and it is there. */
static void
test_waits_for_who_comes (void)
{
  g_autoptr (YodelRendezvous) rendezvous = new_rendezvous ("127.0.0.1:0");
  g_autofree char *uri = yodel_rendezvous_dup_uri (rendezvous);
  YodelIdentity *identity;
  Person alice, bob;

  begin (&alice, uri);
  begin (&bob, uri);
  run_until (bob.is_started);
  yodel_signaller_stop (bob.signaller);
  send_one (&alice, &bob, NULL, NULL, 9);
  g_assert_cmpuint (bob.n_received, ==, 0);
  identity = bob.identity;
  yodel_signaller_start_async (bob.signaller, identity, NULL, on_started, &bob);
  run_until (bob.n_received >= 1);
  end (&alice);
  end (&bob);
}

/* Each has a rendezvous of his own; one that is named beside it does not exist. */
static void
test_two_rendezvous_and_a_dead_one (void)
{
  g_autoptr (YodelRendezvous) of_alice = new_rendezvous ("127.0.0.1:0");
  g_autoptr (YodelRendezvous) of_bob = new_rendezvous ("127.0.0.1:0");
  g_autofree char *alices = yodel_rendezvous_dup_uri (of_alice);
  g_autofree char *bobs = yodel_rendezvous_dup_uri (of_bob);
  const char *hints[] = { "ws://127.0.0.1:1", bobs, NULL };
  Person alice, bob;

  begin (&alice, alices);
  begin (&bob, bobs);
  run_until (alice.is_started);
  run_until (bob.is_started);
  send_one (&alice, &bob, NULL, hints, 1);
  run_until (bob.n_received >= 1);

  /* Alice can be answered there, though she is not at home there. */
  send_one (&bob, &alice, bob.last_way, NULL, 2);
  run_until (alice.n_received >= 1);
  g_assert_true (g_str_has_prefix (alice.last_way, bobs));
  end (&alice);
  end (&bob);
}

static void
test_comes_back_after_a_restart (void)
{
  YodelRendezvous *rendezvous = new_rendezvous ("127.0.0.1:0");
  g_autofree char *uri = yodel_rendezvous_dup_uri (rendezvous);
  Person alice, bob;
  Outcome outcome;

  begin (&alice, uri);
  begin (&bob, uri);
  run_until (alice.is_started);
  run_until (bob.is_started);
  g_object_unref (rendezvous);
  run_until (yodel_signaller_get_state (alice.signaller) == YODEL_SIGNALLER_STARTING);
  run_until (yodel_signaller_get_state (bob.signaller) == YODEL_SIGNALLER_STARTING);
  send_begin (&alice, &bob, NULL, NULL, 3, &outcome);   /* while nobody is there to take it */

  rendezvous = new_rendezvous (uri + strlen ("ws://"));
  run_until (yodel_signaller_get_state (alice.signaller) == YODEL_SIGNALLER_REACHABLE);
  run_until (bob.n_received >= 1);
  run_until (outcome.is_done);
  g_assert_no_error (outcome.error);
  end (&alice);
  end (&bob);
  g_object_unref (rendezvous);
}

static void
test_stop_cancels (void)
{
  Person alice, bob;
  Outcome outcome;

  begin (&alice, "ws://127.0.0.1:1");
  begin (&bob, "ws://127.0.0.1:1");
  send_begin (&alice, &bob, NULL, NULL, 3, &outcome);
  yodel_signaller_stop (alice.signaller);
  run_until (outcome.is_done);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
  end (&alice);
  end (&bob);
}

static void
test_too_much_waits (void)
{
  Outcome outcomes[70];
  Person alice, bob;
  guint n_refused = 0;

  begin (&alice, "ws://127.0.0.1:1");
  begin (&bob, "ws://127.0.0.1:1");
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    send_begin (&alice, &bob, NULL, NULL, 3, &outcomes[i]);
  run_until (outcomes[69].is_done);
  yodel_signaller_stop (alice.signaller);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      run_until (outcomes[i].is_done);
      n_refused += g_error_matches (outcomes[i].error, YODEL_ERROR, YODEL_ERROR_STATE);
      g_clear_error (&outcomes[i].error);
    }
  g_assert_cmpuint (n_refused, ==, 70 - 64);
  end (&alice);
  end (&bob);
}

static void
test_uris (void)
{
  const char *wrong[] = { "ws:", "wss://", "ws://host?query", "ws://user@host", "ws://host/#fragment" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (YodelSignaller) signaller = yodel_signaller_new (wrong[i], &error);

      g_assert_null (signaller);
      g_assert_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED);
    }
}

/* With TLS, and a file that vouches for it. */
typedef struct
{
  YodelRendezvous *rendezvous;
  char            *uri;
  char            *folder;
  char            *ca_file;
} Sealed;

static void
sealed_begin (Sealed     *sealed,
              const char *listen)
{
  g_autofree char *pem = g_strconcat (certificate_pem, key_pem, NULL);
  GError *error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (pem, -1, &error);

  g_assert_no_error (error);
  sealed->folder = g_dir_make_tmp ("yodel-test-XXXXXX", NULL);
  sealed->ca_file = g_build_filename (sealed->folder, "ca.pem", NULL);
  g_assert_true (g_file_set_contents (sealed->ca_file, certificate_pem, -1, NULL));
  sealed->rendezvous = yodel_rendezvous_new ();
  g_object_set (sealed->rendezvous, "listen", listen, "certificate", certificate, "max-clients-per-address", 100, NULL);
  yodel_rendezvous_start (sealed->rendezvous, &error);
  g_assert_no_error (error);
  sealed->uri = yodel_rendezvous_dup_uri (sealed->rendezvous);
  g_assert_true (g_str_has_prefix (sealed->uri, "wss://127.0.0."));
}

static void
sealed_end (Sealed *sealed)
{
  g_unsetenv ("YODEL_CA_FILE");
  g_remove (sealed->ca_file);
  g_rmdir (sealed->folder);
  g_object_unref (sealed->rendezvous);
  g_free (sealed->uri);
  g_free (sealed->folder);
  g_free (sealed->ca_file);
}

/* Waits until the person is told why it does not get through. */
static void
assert_refused (const char *uri)
{
  g_autofree char *reason = NULL;
  Person person;

  begin (&person, uri);
  while (reason == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      reason = yodel_signaller_dup_reason (person.signaller);
    }
  g_assert_false (person.is_started);
  g_test_message ("%s", reason);
  end (&person);
}

/* A certificate that nobody vouches for is refused, one that is known is taken. */
static void
test_tls (void)
{
  Sealed sealed;
  Person alice, bob;

  sealed_begin (&sealed, "127.0.0.1:0");
  assert_refused (sealed.uri);
  g_setenv ("YODEL_CA_FILE", "/nonexistent/ca.pem", TRUE);
  assert_refused (sealed.uri);

  g_setenv ("YODEL_CA_FILE", sealed.ca_file, TRUE);
  begin (&alice, sealed.uri);
  begin (&bob, sealed.uri);
  run_until (alice.is_started);
  run_until (bob.is_started);
  send_one (&alice, &bob, NULL, NULL, 5);
  run_until (bob.n_received >= 1);
  end (&alice);
  end (&bob);
  sealed_end (&sealed);
}

/* It is known, but for another host: it names 127.0.0.1. */
static void
test_tls_of_another (void)
{
  Sealed sealed;

  sealed_begin (&sealed, "127.0.0.2:0");
  g_setenv ("YODEL_CA_FILE", sealed.ca_file, TRUE);
  assert_refused (sealed.uri);
  sealed_end (&sealed);
}

/* Whoever connects and then leaves the handshake to itself keeps nobody else from it. */
static void
test_tls_beside_the_silent (void)
{
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Sealed sealed;
  Person alice;

  sealed_begin (&sealed, "127.0.0.1:0");
  for (guint i = 0; i < 90; i++)
    {
      GSocketConnection *connection = g_socket_client_connect_to_host (client, sealed.uri + strlen ("wss://"), 0, NULL, NULL);

      g_assert_nonnull (connection);
      g_ptr_array_add (connections, connection);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_setenv ("YODEL_CA_FILE", sealed.ca_file, TRUE);
  begin (&alice, sealed.uri);
  run_until (alice.is_started);
  end (&alice);
  sealed_end (&sealed);
}

/* A client that is not ours and does not behave. */
typedef struct
{
  SoupWebsocketConnection *socket;
  gboolean                 is_closed;
  gboolean                 has_failed;
  guint                    n_frames;
} Stranger;

static void
on_stranger_connected (GObject      *session,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  Stranger *stranger = user_data;

  stranger->socket = soup_session_websocket_connect_finish (SOUP_SESSION (session), result, NULL);
  stranger->has_failed = stranger->socket == NULL;
}

static void
on_stranger_closed (SoupWebsocketConnection *socket,
                    Stranger                *stranger)
{
  stranger->is_closed = TRUE;
}

static void
on_stranger_frame (SoupWebsocketConnection *socket,
                   int                      type,
                   GBytes                  *bytes,
                   Stranger                *stranger)
{
  stranger->n_frames++;
}

static void
stranger_connect (Stranger   *stranger,
                  const char *uri,
                  const char *path,
                  const char *protocol)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *full = g_strconcat (uri, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, full);
  const char *protocols[] = { protocol, NULL };

  *stranger = (Stranger) { 0 };
  soup_session_websocket_connect_async (session, message, NULL, protocol != NULL ? (char **) protocols : NULL,
                                        G_PRIORITY_DEFAULT, NULL, on_stranger_connected, stranger);
  while (stranger->socket == NULL && !stranger->has_failed)
    g_main_context_iteration (NULL, TRUE);
  if (stranger->socket == NULL)
    return;
  g_signal_connect (stranger->socket, "closed", G_CALLBACK (on_stranger_closed), stranger);
  g_signal_connect (stranger->socket, "message", G_CALLBACK (on_stranger_frame), stranger);
}

static guint64
figure (YodelRendezvous *rendezvous,
        const char      *name)
{
  g_autofree char *text = yodel_rendezvous_dup_metrics (rendezvous);
  g_autofree char *line = g_strconcat ("\nyodel_rendezvous_", name, " ", NULL);
  const char *at = strstr (text, line);

  g_assert_nonnull (at);
  return g_ascii_strtoull (at + strlen (line), NULL, 10);
}

static void
test_strangers_that_do_not_behave (void)
{
  g_autoptr (YodelRendezvous) rendezvous = new_rendezvous ("127.0.0.1:0");
  g_autofree char *uri = yodel_rendezvous_dup_uri (rendezvous);
  g_autofree guint8 *huge = g_malloc0 (1024 * 1024);
  Stranger stranger;
  Person alice, bob;

  stranger_connect (&stranger, uri, "/rendezvous", "another-protocol");
  g_assert_true (stranger.has_failed);

  stranger_connect (&stranger, uri, "/rendezvous", YODEL_RENDEZVOUS_PROTOCOL);   /* a text */
  soup_websocket_connection_send_text (stranger.socket, "hello");
  run_until (stranger.is_closed);
  g_object_unref (stranger.socket);

  stranger_connect (&stranger, uri, "/rendezvous", YODEL_RENDEZVOUS_PROTOCOL);   /* nonsense */
  soup_websocket_connection_send_binary (stranger.socket, "\x77", 1);
  run_until (stranger.is_closed);
  g_object_unref (stranger.socket);

  stranger_connect (&stranger, uri, "/rendezvous", YODEL_RENDEZVOUS_PROTOCOL);   /* too much */
  soup_websocket_connection_send_binary (stranger.socket, huge, 1024 * 1024);
  run_until (stranger.is_closed);
  g_object_unref (stranger.socket);

  g_assert_cmpuint (figure (rendezvous, "malformed_total"), ==, 2);
  begin (&alice, uri);   /* and it works on */
  begin (&bob, uri);
  run_until (bob.is_started);
  send_one (&alice, &bob, NULL, NULL, 5);
  run_until (bob.n_received >= 1);
  end (&alice);
  end (&bob);
}

/* A server that is not ours: it welcomes everybody with seconds of its own, and says yes to all. */
static void
on_stranger_asks (SoupWebsocketConnection *socket,
                  int                      type,
                  GBytes                  *bytes,
                  gpointer                 user_data)
{
  guint8 done[6] = { YODEL_RENDEZVOUS_DONE };

  memcpy (done + 1, (const guint8 *) g_bytes_get_data (bytes, NULL) + 1, 4);
  soup_websocket_connection_send_binary (socket, done, sizeof done);
}

static void
on_strange_welcome (SoupServer              *server,
                    SoupServerMessage       *message,
                    const char              *path,
                    SoupWebsocketConnection *socket,
                    gpointer                 user_data)
{
  const guint *seconds = user_data;
  guint8 welcome[2 + YODEL_RENDEZVOUS_NONCE_BYTES + YODEL_RENDEZVOUS_KEY_BYTES + 2] = {
    YODEL_RENDEZVOUS_WELCOME, 1,
    [2 + YODEL_RENDEZVOUS_NONCE_BYTES] = 9,   /* a key: the base point */
  };

  welcome[sizeof welcome - 2] = (guint8) (*seconds >> 8);
  welcome[sizeof welcome - 1] = (guint8) *seconds;
  g_object_ref (socket);
  g_signal_connect (socket, "message", G_CALLBACK (on_stranger_asks), NULL);
  g_signal_connect (socket, "closed", G_CALLBACK (g_object_unref), NULL);
  soup_websocket_connection_send_binary (socket, welcome, sizeof welcome);
}

/* However long it says that its pings take: 2200 s and more are beyond an int of microseconds. */
static void
test_a_welcome_that_promises_too_much (void)
{
  const guint seconds[] = { 2200, 0x8000, 65535 };

  for (gsize i = 0; i < G_N_ELEMENTS (seconds); i++)
    {
      g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
      const char *protocols[] = { YODEL_RENDEZVOUS_PROTOCOL, NULL };
      g_autofree char *uri = NULL, *reason = NULL;
      GSList *uris;
      Person alice;

      soup_server_add_websocket_handler (server, YODEL_RENDEZVOUS_PATH, NULL, (char **) protocols, on_strange_welcome, (gpointer) &seconds[i], NULL);
      g_assert_true (soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
      uris = soup_server_get_uris (server);
      uri = g_strdup_printf ("ws://127.0.0.1:%d", g_uri_get_port (uris->data));
      g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
      begin (&alice, uri);
      while (!alice.is_started && reason == NULL)
        {
          g_main_context_iteration (NULL, TRUE);
          reason = yodel_signaller_dup_reason (alice.signaller);
        }
      g_assert_cmpstr (reason, ==, NULL);
      end (&alice);
      soup_server_disconnect (server);
    }
}

/* Connections that say nothing are bounded too: they are counted before any handshake. */
static void
test_half_open_connections_are_bounded (void)
{
  g_autoptr (YodelRendezvous) rendezvous = yodel_rendezvous_new ();
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *uri = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  guint n_open = 0;

  g_object_set (rendezvous, "listen", "127.0.0.1:0", "max-clients-per-address", 4, NULL);
  g_assert_true (yodel_rendezvous_start (rendezvous, NULL));
  uri = yodel_rendezvous_dup_uri (rendezvous);
  for (guint i = 0; i < 100; i++)
    {
      GSocketConnection *connection = g_socket_client_connect_to_host (client, uri + strlen ("ws://"), 0, NULL, NULL);

      g_assert_nonnull (connection);
      g_ptr_array_add (connections, connection);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  for (guint i = 0; i < connections->len; i++)
    {
      GSocket *socket = g_socket_connection_get_socket (connections->pdata[i]);

      g_socket_set_blocking (socket, FALSE);
      n_open += g_socket_condition_check (socket, G_IO_IN) == 0;   /* an end would be readable */
    }
  g_assert_cmpuint (n_open, <=, 4 + 32);
  g_assert_cmpuint (n_open, >=, 4);
}

static void
test_too_many_clients_of_one_address (void)
{
  g_autoptr (YodelRendezvous) rendezvous = yodel_rendezvous_new ();
  g_autofree char *uri = NULL;
  Stranger strangers[6];

  g_object_set (rendezvous, "listen", "127.0.0.1:0", "max-clients-per-address", 4, NULL);
  g_assert_true (yodel_rendezvous_start (rendezvous, NULL));
  uri = yodel_rendezvous_dup_uri (rendezvous);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    stranger_connect (&strangers[i], uri, "/rendezvous", YODEL_RENDEZVOUS_PROTOCOL);
  g_assert_cmpuint (figure (rendezvous, "clients"), ==, 4);
  g_assert_true (strangers[4].has_failed);
  g_assert_true (strangers[5].has_failed);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    g_clear_object (&strangers[i].socket);
}

static void
test_cannot_listen (void)
{
  g_autoptr (YodelRendezvous) first = new_rendezvous ("127.0.0.1:0");
  g_autofree char *uri = yodel_rendezvous_dup_uri (first);
  const char *wrong[] = { uri + strlen ("ws://"), "nowhere", "host.example:80", "127.0.0.1:99999" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (YodelRendezvous) second = yodel_rendezvous_new ();
      g_autoptr (GError) error = NULL;

      g_object_set (second, "listen", wrong[i], NULL);
      g_assert_false (yodel_rendezvous_start (second, &error));
      g_assert_nonnull (error);
      g_assert_null (yodel_rendezvous_dup_uri (second));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/soup/rendezvous/there-and-back", test_there_and_back);
  g_test_add_func ("/soup/rendezvous/waits-for-who-comes", test_waits_for_who_comes);
  g_test_add_func ("/soup/rendezvous/two-rendezvous-and-a-dead-one", test_two_rendezvous_and_a_dead_one);
  g_test_add_func ("/soup/rendezvous/comes-back-after-a-restart", test_comes_back_after_a_restart);
  g_test_add_func ("/soup/rendezvous/stop-cancels", test_stop_cancels);
  g_test_add_func ("/soup/rendezvous/too-much-waits", test_too_much_waits);
  g_test_add_func ("/soup/rendezvous/uris", test_uris);
  g_test_add_func ("/soup/rendezvous/tls", test_tls);
  g_test_add_func ("/soup/rendezvous/tls-of-another", test_tls_of_another);
  g_test_add_func ("/soup/rendezvous/tls-beside-the-silent", test_tls_beside_the_silent);
  g_test_add_func ("/soup/rendezvous/strangers-that-do-not-behave", test_strangers_that_do_not_behave);
  g_test_add_func ("/soup/rendezvous/a-welcome-that-promises-too-much", test_a_welcome_that_promises_too_much);
  g_test_add_func ("/soup/rendezvous/half-open-connections-are-bounded", test_half_open_connections_are_bounded);
  g_test_add_func ("/soup/rendezvous/too-many-clients-of-one-address", test_too_many_clients_of_one_address);
  g_test_add_func ("/soup/rendezvous/cannot-listen", test_cannot_listen);
  return g_test_run ();
}
