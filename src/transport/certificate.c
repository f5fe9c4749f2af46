#define G_LOG_DOMAIN "yodel-transport"

#include "transport/certificate.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <yodel/yodel-error.h>

#include "transport/certificate-private.h"

#define ALGORITHM         "sha-256"
#define FINGERPRINT_BYTES 32

/* A call outlives neither; wide margins forgive clocks that are wrong. */
#define VALID_BEFORE_S    (24 * 60 * 60)
#define VALID_AFTER_S     (365 * 24 * 60 * 60)

/* Never changes after it was made, so any thread may read it. */
struct _YodelCertificate
{
  gatomicrefcount                   references;
  gnutls_certificate_credentials_t  credentials;                     /* (owned) */
  guint8                            fingerprint[FINGERPRINT_BYTES];
};

/* Says nothing about who made it: peers know each other by the fingerprint alone. */
static int
describe (gnutls_x509_crt_t crt)
{
  guint8 serial[9] = { 0 };
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  int result = gnutls_rnd (GNUTLS_RND_NONCE, serial + 1, sizeof serial - 1);

  serial[1] &= 0x7f;       /* a positive number */
  if (result >= 0)
    result = gnutls_x509_crt_set_version (crt, 3);
  if (result >= 0)
    result = gnutls_x509_crt_set_serial (crt, serial, sizeof serial);
  if (result >= 0)
    result = gnutls_x509_crt_set_activation_time (crt, now_s - VALID_BEFORE_S);
  if (result >= 0)
    result = gnutls_x509_crt_set_expiration_time (crt, now_s + VALID_AFTER_S);
  if (result >= 0)
    result = gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, "WebRTC", 6);
  return result;
}

static int
make (YodelCertificate      *self,
      gnutls_x509_privkey_t  key,
      gnutls_x509_crt_t      crt)
{
  gsize size = sizeof self->fingerprint;
  int result;

  result = gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (result >= 0)
    result = describe (crt);
  if (result >= 0)
    result = gnutls_x509_crt_set_key (crt, key);
  if (result >= 0)
    result = gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0);
  if (result >= 0)
    result = gnutls_x509_crt_get_fingerprint (crt, GNUTLS_DIG_SHA256, self->fingerprint, &size);
  if (result >= 0)
    result = gnutls_certificate_allocate_credentials (&self->credentials);
  if (result >= 0)
    result = gnutls_certificate_set_x509_key (self->credentials, &crt, 1, key);
  return result;
}

YodelCertificate *
yodel_certificate_new (GError **error)
{
  YodelCertificate *self = g_new0 (YodelCertificate, 1);
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t crt = NULL;
  int result;

  g_atomic_ref_count_init (&self->references);

  result = gnutls_x509_privkey_init (&key);
  if (result >= 0)
    result = gnutls_x509_crt_init (&crt);
  if (result >= 0)
    result = make (self, key, crt);

  if (crt != NULL)
    gnutls_x509_crt_deinit (crt);
  if (key != NULL)
    gnutls_x509_privkey_deinit (key);

  if (result < 0)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED,
                   "a DTLS certificate cannot be made: %s", gnutls_strerror (result));
      g_clear_pointer (&self, yodel_certificate_unref);
    }
  return self;
}

YodelCertificate *
yodel_certificate_ref (YodelCertificate *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
yodel_certificate_unref (YodelCertificate *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;

  if (self->credentials != NULL)
    gnutls_certificate_free_credentials (self->credentials);
  g_free (self);
}

const char *
yodel_certificate_get_algorithm (const YodelCertificate *self)
{
  return ALGORITHM;
}

const guint8 *
yodel_certificate_get_fingerprint (const YodelCertificate *self,
                                   gsize                  *size)
{
  *size = sizeof self->fingerprint;
  return self->fingerprint;
}

gnutls_certificate_credentials_t
yodel_certificate_get_credentials (YodelCertificate *self)
{
  return self->credentials;
}
