/* A network in the hands of somebody who means ill, between the nodes of a hash table in this process: he has each datagram
 * that one sends to another. */
#pragma once

#include "lib/hostile.h"

/* Of the datagrams to these ports. */
void  evil_network_open        (guint16 first_port,
                                guint   n_ports,
                                guint32 seed);

/* What he does from now on. */
void  evil_network_set_deeds   (Deeds   deeds,
                                double  share);

guint evil_network_get_n_deeds (void);

/* When what is late has been sent. */
void  evil_network_close       (void);
