#define G_LOG_DOMAIN "yodel-rendezvous"

#include "rendezvous/source-table.h"

static void
source_free (gpointer data)
{
  YodelSource *source = data;

  g_free (source->name);
  g_free (source);
}

void
yodel_source_table_init (YodelSourceTable *self,
                         guint             max_clients,
                         guint             source_rate,
                         guint             total_rate,
                         guint             burst_s)
{
  *self = (YodelSourceTable) {
    .sources = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, source_free),
    .max_clients = max_clients,
    .source_rate = MAX (source_rate, 1),
    .total_rate = MAX (total_rate, 1),
    .burst_s = burst_s,
  };
}

void
yodel_source_table_clear (YodelSourceTable *self)
{
  g_clear_pointer (&self->sources, g_hash_table_unref);
}

gboolean
yodel_source_table_take (YodelSourceTable *self,
                         YodelSource      *source,
                         guint             n,
                         gint64            now_us)
{
  gint64 burst_us = self->burst_s * G_USEC_PER_SEC;
  gint64 before_us = source->bucket.spent_until_us;

  if (!yodel_token_bucket_take (&source->bucket, n * G_USEC_PER_SEC / self->source_rate, burst_us, now_us))
    return FALSE;
  if (yodel_token_bucket_take (&self->bucket, n * G_USEC_PER_SEC / self->total_rate, burst_us, now_us))
    return TRUE;
  source->bucket.spent_until_us = before_us;
  return FALSE;
}

gboolean
yodel_source_table_has_room_for (YodelSourceTable *self,
                                 const char       *name,
                                 gint64            now_us)
{
  YodelSource *source = g_hash_table_lookup (self->sources, name);
  YodelTokenBucket trial;

  if (source == NULL)
    return TRUE;
  trial = source->bucket;
  return source->n_clients < self->max_clients &&
         yodel_token_bucket_take (&trial, G_USEC_PER_SEC / self->source_rate, self->burst_s * G_USEC_PER_SEC, now_us);
}

YodelSource *
yodel_source_table_enter (YodelSourceTable *self,
                          const char       *name,
                          gint64            now_us)
{
  YodelSource *source = g_hash_table_lookup (self->sources, name);

  if (source == NULL)
    {
      source = g_new0 (YodelSource, 1);
      source->name = g_strdup (name);
      source->hash = g_str_hash (name);
      g_hash_table_insert (self->sources, source->name, source);
    }
  if (source->n_clients >= self->max_clients || !yodel_source_table_take (self, source, 1, now_us))
    return NULL;
  source->n_clients++;
  return source;
}

void
yodel_source_table_leave (YodelSourceTable *self,
                          YodelSource      *source)
{
  g_assert (source->n_clients > 0);
  source->n_clients--;
}

void
yodel_source_table_sweep (YodelSourceTable *self,
                          gint64            now_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      YodelSource *source = value;

      if (source->n_clients == 0 && yodel_token_bucket_is_full (&source->bucket, now_us))
        g_hash_table_iter_remove (&iter);
    }
}
