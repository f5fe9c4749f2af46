#define G_LOG_DOMAIN "yodel-media"

#include "media/pulse/pulse-api.h"

#include <pthread.h>

#include "module/load-module.h"

/* Loads the module, once.  Thread: any.  Returns: (transfer none): what it offers */
const YodelPulseApi *
yodel_pulse_load (GError **error)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  static const YodelPulseApi *api;
  const YodelPulseApi *result;

  pthread_mutex_lock (&lock);
  if (api == NULL)
    {
      gpointer entry = yodel_module_load ("libyodel-media-pulse.so", YODEL_PULSE_ENTRY, YODEL_ERROR_MEDIA,
                                          "sound devices", error);

      if (entry != NULL)
        api = ((YodelPulseEntry) (gsize) entry) ();
    }
  result = api;
  pthread_mutex_unlock (&lock);

  return result;
}
