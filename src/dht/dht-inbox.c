#define G_LOG_DOMAIN "yodel-dht"

#include "dht/dht-inbox.h"

#include <yodel/yodel-signaller.h>

typedef struct
{
  GBytes   *bytes;     /* (owned) */
  gboolean  is_open;
} Value;

struct _YodelDhtInbox
{
  gatomicrefcount    refs;
  GMutex             lock;         /* over what follows */
  GQueue             values;       /* of Value */
  guint              n_open;
  guint64            n_dropped;
  GSource           *source;       /* (owned) (nullable) wakes the program's thread; NULL when closed */

  YodelDhtValueFunc  on_value;     /* the program's thread alone */
  gpointer           user_data;
};

static void
value_free (Value *value)
{
  g_bytes_unref (value->bytes);
  g_free (value);
}

static void
inbox_unref (YodelDhtInbox *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_queue_clear_full (&self->values, (GDestroyNotify) value_free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Value *
pop (YodelDhtInbox *self)
{
  Value *value;

  g_mutex_lock (&self->lock);
  value = self->source != NULL ? g_queue_pop_head (&self->values) : NULL;
  if (value != NULL && value->is_open)
    self->n_open--;
  g_mutex_unlock (&self->lock);
  return value;
}

static gboolean
on_woken (gpointer user_data)
{
  YodelDhtInbox *self = user_data;
  Value *value;

  g_source_set_ready_time (g_main_current_source (), -1);
  g_atomic_ref_count_inc (&self->refs);
  while ((value = pop (self)) != NULL)
    {
      self->on_value (value->bytes, value->is_open, self->user_data);
      value_free (value);
    }
  inbox_unref (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource     *source,
          GSourceFunc  callback,
          gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

YodelDhtInbox *
yodel_dht_inbox_new (GMainContext      *context,
                     YodelDhtValueFunc  on_value,
                     gpointer           user_data)
{
  YodelDhtInbox *self = g_new0 (YodelDhtInbox, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_queue_init (&self->values);
  self->on_value = on_value;
  self->user_data = user_data;
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "values of the hash table");
  g_source_set_callback (self->source, on_woken, self, NULL);
  g_source_attach (self->source, context);
  return self;
}

void
yodel_dht_inbox_close (YodelDhtInbox *self)
{
  GSource *source;

  g_mutex_lock (&self->lock);
  source = g_steal_pointer (&self->source);
  g_mutex_unlock (&self->lock);
  g_source_destroy (source);
  g_source_unref (source);
  inbox_unref (self);
}

guint64
yodel_dht_inbox_n_dropped (YodelDhtInbox *self)
{
  guint64 n;

  g_mutex_lock (&self->lock);
  n = self->n_dropped;
  g_mutex_unlock (&self->lock);
  return n;
}

YodelDhtSlot *
yodel_dht_slot_new (YodelDhtInbox *inbox,
                    gboolean       is_open)
{
  YodelDhtSlot *self = g_new0 (YodelDhtSlot, 1);

  g_atomic_ref_count_inc (&inbox->refs);
  self->inbox = inbox;
  self->is_open = is_open;
  self->tokens = YODEL_DHT_INBOX_BURST;
  return self;
}

void
yodel_dht_slot_free (YodelDhtSlot *self)
{
  inbox_unref (self->inbox);
  g_free (self);
}

static gboolean
take_token (YodelDhtSlot *self,
            gint64        now_us)
{
  if (self->filled_us != 0)
    self->tokens += YODEL_DHT_INBOX_PER_SECOND * ((double) (now_us - self->filled_us) / G_USEC_PER_SEC);
  self->filled_us = now_us;
  self->tokens = MIN (self->tokens, YODEL_DHT_INBOX_BURST);
  if (self->tokens < 1)
    return FALSE;
  self->tokens -= 1;
  return TRUE;
}

void
yodel_dht_slot_push (YodelDhtSlot *self,
                     const guint8 *data,
                     gsize         size,
                     gint64        now_us)
{
  YodelDhtInbox *inbox = self->inbox;
  gboolean is_taken;

  if (size == 0 || size > YODEL_SIGNALLER_MAX_MESSAGE_BYTES)
    return;
  g_mutex_lock (&inbox->lock);
  is_taken = inbox->source != NULL && inbox->values.length < YODEL_DHT_INBOX_MAX_VALUES &&
             (!self->is_open || inbox->n_open < YODEL_DHT_INBOX_MAX_OPEN) && take_token (self, now_us);
  if (is_taken)
    {
      Value *value = g_new (Value, 1);

      value->bytes = g_bytes_new (data, size);
      value->is_open = self->is_open;
      inbox->n_open += self->is_open ? 1 : 0;
      g_queue_push_tail (&inbox->values, value);
      g_source_set_ready_time (inbox->source, 0);
    }
  else
    inbox->n_dropped++;
  g_mutex_unlock (&inbox->lock);
}
