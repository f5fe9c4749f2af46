#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/lan/lan-presence.h"

#include <string.h>

#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-client/publish.h>
#include <avahi-common/error.h>
#include <avahi-glib/glib-watch.h>

/* Thread: the signaller's. */
struct _YodelLanPresence
{
  AvahiGLibPoll               *poll;      /* (owned) */
  AvahiClient                 *client;    /* (owned) (nullable) */
  AvahiServiceBrowser         *browser;   /* (owned) (nullable) */
  AvahiEntryGroup             *group;     /* (owned) (nullable) */
  guint16                      port;
  char                         name[24];  /* of our services: by chance, and another with each start */
  GArray                      *records;   /* (owned) */
  GHashTable                  *services;  /* (owned) id -> AvahiServiceResolver */
  const YodelLanPresenceFuncs *funcs;
  gpointer                     user_data; /* (borrowed) */
  guint                        retry_timer;
};

static void connect_client (YodelLanPresence *self);

static void
tell (YodelLanPresence *self,
      const char       *problem)
{
  self->funcs->state (problem, self->user_data);
}

static void
make_name (YodelLanPresence *self)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

  for (guint i = 0; i < 16; i++)
    self->name[i] = letters[g_random_int_range (0, 32)];
  self->name[16] = '\0';
}

static AvahiStringList *
to_list (const YodelLanRecord *record)
{
  g_autoptr (GPtrArray) strings = yodel_lan_record_to_strings (record);
  AvahiStringList *list = NULL;

  for (guint i = strings->len; i-- > 0;)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (strings->pdata[i], &size);

      list = avahi_string_list_add_arbitrary (list, data, size);
    }
  return list;
}

static void on_group (AvahiEntryGroup      *group,
                      AvahiEntryGroupState  state,
                      void                 *user_data);

/* One service a record; their names differ in the last letter. */
static void
publish (YodelLanPresence *self)
{
  int status = 0;

  if (self->client == NULL || avahi_client_get_state (self->client) != AVAHI_CLIENT_S_RUNNING)
    return;
  if (self->group == NULL)
    self->group = avahi_entry_group_new (self->client, on_group, self);
  if (self->group == NULL)
    return;
  avahi_entry_group_reset (self->group);
  for (guint i = 0; i < self->records->len && status == 0; i++)
    {
      AvahiStringList *list = to_list (&g_array_index (self->records, YodelLanRecord, i));
      g_autofree char *name = g_strdup_printf ("%s%c", self->name, 'a' + (char) i);

      status = avahi_entry_group_add_service_strlst (self->group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0, name, YODEL_LAN_SERVICE,
                                                     NULL, NULL, self->port, list);
      avahi_string_list_free (list);
    }
  if (status == 0)
    status = avahi_entry_group_commit (self->group);
  if (status != 0)
    tell (self, avahi_strerror (status));
}

static void
on_group (AvahiEntryGroup      *group,
          AvahiEntryGroupState  state,
          void                 *user_data)
{
  YodelLanPresence *self = user_data;

  switch (state)
    {
    case AVAHI_ENTRY_GROUP_UNCOMMITED:
    case AVAHI_ENTRY_GROUP_REGISTERING:
      break;
    case AVAHI_ENTRY_GROUP_ESTABLISHED:
      tell (self, NULL);
      break;
    case AVAHI_ENTRY_GROUP_COLLISION:
      make_name (self);
      publish (self);
      break;
    case AVAHI_ENTRY_GROUP_FAILURE:
      tell (self, avahi_strerror (avahi_client_errno (self->client)));
      break;
    }
}

/* A link-local address means something on its interface alone. */
static GSocketAddress *
make_address (const AvahiAddress *address,
              guint16             port,
              AvahiIfIndex        interface)
{
  g_autoptr (GInetAddress) host = NULL;

  if (address->proto == AVAHI_PROTO_INET)
    {
      host = g_inet_address_new_from_bytes ((const guint8 *) &address->data.ipv4, G_SOCKET_FAMILY_IPV4);
      return g_inet_socket_address_new (host, port);
    }
  host = g_inet_address_new_from_bytes ((const guint8 *) &address->data.ipv6, G_SOCKET_FAMILY_IPV6);
  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", host, "port", (guint) port,
                       "scope-id", (guint) (g_inet_address_get_is_link_local (host) ? interface : 0), NULL);
}

static char *
make_id (AvahiIfIndex   interface,
         AvahiProtocol  protocol,
         const char    *name)
{
  return g_strdup_printf ("%d %d %s", interface, protocol, name);
}

static void
on_resolved (AvahiServiceResolver   *resolver,
             AvahiIfIndex            interface,
             AvahiProtocol           protocol,
             AvahiResolverEvent      event,
             const char             *name,
             const char             *type,
             const char             *domain,
             const char             *host_name,
             const AvahiAddress     *address,
             uint16_t                port,
             AvahiStringList        *list,
             AvahiLookupResultFlags  flags,
             void                   *user_data)
{
  YodelLanPresence *self = user_data;
  g_autofree char *id = make_id (interface, protocol, name);
  g_autoptr (GSocketAddress) where = NULL;
  YodelLanRecord record;

  if (event != AVAHI_RESOLVER_FOUND || port == 0)
    return;
  yodel_lan_record_init (&record);
  for (guint n = 0; list != NULL && n < 32; list = avahi_string_list_get_next (list), n++)
    if (!yodel_lan_record_take_string (&record, avahi_string_list_get_text (list), avahi_string_list_get_size (list)))
      return;
  where = make_address (address, port, interface);
  self->funcs->found (id, &record, where, self->user_data);
}

static gboolean
is_own (YodelLanPresence       *self,
        const char             *name,
        AvahiLookupResultFlags  flags)
{
  return (flags & AVAHI_LOOKUP_RESULT_OUR_OWN) != 0 || strncmp (name, self->name, strlen (self->name)) == 0;
}

static void
on_browsed (AvahiServiceBrowser    *browser,
            AvahiIfIndex            interface,
            AvahiProtocol           protocol,
            AvahiBrowserEvent       event,
            const char             *name,
            const char             *type,
            const char             *domain,
            AvahiLookupResultFlags  flags,
            void                   *user_data)
{
  YodelLanPresence *self = user_data;
  g_autofree char *id = name != NULL ? make_id (interface, protocol, name) : NULL;

  if (event == AVAHI_BROWSER_NEW && !is_own (self, name, flags) && g_hash_table_size (self->services) < YODEL_LAN_MAX_SERVICES &&
      !g_hash_table_contains (self->services, id))
    {
      AvahiServiceResolver *resolver = avahi_service_resolver_new (self->client, interface, protocol, name, type, domain,
                                                                   protocol, 0, on_resolved, self);

      if (resolver != NULL)
        g_hash_table_insert (self->services, g_steal_pointer (&id), resolver);
    }
  else if (event == AVAHI_BROWSER_REMOVE && g_hash_table_remove (self->services, id))
    self->funcs->lost (id, self->user_data);
}

/* What the daemon knew is gone with it. */
static void
forget (YodelLanPresence *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->services);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    self->funcs->lost (id, self->user_data);
  g_hash_table_remove_all (self->services);
  g_clear_pointer (&self->browser, avahi_service_browser_free);
  g_clear_pointer (&self->group, avahi_entry_group_free);
}

static gboolean
on_retry (gpointer data)
{
  YodelLanPresence *self = data;

  self->retry_timer = 0;
  connect_client (self);
  return G_SOURCE_REMOVE;
}

static void
on_client (AvahiClient      *client,
           AvahiClientState  state,
           void             *user_data)
{
  YodelLanPresence *self = user_data;

  self->client = client;
  switch (state)
    {
    case AVAHI_CLIENT_S_RUNNING:
      if (self->browser == NULL)
        self->browser = avahi_service_browser_new (client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, YODEL_LAN_SERVICE, NULL, 0,
                                                   on_browsed, self);
      publish (self);
      break;
    case AVAHI_CLIENT_FAILURE:
      /* A client that was cut off is no use any more: another is made. */
      tell (self, avahi_strerror (avahi_client_errno (client)));
      if (self->retry_timer == 0)
        self->retry_timer = g_timeout_add_seconds (1, on_retry, self);
      break;
    case AVAHI_CLIENT_CONNECTING:
      tell (self, "there is no Avahi daemon");
      break;
    case AVAHI_CLIENT_S_COLLISION:
    case AVAHI_CLIENT_S_REGISTERING:
      if (self->group != NULL)
        avahi_entry_group_reset (self->group);
      break;
    }
}

static void
connect_client (YodelLanPresence *self)
{
  int status = 0;

  forget (self);
  g_clear_pointer (&self->client, avahi_client_free);
  self->client = avahi_client_new (avahi_glib_poll_get (self->poll), AVAHI_CLIENT_NO_FAIL, on_client, self, &status);
  if (self->client != NULL)
    return;
  tell (self, avahi_strerror (status));
  if (self->retry_timer == 0)
    self->retry_timer = g_timeout_add_seconds (1, on_retry, self);
}

static void
resolver_free (gpointer data)
{
  avahi_service_resolver_free (data);
}

YodelLanPresence *
yodel_lan_presence_new (guint16                      port,
                        GArray                      *records,
                        const YodelLanPresenceFuncs *funcs,
                        gpointer                     user_data)
{
  YodelLanPresence *self = g_new0 (YodelLanPresence, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->port = port;
  self->records = g_array_ref (records);
  self->funcs = funcs;
  self->user_data = user_data;
  self->services = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, resolver_free);
  self->poll = avahi_glib_poll_new (context, G_PRIORITY_DEFAULT);
  make_name (self);
  connect_client (self);
  return self;
}

void
yodel_lan_presence_free (YodelLanPresence *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  g_hash_table_unref (self->services);
  g_clear_pointer (&self->browser, avahi_service_browser_free);
  g_clear_pointer (&self->group, avahi_entry_group_free);
  g_clear_pointer (&self->client, avahi_client_free);
  avahi_glib_poll_free (self->poll);
  g_array_unref (self->records);
  g_free (self);
}

void
yodel_lan_presence_set_records (YodelLanPresence *self,
                                GArray           *records)
{
  g_array_unref (self->records);
  self->records = g_array_ref (records);
  publish (self);
}
