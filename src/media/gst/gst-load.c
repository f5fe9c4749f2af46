/* for dladdr() */
#define _GNU_SOURCE
#define G_LOG_DOMAIN "yodel-media"

#include "media/gst/gst-api.h"

#include <dlfcn.h>
#include <gmodule.h>
#include <pthread.h>

#define MODULE_FILE "libyodel-media-gst.so"

/* The folder this library lies in; in a build tree the module is beside it. */
static char *
own_folder (void)
{
  Dl_info info;

  if (dladdr ((gpointer) (gsize) yodel_gst_load, &info) == 0 || info.dli_fname == NULL)
    return NULL;
  return g_path_get_dirname (info.dli_fname);
}

static GModule *
open_in (const char *folder)
{
  g_autofree char *path = NULL;

  if (folder == NULL || folder[0] == '\0')
    return NULL;
  path = g_build_filename (folder, MODULE_FILE, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_module_open (path, G_MODULE_BIND_LOCAL) : NULL;
}

/* $YODEL_MODULE_PATH, then beside this library, then where it was to be installed. */
static GModule *
find_module (void)
{
  g_auto (GStrv) folders = g_strsplit (g_getenv ("YODEL_MODULE_PATH") != NULL ? g_getenv ("YODEL_MODULE_PATH") : "",
                                       G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *beside = own_folder ();
  GModule *module = NULL;

  for (guint i = 0; folders[i] != NULL && module == NULL; i++)
    module = open_in (folders[i]);
  if (module == NULL)
    module = open_in (beside);
  if (module == NULL)
    module = open_in (MODULEDIR);
  return module;
}

static const YodelGstApi *
load (GError **error)
{
  GModule *module = find_module ();
  gpointer entry;

  if (module == NULL || !g_module_symbol (module, YODEL_GST_ENTRY, &entry))
    {
      const char *reason = g_module_error ();

      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "media files and devices need %s, which was not found%s%s",
                   MODULE_FILE, reason != NULL ? ": " : "", reason != NULL ? reason : "");
      return NULL;
    }

  g_module_make_resident (module);
  return ((YodelGstEntry) (gsize) entry) (error);
}

/* Loads the module, once.  Thread: any.  Returns: (transfer none): what it offers */
const YodelGstApi *
yodel_gst_load (GError **error)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static const YodelGstApi *api;
  const YodelGstApi *result;

  pthread_mutex_lock (&lock);
  if (api == NULL)
    api = load (error);
  result = api;
  pthread_mutex_unlock (&lock);

  return result;
}
