#define G_LOG_DOMAIN "yodel-dht"

#include "dht/dht-node.h"

#include <string.h>

#include <opendht/opendht_c.h>
#include <yodel/yodel-error.h>

#include "dht/dht-cache.h"
#include "dht/dht-socket.h"

/* What marks our values beside those of others; it tells what they are, and nothing about whose. */
#define VALUE_TYPE "yodel"

/* An end that the process waits for when it exits, so that known nodes get into their file. */
#define MAX_WAIT_AT_EXIT_US (2 * G_USEC_PER_SEC)
#define MAX_ADDRESSES       8                     /* of one name */
#define MAX_SHUTDOWN_US     (1 * G_USEC_PER_SEC)

G_STATIC_ASSERT (sizeof (dht_infohash) == YODEL_DHT_MAILBOX_BYTES);

/* What is asked of the table.  Thread: any, under the lock of its list. */
typedef struct
{
  struct _Operations *list;   /* (owned) */
  GTask              *task;   /* (owned) (nullable) NULL when it was answered or cancelled */
} Operation;

typedef struct _Operations
{
  gatomicrefcount  refs;      /* the node's, and one for each that the library may still report */
  GMutex           lock;
  GPtrArray       *pending;   /* (owned) of (borrowed) Operation */
} Operations;

/* Thread: the one that started it. */
struct _YodelDhtNode
{
  dht_runner          *runner;        /* (owned) */
  YodelDhtSocket      *socket;        /* (nullable) of the runner */
  gboolean             has_ipv6;
  GSocketAddress      *own_address;   /* (owned) (nullable) seen last */
  Operations          *operations;    /* (owned) */
  YodelDhtCache        cache;
  GCancellable        *closed;        /* (owned) ends the lookups */

  GMutex               lock;          /* over what follows */
  GCond                changed;
  gboolean             is_shut_down;
};

struct _YodelDhtListener
{
  YodelDhtNode *node;         /* (borrowed) */
  dht_infohash  hash;
  dht_op_token *token;        /* (owned) */
};

static GMutex closing_lock;
static GCond  closing_done;
static guint  n_closing;

static Operations *
operations_new (void)
{
  Operations *self = g_new0 (Operations, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->pending = g_ptr_array_new ();
  return self;
}

static void
operations_unref (Operations *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->pending);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* (transfer full) (nullable): @task.  Returns: (nullable): NULL, and @task is answered, if too many are under way */
static Operation *
operation_new (Operations *list,
               GTask      *task)
{
  Operation *self = NULL;

  g_mutex_lock (&list->lock);
  if (list->pending->len < YODEL_DHT_MAX_OPERATIONS)
    {
      self = g_new0 (Operation, 1);
      g_atomic_ref_count_inc (&list->refs);
      self->list = list;
      self->task = task;
      g_ptr_array_add (list->pending, self);
    }
  g_mutex_unlock (&list->lock);
  if (self == NULL)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "too much is asked of the hash table");
      g_object_unref (task);
    }
  return self;
}

static GTask *
operation_take_task (Operation *self)
{
  GTask *task;

  g_mutex_lock (&self->list->lock);
  task = g_steal_pointer (&self->task);
  g_ptr_array_remove_fast (self->list->pending, self);
  g_mutex_unlock (&self->list->lock);
  return task;
}

/* Called by the library once, on its thread. */
static void
on_done (bool  ok,
         void *user_data)
{
  Operation *self = user_data;
  g_autoptr (GTask) task = operation_take_task (self);

  if (task != NULL && ok)
    g_task_return_boolean (task, TRUE);
  else if (task != NULL)
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "no node of the hash table answers");
  operations_unref (self->list);
  g_free (self);
}

static void
operations_cancel (Operations *self)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->pending->len; i++)
    g_ptr_array_add (tasks, g_steal_pointer (&((Operation *) self->pending->pdata[i])->task));
  g_ptr_array_set_size (self->pending, 0);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < tasks->len; i++)
    {
      g_task_return_new_error (tasks->pdata[i], G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
      g_object_unref (tasks->pdata[i]);
    }
}

/* What the thread that starts a node needs. */
typedef struct
{
  guint16  own_port;
  guint32  network;
  gboolean is_low_traffic;
  gboolean needs_ipv6;
} Start;

static void
node_free (YodelDhtNode *self)
{
  dht_runner_delete (self->runner);
  operations_unref (self->operations);
  yodel_dht_cache_clear (&self->cache);
  g_clear_object (&self->own_address);
  g_object_unref (self->closed);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

static void
run (GTask        *task,
     gpointer      source,
     gpointer      data,
     GCancellable *cancellable)
{
  const Start *start = data;
  YodelDhtNode *self = g_new0 (YodelDhtNode, 1);
  dht_runner_config config;

  dht_runner_config_default (&config);
  config.threaded = true;
  config.dht_config.node_config.network = start->network;
  config.dht_config.node_config.maintain_storage = true;
  yodel_dht_cache_take (&self->cache, start->network);
  config.dht_config.node_config.persist_path = self->cache.path;
  self->operations = operations_new ();
  self->closed = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->runner = dht_runner_new ();
  self->has_ipv6 = start->needs_ipv6;
  self->socket = yodel_dht_socket_run (self->runner, start->own_port, &config, self->has_ipv6 || !start->is_low_traffic, start->is_low_traffic);
  if (self->socket != NULL)
    {
      g_task_return_pointer (task, self, (GDestroyNotify) yodel_dht_node_close);
      return;
    }
  node_free (self);
  g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "UDP port %u cannot be opened for the hash table: another program may have it", start->own_port);
}

/* From which address of ours packets leave for the world; none is sent.  Returns: (transfer full) (nullable) */
static GSocketAddress *
find_own_address (GSocketFamily family)
{
  const char *example = family == G_SOCKET_FAMILY_IPV4 ? "192.0.2.1" : "2001:db8::1";   /* RFC 5737, RFC 3849 */
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (example, 9);

  return socket != NULL && g_socket_connect (socket, address, NULL, NULL) ? g_socket_get_local_address (socket, NULL) : NULL;
}

/* A second table costs as much as the first. */
static gboolean
needs_ipv6 (const YodelDhtUri *settings)
{
  g_autoptr (GSocketAddress) own = find_own_address (G_SOCKET_FAMILY_IPV4);

  for (guint i = 0; i < settings->n_nodes; i++)
    if (strchr (settings->hosts[i], ':') != NULL)
      return TRUE;
  return own == NULL;
}

void
yodel_dht_node_start_async (const YodelDhtUri   *settings,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Start *start = g_new0 (Start, 1);

  start->own_port = settings->own_port;
  start->network = settings->network;
  start->is_low_traffic = settings->is_low_traffic;
  start->needs_ipv6 = needs_ipv6 (settings);
  g_task_set_task_data (task, start, g_free);
  g_task_set_source_tag (task, yodel_dht_node_start_async);
  g_task_run_in_thread (task, run);
}

YodelDhtNode *
yodel_dht_node_start_finish (GAsyncResult  *result,
                             GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_shut_down (void *user_data)
{
  YodelDhtNode *self = user_data;

  g_mutex_lock (&self->lock);
  self->is_shut_down = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* The library writes the nodes that it knows at once, and then hands on what it keeps for others. */
static void
shut_down (YodelDhtNode *self)
{
  const gint64 until_us = g_get_monotonic_time () + MAX_SHUTDOWN_US;

  dht_runner_shutdown (self->runner, on_shut_down, self);
  g_mutex_lock (&self->lock);
  while (!self->is_shut_down && g_cond_wait_until (&self->changed, &self->lock, until_us))
    continue;
  g_mutex_unlock (&self->lock);
}

static gpointer
end (gpointer data)
{
  YodelDhtNode *self = data;

  shut_down (self);
  node_free (self);

  g_mutex_lock (&closing_lock);
  n_closing--;
  g_cond_broadcast (&closing_done);
  g_mutex_unlock (&closing_lock);
  return NULL;
}

void
yodel_dht_node_close (YodelDhtNode *self)
{
  g_cancellable_cancel (self->closed);
  operations_cancel (self->operations);

  g_mutex_lock (&closing_lock);
  n_closing++;
  g_mutex_unlock (&closing_lock);
  g_thread_unref (g_thread_new ("yodel-dht-end", end, self));
}

__attribute__ ((destructor)) static void
wait_at_exit (void)
{
  const gint64 until_us = g_get_monotonic_time () + MAX_WAIT_AT_EXIT_US;

  g_mutex_lock (&closing_lock);
  while (n_closing > 0 && g_cond_wait_until (&closing_done, &closing_lock, until_us))
    continue;
  g_mutex_unlock (&closing_lock);
}

/* The addresses of one name, asked one after the other. */
typedef struct
{
  YodelDhtNode             *node;         /* (borrowed): while it is not closed */
  GCancellable             *closed;       /* (owned) */
  GSocketAddressEnumerator *enumerator;   /* (owned) */
  guint                     n_left;
} Lookup;

static void
lookup_free (Lookup *lookup)
{
  g_object_unref (lookup->enumerator);
  g_object_unref (lookup->closed);
  g_free (lookup);
}

static void
ping (dht_runner     *runner,
      GSocketAddress *address)
{
  struct sockaddr_storage native;
  const gssize size = g_socket_address_get_native_size (address);

  if (size > 0 && (gsize) size <= sizeof native && g_socket_address_to_native (address, &native, sizeof native, NULL))
    dht_runner_ping (runner, (struct sockaddr *) &native, (socklen_t) size, NULL, NULL);
}

static void
on_address (GObject      *enumerator,
            GAsyncResult *result,
            gpointer      user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address =
    g_socket_address_enumerator_next_finish (G_SOCKET_ADDRESS_ENUMERATOR (enumerator), result, &error);

  if (address == NULL || lookup->n_left-- == 0 || g_cancellable_is_cancelled (lookup->closed))
    {
      lookup_free (lookup);
      return;
    }
  ping (lookup->node->runner, address);
  g_socket_address_enumerator_next_async (lookup->enumerator, lookup->closed, on_address, lookup);
}

/* The library asks the nodes that it has been told only when it knows no other; what it remembers may be
 * long dead.  So they are asked here. */
void
yodel_dht_node_join (YodelDhtNode      *self,
                     const YodelDhtUri *settings)
{
  for (guint i = 0; i < settings->n_nodes; i++)
    {
      g_autoptr (GSocketConnectable) name = g_network_address_new (settings->hosts[i], settings->ports[i]);
      Lookup *lookup = g_new0 (Lookup, 1);

      lookup->node = self;
      lookup->closed = g_object_ref (self->closed);
      lookup->n_left = MAX_ADDRESSES;
      lookup->enumerator = g_socket_connectable_enumerate (name);
      g_socket_address_enumerator_next_async (lookup->enumerator, self->closed, on_address, lookup);
    }
}

static GInetAddress *
inet_of (GSocketAddress *address)
{
  return g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
}

static gboolean
has_moved (YodelDhtNode *self)
{
  g_autoptr (GSocketAddress) before = g_steal_pointer (&self->own_address);

  self->own_address = find_own_address (self->has_ipv6 ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4);
  return before != NULL && self->own_address != NULL && !g_inet_address_equal (inet_of (before), inet_of (self->own_address));
}

gboolean
yodel_dht_node_keep_open (YodelDhtNode *self)
{
  yodel_dht_socket_keep_open (self->socket);
  return has_moved (self);
}

static dht_infohash
to_hash (const YodelDhtMailbox *mailbox)
{
  dht_infohash hash;

  memcpy (hash.d, mailbox->bytes, sizeof hash.d);
  return hash;
}

static bool
on_found (const dht_value *value,
          void            *user_data)
{
  return true;
}

void
yodel_dht_node_probe_async (YodelDhtNode          *self,
                            const YodelDhtMailbox *mailbox,
                            GAsyncReadyCallback    callback,
                            gpointer               user_data)
{
  const dht_infohash hash = to_hash (mailbox);
  Operation *operation = operation_new (self->operations, g_task_new (NULL, NULL, callback, user_data));

  if (operation != NULL)
    dht_runner_get (self->runner, &hash, on_found, on_done, operation);
}

void
yodel_dht_node_put_async (YodelDhtNode          *self,
                          const YodelDhtMailbox *mailbox,
                          GBytes                *value,
                          GAsyncReadyCallback    callback,
                          gpointer               user_data)
{
  const dht_infohash hash = to_hash (mailbox);
  Operation *operation = operation_new (self->operations, g_task_new (NULL, NULL, callback, user_data));
  dht_value *item;
  gsize size;
  const guint8 *data;

  if (operation == NULL)
    return;
  data = g_bytes_get_data (value, &size);
  item = dht_value_new (data, size);
  dht_value_set_user_type (item, VALUE_TYPE);
  dht_runner_put (self->runner, &hash, item, on_done, operation, false);
  dht_value_unref (item);
}

gboolean
yodel_dht_node_ask_finish (GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* On the library's thread. */
static bool
on_value (const dht_value *value,
          bool             is_expired,
          void            *user_data)
{
  const char *type = dht_value_get_user_type (value);

  if (!is_expired && type != NULL && strcmp (type, VALUE_TYPE) == 0)
    {
      const dht_data_view view = dht_value_get_data (value);

      yodel_dht_slot_push (user_data, view.data, view.size, g_get_monotonic_time ());
    }
  return true;
}

static void
on_listener_gone (void *user_data)
{
  yodel_dht_slot_free (user_data);
}

YodelDhtListener *
yodel_dht_listener_new (YodelDhtNode          *node,
                        const YodelDhtMailbox *mailbox,
                        YodelDhtInbox         *inbox,
                        gboolean               is_open)
{
  YodelDhtListener *self = g_new0 (YodelDhtListener, 1);

  self->node = node;
  self->hash = to_hash (mailbox);
  self->token = dht_runner_listen (node->runner, &self->hash, on_value, on_listener_gone, yodel_dht_slot_new (inbox, is_open));
  return self;
}

void
yodel_dht_listener_free (YodelDhtListener *self)
{
  dht_runner_cancel_listen (self->node->runner, &self->hash, self->token);
  dht_op_token_delete (self->token);
  g_free (self);
}
