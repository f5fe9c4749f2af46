/* The main of every tests/fuzz/fuzz-NAME when libFuzzer is not there: feeds the target each file
 * of the corpus, each beginning of that file, and the file with bits turned over.  The same bytes
 * on every run.
 *
 * With arguments it replays those files or folders as they are; without, the target's own corpus,
 * $srcdir/tests/fuzz/corpus/NAME. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* A long corpus file gets about so many truncations and so many turned bits, evenly spread. */
#define MAX_VARIANTS 2048

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static guint64 runs;

/* A copy of exactly @size bytes, so that a sanitizer sees the first byte read past the end. */
static void
feed (const guint8 *data,
      gsize         size)
{
  g_autofree guint8 *copy = g_malloc (MAX (size, 1));

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (size > 0 ? copy : copy + 1, size);
  runs++;
}

static void
feed_truncations (const guint8 *data,
                  gsize         size)
{
  gsize step = 1 + size / MAX_VARIANTS;

  for (gsize n = 0; n < size; n += step)
    feed (data, n);
}

static void
feed_bit_flips (guint8 *data,
                gsize   size)
{
  gsize step = 1 + size * 8 / MAX_VARIANTS;

  for (gsize bit = 0; bit < size * 8; bit += step)
    {
      data[bit / 8] ^= 1u << bit % 8;
      feed (data, size);
      data[bit / 8] ^= 1u << bit % 8;
    }
}

/* Fields that count or choose are a byte or two wide: give each byte its extremes. */
static void
feed_extreme_bytes (guint8 *data,
                    gsize   size)
{
  static const guint8 extremes[] = { 0x00, 0x7f, 0x80, 0xff };
  gsize step = 1 + size * G_N_ELEMENTS (extremes) / MAX_VARIANTS;

  for (gsize i = 0; i < size; i += step)
    {
      guint8 kept = data[i];

      for (guint j = 0; j < G_N_ELEMENTS (extremes); j++)
        {
          data[i] = extremes[j];
          feed (data, size);
        }
      data[i] = kept;
    }
}

static gboolean
replay_file (const char *path,
             gboolean    with_variants)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }

  feed ((const guint8 *) contents, size);
  if (with_variants)
    {
      feed_truncations ((const guint8 *) contents, size);
      feed_bit_flips ((guint8 *) contents, size);
      feed_extreme_bytes ((guint8 *) contents, size);
    }
  return TRUE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Returns: how many files were replayed; -1 if the folder or a file could not be read */
static int
replay_folder (const char *folder,
               gboolean    with_variants)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    {
      g_printerr ("%s\n", error->message);
      return -1;
    }

  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      if (!replay_file (path, with_variants))
        return -1;
    }
  return (int) names->len;
}

static gboolean
replay_arguments (char **paths)
{
  for (; *paths != NULL; paths++)
    if (g_file_test (*paths, G_FILE_TEST_IS_DIR) ? replay_folder (*paths, FALSE) < 0
                                                 : !replay_file (*paths, FALSE))
      return FALSE;
  return TRUE;
}

/* libtool runs uninstalled programs as .libs/lt-fuzz-NAME. */
static const char *
target_name (const char *program)
{
  if (g_str_has_prefix (program, "lt-"))
    program += strlen ("lt-");
  if (g_str_has_prefix (program, "fuzz-"))
    program += strlen ("fuzz-");
  return program;
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *program = g_path_get_basename (argv[0]);
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *corpus = g_build_filename (srcdir ? srcdir : ".", "tests", "fuzz", "corpus",
                                              target_name (program), NULL);
  int files;

  if (argc > 1)
    return replay_arguments (argv + 1) ? EXIT_SUCCESS : EXIT_FAILURE;

  files = replay_folder (corpus, TRUE);
  if (files == 0)
    g_printerr ("%s is empty\n", corpus);
  if (files <= 0)
    return EXIT_FAILURE;

  g_print ("%s: %d files, %" G_GUINT64_FORMAT " runs\n", target_name (program), files, runs);
  return EXIT_SUCCESS;
}
