/* The objects of webrtc-stats that are about transports: "transport", "candidate-pair" and the
 * two candidates of the pair in use. */
#define G_LOG_DOMAIN "yodel-session"

#include "session/session-driver-private.h"

#include "session/stats-object.h"

static void
add_candidate (GVariantBuilder *objects,
               const char      *type,
               guint            index,
               const char      *candidate_type,
               const char      *address,
               guint            port,
               gint64           unix_us)
{
  g_autofree char *id = g_strdup_printf ("%s-%u", type, index);
  GVariantBuilder object;

  yodel_stats_object_begin (&object, type, id, unix_us);
  yodel_stats_object_add_text (&object, "candidateType", candidate_type);
  yodel_stats_object_add_text (&object, "address", address);
  yodel_stats_object_add_count (&object, "port", port);
  yodel_stats_object_add_text (&object, "protocol", "udp");
  yodel_stats_object_end (&object, objects);
}

/* What the congestion control is at, in a word; a name of our own. */
static const char *
name_state (const YodelControllerState *state)
{
  if (state->stopped)
    return "stopped";
  if (state->competing)
    return "competing";
  if (state->draining)
    return "draining";
  if (state->overusing)
    return "overuse";
  return state->in_alr ? "application-limited" : "normal";
}

static void
add_pair (YodelSessionDriver        *self,
          GVariantBuilder           *objects,
          guint                      index,
          const YodelTransportStats *stats,
          gint64                     unix_us)
{
  g_autofree char *id = g_strdup_printf ("candidate-pair-%u", index);
  g_autofree char *local = g_strdup_printf ("local-candidate-%u", index);
  g_autofree char *remote = g_strdup_printf ("remote-candidate-%u", index);
  YodelControllerState state;
  GVariantBuilder object;

  yodel_stats_object_begin (&object, "candidate-pair", id, unix_us);
  yodel_stats_object_add_text (&object, "localCandidateId", local);
  yodel_stats_object_add_text (&object, "remoteCandidateId", remote);
  yodel_stats_object_add_text (&object, "state", "succeeded");
  yodel_stats_object_add_flag (&object, "nominated", TRUE);
  yodel_stats_object_add_count (&object, "packetsSent", stats->packets_sent);
  yodel_stats_object_add_count (&object, "packetsReceived", stats->packets_received);
  yodel_stats_object_add_count (&object, "bytesSent", stats->bytes_sent);
  yodel_stats_object_add_count (&object, "bytesReceived", stats->bytes_received);
  if (yodel_session_core_get_flow_state (self->core, index, &state))
    {
      yodel_stats_object_add_number (&object, "availableOutgoingBitrate", state.target_bps);
      yodel_stats_object_add_number (&object, "lossFraction", state.loss_fraction);
      yodel_stats_object_add_number (&object, "queueDelayMs",
                                     state.queue_us / (double) YODEL_US_PER_MS);
      yodel_stats_object_add_number (&object, "acknowledgedBitrate", state.acknowledged_bps);
      yodel_stats_object_add_number (&object, "pacerQueueMs",
                                     yodel_session_core_get_backlog_us (self->core, index)
                                     / (double) YODEL_US_PER_MS);
      yodel_stats_object_add_text (&object, "congestionState", name_state (&state));
      if (state.rtt_us >= 0)
        yodel_stats_object_add_number (&object, "currentRoundTripTime",
                                       state.rtt_us / (double) G_USEC_PER_SEC);
    }
  yodel_stats_object_end (&object, objects);
}

static void
add_transport (GVariantBuilder           *objects,
               guint                      index,
               const YodelTransportStats *stats,
               YodelTransportState        state,
               gint64                     unix_us)
{
  g_autofree char *id = g_strdup_printf ("transport-%u", index);
  g_autofree char *pair = g_strdup_printf ("candidate-pair-%u", index);
  GVariantBuilder object;

  yodel_stats_object_begin (&object, "transport", id, unix_us);
  yodel_stats_object_add_text (&object, "dtlsState",
                               state == YODEL_TRANSPORT_CONNECTED ? "connected" : "connecting");
  yodel_stats_object_add_text (&object, "selectedCandidatePairId",
                               stats->local_candidate_type != NULL ? pair : NULL);
  yodel_stats_object_add_text (&object, "dtlsCipher", stats->dtls_cipher);
  yodel_stats_object_add_text (&object, "tlsVersion", stats->dtls_version);
  yodel_stats_object_add_text (&object, "srtpCipher", stats->srtp_cipher);
  yodel_stats_object_add_count (&object, "packetsSent", stats->packets_sent);
  yodel_stats_object_add_count (&object, "packetsReceived", stats->packets_received);
  yodel_stats_object_add_count (&object, "bytesSent", stats->bytes_sent);
  yodel_stats_object_add_count (&object, "bytesReceived", stats->bytes_received);
  if (stats->dtls_handshake_us >= 0)
    yodel_stats_object_add_number (&object, "dtlsHandshakeMs",
                                   stats->dtls_handshake_us / (double) YODEL_US_PER_MS);
  yodel_stats_object_add_count (&object, "droppedUnverified", stats->dropped_unverified);
  yodel_stats_object_add_count (&object, "droppedAuthFailed", stats->dropped_auth_failed);
  yodel_stats_object_add_count (&object, "droppedReplayed", stats->dropped_replayed);
  yodel_stats_object_add_count (&object, "droppedUnknown", stats->dropped_unknown);
  yodel_stats_object_end (&object, objects);
}

void
yodel_driver_add_path_stats (YodelSessionDriver *self,
                             GVariantBuilder    *objects,
                             gint64              now_us)
{
  gint64 unix_us = now_us + g_get_real_time () - g_get_monotonic_time ();

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      YodelTransport *transport = self->paths[i].transport;
      YodelTransportStats stats;

      if (transport == NULL)
        continue;

      yodel_transport_get_stats (transport, &stats);
      add_transport (objects, i, &stats, yodel_transport_get_state (transport), unix_us);
      if (stats.local_candidate_type == NULL)
        continue;

      add_pair (self, objects, i, &stats, unix_us);
      add_candidate (objects, "local-candidate", i, stats.local_candidate_type,
                     stats.local_address, stats.local_port, unix_us);
      add_candidate (objects, "remote-candidate", i, stats.remote_candidate_type,
                     stats.remote_address, stats.remote_port, unix_us);
    }
}
