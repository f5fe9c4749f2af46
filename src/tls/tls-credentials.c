#define G_LOG_DOMAIN "yodel-tls"

#include "tls/tls-credentials.h"

#include <string.h>

#include <yodel/yodel-error.h>

#include "transport/certificate-private.h"

/* RFC 8996; the rest is the system's choice. */
#define NO_OLD_VERSIONS "-VERS-TLS1.0:-VERS-TLS1.1"

static void
credentials_clear (gpointer data)
{
  YodelTlsCredentials *self = data;

  if (self->nameless != NULL)
    yodel_certificate_unref (self->nameless);
  else
    gnutls_certificate_free_credentials (self->certificates);
  gnutls_priority_deinit (self->priorities);
}

/* @nameless: (transfer full) (nullable) */
static YodelTlsCredentials *
credentials_new (YodelCertificate *nameless)
{
  YodelTlsCredentials *self = g_atomic_rc_box_new0 (YodelTlsCredentials);

  self->nameless = nameless;
  if (nameless != NULL)
    self->certificates = yodel_certificate_get_credentials (nameless);
  else if (gnutls_certificate_allocate_credentials (&self->certificates) < 0)
    g_error ("GnuTLS does not work");
  if (gnutls_priority_init2 (&self->priorities, NO_OLD_VERSIONS, NULL, GNUTLS_PRIORITY_INIT_DEF_APPEND) < 0)
    g_error ("GnuTLS does not work");
  return self;
}

/* Returns: (transfer full): the certificate and those it stands on, as PEM */
static char *
chain_of (GTlsCertificate *certificate)
{
  GString *chain = g_string_new (NULL);

  for (; certificate != NULL; certificate = g_tls_certificate_get_issuer (certificate))
    {
      g_autofree char *pem = NULL;

      g_object_get (certificate, "certificate-pem", &pem, NULL);
      g_string_append (chain, pem);
    }
  return g_string_free (chain, FALSE);
}

/* Returns: (transfer full) (nullable): NULL with an error where @certificate has no key that fits */
YodelTlsCredentials *
yodel_tls_credentials_new_server (GTlsCertificate  *certificate,
                                  GError          **error)
{
  g_autoptr (YodelTlsCredentials) self = credentials_new (NULL);
  g_autofree char *chain = chain_of (certificate), *key = NULL;
  int result = GNUTLS_E_NO_CERTIFICATE_FOUND;

  g_object_get (certificate, "private-key-pem", &key, NULL);
  if (key != NULL)
    {
      const gnutls_datum_t chain_pem = { (guchar *) chain, (guint) strlen (chain) };
      const gnutls_datum_t key_pem = { (guchar *) key, (guint) strlen (key) };

      result = gnutls_certificate_set_x509_key_mem (self->certificates, &chain_pem, &key_pem, GNUTLS_X509_FMT_PEM);
      gnutls_memset (key, 0, strlen (key));
    }
  if (result >= 0)
    return g_steal_pointer (&self);
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "the certificate cannot be used: %s", gnutls_strerror (result));
  return NULL;
}

/* @ca_file: (nullable): who vouches for a server, as PEM; NULL for those that the system trusts.  One that cannot be
 * read trusts nobody. */
YodelTlsCredentials *
yodel_tls_credentials_new_client (const char *ca_file)
{
  YodelTlsCredentials *self = credentials_new (NULL);
  const int n = ca_file != NULL ? gnutls_certificate_set_x509_trust_file (self->certificates, ca_file, GNUTLS_X509_FMT_PEM)
                                : gnutls_certificate_set_x509_system_trust (self->certificates);

  if (n < 0)
    g_debug ("nobody vouches for servers: %s", gnutls_strerror (n));
  else
    g_debug ("%d certificates vouch for servers", n);
  return self;
}

/* For both sides of a connection where another layer tells who is there: a new certificate that says nothing about its
 * owner, and trust in nobody.
 *
 * Returns: (transfer full) (nullable) */
YodelTlsCredentials *
yodel_tls_credentials_new_nameless (GError **error)
{
  YodelCertificate *certificate = yodel_certificate_new (error);

  return certificate != NULL ? credentials_new (certificate) : NULL;
}

YodelTlsCredentials *
yodel_tls_credentials_ref (YodelTlsCredentials *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
yodel_tls_credentials_unref (YodelTlsCredentials *self)
{
  g_atomic_rc_box_release_full (self, credentials_clear);
}
