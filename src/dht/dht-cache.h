/* Where the nodes that a node has met outlast the process.  The library keeps the number of the node in
 * the same file, and two nodes of one number do not see each other: so each that runs has a file to itself. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_DHT_MAX_CACHES 64   /* nodes of one user that remember; others begin anew */

typedef struct
{
  char *path;    /* (owned) (nullable) NULL where nothing is remembered */
  int   lock;    /* a file descriptor that holds it; -1 where there is none */
} YodelDhtCache;

void yodel_dht_cache_take  (YodelDhtCache *self,
                            guint32        network);

void yodel_dht_cache_clear (YodelDhtCache *self);

G_END_DECLS
