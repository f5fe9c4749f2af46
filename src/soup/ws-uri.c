#define G_LOG_DOMAIN "yodel-rendezvous"

#include "soup/ws-uri.h"

#include <string.h>

#include <libsoup/soup.h>
#include <yodel/yodel-error.h>

#include "rendezvous/rendezvous-message.h"

/* Returns: the port; -1 if it is the scheme's usual one, which browsers leave out of what they say too */
static int
port_of (GUri *uri)
{
  const int usual = strcmp (g_uri_get_scheme (uri), "wss") == 0 ? 443 : 80;

  return g_uri_get_port (uri) == usual ? -1 : g_uri_get_port (uri);
}

/* What a client writes into the Host field, and proves its mailboxes to be its own with.  Returns: (transfer full) */
char *
yodel_ws_uri_dup_authority (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = g_uri_get_host (uri);
  g_autofree char *ascii = g_hostname_to_ascii (host);
  g_autofree char *shown = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host)
                                                      : g_ascii_strdown (ascii != NULL ? ascii : host, -1);

  return port_of (uri) < 0 ? g_steal_pointer (&shown) : g_strdup_printf ("%s:%d", shown, port_of (uri));
}

/* ws or wss, a host, a port if it is not the usual one, a path: two ways to write the same are one.
 * Returns: (transfer full) (nullable) */
char *
yodel_ws_uri_normalize (const char  *text,
                        GError     **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *path;
  g_autofree char *host = NULL, *result = NULL;

  if ((strcmp (scheme, "ws") != 0 && strcmp (scheme, "wss") != 0) || g_uri_get_host (uri) == NULL ||
      g_uri_get_host (uri)[0] == '\0' || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL ||
      g_uri_get_userinfo (uri) != NULL)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED,
                   "\"%.100s\" does not name a rendezvous, as wss://rendezvous.example does", text);
      return NULL;
    }

  path = g_uri_get_path (uri);
  host = g_ascii_strdown (g_uri_get_host (uri), -1);
  result = g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, host, port_of (uri),
                       path[0] == '\0' || strcmp (path, "/") == 0 ? YODEL_RENDEZVOUS_PATH : path, NULL, NULL);
  if (strlen (result) > 200)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED, "the name of the rendezvous is too long");
      return NULL;
    }
  return g_steal_pointer (&result);
}
