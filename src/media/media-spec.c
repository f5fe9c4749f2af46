#define G_LOG_DOMAIN "yodel-media"

#include "media/media-spec.h"

#include <string.h>

#include <yodel/yodel-error.h>
#include <yodel/yodel-video-frame.h>

/* Takes ",WxH" off the end of the path.  A path may have a comma of its own: what does not look
 * like a size is left alone. */
static gboolean
take_size (YodelMediaSpec  *spec,
           GError         **error)
{
  char *comma = strrchr (spec->path, ',');
  char *end;
  guint64 width;
  guint64 height;

  if (comma == NULL || !g_ascii_isdigit (comma[1]))
    return TRUE;

  width = g_ascii_strtoull (comma + 1, &end, 10);
  if (*end != 'x' || !g_ascii_isdigit (end[1]))
    return TRUE;
  height = g_ascii_strtoull (end + 1, &end, 10);
  if (*end != '\0')
    return TRUE;

  if (width < 1 || width > YODEL_VIDEO_FRAME_MAX_SIDE || height < 1 || height > YODEL_VIDEO_FRAME_MAX_SIDE)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" is not a size from 1x1 to %ux%u",
                   comma + 1, YODEL_VIDEO_FRAME_MAX_SIDE, YODEL_VIDEO_FRAME_MAX_SIDE);
      return FALSE;
    }

  *comma = '\0';
  spec->width = (guint) width;
  spec->height = (guint) height;
  return TRUE;
}

/* Takes ",stereo" off the end of the path. */
static void
take_channels (YodelMediaSpec *spec)
{
  char *comma = strrchr (spec->path, ',');

  spec->channels = 1;
  if (comma == NULL || comma == spec->path || strcmp (comma, ",stereo") != 0)
    return;
  *comma = '\0';
  spec->channels = 2;
}

static YodelSpecType
find_type (const char  *text,
           const char **path)
{
  static const struct
  {
    const char    *prefix;
    YodelSpecType  type;
  } prefixes[] = {
    { "device:", YODEL_SPEC_DEVICE },
    { "pcm:", YODEL_SPEC_PCM },
    { "y4m:", YODEL_SPEC_Y4M },
  };

  *path = NULL;
  if (strcmp (text, "none") == 0)
    return YODEL_SPEC_NONE;
  if (strcmp (text, "test") == 0)
    return YODEL_SPEC_TEST;
  if (strcmp (text, "default") == 0)
    return YODEL_SPEC_DEFAULT;

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (text, prefixes[i].prefix))
      {
        *path = text + strlen (prefixes[i].prefix);
        return prefixes[i].type;
      }

  *path = text;
  return YODEL_SPEC_FILE;
}

/* Fills @spec, which is to be cleared then.  Nothing is opened yet. */
gboolean
yodel_media_spec_parse (YodelMediaSpec  *spec,
                        YodelMediaKind   kind,
                        const char      *text,
                        GError         **error)
{
  g_auto (YodelMediaSpec) result = { 0 };
  const char *path;

  result.type = find_type (text, &path);
  if (kind == YODEL_MEDIA_AUDIO && yodel_call_tone_find (text, &result.tone))
    {
      result.type = YODEL_SPEC_TONE;
      path = NULL;
    }
  result.path = g_strdup (path);

  if (path != NULL && path[0] == '\0')
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" names no file or device", text);
      return FALSE;
    }
  if ((result.type == YODEL_SPEC_PCM && kind == YODEL_MEDIA_VIDEO) ||
      (result.type == YODEL_SPEC_Y4M && kind == YODEL_MEDIA_AUDIO))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" is %s", text,
                   kind == YODEL_MEDIA_VIDEO ? "sound, where a picture is wanted" : "a picture, where sound is wanted");
      return FALSE;
    }
  if (result.type == YODEL_SPEC_Y4M && !take_size (&result, error))
    return FALSE;

  if (result.type == YODEL_SPEC_PCM)
    take_channels (&result);

  *spec = result;
  result = (YodelMediaSpec) { 0 };
  return TRUE;
}

void
yodel_media_spec_clear (YodelMediaSpec *spec)
{
  g_clear_pointer (&spec->path, g_free);
}
