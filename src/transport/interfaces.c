#define G_LOG_DOMAIN "yodel-transport"

#include "transport/interfaces.h"

#include <glib-unix.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static guint
count_bits (const struct sockaddr *mask)
{
  const guint8 *bytes;
  gsize size;
  guint bits = 0;

  if (mask == NULL)
    return 128;
  if (mask->sa_family == AF_INET)
    {
      bytes = (const guint8 *) &((const struct sockaddr_in *) (const void *) mask)->sin_addr;
      size = 4;
    }
  else
    {
      bytes = (const guint8 *) &((const struct sockaddr_in6 *) (const void *) mask)->sin6_addr;
      size = 16;
    }
  for (gsize i = 0; i < size; i++)
    for (guint8 byte = bytes[i]; byte & 0x80; byte = (guint8) (byte << 1))
      bits++;
  return bits;
}

static GInetAddress *
get_address (const struct sockaddr *address)
{
  if (address == NULL)
    return NULL;
  if (address->sa_family == AF_INET)
    return g_inet_address_new_from_bytes ((const guint8 *) &((const struct sockaddr_in *) (const void *) address)->sin_addr,
                                          G_SOCKET_FAMILY_IPV4);
  if (address->sa_family == AF_INET6)
    return g_inet_address_new_from_bytes ((const guint8 *) &((const struct sockaddr_in6 *) (const void *) address)->sin6_addr,
                                          G_SOCKET_FAMILY_IPV6);
  return NULL;
}

static gboolean
is_wanted (const char * const *bind,
           const char          *interface,
           GInetAddress        *address)
{
  g_autofree char *text = g_inet_address_to_string (address);

  for (guint i = 0; bind[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) wanted = g_inet_address_new_from_string (bind[i]);

      if (strcmp (bind[i], interface) == 0 || (wanted != NULL && g_inet_address_equal (wanted, address)))
        return TRUE;
    }
  return FALSE;
}

/* An IPv6 link-local address needs its interface named beside it, which no candidate can do. */
static gboolean
is_usable (GInetAddress *address)
{
  YodelScope scope = yodel_address_get_scope (address);

  return scope != YODEL_SCOPE_NONE &&
         !(scope == YODEL_SCOPE_LINK_LOCAL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6);
}

static GPtrArray *
list_all (const char * const *bind)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_local_address_free);
  struct ifaddrs *first = NULL;

  if (getifaddrs (&first) != 0)
    return g_steal_pointer (&list);

  for (const struct ifaddrs *i = first; i != NULL; i = i->ifa_next)
    {
      g_autoptr (GInetAddress) address = get_address (i->ifa_addr);
      YodelLocalAddress *local;

      if (address == NULL || !is_usable (address) || (i->ifa_flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING))
        continue;
      if (bind != NULL && bind[0] != NULL && !is_wanted (bind, i->ifa_name, address))
        continue;

      local = g_new0 (YodelLocalAddress, 1);
      local->address = g_steal_pointer (&address);
      local->prefix_bits = count_bits (i->ifa_netmask);
      g_strlcpy (local->interface, i->ifa_name, sizeof local->interface);
      g_ptr_array_add (list, local);
    }
  freeifaddrs (first);
  return g_steal_pointer (&list);
}

/* Leaves only what is best of its kind: loopback and link-local addresses where there is no other. */
static void
keep_reachable (GPtrArray *list,
                gboolean   loopback)
{
  gboolean has_real = FALSE;
  gboolean has_link_local = FALSE;

  for (guint i = 0; i < list->len; i++)
    {
      YodelScope scope = yodel_address_get_scope (((YodelLocalAddress *) g_ptr_array_index (list, i))->address);

      has_real |= scope == YODEL_SCOPE_PUBLIC || scope == YODEL_SCOPE_PRIVATE;
      has_link_local |= scope == YODEL_SCOPE_LINK_LOCAL;
    }

  for (guint i = list->len; i-- > 0;)
    {
      YodelLocalAddress *local = g_ptr_array_index (list, i);
      YodelScope scope = yodel_address_get_scope (local->address);
      gboolean is_v6 = g_inet_address_get_family (local->address) == G_SOCKET_FAMILY_IPV6;

      if ((scope == YODEL_SCOPE_LINK_LOCAL && has_real) ||
          (scope == YODEL_SCOPE_LOOPBACK && (has_real || has_link_local || !loopback || is_v6)))
        g_ptr_array_remove_index (list, i);
    }
}

GPtrArray *
yodel_interfaces_list (const char * const *bind,
                       gboolean            loopback)
{
  GPtrArray *list = list_all (bind);

  if (bind == NULL || bind[0] == NULL)
    keep_reachable (list, loopback);
  if (list->len > YODEL_INTERFACES_MAX_ADDRESSES)
    g_ptr_array_set_size (list, YODEL_INTERFACES_MAX_ADDRESSES);
  return list;
}

gboolean
yodel_interfaces_equal (const GPtrArray *a,
                        const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    {
      GInetAddress *address = ((YodelLocalAddress *) g_ptr_array_index (a, i))->address;
      gboolean found = FALSE;

      for (guint j = 0; j < b->len && !found; j++)
        found = g_inet_address_equal (address, ((YodelLocalAddress *) g_ptr_array_index (b, j))->address);
      if (!found)
        return FALSE;
    }
  return TRUE;
}

/* The news: a netlink socket */

typedef struct
{
  GSource source;
  int     fd;
} Watch;

static gboolean
watch_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  Watch *self = (Watch *) source;
  guint8 ignored[4096];

  while (recv (self->fd, ignored, sizeof ignored, MSG_DONTWAIT) > 0)
    ;
  return callback != NULL ? callback (user_data) : G_SOURCE_CONTINUE;
}

static void
watch_finalize (GSource *source)
{
  close (((Watch *) source)->fd);
}

static GSourceFuncs watch_funcs = { .dispatch = watch_dispatch, .finalize = watch_finalize };

GSource *
yodel_interfaces_watch_new (void)
{
  struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  GSource *source;

  if (fd < 0)
    return NULL;
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      close (fd);
      return NULL;
    }

  source = g_source_new (&watch_funcs, sizeof (Watch));
  ((Watch *) source)->fd = fd;
  g_source_add_unix_fd (source, fd, G_IO_IN);
  g_source_set_static_name (source, "yodel network changes");
  return source;
}
