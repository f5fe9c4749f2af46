/* How much comes from where: connections and messages of each source, and of all together. */
#pragma once

#include "rendezvous/token-bucket.h"

G_BEGIN_DECLS

typedef struct
{
  char             *name;        /* (owned) */
  guint             hash;
  guint             n_clients;
  YodelTokenBucket  bucket;
} YodelSource;

typedef struct
{
  GHashTable       *sources;     /* (owned) name -> (owned) YodelSource */
  YodelTokenBucket  bucket;      /* of all */
  guint             max_clients; /* of a source */
  guint             source_rate;
  guint             total_rate;
  guint             burst_s;
} YodelSourceTable;

void         yodel_source_table_init  (YodelSourceTable *self,
                                       guint             max_clients,
                                       guint             source_rate,
                                       guint             total_rate,
                                       guint             burst_s);

void         yodel_source_table_clear (YodelSourceTable *self);

/* Returns: (nullable): the source, with one client more; NULL if it has too many or is too fast */
YodelSource *yodel_source_table_enter (YodelSourceTable *self,
                                       const char       *name,
                                       gint64            now_us);

gboolean     yodel_source_table_has_room_for (YodelSourceTable *self,
                                              const char       *name,
                                              gint64            now_us);

void         yodel_source_table_leave (YodelSourceTable *self,
                                       YodelSource      *source);

/* Returns: FALSE if it is too much just now */
gboolean     yodel_source_table_take  (YodelSourceTable *self,
                                       YodelSource      *source,
                                       guint             n,
                                       gint64            now_us);

/* Forgets the sources that have nobody and owe nothing. */
void         yodel_source_table_sweep (YodelSourceTable *self,
                                       gint64            now_us);

G_END_DECLS
