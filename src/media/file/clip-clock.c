#define G_LOG_DOMAIN "yodel-media"

#include "media/file/clip-clock.h"

#include <pthread.h>

/* Thread: any; `clocks` and all in it are guarded by `lock`. */
struct _YodelClipClock
{
  char   *name;            /* (owned) */
  guint   references;
  guint   running;
  gint64  base_us;         /* when position 0 was, monotonic clock; as long as one runs */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *clocks;   /* (owned) (nullable): name -> clock */

/* Returns: (transfer full): the clock of that clip; the same one for all who name it */
YodelClipClock *
yodel_clip_clock_get (const char *name)
{
  YodelClipClock *self;

  pthread_mutex_lock (&lock);
  if (clocks == NULL)
    clocks = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (clocks, name);
  if (self == NULL)
    {
      self = g_new0 (YodelClipClock, 1);
      self->name = g_strdup (name);
      g_hash_table_insert (clocks, self->name, self);
    }
  self->references++;
  pthread_mutex_unlock (&lock);

  return self;
}

void
yodel_clip_clock_unref (YodelClipClock *self)
{
  pthread_mutex_lock (&lock);
  if (--self->references == 0)
    {
      g_hash_table_remove (clocks, self->name);
      g_free (self->name);
      g_free (self);
      if (g_hash_table_size (clocks) == 0)
        g_clear_pointer (&clocks, g_hash_table_unref);
    }
  pthread_mutex_unlock (&lock);
}

/* Begins to run, from @position_us if no other does.  Returns: when position 0 is or was */
gint64
yodel_clip_clock_join (YodelClipClock *self,
                       gint64          position_us,
                       gint64          now_us)
{
  gint64 base_us;

  pthread_mutex_lock (&lock);
  if (self->running++ == 0)
    self->base_us = now_us - position_us;
  base_us = self->base_us;
  pthread_mutex_unlock (&lock);

  return base_us;
}

void
yodel_clip_clock_leave (YodelClipClock *self)
{
  pthread_mutex_lock (&lock);
  g_assert (self->running > 0);
  self->running--;
  pthread_mutex_unlock (&lock);
}
