#include "dht/dht-uri.h"

#include <string.h>

#include <gio/gio.h>
#include <yodel/yodel-error.h>

#define MAX_HOST_BYTES 253   /* RFC 1035 section 2.3.4, without the final dot */

static gboolean
parse_number (const char *name,
              const char *text,
              guint64     max,
              guint64    *number,
              GError    **error)
{
  if (g_ascii_string_to_unsigned (text, 10, 0, max, number, NULL))
    return TRUE;
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "%s of dht: is a number up to %" G_GUINT64_FORMAT ", not “%s”", name, max, text);
  return FALSE;
}

static gboolean
parse_node (YodelDhtUri *self,
            const char  *text,
            GError     **error)
{
  g_autoptr (GSocketConnectable) where = NULL;
  GNetworkAddress *address;

  if (self->n_nodes == YODEL_DHT_MAX_NODES)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "dht: takes %u nodes at most", YODEL_DHT_MAX_NODES);
      return FALSE;
    }
  where = g_network_address_parse (text, YODEL_DHT_DEFAULT_PORT, NULL);
  address = where != NULL ? G_NETWORK_ADDRESS (where) : NULL;
  if (address == NULL || g_network_address_get_port (address) == 0 ||
      g_network_address_get_hostname (address)[0] == '\0' ||
      strlen (g_network_address_get_hostname (address)) > MAX_HOST_BYTES)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "“%s” is no HOST or HOST:PORT of a node", text);
      return FALSE;
    }
  self->hosts[self->n_nodes] = g_strdup (g_network_address_get_hostname (address));
  self->ports[self->n_nodes++] = g_network_address_get_port (address);
  return TRUE;
}

static gboolean
parse_option (YodelDhtUri *self,
              const char  *name,
              const char  *value,
              GError     **error)
{
  guint64 number;

  if (g_str_equal (name, "port"))
    {
      if (!parse_number (name, value, G_MAXUINT16, &number, error))
        return FALSE;
      self->own_port = (guint16) number;
      return TRUE;
    }
  if (g_str_equal (name, "network"))
    {
      if (!parse_number (name, value, G_MAXUINT32, &number, error))
        return FALSE;
      self->network = (guint32) number;
      return TRUE;
    }
  if (g_str_equal (name, "traffic") && (g_str_equal (value, "low") || g_str_equal (value, "normal")))
    {
      self->is_low_traffic = g_str_equal (value, "low");
      return TRUE;
    }
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "dht: takes port=, network= and traffic=low, not “%s=%s”", name, value);
  return FALSE;
}

static gboolean
parse_options (YodelDhtUri *self,
               const char  *query,
               GError     **error)
{
  GUriParamsIter iter;
  GError *malformed = NULL;
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_NONE);
  while (g_uri_params_iter_next (&iter, &name, &value, &malformed))
    {
      if (!parse_option (self, name, value, error))
        return FALSE;
      g_clear_pointer (&name, g_free);
      g_clear_pointer (&value, g_free);
    }
  if (malformed == NULL)
    return TRUE;
  g_clear_error (&malformed);
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "“%s” are no options of dht:", query);
  return FALSE;
}

static gboolean
parse (YodelDhtUri *self,
       const char  *uri,
       GError     **error)
{
  const char *text = uri + strlen ("dht:");
  const char *query = strchr (text, '?');
  g_autofree char *nodes = query != NULL ? g_strndup (text, (gsize) (query - text)) : g_strdup (text);
  g_auto (GStrv) list = g_strsplit (nodes, ",", YODEL_DHT_MAX_NODES + 1);

  for (guint i = 0; list[i] != NULL; i++)
    if (!parse_node (self, list[i], error))
      return FALSE;
  return query == NULL || parse_options (self, query + 1, error);
}

/* Returns: FALSE, and @self cleared, on %YODEL_ERROR_KEY */
gboolean
yodel_dht_uri_parse (YodelDhtUri *self,
                     const char  *uri,
                     GError     **error)
{
  memset (self, 0, sizeof *self);
  self->network = YODEL_DHT_DEFAULT_NETWORK;
  if (!g_str_has_prefix (uri, "dht:") || !g_utf8_validate (uri, -1, NULL))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, "a URI of the hash table begins with dht:");
      return FALSE;
    }
  if (parse (self, uri, error))
    return TRUE;
  yodel_dht_uri_clear (self);
  return FALSE;
}

void
yodel_dht_uri_clear (YodelDhtUri *self)
{
  for (guint i = 0; i < self->n_nodes; i++)
    g_clear_pointer (&self->hosts[i], g_free);
  self->n_nodes = 0;
}
