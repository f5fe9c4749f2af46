#define G_LOG_DOMAIN "yodel-dht"

#include "dht/dht-cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

static gboolean
take (YodelDhtCache *self,
      const char    *path)
{
  g_autofree char *name = g_strconcat (path, ".lock", NULL);
  const int lock = g_open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (lock < 0)
    return FALSE;
  if (flock (lock, LOCK_EX | LOCK_NB) != 0)
    {
      close (lock);
      return FALSE;
    }
  self->lock = lock;
  self->path = g_strdup (path);
  return TRUE;
}

/* The first that nobody has.  Those of a few nodes at a time are thus the ones that are used again. */
void
yodel_dht_cache_take (YodelDhtCache *self,
                      guint32        network)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "yodel", NULL);

  self->path = NULL;
  self->lock = -1;
  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; i < YODEL_DHT_MAX_CACHES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/dht-%u-%u", folder, network, i);

      if (take (self, path))
        return;
    }
}

void
yodel_dht_cache_clear (YodelDhtCache *self)
{
  if (self->lock >= 0)
    close (self->lock);
  self->lock = -1;
  g_clear_pointer (&self->path, g_free);
}
