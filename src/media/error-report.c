#define G_LOG_DOMAIN "yodel-media"

#include "media/error-report.h"

#include <yodel/yodel-error.h>

/* Made and attached on the object's thread; another one only makes it ready. */
typedef struct
{
  GSource     source;
  GWeakRef    object;
  GParamSpec *pspec;      /* (borrowed) */
} ErrorSource;

static gboolean
dispatch (GSource     *source,
          GSourceFunc  callback,
          gpointer     user_data)
{
  ErrorSource *self = (ErrorSource *) source;
  g_autoptr (GObject) object = g_weak_ref_get (&self->object);

  g_source_set_ready_time (source, -1);       /* first: the next one may come meanwhile */
  if (object != NULL)
    g_object_notify_by_pspec (object, self->pspec);
  return G_SOURCE_CONTINUE;
}

static void
finalize (GSource *source)
{
  g_weak_ref_clear (&((ErrorSource *) source)->object);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch, .finalize = finalize };

/* @pspec: the property of @object that is notified when there is an error */
void
yodel_error_report_init (YodelErrorReport *self,
                         GObject          *object,
                         GParamSpec       *pspec)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  ErrorSource *source = (ErrorSource *) g_source_new (&source_funcs, sizeof (ErrorSource));

  g_weak_ref_init (&source->object, object);
  source->pspec = pspec;
  pthread_mutex_init (&self->lock, NULL);
  self->error = NULL;
  self->source = &source->source;
  g_source_attach (self->source, context);
}

void
yodel_error_report_clear (YodelErrorReport *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_clear_error (&self->error);
  pthread_mutex_destroy (&self->lock);
}

/* One that a source or sink goes on after gives way to the next, unless that says the same. */
static gboolean
gives_way (const GError *before,
           const GError *error)
{
  return before == NULL ||
         (g_error_matches (before, YODEL_ERROR, YODEL_ERROR_CLOSED) && !g_str_equal (before->message, error->message));
}

/* Keeps @error (owned), and tells of it, if it is the first, or the one before was no end.  Thread: any. */
void
yodel_error_report_take (YodelErrorReport *self,
                         GError           *error)
{
  GError *useless = error;

  pthread_mutex_lock (&self->lock);
  if (gives_way (self->error, error))
    {
      useless = self->error;
      self->error = error;
    }
  pthread_mutex_unlock (&self->lock);

  if (useless != error)
    g_source_set_ready_time (self->source, 0);
  g_clear_error (&useless);
}

/* Returns: (transfer full) (nullable): the error so far */
GError *
yodel_error_report_copy (YodelErrorReport *self)
{
  GError *copy = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->error != NULL)
    copy = g_error_copy (self->error);
  pthread_mutex_unlock (&self->lock);

  return copy;
}
