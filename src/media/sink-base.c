#define G_LOG_DOMAIN "yodel-media"

#include "media/sink-base.h"

#include "media/error-report.h"

typedef struct
{
  gint              written;     /* atomic, as the next: 10 ms of sound or one picture */
  gint              dropped;
  YodelErrorReport  report;
} YodelSinkBasePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (YodelSinkBase, yodel_sink_base, G_TYPE_OBJECT)

enum
{
  PROP_ERROR = 1,
  PROP_WRITTEN,
  PROP_DROPPED,
  N_PROPERTIES
};

static GParamSpec *properties[N_PROPERTIES];

#define PRIV(self) ((YodelSinkBasePrivate *) yodel_sink_base_get_instance_private (self))

static void
yodel_sink_base_get_property (GObject    *object,
                              guint       id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  YodelSinkBasePrivate *priv = PRIV (YODEL_SINK_BASE (object));

  switch (id)
    {
    case PROP_ERROR:
      g_value_take_boxed (value, yodel_error_report_copy (&priv->report));
      break;
    case PROP_WRITTEN:
      g_value_set_uint (value, (guint) g_atomic_int_get (&priv->written));
      break;
    case PROP_DROPPED:
      g_value_set_uint (value, (guint) g_atomic_int_get (&priv->dropped));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yodel_sink_base_finalize (GObject *object)
{
  yodel_error_report_clear (&PRIV (YODEL_SINK_BASE (object))->report);

  G_OBJECT_CLASS (yodel_sink_base_parent_class)->finalize (object);
}

static void
yodel_sink_base_class_init (YodelSinkBaseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = yodel_sink_base_get_property;
  object_class->finalize = yodel_sink_base_finalize;

  /**
   * YodelSinkBase:error:
   *
   * The first thing that went wrong after the sink was made; %NULL while all is well.
   * %YODEL_ERROR_CLOSED: the reader of a pipe has gone. %YODEL_ERROR_MEDIA: anything else, for
   * example a full disk. What was written before is kept. Its notification comes in the main
   * context that was the thread's default when it was made.
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);

  /**
   * YodelSinkBase:written:
   *
   * Pieces written so far: 10 ms of sound or one picture each.
   */
  properties[PROP_WRITTEN] = g_param_spec_uint ("written", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * YodelSinkBase:dropped:
   *
   * Pieces lost because they could not be written, or not in time.
   */
  properties[PROP_DROPPED] = g_param_spec_uint ("dropped", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
yodel_sink_base_init (YodelSinkBase *self)
{
  yodel_error_report_init (&PRIV (self)->report, G_OBJECT (self), properties[PROP_ERROR]);
}

void
yodel_sink_base_count_written (YodelSinkBase *self)
{
  g_atomic_int_inc (&PRIV (self)->written);
}

void
yodel_sink_base_count_dropped (YodelSinkBase *self)
{
  g_atomic_int_inc (&PRIV (self)->dropped);
}

/* Reports @error (owned).  Thread: any. */
void
yodel_sink_base_fail (YodelSinkBase *self,
                      GError        *error)
{
  yodel_error_report_take (&PRIV (self)->report, error);
}
