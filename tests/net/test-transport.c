/* Two transports over the loopback interface. */
#include "net/transport-pair.h"

#include <gio/gio.h>
#include <string.h>

static const char * const localhost[] = { "127.0.0.1", NULL };

static const PairConfig on_loopback = { .bind = { localhost, localhost } };

static void
test_media_both_ways (void)
{
  Pair *pair = pair_new (&on_loopback);
  YodelTransportStats stats;

  g_assert_false (yodel_transport_can_send (pair->ends[0].transport));
  pair_connect (pair);
  for (guint from = 0; from < 2; from++)
    {
      g_assert_true (yodel_transport_can_send (pair->ends[from].transport));
      g_assert_true (pair_send (pair, from, 7, FALSE));
      g_assert_true (pair_send (pair, from, 8, FALSE));
      g_assert_true (pair_send (pair, from, 0, TRUE));
    }
  pair_run (pair, 50);

  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (pair->ends[i].rtp, ==, 2);
      g_assert_cmpuint (pair->ends[i].rtcp, ==, 1);
      g_assert_cmpuint (pair->ends[i].connected, ==, 1);
      g_assert_cmpuint (pair->ends[i].reconnecting, ==, 0);

      yodel_transport_get_stats (pair->ends[i].transport, &stats);
      g_assert_cmpuint (stats.packets_sent, ==, 3);
      g_assert_cmpuint (stats.packets_received, ==, 3);
      g_assert_cmpstr (stats.local_address, ==, "127.0.0.1");
      g_assert_cmpstr (stats.remote_address, ==, "127.0.0.1");
      g_assert_cmpstr (stats.protocol, ==, "udp");
      g_assert_nonnull (stats.local_candidate_type);
      g_assert_nonnull (stats.dtls_cipher);
      g_assert_cmpstr (stats.srtp_cipher, ==, "SRTP_AES128_CM_HMAC_SHA1_80");
      g_assert_cmpint (stats.dtls_handshake_us, >, 0);
      g_test_message ("handshake %" G_GINT64_FORMAT " us", stats.dtls_handshake_us);
    }
  pair_free (pair);
}

/* The description reaches one side much later than the checks and the ClientHello of the other. */
static void
test_late_description (void)
{
  Pair *pair = pair_new (&on_loopback);

  pair_gather (pair);
  pair_tell (pair, 1);
  pair_run (pair, 700);
  g_assert_cmpint (pair->ends[0].state, ==, YODEL_TRANSPORT_NEW);
  pair_tell (pair, 0);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 300));
  pair_free (pair);
}

static void
test_close (gconstpointer data)
{
  guint closer = GPOINTER_TO_UINT (data);
  Pair *pair = pair_new (&on_loopback);

  pair_connect (pair);
  yodel_transport_close (pair->ends[closer].transport);
  g_assert_cmpint (pair->ends[closer].state, ==, YODEL_TRANSPORT_CLOSED);
  g_assert_cmpint (pair->ends[closer].reason, ==, YODEL_TRANSPORT_OK);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CLOSED, 100));
  g_assert_cmpint (pair->ends[1 - closer].reason, ==, YODEL_TRANSPORT_CLOSED_BY_PEER);
  g_assert_false (pair_send (pair, closer, 1, FALSE));
  pair_free (pair);
}

/* Freeing says goodbye, too. */
static void
test_free_closes (void)
{
  Pair *pair = pair_new (&on_loopback);

  pair_connect (pair);
  g_clear_pointer (&pair->ends[0].transport, yodel_transport_free);
  pair->ends[0].state = YODEL_TRANSPORT_CLOSED;
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CLOSED, 100));
  pair_free (pair);
}

static void
test_wrong_fingerprint (gconstpointer data)
{
  guint fooled = GPOINTER_TO_UINT (data);
  Pair *pair = pair_new (&on_loopback);
  YodelCertificate *real = pair->ends[1 - fooled].certificate;

  pair_gather (pair);
  pair_tell (pair, 1 - fooled);
  pair->ends[1 - fooled].certificate = yodel_certificate_new (NULL);
  pair_tell (pair, fooled);
  yodel_certificate_unref (real);

  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_FAILED, 3000));
  g_assert_cmpint (pair->ends[fooled].reason, ==, YODEL_TRANSPORT_WRONG_FINGERPRINT);
  g_assert_cmpint (pair->ends[1 - fooled].reason, ==, YODEL_TRANSPORT_DTLS_FAILED);
  g_assert_cmpuint (pair->ends[0].rtp + pair->ends[1].rtp, ==, 0);
  g_assert_cmpuint (pair->ends[0].connected + pair->ends[1].connected, ==, 0);
  g_assert_nonnull (pair->ends[fooled].text);
  pair_free (pair);
}

/* A restart moves the media to fresh sockets; not a packet is lost, and no state is told. */
static void
test_restart (void)
{
  Pair *pair = pair_new (&on_loopback);
  YodelTransportStats before[2], after[2];
  char *old_ufrag;
  const char *ufrag, *pwd;

  pair_connect (pair);
  for (guint i = 0; i < 2; i++)
    yodel_transport_get_stats (pair->ends[i].transport, &before[i]);
  yodel_transport_get_local_credentials (pair->ends[0].transport, &ufrag, &pwd);
  old_ufrag = g_strdup (ufrag);

  for (guint i = 0; i < 2; i++)
    {
      g_ptr_array_set_size (pair->ends[i].candidates, 0);
      yodel_transport_restart (pair->ends[i].transport);
    }
  yodel_transport_get_local_credentials (pair->ends[0].transport, &ufrag, &pwd);
  g_assert_cmpstr (ufrag, !=, old_ufrag);
  pair_run (pair, 20);
  pair_tell (pair, 1);
  pair_tell (pair, 0);

  for (guint16 i = 0; i < 50; i++)
    {
      g_assert_true (pair_send (pair, 0, i, FALSE));
      g_assert_true (pair_send (pair, 1, i, FALSE));
      pair_run (pair, 10);
    }
  for (guint i = 0; i < 2; i++)
    {
      yodel_transport_get_stats (pair->ends[i].transport, &after[i]);
      g_assert_cmpuint (after[i].local_port, !=, before[i].local_port);
      g_assert_cmpuint (after[i].remote_port, !=, before[i].remote_port);
      g_assert_cmpuint (pair->ends[i].rtp, ==, 50);
      g_assert_cmpuint (pair->ends[i].connected, ==, 1);
      g_assert_cmpuint (pair->ends[i].reconnecting, ==, 0);
    }
  g_free (old_ufrag);
  pair_free (pair);
}

/* One end goes without a word. */
static void
test_silence (void)
{
  Pair *pair = pair_new (&on_loopback);
  gint64 since_us;

  if (!g_test_slow ())
    {
      g_test_skip ("takes 14 s");
      pair_free (pair);
      return;
    }
  pair_connect (pair);
  since_us = g_get_monotonic_time ();
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_RECONNECTING, 2500));      /* nobody sends any media */
  g_assert_cmpint (g_get_monotonic_time () - since_us, >=, 1700 * 1000);
  g_assert_cmpuint (pair->ends[0].restarts_wanted, ==, 1);

  pair_send (pair, 0, 1, TRUE);
  pair_send (pair, 1, 1, TRUE);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 100));

  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_FAILED, 15000));
  g_assert_cmpint (pair->ends[0].reason, ==, YODEL_TRANSPORT_LOST);
  g_assert_nonnull (pair->ends[0].text);
  g_assert_cmpuint (pair->ends[0].restarts_wanted, >=, 3);
  pair_free (pair);
}

/* Relays: none is told, none is used. */
static void
test_no_relay (void)
{
  Pair *pair = pair_new (&on_loopback);
  YodelTransportStats stats;
  g_autoptr (GError) error = NULL;

  pair_gather (pair);
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < pair->ends[i].candidates->len; j++)
      g_assert_null (strstr (g_ptr_array_index (pair->ends[i].candidates, j), " relay"));

  /* Were it used, they would connect through it. */
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < pair->ends[i].candidates->len; j++)
      {
        char *real = g_ptr_array_index (pair->ends[i].candidates, j);
        GString *text = g_string_new (real);

        g_string_replace (text, " typ host", " typ relay raddr 0.0.0.0 rport 0", 0);
        g_free (real);
        g_ptr_array_index (pair->ends[i].candidates, j) = g_string_free (text, FALSE);
      }
  pair_tell (pair, 1);
  pair_tell (pair, 0);
  g_assert_false (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 1000));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (pair->ends[i].state, ==, YODEL_TRANSPORT_CHECKING);
      yodel_transport_get_stats (pair->ends[i].transport, &stats);
      g_assert_cmpuint (stats.ignored_relay_candidates, ==, pair->ends[1 - i].candidates->len);
      g_assert_null (stats.remote_candidate_type);
    }
  pair_free (pair);
}

/* What a stranger sends to a port of ours. */
static void
fill (guint8 *bytes,
      gsize   size,
      guint   kind)
{
  static const guint8 first[] = { 0, 20, 21, 22, 23, 64, 0x80, 0x90, 0xff };

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) g_test_rand_int ();
  bytes[0] = first[kind % G_N_ELEMENTS (first)];
  if (bytes[0] == 0)      /* a binding request without integrity */
    memcpy (bytes, (const guint8[]) { 0, 1, 0, (guint8) (size - 20), 0x21, 0x12, 0xa4, 0x42 }, 8);
  else if (bytes[0] < 64)
    memcpy (bytes + 1, (const guint8[]) { 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, (guint8) (size - 13) }, 12);
  if (bytes[0] == 21)     /* close_notify in plain sight */
    memcpy (bytes + 11, (const guint8[]) { 0, 2, 1, 0 }, 4);
}

static void
flood (Pair  *pair,
       guint  packets)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  for (guint i = 0; i < packets; i++)
    for (guint end = 0; end < 2; end++)
      for (guint j = 0; j < pair->ends[end].candidates->len; j++)
        {
          g_auto (GStrv) words = g_strsplit (g_ptr_array_index (pair->ends[end].candidates, j), " ", 8);
          g_autoptr (GSocketAddress) target = g_inet_socket_address_new_from_string (words[4], (guint) g_ascii_strtoull (words[5], NULL, 10));
          guint8 bytes[80];
          gsize size = i % 9 == 2 ? 15 : sizeof bytes;

          fill (bytes, size, i);
          g_socket_send_to (socket, target, (const char *) bytes, size, NULL, NULL);
        }
}

static void
test_flood (void)
{
  Pair *pair = pair_new (&on_loopback);
  YodelTransportStats stats;

  pair_gather (pair);
  flood (pair, 50);
  pair_run (pair, 20);
  pair_tell (pair, 1);
  flood (pair, 50);
  pair_run (pair, 20);
  pair_tell (pair, 0);
  flood (pair, 50);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_CONNECTED, 1000));

  for (guint16 i = 0; i < 20; i++)
    {
      flood (pair, 50);
      pair_send (pair, 0, i, FALSE);
      pair_send (pair, 1, i, FALSE);
      pair_run (pair, 10);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (pair->ends[i].state, ==, YODEL_TRANSPORT_CONNECTED);
      g_assert_cmpuint (pair->ends[i].rtp, ==, 20);
      yodel_transport_get_stats (pair->ends[i].transport, &stats);
      g_assert_cmpuint (stats.dropped_auth_failed + stats.dropped_unknown + stats.dropped_replayed, ==, 0);
    }
  pair_free (pair);
}

static void
test_no_path (void)
{
  Pair *pair = pair_new (&on_loopback);
  gint64 since_us;

  if (!g_test_slow ())
    {
      g_test_skip ("takes 15 s");
      pair_free (pair);
      return;
    }
  pair_gather (pair);
  g_ptr_array_set_size (pair->ends[1].candidates, 0);
  g_ptr_array_add (pair->ends[1].candidates, g_strdup ("candidate:1 1 udp 2130706431 127.0.0.1 9 typ host"));
  since_us = g_get_monotonic_time ();
  pair_tell (pair, 0);
  pair->ends[1].state = YODEL_TRANSPORT_FAILED;
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_FAILED, 16000));
  g_assert_cmpint (g_get_monotonic_time () - since_us, >=, 14 * G_USEC_PER_SEC);
  g_assert_cmpint (pair->ends[0].reason, ==, YODEL_TRANSPORT_NO_PATH);
  g_test_message ("%s", pair->ends[0].text);
  pair_free (pair);
}

static void
test_no_candidates (void)
{
  static const char * const nowhere[] = { "192.0.2.77", NULL };
  PairConfig config = { .bind = { nowhere, nowhere } };
  Pair *pair = pair_new (&config);

  for (guint i = 0; i < 2; i++)
    yodel_transport_gather (pair->ends[i].transport);
  g_assert_true (pair_run_until_state (pair, YODEL_TRANSPORT_FAILED, 5000));
  g_assert_cmpint (pair->ends[0].reason, ==, YODEL_TRANSPORT_NO_CANDIDATES);
  g_assert_nonnull (pair->ends[0].text);
  pair_free (pair);
}

/* A STUN server that says nothing. */
static void
test_gathering_is_bounded (void)
{
  static const char * const silent[] = { "127.0.0.1:9", NULL };
  PairConfig config = { .bind = { localhost, localhost }, .stun_servers = { silent, NULL } };
  Pair *pair = pair_new (&config);
  gint64 since_us = g_get_monotonic_time ();

  yodel_transport_gather (pair->ends[1].transport);
  g_assert_true (pair->ends[1].gathered);
  yodel_transport_gather (pair->ends[0].transport);
  while (!pair->ends[0].gathered)
    g_main_context_iteration (pair->context, TRUE);
  g_assert_cmpint (g_get_monotonic_time () - since_us, <=, 2100 * 1000);
  pair_free (pair);
}

static void
test_malformed (void)
{
  static const char * const bad[] = {
    "", "candidate:", "candidate:1 1 udp 1 127.0.0.1 99999 typ host", "candidate:1 1 udp x 127.0.0.1 9 typ host",
    "candidate:1 1 udp 1 nonsense 9 typ host", "candidate:1 1 udp 1 127.0.0.1 9 typ banana",
  };
  Pair *pair = pair_new (&on_loopback);
  guint8 fingerprint[32] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (yodel_transport_add_candidate (pair->ends[0].transport, bad[i], &error));
      g_assert_nonnull (error);
    }
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree char *line = g_strdup_printf ("candidate:1 1 udp 1 10.%u.%u.1 9 typ host", i / 256, i % 256);

      g_assert_true (yodel_transport_add_candidate (pair->ends[0].transport, line, NULL));
    }
  g_assert_false (yodel_transport_set_remote (pair->ends[0].transport, "user", "password1234567890123456", "md5", fingerprint, 16, FALSE, NULL));
  pair_free (pair);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/transport/media-both-ways", test_media_both_ways);
  g_test_add_func ("/net/transport/description-later-than-the-client-hello", test_late_description);
  g_test_add_data_func ("/net/transport/close/by-offerer", GUINT_TO_POINTER (0), test_close);
  g_test_add_data_func ("/net/transport/close/by-answerer", GUINT_TO_POINTER (1), test_close);
  g_test_add_func ("/net/transport/close/by-freeing", test_free_closes);
  g_test_add_data_func ("/net/transport/wrong-fingerprint/offerer-sees-it", GUINT_TO_POINTER (0), test_wrong_fingerprint);
  g_test_add_data_func ("/net/transport/wrong-fingerprint/answerer-sees-it", GUINT_TO_POINTER (1), test_wrong_fingerprint);
  g_test_add_func ("/net/transport/restart-moves-the-path", test_restart);
  g_test_add_func ("/net/transport/silence-reconnects-then-ends", test_silence);
  g_test_add_func ("/net/transport/no-relay", test_no_relay);
  g_test_add_func ("/net/transport/strangers-change-nothing", test_flood);
  g_test_add_func ("/net/transport/no-path", test_no_path);
  g_test_add_func ("/net/transport/no-candidates", test_no_candidates);
  g_test_add_func ("/net/transport/gathering-is-bounded", test_gathering_is_bounded);
  g_test_add_func ("/net/transport/malformed-descriptions", test_malformed);
  return g_test_run ();
}
