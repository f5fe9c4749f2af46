/* What a `dht:` URI says: `dht:[HOST[:PORT][,HOST[:PORT]]…][?port=N&network=N&traffic=low]`. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_DHT_DEFAULT_PORT    4222
#define YODEL_DHT_DEFAULT_NETWORK 0x79646c31   /* ydl1: ours, beside others who use the same software */
#define YODEL_DHT_MAX_NODES       8

typedef struct
{
  char    *hosts[YODEL_DHT_MAX_NODES];     /* (owned) nodes to join the table by */
  guint16  ports[YODEL_DHT_MAX_NODES];
  guint    n_nodes;
  guint16  own_port;                       /* 0: any */
  guint32  network;
  gboolean is_low_traffic;
} YodelDhtUri;

gboolean yodel_dht_uri_parse (YodelDhtUri  *self,
                              const char   *uri,
                              GError      **error);

void     yodel_dht_uri_clear (YodelDhtUri  *self);

G_END_DECLS
