/* A URI of the hash table, which a contact or a link may name: what is taken is bounded, and what is
 * refused leaves nothing behind. */
#include <string.h>

#include <glib.h>

#include "dht/dht-uri.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  YodelDhtUri uri;

  if (!yodel_dht_uri_parse (&uri, text, &error))
    {
      g_assert_nonnull (error);
      g_assert_cmpuint (uri.n_nodes, ==, 0);
      return 0;
    }
  g_assert_cmpuint (uri.n_nodes, <=, YODEL_DHT_MAX_NODES);
  for (guint i = 0; i < uri.n_nodes; i++)
    {
      g_assert_cmpuint (strlen (uri.hosts[i]), <=, 253);
      g_assert_cmpuint (uri.ports[i], !=, 0);
    }
  yodel_dht_uri_clear (&uri);
  return 0;
}
