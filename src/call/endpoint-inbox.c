/* What comes in: opened, known to be new, and handed to the call it is about. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/endpoint-private.h"

#include <string.h>

#include "call/call-private.h"
#include "call/history-private.h"
#include "identity/contact-book-private.h"
#include "identity/identity-private.h"
#include "signalling/knock.h"
#include "signalling/sealed-message.h"

/* One message, and who says it. */
typedef struct
{
  const YodelCallMessage *message;
  guint8                  sender[32];
  gboolean                is_contact;
  YodelContactRow         contact;
  YodelSignaller         *signaller;
  const char             *way;
} Letter;

static gboolean
is_in_call (YodelEndpoint *self,
            const guint8   key[32])
{
  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      if (memcmp (call->peer_key, key, sizeof call->peer_key) == 0 && (call->is_outgoing || call->accepted_us > 0))
        return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer none) (nullable): the call that the letter is about */
static YodelCall *
find_call (YodelEndpoint *self,
           const Letter  *letter)
{
  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      if (memcmp (call->peer_key, letter->sender, sizeof call->peer_key) == 0 && call->dialogue != NULL &&
          yodel_call_dialogue_concerns (call->dialogue, letter->message))
        return call;
    }
  return NULL;
}

/* Returns: (transfer none) (nullable): a call of ours to the same peer that has not been said yet */
static YodelCall *
find_unsaid (YodelEndpoint *self,
             const Letter  *letter)
{
  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      if (memcmp (call->peer_key, letter->sender, sizeof call->peer_key) == 0 && call->dialogue == NULL &&
          call->is_outgoing && !call->is_ending)
        return call;
    }
  return NULL;
}

static guint
count_unaccepted_strangers (YodelEndpoint *self)
{
  guint n = 0;

  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      n += !call->is_contact && !call->is_outgoing && call->accepted_us == 0 && call->state != YODEL_CALL_ENDED;
    }
  return n;
}

static gboolean
has_open_invite (YodelEndpoint *self,
                 const Letter  *letter)
{
  return letter->message->has_invite && self->book != NULL &&
         yodel_contacts_check_invite (yodel_contact_book_get_contacts (self->book), letter->message->invite,
                                      g_get_real_time () / G_USEC_PER_SEC);
}

/* Whether the opening of a call is heard at all.  What a stranger's costs is asked first. */
static gboolean
may_open (YodelEndpoint *self,
          const Letter  *letter)
{
  const YodelCallMessage *message = letter->message;

  if (letter->is_contact)
    return (letter->contact.policy & YODEL_CONTACT_MAY_RING) != 0;
  if (message->type != YODEL_CALL_MESSAGE_KNOCK)
    return FALSE;
  if (has_open_invite (self, letter))
    return TRUE;
  return self->take_knocks && count_unaccepted_strangers (self) < YODEL_ENDPOINT_MAX_STRANGERS &&
         yodel_knock_get_work (message, letter->sender, yodel_identity_get_public_key (self->identity)) >= YODEL_KNOCK_WORK_BITS;
}

static gboolean
is_in_conversation (YodelEndpoint *self)
{
  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      if (call->state != YODEL_CALL_ENDED && (call->is_outgoing || call->accepted_us > 0))
        return TRUE;
    }
  return FALSE;
}

/* Whether the caller, of whom nobody knows yet whether he will be taken, learns where this side is: for speed. */
static gboolean
may_see_address (const Letter *letter)
{
  return letter->is_contact && letter->message->type == YODEL_CALL_MESSAGE_OFFER &&
         (letter->contact.policy & YODEL_CONTACT_MAY_SEE_ADDRESS) != 0;
}

/* A new call.  Shown, silent, or refused because of another. */
static void
open_call (YodelEndpoint *self,
           const Letter  *letter)
{
  g_autoptr (YodelCall) call = yodel_call_new_incoming (self, letter->sender, letter->is_contact ? &letter->contact : NULL,
                                                        letter->message);
  const gboolean is_busy = is_in_conversation (self);

  if (!letter->is_contact && has_open_invite (self, letter))
    {
      call->has_invite = TRUE;
      memcpy (call->invite, letter->message->invite, sizeof call->invite);
    }
  call->is_waiting = is_busy;
  call->is_silent = self->do_not_disturb;
  call->is_early = may_see_address (letter) && !call->is_silent && (!is_busy || self->call_waiting);
  call->route.signaller = g_object_ref (letter->signaller);
  call->route.way = g_strdup (letter->way);
  call->signaller_uri = yodel_signaller_dup_uri (letter->signaller);
  yodel_endpoint_add_call (self, call);
  yodel_call_talk_open (call, (YodelCallMessage *) letter->message);
  if (letter->message->type == YODEL_CALL_MESSAGE_OFFER)
    yodel_call_offers_take (call, yodel_call_message_copy (letter->message));

  if (is_busy && !self->call_waiting)
    yodel_call_decline (call, TRUE);
  else if (!call->is_silent)
    yodel_endpoint_emit_incoming (self, call);
}

static void
take_opening (YodelEndpoint *self,
              const Letter  *letter)
{
  if (self->dialogues->len >= YODEL_ENDPOINT_MAX_CALLS)
    {
      self->counters.n_unwanted++;
      return;
    }
  if (self->history != NULL)
    yodel_history_set_heard_ms (self->history, letter->message->sent_ms);
  open_call (self, letter);
}

/* What its device says first.  A later offer is about a call that is up: of one that an earlier run of this program had, it
 * may still lie in a mailbox. */
static gboolean
is_opening (const YodelCallMessage *message)
{
  return (message->type == YODEL_CALL_MESSAGE_OFFER || message->type == YODEL_CALL_MESSAGE_KNOCK) && message->number == 1;
}

static void
deliver (YodelEndpoint *self,
         const Letter  *letter)
{
  const gint64 now_us = g_get_monotonic_time ();
  YodelCall *call = find_call (self, letter);
  YodelCall *unsaid = call == NULL && is_opening (letter->message) ? find_unsaid (self, letter) : NULL;
  const gboolean is_known = letter->is_contact || is_in_call (self, letter->sender);
  YodelReplayVerdict verdict;

  /* A stranger's knock must have cost something before it may take a place in the memory. */
  if (call == NULL && unsaid == NULL && is_opening (letter->message) && !may_open (self, letter))
    {
      self->counters.n_unwanted++;
      return;
    }
  verdict = yodel_inbox_check (&self->inbox, letter->sender, is_known, letter->message, (now_us + self->unix_offset_us) / 1000);
  if (verdict == YODEL_REPLAY_STALE)
    self->counters.n_stale++;
  else if (call != NULL)
    yodel_call_talk_receive (call, letter->message, letter->signaller, letter->way);
  else if (verdict == YODEL_REPLAY_REPEATED || !is_opening (letter->message))
    self->counters.n_lost++;
  else if (unsaid != NULL)
    yodel_call_talk_meet (unsaid, letter->message, letter->signaller, letter->way);
  else if (!letter->is_contact && !has_open_invite (self, letter) &&
           !yodel_knock_guard_let_in (&self->guard, letter->sender, now_us))
    self->counters.n_unwanted++;
  else
    take_opening (self, letter);
}

void
yodel_endpoint_receive (YodelEndpoint  *self,
                        YodelSignaller *signaller,
                        GBytes         *bytes,
                        const char     *way)
{
  g_autoptr (YodelEndpoint) kept = g_object_ref (self);
  g_autoptr (YodelCallMessage) message = NULL;
  Letter letter = { .signaller = signaller, .way = way };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  message = yodel_sealed_message_open (self->identity, data, size, letter.sender);
  if (message == NULL ||
      memcmp (letter.sender, yodel_identity_get_public_key (self->identity), sizeof letter.sender) == 0)
    {
      self->counters.n_unreadable++;
      return;
    }
  letter.message = message;
  letter.is_contact = yodel_endpoint_find_contact (self, letter.sender, &letter.contact);
  if (letter.is_contact && letter.contact.trust == YODEL_TRUST_BLOCKED)
    self->counters.n_blocked++;
  else
    deliver (self, &letter);
}
