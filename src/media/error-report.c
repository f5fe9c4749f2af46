#define G_LOG_DOMAIN "yodel-media"

#include "media/error-report.h"

typedef struct
{
  GWeakRef    object;
  GParamSpec *pspec;        /* (borrowed) */
} News;

static gboolean
tell (gpointer data)
{
  News *news = data;
  g_autoptr (GObject) object = g_weak_ref_get (&news->object);

  if (object != NULL)
    g_object_notify_by_pspec (object, news->pspec);
  return G_SOURCE_REMOVE;
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_weak_ref_clear (&news->object);
  g_free (news);
}

void
yodel_error_report_init (YodelErrorReport *self)
{
  g_mutex_init (&self->lock);
  self->error = NULL;
  self->context = g_main_context_ref_thread_default ();
}

void
yodel_error_report_clear (YodelErrorReport *self)
{
  g_mutex_clear (&self->lock);
  g_clear_error (&self->error);
  g_clear_pointer (&self->context, g_main_context_unref);
}

/* Keeps @error (owned) if it is the first, and notifies @pspec of @object.  Thread: any. */
void
yodel_error_report_take (YodelErrorReport *self,
                         GObject          *object,
                         GParamSpec       *pspec,
                         GError           *error)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = self->error == NULL;
  if (first)
    self->error = error;
  g_mutex_unlock (&self->lock);

  if (first)
    {
      News *news = g_new0 (News, 1);
      GSource *source = g_idle_source_new ();

      g_weak_ref_init (&news->object, object);
      news->pspec = pspec;
      g_source_set_priority (source, G_PRIORITY_DEFAULT);
      g_source_set_callback (source, tell, news, news_free);
      g_source_attach (source, self->context);
      g_source_unref (source);
    }
  else
    g_error_free (error);
}

/* Returns: (transfer full) (nullable): the error so far */
GError *
yodel_error_report_copy (YodelErrorReport *self)
{
  GError *copy = NULL;

  g_mutex_lock (&self->lock);
  if (self->error != NULL)
    copy = g_error_copy (self->error);
  g_mutex_unlock (&self->lock);

  return copy;
}
