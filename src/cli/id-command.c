#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <yodel/yodel-identity.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"

static char *
default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "yodel", "identity", NULL);
}

static YodelIdentity *
create (const char  *path,
        GError     **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (YodelIdentity) identity = NULL;

  if (g_mkdir_with_parents (folder, 0700) < 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code), "%s: %s", folder, g_strerror (code));
      return NULL;
    }

  identity = yodel_identity_new ();
  if (identity == NULL || !yodel_identity_save (identity, path, error))
    return NULL;
  return g_steal_pointer (&identity);
}

static void
print_json (const char *address,
            const char *path)
{
  g_autofree char *text = NULL;
  YodelJsonLine line;

  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "address", address);
  yodel_json_line_add_string (&line, "file", path);
  text = yodel_json_line_end (&line);
  g_print ("%s\n", text);
}

/* Shows the own address; makes a key the first time. */
int
yodel_id_command (int    argc,
                  char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("id - show my address"));
  g_autoptr (YodelIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "identity", 0, 0, G_OPTION_ARG_FILENAME, &path, N_("The file of the key"), N_("FILE") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Write a line of JSON"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      return YODEL_EXIT_USAGE;
    }
  if (argc > 1)
    {
      g_printerr (_("yodel: \"%s\" is not an option of \"id\"\n"), argv[1]);
      return YODEL_EXIT_USAGE;
    }

  if (path == NULL)
    path = default_path ();
  identity = g_file_test (path, G_FILE_TEST_EXISTS) ? yodel_identity_load (path, &error) : create (path, &error);
  if (identity == NULL)
    {
      g_printerr ("yodel: %s\n", error != NULL ? error->message : _("no key can be made"));
      return YODEL_EXIT_USAGE;
    }

  if (json)
    print_json (yodel_identity_get_address (identity), path);
  else
    g_print ("%s\n", yodel_identity_get_address (identity));
  return YODEL_EXIT_OK;
}
