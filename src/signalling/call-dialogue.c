#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/call-dialogue.h"

#include <string.h>

#include "signalling/dialogue-outbox.h"

/* A callee waits a little longer than the caller rings, for the caller's word to arrive. */
#define CALLEE_RING_US (YODEL_DIALOGUE_RING_US + 5 * G_USEC_PER_SEC)

#define NO_DEVICE      G_MAXUINT
#define HEARD_BITS     64

/* A device of the peer's, and which of its messages were heard: bit i stands for last - i. */
typedef struct
{
  guint8   id[YODEL_DEVICE_ID_BYTES];
  guint32  last;
  guint64  heard;
  gboolean is_sent_away;   /* was told that the call is over, or another's */
  gboolean is_described;   /* its description came, so its candidates mean something */
} Device;

struct _YodelCallDialogue
{
  YodelDialogueConfig config;
  YodelDialogueState  state;
  YodelDialogueEnd    end;
  gboolean            is_outgoing;
  guint8              call_id[YODEL_CALL_ID_BYTES];
  guint8              dropped_id[YODEL_CALL_ID_BYTES];   /* of the call that gave way */
  gint64              give_up_us;
  YodelDialogueOutbox outbox;
  GQueue              events;    /* (owned) YodelDialogueEvent */
  Device              devices[YODEL_DIALOGUE_MAX_DEVICES];
  guint               n_devices;
  guint               chosen;    /* index of the device the call is with, or NO_DEVICE */
};

static const guint8 all_devices[YODEL_DEVICE_ID_BYTES];

static void
push_event (YodelCallDialogue      *self,
            YodelDialogueEventType  type,
            const YodelCallMessage *message)
{
  YodelDialogueEvent *event = g_new0 (YodelDialogueEvent, 1);

  event->type = type;
  event->message = message != NULL ? yodel_call_message_copy (message) : NULL;
  g_queue_push_tail (&self->events, event);
}

/* The one place that moves the state. */
static void
set_state (YodelCallDialogue  *self,
           YodelDialogueState  state)
{
  if (self->state == state)
    return;
  g_debug ("dialogue %p: state %u -> %u", (gpointer) self, self->state, state);
  self->state = state;
  push_event (self, YODEL_DIALOGUE_EVENT_STATE, NULL);
}

static void
say (YodelCallDialogue *self,
     YodelCallMessage  *message,
     const guint8       to_device[YODEL_DEVICE_ID_BYTES],
     gint64             now_us)
{
  memcpy (message->call_id, self->call_id, sizeof message->call_id);
  memcpy (message->to_device, to_device, sizeof message->to_device);
  yodel_dialogue_outbox_push (&self->outbox, message, now_us);
}

static void
say_type (YodelCallDialogue    *self,
          YodelCallMessageType  type,
          const guint8          to_device[YODEL_DEVICE_ID_BYTES],
          gint64                now_us)
{
  say (self, yodel_call_message_new (type), to_device, now_us);
}

static void
say_hang_up (YodelCallDialogue *self,
             YodelHangUpReason  reason,
             const guint8       to_device[YODEL_DEVICE_ID_BYTES],
             gint64             now_us)
{
  YodelCallMessage *message = yodel_call_message_new (YODEL_CALL_MESSAGE_HANG_UP);

  message->reason = reason;
  say (self, message, to_device, now_us);
}

/* Whom we mean: the chosen device, or all while none is. */
static const guint8 *
get_addressee (const YodelCallDialogue *self)
{
  return self->chosen == NO_DEVICE ? all_devices : self->devices[self->chosen].id;
}

/* Nothing matters any more but the last word, which the caller of this says next. */
static void
finish (YodelCallDialogue *self,
        YodelDialogueEnd   end)
{
  yodel_dialogue_outbox_drop_news (&self->outbox);
  self->end = end;
  self->give_up_us = G_MAXINT64;
  set_state (self, YODEL_DIALOGUE_OVER);
}

static guint
find_device (YodelCallDialogue *self,
             const guint8       id[YODEL_DEVICE_ID_BYTES])
{
  for (guint i = 0; i < self->n_devices; i++)
    if (memcmp (self->devices[i].id, id, YODEL_DEVICE_ID_BYTES) == 0)
      return i;
  if (self->n_devices == YODEL_DIALOGUE_MAX_DEVICES)
    return NO_DEVICE;
  self->devices[self->n_devices] = (Device) { 0 };
  memcpy (self->devices[self->n_devices].id, id, YODEL_DEVICE_ID_BYTES);
  return self->n_devices++;
}

/* What is too old to tell counts as heard. */
static gboolean
was_heard (const Device *device,
           guint32       number)
{
  if (number > device->last)
    return FALSE;
  return device->last - number >= HEARD_BITS || (device->heard >> (device->last - number) & 1);
}

static void
mark_heard (Device  *device,
            guint32  number)
{
  if (number > device->last)
    {
      guint32 step = number - device->last;

      device->heard = step < HEARD_BITS ? device->heard << step : 0;
      device->last = number;
    }
  device->heard |= G_GUINT64_CONSTANT (1) << (device->last - number);
}

static YodelCallDialogue *
new_dialogue (const YodelDialogueConfig *config,
              const guint8               call_id[YODEL_CALL_ID_BYTES],
              YodelDialogueState         state,
              gint64                     give_up_us)
{
  YodelCallDialogue *self = g_new0 (YodelCallDialogue, 1);

  self->config = *config;
  self->state = state;
  self->give_up_us = give_up_us;
  self->chosen = NO_DEVICE;
  memcpy (self->call_id, call_id, sizeof self->call_id);
  yodel_dialogue_outbox_init (&self->outbox, config->own_device, config->unix_offset_us);
  g_queue_init (&self->events);
  return self;
}

static void
acknowledge (YodelCallDialogue      *self,
             const YodelCallMessage *message)
{
  if (!self->config.is_discreet)
    yodel_dialogue_outbox_add_ack (&self->outbox, message);
}

YodelCallDialogue *
yodel_call_dialogue_new_outgoing (const YodelDialogueConfig *config,
                                  const guint8               call_id[YODEL_CALL_ID_BYTES],
                                  YodelCallMessage          *opening,
                                  gint64                     now_us)
{
  YodelCallDialogue *self = new_dialogue (config, call_id, YODEL_DIALOGUE_CALLING,
                                          now_us + YODEL_DIALOGUE_RING_US);

  self->is_outgoing = TRUE;
  self->config.is_discreet = FALSE;
  say (self, opening, all_devices, now_us);
  yodel_call_dialogue_advance (self, now_us);
  return self;
}

/* The caller's device is the one the call is with. */
static void
take_opening (YodelCallDialogue      *self,
              const YodelCallMessage *opening)
{
  self->chosen = find_device (self, opening->device);
  mark_heard (&self->devices[self->chosen], opening->number);
  self->devices[self->chosen].is_described = opening->type == YODEL_CALL_MESSAGE_OFFER;
  acknowledge (self, opening);
}

YodelCallDialogue *
yodel_call_dialogue_new_incoming (const YodelDialogueConfig *config,
                                  const YodelCallMessage    *opening,
                                  gint64                     now_us)
{
  YodelCallDialogue *self = new_dialogue (config, opening->call_id, YODEL_DIALOGUE_INCOMING,
                                          now_us + CALLEE_RING_US);

  take_opening (self, opening);
  yodel_call_dialogue_advance (self, now_us);
  return self;
}

static void
event_free (gpointer data)
{
  YodelDialogueEvent *event = data;

  yodel_call_message_free (event->message);
  g_free (event);
}

void
yodel_call_dialogue_free (YodelCallDialogue *self)
{
  if (self == NULL)
    return;
  yodel_dialogue_outbox_clear (&self->outbox);
  g_queue_clear_full (&self->events, event_free);
  g_free (self);
}

static void
take_acks (YodelCallDialogue      *self,
           const YodelCallMessage *message,
           guint                   index,
           gint64                  now_us)
{
  for (guint i = 0; i < message->n_acks; i++)
    {
      YodelCallMessageType type;

      if (memcmp (message->acks[i].device, self->config.own_device, YODEL_DEVICE_ID_BYTES) != 0 ||
          !yodel_dialogue_outbox_take_ack (&self->outbox, message->acks[i].number, index, now_us, &type))
        continue;
      if (type == YODEL_CALL_MESSAGE_ACCEPT && self->state == YODEL_DIALOGUE_ACCEPTED)
        {
          self->give_up_us = G_MAXINT64;
          set_state (self, YODEL_DIALOGUE_UP);
        }
    }
}

/* Tells a device that it is not meant any more, once. */
static void
send_away (YodelCallDialogue *self,
           guint              index,
           YodelHangUpReason  reason,
           gint64             now_us)
{
  Device *device = &self->devices[index];

  if (device->is_sent_away)
    return;
  device->is_sent_away = TRUE;
  say_hang_up (self, reason, device->id, now_us);
}

/* To each that is known, until it is heard; and to those of whom nothing was heard. */
static void
send_all_away (YodelCallDialogue *self,
               YodelHangUpReason  reason,
               gint64             now_us)
{
  for (guint i = 0; i < self->n_devices; i++)
    send_away (self, i, reason, now_us);
  say_hang_up (self, reason, all_devices, now_us);
}

static void
take_accept (YodelCallDialogue *self,
             guint              index,
             gint64             now_us)
{
  if (self->chosen != NO_DEVICE)
    return;

  self->chosen = index;
  self->give_up_us = G_MAXINT64;
  yodel_dialogue_outbox_settle_on (&self->outbox, self->devices[index].id, index, now_us);
  set_state (self, YODEL_DIALOGUE_UP);
  for (guint i = 0; i < self->n_devices; i++)
    if (i != index)
      send_away (self, i, YODEL_HANG_UP_TAKEN_ELSEWHERE, now_us);
}

static void
take_refusal (YodelCallDialogue *self,
              guint              index,
              YodelDialogueEnd   end,
              gint64             now_us)
{
  finish (self, end);
  self->devices[index].is_sent_away = TRUE;   /* it went by itself */
  send_all_away (self, YODEL_HANG_UP_ENDED_ELSEWHERE, now_us);
}

static YodelDialogueEnd
end_of_reason (YodelHangUpReason reason)
{
  switch (reason)
    {
    case YODEL_HANG_UP_NORMAL:          return YODEL_DIALOGUE_END_PEER_HUNG_UP;
    case YODEL_HANG_UP_CANCELLED:       return YODEL_DIALOGUE_END_CANCELLED;
    case YODEL_HANG_UP_TAKEN_ELSEWHERE: return YODEL_DIALOGUE_END_TAKEN_ELSEWHERE;
    case YODEL_HANG_UP_ENDED_ELSEWHERE: return YODEL_DIALOGUE_END_ENDED_ELSEWHERE;
    case YODEL_HANG_UP_NO_ANSWER:       return YODEL_DIALOGUE_END_NO_ANSWER;
    case YODEL_HANG_UP_FAILED:          return YODEL_DIALOGUE_END_FAILED;
    }
  return YODEL_DIALOGUE_END_FAILED;
}

static void
take_hang_up (YodelCallDialogue      *self,
              const YodelCallMessage *message,
              guint                   index,
              gint64                  now_us)
{
  if (self->is_outgoing && self->chosen == NO_DEVICE)
    take_refusal (self, index, end_of_reason (message->reason), now_us);
  else
    finish (self, end_of_reason (message->reason));
}

/* Returns: FALSE if it does not fit yet, and should come again */
static gboolean
take_media (YodelCallDialogue      *self,
            const YodelCallMessage *message,
            guint                   index)
{
  if (self->events.length >= YODEL_DIALOGUE_MAX_EVENTS)
    return FALSE;
  /* While nobody is chosen, all that devices may say is an answer and what follows it. */
  if (self->chosen == NO_DEVICE && message->type == YODEL_CALL_MESSAGE_OFFER)
    return FALSE;
  if (message->type != YODEL_CALL_MESSAGE_CANDIDATES)
    self->devices[index].is_described = TRUE;
  else if (!self->devices[index].is_described)
    return FALSE;
  push_event (self, YODEL_DIALOGUE_EVENT_MESSAGE, message);
  return TRUE;
}

/* A message of the call that was not heard before, while the call is not over.  Returns: FALSE if
 * it does not fit yet */
static gboolean
take_news (YodelCallDialogue      *self,
           const YodelCallMessage *message,
           guint                   index,
           gint64                  now_us)
{
  gboolean may_choose = self->is_outgoing && self->chosen == NO_DEVICE;

  switch (message->type)
    {
    case YODEL_CALL_MESSAGE_OFFER:
    case YODEL_CALL_MESSAGE_ANSWER:
    case YODEL_CALL_MESSAGE_CANDIDATES:
      return take_media (self, message, index);
    case YODEL_CALL_MESSAGE_RING:
      if (may_choose)
        set_state (self, YODEL_DIALOGUE_RINGBACK);
      return TRUE;
    case YODEL_CALL_MESSAGE_ACCEPT:
      if (may_choose)
        take_accept (self, index, now_us);
      return TRUE;
    case YODEL_CALL_MESSAGE_DECLINE:
      if (may_choose)
        take_refusal (self, index, YODEL_DIALOGUE_END_DECLINED, now_us);
      return TRUE;
    case YODEL_CALL_MESSAGE_BUSY:
      if (may_choose)
        take_refusal (self, index, YODEL_DIALOGUE_END_BUSY, now_us);
      return TRUE;
    case YODEL_CALL_MESSAGE_HANG_UP:
      take_hang_up (self, message, index, now_us);
      return TRUE;
    case YODEL_CALL_MESSAGE_KNOCK:
    case YODEL_CALL_MESSAGE_ACK:
      return TRUE;
    }
  return TRUE;
}

/* Of two calls at once the one of the smaller key stands. */
static gboolean
gives_way (const YodelCallDialogue *self)
{
  return memcmp (self->config.own_key, self->config.peer_key, sizeof self->config.own_key) > 0;
}

/* Our call is dropped, our other devices' bells there too, and theirs is accepted. */
static void
give_way (YodelCallDialogue      *self,
          const YodelCallMessage *offer,
          gint64                  now_us)
{
  yodel_dialogue_outbox_drop_news (&self->outbox);
  say_hang_up (self, YODEL_HANG_UP_TAKEN_ELSEWHERE, all_devices, now_us);

  self->is_outgoing = FALSE;
  self->n_devices = 0;
  memcpy (self->dropped_id, self->call_id, sizeof self->dropped_id);
  memcpy (self->call_id, offer->call_id, sizeof self->call_id);
  take_opening (self, offer);
  push_event (self, YODEL_DIALOGUE_EVENT_GLARE, offer);
  say_type (self, YODEL_CALL_MESSAGE_ACCEPT, get_addressee (self), now_us);
  self->give_up_us = G_MAXINT64;
  set_state (self, YODEL_DIALOGUE_ACCEPTED);
}

static gboolean
is_opening (const YodelCallMessage *message)
{
  return message->type == YODEL_CALL_MESSAGE_OFFER || message->type == YODEL_CALL_MESSAGE_KNOCK;
}

static gboolean
is_asking (const YodelCallDialogue *self)
{
  return self->is_outgoing && self->chosen == NO_DEVICE && self->state != YODEL_DIALOGUE_OVER;
}

/* Another call of the same peer's: glare, or what is left of it. */
static void
receive_of_another_call (YodelCallDialogue      *self,
                         const YodelCallMessage *message,
                         gint64                  now_us)
{
  guint index = find_device (self, message->device);

  if (message->type == YODEL_CALL_MESSAGE_ACK && index != NO_DEVICE)
    take_acks (self, message, index, now_us);
  else if (is_opening (message) && is_asking (self) && gives_way (self))
    give_way (self, message, now_us);
  else if (message->type != YODEL_CALL_MESSAGE_ACK)
    {
      if (is_opening (message) && is_asking (self))
        memcpy (self->dropped_id, message->call_id, sizeof self->dropped_id);
      acknowledge (self, message);
    }
}

/* Whether receive() is for @message: it is of this call, or of one that came at the same time. */
gboolean
yodel_call_dialogue_concerns (const YodelCallDialogue *self,
                              const YodelCallMessage  *message)
{
  return memcmp (message->call_id, self->call_id, sizeof self->call_id) == 0 ||
         memcmp (message->call_id, self->dropped_id, sizeof self->dropped_id) == 0 ||
         (is_opening (message) && is_asking (self));
}

static void
receive_of_this_call (YodelCallDialogue      *self,
                      const YodelCallMessage *message,
                      guint                   index,
                      gint64                  now_us)
{
  if (message->type == YODEL_CALL_MESSAGE_ACK)
    take_acks (self, message, index, now_us);
  else if (was_heard (&self->devices[index], message->number))
    acknowledge (self, message);
  else if (self->state == YODEL_DIALOGUE_OVER ||
           (self->chosen != NO_DEVICE && self->chosen != index) ||
           take_news (self, message, index, now_us))
    {
      mark_heard (&self->devices[index], message->number);
      acknowledge (self, message);
    }

  /* A bell that rings on, a person who accepts too late. */
  if (self->is_outgoing && message->type != YODEL_CALL_MESSAGE_HANG_UP &&
      (message->type != YODEL_CALL_MESSAGE_ACK || self->state != YODEL_DIALOGUE_OVER))
    {
      if (self->chosen != NO_DEVICE && self->chosen != index)
        send_away (self, index, YODEL_HANG_UP_TAKEN_ELSEWHERE, now_us);
      else if (self->state == YODEL_DIALOGUE_OVER && self->chosen == NO_DEVICE &&
               message->type != YODEL_CALL_MESSAGE_DECLINE && message->type != YODEL_CALL_MESSAGE_BUSY)
        send_away (self, index, YODEL_HANG_UP_CANCELLED, now_us);
    }
}

void
yodel_call_dialogue_receive (YodelCallDialogue      *self,
                             const YodelCallMessage *message,
                             gint64                  now_us)
{
  guint index;

  if (memcmp (message->to_device, all_devices, sizeof all_devices) != 0 &&
      memcmp (message->to_device, self->config.own_device, sizeof all_devices) != 0)
    return;

  if (memcmp (message->call_id, self->call_id, sizeof self->call_id) != 0)
    receive_of_another_call (self, message, now_us);
  else if ((index = find_device (self, message->device)) != NO_DEVICE)
    receive_of_this_call (self, message, index, now_us);
  yodel_call_dialogue_advance (self, now_us);
}

/* Says that it rings here, to one who may know. */
void
yodel_call_dialogue_ring (YodelCallDialogue *self,
                          gint64             now_us)
{
  if (self->state == YODEL_DIALOGUE_INCOMING && !self->config.is_discreet)
    say_type (self, YODEL_CALL_MESSAGE_RING, get_addressee (self), now_us);
  yodel_call_dialogue_advance (self, now_us);
}

void
yodel_call_dialogue_accept (YodelCallDialogue *self,
                            gint64             now_us)
{
  if (self->state == YODEL_DIALOGUE_INCOMING)
    {
      self->config.is_discreet = FALSE;
      self->give_up_us = G_MAXINT64;   /* the accept gives up by itself */
      say_type (self, YODEL_CALL_MESSAGE_ACCEPT, get_addressee (self), now_us);
      set_state (self, YODEL_DIALOGUE_ACCEPTED);
    }
  yodel_call_dialogue_advance (self, now_us);
}

void
yodel_call_dialogue_decline (YodelCallDialogue *self,
                             gboolean           is_busy,
                             gint64             now_us)
{
  if (self->state == YODEL_DIALOGUE_INCOMING)
    {
      finish (self, YODEL_DIALOGUE_END_REFUSED);
      if (!self->config.is_discreet)
        say_type (self, is_busy ? YODEL_CALL_MESSAGE_BUSY : YODEL_CALL_MESSAGE_DECLINE,
                  get_addressee (self), now_us);
    }
  yodel_call_dialogue_advance (self, now_us);
}

void
yodel_call_dialogue_hang_up (YodelCallDialogue *self,
                             YodelHangUpReason  reason,
                             gint64             now_us)
{
  if (self->state == YODEL_DIALOGUE_INCOMING)
    {
      yodel_call_dialogue_decline (self, FALSE, now_us);
      return;
    }
  if (self->state != YODEL_DIALOGUE_OVER)
    {
      finish (self, YODEL_DIALOGUE_END_HUNG_UP);
      if (self->chosen == NO_DEVICE)
        send_all_away (self, reason == YODEL_HANG_UP_NORMAL ? YODEL_HANG_UP_CANCELLED : reason, now_us);
      else
        say_hang_up (self, reason, get_addressee (self), now_us);
    }
  yodel_call_dialogue_advance (self, now_us);
}

gboolean
yodel_call_dialogue_send (YodelCallDialogue *self,
                          YodelCallMessage  *message,
                          gint64             now_us)
{
  return yodel_call_dialogue_send_to (self, message, get_addressee (self), now_us);
}

gboolean
yodel_call_dialogue_send_to (YodelCallDialogue *self,
                             YodelCallMessage  *message,
                             const guint8       device[YODEL_DEVICE_ID_BYTES],
                             gint64             now_us)
{
  /* To one who may not learn that we are here, nothing is said before the accept. */
  gboolean is_mute = self->state == YODEL_DIALOGUE_OVER ||
                     (self->state == YODEL_DIALOGUE_INCOMING && self->config.is_discreet);
  gboolean pushed = FALSE;

  if (is_mute)
    yodel_call_message_free (message);
  else
    {
      memcpy (message->call_id, self->call_id, sizeof message->call_id);
      memcpy (message->to_device, device, sizeof message->to_device);
      pushed = yodel_dialogue_outbox_push (&self->outbox, message, now_us);
    }
  yodel_call_dialogue_advance (self, now_us);
  return pushed;
}

static void
give_up (YodelCallDialogue *self,
         gint64             now_us)
{
  gboolean is_outgoing = self->is_outgoing;

  finish (self, YODEL_DIALOGUE_END_NO_ANSWER);
  if (is_outgoing)
    send_all_away (self, YODEL_HANG_UP_NO_ANSWER, now_us);
}

void
yodel_call_dialogue_advance (YodelCallDialogue *self,
                             gint64             now_us)
{
  if (now_us >= self->give_up_us)
    give_up (self, now_us);
  if (!yodel_dialogue_outbox_advance (&self->outbox, now_us) &&
      self->state == YODEL_DIALOGUE_ACCEPTED)
    finish (self, YODEL_DIALOGUE_END_UNREACHABLE);
}

/* Returns: TRUE with a message that the caller owns, FALSE if there is none */
gboolean
yodel_call_dialogue_poll_message (YodelCallDialogue  *self,
                                  YodelCallMessage  **message)
{
  return yodel_dialogue_outbox_poll (&self->outbox, message);
}

/* Returns: TRUE with an event whose message the caller owns, FALSE if there is none */
gboolean
yodel_call_dialogue_poll_event (YodelCallDialogue  *self,
                                YodelDialogueEvent *event)
{
  g_autofree YodelDialogueEvent *next = g_queue_pop_head (&self->events);

  if (next == NULL)
    return FALSE;
  *event = *next;
  return TRUE;
}

gint64
yodel_call_dialogue_next_deadline_us (const YodelCallDialogue *self)
{
  return MIN (self->give_up_us, yodel_dialogue_outbox_next_deadline_us (&self->outbox));
}

YodelDialogueState
yodel_call_dialogue_get_state (const YodelCallDialogue *self)
{
  return self->state;
}

YodelDialogueEnd
yodel_call_dialogue_get_end (const YodelCallDialogue *self)
{
  return self->end;
}

const guint8 *
yodel_call_dialogue_get_call_id (const YodelCallDialogue *self)
{
  return self->call_id;
}

const guint8 *
yodel_call_dialogue_get_peer_device (const YodelCallDialogue *self)
{
  return self->chosen == NO_DEVICE ? NULL : self->devices[self->chosen].id;
}

gboolean
yodel_call_dialogue_is_finished (const YodelCallDialogue *self)
{
  return self->state == YODEL_DIALOGUE_OVER && yodel_dialogue_outbox_is_idle (&self->outbox);
}
