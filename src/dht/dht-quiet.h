/* A node of the hash table that takes part without serving others, for where traffic is dear.  OpenDHT's C interface has no such
 * mode; its protocol has, and its C++ interface lets us in. */
#pragma once

#include <glib.h>
#include <opendht/opendht_c.h>

G_BEGIN_DECLS

typedef struct _YodelDhtQuietSocket YodelDhtQuietSocket;

/* In place of dht_runner_run_config().
 * Returns: (nullable) (transfer none): NULL where the port cannot be opened; else it lives as long as @runner does */
YodelDhtQuietSocket *yodel_dht_run_quietly     (dht_runner              *runner,
                                                guint16                  port,
                                                const dht_runner_config *config,
                                                gboolean                 with_ipv6);

/* Says something that nobody hears to the nodes that tell us what comes: a NAT in between is to remember us. */
void                 yodel_dht_quiet_keep_open (YodelDhtQuietSocket     *self);

G_END_DECLS
