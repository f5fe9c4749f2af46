#define G_LOG_DOMAIN "yodel-media"

#include "media/source-base.h"

#include "media/error-report.h"
#include "media/lock.h"

/* Thread: `track` is changed on the track's thread under push_lock, which the source's own
 * thread holds while it pushes: so nothing is pushed once stop() has returned. */
typedef struct
{
  GThread          *thread;      /* (owned) (nullable) */
  pthread_mutex_t   push_lock;
  YodelTrack       *track;       /* (borrowed) (nullable): stop() comes before it goes */

  pthread_mutex_t   lock;        /* of what follows */
  pthread_cond_t    changed;
  gboolean          started;
  guint             starts;
  gboolean          closing;

  YodelErrorReport  report;
} YodelSourceBasePrivate;

static void source_iface_init (YodelSourceInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (YodelSourceBase, yodel_source_base, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (YodelSourceBase)
                                  G_IMPLEMENT_INTERFACE (YODEL_TYPE_SOURCE, source_iface_init))

enum
{
  PROP_ERROR = 1,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

#define PRIV(self) ((YodelSourceBasePrivate *) yodel_source_base_get_instance_private (self))

static void
wake (YodelSourceBase *self)
{
  YodelSourceBaseClass *klass = YODEL_SOURCE_BASE_GET_CLASS (self);

  pthread_cond_broadcast (&PRIV (self)->changed);
  if (klass->wake != NULL)
    klass->wake (self);
}

static void
set_track (YodelSourceBase *self,
           YodelTrack      *track)
{
  YodelSourceBasePrivate *priv = PRIV (self);

  pthread_mutex_lock (&priv->push_lock);
  priv->track = track;
  pthread_mutex_unlock (&priv->push_lock);

  pthread_mutex_lock (&priv->lock);
  priv->started = track != NULL;
  priv->starts += track != NULL;
  wake (self);
  pthread_mutex_unlock (&priv->lock);
}

static void
yodel_source_base_start (YodelSource *source,
                         YodelTrack  *track)
{
  YodelSourceBaseClass *klass = YODEL_SOURCE_BASE_GET_CLASS (source);

  if (klass->starting != NULL)
    klass->starting (YODEL_SOURCE_BASE (source), track);
  set_track (YODEL_SOURCE_BASE (source), track);
}

static void
yodel_source_base_stop (YodelSource *source)
{
  set_track (YODEL_SOURCE_BASE (source), NULL);
}

static gpointer
thread_main (gpointer data)
{
  YodelSourceBase *self = data;

  YODEL_SOURCE_BASE_GET_CLASS (self)->run (self);
  return NULL;
}

static void
yodel_source_base_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  YodelSourceBase *self = YODEL_SOURCE_BASE (object);

  switch (id)
    {
    case PROP_ERROR:
      g_value_take_boxed (value, yodel_error_report_copy (&PRIV (self)->report));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yodel_source_base_dispose (GObject *object)
{
  yodel_source_base_close (YODEL_SOURCE_BASE (object));

  G_OBJECT_CLASS (yodel_source_base_parent_class)->dispose (object);
}

static void
yodel_source_base_finalize (GObject *object)
{
  YodelSourceBasePrivate *priv = PRIV (YODEL_SOURCE_BASE (object));

  yodel_error_report_clear (&priv->report);
  pthread_mutex_destroy (&priv->push_lock);
  pthread_mutex_destroy (&priv->lock);
  pthread_cond_destroy (&priv->changed);

  G_OBJECT_CLASS (yodel_source_base_parent_class)->finalize (object);
}

static void
yodel_source_base_class_init (YodelSourceBaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = yodel_source_base_get_property;
  object_class->dispose = yodel_source_base_dispose;
  object_class->finalize = yodel_source_base_finalize;

  /**
   * YodelSourceBase:error:
   *
   * The first thing that went wrong after the source was made; %NULL while all is well. Its
   * notification comes in the main context that was the thread's default when it was made.
   */
  properties[PROP_ERROR] =
    g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
source_iface_init (YodelSourceInterface *iface)
{
  iface->start = yodel_source_base_start;
  iface->stop = yodel_source_base_stop;
}

static void
yodel_source_base_init (YodelSourceBase *self)
{
  YodelSourceBasePrivate *priv = PRIV (self);

  pthread_mutex_init (&priv->push_lock, NULL);
  pthread_mutex_init (&priv->lock, NULL);
  yodel_cond_init (&priv->changed);
  yodel_error_report_init (&priv->report, G_OBJECT (self), properties[PROP_ERROR]);
}

/* Starts the thread.  To be called once, when the subclass is ready for run(). */
void
yodel_source_base_launch (YodelSourceBase *self,
                          const char      *thread_name)
{
  YodelSourceBasePrivate *priv = PRIV (self);

  g_assert (priv->thread == NULL);
  priv->thread = g_thread_new (thread_name, thread_main, self);
}

/* Ends the thread and waits for it.  A subclass calls this at the head of its dispose(), before
 * it frees what the thread uses. */
void
yodel_source_base_close (YodelSourceBase *self)
{
  YodelSourceBasePrivate *priv = PRIV (self);

  pthread_mutex_lock (&priv->lock);
  priv->closing = TRUE;
  wake (self);
  pthread_mutex_unlock (&priv->lock);

  g_clear_pointer (&priv->thread, g_thread_join);
}

gboolean
yodel_source_base_is_closing (YodelSourceBase *self)
{
  YodelSourceBasePrivate *priv = PRIV (self);
  gboolean closing;

  pthread_mutex_lock (&priv->lock);
  closing = priv->closing;
  pthread_mutex_unlock (&priv->lock);

  return closing;
}

/* Returns: how often it has been started, or 0 while it is stopped */
guint
yodel_source_base_get_starts (YodelSourceBase *self)
{
  YodelSourceBasePrivate *priv = PRIV (self);
  guint starts;

  pthread_mutex_lock (&priv->lock);
  starts = priv->started ? priv->starts : 0;
  pthread_mutex_unlock (&priv->lock);

  return starts;
}

/* Returns: FALSE if the thread shall end instead */
gboolean
yodel_source_base_wait_started (YodelSourceBase *self)
{
  YodelSourceBasePrivate *priv = PRIV (self);
  gboolean closing;

  pthread_mutex_lock (&priv->lock);
  while (!priv->closing && !priv->started)
    pthread_cond_wait (&priv->changed, &priv->lock);
  closing = priv->closing;
  pthread_mutex_unlock (&priv->lock);

  return !closing;
}

/* Waits for a time of the monotonic clock.  Returns: FALSE as soon as the source is stopped or
 * closing */
gboolean
yodel_source_base_wait_until (YodelSourceBase *self,
                              gint64           deadline_us)
{
  YodelSourceBasePrivate *priv = PRIV (self);
  gboolean go_on;

  pthread_mutex_lock (&priv->lock);
  while (!priv->closing && priv->started)
    if (!yodel_cond_wait_until (&priv->changed, &priv->lock, deadline_us))
      break;
  go_on = !priv->closing && priv->started;
  pthread_mutex_unlock (&priv->lock);

  return go_on;
}

/* @n_samples: of each channel.  Returns: FALSE if it is stopped, and nothing was pushed */
gboolean
yodel_source_base_push_audio (YodelSourceBase *self,
                              const gint16    *samples,
                              gsize            n_samples,
                              guint            channels,
                              gint64           captured_us)
{
  YodelSourceBasePrivate *priv = PRIV (self);
  gboolean pushed;

  pthread_mutex_lock (&priv->push_lock);
  pushed = priv->track != NULL;
  if (pushed && channels == 2)
    yodel_track_push_stereo (priv->track, samples, n_samples, captured_us);
  else if (pushed)
    yodel_track_push_audio (priv->track, samples, n_samples, captured_us);
  pthread_mutex_unlock (&priv->push_lock);

  return pushed;
}

/* Returns: FALSE if it is stopped, and nothing was pushed */
gboolean
yodel_source_base_push_video (YodelSourceBase *self,
                              YodelVideoFrame *frame)
{
  YodelSourceBasePrivate *priv = PRIV (self);
  gboolean pushed;

  pthread_mutex_lock (&priv->push_lock);
  pushed = priv->track != NULL;
  if (pushed)
    yodel_track_push_video (priv->track, frame);
  pthread_mutex_unlock (&priv->push_lock);

  return pushed;
}

/* Reports @error (owned).  Thread: any. */
void
yodel_source_base_fail (YodelSourceBase *self,
                        GError          *error)
{
  yodel_error_report_take (&PRIV (self)->report, error);
}
