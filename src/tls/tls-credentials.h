/* Who one is in TLS, or whom one trusts: read once, for all connections.  To read what a system trusts takes ten
 * milliseconds and a megabyte. */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>

#include "transport/certificate.h"

typedef struct
{
  YodelCertificate                 *nameless;       /* (owned) (nullable) */
  gnutls_certificate_credentials_t  certificates;   /* (owned), or those of nameless */
  gnutls_priority_t                 priorities;     /* (owned) the system's */
} YodelTlsCredentials;

YodelTlsCredentials *yodel_tls_credentials_new_server   (GTlsCertificate      *certificate,
                                                         GError              **error);

YodelTlsCredentials *yodel_tls_credentials_new_client   (const char           *ca_file);

YodelTlsCredentials *yodel_tls_credentials_new_nameless (GError              **error);

YodelTlsCredentials *yodel_tls_credentials_ref          (YodelTlsCredentials  *self);

void                 yodel_tls_credentials_unref        (YodelTlsCredentials  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelTlsCredentials, yodel_tls_credentials_unref)
