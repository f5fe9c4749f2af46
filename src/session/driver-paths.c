/* The transports of a session: made when a description needs them, told of the peer, watched. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-driver-private.h"

#include <string.h>

static YodelEndReason
end_reason (YodelTransportReason reason)
{
  switch (reason)
    {
    case YODEL_TRANSPORT_OK:                return YODEL_END_LOCAL;
    case YODEL_TRANSPORT_CLOSED_BY_PEER:    return YODEL_END_REMOTE;
    case YODEL_TRANSPORT_NO_CANDIDATES:     return YODEL_END_NO_PATH;
    case YODEL_TRANSPORT_NO_PATH:           return YODEL_END_NO_PATH;
    case YODEL_TRANSPORT_LOST:              return YODEL_END_LOST;
    case YODEL_TRANSPORT_WRONG_FINGERPRINT: return YODEL_END_KEY;
    case YODEL_TRANSPORT_DTLS_FAILED:       return YODEL_END_FAILED;
    }
  g_assert_not_reached ();
}

static gboolean
all_connected (YodelSessionDriver *self)
{
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      const YodelDriverPath *path = &self->paths[i];

      if (path->told_remote
          && yodel_transport_get_state (path->transport) != YODEL_TRANSPORT_CONNECTED)
        return FALSE;
    }

  return TRUE;
}

static void
on_state (YodelTransportState   state,
          YodelTransportReason  reason,
          const char           *text,
          gpointer              user_data)
{
  YodelDriverPath *path = user_data;
  YodelSessionDriver *self = path->driver;

  switch (state)
    {
    case YODEL_TRANSPORT_NEW:
      break;
    case YODEL_TRANSPORT_CHECKING:
      if (self->state == YODEL_SESSION_NEW)
        yodel_driver_set_state (self, YODEL_SESSION_CONNECTING, YODEL_END_NONE, NULL);
      break;
    case YODEL_TRANSPORT_CONNECTED:
      yodel_driver_watch_paths (self);
      if (all_connected (self))
        yodel_driver_set_state (self, YODEL_SESSION_CONNECTED, YODEL_END_NONE, NULL);
      break;
    case YODEL_TRANSPORT_RECONNECTING:
      yodel_driver_set_state (self, YODEL_SESSION_RECONNECTING, YODEL_END_NONE, text);
      break;
    case YODEL_TRANSPORT_CLOSED:
    case YODEL_TRANSPORT_FAILED:
      yodel_driver_set_state (self, YODEL_SESSION_ENDED, end_reason (reason), text);
      break;
    }

  yodel_driver_flush_pending (self);
  yodel_driver_turn (self);
}

static const char *
mid_of_path (YodelSessionDriver *self,
             guint               index)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  guint n = yodel_negotiation_get_n_transceivers (negotiation);

  for (guint i = 0; i < n; i++)
    {
      const YodelTransceiver *transceiver = yodel_negotiation_get_transceiver (negotiation, i);

      if (transceiver->mid[0] != '\0'
          && yodel_negotiation_find_transport (negotiation, transceiver->mid) == (gint) index)
        return transceiver->mid;
    }

  return NULL;
}

static void
on_candidate (const char *candidate,
              gpointer    user_data)
{
  YodelDriverPath *path = user_data;
  YodelSessionDriver *self = path->driver;

  g_ptr_array_add (path->candidates, g_strdup (candidate));
  if (self->settings.trickle)
    self->ops.candidate (candidate, mid_of_path (self, path->index), self->user_data);
}

static void
on_gathering_done (gpointer user_data)
{
  YodelDriverPath *path = user_data;

  path->gathered = TRUE;
  yodel_driver_flush_pending (path->driver);
}

static void
on_packet (guint8   *data,
           gsize     size,
           gboolean  is_rtcp,
           gint64    arrival_us,
           gpointer  user_data)
{
  YodelDriverPath *path = user_data;
  YodelSessionDriver *self = path->driver;

  yodel_session_core_receive (self->core, path->index, data, size, is_rtcp, arrival_us,
                              g_get_monotonic_time ());
  yodel_driver_turn (self);
}

static void
on_restart_wanted (gpointer user_data)
{
  YodelDriverPath *path = user_data;

  path->driver->ops.restart_wanted (path->driver->user_data);
}

static gboolean
create_path (YodelSessionDriver  *self,
             guint                index,
             GError             **error)
{
  static const YodelTransportCallbacks callbacks = {
    .candidate = on_candidate,
    .gathering_done = on_gathering_done,
    .state = on_state,
    .packet = on_packet,
    .restart_wanted = on_restart_wanted,
  };
  YodelDriverPath *path = &self->paths[index];
  YodelTransportConfig config = {
    .stun_servers = (const char * const *) self->settings.stun_servers,
    .bind = (const char * const *) self->settings.bind,
    .controlling = self->offerer,
    .certificate = self->certificate,
    .loopback = TRUE,
  };

  /* One name for all that may be bundled, as browsers do: webrtcbin takes no other offer. */
  if (self->paths[0].transport != NULL)
    yodel_transport_get_local_credentials (self->paths[0].transport, &config.ufrag, &config.pwd);

  path->driver = self;
  path->index = index;
  path->candidates = g_ptr_array_new_with_free_func (g_free);
  path->transport = yodel_transport_new (&config, self->context, &callbacks, path, error);
  if (path->transport == NULL)
    {
      g_clear_pointer (&path->candidates, g_ptr_array_unref);
      return FALSE;
    }

  yodel_transport_gather (path->transport);
  return TRUE;
}

/* Makes the first @n transports, where they are not there yet. */
gboolean
yodel_driver_ensure_paths (YodelSessionDriver  *self,
                           guint                n,
                           GError             **error)
{
  if (self->certificate == NULL)
    self->certificate = yodel_certificate_new (error);
  if (self->certificate == NULL)
    return FALSE;

  for (guint i = 0; i < MIN (n, YODEL_SESSION_MAX_TRANSPORTS); i++)
    if (self->paths[i].transport == NULL && !create_path (self, i, error))
      return FALSE;

  return TRUE;
}

/* A transport that failed gathers nothing more; it is not waited for. */
gboolean
yodel_driver_is_gathered (YodelSessionDriver *self)
{
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    if (self->paths[i].transport != NULL && !self->paths[i].gathered)
      return FALSE;

  return TRUE;
}

/* Tells the negotiation what our transports look like. */
void
yodel_driver_describe_paths (YodelSessionDriver *self)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  YodelSdpFingerprint fingerprint = { 0 };
  const guint8 *bytes = yodel_certificate_get_fingerprint (self->certificate,
                                                           &fingerprint.size_bytes);

  g_strlcpy (fingerprint.algorithm, yodel_certificate_get_algorithm (self->certificate),
             sizeof fingerprint.algorithm);
  memcpy (fingerprint.bytes, bytes, fingerprint.size_bytes);

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      YodelDriverPath *path = &self->paths[i];
      g_autoptr (GPtrArray) candidates = NULL;
      YodelLocalTransport local = {
        .fingerprint = &fingerprint,
        .gathering_complete = path->gathered,
      };

      if (path->transport == NULL)
        continue;

      candidates = g_ptr_array_new ();
      for (guint j = 0; j < path->candidates->len; j++)
        g_ptr_array_add (candidates, path->candidates->pdata[j]);
      g_ptr_array_add (candidates, NULL);

      yodel_transport_get_local_credentials (path->transport, &local.ufrag, &local.pwd);
      local.candidates = (const char * const *) candidates->pdata;
      yodel_negotiation_set_local_transport (negotiation, i, &local);
    }
}

/* New credentials and candidates on every transport. */
void
yodel_driver_restart_paths (YodelSessionDriver *self)
{
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      YodelDriverPath *path = &self->paths[i];

      if (path->transport == NULL)
        continue;

      g_ptr_array_set_size (path->candidates, 0);
      path->gathered = FALSE;
      yodel_transport_restart (path->transport);
    }
}

static gboolean
connect_path (YodelDriverPath                 *path,
              const YodelTransportParameters  *remote,
              GError                         **error)
{
  guint n_candidates = remote->candidates != NULL ? g_strv_length (remote->candidates) : 0;

  if (remote->restarted)
    path->n_told = 0;

  if (!yodel_transport_set_remote (path->transport, remote->ufrag, remote->pwd,
                                   remote->fingerprint.algorithm, remote->fingerprint.bytes,
                                   remote->fingerprint.size_bytes, remote->dtls_client, error))
    return FALSE;

  path->told_remote = TRUE;
  for (; path->n_told < n_candidates; path->n_told++)
    yodel_transport_add_candidate (path->transport, remote->candidates[path->n_told], NULL);

  if (remote->end_of_candidates || !remote->trickle)
    yodel_transport_end_of_candidates (path->transport);
  return TRUE;
}

/* Tells the transports what the peer said of them; those that a bundle left over go. */
gboolean
yodel_driver_connect_paths (YodelSessionDriver  *self,
                            GError             **error)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  guint n = yodel_negotiation_get_n_transports (negotiation);

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      YodelDriverPath *path = &self->paths[i];
      const YodelTransportParameters *remote = yodel_negotiation_get_transport (negotiation, i);

      if (path->transport == NULL)
        continue;

      if (i >= n && n > 0)
        {
          path->told_remote = path->open = FALSE;
          g_clear_pointer (&path->transport, yodel_transport_free);
          g_clear_pointer (&path->candidates, g_ptr_array_unref);
        }
      else if (remote != NULL && !connect_path (path, remote, error))
        {
          return FALSE;
        }
    }

  return TRUE;
}

static void
watch_route (YodelDriverPath *path)
{
  struct sockaddr_storage remote;

  if (!yodel_transport_get_remote (path->transport, &remote) || memcmp (&remote, &path->remote, sizeof remote) == 0)
    return;

  if (path->remote.ss_family != AF_UNSPEC)
    yodel_session_core_on_route_change (path->driver->core, path->index, g_get_monotonic_time ());
  path->remote = remote;
}

static void
tell_handshake (YodelDriverPath *path)
{
  YodelTransportStats stats;

  yodel_transport_get_stats (path->transport, &stats);
  yodel_session_core_on_handshake (path->driver->core, path->index, stats.rtt_us,
                                   g_get_monotonic_time ());
}

/* Lets the core send where a transport can, which may be before it is connected. */
void
yodel_driver_watch_paths (YodelSessionDriver *self)
{
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      YodelDriverPath *path = &self->paths[i];
      gboolean open;

      if (path->transport == NULL)
        continue;

      open = self->state != YODEL_SESSION_ENDED && yodel_transport_can_send (path->transport);
      if (open && self->state == YODEL_SESSION_CONNECTED)
        watch_route (path);
      if (open == path->open)
        continue;

      path->open = open;
      if (open)
        tell_handshake (path);
      yodel_session_core_set_open (self->core, i, open, g_get_monotonic_time ());
      if (open)
        self->ops.open (self->user_data);
    }
}

void
yodel_driver_close_paths (YodelSessionDriver *self)
{
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    if (self->paths[i].transport != NULL)
      yodel_transport_close (self->paths[i].transport);
}
