/* The descriptions of a call's session, one after the other: what is offered, and what is answered. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/call-private.h"

#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "identity/safety-code.h"

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
  yodel_call_candidates_plan (self);
}

/* What the peer's offer had no place for has to be offered. */
static void
offer_the_rest (YodelCall *self)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    if (self->tracks[kind] != NULL && yodel_track_get_mid (self->tracks[kind]) == NULL)
      self->needs_offer = TRUE;
}

/* @sdp: what the session wrote; NULL with an @error */
static void
on_written (Question             *question,
            YodelCallMessageType  type,
            const char           *sdp,
            const GError         *error)
{
  YodelCall *self = question->call;

  if (!is_current (question))
    return;
  self->work = YODEL_CALL_IDLE;
  if (sdp == NULL)
    yodel_call_fail (self, g_error_matches (error, YODEL_ERROR, YODEL_ERROR_NO_CANDIDATES) ? YODEL_END_NO_PATH : YODEL_END_FAILED,
                     error->message);
  else
    say_description (self, type, sdp);
  if (sdp != NULL && type == YODEL_CALL_MESSAGE_ANSWER)
    {
      yodel_call_media_agree (self);
      offer_the_rest (self);
    }
  yodel_call_offers_process (self);
}

static void
on_offer (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = yodel_session_create_offer_finish (YODEL_SESSION (source), result, &error);

  on_written (question, YODEL_CALL_MESSAGE_OFFER, sdp, error);
}

/* Offers: to open the call, after a knock, or because something changed. */
void
yodel_call_offers_begin (YodelCall *self)
{
  if (self->session == NULL)
    yodel_call_media_make (self);
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

  on_written (question, YODEL_CALL_MESSAGE_ANSWER, sdp, error);
}

static void
on_applied (YodelCall    *self,
            YodelSdpType  type)
{
  if (type == YODEL_SDP_ANSWER)
    {
      self->work = YODEL_CALL_IDLE;
      if (yodel_call_media_follow (self))
        self->needs_offer = TRUE;
      yodel_call_media_agree (self);
      yodel_call_offers_process (self);
      return;
    }
  /* What the offer brought may be wanted another way than it is, and more than it brought: the answer can tell it. */
  yodel_call_media_follow (self);
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
    yodel_call_media_drop_session (self);
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
    yodel_call_media_make (self);
  self->work = YODEL_CALL_APPLYING;
  if (!self->is_outgoing && self->accepted_us == 0 && !self->is_invited)
    kept = yodel_call_candidates_put_off (self, message);
  yodel_session_set_remote_description_async (self->session, is_offer ? YODEL_SDP_OFFER : YODEL_SDP_ANSWER,
                                              kept != NULL ? kept : message->description, NULL,
                                              is_offer ? on_remote_offer_set : on_remote_answer_set, question_new (self));
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
          yodel_call_offers_begin (self);
        }
      else if (self->has_offer_out)
        {
          self->has_offer_out = FALSE;
          apply_description (self, message);
        }
      break;
    case YODEL_CALL_MESSAGE_CANDIDATES:
      yodel_call_candidates_apply (self, message);
      break;
    default:
      break;
    }
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
      yodel_call_candidates_invite (self);
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
yodel_call_offers_process (YodelCall *self)
{
  while (self->work == YODEL_CALL_IDLE && !self->is_ending && self->endpoint != NULL)
    {
      g_autoptr (YodelCallMessage) message = pop_message (self);

      if (message == NULL)
        break;
      if (message->type != YODEL_CALL_MESSAGE_CANDIDATES)
        yodel_call_candidates_split (self, message);
      apply (self, message);
    }
  /* Ours, when there is somebody to hear them. */
  if (self->needs_offer && self->work == YODEL_CALL_IDLE && !self->has_offer_out && !self->is_ending &&
      self->session != NULL && self->accepted_us > 0)
    yodel_call_offers_begin (self);
}

/* @message: (transfer full): a description, or candidates, of the peer's */
void
yodel_call_offers_take (YodelCall        *self,
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
  yodel_call_offers_process (self);
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
yodel_call_offers_settle (YodelCall *self)
{
  const guint8 *device = yodel_call_dialogue_get_peer_device (self->dialogue);

  if (self->is_outgoing && device != NULL &&
      (self->is_early_lost || (self->is_early && memcmp (device, self->early_device, YODEL_DEVICE_ID_BYTES) != 0)))
    begin_anew (self, device);
  if (self->is_outgoing && !self->is_described && self->work == YODEL_CALL_IDLE && !self->awaits_old_answer)
    yodel_call_offers_begin (self);
  for (guint n = self->inbox.length; n > 0; n--)
    {
      YodelCallMessage *message = g_queue_pop_head (&self->inbox);

      if (device != NULL && !is_from (message, device))
        yodel_call_message_free (message);
      else
        g_queue_push_tail (&self->inbox, message);
    }
  yodel_call_offers_process (self);
}
