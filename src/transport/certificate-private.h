/* What the DTLS side needs of a certificate. */
#pragma once

#include <gnutls/gnutls.h>

#include "transport/certificate.h"

/* (borrowed) lives as long as @self; sessions on several threads only read it. */
gnutls_certificate_credentials_t yodel_certificate_get_credentials (YodelCertificate *self);
