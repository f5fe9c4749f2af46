#define G_LOG_DOMAIN "yodel-dht"

#include "dht/dht-signaller.h"

#include "dht/dht-mailroom.h"
#include "dht/dht-node.h"
#include "dht/dht-uri.h"

/* Whether the table still answers is asked: soon while it does not, after twice as long each time; seldom while it does. */
#define FIRST_PROBE_MS        125
#define LAST_PROBE_MS         (30 * 1000)
#define QUIET_PROBE_S         300
#define QUIET_PROBE_LOW_S     1800
#define PATIENCE_MS           (10 * 1000)   /* a probe without any answer is over */

#define ATTEND_S              60            /* how often the day is looked at */
#define KEEP_OPEN_S           20            /* many a NAT forgets after 30 */

/* Thread: the one whose main context was the default when it was made. */
struct _YodelDhtSignaller
{
  GObject              parent_instance;

  char                *given_uri;    /* (owned) */
  YodelDhtUri          settings;
  YodelSignallerState  state;
  char                *reason;       /* (owned) (nullable) */

  GCancellable        *running;      /* (owned) (nullable): while started; cancelled by the stop */
  YodelIdentity       *identity;     /* (owned) (nullable): while started */
  char               **contacts;     /* (owned) (nullable) */
  GTask               *starting;     /* (owned) (nullable) */
  GSource             *cancelled;    /* (owned) (nullable): of the start */

  YodelDhtNode        *node;         /* (owned) (nullable) */
  YodelDhtMailroom    *mailroom;     /* (owned) (nullable): with the node */
  YodelDhtInbox       *inbox;        /* (owned) (nullable): with the node */
  GSource             *clock;        /* (owned) (nullable): with the node; attends */
  GSource             *prober;       /* (owned) (nullable): with the node; probes */
  GSource             *keeper;       /* (owned) (nullable): with the node, where traffic is dear */
  gboolean             may_be_forgotten;   /* by the nodes that it listens at */
  guint                probe_ms;
  guint                n_probes;     /* tells the newest from those that are late */
};

enum
{
  PROP_0,
  PROP_URI,
  PROP_STATE,
  PROP_REASON,
};

static void initable_init  (GInitableIface          *iface);
static void signaller_init (YodelSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelDhtSignaller, yodel_dht_signaller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_init)
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SIGNALLER, signaller_init))

static gint64
unix_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* (nullable): @reason */
static void
set_state (YodelDhtSignaller   *self,
           YodelSignallerState  state,
           const char          *reason)
{
  const gboolean is_new = self->state != state;

  if (g_strcmp0 (self->reason, reason) != 0)
    {
      g_free (self->reason);
      self->reason = g_strdup (reason);
      g_object_notify (G_OBJECT (self), "reason");
    }
  self->state = state;
  if (is_new)
    g_object_notify (G_OBJECT (self), "state");
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* (transfer full) (nullable): @error */
static void
finish_start (YodelDhtSignaller *self,
              GError            *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->starting);

  if (task == NULL)
    {
      g_clear_error (&error);
      return;
    }
  clear_source (&self->cancelled);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
schedule_probe (YodelDhtSignaller *self,
                guint              after_ms)
{
  g_source_set_ready_time (self->prober, g_get_monotonic_time () + after_ms * (gint64) 1000);
}

static gboolean
on_clock (gpointer user_data)
{
  YodelDhtSignaller *self = user_data;

  yodel_dht_mailroom_attend (self->mailroom, self->node, self->inbox, unix_now_s ());
  return G_SOURCE_CONTINUE;
}

static void
on_answer (YodelDhtSignaller *self)
{
  const gboolean was_reachable = self->state == YODEL_SIGNALLER_REACHABLE;

  self->probe_ms = FIRST_PROBE_MS;
  schedule_probe (self, (self->settings.is_low_traffic ? QUIET_PROBE_LOW_S : QUIET_PROBE_S) * 1000);
  set_state (self, YODEL_SIGNALLER_REACHABLE, NULL);
  if (self->may_be_forgotten)
    {
      self->may_be_forgotten = FALSE;
      yodel_dht_mailroom_forget (self->mailroom);
      on_clock (self);
    }
  if (!was_reachable)
    yodel_signaller_emit_news (YODEL_SIGNALLER (self), "reachable through the hash table");
  finish_start (self, NULL);
}

static void
on_no_answer (YodelDhtSignaller *self)
{
  const gboolean was_reachable = self->state == YODEL_SIGNALLER_REACHABLE;
  const char *reason = self->settings.n_nodes > 0 || was_reachable
                         ? "no node of the hash table answers"
                         : "no node of the hash table is known: name one, as in dht:HOST:PORT";

  schedule_probe (self, self->probe_ms);
  set_state (self, YODEL_SIGNALLER_STARTING, reason);
  self->may_be_forgotten |= was_reachable && self->settings.is_low_traffic;
  if (was_reachable)
    yodel_signaller_emit_news (YODEL_SIGNALLER (self), "no node of the hash table answers any more");
}

/* A probe, which may outlive its signaller's node. */
typedef struct
{
  YodelDhtSignaller *self;    /* (owned) */
  guint              number;
} Probe;

static void
on_probed (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Probe *probe = user_data;
  YodelDhtSignaller *self = probe->self;
  const gboolean ok = yodel_dht_node_ask_finish (result, NULL);

  if (self->node != NULL && probe->number == self->n_probes)
    {
      if (ok)
        on_answer (self);
      else
        on_no_answer (self);
    }
  g_object_unref (self);
  g_free (probe);
}

/* Asks; if nothing is heard of it at all, asks again after PATIENCE_MS. */
static gboolean
on_probe_due (gpointer user_data)
{
  YodelDhtSignaller *self = user_data;
  YodelDhtMailbox mailbox;
  Probe *probe = g_new (Probe, 1);

  if (self->state != YODEL_SIGNALLER_REACHABLE)
    {
      yodel_dht_node_join (self->node, &self->settings);
      if (self->probe_ms > FIRST_PROBE_MS && self->reason == NULL)
        set_state (self, self->state, "no node of the hash table has answered yet");
    }
  schedule_probe (self, MAX (PATIENCE_MS, self->probe_ms));
  self->probe_ms = MIN (self->probe_ms * 2, LAST_PROBE_MS);
  probe->self = g_object_ref (self);
  probe->number = ++self->n_probes;
  yodel_dht_mailroom_get_own (self->mailroom, unix_now_s (), &mailbox);
  yodel_dht_node_probe_async (self->node, &mailbox, on_probed, probe);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_keep_open (gpointer user_data)
{
  YodelDhtSignaller *self = user_data;

  if (yodel_dht_node_keep_open (self->node))
    {
      self->may_be_forgotten = TRUE;
      schedule_probe (self, FIRST_PROBE_MS);
    }
  return G_SOURCE_CONTINUE;
}

static void
on_value (GBytes   *value,
          gboolean  is_open,
          gpointer  user_data)
{
  yodel_signaller_emit_received (user_data, value, is_open ? YODEL_DHT_WAY_OPEN : YODEL_DHT_WAY_PAIR);
}

static gboolean
dispatch (GSource     *source,
          GSourceFunc  callback,
          gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs prober_funcs = { .dispatch = dispatch };

static void
begin (YodelDhtSignaller *self,
       YodelDhtNode      *node)
{
  GMainContext *context = g_main_context_get_thread_default ();

  self->node = node;
  self->mailroom = yodel_dht_mailroom_new (self->identity, self->settings.is_low_traffic ? YODEL_DHT_MAX_PAIRS_LOW : YODEL_DHT_MAX_PAIRS);
  if (self->contacts != NULL)
    yodel_dht_mailroom_set_contacts (self->mailroom, (const char * const *) self->contacts);
  self->inbox = yodel_dht_inbox_new (context, on_value, self);

  self->clock = g_timeout_source_new_seconds (ATTEND_S);
  g_source_set_callback (self->clock, on_clock, self, NULL);
  g_source_attach (self->clock, context);
  self->prober = g_source_new (&prober_funcs, sizeof (GSource));
  g_source_set_callback (self->prober, on_probe_due, self, NULL);
  g_source_attach (self->prober, context);

  if (self->settings.is_low_traffic)
    {
      self->keeper = g_timeout_source_new_seconds (KEEP_OPEN_S);
      g_source_set_callback (self->keeper, on_keep_open, self, NULL);
      g_source_attach (self->keeper, context);
    }

  self->may_be_forgotten = FALSE;
  self->probe_ms = FIRST_PROBE_MS;
  on_probe_due (self);
  on_clock (self);
}

static void
on_node_started (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (YodelDhtSignaller) self = user_data;
  g_autoptr (GError) error = NULL;
  YodelDhtNode *node = yodel_dht_node_start_finish (result, &error);

  if (node != NULL)
    begin (self, node);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_object (&self->running);
      g_clear_object (&self->identity);
      set_state (self, YODEL_SIGNALLER_STOPPED, error->message);
      finish_start (self, g_steal_pointer (&error));
    }
}

static gboolean
on_start_cancelled (GCancellable *cancellable,
                    gpointer      user_data)
{
  yodel_signaller_stop (user_data);
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (YodelDhtSignaller *self,
                   GCancellable      *cancellable)
{
  if (cancellable == NULL)
    return;
  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancelled, G_SOURCE_FUNC (on_start_cancelled), self, NULL);
  g_source_attach (self->cancelled, g_main_context_get_thread_default ());
}

static void
dht_start_async (YodelSignaller      *signaller,
                 YodelIdentity       *identity,
                 GCancellable        *cancellable,
                 GAsyncReadyCallback  callback,
                 gpointer             user_data)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, dht_start_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->running != NULL)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "%s is started already", self->given_uri);
      return;
    }
  self->running = g_cancellable_new ();
  self->identity = g_object_ref (identity);
  self->starting = g_steal_pointer (&task);
  set_state (self, YODEL_SIGNALLER_STARTING, NULL);
  watch_cancellable (self, cancellable);
  yodel_dht_node_start_async (&self->settings, self->running, on_node_started, g_object_ref (self));
}

static void
dht_stop (YodelSignaller *signaller)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (signaller);

  if (self->running == NULL)
    return;
  g_cancellable_cancel (self->running);
  g_clear_object (&self->running);
  g_clear_object (&self->identity);
  clear_source (&self->clock);
  clear_source (&self->prober);
  clear_source (&self->keeper);
  g_clear_pointer (&self->mailroom, yodel_dht_mailroom_free);
  g_clear_pointer (&self->inbox, yodel_dht_inbox_close);
  g_clear_pointer (&self->node, yodel_dht_node_close);
  set_state (self, YODEL_SIGNALLER_STOPPED, NULL);
  finish_start (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped"));
}

static void
dht_set_contacts (YodelSignaller     *signaller,
                  const char * const *addresses)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (signaller);

  g_strfreev (self->contacts);
  self->contacts = g_strdupv ((char **) addresses);
  if (self->mailroom == NULL)
    return;
  yodel_dht_mailroom_set_contacts (self->mailroom, addresses);
  yodel_dht_mailroom_attend (self->mailroom, self->node, self->inbox, unix_now_s ());
}

/* A message on its way into one or two mailboxes: sent when one node has it. */
typedef struct
{
  GTask *task;      /* (owned) (nullable): answered */
  guint  n_left;
} Delivery;

static void
on_put (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Delivery *delivery = user_data;
  g_autoptr (GError) error = NULL;
  const gboolean ok = yodel_dht_node_ask_finish (result, &error);
  const gboolean is_last = --delivery->n_left == 0;

  if (delivery->task != NULL && (ok || is_last))
    {
      g_autoptr (GTask) task = g_steal_pointer (&delivery->task);

      if (ok)
        g_task_return_boolean (task, TRUE);
      else
        g_task_return_error (task, g_steal_pointer (&error));
    }
  if (is_last)
    g_free (delivery);
}

static void
dht_send_async (YodelSignaller      *signaller,
                const char          *address,
                const char          *way,
                const char * const  *hints,
                GBytes              *message,
                GCancellable        *cancellable,
                GAsyncReadyCallback  callback,
                gpointer             user_data)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  YodelDhtMailbox mailboxes[2];
  Delivery *delivery;
  guint n;

  g_task_set_source_tag (task, dht_send_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->node == NULL)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "%s is not started", self->given_uri);
      return;
    }
  n = yodel_dht_mailroom_choose (self->mailroom, address, way, unix_now_s (), mailboxes, &error);
  if (n == 0)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  delivery = g_new0 (Delivery, 1);
  delivery->task = g_steal_pointer (&task);
  delivery->n_left = n;
  for (guint i = 0; i < n; i++)
    yodel_dht_node_put_async (self->node, &mailboxes[i], message, on_put, delivery);
}

static gboolean
dht_finish (YodelSignaller  *signaller,
            GAsyncResult    *result,
            GError         **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
signaller_init (YodelSignallerInterface *iface)
{
  iface->start_async = dht_start_async;
  iface->start_finish = dht_finish;
  iface->stop = dht_stop;
  iface->set_contacts = dht_set_contacts;
  iface->send_async = dht_send_async;
  iface->send_finish = dht_finish;
}

static gboolean
dht_initable_init (GInitable     *initable,
                   GCancellable  *cancellable,
                   GError       **error)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (initable);

  return yodel_dht_uri_parse (&self->settings, self->given_uri != NULL ? self->given_uri : "", error);
}

static void
initable_init (GInitableIface *iface)
{
  iface->init = dht_initable_init;
}

static void
dht_set_property (GObject      *object,
                  guint         id,
                  const GValue *value,
                  GParamSpec   *pspec)
{
  if (id == PROP_URI)
    YODEL_DHT_SIGNALLER (object)->given_uri = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
dht_get_property (GObject    *object,
                  guint       id,
                  GValue     *value,
                  GParamSpec *pspec)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (object);

  switch (id)
    {
    case PROP_URI:    g_value_set_string (value, self->given_uri); break;
    case PROP_STATE:  g_value_set_int (value, self->state); break;
    case PROP_REASON: g_value_set_string (value, self->reason); break;
    default:          G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
dht_dispose (GObject *object)
{
  yodel_signaller_stop (YODEL_SIGNALLER (object));
  G_OBJECT_CLASS (yodel_dht_signaller_parent_class)->dispose (object);
}

static void
dht_finalize (GObject *object)
{
  YodelDhtSignaller *self = YODEL_DHT_SIGNALLER (object);

  yodel_dht_uri_clear (&self->settings);
  g_strfreev (self->contacts);
  g_free (self->given_uri);
  g_free (self->reason);
  G_OBJECT_CLASS (yodel_dht_signaller_parent_class)->finalize (object);
}

static void
yodel_dht_signaller_class_init (YodelDhtSignallerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = dht_set_property;
  object_class->get_property = dht_get_property;
  object_class->dispose = dht_dispose;
  object_class->finalize = dht_finalize;
  g_object_class_override_property (object_class, PROP_URI, "uri");
  g_object_class_override_property (object_class, PROP_STATE, "state");
  g_object_class_override_property (object_class, PROP_REASON, "reason");
}

static void
yodel_dht_signaller_init (YodelDhtSignaller *self)
{
}
