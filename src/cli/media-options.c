#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/media-options.h"

#include <glib/gi18n.h>
#include <string.h>
#include <yodel/yodel-media.h>

/* For people: what is used where nothing was asked for. */
static const char * const fallback_notes[2][2] = {
  { N_("There is no loudspeaker: the sound is thrown away (--audio-sink chooses)."),
    N_("There is no microphone: the test sound is sent (--audio-source chooses).") },
  { N_("There is no display: the picture is thrown away (--video-sink chooses)."),
    N_("There is no camera: the test picture is sent (--video-source chooses).") },
};

static gboolean
is_stdin (const char *spec)
{
  return g_strcmp0 (spec, "pcm:-") == 0 || g_strcmp0 (spec, "y4m:-") == 0;
}

/* Returns: whether media comes from standard input, behind the description */
gboolean
yodel_cli_media_uses_stdin (const YodelCliOptions *options)
{
  return is_stdin (options->sources[YODEL_MEDIA_AUDIO]) || is_stdin (options->sources[YODEL_MEDIA_VIDEO]);
}

/* A sound server may have no device at all; then something else is better than silence. */
static gboolean
has_default (YodelMediaKind  kind,
             const char     *device_kind)
{
  g_autoptr (GVariant) devices = kind == YODEL_MEDIA_AUDIO ? yodel_media_list_devices (NULL) : NULL;

  if (kind != YODEL_MEDIA_AUDIO)
    return TRUE;
  for (gsize i = 0; devices != NULL && i < g_variant_n_children (devices); i++)
    {
      g_autoptr (GVariant) device = g_variant_get_child_value (devices, i);
      const char *found = "";

      g_variant_lookup (device, "kind", "&s", &found);
      if (g_str_equal (found, device_kind))
        return TRUE;
    }
  return FALSE;
}

/* Sets a microphone's switches; other sources have none. */
static void
switch_processing (const YodelCliOptions *options,
                   YodelSource           *source)
{
  static const char * const names[] = { "echo-cancellation", "noise-suppression", "gain-control", "high-pass" };
  static const char * const levels[] = { "low", "moderate", "high" };
  const char *echo = options->processing[YODEL_CLI_ECHO_CANCELLATION];

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (source), names[0]) == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (options->processing[i] != NULL)
      g_object_set (source, names[i], strcmp (options->processing[i], "off") != 0, NULL);
  for (guint level = 0; echo != NULL && level < G_N_ELEMENTS (levels); level++)
    if (strcmp (echo, levels[level]) == 0)
      g_object_set (source, "echo-suppression", level, NULL);
}

YodelSource *
yodel_cli_media_open_source (const YodelCliOptions  *options,
                             YodelMediaKind          kind,
                             const char             *spec,
                             GError                **error)
{
  YodelSource *source = yodel_media_source_new (kind, spec, error);

  if (source != NULL)
    switch_processing (options, source);
  return source;
}

static YodelSource *
open_source (const YodelCliOptions  *options,
             YodelMediaKind          kind,
             const char             *spec,
             GError                **error)
{
  YodelSource *source = NULL;

  if (spec != NULL)
    return yodel_cli_media_open_source (options, kind, spec, error);

  if (has_default (kind, "microphone"))
    source = yodel_cli_media_open_source (options, kind, "default", NULL);
  if (source != NULL)
    return source;
  g_printerr ("%s\n", _(fallback_notes[kind][1]));
  return yodel_media_source_new (kind, "test", error);
}

static YodelSink *
open_sink (YodelMediaKind   kind,
           const char      *spec,
           GError         **error)
{
  YodelSink *sink = NULL;

  if (spec != NULL)
    return yodel_media_sink_new (kind, spec, error);

  if (has_default (kind, "loudspeaker"))
    sink = yodel_media_sink_new (kind, "default", NULL);
  if (sink != NULL)
    return sink;
  g_printerr ("%s\n", _(fallback_notes[kind][0]));
  return yodel_media_sink_new (kind, "none", error);
}

/* Opens what is not open yet.  @stdin_is_free: %FALSE leaves out what comes from standard input, as long as the
 * description is still to be read there */
gboolean
yodel_cli_media_open (YodelCliMedia          *self,
                      const YodelCliOptions  *options,
                      gboolean                stdin_is_free,
                      GError                **error)
{
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    {
      const char *source = options->sources[kind];

      if (options->without[kind])
        continue;

      if (self->sources[kind] == NULL && (stdin_is_free || !is_stdin (source)))
        {
          self->sources[kind] = open_source (options, kind, source, error);
          if (self->sources[kind] == NULL)
            return FALSE;
        }
      if (self->sinks[kind] == NULL)
        {
          self->sinks[kind] = open_sink (kind, options->sinks[kind], error);
          if (self->sinks[kind] == NULL)
            return FALSE;
        }
    }

  if (options->snapshot != NULL && self->snapshot == NULL && self->sinks[YODEL_MEDIA_VIDEO] != NULL)
    self->snapshot = yodel_snapshot_sink_new (self->sinks[YODEL_MEDIA_VIDEO]);
  return TRUE;
}

/* Returns: whether that medium is sent at all */
gboolean
yodel_cli_media_sends (const YodelCliOptions *options,
                       YodelMediaKind         kind)
{
  return g_strcmp0 (options->sources[kind], "none") != 0;
}

/* Returns: (transfer none) (nullable): the sink for the track */
YodelSink *
yodel_cli_media_get_sink (YodelCliMedia  *self,
                          YodelMediaKind  kind)
{
  return kind == YODEL_MEDIA_VIDEO && self->snapshot != NULL ? YODEL_SINK (self->snapshot) : self->sinks[kind];
}

void
yodel_cli_media_clear (YodelCliMedia *self)
{
  g_clear_object (&self->snapshot);
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    {
      g_clear_object (&self->sources[kind]);
      g_clear_object (&self->sinks[kind]);
    }
}
