/* A hash table in the hands of somebody who means ill: as if all nodes near a key were his, he has each value that is put, and
 * decides what is found there.  He stands in for dht_runner_put(): the program that has him is to be linked with
 * -export-dynamic. */
#pragma once

#include <opendht/opendht_c.h>

#include "lib/hostile.h"

/* @runner: (transfer none): a node of his own */
void  evil_table_open         (dht_runner *runner,
                               guint32     seed);

/* What he does from now on. */
void  evil_table_set_deeds    (Deeds       deeds,
                               double      share);

/* Where else values may go astray. */
void  evil_table_add_key      (const guint8 key[HASH_LEN]);

/* Puts what he likes. */
void  evil_table_put          (const guint8 key[HASH_LEN],
                               GBytes      *value);

/* All that was ever put, again.  Returns: how many values @key has more */
guint evil_table_replay_all   (const guint8 key[HASH_LEN]);

guint evil_table_get_n_values (void);

guint evil_table_get_n_deeds  (void);

/* When what is late has been put. */
void  evil_table_close        (void);
