#define G_LOG_DOMAIN "yodel-call"

#include <yodel/yodel-endpoint.h>

#include <string.h>

#include <sodium.h>

#include "call/call-private.h"
#include "call/endpoint-private.h"
#include "call/history-private.h"
#include "identity/address.h"
#include "identity/base32.h"
#include "identity/contact-book-private.h"
#include "identity/identity-private.h"

/**
 * YodelEndpoint:
 *
 * Me, reachable: an identity, the contacts it knows, and the signallers by which it can be found.
 * #YodelEndpoint::incoming-call brings calls, yodel_endpoint_call_async() places them.
 *
 * It belongs to the thread-default main context it was made in, and so do its calls and signallers.
 */
G_DEFINE_FINAL_TYPE (YodelEndpoint, yodel_endpoint, G_TYPE_OBJECT)

enum
{
  INCOMING_CALL,
  PRESENCE,
  NEWS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* @call: ends up in the list of what is under way */
void
yodel_endpoint_add_call (YodelEndpoint *self,
                         YodelCall     *call)
{
  g_ptr_array_add (self->dialogues, g_object_ref (call));
  g_list_store_append (self->calls, call);
}

void
yodel_endpoint_call_ended (YodelEndpoint *self,
                           YodelCall     *call)
{
  guint position;

  if (g_list_store_find (self->calls, call, &position))
    g_list_store_remove (self->calls, position);
  if (call->dialogue == NULL)
    yodel_endpoint_forget_call (self, call);
}

/* Nobody asks for its last words any more. */
void
yodel_endpoint_forget_call (YodelEndpoint *self,
                            YodelCall     *call)
{
  g_autoptr (YodelCall) kept = g_object_ref (call);

  if (g_ptr_array_remove (self->dialogues, call))
    yodel_call_detach (call);
}

/* Tells the program; where it lets the call be, it rings. */
void
yodel_endpoint_emit_incoming (YodelEndpoint *self,
                              YodelCall     *call)
{
  g_signal_emit (self, signals[INCOMING_CALL], 0, call);
  if (call->dialogue == NULL)
    return;
  yodel_call_dialogue_ring (call->dialogue, g_get_monotonic_time ());
  yodel_call_talk_pump (call);
}

void
yodel_endpoint_emit_news (YodelEndpoint *self,
                          const char    *text)
{
  g_signal_emit (self, signals[NEWS], 0, text);
}

void
yodel_endpoint_emit_presence (YodelEndpoint *self,
                              const char    *address,
                              gboolean       is_there)
{
  g_signal_emit (self, signals[PRESENCE], 0, address, is_there);
}

gboolean
yodel_endpoint_find_contact (YodelEndpoint   *self,
                             const guint8     key[32],
                             YodelContactRow *contact)
{
  return self->book != NULL && yodel_contacts_find_key (yodel_contact_book_get_contacts (self->book), key, contact);
}

static void
yodel_endpoint_dispose (GObject *object)
{
  YodelEndpoint *self = YODEL_ENDPOINT (object);

  yodel_endpoint_stop (self);
  while (self->dialogues->len > 0)
    yodel_endpoint_forget_call (self, self->dialogues->pdata[0]);
  g_list_store_remove_all (self->calls);
  g_ptr_array_set_size (self->signallers, 0);

  G_OBJECT_CLASS (yodel_endpoint_parent_class)->dispose (object);
}

static void
yodel_endpoint_finalize (GObject *object)
{
  YodelEndpoint *self = YODEL_ENDPOINT (object);

  g_clear_object (&self->identity);
  g_clear_object (&self->book);
  g_clear_object (&self->history);
  g_clear_object (&self->calls);
  g_ptr_array_unref (self->dialogues);
  g_ptr_array_unref (self->signallers);
  yodel_inbox_clear (&self->inbox);
  g_free (self->settings.name);
  g_strfreev (self->settings.stun_servers);
  g_strfreev (self->settings.bind);
  g_main_context_unref (self->context);

  G_OBJECT_CLASS (yodel_endpoint_parent_class)->finalize (object);
}

static void
yodel_endpoint_class_init (YodelEndpointClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = yodel_endpoint_dispose;
  object_class->finalize = yodel_endpoint_finalize;

  /**
   * YodelEndpoint::incoming-call:
   * @self: the endpoint
   * @call: a call that comes in
   *
   * Somebody calls, or knocks. It rings until yodel_call_accept(), yodel_call_decline(), or the caller gives up
   * after a minute. The endpoint keeps the call while it lasts.
   */
  signals[INCOMING_CALL] =
    g_signal_new ("incoming-call", YODEL_TYPE_ENDPOINT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, YODEL_TYPE_CALL);

  /**
   * YodelEndpoint::presence:
   * @self: the endpoint
   * @address: the address of a contact
   * @is_there: whether it can be reached now
   *
   * A contact came or went, as far as a signaller can tell.
   */
  signals[PRESENCE] =
    g_signal_new ("presence", YODEL_TYPE_ENDPOINT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);

  /**
   * YodelEndpoint::news:
   * @self: the endpoint
   * @text: a sentence
   *
   * What a person may want to know about how one can be reached.
   */
  signals[NEWS] =
    g_signal_new ("news", YODEL_TYPE_ENDPOINT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
yodel_endpoint_init (YodelEndpoint *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->signallers = g_ptr_array_new_with_free_func (g_object_unref);
  self->dialogues = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_list_store_new (YODEL_TYPE_CALL);
  self->unix_offset_us = g_get_real_time () - g_get_monotonic_time ();
  self->call_waiting = TRUE;
  self->take_knocks = TRUE;
  yodel_knock_guard_init (&self->guard);
}

/**
 * yodel_endpoint_new:
 * @identity: who it is
 * @contacts: (nullable): whom it knows; without any, all others are strangers
 * @history: (nullable): where calls are written down
 *
 * Makes an endpoint that is not reachable yet.
 *
 * Returns: (transfer full): the endpoint
 */
YodelEndpoint *
yodel_endpoint_new (YodelIdentity    *identity,
                    YodelContactBook *contacts,
                    YodelHistory     *history)
{
  YodelEndpoint *self;
  gint64 floor_ms;

  g_return_val_if_fail (YODEL_IS_IDENTITY (identity), NULL);
  g_return_val_if_fail (contacts == NULL || YODEL_IS_CONTACT_BOOK (contacts), NULL);
  g_return_val_if_fail (history == NULL || YODEL_IS_HISTORY (history), NULL);

  self = g_object_new (YODEL_TYPE_ENDPOINT, NULL);
  self->identity = g_object_ref (identity);
  self->book = contacts != NULL ? g_object_ref (contacts) : NULL;
  self->history = history != NULL ? g_object_ref (history) : NULL;
  randombytes_buf (self->device, sizeof self->device);
  /* Where nothing tells what was heard before, all that is older than this program was. */
  floor_ms = history != NULL ? yodel_history_get_heard_ms (history) : g_get_real_time () / 1000 - 1;
  yodel_inbox_init (&self->inbox, floor_ms);
  if (contacts != NULL)
    g_signal_connect_object (contacts, "changed", G_CALLBACK (yodel_endpoint_tell_contacts), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * yodel_endpoint_get_identity:
 * @self: an endpoint
 *
 * Returns: (transfer none): who it is
 */
YodelIdentity *
yodel_endpoint_get_identity (YodelEndpoint *self)
{
  g_return_val_if_fail (YODEL_IS_ENDPOINT (self), NULL);

  return self->identity;
}

/**
 * yodel_endpoint_set_name:
 * @self: an endpoint
 * @name: (nullable): at most 64 bytes on one line
 *
 * What a stranger is told when this side knocks.
 */
void
yodel_endpoint_set_name (YodelEndpoint *self,
                         const char    *name)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));
  g_return_if_fail (name == NULL || (*name != '\0' && strlen (name) <= YODEL_CALL_MESSAGE_MAX_NAME));

  g_free (self->settings.name);
  self->settings.name = g_strdup (name);
}

/**
 * yodel_endpoint_set_stun_servers:
 * @self: an endpoint
 * @servers: (nullable) (array zero-terminated=1): each `HOST` or `HOST:PORT`
 *
 * As yodel_session_set_stun_servers(), for calls that begin later.
 */
void
yodel_endpoint_set_stun_servers (YodelEndpoint      *self,
                                 const char * const *servers)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  g_strfreev (self->settings.stun_servers);
  self->settings.stun_servers = g_strdupv ((char **) servers);
}

/**
 * yodel_endpoint_set_bind:
 * @self: an endpoint
 * @addresses: (nullable) (array zero-terminated=1): local addresses or names of interfaces
 *
 * As yodel_session_set_bind(), for calls that begin later.
 */
void
yodel_endpoint_set_bind (YodelEndpoint      *self,
                         const char * const *addresses)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  g_strfreev (self->settings.bind);
  self->settings.bind = g_strdupv ((char **) addresses);
}

/**
 * yodel_endpoint_set_max_bitrate:
 * @self: an endpoint
 * @bitrate_bps: bits per second, 0 for no limit
 *
 * As yodel_session_set_max_bitrate(), for calls that begin later.
 */
void
yodel_endpoint_set_max_bitrate (YodelEndpoint *self,
                                guint          bitrate_bps)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  self->settings.max_bitrate_bps = bitrate_bps;
}

/**
 * yodel_endpoint_set_video_codec:
 * @self: an endpoint
 * @codec: the codec that this side prefers
 *
 * As yodel_session_set_video_codec(), for calls that begin later.
 */
void
yodel_endpoint_set_video_codec (YodelEndpoint   *self,
                                YodelVideoCodec  codec)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));
  g_return_if_fail (codec <= YODEL_VIDEO_VP9);

  self->settings.video_codec = codec;
}

/**
 * yodel_endpoint_set_do_not_disturb:
 * @self: an endpoint
 * @do_not_disturb: %TRUE to let nothing ring
 *
 * Calls come in and stand in the history as missed, but are not told. Other devices of the same identity ring on.
 */
void
yodel_endpoint_set_do_not_disturb (YodelEndpoint *self,
                                   gboolean       do_not_disturb)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  self->do_not_disturb = do_not_disturb;
}

/**
 * yodel_endpoint_set_call_waiting:
 * @self: an endpoint
 * @call_waiting: %FALSE to answer as busy while a call is under way
 *
 * On by default: a second call rings too, and is told by yodel_call_is_waiting().
 */
void
yodel_endpoint_set_call_waiting (YodelEndpoint *self,
                                 gboolean       call_waiting)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  self->call_waiting = call_waiting;
}

/**
 * yodel_endpoint_set_take_knocks:
 * @self: an endpoint
 * @take_knocks: %FALSE to hear nothing of strangers, but those with an invite
 *
 * On by default: strangers may knock, one in ten seconds on average and each once a minute.
 */
void
yodel_endpoint_set_take_knocks (YodelEndpoint *self,
                                gboolean       take_knocks)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  self->take_knocks = take_knocks;
}

/**
 * yodel_endpoint_add_signaller:
 * @self: an endpoint that is not started
 * @signaller: one more way to be reached
 *
 * All signallers are tried at once; the one by which a call's first answer comes carries the rest.
 */
void
yodel_endpoint_add_signaller (YodelEndpoint  *self,
                              YodelSignaller *signaller)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));
  g_return_if_fail (YODEL_IS_SIGNALLER (signaller));
  g_return_if_fail (self->signallers->len < YODEL_ENDPOINT_MAX_SIGNALLERS);

  yodel_endpoint_watch (self, signaller);
}

/**
 * yodel_endpoint_get_calls:
 * @self: an endpoint
 *
 * Returns: (transfer none): the calls that are not over, of #YodelCall
 */
GListModel *
yodel_endpoint_get_calls (YodelEndpoint *self)
{
  g_return_val_if_fail (YODEL_IS_ENDPOINT (self), NULL);

  return G_LIST_MODEL (self->calls);
}

/**
 * yodel_endpoint_is_reachable:
 * @self: an endpoint
 *
 * Returns: whether one of its signallers at least can bring messages now; those that a contact's hints or a call's address
 *   have added count too
 */
gboolean
yodel_endpoint_is_reachable (YodelEndpoint *self)
{
  g_return_val_if_fail (YODEL_IS_ENDPOINT (self), FALSE);

  for (guint i = 0; i < self->signallers->len; i++)
    if (yodel_signaller_get_state (self->signallers->pdata[i]) == YODEL_SIGNALLER_REACHABLE)
      return TRUE;
  return FALSE;
}

/**
 * yodel_endpoint_is_quiet:
 * @self: an endpoint
 *
 * Returns: whether no call is under way and all last words were heard, so that a program which ends now leaves nobody
 *   waiting
 */
gboolean
yodel_endpoint_is_quiet (YodelEndpoint *self)
{
  g_return_val_if_fail (YODEL_IS_ENDPOINT (self), TRUE);

  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      if (call->dialogue == NULL ? call->state != YODEL_CALL_ENDED : !yodel_call_dialogue_is_finished (call->dialogue))
        return FALSE;
    }
  return TRUE;
}

/* How many signallers have not told yet whether they can be started. */
typedef struct
{
  guint   n_left;
  GError *error;   /* (owned) (nullable) the first */
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_error (&start->error);
  g_free (start);
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  YodelEndpoint *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean is_started = yodel_signaller_start_finish (YODEL_SIGNALLER (source), result, &error);

  start->n_left--;
  if (!is_started && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    yodel_endpoint_emit_news (self, error->message);
  if (!is_started && start->error == NULL)
    start->error = g_steal_pointer (&error);
  if (g_task_get_completed (task))
    return;
  if (is_started)
    g_task_return_boolean (task, TRUE);
  else if (start->n_left == 0)
    g_task_return_error (task, g_steal_pointer (&start->error));
}

/**
 * yodel_endpoint_start_async:
 * @self: an endpoint
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the first signaller is reachable, or none will be
 * @user_data: for @callback
 *
 * Becomes reachable by all its signallers.
 */
void
yodel_endpoint_start_async (YodelEndpoint       *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  Start *start;

  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  start = g_new0 (Start, 1);
  start->n_left = self->signallers->len;
  g_task_set_task_data (task, start, start_free);
  if (start->n_left == 0)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "the endpoint has no signaller");
      return;
    }
  self->is_started = TRUE;
  yodel_endpoint_tell_contacts (self);
  for (guint i = 0; i < self->signallers->len; i++)
    yodel_signaller_start_async (self->signallers->pdata[i], self->identity, cancellable, on_started, g_object_ref (task));
}

/**
 * yodel_endpoint_start_finish:
 * @self: an endpoint
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: %FALSE with the error of the first signaller where none could be started
 */
gboolean
yodel_endpoint_start_finish (YodelEndpoint  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * yodel_endpoint_stop:
 * @self: an endpoint
 *
 * Is reachable no more. Calls that are up go on, but hear of no change.
 */
void
yodel_endpoint_stop (YodelEndpoint *self)
{
  g_return_if_fail (YODEL_IS_ENDPOINT (self));

  if (!self->is_started)
    return;
  self->is_started = FALSE;
  for (guint i = 0; i < self->signallers->len; i++)
    yodel_signaller_stop (self->signallers->pdata[i]);
}

/* Whom a call is for. */
typedef struct
{
  YodelCallMedia  media;
  char           *name;        /* (owned) (nullable) what the caller calls him, where he is no contact */
  YodelInvite    *invite;      /* (owned) (nullable) */
  YodelSignaller *only;        /* (owned) (nullable) the one way to take */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_free (wish->name);
  yodel_invite_free (wish->invite);
  g_clear_object (&wish->only);
  g_free (wish);
}

static YodelCall *
find_call_with (YodelEndpoint *self,
                const guint8   key[32])
{
  for (guint i = 0; i < self->dialogues->len; i++)
    {
      YodelCall *call = self->dialogues->pdata[i];

      if (memcmp (call->peer_key, key, sizeof call->peer_key) == 0 && call->state != YODEL_CALL_ENDED && !call->is_ending)
        return call;
    }
  return NULL;
}

/* An invite that was followed earlier is kept with the contact's hints. */
static void
take_invite (YodelEndpoint *self,
             YodelCall     *call,
             Wish          *wish)
{
  g_auto (GStrv) hints = self->book != NULL ? yodel_contact_book_dup_hints (self->book, call->address) : g_new0 (char *, 1);

  yodel_endpoint_use_hints (self, (const char * const *) hints);
  for (guint i = 0; hints[i] != NULL && wish->invite == NULL; i++)
    if (g_str_has_prefix (hints[i], "yodel:"))
      wish->invite = yodel_invite_parse (hints[i], NULL);
  if (wish->invite == NULL || strcmp (wish->invite->address, call->address) != 0)
    return;
  yodel_endpoint_use_hints (self, (const char * const *) wish->invite->hints);
  if (call->name == NULL)
    call->name = g_strdup (wish->invite->name);
  if (wish->invite->token != NULL)
    call->has_invite = yodel_base32_parse (wish->invite->token, strlen (wish->invite->token), call->invite);
}

/* Calls a contact that was talked to by an offer, anybody else by a knock.  Takes the task. */
static void
place (YodelEndpoint *self,
       GTask         *task,
       const guint8   key[32])
{
  g_autoptr (YodelCall) call = NULL;
  Wish *wish = g_task_get_task_data (task);
  YodelCall *present = find_call_with (self, key);
  YodelContactRow contact;
  gboolean is_contact = yodel_endpoint_find_contact (self, key, &contact);

  if (present != NULL && !present->is_outgoing && present->state == YODEL_CALL_RINGING)
    {
      yodel_call_accept (present, wish->media);   /* he calls at this moment */
      g_task_return_pointer (task, g_object_ref (present), g_object_unref);
      return;
    }
  if (present != NULL)
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "there is a call with %s already", yodel_call_call_name (present));
  else if (memcmp (key, yodel_identity_get_public_key (self->identity), 32) == 0)
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "that is the address of this side itself");
  else if (is_contact && contact.trust == YODEL_TRUST_BLOCKED)
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "%s is blocked", contact.name);
  else if (self->dialogues->len >= YODEL_ENDPOINT_MAX_CALLS)
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "too many calls are under way");
  else
    {
      call = yodel_call_new_outgoing (self, key, is_contact ? &contact : NULL, wish->media);
      if (call->name == NULL)
        call->name = g_strdup (wish->name);
      call->only = wish->only != NULL ? g_object_ref (wish->only) : NULL;
      take_invite (self, call, wish);
      yodel_endpoint_add_call (self, call);
      yodel_call_talk_start (call, !is_contact || contact.trust < YODEL_TRUST_TRUSTED);
      g_task_return_pointer (task, g_steal_pointer (&call), g_object_unref);
    }
}

static void
on_resolved (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = yodel_signaller_resolve_finish (YODEL_SIGNALLER (source), result, &error);
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  if (address == NULL || !yodel_address_parse (address, key, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    place (g_task_get_source_object (task), task, key);
}

/* Returns: (transfer none) (nullable): the signaller in use that @uri is a place of, or a new one */
static YodelSignaller *
find_signaller (YodelEndpoint  *self,
                const char     *uri,
                GError        **error)
{
  for (guint i = 0; i < self->signallers->len; i++)
    {
      g_autofree char *known = yodel_signaller_dup_uri (self->signallers->pdata[i]);
      gsize scheme = known != NULL ? strcspn (known, ":") + 1 : 0;

      /* One signaller serves all of a scheme without an authority. */
      if (known != NULL && (g_str_has_prefix (uri, known) ||
                            (strncmp (uri, known, scheme) == 0 && !g_str_has_prefix (uri + scheme, "//"))))
        return self->signallers->pdata[i];
    }
  return yodel_endpoint_get_signaller (self, uri, error);
}

/* SCHEME:REST: a contact by this way alone, or somebody whom the signaller knows by that name. */
static void
call_by_scheme (YodelEndpoint *self,
                GTask         *task,
                const char    *uri)
{
  g_autoptr (YodelContact) contact = NULL;
  g_autoptr (GError) error = NULL;
  Wish *wish = g_task_get_task_data (task);
  const char *rest = strchr (uri, ':') + 1;
  YodelSignaller *signaller = find_signaller (self, uri, &error);
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  if (signaller == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  wish->only = g_object_ref (signaller);
  contact = self->book != NULL ? yodel_contact_book_find (self->book, rest) : NULL;
  if (contact != NULL && yodel_address_parse (contact->address, key, NULL))
    {
      place (self, task, key);
      return;
    }
  wish->name = g_strdup (rest);
  yodel_signaller_resolve_async (signaller, uri, g_task_get_cancellable (task), on_resolved, g_object_ref (task));
}

/**
 * yodel_endpoint_call_async:
 * @self: an endpoint
 * @address: a contact's name, a `yodel:` address or invite, or a place where a signaller knows somebody, such as `lan:NAME`
 * @media: what this side sends
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is known whom to call
 * @user_data: for @callback
 *
 * Places a call. A contact that was talked to before sees this side's network addresses at once; anybody else is asked
 * first, by a knock that tells none.
 */
void
yodel_endpoint_call_async (YodelEndpoint       *self,
                           const char          *address,
                           YodelCallMedia       media,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (YodelContact) contact = NULL;
  g_autoptr (GError) error = NULL;
  guint8 key[YODEL_ADDRESS_KEY_BYTES];
  Wish *wish;

  g_return_if_fail (YODEL_IS_ENDPOINT (self));
  g_return_if_fail (address != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  wish = g_new0 (Wish, 1);
  wish->media = media;
  g_task_set_task_data (task, wish, wish_free);

  if (g_str_has_prefix (address, "yodel:"))
    {
      wish->invite = yodel_invite_parse (address, &error);
      if (wish->invite == NULL || !yodel_address_parse (wish->invite->address, key, &error))
        g_task_return_error (task, g_steal_pointer (&error));
      else
        place (self, task, key);
      return;
    }
  if (strchr (address, ':') != NULL)
    {
      call_by_scheme (self, task, address);
      return;
    }
  contact = self->book != NULL ? yodel_contact_book_find (self->book, address) : NULL;
  if (contact == NULL || !yodel_address_parse (contact->address, key, NULL))
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "\"%.64s\" is no contact", address);
  else
    place (self, task, key);
}

/**
 * yodel_endpoint_call_finish:
 * @self: an endpoint
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the call, which the endpoint keeps too while it lasts; %NULL on %YODEL_ERROR_UNREACHABLE where nobody is
 *   meant, on %YODEL_ERROR_KEY where the address is malformed, on %YODEL_ERROR_STATE where there is a call with that
 *   peer already, and on %YODEL_ERROR_UNSUPPORTED where nothing serves the scheme
 */
YodelCall *
yodel_endpoint_call_finish (YodelEndpoint  *self,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
