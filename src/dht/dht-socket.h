/* The UDP socket of a node of the hash table, between the system and OpenDHT: what comes is looked at first (dht-guard.h), and a node
 * that takes part without serving others, for where traffic is dear, says so.  OpenDHT's C interface has no place for either; its C++
 * interface has. */
#pragma once

#include <glib.h>
#include <opendht/opendht_c.h>

G_BEGIN_DECLS

typedef struct _YodelDhtSocket YodelDhtSocket;

/* In place of dht_runner_run_config().
 * @is_quiet: serves nobody
 * Returns: (nullable) (transfer none): NULL where the port cannot be opened; else it lives as long as @runner does */
YodelDhtSocket *yodel_dht_socket_run       (dht_runner              *runner,
                                            guint16                  port,
                                            const dht_runner_config *config,
                                            gboolean                 with_ipv6,
                                            gboolean                 is_quiet);

/* Says something that nobody hears to the nodes that tell us what comes: a NAT in between is to remember us. */
void            yodel_dht_socket_keep_open (YodelDhtSocket          *self);

G_END_DECLS
