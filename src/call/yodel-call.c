#define G_LOG_DOMAIN "yodel-call"

#include <yodel/yodel-call.h>

#include <string.h>

#include "call/call-private.h"
#include "identity/address.h"
#include "identity/contact-book-private.h"

/**
 * YodelCall:
 *
 * A conversation with one peer, who has proved to be the address that was called or that calls.
 * yodel_endpoint_call_async() makes one, and #YodelEndpoint::incoming-call brings one.
 *
 * It belongs to the thread of its endpoint. Sound and picture go through the sources and sinks that are set
 * here, from the moment on when both sides have accepted; before that nobody hears into the room.
 */
G_DEFINE_FINAL_TYPE (YodelCall, yodel_call, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_OUTGOING,
  PROP_SAFETY_CODE,
  PROP_REMOTE_MEDIA,
  PROP_HELD_BY_PEER,
  N_PROPERTIES
};

enum
{
  ENDED,
  TRACK_ADDED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint       signals[N_SIGNALS];

/* A call goes forward, but for the path that is lost and found. */
static const guint successors[] = {
  [YODEL_CALL_CALLING]      = 1 << YODEL_CALL_RINGING | 1 << YODEL_CALL_CONNECTING | 1 << YODEL_CALL_ENDED,
  [YODEL_CALL_RINGING]      = 1 << YODEL_CALL_CONNECTING | 1 << YODEL_CALL_ENDED,
  [YODEL_CALL_CONNECTING]   = 1 << YODEL_CALL_CONNECTED | 1 << YODEL_CALL_ENDED,
  [YODEL_CALL_CONNECTED]    = 1 << YODEL_CALL_RECONNECTING | 1 << YODEL_CALL_ENDED,
  [YODEL_CALL_RECONNECTING] = 1 << YODEL_CALL_CONNECTED | 1 << YODEL_CALL_ENDED,
  [YODEL_CALL_ENDED]        = 0,
};

/* Talked to under this key: from now on it is trusted, until it is verified. */
static void
trust_on_first_use (YodelCall *self)
{
  YodelContactBook *book = self->endpoint != NULL ? self->endpoint->book : NULL;
  YodelContactRow contact;

  if (book == NULL || !yodel_contacts_find_key (yodel_contact_book_get_contacts (book), self->peer_key, &contact) ||
      contact.trust != YODEL_TRUST_NEW)
    return;
  contact.trust = YODEL_TRUST_TRUSTED;
  if (yodel_contacts_update (yodel_contact_book_get_contacts (book), &contact, NULL))
    yodel_contact_book_emit_changed (book);
}

/* The one place that moves the state; what does not lead anywhere is let be. */
void
yodel_call_set_state (YodelCall      *self,
                      YodelCallState  state)
{
  if (!(successors[self->state] & 1u << state))
    return;

  g_debug ("call %p: state %u -> %u", (gpointer) self, self->state, state);
  if (self->state == YODEL_CALL_CONNECTING && state == YODEL_CALL_CONNECTED)
    trust_on_first_use (self);
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
yodel_call_notify_is_outgoing (YodelCall *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OUTGOING]);
}

void
yodel_call_notify_media (YodelCall *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REMOTE_MEDIA]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HELD_BY_PEER]);
}

/* @code: (transfer full) */
void
yodel_call_set_safety_code (YodelCall *self,
                            char      *code)
{
  g_free (self->safety_code);
  self->safety_code = code;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAFETY_CODE]);
}

void
yodel_call_emit_ended (YodelCall *self)
{
  g_signal_emit (self, signals[ENDED], 0, self->end_reason, self->end_text);
}

void
yodel_call_emit_track_added (YodelCall  *self,
                             YodelTrack *track)
{
  g_signal_emit (self, signals[TRACK_ADDED], 0, track);
}

/* The endpoint is gone: nobody can be told anything any more. */
void
yodel_call_detach (YodelCall *self)
{
  if (self->session != NULL)
    yodel_session_close (self->session);
  yodel_call_talk_clear (self);
  g_clear_handle_id (&self->candidates_timer, g_source_remove);
  g_clear_handle_id (&self->anew_timer, g_source_remove);
  self->endpoint = NULL;
}

static void
yodel_call_dispose (GObject *object)
{
  YodelCall *self = YODEL_CALL (object);

  yodel_call_media_drop (self);
  yodel_call_talk_clear (self);
  for (guint kind = 0; kind < G_N_ELEMENTS (self->sources); kind++)
    {
      g_clear_object (&self->sources[kind]);
      g_clear_object (&self->sinks[kind]);
    }

  G_OBJECT_CLASS (yodel_call_parent_class)->dispose (object);
}

static void
yodel_call_finalize (GObject *object)
{
  YodelCall *self = YODEL_CALL (object);

  g_ptr_array_unref (self->candidates);
  g_free (self->address);
  g_free (self->name);
  g_free (self->greeting);
  g_free (self->warning);
  g_free (self->signaller_uri);
  g_free (self->safety_code);
  g_free (self->end_text);
  g_free (self->own_candidate);

  G_OBJECT_CLASS (yodel_call_parent_class)->finalize (object);
}

static void
yodel_call_get_property (GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  YodelCall *self = YODEL_CALL (object);

  switch (id)
    {
    case PROP_STATE:        g_value_set_int (value, self->state); break;
    case PROP_OUTGOING:     g_value_set_boolean (value, self->is_outgoing); break;
    case PROP_SAFETY_CODE:  g_value_set_string (value, self->safety_code); break;
    case PROP_REMOTE_MEDIA: g_value_set_int (value, self->remote_media); break;
    case PROP_HELD_BY_PEER: g_value_set_boolean (value, self->held_by_peer); break;
    default:                G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * YodelCall:state:
   *
   * How far it is, a #YodelCallState.
   */
  properties[PROP_STATE] =
    g_param_spec_int ("state", NULL, NULL, 0, YODEL_CALL_ENDED, YODEL_CALL_CALLING, flags);

  /**
   * YodelCall:outgoing:
   *
   * Whether this side called. It changes where both called at once and the peer's call stands.
   */
  properties[PROP_OUTGOING] = g_param_spec_boolean ("outgoing", NULL, NULL, FALSE, flags);

  /**
   * YodelCall:safety-code: (getter get_safety_code)
   *
   * Six words that both sides see alike if nobody is in between.
   */
  properties[PROP_SAFETY_CODE] = g_param_spec_string ("safety-code", NULL, NULL, NULL, flags);

  /**
   * YodelCall:remote-media:
   *
   * What the peer sends, bits of #YodelCallMedia.
   */
  properties[PROP_REMOTE_MEDIA] =
    g_param_spec_int ("remote-media", NULL, NULL, 0, YODEL_CALL_AUDIO | YODEL_CALL_VIDEO, 0, flags);

  /**
   * YodelCall:held-by-peer: (getter get_held_by_peer)
   *
   * Whether the peer has put the call aside for a while.
   */
  properties[PROP_HELD_BY_PEER] = g_param_spec_boolean ("held-by-peer", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
yodel_call_class_init (YodelCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = yodel_call_dispose;
  object_class->finalize = yodel_call_finalize;
  object_class->get_property = yodel_call_get_property;
  install_properties (object_class);

  /**
   * YodelCall::ended:
   * @self: the call
   * @reason: why, a #YodelEndReason
   * @text: (nullable): the same in a sentence
   *
   * It is over, and the sinks are finished.
   */
  signals[ENDED] =
    g_signal_new ("ended", YODEL_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);

  /**
   * YodelCall::track-added:
   * @self: the call
   * @track: a track
   *
   * The call has one more track: of this side, or because the peer adds a picture.
   */
  signals[TRACK_ADDED] =
    g_signal_new ("track-added", YODEL_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, YODEL_TYPE_TRACK);
}

static void
yodel_call_init (YodelCall *self)
{
  g_queue_init (&self->inbox);
  self->candidates = g_ptr_array_new_with_free_func (g_free);
  self->began_at = g_get_real_time () / G_USEC_PER_SEC;
}

static YodelCall *
new_call (YodelEndpoint         *endpoint,
          const guint8           peer_key[32],
          const YodelContactRow *contact)
{
  YodelCall *self = g_object_new (YODEL_TYPE_CALL, NULL);

  self->endpoint = endpoint;
  memcpy (self->peer_key, peer_key, sizeof self->peer_key);
  self->address = yodel_address_write (peer_key);
  self->is_contact = contact != NULL;
  self->name = contact != NULL ? g_strdup (contact->name) : NULL;
  return self;
}

/* @contact: (nullable): who the peer is */
YodelCall *
yodel_call_new_outgoing (YodelEndpoint         *endpoint,
                         const guint8           peer_key[32],
                         const YodelContactRow *contact,
                         YodelCallMedia         media)
{
  YodelCall *self = new_call (endpoint, peer_key, contact);

  self->is_outgoing = TRUE;
  self->media = media;
  return self;
}

/* A stranger may call himself what he likes: where that is a contact's name, it is said that he is not. */
static void
take_claimed_name (YodelCall  *self,
                   const char *name)
{
  YodelContactRow known;

  self->name = g_strdup (name);
  if (name != NULL && self->endpoint->book != NULL &&
      yodel_contacts_find_name (yodel_contact_book_get_contacts (self->endpoint->book), name, &known))
    self->warning = g_strdup_printf ("this is NOT the key of your contact %s: somebody else uses the name, or the key has "
                                     "changed", known.name);
}

/* @opening: an offer or a knock */
YodelCall *
yodel_call_new_incoming (YodelEndpoint          *endpoint,
                         const guint8            peer_key[32],
                         const YodelContactRow  *contact,
                         const YodelCallMessage *opening)
{
  YodelCall *self = new_call (endpoint, peer_key, contact);

  self->state = YODEL_CALL_RINGING;
  self->is_knock = opening->type == YODEL_CALL_MESSAGE_KNOCK;
  self->greeting = g_strdup (opening->greeting);
  if (contact == NULL)
    take_claimed_name (self, opening->name);
  if (self->is_knock)
    self->remote_media = YODEL_CALL_AUDIO;
  else
    self->remote_media = YODEL_CALL_AUDIO | (strstr (opening->description, "\nm=video ") != NULL ? YODEL_CALL_VIDEO : 0);
  return self;
}

/**
 * yodel_call_get_state:
 * @self: a call
 *
 * Returns: how far it is
 */
YodelCallState
yodel_call_get_state (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), YODEL_CALL_ENDED);

  return self->state;
}

/**
 * yodel_call_is_outgoing:
 * @self: a call
 *
 * Returns: whether this side called
 */
gboolean
yodel_call_is_outgoing (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), FALSE);

  return self->is_outgoing;
}

/**
 * yodel_call_is_knock:
 * @self: a call
 *
 * Returns: whether the caller asks first, as strangers do: it does not know this side's network address, nor
 *   that this side is there, before yodel_call_accept()
 */
gboolean
yodel_call_is_knock (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), FALSE);

  return self->is_knock;
}

/**
 * yodel_call_is_waiting:
 * @self: a call that comes in
 *
 * Returns: whether it came while another call was under way
 */
gboolean
yodel_call_is_waiting (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), FALSE);

  return self->is_waiting;
}

/**
 * yodel_call_get_remote_address:
 * @self: a call
 *
 * Returns: (transfer none): the address of the peer
 */
const char *
yodel_call_get_remote_address (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->address;
}

/**
 * yodel_call_get_remote_name:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): the name of the contact; of a stranger, what he calls himself
 */
const char *
yodel_call_get_remote_name (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->name;
}

/**
 * yodel_call_get_greeting:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): what a stranger says at the door
 */
const char *
yodel_call_get_greeting (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->greeting;
}

/**
 * yodel_call_get_warning:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): why one should be careful, in a sentence: somebody uses the name of a
 *   contact with another key
 */
const char *
yodel_call_get_warning (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->warning;
}

/**
 * yodel_call_get_signaller:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): the URI of the signaller by which the two sides found each other: the
 *   first that brought an answer, or the call
 */
const char *
yodel_call_get_signaller (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->signaller_uri;
}

/**
 * yodel_call_get_safety_code:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): six words, the same on both sides if nobody is in between; known once
 *   descriptions were exchanged
 */
const char *
yodel_call_get_safety_code (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->safety_code;
}

/**
 * yodel_call_get_media:
 * @self: a call
 *
 * Returns: what this side sends
 */
YodelCallMedia
yodel_call_get_media (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), 0);

  return self->media;
}

/**
 * yodel_call_get_remote_media:
 * @self: a call
 *
 * Returns: what the peer sends; of a call that comes in, what it asks for
 */
YodelCallMedia
yodel_call_get_remote_media (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), 0);

  return self->remote_media;
}

/**
 * yodel_call_set_media:
 * @self: a call that is not over
 * @media: what this side sends from now on
 *
 * Adds a picture to a call with sound, or takes it off again.
 */
void
yodel_call_set_media (YodelCall      *self,
                      YodelCallMedia  media)
{
  g_return_if_fail (YODEL_IS_CALL (self));

  self->media = media;
  yodel_call_media_apply (self);
}

/**
 * yodel_call_set_source:
 * @self: a call
 * @kind: sound or picture
 * @source: (nullable): where it comes from
 *
 * The source is started when the peer may hear it, and no earlier.
 */
void
yodel_call_set_source (YodelCall      *self,
                       YodelMediaKind  kind,
                       YodelSource    *source)
{
  g_return_if_fail (YODEL_IS_CALL (self));
  g_return_if_fail (kind == YODEL_MEDIA_AUDIO || kind == YODEL_MEDIA_VIDEO);

  g_set_object (&self->sources[kind], source);
  yodel_call_media_apply (self);
}

/**
 * yodel_call_set_sink:
 * @self: a call
 * @kind: sound or picture
 * @sink: (nullable): where it goes
 *
 * A call without a sink for the picture does not take one from the peer.
 */
void
yodel_call_set_sink (YodelCall      *self,
                     YodelMediaKind  kind,
                     YodelSink      *sink)
{
  g_return_if_fail (YODEL_IS_CALL (self));
  g_return_if_fail (kind == YODEL_MEDIA_AUDIO || kind == YODEL_MEDIA_VIDEO);

  g_set_object (&self->sinks[kind], sink);
  yodel_call_media_apply (self);
}

/**
 * yodel_call_get_track:
 * @self: a call
 * @kind: sound or picture
 *
 * Returns: (transfer none) (nullable): the track of that kind, where the call has one
 */
YodelTrack *
yodel_call_get_track (YodelCall      *self,
                      YodelMediaKind  kind)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);
  g_return_val_if_fail (kind == YODEL_MEDIA_AUDIO || kind == YODEL_MEDIA_VIDEO, NULL);

  return self->tracks[kind];
}

/**
 * yodel_call_get_session:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): the connection behind it, to look at; the call alone leads it
 */
YodelSession *
yodel_call_get_session (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->session;
}

/* Whose knock was answered is no stranger any more. */
static void
introduce (YodelCall *self)
{
  YodelContacts *contacts;
  YodelContactRow row = { .trust = YODEL_TRUST_NEW, .policy = YODEL_CONTACT_MAY_RING | YODEL_CONTACT_MAY_KNOCK,
                          .introduction = self->has_invite ? YODEL_INTRODUCED_BY_INVITE : YODEL_INTRODUCED_BY_KNOCK,
                          .introduced_at = self->began_at }, known;
  YodelContactVerdict verdict = YODEL_CONTACT_KEY_CHANGED;

  if (self->is_contact || self->endpoint->book == NULL)
    return;
  contacts = yodel_contact_book_get_contacts (self->endpoint->book);
  memcpy (row.key, self->peer_key, sizeof row.key);
  for (guint n = 1; verdict == YODEL_CONTACT_KEY_CHANGED && n <= 99; n++)
    {
      const char *name = self->name != NULL ? self->name : "stranger";

      if (n == 1)
        g_strlcpy (row.name, name, sizeof row.name);
      else
        g_snprintf (row.name, sizeof row.name, "%.40s %u", name, n);
      verdict = yodel_contacts_add (contacts, &row, &known, NULL);
    }
  if (self->has_invite)
    yodel_contacts_spend_invite (contacts, self->invite, g_get_real_time () / G_USEC_PER_SEC);
  if (verdict == YODEL_CONTACT_ADDED)
    yodel_contact_book_emit_changed (self->endpoint->book);
}

/**
 * yodel_call_accept:
 * @self: a call that comes in and rings
 * @media: what this side sends: %YODEL_CALL_AUDIO alone answers a call with picture by sound
 *
 * Takes the call. A stranger who knocked becomes a contact. Nothing happens where it does not ring any more.
 */
void
yodel_call_accept (YodelCall      *self,
                   YodelCallMedia  media)
{
  g_return_if_fail (YODEL_IS_CALL (self));

  if (self->is_outgoing || self->state != YODEL_CALL_RINGING || self->is_ending || self->endpoint == NULL)
    return;
  self->media = media;
  self->accepted_us = g_get_monotonic_time ();
  introduce (self);
  yodel_call_set_state (self, YODEL_CALL_CONNECTING);
  yodel_call_dialogue_accept (self->dialogue, self->accepted_us);
  yodel_call_talk_pump (self);
  yodel_call_media_wake (self);
  yodel_call_offers_process (self);
}

/**
 * yodel_call_decline:
 * @self: a call that comes in and rings
 * @is_busy: %TRUE to say that this side is in another call
 *
 * Does not take the call. A contact is told so; a stranger hears nothing, as if nobody was there.
 */
void
yodel_call_decline (YodelCall *self,
                    gboolean   is_busy)
{
  g_return_if_fail (YODEL_IS_CALL (self));

  if (self->is_outgoing || self->state != YODEL_CALL_RINGING || self->dialogue == NULL)
    return;
  yodel_call_dialogue_decline (self->dialogue, is_busy, g_get_monotonic_time ());
  yodel_call_talk_pump (self);
}

/**
 * yodel_call_hang_up:
 * @self: a call
 *
 * Ends the call, whatever its state. #YodelCall::ended comes a moment later.
 */
void
yodel_call_hang_up (YodelCall *self)
{
  g_autoptr (YodelCall) kept = NULL;

  g_return_if_fail (YODEL_IS_CALL (self));

  kept = g_object_ref (self);
  if (self->dialogue != NULL)
    {
      yodel_call_dialogue_hang_up (self->dialogue, YODEL_HANG_UP_NORMAL, g_get_monotonic_time ());
      yodel_call_talk_pump (self);
    }
  else
    yodel_call_end (self, YODEL_END_LOCAL, "the call was ended here");
}

/**
 * yodel_call_set_held:
 * @self: a call
 * @held: whether it is put aside
 *
 * Puts the call aside: nothing is sent or heard until it is taken up again.
 */
void
yodel_call_set_held (YodelCall *self,
                     gboolean   held)
{
  g_return_if_fail (YODEL_IS_CALL (self));

  self->held = held;
  yodel_call_media_apply (self);
}

/**
 * yodel_call_get_held:
 * @self: a call
 *
 * Returns: whether this side has put it aside
 */
gboolean
yodel_call_get_held (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), FALSE);

  return self->held;
}

/**
 * yodel_call_get_held_by_peer:
 * @self: a call
 *
 * Returns: whether the peer has put it aside
 */
gboolean
yodel_call_get_held_by_peer (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), FALSE);

  return self->held_by_peer;
}

/**
 * yodel_call_get_end_reason:
 * @self: a call
 *
 * Returns: why it is over, %YODEL_END_NONE if it is not
 */
YodelEndReason
yodel_call_get_end_reason (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), YODEL_END_NONE);

  return self->state == YODEL_CALL_ENDED ? self->end_reason : YODEL_END_NONE;
}

/**
 * yodel_call_get_end_text:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): why it is over, in a sentence
 */
const char *
yodel_call_get_end_text (YodelCall *self)
{
  g_return_val_if_fail (YODEL_IS_CALL (self), NULL);

  return self->end_text;
}

static void
on_stats (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  YodelStats *stats = yodel_session_get_stats_finish (YODEL_SESSION (source), result, &error);

  if (stats != NULL)
    g_task_return_pointer (task, stats, (GDestroyNotify) yodel_stats_unref);
  else
    g_task_return_error (task, error);
}

/**
 * yodel_call_get_stats_async:
 * @self: a call
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called with the snapshot
 * @user_data: for @callback
 *
 * Asks for a snapshot of what the call measures (W3C webrtc-stats).
 */
void
yodel_call_get_stats_async (YodelCall           *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (YODEL_IS_CALL (self));

  task = g_task_new (self, cancellable, callback, user_data);
  if (self->session == NULL)
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "the call has no connection yet");
  else
    yodel_session_get_stats_async (self->session, cancellable, on_stats, g_steal_pointer (&task));
}

/**
 * yodel_call_get_stats_finish:
 * @self: a call
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the snapshot; %NULL on %YODEL_ERROR_STATE where there is no connection yet
 */
YodelStats *
yodel_call_get_stats_finish (YodelCall     *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
