#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <yodel/yodel-media.h>

#include "cli/demo.h"

/* Where Debian's pocketsphinx-testdata and opencv-doc put a reading and a clip taken by hand. */
#define SPEECH_FOLDER "/usr/share/pocketsphinx/test/data/librivox"
#define CLIP          "/usr/share/doc/opencv-doc/opencv4/html/box.mp4"

/* The readings together are under a minute: far below. */
#define MAX_SPEECH_BYTES (32u * 1024u * 1024u)

static guint32
get_u32 (const char *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static void
put_u32 (char    *at,
         guint32  value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

/* Finds a chunk of a RIFF file.  Returns: (nullable): its header; all of it is there */
static const char *
find_chunk (const char *file,
            gsize       size,
            const char  name[4])
{
  gsize at = 12;

  if (size < 12 || memcmp (file, "RIFF", 4) != 0)
    return NULL;
  while (size - at >= 8)
    {
      gsize bytes = get_u32 (file + at + 4);

      if (bytes > size - at - 8)
        return NULL;
      if (memcmp (file + at, name, 4) == 0)
        return file + at;
      at += MIN (8 + bytes + (bytes & 1), size - at);
    }
  return NULL;
}

/* Adds the samples of a reading to the file @speech; all have to be of one format. */
static void
append_reading (GByteArray *speech,
                const char *path)
{
  g_autofree char *file = NULL;
  const char *format;
  const char *data;
  gsize size;

  if (!g_file_get_contents (path, &file, &size, NULL))
    return;
  format = find_chunk (file, size, "fmt ");
  data = find_chunk (file, size, "data");
  if (format == NULL || data == NULL || get_u32 (format + 4) != 16 ||
      speech->len + get_u32 (data + 4) > MAX_SPEECH_BYTES)
    return;

  if (speech->len == 0)
    {
      g_byte_array_append (speech, (const guint8 *) "RIFF\0\0\0\0WAVE", 12);
      g_byte_array_append (speech, (const guint8 *) format, 24);
      g_byte_array_append (speech, (const guint8 *) "data\0\0\0\0", 8);
    }
  else if (memcmp (speech->data + 12, format, 24) != 0)
    {
      return;
    }
  g_byte_array_append (speech, (const guint8 *) data + 8, get_u32 (data + 4));
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char * const *) a, *(char * const *) b);
}

/* Puts the readings, one after the other, into a file of @folder.  Returns: (transfer full) (nullable): its path */
static char *
make_speech (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (SPEECH_FOLDER, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GByteArray) speech = g_byte_array_new ();
  g_autofree char *path = g_build_filename (folder, "speech.wav", NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_suffix (name, ".wav"))
      g_ptr_array_add (names, g_build_filename (SPEECH_FOLDER, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    append_reading (speech, names->pdata[i]);
  if (speech->len == 0)
    return NULL;

  put_u32 ((char *) speech->data + 4, speech->len - 8);
  put_u32 ((char *) speech->data + 40, speech->len - 44);
  return g_file_set_contents (path, (const char *) speech->data, speech->len, NULL) ? g_steal_pointer (&path) : NULL;
}

/* Debian packs what lies in a package's documentation.  Returns: (transfer full) (nullable): the path of the clip */
static char *
make_clip (const char *folder)
{
  g_autoptr (GFile) packed = g_file_new_for_path (CLIP ".gz");
  g_autofree char *path = g_build_filename (folder, "clip.mp4", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GConverter) unpacker = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GFileInputStream) input = NULL;
  g_autoptr (GInputStream) unpacked = NULL;
  g_autoptr (GFileOutputStream) output = NULL;

  if (g_file_test (CLIP, G_FILE_TEST_EXISTS))
    return g_strdup (CLIP);

  input = g_file_read (packed, NULL, NULL);
  if (input == NULL)
    return NULL;
  unpacked = g_converter_input_stream_new (G_INPUT_STREAM (input), unpacker);
  output = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL);
  if (output == NULL ||
      g_output_stream_splice (G_OUTPUT_STREAM (output), unpacked, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL) < 0)
    return NULL;
  return g_steal_pointer (&path);
}

static gboolean
has (const char     *path,
     YodelMediaKind  kind)
{
  g_autoptr (YodelSource) source = path != NULL ? yodel_media_source_new (kind, path, NULL) : NULL;

  return source != NULL;
}

static void
find_default (YodelDemoMedia *self,
              const char     *folder)
{
  g_autofree char *speech = make_speech (folder);
  g_autofree char *clip = make_clip (folder);
  gboolean has_speech = has (speech, YODEL_MEDIA_AUDIO);
  gboolean has_clip = has (clip, YODEL_MEDIA_VIDEO);

  self->sound = g_strdup (has_speech ? speech : "test");
  self->picture = g_strdup (has_clip ? clip : "test");
  self->description = g_strdup_printf ("%s, %s", has_speech ? _("recorded speech") : _("the test sound"),
                                       has_clip ? _("a clip taken by hand") : _("the test picture"));
}

/* @path: (nullable): of the file that was asked for; @folder: for what is made */
gboolean
yodel_demo_media_find (YodelDemoMedia  *self,
                       const char      *path,
                       const char      *folder,
                       GError         **error)
{
  g_autoptr (GError) sound_error = NULL;
  g_autoptr (YodelSource) sound = NULL;
  g_autoptr (YodelSource) picture = NULL;

  if (path == NULL)
    {
      find_default (self, folder);
      return TRUE;
    }

  sound = yodel_media_source_new (YODEL_MEDIA_AUDIO, path, &sound_error);
  picture = yodel_media_source_new (YODEL_MEDIA_VIDEO, path, NULL);
  if (sound == NULL && picture == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&sound_error));
      return FALSE;
    }
  self->sound = g_strdup (sound != NULL ? path : "test");
  self->picture = g_strdup (picture != NULL ? path : "test");
  self->description = g_path_get_basename (path);
  return TRUE;
}

void
yodel_demo_media_clear (YodelDemoMedia *self)
{
  g_clear_pointer (&self->sound, g_free);
  g_clear_pointer (&self->picture, g_free);
  g_clear_pointer (&self->description, g_free);
}
