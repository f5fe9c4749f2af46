#define G_LOG_DOMAIN "yodel-media"

#include "media/gst/gst-api.h"

#include <pthread.h>

#include "module/load-module.h"

static const YodelGstApi *
load (GError **error)
{
  gpointer entry = yodel_module_load ("libyodel-media-gst.so", YODEL_GST_ENTRY, YODEL_ERROR_MEDIA,
                                      "media files and cameras", error);

  return entry != NULL ? ((YodelGstEntry) (gsize) entry) (error) : NULL;
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
