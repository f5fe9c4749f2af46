#include "lib/loop-signaller.h"

#include <string.h>

struct _LoopSignaller
{
  GObject              parent_instance;

  LoopNet             *net;       /* (borrowed) */
  char                *uri;       /* (owned) */
  char                *address;   /* (owned) (nullable) while it is started */
  YodelSignallerState  state;
};

static void loop_signaller_iface_init (YodelSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LoopSignaller, loop_signaller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SIGNALLER, loop_signaller_iface_init))

enum
{
  PROP_URI = 1,
  PROP_STATE,
  PROP_REASON,
};

void
loop_net_init (LoopNet *self,
               guint32  seed)
{
  memset (self, 0, sizeof *self);
  self->members = g_ptr_array_new ();
  self->dice = g_rand_new_with_seed (seed);
}

void
loop_net_clear (LoopNet *self)
{
  /* what was handed in is still to be reported, and holds its signaller */
  while (self->members->len > 0 && g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (self->members->len, ==, 0);
  while (self->n_under_way > 0)
    g_main_context_iteration (NULL, TRUE);
  g_ptr_array_unref (self->members);
  g_rand_free (self->dice);
}

typedef struct
{
  LoopNet *net;       /* (borrowed) */
  char    *to;        /* (owned) */
  GBytes  *message;   /* (owned) */
} Parcel;

static void
parcel_free (gpointer data)
{
  Parcel *parcel = data;

  parcel->net->n_under_way--;
  g_free (parcel->to);
  g_bytes_unref (parcel->message);
  g_free (parcel);
}

static gboolean
on_due (gpointer data)
{
  Parcel *parcel = data;
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < parcel->net->members->len; i++)
    g_ptr_array_add (members, g_object_ref (parcel->net->members->pdata[i]));
  for (guint i = 0; i < members->len; i++)
    {
      LoopSignaller *member = members->pdata[i];

      if (g_strcmp0 (member->address, parcel->to) != 0)
        continue;
      parcel->net->n_delivered++;
      yodel_signaller_emit_received (YODEL_SIGNALLER (member), parcel->message, "loop");
    }
  return G_SOURCE_REMOVE;
}

void
loop_net_deliver (LoopNet    *self,
                  const char *to,
                  GBytes     *message,
                  guint       delay_ms)
{
  Parcel *parcel = g_new (Parcel, 1);

  parcel->net = self;
  self->n_under_way++;
  parcel->to = g_strdup (to);
  parcel->message = g_bytes_ref (message);
  g_timeout_add_full (G_PRIORITY_DEFAULT, delay_ms, on_due, parcel, parcel_free);
}

static void
carry (LoopNet    *self,
       const char *to,
       GBytes     *message)
{
  guint copies = g_rand_double (self->dice) < self->duplicates ? 2 : 1;

  if (g_rand_double (self->dice) < self->loss)
    return;
  for (guint i = 0; i < copies; i++)
    loop_net_deliver (self, to, message,
                      self->delay_ms + (self->jitter_ms > 0 ? (guint) g_rand_int_range (self->dice, 0, (gint32) self->jitter_ms + 1) : 0));
}

static void
loop_signaller_start_async (YodelSignaller      *signaller,
                            YodelIdentity       *identity,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  LoopSignaller *self = LOOP_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_free (self->address);
  self->address = g_strdup (yodel_identity_get_address (identity));
  self->state = YODEL_SIGNALLER_REACHABLE;
  g_object_notify (G_OBJECT (self), "state");
  g_task_return_boolean (task, TRUE);
}

static gboolean
loop_signaller_start_finish (YodelSignaller  *signaller,
                             GAsyncResult    *result,
                             GError         **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
loop_signaller_stop (YodelSignaller *signaller)
{
  LoopSignaller *self = LOOP_SIGNALLER (signaller);

  g_clear_pointer (&self->address, g_free);
  self->state = YODEL_SIGNALLER_STOPPED;
  g_object_notify (G_OBJECT (self), "state");
}

static void
loop_signaller_send_async (YodelSignaller      *signaller,
                           const char          *address,
                           const char          *way,
                           const char * const  *hints,
                           GBytes              *message,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  LoopSignaller *self = LOOP_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  self->net->n_sent++;
  if (self->net->tamper != NULL)
    self->net->tamper (self->net, self->address, address, message, self->net->user_data);
  else
    carry (self->net, address, message);
  g_task_return_boolean (task, TRUE);
}

static void
loop_signaller_iface_init (YodelSignallerInterface *iface)
{
  iface->start_async = loop_signaller_start_async;
  iface->start_finish = loop_signaller_start_finish;
  iface->stop = loop_signaller_stop;
  iface->send_async = loop_signaller_send_async;
  iface->send_finish = loop_signaller_start_finish;
}

static void
loop_signaller_finalize (GObject *object)
{
  LoopSignaller *self = LOOP_SIGNALLER (object);

  if (self->net != NULL)
    g_ptr_array_remove (self->net->members, self);
  g_free (self->uri);
  g_free (self->address);

  G_OBJECT_CLASS (loop_signaller_parent_class)->finalize (object);
}

static void
loop_signaller_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  LoopSignaller *self = LOOP_SIGNALLER (object);

  switch (id)
    {
    case PROP_URI:    g_value_set_string (value, self->uri); break;
    case PROP_STATE:  g_value_set_int (value, self->state); break;
    case PROP_REASON: g_value_set_string (value, NULL); break;
    default:          G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
loop_signaller_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  LOOP_SIGNALLER (object)->uri = g_value_dup_string (value);
}

static void
loop_signaller_class_init (LoopSignallerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = loop_signaller_finalize;
  object_class->get_property = loop_signaller_get_property;
  object_class->set_property = loop_signaller_set_property;
  g_object_class_override_property (object_class, PROP_URI, "uri");
  g_object_class_override_property (object_class, PROP_STATE, "state");
  g_object_class_override_property (object_class, PROP_REASON, "reason");
}

static void
loop_signaller_init (LoopSignaller *self)
{
}

YodelSignaller *
loop_signaller_new (LoopNet    *net,
                    const char *uri)
{
  LoopSignaller *self = g_object_new (LOOP_TYPE_SIGNALLER, "uri", uri, NULL);

  self->net = net;
  g_ptr_array_add (net->members, self);
  return YODEL_SIGNALLER (self);
}
