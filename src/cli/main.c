#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exit-status.h"

typedef struct
{
  const char  *name;
  int        (*run) (int argc, char **argv);
  const char  *summary;         /* NULL: it is not for people */
} Command;

static const Command commands[] = {
  { "call",   yodel_call_command,   N_("place a call") },
  { "answer", yodel_answer_command, N_("take calls") },
  { "id",     yodel_id_command,     N_("show my address") },
  { "serve",  yodel_serve_command,  N_("run a rendezvous, where others find each other") },
  { "contacts", yodel_contacts_command, N_("list and change the people I know") },
  { "invite", yodel_invite_command, N_("make a link that lets its bearer call me") },
  { "history", yodel_history_command, N_("list the calls that were") },
  { "devices", yodel_devices_command, N_("list microphones, loudspeakers and cameras") },
  { "demo",   yodel_demo_command,   N_("place a call between two programs on this machine, and report on it") },
  { "demo-stun", yodel_demo_stun_command, NULL },
};

/* libnice tells the terminal what it finds remarkable, in words for its makers: for them it is there on request. */
static void
keep_for_debugging (const char     *domain,
                    GLogLevelFlags  level,
                    const char     *message,
                    gpointer        user_data)
{
  if (g_getenv ("G_MESSAGES_DEBUG") != NULL)
    g_log_default_handler (domain, level, message, user_data);
}

static void
print_help (void)
{
  g_print ("%s\n", _("Usage: yodel COMMAND [OPTION...] [ADDRESS]"));
  g_print ("\n%s\n\n", _("Calls with voice and video, straight from one to the other."));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (commands[i].summary != NULL)
      g_print ("  %-8s %s\n", commands[i].name, _(commands[i].summary));
  g_print ("\n%s\n", _("An ADDRESS is a contact's name, a yodel: address or invite, or lan:NAME on the local network;"));
  g_print ("%s\n", _("\"manual:\", where the two descriptions of a call are handed over by you, one line each way;"));
  g_print ("%s\n", _("or \"echo:\", a call to yourself: your voice and picture come back a second later."));
  g_print ("%s\n", _("\"yodel COMMAND --help\" tells the options of a command."));
}

int
main (int    argc,
      char **argv)
{
  const char *name = argc > 1 ? argv[1] : "";

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("yodel");
  g_log_writer_default_set_use_stderr (TRUE);      /* standard output carries descriptions */
  g_log_set_handler ("libnice", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO, keep_for_debugging, NULL);

  /* a reader that goes away is an error of its stream, not the end */
  signal (SIGPIPE, SIG_IGN);

  if (strcmp (name, "--version") == 0)
    {
      g_print ("yodel %s\n", PACKAGE_VERSION);
      return YODEL_EXIT_OK;
    }
  if (strcmp (name, "--help") == 0 || strcmp (name, "-h") == 0 || strcmp (name, "help") == 0)
    {
      print_help ();
      return YODEL_EXIT_OK;
    }

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      {
        argv[1] = argv[0];
        return commands[i].run (argc - 1, argv + 1);
      }

  if (name[0] == '\0')
    g_printerr ("yodel: %s\n", _("a command is missing; \"yodel --help\" names them"));
  else
    g_printerr (_("yodel: there is no command \"%s\"; \"yodel --help\" names them\n"), name);
  return YODEL_EXIT_USAGE;
}
