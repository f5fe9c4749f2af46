#define G_LOG_DOMAIN "yodel-rendezvous"

#include "rendezvous/mailbox-store.h"

#include <string.h>

/* What a message costs beside its bytes, roughly. */
#define OVERHEAD_BYTES (sizeof (YodelWaitingMessage) + 128)

struct _YodelMailboxStore
{
  GTree      *mailboxes;   /* (owned) id -> (owned) YodelMailbox; a tree, for senders choose the ids */
  GQueue      messages;    /* all of them, the oldest first */
  gsize       bytes;
  gsize       max_bytes;
};

static int
compare_ids (gconstpointer a,
             gconstpointer b,
             gpointer      user_data)
{
  return memcmp (a, b, YODEL_MAILBOX_BYTES);
}

static gsize
cost_of (const YodelWaitingMessage *message)
{
  return g_bytes_get_size (message->frame) + OVERHEAD_BYTES;
}

static void
mailbox_free (gpointer data)
{
  YodelMailbox *mailbox = data;

  g_ptr_array_unref (mailbox->clients);
  g_free (mailbox);
}

YodelMailboxStore *
yodel_mailbox_store_new (gsize max_bytes)
{
  YodelMailboxStore *self = g_new0 (YodelMailboxStore, 1);

  self->mailboxes = g_tree_new_full (compare_ids, NULL, NULL, mailbox_free);
  self->max_bytes = max_bytes;
  g_queue_init (&self->messages);
  return self;
}

/* A mailbox that nobody attached to and nothing waits in is forgotten. */
static void
forget_if_empty (YodelMailboxStore *self,
                 YodelMailbox      *mailbox)
{
  if (mailbox->clients->len == 0 && mailbox->messages.length == 0)
    g_tree_remove (self->mailboxes, mailbox->id);
}

/* The mailbox stays, even if it is empty now. */
static void
drop (YodelMailboxStore   *self,
      YodelWaitingMessage *message)
{
  YodelMailbox *mailbox = message->mailbox;

  g_queue_unlink (&mailbox->messages, &message->in_mailbox);
  g_queue_unlink (&self->messages, &message->in_store);
  mailbox->waiting_bytes -= cost_of (message);
  self->bytes -= cost_of (message);
  g_bytes_unref (message->frame);
  g_free (message);
}

void
yodel_mailbox_store_free (YodelMailboxStore *self)
{
  if (self == NULL)
    return;
  while (self->messages.head != NULL)
    drop (self, self->messages.head->data);
  g_tree_unref (self->mailboxes);
  g_free (self);
}

YodelMailbox *
yodel_mailbox_store_find (YodelMailboxStore *self,
                          const guint8       id[YODEL_MAILBOX_BYTES])
{
  return g_tree_lookup (self->mailboxes, id);
}

static YodelMailbox *
find_or_make (YodelMailboxStore *self,
              const guint8       id[YODEL_MAILBOX_BYTES])
{
  YodelMailbox *mailbox = yodel_mailbox_store_find (self, id);

  if (mailbox != NULL)
    return mailbox;
  mailbox = g_new0 (YodelMailbox, 1);
  memcpy (mailbox->id, id, sizeof mailbox->id);
  mailbox->clients = g_ptr_array_new ();
  g_queue_init (&mailbox->messages);
  g_tree_insert (self->mailboxes, mailbox->id, mailbox);
  return mailbox;
}

/* Returns: FALSE if too many are attached already */
gboolean
yodel_mailbox_store_attach (YodelMailboxStore *self,
                            const guint8       id[YODEL_MAILBOX_BYTES],
                            gpointer           client)
{
  YodelMailbox *mailbox = find_or_make (self, id);

  if (mailbox->clients->len >= YODEL_MAILBOX_MAX_CLIENTS)
    return FALSE;
  g_ptr_array_add (mailbox->clients, client);
  return TRUE;
}

void
yodel_mailbox_store_detach (YodelMailboxStore *self,
                            const guint8       id[YODEL_MAILBOX_BYTES],
                            gpointer           client)
{
  YodelMailbox *mailbox = yodel_mailbox_store_find (self, id);

  if (mailbox == NULL)
    return;
  g_ptr_array_remove_fast (mailbox->clients, client);
  forget_if_empty (self, mailbox);
}

/* The oldest message of the source that has most of them here: a flood pushes out itself. */
static YodelWaitingMessage *
find_victim (YodelMailbox *mailbox)
{
  YodelWaitingMessage *victim = mailbox->messages.head->data;
  guint most = 0;

  for (GList *one = mailbox->messages.head; one != NULL; one = one->next)
    {
      YodelWaitingMessage *message = one->data;
      guint n = 0;

      for (GList *other = one; other != NULL; other = other->next)
        n += ((YodelWaitingMessage *) other->data)->source == message->source;
      if (n > most)
        {
          most = n;
          victim = message;
        }
    }
  return victim;
}

static void
make_room (YodelMailboxStore *self,
           YodelMailbox      *mailbox,
           gsize              cost)
{
  while (mailbox->messages.length > 0 &&
         (mailbox->messages.length >= YODEL_MAILBOX_MAX_MESSAGES ||
          mailbox->waiting_bytes + cost > YODEL_MAILBOX_MAX_WAITING))
    drop (self, find_victim (mailbox));

  while (self->messages.length > 0 && self->bytes + cost > self->max_bytes)
    {
      YodelWaitingMessage *oldest = self->messages.head->data;
      YodelMailbox *loser = oldest->mailbox;

      drop (self, oldest);
      if (loser != mailbox)
        forget_if_empty (self, loser);
    }
}

/* @source: a number that stands for whoever sent it.  Returns: (transfer none): the mailbox it
 * waits in */
YodelMailbox *
yodel_mailbox_store_put (YodelMailboxStore *self,
                         const guint8       id[YODEL_MAILBOX_BYTES],
                         GBytes            *frame,
                         guint              source,
                         gint64             now_us)
{
  YodelMailbox *mailbox = find_or_make (self, id);
  YodelWaitingMessage *message = g_new0 (YodelWaitingMessage, 1);

  message->frame = g_bytes_ref (frame);
  message->source = source;
  message->expires_us = now_us + YODEL_MAILBOX_TTL_US;
  message->mailbox = mailbox;
  message->in_mailbox.data = message;
  message->in_store.data = message;

  make_room (self, mailbox, cost_of (message));
  g_queue_push_tail_link (&mailbox->messages, &message->in_mailbox);
  g_queue_push_tail_link (&self->messages, &message->in_store);
  mailbox->waiting_bytes += cost_of (message);
  self->bytes += cost_of (message);
  return mailbox;
}

void
yodel_mailbox_store_expire (YodelMailboxStore *self,
                            gint64             now_us)
{
  YodelWaitingMessage *oldest;

  while ((oldest = g_queue_peek_head (&self->messages)) != NULL && oldest->expires_us <= now_us)
    {
      YodelMailbox *mailbox = oldest->mailbox;

      drop (self, oldest);
      forget_if_empty (self, mailbox);
    }
}

gsize
yodel_mailbox_store_get_bytes (const YodelMailboxStore *self)
{
  return self->bytes;
}

guint
yodel_mailbox_store_get_n_messages (const YodelMailboxStore *self)
{
  return self->messages.length;
}

guint
yodel_mailbox_store_get_n_mailboxes (const YodelMailboxStore *self)
{
  return (guint) g_tree_nnodes (self->mailboxes);
}
