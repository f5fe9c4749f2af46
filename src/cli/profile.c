#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/profile.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cli/passphrase.h"

char *
yodel_profile_get_path (const char *name,
                        const char *file)
{
  if (name == NULL)
    return g_build_filename (g_get_user_data_dir (), "yodel", file, NULL);
  return g_build_filename (g_get_user_data_dir (), "yodel", "profiles", name, file, NULL);
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

YodelIdentity *
yodel_profile_load_identity (const char  *path,
                             GError     **error)
{
  YodelPassphrase passphrase;
  YodelIdentity *identity;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return create (path, error);
  if (!yodel_identity_is_protected (path))
    return yodel_identity_load (path, error);
  if (!yodel_passphrase_ask (&passphrase, _("Passphrase: "), error))
    return NULL;
  identity = yodel_identity_load_protected (path, passphrase.text, error);
  yodel_passphrase_clear (&passphrase);
  return identity;
}

/* A name of a profile is a name of a folder, and no way out of it. */
static gboolean
is_name (const char *name)
{
  return *name != '\0' && *name != '.' && strchr (name, '/') == NULL && strlen (name) <= 64;
}

gboolean
yodel_profile_open (YodelProfile  *self,
                    const char    *name,
                    GError       **error)
{
  g_autofree char *contacts = NULL, *history = NULL;

  *self = (YodelProfile) { 0 };
  if (name != NULL && !is_name (name))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("\"%s\" cannot be the name of a profile"), name);
      return FALSE;
    }
  contacts = yodel_profile_get_path (name, "contacts.db");
  history = yodel_profile_get_path (name, "history.db");
  self->path = yodel_profile_get_path (name, "identity");
  self->identity = yodel_profile_load_identity (self->path, error);
  if (self->identity == NULL)
    return FALSE;
  self->book = yodel_contact_book_open (contacts, error);
  if (self->book == NULL)
    return FALSE;
  self->history = yodel_history_open (history, error);
  return self->history != NULL;
}

void
yodel_profile_clear (YodelProfile *self)
{
  g_clear_pointer (&self->path, g_free);
  g_clear_object (&self->identity);
  g_clear_object (&self->book);
  g_clear_object (&self->history);
}
