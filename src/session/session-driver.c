#define G_LOG_DOMAIN "yodel-session"

#include "session/session-driver-private.h"

#include <errno.h>
#include <sys/random.h>

#include "audio/telephone-sender.h"
#include "base/units.h"
#include "session/stats-private.h"
#include "transport/alarm.h"

#define LEVELS_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)

/* While the handshake runs, sending keys may appear between two packets. */
#define WATCH_INTERVAL_US  (5 * G_TIME_SPAN_MILLISECOND)

void
yodel_session_settings_clear (YodelSessionSettings *settings)
{
  g_clear_pointer (&settings->stun_servers, g_strfreev);
  g_clear_pointer (&settings->bind, g_strfreev);
}

static YodelTrackPort *
find_port (YodelSessionDriver *self,
           guint               section)
{
  for (guint i = 0; i < self->ports->len; i++)
    {
      YodelTrackPort *port = self->ports->pdata[i];

      if (port->section == section)
        return port;
    }

  return NULL;
}

static void
core_send (guint     transport,
           guint8   *data,
           gsize     size,
           gboolean  is_rtcp,
           gpointer  user_data)
{
  YodelSessionDriver *self = user_data;
  YodelTransport *to = self->paths[transport].transport;

  if (to == NULL)
    return;

  if (is_rtcp)
    yodel_transport_send_rtcp (to, data, size);
  else
    yodel_transport_send_rtp (to, data, size);
}

static void
tell_first_frame (YodelSessionDriver *self,
                  YodelTrackPort     *port,
                  gint64              time_us)
{
  if (port->played)
    return;

  port->played = TRUE;
  self->ops.first_frame (port, time_us, self->user_data);
}

static void
core_play (guint         section,
           const gint16 *samples,
           gsize         n_samples,
           guint         channels,
           gint64        time_us,
           gpointer      user_data)
{
  YodelSessionDriver *self = user_data;
  YodelTrackPort *port = find_port (self, section);

  if (port == NULL)
    return;

  if (port->sink != NULL && channels == 2)
    yodel_sink_write_stereo (port->sink, samples, n_samples, time_us);
  else if (port->sink != NULL)
    yodel_sink_write_audio (port->sink, samples, n_samples, time_us);
  tell_first_frame (self, port, time_us);
}

static void
core_show (guint            section,
           YodelVideoFrame *picture,
           gpointer         user_data)
{
  YodelSessionDriver *self = user_data;
  YodelTrackPort *port = find_port (self, section);

  if (port == NULL)
    return;

  if (port->sink != NULL)
    yodel_sink_write_video (port->sink, picture);
  tell_first_frame (self, port, g_get_monotonic_time ());
}

static void
core_key (guint     section,
          guint8    event,
          guint     duration_ms,
          gpointer  user_data)
{
  YodelSessionDriver *self = user_data;
  YodelTrackPort *port = find_port (self, section);

  if (port != NULL)
    self->ops.key (port, event, duration_ms, self->user_data);
}

static void
worker_encoded (gpointer                 owner,
                guint                    section,
                const YodelEncodedFrame *frame,
                gint64                   encode_us)
{
  YodelSessionDriver *self = owner;

  yodel_session_core_encoded (self->core, section, frame, encode_us, g_get_monotonic_time ());
  yodel_driver_turn (self);
}

static void
worker_decoded (gpointer                   owner,
                guint                      section,
                const YodelAssembledFrame *frame,
                YodelVideoFrame           *picture,
                gboolean                   failed,
                gint64                     decode_us)
{
  YodelSessionDriver *self = owner;

  yodel_session_core_decoded (self->core, section, frame, picture, failed, decode_us,
                              g_get_monotonic_time ());
  yodel_driver_turn (self);
}

static YodelVideoWorker *
ensure_worker (YodelSessionDriver *self,
               guint               section)
{
  static const YodelVideoWorkerOps ops = { worker_encoded, worker_decoded };
  YodelVideoWorker *worker = g_hash_table_lookup (self->workers, GUINT_TO_POINTER (section));

  if (worker == NULL)
    {
      worker = yodel_video_worker_new (self->mailbox, section, &ops, self);
      g_hash_table_insert (self->workers, GUINT_TO_POINTER (section), worker);
    }

  return worker;
}

static void
core_encode (guint           section,
             YodelEncodeJob *job,
             gpointer        user_data)
{
  yodel_video_worker_encode (ensure_worker (user_data, section), job);
}

static void
core_decode (guint                section,
             YodelAssembledFrame *frame,
             gpointer             user_data)
{
  yodel_video_worker_decode (ensure_worker (user_data, section), frame);
}

static void
core_notice (YodelSessionNotice notice,
             gpointer           user_data)
{
  YodelSessionDriver *self = user_data;

  self->ops.notice (notice, self->user_data);
}

static gboolean
on_timer (gpointer data)
{
  yodel_driver_turn (data);
  return G_SOURCE_CONTINUE;
}

static void
draw_bytes (gpointer bytes,
            gsize    size)
{
  guint8 *at = bytes;

  while (size > 0)
    {
      gssize n = getrandom (at, size, 0);

      if (n < 0 && errno != EINTR)
        g_error ("the kernel gives no random numbers: %s", g_strerror (errno));
      if (n > 0)
        {
          at += n;
          size -= n;
        }
    }
}

static YodelSessionCore *
create_core (YodelSessionDriver *self)
{
  static const YodelSessionCoreOps ops = {
    .send = core_send,
    .play = core_play,
    .show = core_show,
    .encode = core_encode,
    .decode = core_decode,
    .notice = core_notice,
    .key = core_key,
  };
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *cname = NULL;
  guint8 name[12];                /* RFC 7022 section 4.1: 96 random bits */
  YodelSessionCoreConfig config = { .unix_offset_us = g_get_real_time () - now_us };

  draw_bytes (name, sizeof name);
  draw_bytes (config.seed, sizeof config.seed);
  config.cname = cname = g_base64_encode (name, sizeof name);
  return yodel_session_core_new (&config, &ops, self, now_us);
}

YodelSessionDriver *
yodel_session_driver_new (GMainContext                *context,
                          YodelMailbox                *mailbox,
                          const YodelSessionDriverOps *ops,
                          gpointer                     user_data)
{
  YodelSessionDriver *self = g_new0 (YodelSessionDriver, 1);

  self->context = g_main_context_ref (context);
  self->mailbox = yodel_mailbox_ref (mailbox);
  self->ops = *ops;
  self->user_data = user_data;
  self->ports = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_track_port_unref);
  self->workers = g_hash_table_new (NULL, NULL);
  g_queue_init (&self->pending);
  return self;
}

void
yodel_session_driver_start (YodelSessionDriver *self)
{
  self->core = create_core (self);
  self->timer = yodel_alarm_new (self->context, "yodel session", on_timer, self);
}

static void
fail_pending (YodelSessionDriver *self,
              int                 code,
              const char         *text)
{
  YodelPendingDescription *pending;

  while ((pending = g_queue_pop_head (&self->pending)) != NULL)
    {
      pending->done (NULL, g_error_new_literal (YODEL_ERROR, code, text), pending->user_data);
      g_free (pending);
    }
}

void
yodel_session_driver_free (YodelSessionDriver *self)
{
  GHashTableIter iter;
  gpointer worker;

  fail_pending (self, YODEL_ERROR_CLOSED, "the session was closed");
  g_source_destroy (self->timer);
  g_source_unref (self->timer);

  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    {
      g_clear_pointer (&self->paths[i].transport, yodel_transport_free);
      g_clear_pointer (&self->paths[i].candidates, g_ptr_array_unref);
    }

  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, &worker))
    self->ops.retire (worker, self->user_data);

  g_hash_table_unref (self->workers);
  g_ptr_array_unref (self->ports);
  yodel_session_core_free (self->core);
  g_clear_pointer (&self->certificate, yodel_certificate_unref);
  yodel_session_settings_clear (&self->settings);
  yodel_mailbox_unref (self->mailbox);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
tell_levels (YodelSessionDriver *self)
{
  for (guint i = 0; i < self->ports->len; i++)
    {
      YodelTrackPort *port = self->ports->pdata[i];
      YodelSessionLevels levels;

      if (port->kind != YODEL_MEDIA_AUDIO || port->section == 0)
        continue;

      yodel_session_core_get_levels (self->core, port->section, &levels);
      self->ops.levels (port, &levels, self->user_data);
    }
}

/* Lets the core act on what has come, and sets the alarm for when it wants to act next. */
void
yodel_driver_turn (YodelSessionDriver *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 deadline_us;

  if (self->state == YODEL_SESSION_ENDED)
    {
      yodel_alarm_set (self->timer, YODEL_NEVER_US);
      return;
    }

  yodel_driver_watch_paths (self);
  yodel_session_core_advance (self->core, now_us);

  if (self->state == YODEL_SESSION_CONNECTED && now_us >= self->levels_us)
    {
      tell_levels (self);
      self->levels_us = now_us + LEVELS_INTERVAL_US;
    }

  deadline_us = yodel_session_core_next_deadline_us (self->core);
  if (self->state == YODEL_SESSION_CONNECTED)
    deadline_us = MIN (deadline_us, self->levels_us);
  if (self->state == YODEL_SESSION_CONNECTING)
    deadline_us = MIN (deadline_us, now_us + WATCH_INTERVAL_US);
  yodel_alarm_set (self->timer, deadline_us);
}

void
yodel_driver_set_state (YodelSessionDriver *self,
                        YodelSessionState   state,
                        YodelEndReason      reason,
                        const char         *text)
{
  if (self->state == state || self->state == YODEL_SESSION_ENDED)
    return;

  g_debug ("session %p: state %u -> %u", self, self->state, state);
  self->state = state;
  self->ops.state (state, reason, text, self->user_data);

  if (state != YODEL_SESSION_ENDED)
    return;

  fail_pending (self, reason == YODEL_END_NO_PATH ? YODEL_ERROR_NO_CANDIDATES
                                                  : YODEL_ERROR_CLOSED,
                text != NULL ? text : "the session was closed");
  yodel_driver_watch_paths (self);
  for (guint i = 0; i < YODEL_SESSION_MAX_TRANSPORTS; i++)
    yodel_session_core_set_open (self->core, i, FALSE, g_get_monotonic_time ());
  yodel_driver_close_paths (self);      /* those that are not bundled do not outlive the one that failed */
}

void
yodel_session_driver_set_settings (YodelSessionDriver   *self,
                                   YodelSessionSettings *settings)
{
  yodel_session_settings_clear (&self->settings);
  self->settings = *settings;
  *settings = (YodelSessionSettings) { 0 };
  yodel_negotiation_set_video_codec (yodel_session_core_get_negotiation (self->core),
                                     self->settings.video_codec);
  yodel_session_core_set_max_bitrate (self->core, self->settings.max_bitrate_bps,
                                      g_get_monotonic_time ());
}

void
yodel_session_driver_add_track (YodelSessionDriver *self,
                                YodelTrackPort     *port,
                                YodelDirection      direction)
{
  port->section = yodel_session_core_add_section (self->core, port->kind, direction,
                                                  g_get_monotonic_time ());
  if (port->section != 0)
    g_ptr_array_add (self->ports, yodel_track_port_ref (port));
}

void
yodel_session_driver_remove_track (YodelSessionDriver *self,
                                   YodelTrackPort     *port)
{
  yodel_negotiation_stop_transceiver (yodel_session_core_get_negotiation (self->core),
                                      port->section);
}

void
yodel_session_driver_set_track (YodelSessionDriver *self,
                                YodelTrackPort     *port,
                                YodelDirection      direction,
                                gboolean            enabled,
                                YodelVideoContent   content,
                                const YodelAudioSettings *sound)
{
  yodel_negotiation_set_direction (yodel_session_core_get_negotiation (self->core),
                                   port->section, direction);
  yodel_session_core_set_enabled (self->core, port->section, enabled);
  yodel_session_core_set_content (self->core, port->section, content);
  yodel_session_core_set_sound (self->core, port->section, sound);
}

YodelSink *
yodel_session_driver_set_sink (YodelSessionDriver *self,
                               YodelTrackPort     *port,
                               YodelSink          *sink)
{
  YodelSink *before = port->sink;

  port->sink = sink;
  return before;
}

void
yodel_session_driver_push_audio (YodelSessionDriver *self,
                                 YodelTrackPort     *port,
                                 const gint16       *samples,
                                 gsize               n_samples,
                                 guint               channels,
                                 gint64              captured_us)
{
  gsize missing = yodel_session_core_push_audio (self->core, port->section, samples, n_samples, channels,
                                                 captured_us, g_get_monotonic_time ());

  __atomic_store_n (&port->n_missing, missing, __ATOMIC_RELAXED);
  yodel_driver_turn (self);
}

void
yodel_session_driver_push_video (YodelSessionDriver *self,
                                 YodelTrackPort     *port,
                                 YodelVideoFrame    *frame)
{
  yodel_session_core_push_video (self->core, port->section, frame, g_get_monotonic_time ());
  yodel_driver_turn (self);
}

void
yodel_session_driver_press_keys (YodelSessionDriver *self,
                                 YodelTrackPort     *port,
                                 const char         *keys,
                                 guint               duration_ms)
{
  for (; *keys != '\0'; keys++)
    {
      guint8 event = YODEL_TELEPHONE_PAUSE;

      if (*keys == ',' || yodel_telephone_event_from_key (*keys, &event))
        yodel_session_core_press_key (self->core, port->section, event, duration_ms, g_get_monotonic_time ());
    }
  yodel_driver_turn (self);
}

/* Ports for the sections that an offer of the peer made. */
static void
adopt_tracks (YodelSessionDriver *self)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  guint n = yodel_negotiation_get_n_transceivers (negotiation);

  yodel_session_core_adopt_sections (self->core, g_get_monotonic_time ());

  for (guint i = 0; i < n; i++)
    {
      const YodelTransceiver *transceiver = yodel_negotiation_get_transceiver (negotiation, i);
      YodelTrackPort *port;

      if (transceiver->stopped || find_port (self, transceiver->id) != NULL)
        continue;

      port = yodel_track_port_new (self->mailbox, self, transceiver->kind);
      port->section = transceiver->id;
      g_ptr_array_add (self->ports, port);
      self->ops.track_added (port, self->user_data);
    }
}

/* What was agreed goes to work, and to the face. */
static void
apply (YodelSessionDriver *self)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);

  yodel_session_core_apply (self->core, g_get_monotonic_time ());

  for (guint i = 0; i < self->ports->len; i++)
    {
      YodelTrackPort *port = self->ports->pdata[i];
      const YodelMediaParameters *media = yodel_negotiation_get_media (negotiation, port->section);

      self->ops.track (port, media != NULL ? media->mid : NULL,
                       media != NULL ? media->direction : YODEL_DIRECTION_INACTIVE,
                       media != NULL && media->telephone_keys != 0, self->user_data);
    }

  yodel_driver_turn (self);
}

static void
tell_signaling (YodelSessionDriver *self)
{
  YodelSignalingState state =
    yodel_negotiation_get_state (yodel_session_core_get_negotiation (self->core));

  if (self->signaling == state)
    return;

  self->signaling = state;
  self->ops.signaling (state, self->user_data);
}

static void
complete_description (YodelSessionDriver      *self,
                      YodelPendingDescription *pending)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  GError *error = NULL;
  char *sdp;

  yodel_driver_describe_paths (self);
  sdp = pending->type == YODEL_SDP_OFFER ? yodel_negotiation_create_offer (negotiation, &error)
                                         : yodel_negotiation_create_answer (negotiation, &error);
  if (sdp != NULL && pending->type == YODEL_SDP_ANSWER)
    apply (self);

  tell_signaling (self);
  pending->done (sdp, error, pending->user_data);
  g_free (pending);
}

/* Makes the descriptions that only waited for candidates. */
void
yodel_driver_flush_pending (YodelSessionDriver *self)
{
  YodelPendingDescription *pending;

  while ((self->settings.trickle || yodel_driver_is_gathered (self))
         && (pending = g_queue_pop_head (&self->pending)) != NULL)
    complete_description (self, pending);
}

static void
queue_description (YodelSessionDriver *self,
                   YodelSdpType        type,
                   YodelSessionDone    done,
                   gpointer            user_data)
{
  YodelPendingDescription *pending = g_new (YodelPendingDescription, 1);

  *pending = (YodelPendingDescription) { type, done, user_data };
  g_queue_push_tail (&self->pending, pending);
  yodel_driver_flush_pending (self);
}

static void
take_role (YodelSessionDriver *self,
           gboolean            offerer)
{
  if (self->has_role)
    return;

  self->offerer = offerer;
  self->has_role = TRUE;
}

static gboolean
refuse_if_over (YodelSessionDriver  *self,
                GError             **error)
{
  if (self->state != YODEL_SESSION_ENDED)
    return FALSE;

  g_set_error_literal (error, YODEL_ERROR, YODEL_ERROR_CLOSED, "the session is over");
  return TRUE;
}

void
yodel_session_driver_create_offer (YodelSessionDriver *self,
                                   gboolean            restart_ice,
                                   YodelSessionDone    done,
                                   gpointer            user_data)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  GError *error = NULL;

  take_role (self, TRUE);
  if (refuse_if_over (self, &error)
      || !yodel_driver_ensure_paths (self, yodel_negotiation_get_n_transports (negotiation),
                                     &error))
    {
      done (NULL, error, user_data);
      return;
    }

  if (restart_ice)
    yodel_driver_restart_paths (self);
  queue_description (self, YODEL_SDP_OFFER, done, user_data);
}

void
yodel_session_driver_create_answer (YodelSessionDriver *self,
                                    YodelSessionDone    done,
                                    gpointer            user_data)
{
  GError *error = NULL;

  if (refuse_if_over (self, &error))
    done (NULL, error, user_data);
  else
    queue_description (self, YODEL_SDP_ANSWER, done, user_data);
}

/* The peer restarted ICE: so do we, before its new credentials are used. */
static void
follow_restart (YodelSessionDriver *self)
{
  const YodelTransportParameters *remote =
    yodel_negotiation_get_transport (yodel_session_core_get_negotiation (self->core), 0);

  if (remote != NULL && remote->restarted && self->paths[0].told_remote)
    yodel_driver_restart_paths (self);
}

static gboolean
take_offer (YodelSessionDriver  *self,
            GError             **error)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);

  take_role (self, FALSE);
  adopt_tracks (self);
  if (!yodel_driver_ensure_paths (self, yodel_negotiation_get_n_transports (negotiation), error))
    return FALSE;

  follow_restart (self);
  return yodel_driver_connect_paths (self, error);
}

static gboolean
take_answer (YodelSessionDriver  *self,
             GError             **error)
{
  if (!yodel_driver_connect_paths (self, error))
    return FALSE;

  apply (self);
  return TRUE;
}

gboolean
yodel_session_driver_set_remote (YodelSessionDriver  *self,
                                 YodelSdpType         type,
                                 const char          *sdp,
                                 GError             **error)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  gboolean taken = FALSE;

  if (refuse_if_over (self, error)
      || !yodel_negotiation_set_remote (negotiation, type, sdp, error))
    return FALSE;

  switch (type)
    {
    case YODEL_SDP_OFFER:
      taken = take_offer (self, error);
      if (!taken)      /* a description that is refused changes nothing */
        yodel_negotiation_rollback (negotiation, NULL);
      break;
    case YODEL_SDP_PRANSWER:
    case YODEL_SDP_ANSWER:
      taken = take_answer (self, error);
      break;
    case YODEL_SDP_ROLLBACK:
      taken = TRUE;
      break;
    }
  tell_signaling (self);
  yodel_driver_turn (self);
  return taken;
}

gboolean
yodel_session_driver_rollback (YodelSessionDriver  *self,
                               GError             **error)
{
  gboolean done = yodel_negotiation_rollback (yodel_session_core_get_negotiation (self->core),
                                              error);

  tell_signaling (self);
  return done;
}

void
yodel_session_driver_add_candidate (YodelSessionDriver *self,
                                    const char         *candidate,
                                    const char         *mid)
{
  YodelNegotiation *negotiation = yodel_session_core_get_negotiation (self->core);
  gint index = mid != NULL ? yodel_negotiation_find_transport (negotiation, mid) : 0;

  if (index < 0 || index >= YODEL_SESSION_MAX_TRANSPORTS
      || self->paths[index].transport == NULL)
    return;

  if (*candidate == '\0')
    yodel_transport_end_of_candidates (self->paths[index].transport);
  else
    yodel_transport_add_candidate (self->paths[index].transport, candidate, NULL);
}

void
yodel_session_driver_close (YodelSessionDriver *self)
{
  yodel_driver_set_state (self, YODEL_SESSION_ENDED, YODEL_END_LOCAL, NULL);
}

YodelStats *
yodel_session_driver_get_stats (YodelSessionDriver *self)
{
  gint64 now_us = g_get_monotonic_time ();
  GVariantBuilder objects;

  g_variant_builder_init (&objects, G_VARIANT_TYPE ("aa{sv}"));
  yodel_session_core_add_stats (self->core, &objects, now_us);
  yodel_driver_add_path_stats (self, &objects, now_us);
  return yodel_stats_new (g_variant_builder_end (&objects));
}
