#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/media-options.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
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
  static const char * const specs[] = { "pcm:-", "pcm:-,stereo", "y4m:-", NULL };

  return spec != NULL && g_strv_contains (specs, spec);
}

/* Returns: whether media comes from standard input, behind the description */
gboolean
yodel_cli_media_uses_stdin (const YodelCliOptions *options)
{
  return is_stdin (options->sources[YODEL_MEDIA_AUDIO]) || is_stdin (options->sources[YODEL_MEDIA_VIDEO]);
}

/* Returns: (transfer none): the path in a source or sink; "-" for standard input and output */
static const char *
path_of (const char *spec)
{
  return g_str_has_prefix (spec, "pcm:") || g_str_has_prefix (spec, "y4m:") ? spec + 4 : spec;
}

static gboolean
is_pipe (const char *spec)
{
  struct stat status;

  return spec != NULL && path_of (spec) != spec &&
         (strcmp (path_of (spec), "-") == 0 || (stat (path_of (spec), &status) == 0 && S_ISFIFO (status.st_mode)));
}

/* Returns: whether there is a program at the other end of a pipe, who can follow one call at a time */
gboolean
yodel_cli_media_is_for_one (const YodelCliOptions *options)
{
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    if (is_pipe (options->sources[kind]) || is_pipe (options->sinks[kind]))
      return TRUE;
  return FALSE;
}

/* Returns: whether a person speaks and hears, who can follow one call at a time */
gboolean
yodel_cli_media_uses_device (const YodelCliOptions *options)
{
  const char *specs[] = { options->sources[YODEL_MEDIA_AUDIO], options->sinks[YODEL_MEDIA_AUDIO] };

  for (guint i = 0; i < G_N_ELEMENTS (specs) && !options->without[YODEL_MEDIA_AUDIO]; i++)
    if (specs[i] == NULL || strcmp (specs[i], "default") == 0 || g_str_has_prefix (specs[i], "device:"))
      return TRUE;
  return FALSE;
}

/* What the call of that number writes in place of the first one's: "her.wav" becomes "her-2.wav".
 * Returns: (transfer full): @spec itself where it names no file, or one that is none to fill, such as /dev/null */
char *
yodel_cli_media_number_path (const char *spec,
                             guint       number)
{
  const char *path = path_of (spec), *comma = g_str_has_prefix (spec, "y4m:") ? strrchr (path, ',') : NULL;
  gsize size = comma != NULL ? (gsize) (comma - path) : strlen (path);
  g_autofree char *file = g_strndup (path, size);
  const char *dot = strrchr (file, '.'), *slash = strrchr (file, '/');
  struct stat status;

  if (number < 2 || strcmp (file, "-") == 0 || (stat (file, &status) == 0 && !S_ISREG (status.st_mode)) ||
      (path == spec && (dot == NULL || strchr (spec, ':') != NULL)))
    return g_strdup (spec);
  if (dot == NULL || (slash != NULL && dot < slash))
    dot = file + size;
  return g_strdup_printf ("%.*s%.*s-%u%s%s", (int) (path - spec), spec, (int) (dot - file), file, number, dot,
                          comma != NULL ? comma : "");
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
           guint            number,
           GError         **error)
{
  YodelSink *sink = NULL;

  if (spec != NULL)
    {
      g_autofree char *numbered = yodel_cli_media_number_path (spec, number);

      return yodel_media_sink_new (kind, numbered, error);
    }

  if (has_default (kind, "loudspeaker"))
    sink = yodel_media_sink_new (kind, "default", NULL);
  if (sink != NULL)
    return sink;
  g_printerr ("%s\n", _(fallback_notes[kind][0]));
  return yodel_media_sink_new (kind, "none", error);
}

/* Opens what is not open yet of one kind.  @stdin_is_free: %FALSE leaves out what comes from standard input, as
 * long as the description is still to be read there */
gboolean
yodel_cli_media_open_kind (YodelCliMedia          *self,
                           const YodelCliOptions  *options,
                           YodelMediaKind          kind,
                           gboolean                stdin_is_free,
                           GError                **error)
{
  const char *source = options->sources[kind];

  if (self->sources[kind] == NULL && (stdin_is_free || !is_stdin (source)))
    {
      self->sources[kind] = open_source (options, kind, source, error);
      if (self->sources[kind] == NULL)
        return FALSE;
    }
  if (self->sinks[kind] == NULL)
    {
      self->sinks[kind] = open_sink (kind, options->sinks[kind], self->number, error);
      if (self->sinks[kind] == NULL)
        return FALSE;
    }
  if (kind == YODEL_MEDIA_VIDEO && options->snapshot != NULL && self->snapshot == NULL)
    self->snapshot = yodel_snapshot_sink_new (self->sinks[kind]);
  return TRUE;
}

/* The same of all that the call is to have. */
gboolean
yodel_cli_media_open (YodelCliMedia          *self,
                      const YodelCliOptions  *options,
                      gboolean                stdin_is_free,
                      GError                **error)
{
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    if (!options->without[kind] && !yodel_cli_media_open_kind (self, options, kind, stdin_is_free, error))
      return FALSE;
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
