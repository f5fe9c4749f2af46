/* yodel history: the calls that were. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"
#include "cli/profile.h"

#define MAX_SHOWN 100

static void
print_entry (GVariant *entry,
             gboolean  json)
{
  const char *address = "", *name = NULL, *signaller = NULL;
  gboolean outgoing = FALSE, answered = FALSE;
  gint64 began = 0, talked = 0;
  g_autofree char *text = NULL;
  YodelJsonLine line;

  g_variant_lookup (entry, "address", "&s", &address);
  g_variant_lookup (entry, "name", "&s", &name);
  g_variant_lookup (entry, "signaller", "&s", &signaller);
  g_variant_lookup (entry, "outgoing", "b", &outgoing);
  g_variant_lookup (entry, "answered", "b", &answered);
  g_variant_lookup (entry, "began", "x", &began);
  g_variant_lookup (entry, "talked", "x", &talked);
  if (!json)
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (began);
      g_autofree char *when = date != NULL ? g_date_time_format (date, "%F %R") : g_strdup ("?");
      const char *kind = outgoing ? (answered ? _("called") : _("not answered")) : (answered ? _("taken") : _("missed"));

      g_print ("%s  %-14s %s %5" G_GINT64_FORMAT " s\n", when, kind, name != NULL ? name : address, talked);
      return;
    }
  yodel_json_line_begin (&line);
  yodel_json_line_add_string (&line, "address", address);
  if (name != NULL)
    yodel_json_line_add_string (&line, "name", name);
  if (signaller != NULL)
    yodel_json_line_add_string (&line, "signaller", signaller);
  yodel_json_line_add_bool (&line, "outgoing", outgoing);
  yodel_json_line_add_bool (&line, "answered", answered);
  yodel_json_line_add_number (&line, "beganAt", (double) began);
  yodel_json_line_add_number (&line, "talked", (double) talked);
  text = yodel_json_line_end (&line);
  g_print ("%s\n", text);
}

static gboolean
print_all (YodelProfile  *profile,
           gboolean       json,
           GError       **error)
{
  g_autoptr (GVariant) list = yodel_history_list (profile->history, MAX_SHOWN, error);

  for (gsize i = 0; list != NULL && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (list, i);

      print_entry (entry, json);
    }
  return list != NULL;
}

int
yodel_history_command (int    argc,
                       char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("history - the calls that were, newest first"));
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_auto (YodelProfile) profile = { 0 };
  gboolean json = FALSE, clear = FALSE;
  const GOptionEntry entries[] = {
    { "clear", 0, 0, G_OPTION_ARG_NONE, &clear, N_("Forget them all"), NULL },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &name, N_("Be this one of several identities"), N_("NAME") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Write lines of JSON"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, &argc, &argv, &error) && yodel_profile_open (&profile, name, &error) &&
      (clear ? yodel_history_clear (profile.history, &error) : print_all (&profile, json, &error)))
    return YODEL_EXIT_OK;
  g_printerr ("yodel: %s\n", error->message);
  return YODEL_EXIT_USAGE;
}
