/* The session of a call: descriptions one after the other, candidates, and what the tracks carry. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/call-private.h"

#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "identity/safety-code.h"

/* Candidates that are found within so short a time go together. */
#define CANDIDATES_MS 20

/* A caller who had prepared a path to another device takes so long to begin anew, on a bad way. */
#define ANEW_MS 8000

static const YodelCallMedia media_of_kind[2] = { YODEL_CALL_AUDIO, YODEL_CALL_VIDEO };

/* What an asynchronous answer of the session needs: the call, and whether it is still that session. */
typedef struct
{
  YodelCall *call;    /* (owned) */
  guint      epoch;
} Question;

static Question *
question_new (YodelCall *self)
{
  Question *question = g_new (Question, 1);

  question->call = g_object_ref (self);
  question->epoch = self->epoch;
  return question;
}

static void
question_free (Question *question)
{
  g_object_unref (question->call);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static gboolean
is_current (const Question *question)
{
  return question->epoch == question->call->epoch && !question->call->is_ending && question->call->endpoint != NULL;
}

/* The certificate that a description names, RFC 8122 section 5: by SHA-256, and no other. */
static gboolean
read_fingerprint (const char *sdp,
                  guint8      fingerprint[YODEL_FINGERPRINT_BYTES])
{
  static const char prefix[] = "a=fingerprint:";
  gboolean found = FALSE;

  for (const char *at = sdp; (at = strstr (at, prefix)) != NULL;)
    {
      guint8 bytes[YODEL_FINGERPRINT_BYTES];
      gsize n = 0;

      at += strlen (prefix);
      if (g_ascii_strncasecmp (at, "sha-256 ", 8) != 0 ||
          sodium_hex2bin (bytes, sizeof bytes, at + 8, strcspn (at + 8, "\r\n"), ":", &n, NULL) != 0 || n != sizeof bytes ||
          (found && memcmp (bytes, fingerprint, sizeof bytes) != 0))
        return FALSE;
      memcpy (fingerprint, bytes, sizeof bytes);
      found = TRUE;
    }
  return found;
}

static void
note_fingerprint (YodelCall    *self,
                  gboolean      is_peer,
                  const guint8  fingerprint[YODEL_FINGERPRINT_BYTES])
{
  YodelSafetyCodeSide own, peer;

  memcpy (is_peer ? self->peer_fingerprint : self->own_fingerprint, fingerprint, YODEL_FINGERPRINT_BYTES);
  self->has_fingerprint[is_peer] = TRUE;
  if (!self->has_fingerprint[0] || !self->has_fingerprint[1])
    return;

  memcpy (own.key, yodel_identity_get_public_key (self->endpoint->identity), sizeof own.key);
  memcpy (own.fingerprint, self->own_fingerprint, sizeof own.fingerprint);
  memcpy (peer.key, self->peer_key, sizeof peer.key);
  memcpy (peer.fingerprint, self->peer_fingerprint, sizeof peer.fingerprint);
  yodel_call_set_safety_code (self, yodel_safety_code_write (&own, &peer));
}

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

/* What the tracks carry follows what was asked for; where that is news to the peer, he is to be told. */
static void
follow_wishes (YodelCall *self)
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
  if (is_new && self->is_described)
    self->needs_offer = TRUE;
}

/* Something else is asked for.  It waits while a description is being applied: a track that is added in its midst would
 * stand beside the one that the description brings. */
void
yodel_call_media_apply (YodelCall *self)
{
  if (self->session == NULL || self->is_ending || self->work == YODEL_CALL_APPLYING)
    return;
  follow_wishes (self);
  yodel_call_media_process (self);
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

/* Who else rings hears nothing of it, and keeps still: this side can answer the checks of one device alone. */
static void
invite_device (YodelCall *self)
{
  YodelCallMessage *message;

  if (!self->is_outgoing || !self->is_early || self->is_invited || self->own_candidate == NULL || self->dialogue == NULL ||
      self->accepted_us > 0)
    return;
  self->is_invited = TRUE;
  message = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  message->candidates[message->n_candidates++] = g_strdup (self->own_candidate);
  yodel_call_dialogue_send_to (self->dialogue, message, self->early_device, g_get_monotonic_time ());
  yodel_call_talk_pump (self);
}

static gboolean
send_candidates (gpointer data)
{
  YodelCall *self = data;

  self->candidates_timer = 0;
  while (self->dialogue != NULL && self->is_described && self->candidates->len > 0)
    {
      YodelCallMessage *message = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
      guint n = MIN (self->candidates->len, YODEL_CALL_MESSAGE_MAX_CANDIDATES);

      for (guint i = 0; i < n; i++)
        {
          const char *candidate = self->candidates->pdata[i];

          if (*candidate == '\0')
            message->is_end_of_candidates = TRUE;
          else
            message->candidates[message->n_candidates++] = g_strdup (candidate);
          if (self->own_candidate == NULL && *candidate != '\0')
            self->own_candidate = g_strdup (candidate);
        }
      g_ptr_array_remove_range (self->candidates, 0, n);
      yodel_call_dialogue_send (self->dialogue, message, g_get_monotonic_time ());
    }
  yodel_call_talk_pump (self);
  invite_device (self);
  return G_SOURCE_REMOVE;
}

static void
plan_candidates (YodelCall *self)
{
  GSource *source;

  if (self->candidates_timer != 0 || self->candidates->len == 0 || !self->is_described || self->endpoint == NULL)
    return;
  source = g_timeout_source_new (CANDIDATES_MS);
  g_source_set_callback (source, send_candidates, self, NULL);
  self->candidates_timer = g_source_attach (source, self->endpoint->context);
  g_source_unref (source);
}

static void
on_candidate (YodelSession *session,
              const char   *candidate,
              const char   *mid,
              YodelCall    *self)
{
  if (strlen (candidate) > YODEL_CALL_MESSAGE_MAX_CANDIDATE || self->candidates->len >= YODEL_CALL_MAX_CANDIDATES)
    return;
  g_ptr_array_add (self->candidates, g_strdup (candidate));
  plan_candidates (self);
}

static void
on_restart_wanted (YodelSession *session,
                   YodelCall    *self)
{
  if (self->is_ending || self->work != YODEL_CALL_IDLE || self->has_offer_out)
    return;   /* it asks again */
  yodel_session_restart_ice (session);
  self->needs_offer = TRUE;
  yodel_call_media_process (self);
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
static void
drop_session (YodelCall *self)
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
  drop_session (self);
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
      drop_session (self);   /* what other devices have answered counts later */
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

static void
make_session (YodelCall *self)
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
  drop_session (self);
}

/* What both sides agreed on. */
static void
on_agreed (YodelCall *self)
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

/* A description of ours is ready. */
static void
say_description (YodelCall            *self,
                 YodelCallMessageType  type,
                 const char           *sdp)
{
  YodelCallMessage *message = yodel_call_message_new (type);

  message->description = g_strdup (sdp);
  if (!read_fingerprint (sdp, message->fingerprint) || strlen (sdp) > YODEL_CALL_MESSAGE_MAX_DESCRIPTION)
    {
      yodel_call_message_free (message);
      yodel_call_fail (self, YODEL_END_FAILED, "the description of this side does not fit into a message");
      return;
    }
  note_fingerprint (self, FALSE, message->fingerprint);
  self->is_described = TRUE;
  if (type == YODEL_CALL_MESSAGE_OFFER)
    self->has_offer_out = TRUE;

  if (self->dialogue == NULL)
    {
      randombytes_buf (message->call_id, sizeof message->call_id);
      yodel_call_talk_open (self, message);
    }
  else
    {
      yodel_call_dialogue_send (self->dialogue, message, g_get_monotonic_time ());
      yodel_call_talk_pump (self);
    }
  plan_candidates (self);
}

static void
on_offer (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = yodel_session_create_offer_finish (YODEL_SESSION (source), result, &error);
  YodelCall *self = question->call;

  if (!is_current (question))
    return;
  self->work = YODEL_CALL_IDLE;
  if (sdp == NULL)
    yodel_call_fail (self, g_error_matches (error, YODEL_ERROR, YODEL_ERROR_NO_CANDIDATES) ? YODEL_END_NO_PATH : YODEL_END_FAILED,
                     error->message);
  else
    say_description (self, YODEL_CALL_MESSAGE_OFFER, sdp);
  yodel_call_media_process (self);
}

/* Offers: to open the call, after a knock, or because something changed. */
void
yodel_call_media_begin_offer (YodelCall *self)
{
  if (self->session == NULL)
    make_session (self);
  self->needs_offer = FALSE;
  self->work = YODEL_CALL_OFFERING;
  yodel_session_create_offer_async (self->session, NULL, on_offer, question_new (self));
}

static void
on_answer (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = yodel_session_create_answer_finish (YODEL_SESSION (source), result, &error);
  YodelCall *self = question->call;

  if (!is_current (question))
    return;
  self->work = YODEL_CALL_IDLE;
  if (sdp == NULL)
    yodel_call_fail (self, g_error_matches (error, YODEL_ERROR, YODEL_ERROR_NO_CANDIDATES) ? YODEL_END_NO_PATH : YODEL_END_FAILED,
                     error->message);
  else
    {
      say_description (self, YODEL_CALL_MESSAGE_ANSWER, sdp);
      on_agreed (self);
      /* What the peer's offer had no place for has to be offered. */
      for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
        if (self->tracks[kind] != NULL && yodel_track_get_mid (self->tracks[kind]) == NULL)
          self->needs_offer = TRUE;
    }
  yodel_call_media_process (self);
}

static void
on_applied (YodelCall    *self,
            YodelSdpType  type)
{
  if (type == YODEL_SDP_ANSWER)
    {
      self->work = YODEL_CALL_IDLE;
      follow_wishes (self);
      on_agreed (self);
      yodel_call_media_process (self);
      return;
    }
  /* What the offer brought may be wanted another way than it is, and more than it brought: the answer can tell it. */
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    if (self->tracks[kind] != NULL)
      attach (self, kind);
    else if (wants (self, kind))
      add_track (self, kind);
  self->work = YODEL_CALL_ANSWERING;
  yodel_session_create_answer_async (self->session, NULL, on_answer, question_new (self));
}

static void
on_remote_set (Question     *question,
               YodelSession *session,
               GAsyncResult *result,
               YodelSdpType  type)
{
  g_autoptr (GError) error = NULL;
  gboolean is_set = yodel_session_set_remote_description_finish (session, result, &error);

  if (!is_current (question))
    return;
  if (is_set)
    on_applied (question->call, type);
  else
    yodel_call_fail (question->call, YODEL_END_FAILED, error->message);
}

static void
on_remote_offer_set (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (Question) question = user_data;

  on_remote_set (question, YODEL_SESSION (source), result, YODEL_SDP_OFFER);
}

static void
on_remote_answer_set (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (Question) question = user_data;

  on_remote_set (question, YODEL_SESSION (source), result, YODEL_SDP_ANSWER);
}

/* A device that is not told yet that the path leads to it sends no checks: the candidates in the description wait.
 * Returns: (transfer full): the description without them */
static char *
put_candidates_off (YodelCall              *self,
                    const YodelCallMessage *message)
{
  YodelCallMessage *later = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  g_auto (GStrv) lines = g_strsplit (message->description, "\r\n", -1);
  g_autoptr (GString) rest = g_string_new (NULL);

  memcpy (later->device, message->device, sizeof later->device);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strcmp (lines[i], "a=end-of-candidates") == 0)
      later->is_end_of_candidates = TRUE;
    else if (!g_str_has_prefix (lines[i], "a=candidate:"))
      g_string_append_printf (rest, "%s%s", i > 0 ? "\r\n" : "", lines[i]);
    else if (later->n_candidates < YODEL_CALL_MESSAGE_MAX_CANDIDATES)
      later->candidates[later->n_candidates++] = g_strdup (lines[i] + strlen ("a="));
  g_queue_push_head (&self->inbox, later);
  return g_string_free (g_steal_pointer (&rest), FALSE);
}

/* A description of the peer's: the certificate that was signed must be the one it names, and the same as long as there is
 * a connection. */
static void
apply_description (YodelCall              *self,
                   const YodelCallMessage *message)
{
  g_autofree char *kept = NULL;
  guint8 named[YODEL_FINGERPRINT_BYTES];
  const gboolean is_offer = message->type == YODEL_CALL_MESSAGE_OFFER;
  const gboolean is_right = read_fingerprint (message->description, named) && memcmp (named, message->fingerprint, sizeof named) == 0;

  /* The caller had prepared a path to another device of ours, and begins anew with this one. */
  if (is_right && is_offer && !self->is_outgoing && self->connected_us == 0 && self->has_fingerprint[1] &&
      memcmp (named, self->peer_fingerprint, sizeof named) != 0)
    drop_session (self);
  if (!is_right || (self->has_fingerprint[1] && memcmp (named, self->peer_fingerprint, sizeof named) != 0))
    {
      yodel_call_fail (self, YODEL_END_KEY, "the certificate of the peer is not the one it signed for");
      return;
    }
  if (self->anew_timer != 0)
    {
      self->is_anew = TRUE;
      g_clear_pointer (&self->end_text, g_free);
    }
  g_clear_handle_id (&self->anew_timer, g_source_remove);
  note_fingerprint (self, TRUE, named);
  if (self->session == NULL)
    make_session (self);
  self->work = YODEL_CALL_APPLYING;
  if (!self->is_outgoing && self->accepted_us == 0 && !self->is_invited)
    kept = put_candidates_off (self, message);
  yodel_session_set_remote_description_async (self->session, is_offer ? YODEL_SDP_OFFER : YODEL_SDP_ANSWER,
                                              kept != NULL ? kept : message->description, NULL,
                                              is_offer ? on_remote_offer_set : on_remote_answer_set, question_new (self));
}

/* Candidates come in their description, or after it. */
static void
apply_candidates (YodelCall              *self,
                  const YodelCallMessage *message)
{
  if (self->session == NULL)
    return;
  for (guint i = 0; i < message->n_candidates; i++)
    yodel_session_add_candidate (self->session, message->candidates[i], NULL, NULL);
  if (message->is_end_of_candidates)
    yodel_session_add_candidate (self->session, "", NULL, NULL);
}

/* Both offer at once: the one who called insists, the other gives way and offers again (RFC 9429
 * section 4.1.10.2).  Returns: FALSE if the peer's offer is not for us to answer */
static gboolean
give_way (YodelCall *self)
{
  if (!self->has_offer_out)
    return TRUE;
  if (self->is_outgoing)
    return FALSE;
  yodel_session_rollback (self->session, NULL);
  self->has_offer_out = FALSE;
  self->needs_offer = TRUE;
  return TRUE;
}

static void
apply (YodelCall              *self,
       const YodelCallMessage *message)
{
  switch (message->type)
    {
    case YODEL_CALL_MESSAGE_OFFER:
      if (!self->awaits_old_answer && give_way (self))
        apply_description (self, message);
      break;
    case YODEL_CALL_MESSAGE_ANSWER:
      if (self->awaits_old_answer)
        {
          self->awaits_old_answer = FALSE;
          yodel_call_media_begin_offer (self);
        }
      else if (self->has_offer_out)
        {
          self->has_offer_out = FALSE;
          apply_description (self, message);
        }
      break;
    case YODEL_CALL_MESSAGE_CANDIDATES:
      apply_candidates (self, message);
      break;
    default:
      break;
    }
}

/* Candidates that came with a description are taken after it. */
static void
split_candidates (YodelCall        *self,
                  YodelCallMessage *message)
{
  YodelCallMessage *rest;

  if (message->n_candidates == 0 && !message->is_end_of_candidates)
    return;
  rest = yodel_call_message_new (YODEL_CALL_MESSAGE_CANDIDATES);
  memcpy (rest->candidates, message->candidates, sizeof rest->candidates);
  memcpy (rest->device, message->device, sizeof rest->device);
  rest->n_candidates = message->n_candidates;
  rest->is_end_of_candidates = message->is_end_of_candidates;
  message->n_candidates = 0;
  g_queue_push_head (&self->inbox, rest);
}

/* While it rings at several devices of the peer's, the first that answers is the one to which a path is prepared. */
static gboolean
is_for_now (YodelCall              *self,
            const YodelCallMessage *message)
{
  if (self->accepted_us > 0)
    return TRUE;
  if (self->is_outgoing && !self->is_early && !self->is_early_lost && message->type == YODEL_CALL_MESSAGE_ANSWER)
    {
      self->is_early = TRUE;
      memcpy (self->early_device, message->device, sizeof self->early_device);
      invite_device (self);
    }
  if (!self->is_early)
    return FALSE;
  if (!self->is_outgoing)
    return message->type != YODEL_CALL_MESSAGE_CANDIDATES || self->is_invited;
  return memcmp (message->device, self->early_device, sizeof self->early_device) == 0;
}

/* The peer's words count when somebody has accepted, or where a path is prepared before. */
static YodelCallMessage *
pop_message (YodelCall *self)
{
  for (GList *l = self->inbox.head; l != NULL; l = l->next)
    {
      YodelCallMessage *message = l->data;

      if (!is_for_now (self, message))
        continue;
      g_queue_delete_link (&self->inbox, l);
      return message;
    }
  return NULL;
}

/* Goes on with what waits, one after the other. */
void
yodel_call_media_process (YodelCall *self)
{
  while (self->work == YODEL_CALL_IDLE && !self->is_ending && self->endpoint != NULL)
    {
      g_autoptr (YodelCallMessage) message = pop_message (self);

      if (message == NULL)
        break;
      if (message->type != YODEL_CALL_MESSAGE_CANDIDATES)
        split_candidates (self, message);
      apply (self, message);
    }
  /* Ours, when there is somebody to hear them. */
  if (self->needs_offer && self->work == YODEL_CALL_IDLE && !self->has_offer_out && !self->is_ending &&
      self->session != NULL && self->accepted_us > 0)
    yodel_call_media_begin_offer (self);
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
    on_agreed (self);
  if (self->session != NULL && yodel_session_get_state (self->session) == YODEL_SESSION_CONNECTED)
    on_connected (self);
}

/* @message: (transfer full): a description, or candidates, of the peer's */
void
yodel_call_media_take (YodelCall        *self,
                       YodelCallMessage *message)
{
  if (self->is_ending || self->endpoint == NULL || self->inbox.length >= YODEL_DIALOGUE_MAX_EVENTS)
    {
      yodel_call_message_free (message);
      return;
    }
  if (!self->is_outgoing && message->type == YODEL_CALL_MESSAGE_CANDIDATES &&
      memcmp (message->to_device, self->endpoint->device, sizeof message->to_device) == 0)
    self->is_invited = TRUE;
  g_queue_push_tail (&self->inbox, message);
  yodel_call_media_process (self);
}

static gboolean
is_from (const YodelCallMessage *message,
         const guint8           *device)
{
  return memcmp (message->device, device, YODEL_DEVICE_ID_BYTES) == 0;
}

/* The path that was prepared leads to another device, or nowhere: all begins anew with @device, once it has said the answer
 * that it owes to the first offer. */
static void
begin_anew (YodelCall    *self,
            const guint8 *device)
{
  gboolean has_answered = memcmp (device, self->early_device, YODEL_DEVICE_ID_BYTES) == 0;

  for (GList *l = self->inbox.head; l != NULL; l = l->next)
    {
      const YodelCallMessage *message = l->data;

      has_answered |= message->type == YODEL_CALL_MESSAGE_ANSWER && is_from (message, device);
    }
  yodel_call_media_drop (self);
  self->awaits_old_answer = !has_answered;
}

/* It is certain which device the call is with: what others said is dropped. */
void
yodel_call_media_settle (YodelCall *self)
{
  const guint8 *device = yodel_call_dialogue_get_peer_device (self->dialogue);

  if (self->is_outgoing && device != NULL &&
      (self->is_early_lost || (self->is_early && memcmp (device, self->early_device, YODEL_DEVICE_ID_BYTES) != 0)))
    begin_anew (self, device);
  if (self->is_outgoing && !self->is_described && self->work == YODEL_CALL_IDLE && !self->awaits_old_answer)
    yodel_call_media_begin_offer (self);
  for (guint n = self->inbox.length; n > 0; n--)
    {
      YodelCallMessage *message = g_queue_pop_head (&self->inbox);

      if (device != NULL && !is_from (message, device))
        yodel_call_message_free (message);
      else
        g_queue_push_tail (&self->inbox, message);
    }
  yodel_call_media_process (self);
}
