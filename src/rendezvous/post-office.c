#define G_LOG_DOMAIN "yodel-rendezvous"

#include "rendezvous/post-office.h"

#include <string.h>

#include <sodium.h>

#include "rendezvous/mailbox-key.h"
#include "rendezvous/mailbox-store.h"
#include "rendezvous/source-table.h"

#define N_SLOTS           YODEL_POST_PING_S
#define ASK_AT_UNHEARD    (64 * 1024)
#define BYTES_OF_A_TOKEN  8192
#define MAX_AUTHORITY     255

struct _YodelPostClient
{
  gpointer     user_data;
  YodelSource *source;                          /* (borrowed) */
  char        *authority;                       /* (owned) */
  guint8       nonce[YODEL_RENDEZVOUS_NONCE_BYTES];
  guint8       mailboxes[YODEL_POST_MAX_MAILBOXES][YODEL_MAILBOX_BYTES];
  guint        n_mailboxes;
  guint        n_refusals;                      /* in a row */
  gboolean     is_going;                        /* was told to, and is not listened to any more */

  guint32      ping_number;
  gint64       asked_us;                        /* 0: every PING was answered */
  gsize        unheard_bytes;                   /* sent, but not known to have been read */
  gsize        asked_bytes;                     /* of these, what the PING under way will confirm */
  GList        in_slot;
};

struct _YodelPostOffice
{
  YodelPostOfficeLimits    limits;
  YodelPostOfficeCounters  counters;
  YodelSourceTable         sources;
  YodelMailboxStore       *store;               /* (owned) */
  GQueue                   slots[N_SLOTS];      /* each client is in one: its second to be asked */
  guint                    slot;                /* the next one */
  gint64                   tick_us;             /* when it is due; 0 before the first client */
  guint                    n_clients;
  gsize                    unheard_bytes;
  GQueue                   actions;             /* (owned) YodelPostAction */
  guint8                   secret[YODEL_RENDEZVOUS_KEY_BYTES];
  guint8                   key[YODEL_RENDEZVOUS_KEY_BYTES];
};

YodelPostOffice *
yodel_post_office_new (const YodelPostOfficeLimits *limits,
                       const guint8                 secret[YODEL_RENDEZVOUS_KEY_BYTES])
{
  YodelPostOffice *self = g_new0 (YodelPostOffice, 1);

  self->limits = *limits;
  yodel_source_table_init (&self->sources, limits->max_clients_of_source,
                           limits->source_rate, limits->total_rate, YODEL_POST_BURST_S);
  self->store = yodel_mailbox_store_new (limits->max_waiting_bytes);
  for (guint i = 0; i < N_SLOTS; i++)
    g_queue_init (&self->slots[i]);
  g_queue_init (&self->actions);
  memcpy (self->secret, secret, sizeof self->secret);
  crypto_scalarmult_base (self->key, secret);
  return self;
}

static void
action_free (gpointer data)
{
  YodelPostAction *action = data;

  g_clear_pointer (&action->frame, g_bytes_unref);
  g_free (action);
}

void
yodel_post_office_free (YodelPostOffice *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_SLOTS; i++)
    while (self->slots[i].head != NULL)
      yodel_post_office_disconnect (self, self->slots[i].head->data);
  g_queue_clear_full (&self->actions, action_free);
  yodel_mailbox_store_free (self->store);
  yodel_source_table_clear (&self->sources);
  sodium_memzero (self->secret, sizeof self->secret);
  g_free (self);
}

/* @frame: (transfer full) (nullable) */
static void
push_action (YodelPostOffice *self,
             YodelPostClient *client,
             GBytes          *frame)
{
  YodelPostAction *action = g_new0 (YodelPostAction, 1);

  action->client = client;
  action->frame = frame;
  g_queue_push_tail (&self->actions, action);
}

static void
send_away (YodelPostOffice *self,
           YodelPostClient *client)
{
  if (client->is_going)
    return;
  client->is_going = TRUE;
  push_action (self, client, NULL);
}

/* Counts what is on its way, for libraries below queue without a limit.  Returns: FALSE if the
 * client has too much unread already, and gets nothing. */
static gboolean
send_frame (YodelPostOffice *self,
            YodelPostClient *client,
            GBytes          *frame)
{
  gsize size = g_bytes_get_size (frame);

  if (client->is_going || client->unheard_bytes + size > YODEL_POST_MAX_UNHEARD ||
      self->unheard_bytes + size > YODEL_POST_MAX_ALL_UNHEARD)
    {
      self->counters.n_held_back++;
      return FALSE;
    }
  client->unheard_bytes += size;
  self->unheard_bytes += size;
  push_action (self, client, g_bytes_ref (frame));
  return TRUE;
}

static void
ask (YodelPostOffice *self,
     YodelPostClient *client,
     gint64           now_us)
{
  YodelRendezvousMessage ping = { .type = YODEL_RENDEZVOUS_PING, .number = ++client->ping_number };

  client->asked_us = now_us;
  client->asked_bytes = client->unheard_bytes;
  push_action (self, client, yodel_rendezvous_message_write (&ping));
}

static void
deliver (YodelPostOffice *self,
         YodelPostClient *client,
         GBytes          *frame,
         gint64           now_us)
{
  if (!send_frame (self, client, frame))
    return;
  self->counters.n_delivered++;
  if (client->unheard_bytes > ASK_AT_UNHEARD && client->asked_us == 0)
    ask (self, client, now_us);
}

static void
answer (YodelPostOffice        *self,
        YodelPostClient        *client,
        guint32                 number,
        YodelRendezvousVerdict  verdict)
{
  YodelRendezvousMessage done = { .type = YODEL_RENDEZVOUS_DONE, .number = number, .verdict = verdict };
  g_autoptr (GBytes) frame = yodel_rendezvous_message_write (&done);

  send_frame (self, client, frame);
  if (verdict == YODEL_RENDEZVOUS_OK)
    client->n_refusals = 0;
  else if (++client->n_refusals >= YODEL_POST_MAX_REFUSALS)
    send_away (self, client);
}

gboolean
yodel_post_office_has_room_for (YodelPostOffice *self,
                                const char      *source,
                                gint64           now_us)
{
  if (self->n_clients < self->limits.max_clients &&
      yodel_source_table_has_room_for (&self->sources, source, now_us))
    return TRUE;
  self->counters.n_refused++;
  return FALSE;
}

static void
welcome (YodelPostOffice *self,
         YodelPostClient *client)
{
  YodelRendezvousMessage message = {
    .type = YODEL_RENDEZVOUS_WELCOME, .nonce = client->nonce, .server_key = self->key,
    .ping_s = YODEL_POST_PING_S,
  };
  g_autoptr (GBytes) frame = yodel_rendezvous_message_write (&message);

  send_frame (self, client, frame);
}

/* @source: whom the network names; @authority: which name of ours the client used; @nonce: random.
 *
 * Returns: (transfer none) (nullable): the client, until it is disconnected; NULL if there is no
 *   room */
YodelPostClient *
yodel_post_office_connect (YodelPostOffice *self,
                           const char      *source,
                           const char      *authority,
                           const guint8     nonce[YODEL_RENDEZVOUS_NONCE_BYTES],
                           gpointer         user_data,
                           gint64           now_us)
{
  YodelSource *from = NULL;
  YodelPostClient *client;

  if (self->n_clients < self->limits.max_clients && strlen (authority) <= MAX_AUTHORITY)
    from = yodel_source_table_enter (&self->sources, source, now_us);
  if (from == NULL)
    {
      self->counters.n_refused++;
      return NULL;
    }

  client = g_new0 (YodelPostClient, 1);
  client->user_data = user_data;
  client->source = from;
  client->authority = g_ascii_strdown (authority, -1);
  memcpy (client->nonce, nonce, sizeof client->nonce);
  client->in_slot.data = client;
  g_queue_push_tail_link (&self->slots[nonce[0] % N_SLOTS], &client->in_slot);
  self->n_clients++;
  self->counters.n_connected++;
  if (self->tick_us == 0)
    self->tick_us = now_us + G_USEC_PER_SEC;
  welcome (self, client);
  return client;
}

static void
forget_actions (YodelPostOffice *self,
                YodelPostClient *client)
{
  for (GList *l = self->actions.head; l != NULL;)
    {
      YodelPostAction *action = l->data;
      GList *next = l->next;

      if (action->client == client)
        {
          action_free (action);
          g_queue_delete_link (&self->actions, l);
        }
      l = next;
    }
}

void
yodel_post_office_disconnect (YodelPostOffice *self,
                              YodelPostClient *client)
{
  for (guint i = 0; i < client->n_mailboxes; i++)
    yodel_mailbox_store_detach (self->store, client->mailboxes[i], client);
  g_queue_unlink (&self->slots[client->nonce[0] % N_SLOTS], &client->in_slot);
  forget_actions (self, client);
  yodel_source_table_leave (&self->sources, client->source);
  self->unheard_bytes -= client->unheard_bytes;
  self->n_clients--;
  g_free (client->authority);
  g_free (client);
}

static guint
find_mailbox (const YodelPostClient *client,
              const guint8           id[YODEL_MAILBOX_BYTES])
{
  guint i = 0;

  while (i < client->n_mailboxes && memcmp (client->mailboxes[i], id, YODEL_MAILBOX_BYTES) != 0)
    i++;
  return i;
}

static YodelRendezvousVerdict
attach (YodelPostOffice              *self,
        YodelPostClient              *client,
        const YodelRendezvousMessage *request,
        gint64                        now_us)
{
  YodelMailboxChallenge challenge = { client->nonce, self->key, client->authority };
  YodelMailbox *mailbox;

  if (find_mailbox (client, request->mailbox) < client->n_mailboxes)
    return YODEL_RENDEZVOUS_OK;
  if (client->n_mailboxes == YODEL_POST_MAX_MAILBOXES)
    return YODEL_RENDEZVOUS_TOO_MANY;
  if (!yodel_mailbox_check (request->mailbox, self->secret, &challenge, request->proof))
    {
      self->counters.n_bad_proofs++;
      return YODEL_RENDEZVOUS_NOT_YOURS;
    }
  if (!yodel_mailbox_store_attach (self->store, request->mailbox, client))
    return YODEL_RENDEZVOUS_TOO_MANY;

  memcpy (client->mailboxes[client->n_mailboxes++], request->mailbox, YODEL_MAILBOX_BYTES);
  self->counters.n_attached++;
  mailbox = yodel_mailbox_store_find (self->store, request->mailbox);
  for (GList *l = mailbox->messages.head; l != NULL; l = l->next)
    deliver (self, client, ((YodelWaitingMessage *) l->data)->frame, now_us);
  return YODEL_RENDEZVOUS_OK;
}

static void
detach (YodelPostOffice *self,
        YodelPostClient *client,
        const guint8     id[YODEL_MAILBOX_BYTES])
{
  guint i = find_mailbox (client, id);

  if (i == client->n_mailboxes)
    return;
  yodel_mailbox_store_detach (self->store, id, client);
  memmove (client->mailboxes[i], client->mailboxes[--client->n_mailboxes], YODEL_MAILBOX_BYTES);
}

/* To all who are attached, and into the mailbox for those who come within minutes.  The sender
 * learns neither whether anybody is there nor whether there was room. */
static void
carry (YodelPostOffice              *self,
       YodelPostClient              *client,
       const YodelRendezvousMessage *request,
       gint64                        now_us)
{
  YodelRendezvousMessage message = {
    .type = YODEL_RENDEZVOUS_MESSAGE, .mailbox = request->mailbox,
    .envelope = request->envelope, .envelope_bytes = request->envelope_bytes,
  };
  g_autoptr (GBytes) frame = yodel_rendezvous_message_write (&message);
  YodelMailbox *mailbox;

  self->counters.n_taken++;
  mailbox = yodel_mailbox_store_put (self->store, request->mailbox, frame, client->source->hash, now_us);
  for (guint i = 0; i < mailbox->clients->len; i++)
    deliver (self, mailbox->clients->pdata[i], frame, now_us);
}

/* Returns: FALSE if it was not asked for */
static gboolean
take_pong (YodelPostOffice *self,
           YodelPostClient *client,
           guint32          number,
           gint64           now_us)
{
  if (client->asked_us == 0 || number != client->ping_number)
    return FALSE;
  client->asked_us = 0;
  client->unheard_bytes -= client->asked_bytes;
  self->unheard_bytes -= client->asked_bytes;
  if (client->unheard_bytes > ASK_AT_UNHEARD)
    ask (self, client, now_us);
  return TRUE;
}

static void
take_request (YodelPostOffice              *self,
              YodelPostClient              *client,
              const YodelRendezvousMessage *request,
              gint64                        now_us)
{
  YodelRendezvousVerdict verdict = YODEL_RENDEZVOUS_OK;
  guint n = 1 + request->envelope_bytes / (BYTES_OF_A_TOKEN + 1);

  if (!yodel_source_table_take (&self->sources, client->source, n, now_us))
    {
      self->counters.n_too_fast++;
      verdict = YODEL_RENDEZVOUS_TOO_FAST;
    }
  else if (request->type == YODEL_RENDEZVOUS_ATTACH)
    verdict = attach (self, client, request, now_us);
  else if (request->type == YODEL_RENDEZVOUS_DETACH)
    detach (self, client, request->mailbox);
  else
    carry (self, client, request, now_us);
  answer (self, client, request->number, verdict);
}

void
yodel_post_office_receive (YodelPostOffice *self,
                           YodelPostClient *client,
                           const guint8    *data,
                           gsize            size,
                           gint64           now_us)
{
  YodelRendezvousMessage request;
  gboolean is_fine = FALSE;

  if (client->is_going)
    return;
  if (yodel_rendezvous_message_parse (&request, data, size))
    switch (request.type)
      {
      case YODEL_RENDEZVOUS_ATTACH:
      case YODEL_RENDEZVOUS_DETACH:
      case YODEL_RENDEZVOUS_SEND:
        take_request (self, client, &request, now_us);
        is_fine = TRUE;
        break;
      case YODEL_RENDEZVOUS_PONG:
        is_fine = take_pong (self, client, request.number, now_us);
        break;
      case YODEL_RENDEZVOUS_WELCOME:
      case YODEL_RENDEZVOUS_DONE:
      case YODEL_RENDEZVOUS_MESSAGE:
      case YODEL_RENDEZVOUS_PING:
        break;
      }
  if (!is_fine)
    {
      self->counters.n_malformed++;
      send_away (self, client);
    }
}

/* The clients whose second it is: who owes an answer for too long goes, the others are asked. */
static void
ask_slot (YodelPostOffice *self,
          gint64           now_us)
{
  for (GList *l = self->slots[self->slot].head; l != NULL; l = l->next)
    {
      YodelPostClient *client = l->data;

      if (client->is_going)
        continue;
      if (client->asked_us == 0)
        ask (self, client, now_us);
      else if (now_us - client->asked_us >= YODEL_POST_SILENCE_US)
        {
          self->counters.n_silent++;
          send_away (self, client);
        }
    }
  self->slot = (self->slot + 1) % N_SLOTS;
}

void
yodel_post_office_advance (YodelPostOffice *self,
                           gint64           now_us)
{
  if (self->tick_us == 0 || now_us < self->tick_us)
    return;

  /* After a long sleep each is asked once, not once for each time that was missed. */
  for (guint i = 0; i < N_SLOTS && self->tick_us <= now_us; i++, self->tick_us += G_USEC_PER_SEC)
    ask_slot (self, now_us);
  self->tick_us = MAX (self->tick_us, now_us + 1);
  yodel_mailbox_store_expire (self->store, now_us);
  yodel_source_table_sweep (&self->sources, now_us);
}

gboolean
yodel_post_office_poll (YodelPostOffice *self,
                        YodelPostAction *action)
{
  YodelPostAction *next = g_queue_pop_head (&self->actions);

  if (next == NULL)
    return FALSE;
  *action = *next;
  g_free (next);
  return TRUE;
}

gint64
yodel_post_office_next_deadline_us (const YodelPostOffice *self)
{
  gboolean is_idle = self->n_clients == 0 && yodel_mailbox_store_get_n_messages (self->store) == 0 &&
                     g_hash_table_size (self->sources.sources) == 0;

  return is_idle || self->tick_us == 0 ? G_MAXINT64 : self->tick_us;
}

gpointer
yodel_post_client_get_user_data (YodelPostClient *client)
{
  return client->user_data;
}

void
yodel_post_office_get_figures (const YodelPostOffice   *self,
                               YodelPostOfficeCounters *counters,
                               YodelPostOfficeGauges   *gauges)
{
  *counters = self->counters;
  *gauges = (YodelPostOfficeGauges) {
    .n_clients = self->n_clients,
    .n_mailboxes = yodel_mailbox_store_get_n_mailboxes (self->store),
    .n_waiting = yodel_mailbox_store_get_n_messages (self->store),
    .waiting_bytes = yodel_mailbox_store_get_bytes (self->store),
    .unheard_bytes = self->unheard_bytes,
  };
}
