/* The DTLS 1.2 handshake with a known peer, over GnuTLS.  No socket and no timer: datagrams and the time are
 * passed in, datagrams and a deadline come out.
 *
 * A flight leaves in as few datagrams as it fits in, and is repeated, at first fast, until the next flight of the peer
 * answers it: much sooner than the doubling timer of RFC 6347 section 4.2.4, which is made for paths that are not known
 * to work.  docs/decisions/0020-early-handshake.md has the figures. */
#pragma once

#include <glib.h>

#include "transport/certificate.h"
#include "transport/srtp.h"

G_BEGIN_DECLS

/* Nothing larger is sent: it passes every path that carries IPv6 with a tunnel or two around it. */
#define YODEL_DTLS_MAX_DATAGRAM_BYTES 1200

/* A larger datagram is dropped; also bounds what one record may be. */
#define YODEL_DTLS_MAX_RECEIVED_BYTES 16384

/* A flight to a peer that is known to be there is repeated after 20, 20 and 40 ms, then after 60, then ever
 * slower: the waits double, as in RFC 6347 section 4.2.4.1. */
#define YODEL_DTLS_REPEAT_US          (60 * G_TIME_SPAN_MILLISECOND)
#define YODEL_DTLS_SLOWEST_REPEAT_US  (1 * G_TIME_SPAN_SECOND)
#define YODEL_DTLS_FAST_REPEATS       6

/* A handshake that takes longer has failed. */
#define YODEL_DTLS_TIMEOUT_US         (15 * G_TIME_SPAN_SECOND)

typedef enum
{
  YODEL_DTLS_HANDSHAKING,
  YODEL_DTLS_EARLY,               /* client: has proof of the peer and sends its Finished; may send media */
  YODEL_DTLS_CONNECTED,           /* both Finished are verified */
  YODEL_DTLS_CLOSED,              /* close_notify or a fatal alert of the peer */
  YODEL_DTLS_WRONG_FINGERPRINT,
  YODEL_DTLS_FAILED,
} YodelDtlsState;

typedef struct _YodelDtls YodelDtls;

/* A client has its first flight ready at once.  NULL if @algorithm is unknown or @fingerprint is not as long as it says. */
YodelDtls      *yodel_dtls_new              (gboolean           client,
                                             YodelCertificate  *certificate,
                                             const char        *algorithm,
                                             const guint8      *fingerprint,
                                             gsize              fingerprint_bytes,
                                             gint64             now_us,
                                             GError           **error);
void            yodel_dtls_free             (YodelDtls         *self);

/* After each of these, pop until NULL and look at the state. */
void            yodel_dtls_receive          (YodelDtls         *self,
                                             const guint8      *data,
                                             gsize              size,
                                             gint64             now_us);
void            yodel_dtls_advance          (YodelDtls         *self,
                                             gint64             now_us);

/* The path has just become a better one: repeats at once, and counts the time limit from here. */
void            yodel_dtls_hurry            (YodelDtls         *self,
                                             gint64             now_us);
void            yodel_dtls_close            (YodelDtls         *self);

/* The next datagram to send; (transfer full) (nullable). */
GBytes         *yodel_dtls_pop              (YodelDtls         *self);

gint64          yodel_dtls_next_deadline_us (const YodelDtls   *self);
YodelDtlsState  yodel_dtls_get_state        (const YodelDtls   *self);

/* FALSE before EARLY or CONNECTED. */
gboolean        yodel_dtls_get_keys         (YodelDtls         *self,
                                             YodelSrtpKeys     *keys);

/* Why it failed, a clause in plain words; NULL if it has not. */
const char     *yodel_dtls_get_failure      (const YodelDtls   *self);

/* As IANA names it; NULL before CONNECTED. */
const char     *yodel_dtls_get_cipher       (const YodelDtls   *self);

/* "sha-256", "sha-384" or "sha-512" in any case; NULL for what is not taken (RFC 8122 section 5). */
gboolean        yodel_dtls_check_algorithm  (const char        *algorithm,
                                             gsize              fingerprint_bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelDtls, yodel_dtls_free)

G_END_DECLS
