#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/ws-link.h"

#include <string.h>

#include <sodium.h>
#include <yodel/yodel-error.h>

#include "identity/address.h"
#include "rendezvous/mailbox-key.h"
#include "rendezvous/reconnect-delay.h"
#include "soup/deadline-source.h"
#include "soup/ws-connect.h"
#include "soup/ws-uri.h"

#define CONNECT_US     (10 * G_USEC_PER_SEC)
#define DONE_US        (3 * G_USEC_PER_SEC)    /* then the connection is taken for dead */
#define SEND_US        (15 * G_USEC_PER_SEC)   /* then the sender is told */
#define DAY_CHECK_US   (60 * G_USEC_PER_SEC)
#define LONGEST_PING_S 300                     /* a rendezvous that says more may be dead for hours before it shows */

/* A message on its way, also over a new connection. */
typedef struct
{
  guint32      number;       /* of this connection; 0: not said yet */
  guint8       key[32];
  GBytes      *envelope;     /* (owned) */
  YodelWsSent  sent;
  gpointer     user_data;
  gint64       give_up_us;
  gint64       said_us;
} Pending;

/* Thread: the one it was made in. */
struct _YodelWsLink
{
  YodelTlsCredentials     *credentials;   /* (owned) (nullable): whom it trusts */
  char                    *uri;           /* (owned) normal form */
  YodelIdentity           *identity;      /* (owned) */
  guint8                   key[32];
  YodelWsLinkEvents        events;
  gpointer                 user_data;

  GCancellable            *cancellable;   /* (owned) (nullable): of the attempt under way */
  SoupWebsocketConnection *socket;        /* (owned) (nullable) */
  GSource                 *source;        /* (owned) the deadline */
  gint64                   retry_us;      /* G_MAXINT64: not waiting */
  gint64                   connect_us;    /* an attempt is given up then */
  gint64                   silent_us;     /* the connection is taken for dead then */
  gint64                   day_check_us;
  gint64                   used_us;       /* when something was last sent or came */
  YodelReconnectDelay      delay;
  char                    *reason;        /* (owned) (nullable): why it is not up */

  gboolean                 is_closed;     /* by its owner; callbacks that are under way leave it alone */
  gboolean                 is_welcome;
  gboolean                 is_up;
  guint8                   nonce[YODEL_RENDEZVOUS_NONCE_BYTES];
  guint8                   server_key[YODEL_RENDEZVOUS_KEY_BYTES];
  gint64                   ping_us;
  guint32                  last_number;
  guint32                  days[YODEL_MAILBOX_MAX_DAYS];
  guint                    n_days;
  guint32                  attach_number; /* of today's mailbox */

  GQueue                   pending;       /* (owned) Pending */
};

static void connect_now (YodelWsLink *self);

static void
link_clear (gpointer data)
{
  YodelWsLink *self = data;

  g_clear_pointer (&self->credentials, yodel_tls_credentials_unref);
  g_object_unref (self->identity);
  g_free (self->uri);
  g_free (self->reason);
}

static void
pending_free (Pending *pending)
{
  g_bytes_unref (pending->envelope);
  g_free (pending);
}

static void
finish (YodelWsLink  *self,
        Pending      *pending,
        const GError *error)
{
  g_queue_remove (&self->pending, pending);
  pending->sent (error, pending->user_data);
  pending_free (pending);
}

static void
say (YodelWsLink                  *self,
     const YodelRendezvousMessage *message)
{
  g_autoptr (GBytes) frame = yodel_rendezvous_message_write (message);

  if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_binary (self->socket, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
}

static gint64
unix_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static gint64
next_deadline_us (YodelWsLink *self)
{
  gint64 next_us = MIN (self->retry_us, MIN (self->connect_us, MIN (self->silent_us, self->day_check_us)));

  for (GList *l = self->pending.head; l != NULL; l = l->next)
    {
      Pending *pending = l->data;

      next_us = MIN (next_us, pending->give_up_us);
      if (pending->number != 0)
        next_us = MIN (next_us, pending->said_us + DONE_US);
    }
  return next_us;
}

static void
arm (YodelWsLink *self)
{
  gint64 next_us = next_deadline_us (self);

  g_source_set_ready_time (self->source, next_us == G_MAXINT64 ? -1 : next_us);
}

static void
set_up (YodelWsLink *self,
        gboolean     is_up,
        const char  *reason)
{
  gboolean changed = self->is_up != is_up || g_strcmp0 (self->reason, reason) != 0;
  g_autofree char *old = self->reason;

  self->is_up = is_up;
  self->reason = g_strdup (reason);
  if (changed)
    self->events.changed (self, self->user_data);
}

static void
drop_socket (YodelWsLink *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->socket != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->socket, self);
      if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    }
  g_clear_object (&self->socket);
  self->is_welcome = FALSE;
  self->n_days = 0;
  self->connect_us = self->silent_us = self->day_check_us = G_MAXINT64;
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    ((Pending *) l->data)->number = 0;
}

/* The connection is gone, or never came: another attempt follows. */
static void
fail (YodelWsLink *self,
      const char  *reason)
{
  gint64 now_us = g_get_monotonic_time ();

  g_debug ("%s: %s", self->uri, reason);
  if (self->is_closed)
    return;
  drop_socket (self);
  self->retry_us = now_us + yodel_reconnect_delay_next (&self->delay, randombytes_random (), now_us);
  arm (self);
  set_up (self, FALSE, reason);
}

static void
say_pending (YodelWsLink *self,
             Pending     *pending)
{
  guint8 mailbox[YODEL_MAILBOX_BYTES];
  guint32 day = (guint32) (unix_now_s () / YODEL_MAILBOX_DAY_S);
  YodelRendezvousMessage message = {
    .type = YODEL_RENDEZVOUS_SEND, .mailbox = mailbox,
    .envelope = g_bytes_get_data (pending->envelope, NULL), .envelope_bytes = g_bytes_get_size (pending->envelope),
  };

  if (!yodel_mailbox_make (pending->key, day, mailbox))
    return;
  message.number = pending->number = ++self->last_number;
  pending->said_us = g_get_monotonic_time ();
  say (self, &message);
}

/* Opens a mailbox of a day.  Returns: the number of the request, or 0 */
static guint32
attach (YodelWsLink *self,
        guint32      day)
{
  g_autofree char *authority = yodel_ws_uri_dup_authority (self->uri);
  g_autoptr (GBytes) server_key = g_bytes_new (self->server_key, sizeof self->server_key);
  g_autoptr (GBytes) secret = yodel_identity_agree_with (self->identity, server_key);
  guint8 mailbox[YODEL_MAILBOX_BYTES], proof[YODEL_MAILBOX_PROOF_BYTES];
  YodelMailboxChallenge challenge = { self->nonce, self->server_key, authority };
  YodelRendezvousMessage message = { .type = YODEL_RENDEZVOUS_ATTACH, .mailbox = mailbox, .proof = proof };

  if (secret == NULL || !yodel_mailbox_make (self->key, day, mailbox) ||
      !yodel_mailbox_prove (self->key, g_bytes_get_data (secret, NULL), day, &challenge, proof))
    return 0;
  message.number = ++self->last_number;
  say (self, &message);
  return message.number;
}

static void
detach (YodelWsLink *self,
        guint32      day)
{
  guint8 mailbox[YODEL_MAILBOX_BYTES];

  if (yodel_mailbox_make (self->key, day, mailbox))
    say (self, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_DETACH, .number = ++self->last_number, .mailbox = mailbox });
}

static gboolean
has_day (const guint32 *days,
         guint          n,
         guint32        day)
{
  for (guint i = 0; i < n; i++)
    if (days[i] == day)
      return TRUE;
  return FALSE;
}

/* Attaches what the date asks for, and detaches what it does not any more. */
static void
follow_the_date (YodelWsLink *self)
{
  guint32 days[YODEL_MAILBOX_MAX_DAYS];
  guint n = yodel_mailbox_get_days (unix_now_s (), days);

  for (guint i = 0; i < n; i++)
    if (!has_day (self->days, self->n_days, days[i]))
      {
        guint32 number = attach (self, days[i]);

        if (i == 0)
          self->attach_number = number;
      }
  for (guint i = 0; i < self->n_days; i++)
    if (!has_day (days, n, self->days[i]))
      detach (self, self->days[i]);
  memcpy (self->days, days, sizeof self->days);
  self->n_days = n;
  self->day_check_us = g_get_monotonic_time () + DAY_CHECK_US;
}

static void
take_welcome (YodelWsLink                  *self,
              const YodelRendezvousMessage *message)
{
  if (self->is_welcome)
    return;
  self->is_welcome = TRUE;
  memcpy (self->nonce, message->nonce, sizeof self->nonce);
  memcpy (self->server_key, message->server_key, sizeof self->server_key);
  self->ping_us = (gint64) MIN (message->ping_s, LONGEST_PING_S) * G_USEC_PER_SEC;
  self->connect_us = G_MAXINT64;
  follow_the_date (self);
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    say_pending (self, l->data);
}

static Pending *
find_pending (YodelWsLink *self,
              guint32      number)
{
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    if (((Pending *) l->data)->number == number)
      return l->data;
  return NULL;
}

static void
take_done (YodelWsLink                  *self,
           const YodelRendezvousMessage *message)
{
  Pending *pending = message->number != 0 ? find_pending (self, message->number) : NULL;

  if (pending != NULL && message->verdict == YODEL_RENDEZVOUS_OK)
    finish (self, pending, NULL);
  else if (pending != NULL)
    {
      g_autoptr (GError) error = g_error_new (YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "%s takes no more messages just now", self->uri);

      finish (self, pending, error);
    }
  else if (message->number == self->attach_number && message->verdict == YODEL_RENDEZVOUS_OK)
    {
      yodel_reconnect_delay_reset (&self->delay);
      set_up (self, TRUE, NULL);
    }
  else if (message->number == self->attach_number)
    fail (self, message->verdict == YODEL_RENDEZVOUS_NOT_YOURS ? "the rendezvous does not take the proof; is there a proxy that changes the Host field?"
                                                              : "the rendezvous has no room just now");
}

static void
take_frame (YodelWsLink           *self,
            SoupWebsocketDataType  type,
            const guint8          *data,
            gsize                  size)
{
  YodelRendezvousMessage message;

  if (type != SOUP_WEBSOCKET_DATA_BINARY || !yodel_rendezvous_message_parse (&message, data, size) ||
      (!self->is_welcome && message.type != YODEL_RENDEZVOUS_WELCOME))
    {
      fail (self, "the rendezvous does not speak as one");
      return;
    }

  if (message.type == YODEL_RENDEZVOUS_WELCOME)
    take_welcome (self, &message);
  self->silent_us = g_get_monotonic_time () + self->ping_us * 5 / 2;
  if (message.type == YODEL_RENDEZVOUS_PING)
    say (self, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_PONG, .number = message.number });
  arm (self);

  if (message.type == YODEL_RENDEZVOUS_DONE)
    take_done (self, &message);
  else if (message.type == YODEL_RENDEZVOUS_MESSAGE)
    {
      g_autoptr (GBytes) envelope = g_bytes_new (message.envelope, message.envelope_bytes);

      self->used_us = g_get_monotonic_time ();
      self->events.received (self, envelope, self->user_data);
    }
}

static void
on_message (SoupWebsocketConnection *socket,
            SoupWebsocketDataType    type,
            GBytes                  *bytes,
            gpointer                 user_data)
{
  YodelWsLink *self = g_rc_box_acquire (user_data);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  take_frame (self, type, data, size);
  g_rc_box_release_full (self, link_clear);
}

static void
on_closed (SoupWebsocketConnection *socket,
           gpointer                 user_data)
{
  fail (user_data, "the rendezvous ended the connection");
}

static void
on_connected (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket = yodel_ws_connect_finish (result, &error);
  YodelWsLink *self = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;   /* self may be gone */
  g_clear_object (&self->cancellable);
  if (socket == NULL)
    {
      fail (self, error->message);
      return;
    }
  self->socket = g_steal_pointer (&socket);
  soup_websocket_connection_set_max_incoming_payload_size (self->socket, YODEL_RENDEZVOUS_MAX_BYTES);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
}

static void
connect_now (YodelWsLink *self)
{
  self->retry_us = G_MAXINT64;
  self->connect_us = g_get_monotonic_time () + CONNECT_US;
  self->cancellable = g_cancellable_new ();
  yodel_ws_connect_async (self->uri, self->credentials, self->cancellable, on_connected, self);
}

static gboolean
has_unanswered (YodelWsLink *self,
                gint64       now_us)
{
  for (GList *l = self->pending.head; l != NULL; l = l->next)
    if (((Pending *) l->data)->number != 0 && now_us >= ((Pending *) l->data)->said_us + DONE_US)
      return TRUE;
  return FALSE;
}

static void
give_up_on_the_old (YodelWsLink *self,
                    gint64       now_us)
{
  Pending *oldest;

  while (!self->is_closed && (oldest = g_queue_peek_head (&self->pending)) != NULL && oldest->give_up_us <= now_us)
    {
      g_autoptr (GError) error = g_error_new (YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "%s: %s", self->uri,
                                              self->reason != NULL ? self->reason : "no answer");

      finish (self, oldest, error);
    }
}

static gboolean
on_deadline (gpointer user_data)
{
  YodelWsLink *self = g_rc_box_acquire (user_data);
  gint64 now_us = g_get_monotonic_time ();

  give_up_on_the_old (self, now_us);
  if (self->is_closed)
    ;
  else if (now_us >= self->retry_us)
    connect_now (self);
  else if (now_us >= self->connect_us || now_us >= self->silent_us || has_unanswered (self, now_us))
    fail (self, "the rendezvous does not answer");
  else if (now_us >= self->day_check_us)
    follow_the_date (self);
  if (!self->is_closed)
    arm (self);
  g_rc_box_release_full (self, link_clear);
  return G_SOURCE_CONTINUE;
}

/* Begins at once. @uri: as yodel_ws_uri_normalize() returns it; @credentials: (nullable): as yodel_ws_connect_async() has it. */
YodelWsLink *
yodel_ws_link_new (YodelTlsCredentials     *credentials,
                   const char              *uri,
                   YodelIdentity           *identity,
                   const YodelWsLinkEvents *events,
                   gpointer                 user_data)
{
  YodelWsLink *self = g_rc_box_new0 (YodelWsLink);

  self->credentials = credentials != NULL ? yodel_tls_credentials_ref (credentials) : NULL;
  self->uri = g_strdup (uri);
  self->identity = g_object_ref (identity);
  yodel_address_parse (yodel_identity_get_address (identity), self->key, NULL);
  self->events = *events;
  self->user_data = user_data;
  self->used_us = g_get_monotonic_time ();
  self->connect_us = self->silent_us = self->day_check_us = self->retry_us = G_MAXINT64;
  g_queue_init (&self->pending);
  self->source = yodel_deadline_source_new (on_deadline, self);
  connect_now (self);
  arm (self);
  return self;
}

/* No callback of its events comes any more; what waits is told that it was cancelled. */
void
yodel_ws_link_close (YodelWsLink *self)
{
  g_autoptr (GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");

  self->is_closed = TRUE;
  drop_socket (self);
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  while (self->pending.head != NULL)
    finish (self, self->pending.head->data, error);
  g_rc_box_release_full (self, link_clear);
}

const char *
yodel_ws_link_get_uri (YodelWsLink *self)
{
  return self->uri;
}

/* Whether today's mailbox is attached. */
gboolean
yodel_ws_link_is_up (YodelWsLink *self)
{
  return self->is_up;
}

const char *
yodel_ws_link_get_reason (YodelWsLink *self)
{
  return self->reason;
}

gint64
yodel_ws_link_get_used_us (YodelWsLink *self)
{
  return self->used_us;
}

/* @sent: called once, later.  Returns: FALSE if too much waits already: then it is not called */
gboolean
yodel_ws_link_send (YodelWsLink  *self,
                    const guint8  key[32],
                    GBytes       *envelope,
                    YodelWsSent   sent,
                    gpointer      user_data)
{
  Pending *pending;
  gint64 now_us = g_get_monotonic_time ();

  if (self->pending.length >= YODEL_WS_MAX_PENDING)
    return FALSE;
  pending = g_new0 (Pending, 1);
  memcpy (pending->key, key, sizeof pending->key);
  pending->envelope = g_bytes_ref (envelope);
  pending->sent = sent;
  pending->user_data = user_data;
  pending->give_up_us = now_us + SEND_US;
  g_queue_push_tail (&self->pending, pending);
  self->used_us = now_us;
  if (self->is_welcome)
    say_pending (self, pending);
  arm (self);
  return TRUE;
}
