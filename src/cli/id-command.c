#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <yodel/yodel-identity.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"
#include "cli/passphrase.h"
#include "cli/profile.h"

/* Writes the identity where it was, or elsewhere, with a passphrase or without. */
static gboolean
protect (YodelIdentity  *identity,
         const char     *path,
         GError        **error)
{
  YodelPassphrase passphrase;
  gboolean saved;

  if (!yodel_passphrase_ask (&passphrase, _("New passphrase: "), error))
    return FALSE;
  saved = yodel_identity_save_protected (identity, path, passphrase.text, error);
  yodel_passphrase_clear (&passphrase);
  return saved;
}

/* Takes the identity of a backup; one that is there already is not overwritten. */
static gboolean
restore (const char  *backup,
         const char  *path,
         GError     **error)
{
  g_autoptr (YodelIdentity) identity = NULL;
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_STATE, _("%s is there already; move it away first"), path);
      return FALSE;
    }
  if (!g_file_test (backup, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY, _("there is no %s"), backup);
      return FALSE;
    }
  identity = yodel_profile_load_identity (backup, error);
  if (identity == NULL)
    return FALSE;
  g_mkdir_with_parents (folder, 0700);
  return yodel_identity_is_protected (backup) ? protect (identity, path, error) : yodel_identity_save (identity, path, error);
}

static void
print_profile (const char *name,
               const char *path,
               gboolean    json)
{
  g_autofree char *text = NULL;
  YodelJsonLine line;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  if (!json)
    {
      g_print ("%s\n", name);
      return;
    }
  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "profile", name);
  yodel_json_line_add_string (&line, "file", path);
  text = yodel_json_line_end (&line);
  g_print ("%s\n", text);
}

/* The profiles that have an identity, the usual one first. */
static void
print_profiles (gboolean json)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "yodel", "profiles", NULL);
  g_autofree char *usual = yodel_profile_get_path (NULL, "identity");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  print_profile ("-", usual, json);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = yodel_profile_get_path (name, "identity");

      print_profile (name, path, json);
    }
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
  g_autofree char *path = NULL, *profile = NULL, *backup = NULL, *from = NULL;
  gboolean json = FALSE, do_protect = FALSE, do_unprotect = FALSE, list = FALSE;
  const GOptionEntry entries[] = {
    { "identity", 0, 0, G_OPTION_ARG_FILENAME, &path, N_("The file of the key"), N_("FILE") },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &profile, N_("Be this one of several identities"), N_("NAME") },
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, N_("List the profiles; - is the usual one"), NULL },
    { "protect", 0, 0, G_OPTION_ARG_NONE, &do_protect, N_("Ask for a passphrase and need it from now on"), NULL },
    { "unprotect", 0, 0, G_OPTION_ARG_NONE, &do_unprotect, N_("Need no passphrase any more"), NULL },
    { "backup", 0, 0, G_OPTION_ARG_FILENAME, &backup, N_("Save a copy, protected by a passphrase"), N_("FILE") },
    { "restore", 0, 0, G_OPTION_ARG_FILENAME, &from, N_("Be who that copy is"), N_("FILE") },
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

  if (list)
    {
      print_profiles (json);
      return YODEL_EXIT_OK;
    }
  if (path == NULL)
    path = yodel_profile_get_path (profile, "identity");
  if (from == NULL || restore (from, path, &error))
    identity = yodel_profile_load_identity (path, &error);
  if (identity == NULL || (do_protect && !protect (identity, path, &error)) ||
      (do_unprotect && !yodel_identity_save (identity, path, &error)) || (backup != NULL && !protect (identity, backup, &error)))
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
