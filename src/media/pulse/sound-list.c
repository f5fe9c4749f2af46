#define G_LOG_DOMAIN "yodel-media"

#include "media/pulse/pulse-module.h"

#include <pulse/pulseaudio.h>

/* A server that takes longer does not answer at all. */
#define PATIENCE_US (2 * G_USEC_PER_SEC)

typedef struct
{
  pa_mainloop *mainloop;
  pa_context  *pulse;
  GPtrArray   *devices;      /* (element-type YodelSoundDevice) */
  char        *default_sink;
  char        *default_source;
} List;

static void
device_free (gpointer data)
{
  YodelSoundDevice *device = data;

  g_free (device->name);
  g_free (device->description);
  g_free (device);
}

static void
add (List       *list,
     const char *name,
     const char *description,
     gboolean    is_source)
{
  YodelSoundDevice *device = g_new0 (YodelSoundDevice, 1);

  device->name = g_strdup (name);
  device->description = g_strdup (description != NULL ? description : name);
  device->is_source = is_source;
  device->is_default = g_strcmp0 (name, is_source ? list->default_source : list->default_sink) == 0;
  g_ptr_array_add (list->devices, device);
}

static void
on_server (pa_context           *pulse,
           const pa_server_info *info,
           void                 *data)
{
  List *list = data;

  if (info == NULL)
    return;
  list->default_sink = g_strdup (info->default_sink_name);
  list->default_source = g_strdup (info->default_source_name);
}

static void
on_sink (pa_context         *pulse,
         const pa_sink_info *info,
         int                 end,
         void               *data)
{
  if (end == 0 && info != NULL)
    add (data, info->name, info->description, FALSE);
}

/* What a loudspeaker plays is no microphone. */
static void
on_source (pa_context           *pulse,
           const pa_source_info *info,
           int                   end,
           void                 *data)
{
  if (end == 0 && info != NULL && info->monitor_of_sink == PA_INVALID_INDEX)
    add (data, info->name, info->description, TRUE);
}

/* Returns: FALSE when it is too late */
static gboolean
turn (List   *list,
      gint64  deadline_us)
{
  gint64 left_us = deadline_us - g_get_monotonic_time ();

  return left_us > 0 && pa_mainloop_prepare (list->mainloop, (int) left_us) >= 0 &&
         pa_mainloop_poll (list->mainloop) >= 0 && pa_mainloop_dispatch (list->mainloop) >= 0;
}

/* @operation: (transfer full) (nullable) */
static gboolean
finish (List         *list,
        pa_operation *operation,
        gint64        deadline_us)
{
  gboolean good;

  if (operation == NULL)
    return FALSE;
  while (pa_operation_get_state (operation) == PA_OPERATION_RUNNING && turn (list, deadline_us))
    continue;
  good = pa_operation_get_state (operation) == PA_OPERATION_DONE;
  pa_operation_unref (operation);
  return good;
}

static gboolean
ask (List *list)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  if (pa_context_connect (list->pulse, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
    return FALSE;
  while (pa_context_get_state (list->pulse) != PA_CONTEXT_READY)
    if (!PA_CONTEXT_IS_GOOD (pa_context_get_state (list->pulse)) || !turn (list, deadline_us))
      return FALSE;

  return finish (list, pa_context_get_server_info (list->pulse, on_server, list), deadline_us) &&
         finish (list, pa_context_get_source_info_list (list->pulse, on_source, list), deadline_us) &&
         finish (list, pa_context_get_sink_info_list (list->pulse, on_sink, list), deadline_us);
}

/* Asks the server, on a connection of its own.  Thread: any. */
GPtrArray *
yodel_sound_list (char **problem)
{
  List list = { .mainloop = pa_mainloop_new () };
  gboolean good;

  list.pulse = pa_context_new (pa_mainloop_get_api (list.mainloop), "Yodel");
  list.devices = g_ptr_array_new_with_free_func (device_free);
  good = ask (&list);
  if (!good)
    *problem = g_strdup (pa_strerror (pa_context_errno (list.pulse)));

  pa_context_disconnect (list.pulse);
  pa_context_unref (list.pulse);
  pa_mainloop_free (list.mainloop);
  g_free (list.default_sink);
  g_free (list.default_source);
  if (!good)
    g_clear_pointer (&list.devices, g_ptr_array_unref);
  return list.devices;
}
