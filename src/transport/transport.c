#define G_LOG_DOMAIN "yodel-transport"

#include "transport/transport.h"

#include <string.h>

#include <yodel/yodel-error.h>

#include "transport/transport-private.h"

/* A machine without a network address gets this long to find one. */
#define NO_CANDIDATES_US     (3 * G_TIME_SPAN_SECOND)

/* An answerer that hears nothing at all cannot know whether its answer is still on the way. */
#define ANSWER_WAIT_US       (30 * G_TIME_SPAN_SECOND)

/* Of a malformed line, in an error message. */
#define MAX_SHOWN_BYTES      80

YodelTransport *
yodel_transport_new (const YodelTransportConfig     *config,
                     GMainContext                   *context,
                     const YodelTransportCallbacks  *callbacks,
                     gpointer                        user_data,
                     GError                        **error)
{
  YodelTransport *self;

  g_return_val_if_fail (config != NULL && config->certificate != NULL, NULL);
  g_return_val_if_fail (context != NULL && callbacks != NULL, NULL);

  yodel_srtp_prepare ();
  self = g_new0 (YodelTransport, 1);
  self->config = *config;
  self->config.stun_servers = (const char * const *) g_strdupv ((char **) config->stun_servers);
  self->config.bind = (const char * const *) g_strdupv ((char **) config->bind);
  yodel_certificate_ref (self->config.certificate);
  self->context = g_main_context_ref (context);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->retired = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_ice_agent_free);
  self->farewell = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_queue_init (&self->early_dtls);
  g_queue_init (&self->early_media);
  self->gather_us = self->no_candidates_us = self->give_up_us = self->network_us = self->asked_us = YODEL_NEVER_US;
  self->restart_us = self->farewell_us = YODEL_NEVER_US;
  self->stats.dtls_handshake_us = self->stats.rtt_us = -1;

  self->timer = yodel_transport_create_timer (self);
  self->watch = yodel_interfaces_watch_new ();
  if (self->watch != NULL)
    {
      g_source_set_callback (self->watch, yodel_transport_on_network_event, self, NULL);
      g_source_attach (self->watch, context);
    }
  self->ice = yodel_transport_create_ice (self);
  self->config.ufrag = self->config.pwd = NULL;    /* borrowed; a restart has new ones */
  return self;
}

void
yodel_transport_free (YodelTransport *self)
{
  self->callbacks = (YodelTransportCallbacks) { 0 };
  yodel_transport_close (self);
  while (self->farewell_left > 0)
    yodel_transport_repeat_farewell (self, 0);

  g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  yodel_transport_retire (self, &self->ice);
  yodel_transport_retire (self, &self->next_ice);
  g_clear_pointer (&self->retired, g_ptr_array_unref);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_pointer (&self->dtls, yodel_dtls_free);
  g_clear_pointer (&self->srtp, yodel_srtp_free);
  g_clear_pointer (&self->algorithm, g_free);
  g_queue_clear_full (&self->early_dtls, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&self->early_media, (GDestroyNotify) yodel_early_packet_free);
  g_clear_pointer (&self->farewell, g_ptr_array_unref);
  g_strfreev ((char **) self->config.stun_servers);
  g_strfreev ((char **) self->config.bind);
  yodel_certificate_unref (self->config.certificate);
  g_clear_pointer (&self->context, g_main_context_unref);
  yodel_srtp_await ();      /* a process may end next, and that thread would still be running */
  g_free (self);
}

void
yodel_transport_get_local_credentials (YodelTransport  *self,
                                       const char     **ufrag,
                                       const char     **pwd)
{
  YodelIceAgent *agent = yodel_transport_get_newest (self);

  *ufrag = agent != NULL ? yodel_ice_agent_get_ufrag (agent) : "";
  *pwd = agent != NULL ? yodel_ice_agent_get_pwd (agent) : "";
}

void
yodel_transport_gather (YodelTransport *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_transport_is_over (self) || self->addresses != NULL)
    return;
  self->no_candidates_us = now_us + NO_CANDIDATES_US;
  yodel_transport_try_gather (self, now_us);
  yodel_transport_reschedule (self);
}

/* The peer's identity and the DTLS role are set once. */
static gboolean
set_peer (YodelTransport  *self,
          const char      *algorithm,
          const guint8    *fingerprint,
          gsize            fingerprint_bytes,
          gboolean         dtls_client,
          GError         **error)
{
  if (!yodel_dtls_check_algorithm (algorithm, fingerprint_bytes))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION,
                   "the fingerprint is not a sha-256, sha-384 or sha-512 one: “%s” with %" G_GSIZE_FORMAT " bytes",
                   algorithm, fingerprint_bytes);
      return FALSE;
    }
  if (self->algorithm == NULL)
    {
      self->algorithm = g_strdup (algorithm);
      memcpy (self->fingerprint, fingerprint, fingerprint_bytes);
      self->fingerprint_bytes = fingerprint_bytes;
      self->dtls_client = dtls_client;
      return TRUE;
    }
  if (g_ascii_strcasecmp (self->algorithm, algorithm) == 0 &&
      memcmp (self->fingerprint, fingerprint, fingerprint_bytes) == 0)
    return TRUE;

  g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "the peer's fingerprint changed in mid-call");
  return FALSE;
}

static gint64
get_answer_wait_us (const YodelTransport *self)
{
  return self->config.answer_wait_us > 0 ? self->config.answer_wait_us : ANSWER_WAIT_US;
}

gboolean
yodel_transport_set_remote (YodelTransport  *self,
                            const char      *ufrag,
                            const char      *pwd,
                            const char      *algorithm,
                            const guint8    *fingerprint,
                            gsize            fingerprint_bytes,
                            gboolean         dtls_client,
                            GError         **error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_transport_is_over (self))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_CLOSED, "the transport is closed");
      return FALSE;
    }
  if (!set_peer (self, algorithm, fingerprint, fingerprint_bytes, dtls_client, error))
    return FALSE;
  if (yodel_ice_agent_is_remote (yodel_transport_get_newest (self), ufrag, pwd))
    return TRUE;
  if (yodel_ice_agent_has_remote (yodel_transport_get_newest (self)))
    yodel_transport_restart (self);
  if (!yodel_ice_agent_set_remote (yodel_transport_get_newest (self), ufrag, pwd, now_us))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "the ICE credentials are malformed");
      return FALSE;
    }

  self->give_up_us = now_us + (self->config.controlling ? YODEL_TRANSPORT_GIVE_UP_US : get_answer_wait_us (self));
  if (self->state == YODEL_TRANSPORT_NEW)
    yodel_transport_set_state (self, YODEL_TRANSPORT_CHECKING, YODEL_TRANSPORT_OK, NULL);
  if (self->dtls == NULL && !yodel_transport_create_dtls (self, now_us, error))
    return FALSE;
  yodel_transport_take_early_dtls (self, now_us);
  yodel_alarm_set (self->timer, 0);      /* when the candidates are here, too */
  return TRUE;
}

gboolean
yodel_transport_add_candidate (YodelTransport  *self,
                               const char      *candidate,
                               GError         **error)
{
  g_autofree char *shown = NULL;

  if (yodel_transport_is_over (self) || yodel_ice_agent_add_candidate (yodel_transport_get_newest (self), candidate))
    {
      yodel_transport_reschedule (self);
      return TRUE;
    }
  shown = g_utf8_make_valid (candidate, (gssize) strnlen (candidate, MAX_SHOWN_BYTES));
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION, "the candidate is malformed: “%s”", shown);
  return FALSE;
}

void
yodel_transport_end_of_candidates (YodelTransport *self)
{
  if (!yodel_transport_is_over (self))
    yodel_ice_agent_end_of_candidates (yodel_transport_get_newest (self));
  yodel_transport_reschedule (self);
}

void
yodel_transport_restart (YodelTransport *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_transport_is_over (self))
    return;
  yodel_transport_retire (self, &self->next_ice);
  self->next_ice = yodel_transport_create_ice (self);
  yodel_transport_try_gather (self, now_us);
  yodel_transport_reschedule (self);
}

gboolean
yodel_transport_can_send (YodelTransport *self)
{
  return self->srtp != NULL && yodel_transport_is_up (self);
}

static gboolean
send_media (YodelTransport *self,
            const guint8   *data,
            gsize           size,
            gboolean        rtcp)
{
  guint8 packet[YODEL_TRANSPORT_MAX_PACKET_BYTES + YODEL_SRTP_MAX_OVERHEAD_BYTES];

  if (size > YODEL_TRANSPORT_MAX_PACKET_BYTES || !yodel_transport_can_send (self))
    return FALSE;

  memcpy (packet, data, size);
  if (!yodel_srtp_protect (self->srtp, packet, &size, rtcp) || !yodel_ice_agent_send (self->ice, packet, size))
    return FALSE;
  self->stats.packets_sent++;
  self->stats.bytes_sent += size;
  return TRUE;
}

gboolean
yodel_transport_send_rtp (YodelTransport *self,
                          const guint8   *data,
                          gsize           size)
{
  return send_media (self, data, size, FALSE);
}

gboolean
yodel_transport_send_rtcp (YodelTransport *self,
                           const guint8   *data,
                           gsize           size)
{
  return send_media (self, data, size, TRUE);
}

void
yodel_transport_close (YodelTransport *self)
{
  if (yodel_transport_is_over (self))
    return;
  if (self->dtls != NULL)
    yodel_dtls_close (self->dtls);
  yodel_transport_end (self, YODEL_TRANSPORT_CLOSED, YODEL_TRANSPORT_OK, NULL, g_get_monotonic_time ());
  yodel_transport_reschedule (self);
}

YodelTransportState
yodel_transport_get_state (const YodelTransport *self)
{
  return self->state;
}

gboolean
yodel_transport_get_remote (YodelTransport          *self,
                            struct sockaddr_storage *address)
{
  return self->ice != NULL && yodel_ice_agent_get_remote (self->ice, address);
}

void
yodel_transport_get_stats (YodelTransport      *self,
                           YodelTransportStats *stats)
{
  if (self->ice != NULL)
    yodel_ice_agent_get_stats (self->ice, &self->stats);
  *stats = self->stats;
}
