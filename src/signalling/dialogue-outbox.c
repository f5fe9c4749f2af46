#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/dialogue-outbox.h"

#include <string.h>

#define FIRST_REPEAT_US (G_USEC_PER_SEC / 2)   /* a round trip through a slow carrier */
#define MAX_REPEAT_US   (4 * G_USEC_PER_SEC)
#define MAX_SENT        16                     /* most of a minute; 25 % loss each way leaves 2 in a million unheard */

/* One device has it; the others may not. */
#define MORE_FOR_ALL         3
#define MORE_FOR_ALL_US      G_USEC_PER_SEC

typedef struct
{
  YodelCallMessage *message;      /* (owned) */
  guint             acked;        /* a bit for each device that has it */
  guint             n_sent;
  guint             max_sent;     /* 0: no limit */
  gint64            interval_us;
  gint64            next_us;      /* G_MAXINT64: not again, unless it is settled on a device */
} Pending;

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  yodel_call_message_free (pending->message);
  g_free (pending);
}

static gboolean
is_for_all (const YodelCallMessage *message)
{
  static const guint8 all[YODEL_DEVICE_ID_BYTES];

  return memcmp (message->to_device, all, sizeof all) == 0;
}

void
yodel_dialogue_outbox_init (YodelDialogueOutbox *self,
                            const guint8         device[YODEL_DEVICE_ID_BYTES],
                            gint64               unix_offset_us)
{
  *self = (YodelDialogueOutbox) { .unix_offset_us = unix_offset_us };
  memcpy (self->device, device, YODEL_DEVICE_ID_BYTES);
  self->pending = g_ptr_array_new_with_free_func (pending_free);
  g_queue_init (&self->due);
}

void
yodel_dialogue_outbox_clear (YodelDialogueOutbox *self)
{
  g_clear_pointer (&self->pending, g_ptr_array_unref);
  g_queue_clear_full (&self->due, (GDestroyNotify) yodel_call_message_free);
}

static void
stamp (YodelDialogueOutbox *self,
       YodelCallMessage    *message,
       gint64               now_us)
{
  message->number = ++self->last_number;
  if (message->sent_ms == 0)   /* a knock has it already: its work depends on it */
    message->sent_ms = (now_us + self->unix_offset_us) / 1000;
  memcpy (message->device, self->device, YODEL_DEVICE_ID_BYTES);
}

/* Takes @message, whose call and receiver are set.  Returns: FALSE if there is too much already */
gboolean
yodel_dialogue_outbox_push (YodelDialogueOutbox *self,
                            YodelCallMessage    *message,
                            gint64               now_us)
{
  Pending *pending;
  /* Whoever is called may come while it rings. */
  gboolean is_call = is_for_all (message) && message->type != YODEL_CALL_MESSAGE_HANG_UP;

  if (self->pending->len == YODEL_DIALOGUE_MAX_PENDING)
    {
      yodel_call_message_free (message);
      return FALSE;
    }
  stamp (self, message, now_us);
  pending = g_new0 (Pending, 1);
  pending->message = message;
  pending->max_sent = is_call ? 0 : MAX_SENT;
  pending->interval_us = FIRST_REPEAT_US;
  pending->next_us = now_us;
  g_ptr_array_add (self->pending, pending);
  return TRUE;
}

/* What was said to a device that is not meant any more still has to be heard: it rings on. */
void
yodel_dialogue_outbox_drop_news (YodelDialogueOutbox *self)
{
  for (guint i = self->pending->len; i-- > 0;)
    {
      const Pending *pending = g_ptr_array_index (self->pending, i);

      if (pending->message->type != YODEL_CALL_MESSAGE_HANG_UP)
        g_ptr_array_remove_index (self->pending, i);
    }
}

/* From now on one device is meant: what went to all goes to it if it has not got it. */
void
yodel_dialogue_outbox_settle_on (YodelDialogueOutbox *self,
                                 const guint8         device[YODEL_DEVICE_ID_BYTES],
                                 guint                index,
                                 gint64               now_us)
{
  for (guint i = self->pending->len; i-- > 0;)
    {
      Pending *pending = g_ptr_array_index (self->pending, i);

      if (!is_for_all (pending->message))
        continue;
      if (pending->acked & 1u << index)
        {
          g_ptr_array_remove_index (self->pending, i);
          continue;
        }
      memcpy (pending->message->to_device, device, YODEL_DEVICE_ID_BYTES);
      pending->n_sent = 0;
      pending->max_sent = MAX_SENT;
      pending->interval_us = FIRST_REPEAT_US;
      pending->next_us = now_us;
    }
}

/* What finds no room is repeated by the peer. */
void
yodel_dialogue_outbox_add_ack (YodelDialogueOutbox    *self,
                               const YodelCallMessage *message)
{
  YodelDialogueAck *ack;

  if (self->n_acks == YODEL_DIALOGUE_MAX_ACKS)
    return;
  ack = &self->acks[self->n_acks++];
  memcpy (ack->call_id, message->call_id, sizeof ack->call_id);
  memcpy (ack->device, message->device, sizeof ack->device);
  ack->number = message->number;
}

/* Returns: TRUE if the @index-th device is the first to have the message, whose @type is stored */
gboolean
yodel_dialogue_outbox_take_ack (YodelDialogueOutbox  *self,
                                guint32               number,
                                guint                 index,
                                gint64                now_us,
                                YodelCallMessageType *type)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      Pending *pending = g_ptr_array_index (self->pending, i);
      gboolean is_first = pending->acked == 0;

      if (pending->message->number != number)
        continue;
      pending->acked |= 1u << index;
      *type = pending->message->type;
      if (!is_for_all (pending->message))
        g_ptr_array_remove_index (self->pending, i);
      else if (is_first)
        {
          pending->n_sent = 0;
          pending->max_sent = MORE_FOR_ALL;
          pending->interval_us = MORE_FOR_ALL_US;
          pending->next_us = now_us + MORE_FOR_ALL_US;
        }
      return is_first;
    }
  return FALSE;
}

static void
make_due (YodelDialogueOutbox *self,
          YodelCallMessage    *message)
{
  if (self->due.length < YODEL_DIALOGUE_MAX_DUE)
    g_queue_push_tail (&self->due, message);
  else
    yodel_call_message_free (message);
}

/* One message for all the acks that go to the device of the first. */
static void
flush_acks (YodelDialogueOutbox *self,
            gint64               now_us)
{
  while (self->n_acks > 0)
    {
      YodelCallMessage *message = yodel_call_message_new (YODEL_CALL_MESSAGE_ACK);
      YodelDialogueAck first = self->acks[0];
      guint kept = 0;

      stamp (self, message, now_us);
      memcpy (message->call_id, first.call_id, sizeof first.call_id);
      memcpy (message->to_device, first.device, sizeof first.device);
      for (guint i = 0; i < self->n_acks; i++)
        {
          const YodelDialogueAck *ack = &self->acks[i];
          YodelCallMessageAck *to = &message->acks[message->n_acks];

          if (memcmp (ack->call_id, first.call_id, sizeof first.call_id) != 0 ||
              memcmp (ack->device, first.device, sizeof first.device) != 0)
            {
              self->acks[kept++] = *ack;
              continue;
            }
          memcpy (to->device, ack->device, sizeof to->device);
          to->number = ack->number;
          message->n_acks++;
        }
      self->n_acks = kept;
      make_due (self, message);
    }
}

/* Returns: FALSE when it will not be said again and nobody has heard it */
static gboolean
say_again (YodelDialogueOutbox *self,
           Pending             *pending,
           gint64               now_us)
{
  if (pending->max_sent > 0 && pending->n_sent == pending->max_sent)
    {
      pending->next_us = G_MAXINT64;
      return pending->acked != 0;
    }
  make_due (self, yodel_call_message_copy (pending->message));
  pending->n_sent++;
  pending->next_us = now_us + pending->interval_us;
  if (pending->acked == 0)
    pending->interval_us = MIN (2 * pending->interval_us, MAX_REPEAT_US);
  return TRUE;
}

/* Returns: FALSE if an accept was never heard: then there is no peer any more */
gboolean
yodel_dialogue_outbox_advance (YodelDialogueOutbox *self,
                               gint64               now_us)
{
  gboolean is_heard = TRUE;

  flush_acks (self, now_us);
  for (guint i = 0; i < self->pending->len;)
    {
      Pending *pending = g_ptr_array_index (self->pending, i);

      if (pending->next_us > now_us || say_again (self, pending, now_us))
        {
          i++;
          continue;
        }
      if (pending->message->type == YODEL_CALL_MESSAGE_ACCEPT)
        is_heard = FALSE;
      g_ptr_array_remove_index (self->pending, i);
    }
  return is_heard;
}

gboolean
yodel_dialogue_outbox_poll (YodelDialogueOutbox  *self,
                            YodelCallMessage    **message)
{
  *message = g_queue_pop_head (&self->due);
  return *message != NULL;
}

/* Nothing is left that will be said. */
gboolean
yodel_dialogue_outbox_is_idle (const YodelDialogueOutbox *self)
{
  return self->due.length == 0 && self->n_acks == 0 &&
         yodel_dialogue_outbox_next_deadline_us (self) == G_MAXINT64;
}

gint64
yodel_dialogue_outbox_next_deadline_us (const YodelDialogueOutbox *self)
{
  gint64 deadline_us = G_MAXINT64;

  for (guint i = 0; i < self->pending->len; i++)
    {
      const Pending *pending = g_ptr_array_index (self->pending, i);

      deadline_us = MIN (deadline_us, pending->next_us);
    }
  return deadline_us;
}
