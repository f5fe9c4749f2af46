/* How a call ends: the reason, in words, and its line in the history. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/call-private.h"

#include "call/history-private.h"

/* Returns: (transfer none): what to call the peer in a sentence */
const char *
yodel_call_call_name (YodelCall *self)
{
  return self->name != NULL ? self->name : "the other side";
}

static void
write_history (YodelCall *self)
{
  const YodelHistoryEntry entry = {
    .address = self->address,
    .name = self->name,
    .signaller = self->signaller_uri,
    .is_outgoing = self->is_outgoing,
    .is_answered = self->accepted_us > 0,
    .reason = self->end_reason,
    .began_at = self->began_at,
    .talked_s = self->connected_us > 0 ? (self->ended_us - self->connected_us) / G_USEC_PER_SEC : 0,
  };

  if (self->endpoint != NULL && self->endpoint->history != NULL)
    yodel_history_add (self->endpoint->history, &entry);
}

/* Everything is closed. */
static void
conclude (YodelCall *self)
{
  g_autoptr (YodelCall) kept = g_object_ref (self);

  if (self->state == YODEL_CALL_ENDED)
    return;
  g_clear_handle_id (&self->anew_timer, g_source_remove);
  self->ended_us = g_get_monotonic_time ();
  write_history (self);
  yodel_call_set_state (self, YODEL_CALL_ENDED);
  yodel_call_emit_ended (self);
  if (self->endpoint != NULL)
    yodel_endpoint_call_ended (self->endpoint, self);
}

/* Whether this side has taken the call, and nothing says that the peer knows. */
static gboolean
is_accept_unheard (YodelCall *self)
{
  return !self->is_outgoing && self->dialogue != NULL && yodel_call_dialogue_get_state (self->dialogue) == YODEL_DIALOGUE_ACCEPTED;
}

/* The same end has the same words, whatever noticed it first. */
static void
set_end (YodelCall      *self,
         YodelEndReason  reason,
         const char     *text)
{
  const char *name = yodel_call_call_name (self);
  const gboolean is_unheard = (reason == YODEL_END_FAILED || reason == YODEL_END_NO_PATH) && is_accept_unheard (self);

  self->is_ending = TRUE;
  self->end_reason = is_unheard ? YODEL_END_LOST : reason;
  g_free (self->end_text);
  if (is_unheard)
    self->end_text = g_strdup_printf ("%s cannot be reached any more", name);
  else if (reason == YODEL_END_REMOTE)
    self->end_text = g_strdup_printf ("%s hung up", name);
  else
    self->end_text = g_strdup (text != NULL ? text : "the call was ended here");
}

/* It is over for this reason.  Sinks are finished first: it is told when the session has ended. */
void
yodel_call_end (YodelCall      *self,
                YodelEndReason  reason,
                const char     *text)
{
  if (self->is_ending)
    return;
  set_end (self, reason, text);
  if (self->session != NULL && yodel_session_get_state (self->session) != YODEL_SESSION_ENDED)
    yodel_session_close (self->session);
  else
    conclude (self);
}

/* It cannot go on: the peer is told, too. */
void
yodel_call_fail (YodelCall      *self,
                 YodelEndReason  reason,
                 const char     *text)
{
  g_autoptr (YodelCall) kept = g_object_ref (self);

  if (self->is_ending)
    return;
  yodel_call_end (self, reason, text);
  if (self->dialogue != NULL)
    yodel_call_dialogue_hang_up (self->dialogue, YODEL_HANG_UP_FAILED, g_get_monotonic_time ());
  yodel_call_talk_pump (self);
}

/* The session has ended: by itself, or because the call is over. */
void
yodel_call_end_of_session (YodelCall *self)
{
  YodelEndReason reason = yodel_session_get_end_reason (self->session);
  YodelHangUpReason told = reason == YODEL_END_REMOTE || reason == YODEL_END_LOCAL ? YODEL_HANG_UP_NORMAL
                                                                                   : YODEL_HANG_UP_FAILED;

  if (!self->is_ending)
    {
      set_end (self, reason, yodel_session_get_end_text (self->session));
      if (self->dialogue != NULL)
        yodel_call_dialogue_hang_up (self->dialogue, told, g_get_monotonic_time ());
      yodel_call_talk_pump (self);
    }
  conclude (self);
}

static YodelEndReason
reason_of (YodelDialogueEnd end)
{
  switch (end)
    {
    case YODEL_DIALOGUE_END_NONE:            return YODEL_END_FAILED;
    case YODEL_DIALOGUE_END_HUNG_UP:         return YODEL_END_LOCAL;
    case YODEL_DIALOGUE_END_PEER_HUNG_UP:    return YODEL_END_REMOTE;
    case YODEL_DIALOGUE_END_REFUSED:         return YODEL_END_DECLINED;
    case YODEL_DIALOGUE_END_DECLINED:        return YODEL_END_DECLINED;
    case YODEL_DIALOGUE_END_BUSY:            return YODEL_END_BUSY;
    case YODEL_DIALOGUE_END_NO_ANSWER:       return YODEL_END_UNANSWERED;
    case YODEL_DIALOGUE_END_CANCELLED:       return YODEL_END_CANCELLED;
    case YODEL_DIALOGUE_END_TAKEN_ELSEWHERE: return YODEL_END_ELSEWHERE;
    case YODEL_DIALOGUE_END_ENDED_ELSEWHERE: return YODEL_END_ELSEWHERE;
    case YODEL_DIALOGUE_END_UNREACHABLE:     return YODEL_END_LOST;
    case YODEL_DIALOGUE_END_FAILED:          return YODEL_END_FAILED;
    }
  g_assert_not_reached ();
}

static char *
describe_no_answer (YodelCall *self)
{
  g_autofree char *obstacle = NULL;

  if (!self->is_outgoing)
    return g_strdup_printf ("a missed call of %s", yodel_call_call_name (self));
  if (self->route.signaller == NULL && (obstacle = yodel_endpoint_dup_obstacle (self->endpoint, self->only)) != NULL)
    return g_strdup_printf ("%s was not found: %s", yodel_call_call_name (self), obstacle);
  if (self->route.signaller == NULL)
    return g_strdup_printf ("%s was not found, or does not want to be", yodel_call_call_name (self));
  return g_strdup_printf ("%s did not answer", yodel_call_call_name (self));
}

static char *
describe (YodelCall        *self,
          YodelDialogueEnd  end)
{
  const char *name = yodel_call_call_name (self);

  switch (end)
    {
    case YODEL_DIALOGUE_END_NONE:
    case YODEL_DIALOGUE_END_HUNG_UP:         return g_strdup ("the call was ended here");
    case YODEL_DIALOGUE_END_PEER_HUNG_UP:    return g_strdup_printf ("%s hung up", name);
    case YODEL_DIALOGUE_END_REFUSED:         return g_strdup ("the call was declined here");
    case YODEL_DIALOGUE_END_DECLINED:        return g_strdup_printf ("%s declined the call", name);
    case YODEL_DIALOGUE_END_BUSY:            return g_strdup_printf ("%s is in another call", name);
    case YODEL_DIALOGUE_END_NO_ANSWER:       return describe_no_answer (self);
    case YODEL_DIALOGUE_END_CANCELLED:       return g_strdup_printf ("a missed call of %s", name);
    case YODEL_DIALOGUE_END_TAKEN_ELSEWHERE: return g_strdup ("the call was taken on another device");
    case YODEL_DIALOGUE_END_ENDED_ELSEWHERE: return g_strdup ("the call was ended on another device");
    case YODEL_DIALOGUE_END_UNREACHABLE:     return g_strdup_printf ("%s cannot be reached any more", name);
    case YODEL_DIALOGUE_END_FAILED:          return g_strdup_printf ("the call failed on the side of %s", name);
    }
  g_assert_not_reached ();
}

void
yodel_call_end_of_dialogue (YodelCall        *self,
                            YodelDialogueEnd  end)
{
  g_autofree char *text = describe (self, end);

  yodel_call_end (self, reason_of (end), text);
}
