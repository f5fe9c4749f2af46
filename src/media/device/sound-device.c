#define G_LOG_DOMAIN "yodel-media"

#include "media/device/sound-device.h"

#include "audio/audio-processor.h"
#include "media/pulse/pulse-api.h"
#include "media/sink-base.h"
#include "media/source-base.h"

#define YODEL_TYPE_SOUND_SOURCE (yodel_sound_source_get_type ())
G_DECLARE_FINAL_TYPE (YodelSoundSource, yodel_sound_source, YODEL, SOUND_SOURCE, YodelSourceBase)

#define YODEL_TYPE_SOUND_SINK (yodel_sound_sink_get_type ())
G_DECLARE_FINAL_TYPE (YodelSoundSink, yodel_sound_sink, YODEL, SOUND_SINK, YodelSinkBase)

struct _YodelSoundSource
{
  YodelSourceBase      parent_instance;

  const YodelPulseApi *api;           /* (borrowed) */
  YodelSoundStream    *stream;        /* (owned) (nullable) */
  gboolean             stereo;
  guint                processing;    /* YodelProcessing */
  char                *device;        /* (owned) (nullable) */
};

struct _YodelSoundSink
{
  YodelSinkBase        parent_instance;

  const YodelPulseApi *api;           /* (borrowed) */
  YodelSoundStream    *stream;        /* (owned) (nullable) */
  char                *device;        /* (owned) (nullable) */
};

static void sink_iface_init (YodelSinkInterface *iface);

G_DEFINE_FINAL_TYPE (YodelSoundSource, yodel_sound_source, YODEL_TYPE_SOURCE_BASE)
G_DEFINE_FINAL_TYPE_WITH_CODE (YodelSoundSink, yodel_sound_sink, YODEL_TYPE_SINK_BASE,
                               G_IMPLEMENT_INTERFACE (YODEL_TYPE_SINK, sink_iface_init))

enum
{
  PROP_ECHO_CANCELLATION = 1,
  PROP_NOISE_SUPPRESSION,
  PROP_GAIN_CONTROL,
  PROP_HIGH_PASS,
  PROP_ECHO_SUPPRESSION,
  PROP_SOURCE_DEVICE,
  N_PROPERTIES
};

enum
{
  PROP_SINK_DEVICE = 1,
};

static GParamSpec *properties[N_PROPERTIES];

static const guint processing_of[PROP_ECHO_SUPPRESSION] = {
  [PROP_ECHO_CANCELLATION] = YODEL_PROCESSING_ECHO_CANCELLATION,
  [PROP_NOISE_SUPPRESSION] = YODEL_PROCESSING_NOISE_SUPPRESSION,
  [PROP_GAIN_CONTROL] = YODEL_PROCESSING_GAIN_CONTROL,
  [PROP_HIGH_PASS] = YODEL_PROCESSING_HIGH_PASS,
};

/* By level: how much of the echo that cancellation leaves is suppressed. */
static const guint suppression_of[] = { 0, YODEL_PROCESSING_SUPPRESS_MORE, YODEL_PROCESSING_SUPPRESS_MOST };

static int
get_suppression (guint processing)
{
  for (int level = G_N_ELEMENTS (suppression_of) - 1; level > 0; level--)
    if (processing & suppression_of[level])
      return level;
  return 0;
}

static guint
with_suppression (guint processing,
                  int   level)
{
  return (processing & ~(guint) (YODEL_PROCESSING_SUPPRESS_MORE | YODEL_PROCESSING_SUPPRESS_MOST)) | suppression_of[level];
}

/* Returns: whether it is another one */
static gboolean
change_device (char       **device,
               const char  *name)
{
  if (g_strcmp0 (*device, name) == 0)
    return FALSE;
  g_free (*device);
  *device = g_strdup (name);
  return TRUE;
}

static void
on_sound (gpointer      user_data,
          const gint16 *samples,
          gsize         n_samples,
          guint         channels,
          gint64        captured_us)
{
  yodel_source_base_push_audio (user_data, samples, n_samples, channels, captured_us);
}

static void
on_source_notice (gpointer    user_data,
                  const char *text)
{
  yodel_source_base_fail (user_data, g_error_new_literal (YODEL_ERROR, YODEL_ERROR_CLOSED, text));
}

static void
on_sink_notice (gpointer    user_data,
                const char *text)
{
  yodel_sink_base_fail (user_data, g_error_new_literal (YODEL_ERROR, YODEL_ERROR_CLOSED, text));
}

static void
yodel_sound_source_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  YodelSoundSource *self = YODEL_SOUND_SOURCE (object);

  switch (id)
    {
    case PROP_ECHO_CANCELLATION:
    case PROP_NOISE_SUPPRESSION:
    case PROP_GAIN_CONTROL:
    case PROP_HIGH_PASS:        g_value_set_boolean (value, (self->processing & processing_of[id]) != 0); break;
    case PROP_ECHO_SUPPRESSION: g_value_set_int (value, get_suppression (self->processing)); break;
    case PROP_SOURCE_DEVICE:    g_value_set_string (value, self->device); break;
    default:                    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
yodel_sound_source_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  YodelSoundSource *self = YODEL_SOUND_SOURCE (object);

  switch (id)
    {
    case PROP_ECHO_CANCELLATION:
    case PROP_NOISE_SUPPRESSION:
    case PROP_GAIN_CONTROL:
    case PROP_HIGH_PASS:
      self->processing = (self->processing & ~processing_of[id]) | (g_value_get_boolean (value) ? processing_of[id] : 0);
      break;
    case PROP_ECHO_SUPPRESSION:
      self->processing = with_suppression (self->processing, g_value_get_int (value));
      break;
    case PROP_SOURCE_DEVICE:
      if (change_device (&self->device, g_value_get_string (value)) && self->stream != NULL)
        self->api->stream_set_device (self->stream, self->device);
      return;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (self->stream != NULL)
    self->api->stream_set_processing (self->stream, self->processing);
}

static void
yodel_sound_source_dispose (GObject *object)
{
  YodelSoundSource *self = YODEL_SOUND_SOURCE (object);

  if (self->stream != NULL)
    self->api->stream_free (g_steal_pointer (&self->stream));

  g_clear_pointer (&self->device, g_free);

  G_OBJECT_CLASS (yodel_sound_source_parent_class)->dispose (object);
}

static void
yodel_sound_source_starting (YodelSourceBase *base,
                             YodelTrack      *track)
{
  YodelSoundSource *self = YODEL_SOUND_SOURCE (base);
  gboolean stereo = yodel_track_get_stereo (track);

  if (self->stream == NULL || self->stereo == stereo)
    return;
  self->stereo = stereo;
  self->api->stream_set_stereo (self->stream, stereo);
}

static void
yodel_sound_source_class_init (YodelSoundSourceClass *klass)
{
  static const char * const names[PROP_ECHO_SUPPRESSION] = {
    [PROP_ECHO_CANCELLATION] = "echo-cancellation",
    [PROP_NOISE_SUPPRESSION] = "noise-suppression",
    [PROP_GAIN_CONTROL] = "gain-control",
    [PROP_HIGH_PASS] = "high-pass",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  YODEL_SOURCE_BASE_CLASS (klass)->starting = yodel_sound_source_starting;
  object_class->get_property = yodel_sound_source_get_property;
  object_class->set_property = yodel_sound_source_set_property;
  object_class->dispose = yodel_sound_source_dispose;

  for (guint id = 1; id < PROP_ECHO_SUPPRESSION; id++)
    properties[id] = g_param_spec_boolean (names[id], NULL, NULL, TRUE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_ECHO_SUPPRESSION] = g_param_spec_int ("echo-suppression", NULL, NULL, 0, G_N_ELEMENTS (suppression_of) - 1, 0,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SOURCE_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
yodel_sound_source_init (YodelSoundSource *self)
{
  self->processing = YODEL_PROCESSING_ALL;
}

static void
play (YodelSink    *sink,
      const gint16 *samples,
      gsize         n_samples,
      guint         channels)
{
  YodelSoundSink *self = YODEL_SOUND_SINK (sink);

  if (self->stream != NULL && self->api->stream_push (self->stream, samples, n_samples, channels))
    yodel_sink_base_count_written (YODEL_SINK_BASE (self));
  else
    yodel_sink_base_count_dropped (YODEL_SINK_BASE (self));
}

static void
yodel_sound_sink_write_audio (YodelSink    *sink,
                              const gint16 *samples,
                              gsize         n_samples,
                              gint64        time_us)
{
  play (sink, samples, n_samples, 1);
}

static void
yodel_sound_sink_write_stereo (YodelSink    *sink,
                               const gint16 *samples,
                               gsize         n_samples,
                               gint64        time_us)
{
  play (sink, samples, n_samples, 2);
}

static void
yodel_sound_sink_finish (YodelSink *sink)
{
  YodelSoundSink *self = YODEL_SOUND_SINK (sink);

  if (self->stream != NULL)
    self->api->stream_free (g_steal_pointer (&self->stream));
}

static void
sink_iface_init (YodelSinkInterface *iface)
{
  iface->write_audio = yodel_sound_sink_write_audio;
  iface->write_stereo = yodel_sound_sink_write_stereo;
  iface->finish = yodel_sound_sink_finish;
}

static void
yodel_sound_sink_get_property (GObject    *object,
                               guint       id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (id == PROP_SINK_DEVICE)
    g_value_set_string (value, YODEL_SOUND_SINK (object)->device);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
yodel_sound_sink_set_property (GObject      *object,
                               guint         id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  YodelSoundSink *self = YODEL_SOUND_SINK (object);

  if (id != PROP_SINK_DEVICE)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (change_device (&self->device, g_value_get_string (value)) && self->stream != NULL)
    self->api->stream_set_device (self->stream, self->device);
}

static void
yodel_sound_sink_dispose (GObject *object)
{
  yodel_sound_sink_finish (YODEL_SINK (object));
  g_clear_pointer (&YODEL_SOUND_SINK (object)->device, g_free);

  G_OBJECT_CLASS (yodel_sound_sink_parent_class)->dispose (object);
}

static void
yodel_sound_sink_class_init (YodelSoundSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = yodel_sound_sink_get_property;
  object_class->set_property = yodel_sound_sink_set_property;
  object_class->dispose = yodel_sound_sink_dispose;
  g_object_class_install_property (object_class, PROP_SINK_DEVICE,
                                   g_param_spec_string ("device", NULL, NULL, NULL,
                                                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
yodel_sound_sink_init (YodelSoundSink *self)
{
}

/* @name: (nullable): NULL for the default one, whichever it is at the time */
YodelSource *
yodel_sound_source_new (const char  *name,
                        GError     **error)
{
  static const YodelSoundEvents events = { on_sound, on_source_notice };
  const YodelPulseApi *api = yodel_pulse_load (error);
  YodelSoundSource *self;

  if (api == NULL)
    return NULL;

  self = g_object_new (YODEL_TYPE_SOUND_SOURCE, NULL);
  self->api = api;
  self->device = g_strdup (name);
  self->stream = api->stream_new (TRUE, name, self->processing, &events, self);
  return YODEL_SOURCE (self);
}

/* @name: (nullable): NULL for the default one, whichever it is at the time */
YodelSink *
yodel_sound_sink_new (const char  *name,
                      GError     **error)
{
  static const YodelSoundEvents events = { NULL, on_sink_notice };
  const YodelPulseApi *api = yodel_pulse_load (error);
  YodelSoundSink *self;

  if (api == NULL)
    return NULL;

  self = g_object_new (YODEL_TYPE_SOUND_SINK, NULL);
  self->api = api;
  self->device = g_strdup (name);
  self->stream = api->stream_new (FALSE, name, 0, &events, self);
  return YODEL_SINK (self);
}
