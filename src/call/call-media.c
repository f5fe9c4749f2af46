/* The session of a call, and what its tracks carry. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/call-private.h"

#include <string.h>

/* A caller who had prepared a path to another device takes so long to begin anew, on a bad way. */
#define ANEW_MS 8000

static const YodelCallMedia media_of_kind[2] = { YODEL_CALL_AUDIO, YODEL_CALL_VIDEO };

static gboolean
wants (YodelCall      *self,
       YodelMediaKind  kind)
{
  return (self->media & media_of_kind[kind]) != 0;
}

static YodelDirection
get_direction (YodelCall      *self,
               YodelMediaKind  kind)
{
  if (self->held)
    return YODEL_DIRECTION_INACTIVE;
  /* Nobody has said yet what this side will send: most likely, sound. */
  if (self->accepted_us == 0 && !self->is_outgoing)
    return kind == YODEL_MEDIA_AUDIO ? YODEL_DIRECTION_SENDRECV : YODEL_DIRECTION_INACTIVE;
  if (wants (self, kind))
    return YODEL_DIRECTION_SENDRECV;
  return kind == YODEL_MEDIA_AUDIO || self->sinks[kind] != NULL ? YODEL_DIRECTION_RECVONLY : YODEL_DIRECTION_INACTIVE;
}

/* Sources and sinks go to their tracks when both sides are in the call: before that, nobody may hear into
 * the room, even where the path is there already. */
static void
attach (YodelCall      *self,
        YodelMediaKind  kind)
{
  YodelTrack *track = self->tracks[kind];
  YodelSource *source = self->accepted_us > 0 && wants (self, kind) ? self->sources[kind] : NULL;
  YodelSink *sink = self->accepted_us > 0 ? self->sinks[kind] : NULL;

  if (yodel_track_get_source (track) != source)
    yodel_track_set_source (track, source);
  if (yodel_track_get_sink (track) != sink)
    yodel_track_set_sink (track, sink);
  if (yodel_track_get_direction (track) != get_direction (self, kind))
    yodel_track_set_direction (track, get_direction (self, kind));
}

static void
add_track (YodelCall      *self,
           YodelMediaKind  kind)
{
  self->tracks[kind] = yodel_session_add_track (self->session, kind);
  attach (self, kind);
  yodel_call_emit_track_added (self, self->tracks[kind]);
}

/* What the tracks carry follows what was asked for.  Returns: whether that is something new */
gboolean
yodel_call_media_follow (YodelCall *self)
{
  gboolean is_new = FALSE;

  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    {
      if (self->tracks[kind] == NULL && !wants (self, kind))
        continue;
      is_new = is_new || self->tracks[kind] == NULL ||
               yodel_track_get_direction (self->tracks[kind]) != get_direction (self, kind);
      if (self->tracks[kind] == NULL)
        add_track (self, kind);
      else
        attach (self, kind);
    }
  return is_new;
}

/* Something else is asked for.  It waits while a description is being applied: a track that is added in its midst would
 * stand beside the one that the description brings. */
void
yodel_call_media_apply (YodelCall *self)
{
  if (self->session == NULL || self->is_ending || self->work == YODEL_CALL_APPLYING)
    return;
  if (yodel_call_media_follow (self) && self->is_described)
    self->needs_offer = TRUE;
  yodel_call_offers_process (self);
}

/* A picture, or a second sound, that the peer brings. */
static void
on_track_added (YodelSession *session,
                YodelTrack   *track,
                YodelCall    *self)
{
  YodelMediaKind kind = yodel_track_get_kind (track);

  if (self->tracks[kind] != NULL)
    {
      yodel_track_set_direction (track, YODEL_DIRECTION_INACTIVE);
      return;
    }
  self->tracks[kind] = track;
  attach (self, kind);
  yodel_call_emit_track_added (self, track);
}

/* What both sides agreed on. */
void
yodel_call_media_agree (YodelCall *self)
{
  YodelCallMedia remote = 0;
  YodelTrack *audio = self->tracks[YODEL_MEDIA_AUDIO];

  if (self->accepted_us == 0)
    return;
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    if (self->tracks[kind] != NULL &&
        (yodel_track_get_current_direction (self->tracks[kind]) & YODEL_DIRECTION_RECVONLY) != 0)
      remote |= media_of_kind[kind];

  self->remote_media = remote;
  /* what we want anew is not agreed on yet, and says nothing about the peer */
  self->held_by_peer = audio != NULL && !self->needs_offer && (get_direction (self, YODEL_MEDIA_AUDIO) & YODEL_DIRECTION_SENDONLY) != 0 &&
                       (yodel_track_get_current_direction (audio) & YODEL_DIRECTION_SENDONLY) == 0;
  yodel_call_notify_media (self);
}

static void
on_connected (YodelCall *self)
{
  if (self->accepted_us == 0)
    return;
  if (self->connected_us == 0)
    self->connected_us = g_get_monotonic_time ();
  yodel_call_set_state (self, YODEL_CALL_CONNECTED);
}

/* Forgets the session, and what was said about it, but for what was not looked at yet. */
void
yodel_call_media_drop_session (YodelCall *self)
{
  self->epoch++;
  self->work = YODEL_CALL_IDLE;
  self->has_offer_out = self->needs_offer = self->is_described = FALSE;
  self->is_early = self->is_invited = FALSE;
  g_clear_pointer (&self->own_candidate, g_free);
  self->has_fingerprint[0] = self->has_fingerprint[1] = FALSE;
  g_clear_handle_id (&self->candidates_timer, g_source_remove);
  g_ptr_array_set_size (self->candidates, 0);
  memset (self->tracks, 0, sizeof self->tracks);
  if (self->session == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->session, self);
  yodel_session_close (self->session);
  g_clear_object (&self->session);
}

static void
on_candidate (YodelSession *session,
              const char   *candidate,
              const char   *mid,
              YodelCall    *self)
{
  yodel_call_candidates_add (self, candidate);
}

static void
on_restart_wanted (YodelSession *session,
                   YodelCall    *self)
{
  if (self->is_ending || self->work != YODEL_CALL_IDLE || self->has_offer_out)
    return;   /* it asks again */
  yodel_session_restart_ice (session);
  self->needs_offer = TRUE;
  yodel_call_offers_process (self);
}

static gboolean
on_nothing_new (gpointer data)
{
  YodelCall *self = data;
  g_autofree char *text = g_steal_pointer (&self->end_text);

  self->anew_timer = 0;
  yodel_call_fail (self, self->end_reason, text);
  return G_SOURCE_REMOVE;
}

/* The caller was shaking hands with another device when this one was taken, and will say another offer. */
static void
wait_for_offer (YodelCall *self)
{
  GSource *source = g_timeout_source_new (ANEW_MS);

  self->end_reason = yodel_session_get_end_reason (self->session);
  self->end_text = g_strdup (yodel_session_get_end_text (self->session));
  yodel_call_media_drop_session (self);
  g_source_set_callback (source, on_nothing_new, self, NULL);
  self->anew_timer = g_source_attach (source, self->endpoint->context);
  g_source_unref (source);
}

/* A path that was prepared while it rings has gone; after the accept another one is looked for. */
static void
on_session_ended (YodelCall *self)
{
  const YodelEndReason reason = yodel_session_get_end_reason (self->session);

  if (self->accepted_us == 0 && self->is_early && !self->is_ending)
    {
      yodel_call_media_drop_session (self);   /* what other devices have answered counts later */
      self->is_early_lost = TRUE;
    }
  else if (!self->is_outgoing && self->accepted_us > 0 && self->connected_us == 0 && !self->is_ending && !self->is_anew &&
           (reason == YODEL_END_FAILED || reason == YODEL_END_KEY))
    wait_for_offer (self);
  else
    yodel_call_end_of_session (self);
}

static void
on_session_state (YodelSession *session,
                  GParamSpec   *pspec,
                  YodelCall    *self)
{
  g_autoptr (YodelCall) kept = g_object_ref (self);

  if (session != self->session)
    return;
  switch (yodel_session_get_state (session))
    {
    case YODEL_SESSION_NEW:
    case YODEL_SESSION_CONNECTING:
      break;
    case YODEL_SESSION_CONNECTED:
      on_connected (self);
      break;
    case YODEL_SESSION_RECONNECTING:
      yodel_call_set_state (self, YODEL_CALL_RECONNECTING);
      break;
    case YODEL_SESSION_ENDED:
      on_session_ended (self);
      break;
    }
}

void
yodel_call_media_make (YodelCall *self)
{
  const YodelEndpointSettings *settings = &self->endpoint->settings;

  self->session = yodel_session_new ();
  yodel_session_set_trickle (self->session, TRUE);
  yodel_session_set_stun_servers (self->session, (const char * const *) settings->stun_servers);
  yodel_session_set_bind (self->session, (const char * const *) settings->bind);
  yodel_session_set_max_bitrate (self->session, settings->max_bitrate_bps);
  yodel_session_set_video_codec (self->session, settings->video_codec);
  g_signal_connect (self->session, "notify::state", G_CALLBACK (on_session_state), self);
  g_signal_connect (self->session, "candidate", G_CALLBACK (on_candidate), self);
  g_signal_connect (self->session, "track-added", G_CALLBACK (on_track_added), self);
  g_signal_connect (self->session, "restart-wanted", G_CALLBACK (on_restart_wanted), self);
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    if (wants (self, kind) || (self->is_outgoing && self->sinks[kind] != NULL))
      add_track (self, kind);
}

void
yodel_call_media_drop (YodelCall *self)
{
  g_queue_clear_full (&self->inbox, (GDestroyNotify) yodel_call_message_free);
  yodel_call_media_drop_session (self);
}

/* Both sides are in the call now: what was prepared is used. */
void
yodel_call_media_wake (YodelCall *self)
{
  if (self->session == NULL)
    return;
  if (self->work == YODEL_CALL_ANSWERING && self->is_early && !self->is_outgoing)
    self->needs_offer = TRUE;   /* the answer that is being made does not know yet what is sent */
  yodel_call_media_apply (self);
  if (self->has_fingerprint[0] && self->has_fingerprint[1] && self->work == YODEL_CALL_IDLE)
    yodel_call_media_agree (self);
  if (self->session != NULL && yodel_session_get_state (self->session) == YODEL_SESSION_CONNECTED)
    on_connected (self);
}
