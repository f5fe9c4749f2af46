#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/client-source.h"

#include <string.h>

#define V4_IN_V6_BYTES 12   /* ::ffff:0:0/96, RFC 4291 section 2.5.5.2 */
#define PREFIX_BYTES   8

static char *
name (GInetAddress *address)
{
  static const guint8 v4_in_v6[V4_IN_V6_BYTES] = { [10] = 0xff, [11] = 0xff };
  const guint8 *bytes = g_inet_address_to_bytes (address);
  guint8 prefix[16] = { 0 };
  g_autoptr (GInetAddress) shown = NULL;

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return g_inet_address_to_string (address);
  if (memcmp (bytes, v4_in_v6, sizeof v4_in_v6) == 0)
    shown = g_inet_address_new_from_bytes (bytes + V4_IN_V6_BYTES, G_SOCKET_FAMILY_IPV4);
  else
    {
      memcpy (prefix, bytes, PREFIX_BYTES);
      shown = g_inet_address_new_from_bytes (prefix, G_SOCKET_FAMILY_IPV6);
    }
  return g_inet_address_to_string (shown);
}

/* Returns: (transfer full): the name of the source; all that have no address share one */
char *
yodel_client_source_of_address (GSocketAddress *address)
{
  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("?");
  return name (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/* @text: (nullable): what a proxy writes: the last of a list is its own word.  Returns: (transfer full) */
char *
yodel_client_source_of_text (const char *text)
{
  const char *comma = text != NULL ? strrchr (text, ',') : NULL;
  g_autofree char *last = g_strstrip (g_strdup (comma != NULL ? comma + 1 : text != NULL ? text : ""));
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (last);

  return address != NULL ? name (address) : g_strdup ("?");
}
