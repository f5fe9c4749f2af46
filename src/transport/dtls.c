#define G_LOG_DOMAIN "yodel-transport"

#include "transport/dtls.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include <yodel/yodel-error.h>

#include "base/byte-reader.h"
#include "base/units.h"
#include "transport/certificate-private.h"

/* Ephemeral keys and authenticated ciphers only: then a client may send media before the peer's Finished
 * (RFC 7918 section 4), and every browser of today speaks them. */
#define PRIORITIES "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:" \
                   "+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:+COMP-NULL:+CTYPE-X509:" \
                   "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%SAFE_RENEGOTIATION"

/* RFC 6347 section 4.1 */
#define RECORD_HEADER_BYTES   13
#define CHANGE_CIPHER_SPEC    20
#define ALERT                 21
#define HANDSHAKE             22
#define APPLICATION_DATA      23

/* Datagrams of ours that one flight may take: with an RSA chain two, with room to spare. */
#define MAX_FLIGHT_DATAGRAMS  16

/* A ClientHello takes fewer records.  What is not one by then was made up, and GnuTLS would refuse the real
 * one for having the same record numbers: the server starts over. */
#define MAX_UNANSWERED        8

/* GnuTLS repeats nothing by itself within the life of a handshake. */
#define LIBRARY_TIMEOUT_MS    (10 * 60 * 1000)

/* Beyond, the wait is the slowest anyway. */
#define MAX_DOUBLINGS         10

/* What is repeated for a peer that repeats: not faster than this. */
#define ANSWER_INTERVAL_US    (15 * G_TIME_SPAN_MILLISECOND)

/* Three copies close to each other, for at 25 % loss one of four gets lost and the wait for the next is time the
 * call waits; after them as slow as a thin link can bear. */
static const gint64 first_gaps_us[] = {
  20 * G_TIME_SPAN_MILLISECOND,
  20 * G_TIME_SPAN_MILLISECOND,
  40 * G_TIME_SPAN_MILLISECOND,
};

struct _YodelDtls
{
  gnutls_session_t           session;            /* (owned) */
  YodelCertificate          *certificate;        /* (owned) */
  gboolean                   client;
  YodelDtlsState             state;
  const char                *failure;            /* (nullable) (borrowed) static text */

  gnutls_digest_algorithm_t  digest;
  guint8                     fingerprint[YODEL_FINGERPRINT_MAX_BYTES];
  gsize                      fingerprint_bytes;
  gboolean                   peer_verified;
  gboolean                   peer_refused;

  const guint8              *record;             /* (borrowed) (nullable) what GnuTLS reads next */
  gsize                      record_bytes;

  GByteArray                *gathering;          /* (owned) the datagram that is being filled */
  GPtrArray                 *flight;             /* (owned) of GBytes: the newest flight of ours */
  GQueue                     outgoing;           /* of GBytes */

  guint                      flights;            /* of ours, until now */
  guint                      repeats;            /* of the newest flight */
  gboolean                   hurried;            /* the peer is known to be there */
  guint                      unanswered;         /* records a server read without a flight to show for it */
  gint64                     started_us;
  gint64                     repeat_us;          /* when the flight goes out again; YODEL_NEVER_US if not */
  gint64                     answered_us;
};

static void
fail (YodelDtls      *self,
      YodelDtlsState  state,
      const char     *failure)
{
  self->state = state;
  self->failure = failure;
  self->repeat_us = YODEL_NEVER_US;
}

/* What GnuTLS reads and writes */

static ssize_t
on_pull (gnutls_transport_ptr_t  user_data,
         void                   *buffer,
         size_t                  capacity)
{
  YodelDtls *self = user_data;
  gsize size = MIN (self->record_bytes, capacity);

  if (self->record == NULL)
    {
      gnutls_transport_set_errno (self->session, EAGAIN);
      return -1;
    }
  memcpy (buffer, self->record, size);
  self->record = NULL;
  return (ssize_t) size;
}

static int
on_pull_timeout (gnutls_transport_ptr_t user_data,
                 unsigned int           timeout_ms)
{
  YodelDtls *self = user_data;

  return self->record != NULL ? 1 : 0;
}

static void
finish_datagram (YodelDtls *self)
{
  if (self->gathering->len == 0)
    return;

  if (self->flight->len < MAX_FLIGHT_DATAGRAMS)
    g_ptr_array_add (self->flight, g_byte_array_free_to_bytes (self->gathering));
  else
    g_byte_array_unref (self->gathering);
  self->gathering = g_byte_array_new ();
}

/* GnuTLS hands over record by record; a datagram carries as many as fit. */
static ssize_t
on_push (gnutls_transport_ptr_t  user_data,
         const void             *data,
         size_t                  size)
{
  YodelDtls *self = user_data;

  if (self->gathering->len + size > YODEL_DTLS_MAX_DATAGRAM_BYTES)
    finish_datagram (self);
  g_byte_array_append (self->gathering, data, (guint) size);
  return (ssize_t) size;
}

/* Called by GnuTLS when the peer's certificate is there, and before any use is made of it. */
static int
on_verify (gnutls_session_t session)
{
  YodelDtls *self = gnutls_session_get_ptr (session);
  guint8 found[YODEL_FINGERPRINT_MAX_BYTES];
  const gnutls_datum_t *chain;
  guint difference = 0;
  guint n = 0;

  chain = gnutls_certificate_get_peers (session, &n);
  if (chain == NULL || n == 0 || gnutls_hash_fast ((gnutls_digest_algorithm_t) self->digest, chain[0].data, chain[0].size, found) < 0)
    return GNUTLS_E_CERTIFICATE_ERROR;

  for (gsize i = 0; i < self->fingerprint_bytes; i++)      /* takes the same time wherever they differ */
    difference |= found[i] ^ self->fingerprint[i];

  self->peer_verified = difference == 0;
  self->peer_refused = difference != 0;
  return self->peer_verified ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

static int
create_session (YodelDtls *self)
{
  guint flags = GNUTLS_DATAGRAM | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
  int result;

  result = gnutls_init (&self->session, flags | (self->client ? GNUTLS_CLIENT : GNUTLS_SERVER));
  if (result < 0)
    return result;

  gnutls_session_set_ptr (self->session, self);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_pull_function (self->session, on_pull);
  gnutls_transport_set_pull_timeout_function (self->session, on_pull_timeout);
  gnutls_transport_set_push_function (self->session, on_push);
  gnutls_dtls_set_mtu (self->session, YODEL_DTLS_MAX_DATAGRAM_BYTES);
  gnutls_dtls_set_timeouts (self->session, LIBRARY_TIMEOUT_MS, 2 * LIBRARY_TIMEOUT_MS);
  gnutls_session_set_verify_function (self->session, on_verify);
  if (!self->client)
    gnutls_certificate_server_set_request (self->session, GNUTLS_CERT_REQUIRE);

  result = gnutls_priority_set_direct (self->session, PRIORITIES, NULL);
  if (result >= 0)
    result = gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, yodel_certificate_get_credentials (self->certificate));
  if (result >= 0)
    result = gnutls_srtp_set_profile (self->session, GNUTLS_SRTP_AES128_CM_HMAC_SHA1_80);
  if (result >= 0)
    result = gnutls_srtp_set_profile (self->session, GNUTLS_SRTP_AES128_CM_HMAC_SHA1_32);
  return result;
}

/* The handshake */

static gboolean
find_algorithm (const char                *name,
                gnutls_digest_algorithm_t *digest,
                gsize                     *size)
{
  static const struct { const char *name; gnutls_digest_algorithm_t digest; gsize size; } algorithms[] = {
    { "sha-256", GNUTLS_DIG_SHA256, 32 },
    { "sha-384", GNUTLS_DIG_SHA384, 48 },
    { "sha-512", GNUTLS_DIG_SHA512, 64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (g_ascii_strcasecmp (name, algorithms[i].name) == 0)
      {
        *digest = algorithms[i].digest;
        *size = algorithms[i].size;
        return TRUE;
      }
  return FALSE;
}

gboolean
yodel_dtls_check_algorithm (const char *algorithm,
                            gsize       fingerprint_bytes)
{
  gnutls_digest_algorithm_t digest;
  gsize size;

  return find_algorithm (algorithm, &digest, &size) && size == fingerprint_bytes;
}

static void
send_flight (YodelDtls *self)
{
  for (guint i = 0; i < self->flight->len; i++)
    g_queue_push_tail (&self->outgoing, g_bytes_ref (g_ptr_array_index (self->flight, i)));
}

static gint64
get_gap_us (const YodelDtls *self)
{
  if (self->repeats < G_N_ELEMENTS (first_gaps_us))
    return first_gaps_us[self->repeats];
  if (self->repeats < YODEL_DTLS_FAST_REPEATS)
    return YODEL_DTLS_REPEAT_US;
  return MIN (YODEL_DTLS_REPEAT_US << MIN (self->repeats - YODEL_DTLS_FAST_REPEATS + 1, MAX_DOUBLINGS), YODEL_DTLS_SLOWEST_REPEAT_US);
}

/* The first flight of a client leaves before the peer is known to be there: it is not among those that hurry. */
static void
start_repeating (YodelDtls *self,
                 gint64     now_us)
{
  self->repeats = self->client && self->flights == 1 && !self->hurried ? G_N_ELEMENTS (first_gaps_us) : 0;
  self->repeat_us = now_us + get_gap_us (self);
  send_flight (self);
}

static void
finish_flight (YodelDtls *self,
               gint64     now_us)
{
  finish_datagram (self);
  if (self->flight->len == 0)
    return;

  self->flights++;
  start_repeating (self, now_us);
}

static void
start_over (YodelDtls *self)
{
  g_clear_pointer (&self->session, gnutls_deinit);
  g_byte_array_set_size (self->gathering, 0);
  self->unanswered = 0;
  if (create_session (self) < 0)
    fail (self, YODEL_DTLS_FAILED, "a DTLS session cannot be made");
}

/* A server that has not answered yet starts over; anything later is the end. */
static void
on_handshake_error (YodelDtls *self,
                    int        result)
{
  if (self->peer_refused)
    fail (self, YODEL_DTLS_WRONG_FINGERPRINT, "the certificate of the other side is not the announced one");
  else if (!self->client && self->flights == 0)
    start_over (self);
  else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    fail (self, YODEL_DTLS_FAILED, "the other side refused the handshake");
  else
    fail (self, YODEL_DTLS_FAILED, gnutls_strerror (result));
}

static void
on_handshake_done (YodelDtls *self)
{
  gnutls_srtp_profile_t profile;

  if (gnutls_srtp_get_selected_profile (self->session, &profile) < 0)
    {
      fail (self, YODEL_DTLS_FAILED, "the other side offers no SRTP profile that is spoken here");
      return;
    }
  self->state = YODEL_DTLS_CONNECTED;
  self->repeat_us = YODEL_NEVER_US;       /* the last flight goes again when the peer repeats its own */
}

static void
continue_handshake (YodelDtls *self,
                    gint64     now_us)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->flight);
  int result;

  self->flight = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  do
    result = gnutls_handshake (self->session);
  while (result < 0 && result != GNUTLS_E_AGAIN && !gnutls_error_is_fatal (result));

  if (result < 0 && result != GNUTLS_E_AGAIN)
    {
      gnutls_alert_send_appropriate (self->session, result);
      finish_datagram (self);
      send_flight (self);
      on_handshake_error (self, result);
      return;
    }

  finish_flight (self, now_us);
  if (self->flight->len == 0)
    {
      g_ptr_array_unref (self->flight);
      self->flight = g_steal_pointer (&before);
    }

  if (result >= 0)
    on_handshake_done (self);
  else if (self->client && self->flights >= 2 && self->peer_verified)
    self->state = YODEL_DTLS_EARLY;
  else if (!self->client && self->flights == 0 && ++self->unanswered == MAX_UNANSWERED)
    start_over (self);
}

/* After the handshake: the peer's close, and repetitions of its last flight. */
static void
receive_record (YodelDtls *self,
                guint8     type,
                guint16    epoch,
                gint64     now_us)
{
  guint8 ignored[256];
  ssize_t size;

  if (type == HANDSHAKE || type == CHANGE_CIPHER_SPEC)
    {
      /* The last flight is the server's: only it answers, or two ends would answer each other for ever.
       * A wish to negotiate again gets no answer but this one. */
      if (!self->client && now_us - self->answered_us >= ANSWER_INTERVAL_US)
        {
          self->answered_us = now_us;
          send_flight (self);
        }
      return;
    }

  /* GnuTLS would believe a plaintext alert even now. */
  if (epoch == 0)
    return;

  do
    size = gnutls_record_recv (self->session, ignored, sizeof ignored);
  while (size > 0);

  if (size == 0 || (size == GNUTLS_E_FATAL_ALERT_RECEIVED))
    fail (self, YODEL_DTLS_CLOSED, "the other side closed");
}

static gboolean
is_over (const YodelDtls *self)
{
  return self->state > YODEL_DTLS_CONNECTED;
}

void
yodel_dtls_receive (YodelDtls    *self,
                    const guint8 *data,
                    gsize         size,
                    gint64        now_us)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);

  if (size > YODEL_DTLS_MAX_RECEIVED_BYTES)
    return;

  while (reader.left > 0 && !is_over (self))
    {
      const guint8 *record = reader.at;
      guint8 type = yodel_byte_reader_u8 (&reader);
      guint16 version = yodel_byte_reader_u16 (&reader);
      guint16 epoch = yodel_byte_reader_u16 (&reader);
      guint16 body_bytes;

      yodel_byte_reader_take (&reader, 6);           /* sequence number */
      body_bytes = yodel_byte_reader_u16 (&reader);
      yodel_byte_reader_take (&reader, body_bytes);

      if (reader.failed || version >> 8 != 0xfe || type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA)
        return;

      self->record = record;
      self->record_bytes = RECORD_HEADER_BYTES + body_bytes;
      if (self->state == YODEL_DTLS_CONNECTED)
        receive_record (self, type, epoch, now_us);
      else
        continue_handshake (self, now_us);
      self->record = NULL;
    }
}

void
yodel_dtls_advance (YodelDtls *self,
                    gint64     now_us)
{
  if (is_over (self) || self->state == YODEL_DTLS_CONNECTED)
    return;

  if (now_us - self->started_us >= YODEL_DTLS_TIMEOUT_US)
    {
      fail (self, YODEL_DTLS_FAILED, "the other side did not answer the handshake");
      return;
    }

  if (now_us >= self->repeat_us)
    {
      self->repeats++;
      self->repeat_us = now_us + get_gap_us (self);
      send_flight (self);
    }
}

void
yodel_dtls_hurry (YodelDtls *self,
                  gint64     now_us)
{
  if (is_over (self) || self->state == YODEL_DTLS_CONNECTED)
    return;
  self->started_us = now_us;
  self->hurried = TRUE;
  if (self->flight->len > 0)
    start_repeating (self, now_us);
}

gint64
yodel_dtls_next_deadline_us (const YodelDtls *self)
{
  if (is_over (self) || self->state == YODEL_DTLS_CONNECTED)
    return YODEL_NEVER_US;
  return MIN (self->repeat_us, self->started_us + YODEL_DTLS_TIMEOUT_US);
}

void
yodel_dtls_close (YodelDtls *self)
{
  if (self->state == YODEL_DTLS_CONNECTED || self->state == YODEL_DTLS_EARLY)
    {
      g_ptr_array_set_size (self->flight, 0);
      gnutls_bye (self->session, GNUTLS_SHUT_WR);
      finish_datagram (self);
      send_flight (self);
    }
  if (!is_over (self))
    fail (self, YODEL_DTLS_CLOSED, "closed");
}

GBytes *
yodel_dtls_pop (YodelDtls *self)
{
  return g_queue_pop_head (&self->outgoing);
}

YodelDtlsState
yodel_dtls_get_state (const YodelDtls *self)
{
  return self->state;
}

const char *
yodel_dtls_get_failure (const YodelDtls *self)
{
  return self->failure;
}

gboolean
yodel_dtls_get_keys (YodelDtls     *self,
                     YodelSrtpKeys *keys)
{
  guint8 material[2 * YODEL_SRTP_MASTER_BYTES];
  gnutls_datum_t client_key, client_salt, server_key, server_salt;
  gnutls_srtp_profile_t profile;
  guint8 *client = self->client ? keys->send_master : keys->receive_master;
  guint8 *server = self->client ? keys->receive_master : keys->send_master;

  if (self->state != YODEL_DTLS_EARLY && self->state != YODEL_DTLS_CONNECTED)
    return FALSE;
  if (gnutls_srtp_get_selected_profile (self->session, &profile) < 0 ||
      gnutls_srtp_get_keys (self->session, material, sizeof material,
                            &client_key, &client_salt, &server_key, &server_salt) < 0)
    return FALSE;
  if (client_key.size + client_salt.size != YODEL_SRTP_MASTER_BYTES ||
      server_key.size + server_salt.size != YODEL_SRTP_MASTER_BYTES)
    return FALSE;

  keys->profile = profile == GNUTLS_SRTP_AES128_CM_HMAC_SHA1_32 ? YODEL_SRTP_AES128_CM_HMAC_SHA1_32
                                                                : YODEL_SRTP_AES128_CM_HMAC_SHA1_80;
  memcpy (client, client_key.data, client_key.size);
  memcpy (client + client_key.size, client_salt.data, client_salt.size);
  memcpy (server, server_key.data, server_key.size);
  memcpy (server + server_key.size, server_salt.data, server_salt.size);
  return TRUE;
}

const char *
yodel_dtls_get_cipher (const YodelDtls *self)
{
  gboolean ecdsa = gnutls_kx_get (self->session) == GNUTLS_KX_ECDHE_ECDSA;

  if (self->state != YODEL_DTLS_CONNECTED)
    return NULL;

  switch ((int) gnutls_cipher_get (self->session))
    {
    case GNUTLS_CIPHER_AES_128_GCM:
      return ecdsa ? "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" : "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    case GNUTLS_CIPHER_AES_256_GCM:
      return ecdsa ? "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" : "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    case GNUTLS_CIPHER_CHACHA20_POLY1305:
      return ecdsa ? "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" : "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    default:
      return NULL;
    }
}

YodelDtls *
yodel_dtls_new (gboolean           client,
                YodelCertificate  *certificate,
                const char        *algorithm,
                const guint8      *fingerprint,
                gsize              fingerprint_bytes,
                gint64             now_us,
                GError           **error)
{
  g_autoptr (YodelDtls) self = g_new0 (YodelDtls, 1);
  gsize size;
  int result;

  self->client = client;
  self->certificate = yodel_certificate_ref (certificate);
  self->gathering = g_byte_array_new ();
  self->flight = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_queue_init (&self->outgoing);
  self->started_us = now_us;
  self->repeat_us = YODEL_NEVER_US;
  self->answered_us = now_us - ANSWER_INTERVAL_US;

  if (!find_algorithm (algorithm, &self->digest, &size) || size != fingerprint_bytes)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION,
                   "the fingerprint is not a sha-256, sha-384 or sha-512 one: “%s” with %" G_GSIZE_FORMAT " bytes",
                   algorithm, fingerprint_bytes);
      return NULL;
    }
  memcpy (self->fingerprint, fingerprint, fingerprint_bytes);
  self->fingerprint_bytes = fingerprint_bytes;

  result = create_session (self);
  if (result < 0)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "a DTLS session cannot be made: %s", gnutls_strerror (result));
      return NULL;
    }
  if (client)
    continue_handshake (self, now_us);
  return g_steal_pointer (&self);
}

void
yodel_dtls_free (YodelDtls *self)
{
  g_clear_pointer (&self->session, gnutls_deinit);
  g_clear_pointer (&self->certificate, yodel_certificate_unref);
  g_clear_pointer (&self->gathering, g_byte_array_unref);
  g_clear_pointer (&self->flight, g_ptr_array_unref);
  g_queue_clear_full (&self->outgoing, (GDestroyNotify) g_bytes_unref);
  g_free (self);
}
