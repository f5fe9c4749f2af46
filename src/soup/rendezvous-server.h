/* The sockets of a rendezvous: WebSockets, the page for guests, the figures. */
#pragma once

#include "soup/rendezvous-api.h"

YodelRendezvousServer *yodel_rendezvous_server_start       (const YodelRendezvousConfig  *config,
                                                            GError                      **error);

void                   yodel_rendezvous_server_stop        (YodelRendezvousServer        *self);

guint                  yodel_rendezvous_server_get_port    (YodelRendezvousServer        *self);

char                  *yodel_rendezvous_server_dup_metrics (YodelRendezvousServer        *self);
