#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <sys/resource.h>
#include <yodel/yodel-rendezvous.h>

#include "cli/commands.h"
#include "cli/exit-status.h"
#include "cli/json-line.h"

typedef struct
{
  char     *listen;
  char     *certificate;
  char     *key;
  char     *metrics;
  char     *page;
  char    **stun;
  gboolean  no_page;
  gboolean  behind_proxy;
  gboolean  json;
  int       max_clients;
  int       max_per_address;
  int       rate_per_address;
  int       rate;
  int       max_waiting;
} ServeOptions;

static gboolean
parse_options (ServeOptions  *o,
               int            argc,
               char         **argv,
               GError       **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("serve - a meeting place that nobody has to trust"));
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &o->listen, N_("Where to be reached; [::]:8443 if not said"), N_("ADDRESS:PORT") },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &o->certificate, N_("The certificate, as PEM; without, there is no TLS"), N_("FILE") },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &o->key, N_("Its key, if it is in a file of its own"), N_("FILE") },
    { "page", 0, 0, G_OPTION_ARG_FILENAME, &o->page, N_("Another page for guests"), N_("FOLDER") },
    { "no-page", 0, 0, G_OPTION_ARG_NONE, &o->no_page, N_("No page for guests"), NULL },
    { "stun", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->stun, N_("Where guests learn their network address; may be said again"), N_("HOST:PORT") },
    { "metrics", 0, 0, G_OPTION_ARG_STRING, &o->metrics, N_("Where to serve /metrics for Prometheus"), N_("ADDRESS:PORT") },
    { "behind-proxy", 0, 0, G_OPTION_ARG_NONE, &o->behind_proxy, N_("Believe the last address of X-Forwarded-For"), NULL },
    { "max-clients", 0, 0, G_OPTION_ARG_INT, &o->max_clients, N_("How many may be connected"), N_("N") },
    { "max-per-address", 0, 0, G_OPTION_ARG_INT, &o->max_per_address, N_("How many from one IPv4 address or IPv6 /64"), N_("N") },
    { "rate-per-address", 0, 0, G_OPTION_ARG_INT, &o->rate_per_address, N_("Messages a second from one address"), N_("N") },
    { "rate", 0, 0, G_OPTION_ARG_INT, &o->rate, N_("Messages a second of all"), N_("N") },
    { "max-waiting", 0, 0, G_OPTION_ARG_INT, &o->max_waiting, N_("How much may wait for its receivers"), N_("MIB") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &o->json, N_("Write a line of JSON"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, _("\"%s\" is not an option of \"serve\""), argv[1]);
      return FALSE;
    }
  return TRUE;
}

/* Says FALSE only where it was asked for and is wrong. */
static gboolean
set_number (YodelRendezvous  *rendezvous,
            const char       *property,
            int               value,
            GError          **error)
{
  if (value == 0)
    return TRUE;
  if (value < 0 || value > 1000000)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%d is not a number of %s"), value, property);
      return FALSE;
    }
  g_object_set (rendezvous, property, (guint) value, NULL);
  return TRUE;
}

static YodelRendezvous *
new_rendezvous (const ServeOptions  *o,
                GError             **error)
{
  g_autoptr (YodelRendezvous) rendezvous = yodel_rendezvous_new ();
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (o->certificate != NULL)
    {
      certificate = g_tls_certificate_new_from_files (o->certificate, o->key != NULL ? o->key : o->certificate, error);
      if (certificate == NULL)
        return NULL;
    }
  if (o->listen != NULL)
    g_object_set (rendezvous, "listen", o->listen, NULL);
  g_object_set (rendezvous, "certificate", certificate, "metrics", o->metrics, "page", o->page, "stun", o->stun,
                "has-page", !o->no_page, "behind-proxy", o->behind_proxy, NULL);
  if (!set_number (rendezvous, "max-clients", o->max_clients, error) ||
      !set_number (rendezvous, "max-clients-per-address", o->max_per_address, error) ||
      !set_number (rendezvous, "rate-per-address", o->rate_per_address, error) ||
      !set_number (rendezvous, "rate", o->rate, error) ||
      !set_number (rendezvous, "max-waiting", o->max_waiting, error))
    return NULL;
  return g_steal_pointer (&rendezvous);
}

/* Each client is an open file. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static void
tell (YodelRendezvous *rendezvous,
      gboolean         json)
{
  g_autofree char *uri = yodel_rendezvous_dup_uri (rendezvous);

  if (json)
    {
      g_autofree char *text = NULL;
      YodelJsonLine line;

      yodel_json_line_begin (&line);
      yodel_json_line_add_string (&line, "event", "serving");
      yodel_json_line_add_string (&line, "uri", uri);
      text = yodel_json_line_end (&line);
      g_print ("%s\n", text);
    }
  else
    g_print (_("%s is open; Ctrl+C closes it\n"), uri);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
serve_options_clear (ServeOptions *o)
{
  g_free (o->listen);
  g_free (o->certificate);
  g_free (o->key);
  g_free (o->metrics);
  g_free (o->page);
  g_strfreev (o->stun);
}

/* Runs a rendezvous until it is told to end. */
int
yodel_serve_command (int    argc,
                     char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (YodelRendezvous) rendezvous = NULL;
  g_autoptr (GError) error = NULL;
  ServeOptions options = { 0 };
  gboolean json;

  if (parse_options (&options, argc, argv, &error))
    rendezvous = new_rendezvous (&options, &error);
  json = options.json;
  serve_options_clear (&options);
  raise_file_limit ();
  if (rendezvous == NULL || !yodel_rendezvous_start (rendezvous, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      return YODEL_EXIT_USAGE;
    }

  tell (rendezvous, json);
  g_unix_signal_add (SIGINT, on_signal, loop);
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_main_loop_run (loop);
  yodel_rendezvous_stop (rendezvous);
  return YODEL_EXIT_OK;
}
