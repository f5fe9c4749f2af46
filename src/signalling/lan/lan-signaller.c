#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/lan/lan-signaller.h"

#include <string.h>

#include "signalling/lan/lan-link.h"
#include "signalling/lan/lan-presence.h"

#define SCHEME            "lan:"
#define PURPOSE           "lan"
#define MAX_CONTACTS      (YODEL_LAN_MAX_MARKS * 8)   /* that can see us: so many fit into eight records */
#define MAX_PEERS         256                         /* hosts of contacts that are there */
#define MAX_WAITING       64                          /* messages for contacts that are not */
#define MAX_RESOLVES      8
#define WAIT_US           (5 * G_USEC_PER_SEC)
#define DAY_S             86400

/* A service of somebody we know, or of one who shows his name to all. */
typedef struct
{
  char           *id;        /* (owned) */
  char           *address;   /* (owned) whose it is */
  char           *name;      /* (owned) as he shows it, or empty */
  GSocketAddress *where;     /* (owned) */
} Peer;

/* What waits for somebody to be found: a message for an address, or a name that is asked for. */
typedef struct
{
  GTask  *task;       /* (owned) */
  char   *address;    /* (owned) (nullable) */
  char   *name;       /* (owned) (nullable) */
  GBytes *message;    /* (owned) (nullable) */
  gint64  until_us;
} Wait;

/* Thread: the one whose main context was the default when it was made. */
struct _YodelLanSignaller
{
  GObject              parent_instance;

  char                *uri;          /* (owned) */
  YodelSignallerState  state;
  char                *reason;       /* (owned) (nullable) */
  YodelIdentity       *identity;     /* (owned) (nullable) while it is started */
  char               **contacts;     /* (owned) */
  GHashTable          *secrets;      /* (owned) address -> GBytes: they cost a little to make */
  GHashTable          *marks;        /* (owned) mark -> address: how contacts show themselves to us */
  gint64               day;          /* of these marks */
  YodelLanLinks       *links;        /* (owned) (nullable) */
  YodelLanPresence    *presence;     /* (owned) (nullable) */
  GPtrArray           *peers;        /* (owned) Peer */
  GPtrArray           *waits;        /* (owned) Wait */
  GTask               *starting;     /* (owned) (nullable) */
  guint                timer;
};

static void yodel_lan_signaller_iface_init (YodelSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (YodelLanSignaller, yodel_lan_signaller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SIGNALLER, yodel_lan_signaller_iface_init))

enum
{
  PROP_URI = 1,
  PROP_STATE,
  PROP_REASON,
};

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  g_free (peer->id);
  g_free (peer->address);
  g_free (peer->name);
  g_object_unref (peer->where);
  g_free (peer);
}

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_object_unref (wait->task);
  g_free (wait->address);
  g_free (wait->name);
  g_clear_pointer (&wait->message, g_bytes_unref);
  g_free (wait);
}

static guint
hash_mark (gconstpointer key)
{
  guint32 hash;

  memcpy (&hash, key, sizeof hash);
  return hash;
}

static gboolean
equal_marks (gconstpointer one,
             gconstpointer other)
{
  return memcmp (one, other, YODEL_LAN_MARK_BYTES) == 0;
}

static gint64
get_day (void)
{
  return g_get_real_time () / G_USEC_PER_SEC / DAY_S;
}

static void
set_state (YodelLanSignaller   *self,
           YodelSignallerState  state,
           const char          *reason)
{
  if (self->state == state && g_strcmp0 (self->reason, reason) == 0)
    return;
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  g_object_notify (G_OBJECT (self), "state");
  g_object_notify (G_OBJECT (self), "reason");
}

/* Returns: (transfer none) (nullable) */
static const guint8 *
get_secret (YodelLanSignaller *self,
            const char        *address)
{
  GBytes *secret = g_hash_table_lookup (self->secrets, address);

  if (secret == NULL)
    {
      secret = yodel_identity_derive_shared (self->identity, address, PURPOSE, NULL);
      if (secret == NULL)
        return NULL;
      g_hash_table_insert (self->secrets, g_strdup (address), secret);
    }
  return g_bytes_get_data (secret, NULL);
}

/* How contacts show themselves to us today, yesterday and tomorrow, for clocks differ. */
static void
expect_marks (YodelLanSignaller *self)
{
  g_hash_table_remove_all (self->marks);
  for (guint i = 0; self->contacts[i] != NULL && i < MAX_CONTACTS; i++)
    {
      const guint8 *secret = get_secret (self, self->contacts[i]);

      for (int shift = -1; secret != NULL && shift <= 1; shift++)
        {
          guint8 *mark = g_malloc (YODEL_LAN_MARK_BYTES);

          yodel_lan_mark_make (secret, self->contacts[i], self->day + shift, mark);
          g_hash_table_insert (self->marks, mark, g_strdup (self->contacts[i]));
        }
    }
}

/* A multiple of eight marks: how many contacts there are is nobody's business. */
static void
pad (YodelLanRecord *record)
{
  while (record->n_marks % 8 != 0 || record->n_marks == 0)
    {
      for (guint i = 0; i < YODEL_LAN_MARK_BYTES; i++)
        record->marks[record->n_marks][i] = (guint8) g_random_int_range (0, 256);
      record->n_marks++;
    }
}

/* Returns: (transfer full) (element-type YodelLanRecord): how we show ourselves */
static GArray *
make_records (YodelLanSignaller *self)
{
  GArray *records = g_array_new (FALSE, TRUE, sizeof (YodelLanRecord));
  const char *own = yodel_identity_get_address (self->identity);
  YodelLanRecord record;
  guint n = 0;

  do
    {
      yodel_lan_record_init (&record);
      record.day = self->day;
      for (; self->contacts[n] != NULL && n < MAX_CONTACTS && record.n_marks < YODEL_LAN_MAX_MARKS; n++)
        {
          const guint8 *secret = get_secret (self, self->contacts[n]);

          if (secret != NULL)
            yodel_lan_mark_make (secret, own, self->day, record.marks[record.n_marks++]);
        }
      pad (&record);
      if (records->len == 0 && strlen (self->uri) > strlen (SCHEME))
        {
          g_strlcpy (record.name, self->uri + strlen (SCHEME), sizeof record.name);
          g_strlcpy (record.address, own, sizeof record.address);
        }
      g_array_append_val (records, record);
    }
  while (self->contacts[n] != NULL && n < MAX_CONTACTS);
  return records;
}

/* Returns: (transfer none) (nullable): whose record it is */
static const char *
recognise (YodelLanSignaller    *self,
           const YodelLanRecord *record)
{
  for (guint i = 0; i < record->n_marks; i++)
    {
      const char *address = g_hash_table_lookup (self->marks, record->marks[i]);

      if (address != NULL)
        return address;
    }
  return *record->name != '\0' && yodel_address_is_valid (record->address, NULL) ? record->address : NULL;
}

/* Sends to all the places where somebody is found: a host with two interfaces is found twice, and the first word that
 * arrives counts.  Returns: FALSE if there is none */
static gboolean
send_to_peers (YodelLanSignaller *self,
               const char        *address,
               GBytes            *message)
{
  gboolean sent = FALSE;

  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = self->peers->pdata[i];

      if (strcmp (peer->address, address) == 0)
        sent = yodel_lan_links_send_to (self->links, peer->where, message) || sent;
    }
  return sent;
}

/* Returns: (transfer full) (nullable): the one address that shows @name; an error where there are several */
static char *
find_name (YodelLanSignaller  *self,
           const char         *name,
           GError            **error)
{
  const char *found = NULL;

  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = self->peers->pdata[i];

      if (g_ascii_strcasecmp (peer->name, name) != 0)
        continue;
      if (found != NULL && strcmp (found, peer->address) != 0)
        {
          g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "several on this network call themselves %s", name);
          return NULL;
        }
      found = peer->address;
    }
  return g_strdup (found);
}

/* Goes through what waits: for somebody who has come, or until it is too late. */
static void
settle_waits (YodelLanSignaller *self)
{
  const gint64 now_us = g_get_monotonic_time ();

  for (guint i = 0; i < self->waits->len;)
    {
      Wait *wait = self->waits->pdata[i];
      g_autoptr (GError) error = NULL;
      g_autofree char *address = wait->name != NULL ? find_name (self, wait->name, &error) : NULL;
      gboolean is_done = TRUE;

      if (error != NULL)
        g_task_return_error (wait->task, g_steal_pointer (&error));
      else if (address != NULL)
        g_task_return_pointer (wait->task, g_steal_pointer (&address), g_free);
      else if (wait->message != NULL && send_to_peers (self, wait->address, wait->message))
        g_task_return_boolean (wait->task, TRUE);
      else if (now_us >= wait->until_us || g_task_return_error_if_cancelled (wait->task))
        {
          if (!g_task_get_completed (wait->task) && now_us >= wait->until_us)
            g_task_return_new_error (wait->task, YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "%s is not on this network",
                                     wait->name != NULL ? wait->name : wait->address);
        }
      else
        is_done = FALSE;

      if (is_done)
        g_ptr_array_remove_index (self->waits, i);
      else
        i++;
    }
}

static gboolean
is_there (YodelLanSignaller *self,
          const char        *address)
{
  for (guint i = 0; i < self->peers->len; i++)
    if (strcmp (((Peer *) self->peers->pdata[i])->address, address) == 0)
      return TRUE;
  return FALSE;
}

static void
on_lost (const char *id,
         gpointer    user_data)
{
  YodelLanSignaller *self = user_data;

  for (guint i = 0; i < self->peers->len; i++)
    {
      Peer *peer = self->peers->pdata[i];
      g_autofree char *address = NULL;

      if (strcmp (peer->id, id) != 0)
        continue;
      address = g_strdup (peer->address);
      g_ptr_array_remove_index_fast (self->peers, i);
      if (!is_there (self, address))
        yodel_signaller_emit_presence (YODEL_SIGNALLER (self), address, FALSE);
      return;
    }
}

static void
on_found (const char           *id,
          const YodelLanRecord *record,
          GSocketAddress       *where,
          gpointer              user_data)
{
  YodelLanSignaller *self = user_data;
  g_autofree char *address = g_strdup (recognise (self, record));
  gboolean was_there;
  Peer *peer;

  for (guint i = 0; i < self->peers->len; i++)
    if (strcmp (((Peer *) self->peers->pdata[i])->id, id) == 0)
      {
        g_ptr_array_remove_index_fast (self->peers, i);
        break;
      }
  if (address == NULL || self->peers->len >= MAX_PEERS || strcmp (address, yodel_identity_get_address (self->identity)) == 0)
    return;
  was_there = is_there (self, address);
  peer = g_new0 (Peer, 1);
  peer->id = g_strdup (id);
  peer->address = g_strdup (address);
  peer->name = g_strdup (record->name);
  peer->where = g_object_ref (where);
  g_ptr_array_add (self->peers, peer);
  if (!was_there)
    yodel_signaller_emit_presence (YODEL_SIGNALLER (self), address, TRUE);
  settle_waits (self);
}

static void
on_presence_state (const char *problem,
                   gpointer    user_data)
{
  YodelLanSignaller *self = user_data;
  g_autoptr (GTask) task = NULL;

  set_state (self, problem == NULL ? YODEL_SIGNALLER_REACHABLE : YODEL_SIGNALLER_STARTING, problem);
  if (problem == NULL && self->starting != NULL)
    {
      task = g_steal_pointer (&self->starting);
      g_task_return_boolean (task, TRUE);
    }
}

static void
on_message (GBytes     *message,
            const char *way,
            gpointer    user_data)
{
  yodel_signaller_emit_received (user_data, message, way);
}

static const YodelLanPresenceFuncs presence_funcs = { on_found, on_lost, on_presence_state };

static void
show (YodelLanSignaller *self)
{
  g_autoptr (GArray) records = NULL;

  if (self->identity == NULL)
    return;
  self->day = get_day ();
  expect_marks (self);
  records = make_records (self);
  if (self->presence == NULL)
    self->presence = yodel_lan_presence_new (yodel_lan_links_get_port (self->links), records, &presence_funcs, self);
  else
    yodel_lan_presence_set_records (self->presence, records);
}

static gboolean
on_tick (gpointer data)
{
  YodelLanSignaller *self = data;
  g_autoptr (GTask) task = NULL;

  settle_waits (self);
  if (self->starting != NULL && g_task_return_error_if_cancelled (self->starting))
    task = g_steal_pointer (&self->starting);
  else if (self->starting != NULL && self->reason != NULL)
    {
      /* It goes on trying; who waits for the start is told that it takes its time. */
      task = g_steal_pointer (&self->starting);
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_UNREACHABLE, "the local network cannot be used: %s", self->reason);
    }
  if (self->day != get_day ())
    show (self);
  return G_SOURCE_CONTINUE;
}

static void
yodel_lan_signaller_start_async (YodelSignaller      *signaller,
                                 YodelIdentity       *identity,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  if (self->identity != NULL)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE, "it is started already");
      return;
    }
  self->links = yodel_lan_links_new (on_message, self, &error);
  if (self->links == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->identity = g_object_ref (identity);
  self->starting = g_steal_pointer (&task);
  set_state (self, YODEL_SIGNALLER_STARTING, NULL);
  self->timer = g_timeout_add_seconds (1, on_tick, self);
  show (self);
}

static gboolean
yodel_lan_signaller_start_finish (YodelSignaller  *signaller,
                                  GAsyncResult    *result,
                                  GError         **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
yodel_lan_signaller_stop (YodelSignaller *signaller)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_steal_pointer (&self->starting);

  if (self->identity == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->presence, yodel_lan_presence_free);
  g_clear_pointer (&self->links, yodel_lan_links_free);
  g_ptr_array_set_size (self->peers, 0);
  g_hash_table_remove_all (self->marks);
  g_hash_table_remove_all (self->secrets);
  g_clear_object (&self->identity);
  if (task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "it was stopped");
  for (guint i = 0; i < self->waits->len; i++)
    g_task_return_new_error (((Wait *) self->waits->pdata[i])->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "it was stopped");
  g_ptr_array_set_size (self->waits, 0);
  set_state (self, YODEL_SIGNALLER_STOPPED, NULL);
}

static void
yodel_lan_signaller_set_contacts (YodelSignaller     *signaller,
                                  const char * const *addresses)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (signaller);

  if (g_strv_equal ((const char * const *) self->contacts, addresses))
    return;
  g_strfreev (self->contacts);
  self->contacts = g_strdupv ((char **) addresses);
  show (self);
}

static void
add_wait (YodelLanSignaller *self,
          GTask             *task,
          const char        *address,
          const char        *name,
          GBytes            *message)
{
  Wait *wait;

  if (self->identity == NULL || self->waits->len >= MAX_WAITING)
    {
      g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_STATE,
                               self->identity == NULL ? "it is not started" : "too much waits to be sent");
      return;
    }
  wait = g_new0 (Wait, 1);
  wait->task = g_object_ref (task);
  wait->address = g_strdup (address);
  wait->name = g_strdup (name);
  wait->message = message != NULL ? g_bytes_ref (message) : NULL;
  wait->until_us = g_get_monotonic_time () + WAIT_US;
  g_ptr_array_add (self->waits, wait);
  settle_waits (self);
}

static void
yodel_lan_signaller_resolve_async (YodelSignaller      *signaller,
                                   const char          *uri,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (!g_str_has_prefix (uri, SCHEME) || uri[strlen (SCHEME)] == '\0')
    g_task_return_new_error (task, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "\"%.64s\" does not tell whom to call", uri);
  else
    add_wait (self, task, NULL, uri + strlen (SCHEME), NULL);
}

static char *
yodel_lan_signaller_resolve_finish (YodelSignaller  *signaller,
                                    GAsyncResult    *result,
                                    GError         **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
yodel_lan_signaller_send_async (YodelSignaller      *signaller,
                                const char          *address,
                                const char          *way,
                                const char * const  *hints,
                                GBytes              *message,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->links != NULL && way != NULL && yodel_lan_links_send (self->links, way, message))
    g_task_return_boolean (task, TRUE);
  else
    add_wait (self, task, address, NULL, message);
}

static void
yodel_lan_signaller_iface_init (YodelSignallerInterface *iface)
{
  iface->start_async = yodel_lan_signaller_start_async;
  iface->start_finish = yodel_lan_signaller_start_finish;
  iface->stop = yodel_lan_signaller_stop;
  iface->set_contacts = yodel_lan_signaller_set_contacts;
  iface->resolve_async = yodel_lan_signaller_resolve_async;
  iface->resolve_finish = yodel_lan_signaller_resolve_finish;
  iface->send_async = yodel_lan_signaller_send_async;
  iface->send_finish = yodel_lan_signaller_start_finish;
}

static void
yodel_lan_signaller_dispose (GObject *object)
{
  yodel_lan_signaller_stop (YODEL_SIGNALLER (object));

  G_OBJECT_CLASS (yodel_lan_signaller_parent_class)->dispose (object);
}

static void
yodel_lan_signaller_finalize (GObject *object)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (object);

  g_free (self->uri);
  g_free (self->reason);
  g_strfreev (self->contacts);
  g_hash_table_unref (self->secrets);
  g_hash_table_unref (self->marks);
  g_ptr_array_unref (self->peers);
  g_ptr_array_unref (self->waits);

  G_OBJECT_CLASS (yodel_lan_signaller_parent_class)->finalize (object);
}

static void
yodel_lan_signaller_get_property (GObject    *object,
                                  guint       id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  YodelLanSignaller *self = YODEL_LAN_SIGNALLER (object);

  switch (id)
    {
    case PROP_URI:    g_value_set_string (value, self->uri); break;
    case PROP_STATE:  g_value_set_int (value, self->state); break;
    case PROP_REASON: g_value_set_string (value, self->reason); break;
    default:          G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yodel_lan_signaller_set_property (GObject      *object,
                                  guint         id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  YODEL_LAN_SIGNALLER (object)->uri = g_value_dup_string (value);
}

static void
yodel_lan_signaller_class_init (YodelLanSignallerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = yodel_lan_signaller_dispose;
  object_class->finalize = yodel_lan_signaller_finalize;
  object_class->get_property = yodel_lan_signaller_get_property;
  object_class->set_property = yodel_lan_signaller_set_property;
  g_object_class_override_property (object_class, PROP_URI, "uri");
  g_object_class_override_property (object_class, PROP_STATE, "state");
  g_object_class_override_property (object_class, PROP_REASON, "reason");
}

static void
yodel_lan_signaller_init (YodelLanSignaller *self)
{
  self->contacts = g_new0 (char *, 1);
  self->secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->marks = g_hash_table_new_full (hash_mark, equal_marks, g_free, g_free);
  self->peers = g_ptr_array_new_with_free_func (peer_free);
  self->waits = g_ptr_array_new_with_free_func (wait_free);
}

void
yodel_signaller_module_register (void)
{
  yodel_signaller_register ("lan", YODEL_TYPE_LAN_SIGNALLER);
}
