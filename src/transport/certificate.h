/* The key and self-signed certificate this side shows in DTLS.  Made once and
 * shared by all transports of a process, on whatever thread they are. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_FINGERPRINT_MAX_BYTES 64   /* sha-512 */

typedef struct _YodelCertificate YodelCertificate;

/* ECDSA on P-256 (RFC 8827 section 6.5).  Takes about a millisecond. */
YodelCertificate *yodel_certificate_new             (GError **error);

YodelCertificate *yodel_certificate_ref             (YodelCertificate *self);
void              yodel_certificate_unref           (YodelCertificate *self);

/* The hash function as in RFC 8122 section 5: always "sha-256". */
const char       *yodel_certificate_get_algorithm   (const YodelCertificate *self);

/* The 32 bytes that stand in a=fingerprint; lives as long as @self. */
const guint8     *yodel_certificate_get_fingerprint (const YodelCertificate *self,
                                                     gsize                  *size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelCertificate, yodel_certificate_unref)

G_END_DECLS
