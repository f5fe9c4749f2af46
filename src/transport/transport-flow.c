/* What flows through a transport: the handshake, then media. */
#define G_LOG_DOMAIN "yodel-transport"

#include "transport/transport-private.h"

#include <string.h>

/* Kept until the fingerprint is known, or until the handshake is verified: a second of sound. */
#define MAX_EARLY_DTLS       4
#define MAX_EARLY_MEDIA      64

/* Media */

static void
note_heard (YodelTransport *self,
            gint64          now_us)
{
  gint64 gap_us = now_us - self->heard_us;

  self->usual_gap_us = MAX (gap_us, self->usual_gap_us - self->usual_gap_us / 128);
  self->heard_us = now_us;
  if (self->state == YODEL_TRANSPORT_RECONNECTING && yodel_transport_is_up (self))
    {
      self->restart_us = YODEL_NEVER_US;
      yodel_transport_set_state (self, YODEL_TRANSPORT_CONNECTED, YODEL_TRANSPORT_OK, NULL);
      yodel_transport_reschedule (self);
    }
}

/* RFC 5761 section 4: packet types 192 to 223 */
static gboolean
is_rtcp (const guint8 *data)
{
  return data[1] >= 192 && data[1] <= 223;
}

static void
deliver (YodelTransport *self,
         guint8         *data,
         gsize           size,
         gint64          arrival_us)
{
  gboolean rtcp = is_rtcp (data);
  gsize wire_bytes = size;

  switch (yodel_srtp_unprotect (self->srtp, data, &size, rtcp))
    {
    case YODEL_SRTP_OK:
      self->stats.packets_received++;
      self->stats.bytes_received += wire_bytes;
      note_heard (self, arrival_us);
      if (self->callbacks.packet != NULL)
        self->callbacks.packet (data, size, rtcp, arrival_us, self->user_data);
      return;
    case YODEL_SRTP_REPLAYED:
      self->stats.dropped_replayed++;
      return;
    case YODEL_SRTP_TOO_MANY_STREAMS:
      self->stats.dropped_streams++;
      return;
    case YODEL_SRTP_AUTH_FAILED:
      self->stats.dropped_auth_failed++;
      return;
    case YODEL_SRTP_MALFORMED:
      self->stats.dropped_unknown++;
      return;
    }
}

void
yodel_early_packet_free (YodelEarlyPacket *packet)
{
  g_bytes_unref (packet->bytes);
  g_free (packet);
}

void
yodel_transport_on_media (YodelTransport *self,
                          guint8         *data,
                          gsize           size,
                          gint64          now_us)
{
  YodelEarlyPacket *packet;

  if (yodel_transport_is_over (self))
    return;
  if (self->srtp != NULL && yodel_dtls_get_state (self->dtls) == YODEL_DTLS_CONNECTED)
    {
      deliver (self, data, size, now_us);
      return;
    }
  if (self->early_media.length == MAX_EARLY_MEDIA)
    {
      self->stats.dropped_unverified++;
      return;
    }
  packet = g_new0 (YodelEarlyPacket, 1);
  packet->bytes = g_bytes_new (data, size);
  packet->arrival_us = now_us;
  g_queue_push_tail (&self->early_media, packet);
}

static void
deliver_early_media (YodelTransport *self)
{
  YodelEarlyPacket *packet;

  while ((packet = g_queue_pop_head (&self->early_media)) != NULL)
    {
      gsize size;
      guint8 *data = g_bytes_unref_to_data (g_steal_pointer (&packet->bytes), &size);

      if (self->srtp != NULL)
        deliver (self, data, size, packet->arrival_us);
      g_free (data);
      g_free (packet);
    }
}

/* DTLS */

gboolean
yodel_transport_create_dtls (YodelTransport  *self,
                             gint64           now_us,
                             GError         **error)
{
  self->dtls = yodel_dtls_new (self->dtls_client, self->config.certificate, self->algorithm,
                               self->fingerprint, self->fingerprint_bytes, now_us, error);
  self->dtls_started_us = now_us;
  return self->dtls != NULL;
}

/* The peer is known to be there, or the path to work: now is the time for the flight that waits. */
void
yodel_transport_hurry_dtls (YodelTransport *self,
                            gint64          now_us)
{
  if (self->dtls == NULL || yodel_transport_is_over (self))
    return;
  if (self->dtls_client)
    self->asked_us = MIN (self->asked_us, now_us);
  yodel_dtls_hurry (self->dtls, now_us);
  yodel_transport_pump (self, now_us);
}

static void
take_keys (YodelTransport *self,
           gint64          now_us)
{
  YodelSrtpKeys keys;

  if (self->srtp != NULL || !yodel_dtls_get_keys (self->dtls, &keys))
    return;
  self->srtp = yodel_srtp_new (&keys);
  self->stats.srtp_cipher = yodel_srtp_profile_get_name (keys.profile);
  memset (&keys, 0, sizeof keys);
  if (self->asked_us != YODEL_NEVER_US)
    self->stats.rtt_us = now_us - MAX (self->asked_us, self->dtls_started_us);
  g_debug ("transport %p: keys after a round trip of %" G_GINT64_FORMAT " ms", self, self->stats.rtt_us / 1000);
}

static void
on_dtls_connected (YodelTransport *self,
                   gint64          now_us)
{
  take_keys (self, now_us);
  if (self->srtp == NULL)
    {
      yodel_transport_end (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_DTLS_FAILED, "The keys for the media could not be made.", now_us);
      return;
    }
  if (self->stats.dtls_handshake_us < 0)
    {
      self->stats.dtls_handshake_us = now_us - self->dtls_started_us;
      self->stats.dtls_cipher = yodel_dtls_get_cipher (self->dtls);
      self->stats.dtls_version = "FEFD";
    }
  yodel_transport_check_connected (self, now_us);
  deliver_early_media (self);
}

static void
on_dtls_failed (YodelTransport *self,
                gint64          now_us)
{
  g_autofree char *text = g_strdup_printf ("The encrypted handshake with the other side failed: %s.",
                                           yodel_dtls_get_failure (self->dtls));

  yodel_transport_end (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_DTLS_FAILED, text, now_us);
}

static void
send_dtls (YodelTransport *self,
           const guint8   *data,
           gsize           size)
{
  if (yodel_transport_is_up (self))
    {
      yodel_ice_agent_send (self->ice, data, size);
      return;
    }
  if (!yodel_ice_agent_was_heard (self->ice) && self->unheard++ >= YODEL_TRANSPORT_MAX_UNHEARD)
    return;
  yodel_ice_agent_send_early (self->ice, data, size);
}

/* Sends what the handshake wants sent, and follows its state. */
void
yodel_transport_pump (YodelTransport *self,
                      gint64          now_us)
{
  YodelDtlsState state = yodel_dtls_get_state (self->dtls);
  GBytes *bytes;

  while (state <= YODEL_DTLS_CONNECTED && (bytes = yodel_dtls_pop (self->dtls)) != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      send_dtls (self, data, size);
      g_bytes_unref (bytes);
    }

  switch (state)
    {
    case YODEL_DTLS_HANDSHAKING:
      break;
    case YODEL_DTLS_EARLY:
      take_keys (self, now_us);
      break;
    case YODEL_DTLS_CONNECTED:
      on_dtls_connected (self, now_us);
      break;
    case YODEL_DTLS_CLOSED:
      yodel_transport_end (self, YODEL_TRANSPORT_CLOSED, YODEL_TRANSPORT_CLOSED_BY_PEER, "The other side ended the call.", now_us);
      break;
    case YODEL_DTLS_WRONG_FINGERPRINT:
      yodel_transport_end (self, YODEL_TRANSPORT_FAILED, YODEL_TRANSPORT_WRONG_FINGERPRINT,
                           "Whoever is at the other end has another key than the one announced; nothing was sent to it or taken from it.", now_us);
      break;
    case YODEL_DTLS_FAILED:
      on_dtls_failed (self, now_us);
      break;
    }
}

void
yodel_transport_on_dtls (YodelTransport *self,
                         const guint8   *data,
                         gsize           size,
                         gint64          now_us)
{
  if (!self->dtls_client)
    self->asked_us = MIN (self->asked_us, now_us);
  if (self->dtls != NULL)
    {
      yodel_dtls_receive (self->dtls, data, size, now_us);
      yodel_transport_pump (self, now_us);
    }
  else if (self->early_dtls.length < MAX_EARLY_DTLS && size <= YODEL_DTLS_MAX_RECEIVED_BYTES)
    g_queue_push_tail (&self->early_dtls, g_bytes_new (data, size));
}

void
yodel_transport_take_early_dtls (YodelTransport *self,
                                 gint64          now_us)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (&self->early_dtls)) != NULL)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);

      if (self->dtls != NULL)
        yodel_transport_on_dtls (self, data, size, now_us);
      g_bytes_unref (bytes);
    }
}
