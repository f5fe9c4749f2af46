#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/ws-signaller.h"

#include <string.h>

#include "identity/address.h"
#include "soup/deadline-source.h"
#include "soup/ws-link.h"
#include "soup/ws-uri.h"

#define MAX_LINKS   8                              /* the own one and those of others */
#define IDLE_US     (120 * G_USEC_PER_SEC)         /* then one of others is closed */

/* Certificates that are trusted in place of the system's, as PEM: for a rendezvous with one of its own. */
#define CA_VARIABLE "YODEL_CA_FILE"

/* Thread: the one whose main context was the default when it was made. */
struct _YodelWsSignaller
{
  GObject              parent_instance;

  char                *given_uri;    /* (owned) */
  char                *uri;          /* (owned) normal form */
  YodelSignallerState  state;
  YodelIdentity       *identity;     /* (owned) (nullable): while started */
  YodelTlsCredentials *credentials;  /* (owned) (nullable): whom it trusts, once that was needed */
  GPtrArray           *links;        /* (owned) of (owned) YodelWsLink; the first is the own one */
  GSource             *sweep;        /* (owned) (nullable): closes those that are idle */
  GTask               *starting;     /* (owned) (nullable) */
  GSource             *cancelled;    /* (owned) (nullable): of the start */
};

/* A message that goes to several servers: who has it first makes it sent. */
typedef struct
{
  GTask *task;        /* (owned) (nullable): answered */
  guint  n_left;
} Delivery;

enum
{
  PROP_0,
  PROP_URI,
  PROP_STATE,
  PROP_REASON,
};

static void initable_init  (GInitableIface          *iface);
static void signaller_init (YodelSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelWsSignaller, yodel_ws_signaller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_init)
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SIGNALLER, signaller_init))

static YodelWsLink *
own_link (YodelWsSignaller *self)
{
  return self->links->len > 0 ? self->links->pdata[0] : NULL;
}

static void
set_state (YodelWsSignaller    *self,
           YodelSignallerState  state)
{
  if (self->state != state)
    {
      self->state = state;
      g_object_notify (G_OBJECT (self), "state");
    }
}

/* (transfer full) (nullable): @error */
static void
finish_start (YodelWsSignaller *self,
              GError           *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->starting);

  if (task == NULL)
    {
      g_clear_error (&error);
      return;
    }
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_received (YodelWsLink *link,
             GBytes      *envelope,
             gpointer     user_data)
{
  yodel_signaller_emit_received (user_data, envelope, yodel_ws_link_get_uri (link));
}

static void
on_changed (YodelWsLink *link,
            gpointer     user_data)
{
  YodelWsSignaller *self = user_data;
  gboolean was_up = self->state == YODEL_SIGNALLER_REACHABLE;
  gboolean is_up = yodel_ws_link_is_up (link);
  g_autofree char *text = NULL;

  if (link != own_link (self))
    return;
  g_object_ref (self);
  if (is_up && !was_up)
    text = g_strdup_printf ("reachable through %s", self->uri);
  else if (was_up && !is_up)
    text = g_strdup_printf ("%s does not answer any more: %s", self->uri, yodel_ws_link_get_reason (link));
  set_state (self, is_up ? YODEL_SIGNALLER_REACHABLE : YODEL_SIGNALLER_STARTING);
  g_object_notify (G_OBJECT (self), "reason");
  if (text != NULL)
    yodel_signaller_emit_news (YODEL_SIGNALLER (self), text);
  if (is_up)
    finish_start (self, NULL);
  g_object_unref (self);
}

static const YodelWsLinkEvents link_events = { on_received, on_changed };

static void
close_link (gpointer link)
{
  yodel_ws_link_close (link);
}

/* Returns: (nullable): what a link to @uri needs */
static YodelTlsCredentials *
find_credentials (YodelWsSignaller *self,
                  const char       *uri)
{
  const char *file = g_getenv (CA_VARIABLE);

  if (self->credentials == NULL && g_str_has_prefix (uri, "wss:"))
    self->credentials = yodel_tls_credentials_new_client (file != NULL && file[0] != '\0' ? file : NULL);
  return self->credentials;
}

/* @uri: in normal form.  Returns: (nullable): NULL if there are too many */
static YodelWsLink *
find_or_open (YodelWsSignaller *self,
              const char       *uri)
{
  YodelWsLink *link;

  for (guint i = 0; i < self->links->len; i++)
    if (g_str_equal (yodel_ws_link_get_uri (self->links->pdata[i]), uri))
      return self->links->pdata[i];
  if (self->links->len >= MAX_LINKS)
    return NULL;
  link = yodel_ws_link_new (find_credentials (self, uri), uri, self->identity, &link_events, self);
  g_ptr_array_add (self->links, link);
  if (self->sweep != NULL)
    g_source_set_ready_time (self->sweep, g_get_monotonic_time () + IDLE_US);
  return link;
}

/* Rendezvous of others are left when nothing passed for a while. */
static gboolean
on_sweep (gpointer user_data)
{
  YodelWsSignaller *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  for (guint i = self->links->len; i-- > 1;)
    if (now_us - yodel_ws_link_get_used_us (self->links->pdata[i]) >= IDLE_US)
      g_ptr_array_remove_index (self->links, i);
  if (self->links->len > 1)
    g_source_set_ready_time (self->sweep, now_us + IDLE_US / 4);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_start_cancelled (GCancellable *cancellable,
                    gpointer      user_data)
{
  yodel_signaller_stop (user_data);
  return G_SOURCE_REMOVE;
}

static void
ws_start_async (YodelSignaller      *signaller,
                YodelIdentity       *identity,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data)
{
  YodelWsSignaller *self = YODEL_WS_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, ws_start_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->identity != NULL)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "%s is started already", self->uri);
      return;
    }

  self->identity = g_object_ref (identity);
  self->sweep = yodel_deadline_source_new (on_sweep, self);
  self->starting = g_steal_pointer (&task);
  set_state (self, YODEL_SIGNALLER_STARTING);
  find_or_open (self, self->uri);
  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_start_cancelled), self, NULL);
      g_source_attach (self->cancelled, g_main_context_get_thread_default ());
    }
}

static gboolean
ws_start_finish (YodelSignaller  *signaller,
                 GAsyncResult    *result,
                 GError         **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
ws_stop (YodelSignaller *signaller)
{
  YodelWsSignaller *self = YODEL_WS_SIGNALLER (signaller);
  g_autoptr (GPtrArray) links = NULL;

  if (self->identity == NULL)
    return;
  links = g_steal_pointer (&self->links);
  self->links = g_ptr_array_new_with_free_func (close_link);
  g_clear_pointer (&self->credentials, yodel_tls_credentials_unref);
  g_clear_object (&self->identity);
  g_source_destroy (self->sweep);
  g_clear_pointer (&self->sweep, g_source_unref);
  g_clear_pointer (&links, g_ptr_array_unref);
  set_state (self, YODEL_SIGNALLER_STOPPED);
  finish_start (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped"));
}

static void
on_sent (const GError *error,
         gpointer      user_data)
{
  Delivery *delivery = user_data;
  gboolean is_last = --delivery->n_left == 0;

  if (delivery->task != NULL && (error == NULL || is_last))
    {
      g_autoptr (GTask) task = g_steal_pointer (&delivery->task);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
  if (is_last)
    g_free (delivery);
}

/* The rendezvous that may lead to the address: the way it came, those it named, and the own one.
 * Returns: (transfer full): links, each once */
static GPtrArray *
choose_links (YodelWsSignaller   *self,
              const char         *way,
              const char * const *hints)
{
  GPtrArray *chosen = g_ptr_array_new ();
  const char *ways[] = { way, NULL };
  const char * const *lists[] = { ways, hints };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (guint j = 0; lists[i] != NULL && lists[i][j] != NULL; j++)
      {
        g_autofree char *uri = yodel_ws_uri_normalize (lists[i][j], NULL);
        YodelWsLink *link = uri != NULL ? find_or_open (self, uri) : NULL;

        if (link != NULL && !g_ptr_array_find (chosen, link, NULL))
          g_ptr_array_add (chosen, link);
      }
  if (chosen->len == 0 || way == NULL)
    if (!g_ptr_array_find (chosen, own_link (self), NULL))
      g_ptr_array_add (chosen, own_link (self));
  return chosen;
}

static void
ws_send_async (YodelSignaller      *signaller,
               const char          *address,
               const char          *way,
               const char * const  *hints,
               GBytes              *message,
               GCancellable        *cancellable,
               GAsyncReadyCallback  callback,
               gpointer             user_data)
{
  YodelWsSignaller *self = YODEL_WS_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GPtrArray) links = NULL;
  g_autoptr (GError) error = NULL;
  Delivery *delivery;
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  g_task_set_source_tag (task, ws_send_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->identity == NULL)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "%s is not started", self->uri);
      return;
    }
  if (!yodel_address_parse (address, key, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

  links = choose_links (self, way, hints);
  delivery = g_new0 (Delivery, 1);
  delivery->task = g_object_ref (task);
  for (guint i = 0; i < links->len; i++)
    delivery->n_left += yodel_ws_link_send (links->pdata[i], key, message, on_sent, delivery) ? 1 : 0;
  if (delivery->n_left == 0)
    {
      g_object_unref (delivery->task);
      g_free (delivery);
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "too much waits to be sent through %s", self->uri);
    }
}

static gboolean
ws_send_finish (YodelSignaller  *signaller,
                GAsyncResult    *result,
                GError         **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
signaller_init (YodelSignallerInterface *iface)
{
  iface->start_async = ws_start_async;
  iface->start_finish = ws_start_finish;
  iface->stop = ws_stop;
  iface->send_async = ws_send_async;
  iface->send_finish = ws_send_finish;
}

static gboolean
ws_initable_init (GInitable     *initable,
                  GCancellable  *cancellable,
                  GError       **error)
{
  YodelWsSignaller *self = YODEL_WS_SIGNALLER (initable);

  self->uri = yodel_ws_uri_normalize (self->given_uri != NULL ? self->given_uri : "", error);
  return self->uri != NULL;
}

static void
initable_init (GInitableIface *iface)
{
  iface->init = ws_initable_init;
}

static void
ws_set_property (GObject      *object,
                 guint         id,
                 const GValue *value,
                 GParamSpec   *pspec)
{
  if (id == PROP_URI)
    YODEL_WS_SIGNALLER (object)->given_uri = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ws_get_property (GObject    *object,
                 guint       id,
                 GValue     *value,
                 GParamSpec *pspec)
{
  YodelWsSignaller *self = YODEL_WS_SIGNALLER (object);

  switch (id)
    {
    case PROP_URI:
      g_value_set_string (value, self->given_uri);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_REASON:
      g_value_set_string (value, own_link (self) != NULL ? yodel_ws_link_get_reason (own_link (self)) : NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ws_dispose (GObject *object)
{
  yodel_signaller_stop (YODEL_SIGNALLER (object));
  G_OBJECT_CLASS (yodel_ws_signaller_parent_class)->dispose (object);
}

static void
ws_finalize (GObject *object)
{
  YodelWsSignaller *self = YODEL_WS_SIGNALLER (object);

  g_ptr_array_unref (self->links);
  g_free (self->given_uri);
  g_free (self->uri);
  G_OBJECT_CLASS (yodel_ws_signaller_parent_class)->finalize (object);
}

static void
yodel_ws_signaller_class_init (YodelWsSignallerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = ws_set_property;
  object_class->get_property = ws_get_property;
  object_class->dispose = ws_dispose;
  object_class->finalize = ws_finalize;
  g_object_class_override_property (object_class, PROP_URI, "uri");
  g_object_class_override_property (object_class, PROP_STATE, "state");
  g_object_class_override_property (object_class, PROP_REASON, "reason");
}

static void
yodel_ws_signaller_init (YodelWsSignaller *self)
{
  self->links = g_ptr_array_new_with_free_func (close_link);
}
