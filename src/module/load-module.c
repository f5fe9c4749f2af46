/* for dladdr() */
#define _GNU_SOURCE
#define G_LOG_DOMAIN "yodel-module"

#include "module/load-module.h"

#include <dlfcn.h>
#include <gmodule.h>
#include <yodel/yodel-error.h>

/* The folder this library lies in; in a build tree modules are beside it. */
static char *
own_folder (void)
{
  Dl_info info;

  if (dladdr ((gpointer) (gsize) yodel_module_load, &info) == 0 || info.dli_fname == NULL)
    return NULL;
  return g_path_get_dirname (info.dli_fname);
}

static GModule *
open_in (const char *folder,
         const char *file)
{
  g_autofree char *path = NULL;

  if (folder == NULL || folder[0] == '\0')
    return NULL;
  path = g_build_filename (folder, file, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_module_open (path, G_MODULE_BIND_LOCAL) : NULL;
}

/* $YODEL_MODULE_PATH, then beside this library, then where it was to be installed. */
static GModule *
find_module (const char *file)
{
  g_auto (GStrv) folders = g_strsplit (g_getenv ("YODEL_MODULE_PATH") != NULL ? g_getenv ("YODEL_MODULE_PATH") : "",
                                       G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *beside = own_folder ();
  GModule *module = NULL;

  for (guint i = 0; folders[i] != NULL && module == NULL; i++)
    module = open_in (folders[i], file);
  if (module == NULL)
    module = open_in (beside, file);
  if (module == NULL)
    module = open_in (MODULEDIR, file);
  return module;
}

/* Loads a module for good.  @code: of the error; @what needs it, for the message.  Returns: (nullable): the address of @entry */
gpointer
yodel_module_load (const char  *file,
                   const char  *entry,
                   YodelError   code,
                   const char  *what,
                   GError     **error)
{
  GModule *module = find_module (file);
  gpointer address;

  if (module == NULL || !g_module_symbol (module, entry, &address))
    {
      const char *reason = g_module_error ();

      g_set_error (error, YODEL_ERROR, (gint) code, "%s need %s, which was not found%s%s", what, file,
                   reason != NULL ? ": " : "", reason != NULL ? reason : "");
      return NULL;
    }

  g_module_make_resident (module);
  return address;
}
