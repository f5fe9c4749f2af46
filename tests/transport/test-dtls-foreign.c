/* Our handshake against a peer that is made of GnuTLS alone, as another program would use it: an RSA certificate, a datagram
 * for each record, its own list of SRTP profiles. */
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "transport/dtls.h"

typedef struct
{
  const char       *name;
  gboolean          foreign_client;
  const char       *profiles;
  const char       *priorities;
  gboolean          shows_certificate;
  YodelDtlsState    result;
  YodelSrtpProfile  profile;
} Case;

#define NORMAL "NORMAL:-VERS-ALL:+VERS-DTLS1.2"

static const Case cases[] = {
  { "client",                       TRUE,  "SRTP_AES128_CM_HMAC_SHA1_80", NORMAL, TRUE, YODEL_DTLS_CONNECTED, YODEL_SRTP_AES128_CM_HMAC_SHA1_80 },
  { "server",                       FALSE, "SRTP_AES128_CM_HMAC_SHA1_80", NORMAL, TRUE, YODEL_DTLS_CONNECTED, YODEL_SRTP_AES128_CM_HMAC_SHA1_80 },
  { "client-with-short-tags-only",  TRUE,  "SRTP_AES128_CM_HMAC_SHA1_32", NORMAL, TRUE, YODEL_DTLS_CONNECTED, YODEL_SRTP_AES128_CM_HMAC_SHA1_32 },
  { "server-with-short-tags-only",  FALSE, "SRTP_AES128_CM_HMAC_SHA1_32", NORMAL, TRUE, YODEL_DTLS_CONNECTED, YODEL_SRTP_AES128_CM_HMAC_SHA1_32 },
  { "client-with-aes-256",          TRUE,  "SRTP_AES128_CM_HMAC_SHA1_80", NORMAL ":-CIPHER-ALL:+AES-256-GCM", TRUE, YODEL_DTLS_CONNECTED, YODEL_SRTP_AES128_CM_HMAC_SHA1_80 },
  { "client-with-chacha",           TRUE,  "SRTP_AES128_CM_HMAC_SHA1_80", NORMAL ":-CIPHER-ALL:+CHACHA20-POLY1305", TRUE, YODEL_DTLS_CONNECTED, YODEL_SRTP_AES128_CM_HMAC_SHA1_80 },
  { "client-without-srtp",          TRUE,  NULL, NORMAL, TRUE, YODEL_DTLS_FAILED, 0 },
  { "client-without-encryption",    TRUE,  "SRTP_NULL_HMAC_SHA1_80", NORMAL, TRUE, YODEL_DTLS_FAILED, 0 },
  { "client-without-certificate",   TRUE,  "SRTP_AES128_CM_HMAC_SHA1_80", NORMAL, FALSE, YODEL_DTLS_FAILED, 0 },
  { "client-of-dtls-1.0",           TRUE,  "SRTP_AES128_CM_HMAC_SHA1_80", "NORMAL:-VERS-ALL:+VERS-DTLS1.0", TRUE, YODEL_DTLS_FAILED, 0 },
  { "client-without-ephemeral-keys", TRUE, "SRTP_AES128_CM_HMAC_SHA1_80", NORMAL ":-KX-ALL:+RSA", TRUE, YODEL_DTLS_FAILED, 0 },
};

typedef struct
{
  gnutls_session_t  session;
  GQueue            inbox;        /* of GBytes */
  GQueue            outbox;
} Foreign;

static gnutls_certificate_credentials_t foreign_credentials, no_credentials;
static guint8 foreign_fingerprint[32];
static YodelCertificate *certificate;

static ssize_t
on_pull (gnutls_transport_ptr_t  data,
         void                   *buffer,
         size_t                  capacity)
{
  Foreign *foreign = data;
  GBytes *bytes = g_queue_pop_head (&foreign->inbox);
  gsize size;

  if (bytes == NULL)
    {
      gnutls_transport_set_errno (foreign->session, EAGAIN);
      return -1;
    }
  size = MIN (capacity, g_bytes_get_size (bytes));
  memcpy (buffer, g_bytes_get_data (bytes, NULL), size);
  g_bytes_unref (bytes);
  return (ssize_t) size;
}

static int
on_pull_timeout (gnutls_transport_ptr_t data,
                 unsigned int           ms)
{
  return ((Foreign *) data)->inbox.length > 0;
}

static ssize_t
on_push (gnutls_transport_ptr_t  data,
         const void             *bytes,
         size_t                  size)
{
  g_queue_push_tail (&((Foreign *) data)->outbox, g_bytes_new (bytes, size));
  return (ssize_t) size;
}

static void
make_credentials (void)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gsize size = sizeof foreign_fingerprint;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0);
  gnutls_x509_crt_init (&crt);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\1\2", 2);
  gnutls_x509_crt_set_activation_time (crt, 0);
  gnutls_x509_crt_set_expiration_time (crt, 100);      /* long over: only the fingerprint counts */
  gnutls_x509_crt_set_key (crt, key);
  gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0);
  gnutls_x509_crt_get_fingerprint (crt, GNUTLS_DIG_SHA256, foreign_fingerprint, &size);
  gnutls_certificate_allocate_credentials (&foreign_credentials);
  gnutls_certificate_allocate_credentials (&no_credentials);
  gnutls_certificate_set_x509_key (foreign_credentials, &crt, 1, key);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
}

static void
foreign_init (Foreign    *self,
              const Case *c)
{
  g_queue_init (&self->inbox);
  g_queue_init (&self->outbox);
  gnutls_init (&self->session, GNUTLS_DATAGRAM | GNUTLS_NONBLOCK | (c->foreign_client ? GNUTLS_CLIENT : GNUTLS_SERVER));
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, on_pull);
  gnutls_transport_set_pull_timeout_function (self->session, on_pull_timeout);
  gnutls_transport_set_push_function (self->session, on_push);
  gnutls_priority_set_direct (self->session, c->priorities, NULL);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, c->shows_certificate ? foreign_credentials : no_credentials);
  if (!c->foreign_client)
    gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUEST);
  if (c->profiles != NULL)
    g_assert_cmpint (gnutls_srtp_set_profile_direct (self->session, c->profiles, NULL), ==, 0);
}

static void
test_foreign (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (YodelDtls) dtls = yodel_dtls_new (!c->foreign_client, certificate, "sha-256", foreign_fingerprint, 32, 0, NULL);
  Foreign foreign = { 0 };
  int result = GNUTLS_E_AGAIN;
  YodelSrtpKeys keys;

  foreign_init (&foreign, c);
  for (guint round = 0; round < 20 && (result == GNUTLS_E_AGAIN || round < 8); round++)
    {
      GBytes *bytes;

      while ((bytes = yodel_dtls_pop (dtls)) != NULL)
        g_queue_push_tail (&foreign.inbox, bytes);
      if (result < 0 && !gnutls_error_is_fatal (result))
        result = gnutls_handshake (foreign.session);
      while ((bytes = g_queue_pop_head (&foreign.outbox)) != NULL)
        {
          yodel_dtls_receive (dtls, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), round);
          g_bytes_unref (bytes);
        }
    }

  g_assert_cmpint (yodel_dtls_get_state (dtls) == YODEL_DTLS_CONNECTED, ==, c->result == YODEL_DTLS_CONNECTED);
  g_assert_cmpint (yodel_dtls_get_keys (dtls, &keys), ==, c->result == YODEL_DTLS_CONNECTED);
  if (c->result == YODEL_DTLS_CONNECTED)
    {
      guint8 material[60];
      gnutls_datum_t client_key, client_salt, server_key, server_salt;

      g_assert_cmpint (result, ==, 0);
      g_assert_cmpint (keys.profile, ==, c->profile);
      g_assert_cmpint (gnutls_srtp_get_keys (foreign.session, material, sizeof material, &client_key, &client_salt,
                                             &server_key, &server_salt), >, 0);
      g_assert_cmpmem (c->foreign_client ? keys.receive_master : keys.send_master, 16, client_key.data, client_key.size);
      g_assert_cmpmem (c->foreign_client ? keys.send_master : keys.receive_master, 16, server_key.data, server_key.size);
      g_assert_nonnull (yodel_dtls_get_cipher (dtls));
    }
  gnutls_deinit (foreign.session);
  g_queue_clear_full (&foreign.inbox, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&foreign.outbox, (GDestroyNotify) g_bytes_unref);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_credentials ();
  certificate = yodel_certificate_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/transport/dtls-foreign/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_foreign);
    }
  result = g_test_run ();
  gnutls_certificate_free_credentials (foreign_credentials);
  gnutls_certificate_free_credentials (no_credentials);
  yodel_certificate_unref (certificate);
  return result;
}
