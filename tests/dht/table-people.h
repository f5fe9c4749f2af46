/* People who meet in a hash table on the loopback interface, and the nodes of it that are nobody's. */
#pragma once

#include <opendht/opendht_c.h>

#include "dht/dht-mailbox.h"
#include "lib/people.h"

/* The ports of its nodes follow each other; all but the first join by the first. */
typedef struct
{
  guint16 first_port;
  guint16 network;
} Table;

/* Another table, at free ports: nodes of the one before may not be gone yet. */
void        table_renew         (Table           *self,
                                 guint            n_ports);

/* Returns: (transfer full) */
dht_runner *table_add_node      (const Table     *self,
                                 guint            number);

void        table_join          (const Table     *self,
                                 guint            number,
                                 Person          *person);

gboolean    table_is_reachable  (Person          *person);

/* Where anybody who knows the person's address finds him today. */
void        table_get_open      (Person          *person,
                                 YodelDhtMailbox *mailbox);
