#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <yodel/yodel-media.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"

static const struct
{
  const char *kind;
  const char *title;
} sections[] = {
  { "microphone",  N_("Microphones (--audio-source=device:NAME)") },
  { "loudspeaker", N_("Loudspeakers (--audio-sink=device:NAME)") },
  { "camera",      N_("Cameras (--video-source=device:NAME)") },
};

typedef struct
{
  const char *kind;             /* (borrowed), as the next */
  const char *name;
  const char *description;
  gboolean    is_default;
} Device;

/* @dictionary: (transfer none): outlives @device */
static void
read_device (Device   *device,
             GVariant *dictionary)
{
  *device = (Device) { "", "", "", FALSE };
  g_variant_lookup (dictionary, "kind", "&s", &device->kind);
  g_variant_lookup (dictionary, "name", "&s", &device->name);
  g_variant_lookup (dictionary, "description", "&s", &device->description);
  g_variant_lookup (dictionary, "default", "b", &device->is_default);
}

static void
print_json (const Device *device)
{
  g_autofree char *text = NULL;
  YodelJsonLine line;

  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "kind", device->kind);
  yodel_json_line_add_string (&line, "name", device->name);
  yodel_json_line_add_string (&line, "description", device->description);
  yodel_json_line_add_bool (&line, "default", device->is_default);
  text = yodel_json_line_end (&line);
  g_print ("%s\n", text);
}

static void
print_section (GVariant *devices,
               guint     section)
{
  gboolean any = FALSE;

  for (gsize i = 0; i < g_variant_n_children (devices); i++)
    {
      g_autoptr (GVariant) dictionary = g_variant_get_child_value (devices, i);
      Device device;

      read_device (&device, dictionary);
      if (!g_str_equal (device.kind, sections[section].kind))
        continue;
      if (!any)
        g_print ("%s\n", _(sections[section].title));
      any = TRUE;
      g_print ("%s %s  %s\n", device.is_default ? " *" : "  ", device.name, device.description);
    }
}

/* Lists what a call can take sound and pictures from, and where it can play. */
int
yodel_devices_command (int    argc,
                       char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("devices - list microphones, loudspeakers and cameras"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) devices = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
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
      g_printerr (_("yodel: \"%s\" is not an option of \"devices\"\n"), argv[1]);
      return YODEL_EXIT_USAGE;
    }

  devices = yodel_media_list_devices (&error);
  if (devices == NULL)
    {
      g_printerr ("yodel: %s\n", error->message);
      return YODEL_EXIT_MEDIA;
    }

  for (gsize i = 0; json && i < g_variant_n_children (devices); i++)
    {
      g_autoptr (GVariant) dictionary = g_variant_get_child_value (devices, i);
      Device device;

      read_device (&device, dictionary);
      print_json (&device);
    }
  for (guint i = 0; !json && i < G_N_ELEMENTS (sections); i++)
    print_section (devices, i);
  return YODEL_EXIT_OK;
}
