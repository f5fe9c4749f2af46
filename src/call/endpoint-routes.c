/* The signallers of an endpoint: what goes out by which, who is where. */
#define G_LOG_DOMAIN "yodel-call"

#include "call/endpoint-private.h"

#include <string.h>

#include <sodium.h>

#include "call/call-private.h"
#include "identity/contact-book-private.h"
#include "signalling/sealed-message.h"

/* After so many words without an answer the way that worked is not the only one that is tried. */
#define MAX_UNHEARD 3

static void
on_received (YodelSignaller *signaller,
             GBytes         *message,
             const char     *way,
             YodelEndpoint  *self)
{
  yodel_endpoint_receive (self, signaller, message, way);
}

static void
on_presence (YodelSignaller *signaller,
             const char     *address,
             gboolean        is_there,
             YodelEndpoint  *self)
{
  yodel_endpoint_emit_presence (self, address, is_there);
}

static void
on_news (YodelSignaller *signaller,
         const char     *text,
         YodelEndpoint  *self)
{
  yodel_endpoint_emit_news (self, text);
}

/* Adds a signaller to those in use. */
void
yodel_endpoint_watch (YodelEndpoint  *self,
                      YodelSignaller *signaller)
{
  g_ptr_array_add (self->signallers, g_object_ref (signaller));
  g_signal_connect_object (signaller, "received", G_CALLBACK (on_received), self, 0);
  g_signal_connect_object (signaller, "presence", G_CALLBACK (on_presence), self, 0);
  g_signal_connect_object (signaller, "news", G_CALLBACK (on_news), self, 0);
}

/* Who may see that we are reachable: all contacts but the blocked. */
void
yodel_endpoint_tell_contacts (YodelEndpoint *self)
{
  g_autoptr (GPtrArray) list = self->book != NULL ? yodel_contact_book_list (self->book, NULL) : NULL;
  g_autoptr (GPtrArray) addresses = g_ptr_array_new ();

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const YodelContact *contact = list->pdata[i];

      if (contact->trust != YODEL_TRUST_BLOCKED)
        g_ptr_array_add (addresses, contact->address);
    }
  g_ptr_array_add (addresses, NULL);
  for (guint i = 0; i < self->signallers->len; i++)
    yodel_signaller_set_contacts (self->signallers->pdata[i], (const char * const *) addresses->pdata);
}

/* Returns: (transfer none) (nullable): the one for @uri among those in use, made and started where it is not yet */
YodelSignaller *
yodel_endpoint_get_signaller (YodelEndpoint  *self,
                              const char     *uri,
                              GError        **error)
{
  g_autoptr (YodelSignaller) signaller = NULL;

  for (guint i = 0; i < self->signallers->len; i++)
    {
      g_autofree char *known = yodel_signaller_dup_uri (self->signallers->pdata[i]);

      if (g_strcmp0 (known, uri) == 0)
        return self->signallers->pdata[i];
    }
  if (self->signallers->len >= YODEL_ENDPOINT_MAX_SIGNALLERS)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_STATE, "too many signallers are in use");
      return NULL;
    }
  signaller = yodel_signaller_new (uri, error);
  if (signaller == NULL)
    return NULL;
  yodel_endpoint_watch (self, signaller);
  yodel_signaller_start_async (signaller, self->identity, NULL, NULL, NULL);
  return signaller;
}

/* Makes sure of the ways that a contact has named.  A hint of a link is an invite, and no signaller. */
void
yodel_endpoint_use_hints (YodelEndpoint      *self,
                          const char * const *hints)
{
  for (guint i = 0; hints[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (g_str_has_prefix (hints[i], "yodel:") || g_str_has_prefix (hints[i], "lan:"))
        continue;
      if (yodel_endpoint_get_signaller (self, hints[i], &error) == NULL)
        yodel_endpoint_emit_news (self, error->message);
    }
}

/* @only: (nullable): the one way that counts.
 *
 * Returns: (transfer full) (nullable): why nothing goes out by any way, NULL where something does */
char *
yodel_endpoint_dup_obstacle (YodelEndpoint  *self,
                             YodelSignaller *only)
{
  g_autofree char *obstacle = NULL;

  for (guint i = 0; i < self->signallers->len; i++)
    {
      YodelSignaller *signaller = self->signallers->pdata[i];

      if (only != NULL && signaller != only)
        continue;
      if (yodel_signaller_get_state (signaller) == YODEL_SIGNALLER_REACHABLE)
        return NULL;
      if (obstacle == NULL)
        obstacle = yodel_signaller_dup_reason (signaller);
    }
  return g_steal_pointer (&obstacle);
}

static char *
scheme_of (YodelSignaller *signaller)
{
  g_autofree char *uri = yodel_signaller_dup_uri (signaller);

  return uri != NULL ? g_strndup (uri, strcspn (uri, ":")) : NULL;
}

/* Each carrier has the message in an envelope of its own: two that compare notes see nothing alike. */
static void
send_by (YodelEndpoint          *self,
         YodelSignaller         *signaller,
         const char             *way,
         YodelCall              *call,
         const char * const     *hints,
         const YodelCallMessage *message)
{
  g_autofree char *scheme = scheme_of (signaller);
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  g_autoptr (GBytes) sealed = NULL;
  guint8 dice[YODEL_SEALED_MESSAGE_DICE_BYTES];

  randombytes_buf (dice, sizeof dice);
  sealed = yodel_sealed_message_seal (self->identity, call->peer_key, message, dice);
  sodium_memzero (dice, sizeof dice);
  if (sealed == NULL)
    return;
  for (guint i = 0; hints[i] != NULL; i++)
    if (scheme != NULL && g_str_has_prefix (hints[i], scheme) && hints[i][strlen (scheme)] == ':')
      g_ptr_array_add (ours, (gpointer) hints[i]);
  g_ptr_array_add (ours, NULL);
  yodel_signaller_send_async (signaller, call->address, way, (const char * const *) ours->pdata, sealed, NULL, NULL, NULL);
}

/* Sends a message of a call by the way that has worked, or by all: the first that brings an answer wins. */
void
yodel_endpoint_send (YodelEndpoint          *self,
                     YodelCall              *call,
                     const YodelCallMessage *message)
{
  g_auto (GStrv) hints = self->book != NULL ? yodel_contact_book_dup_hints (self->book, call->address) : g_new0 (char *, 1);
  const YodelRoute *route = &call->route;
  const gboolean is_certain = route->signaller != NULL && route->n_unheard < MAX_UNHEARD;

  if (message->type != YODEL_CALL_MESSAGE_ACK)
    call->route.n_unheard++;
  for (guint i = 0; i < self->signallers->len; i++)
    {
      YodelSignaller *signaller = self->signallers->pdata[i];
      const gboolean is_winner = signaller == route->signaller;

      if (call->only != NULL ? signaller == call->only : is_winner || !is_certain)
        send_by (self, signaller, is_winner ? route->way : NULL, call, (const char * const *) hints, message);
    }
}
