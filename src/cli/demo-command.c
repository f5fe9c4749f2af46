/* The demonstration: starts the two, hands their descriptions over, shows how they do, and reports. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <signal.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/demo.h"
#include "cli/demo-net.h"
#include "cli/exit-status.h"
#include "cli/status-line.h"

#define DEFAULT_SECONDS 15

/* Longer than a call may take to find that there is no path. */
#define PATIENCE_S 60

#define DRAW_MS 200

typedef struct _Demo Demo;

typedef struct
{
  Demo             *demo;        /* (borrowed) */
  const char       *name;
  YodelDemoStory    story;
  GSubprocess      *process;     /* (owned) (nullable) */
  GOutputStream    *input;       /* (borrowed) */
  GDataInputStream *output;      /* (owned) (nullable) */
  gboolean          is_over;
  int               exit_status;
  char             *log;         /* (owned): what it says on standard error */
} Peer;

struct _Demo
{
  GMainLoop      *loop;          /* (owned) */
  Peer            peers[2];      /* the caller, the answerer */
  YodelDemoNet   *net;           /* (owned) (nullable) */
  YodelDemoMedia  media;
  char           *program;       /* (owned) */
  char           *folder;        /* (owned) of the results */
  char           *scratch;       /* (owned) for what is made and thrown away */
  double          seconds;
  gboolean        on_terminal;
  gboolean        drawn;
  int             signal;
};

static void
say (Demo       *demo,
     const char *text)
{
  g_printerr ("%s\n", text);
  demo->drawn = FALSE;
}

static char *
in_folder (Demo       *demo,
           const char *name)
{
  return g_build_filename (demo->folder, name, NULL);
}

static Peer *
other (Peer *peer)
{
  return peer == &peer->demo->peers[0] ? &peer->demo->peers[1] : &peer->demo->peers[0];
}

static void read_on (Peer *peer);

/* Gives the description of one to the other, and says so. */
static void
hand_over (Peer       *peer,
           const char *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  Peer *to = other (peer);

  if (to->input != NULL)
    g_output_stream_write_all (to->input, text, strlen (text), NULL, NULL, NULL);
  say (peer->demo, peer == &peer->demo->peers[0] ? _("The caller has made its offer; it is handed to the answerer.")
                                                 : _("The answerer has answered; that is handed to the caller."));
}

static void
tell_news (Peer                 *peer,
           const YodelDemoStory *before)
{
  const struct
  {
    double      then_s;
    double      now_s;
    const char *text;
  } news[] = {
    { before->connected_s, peer->story.connected_s, _("is connected") },
    { before->first_sound_s, peer->story.first_sound_s, _("hears the other") },
    { before->first_picture_s, peer->story.first_picture_s, _("sees the other") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (news); i++)
    if (news[i].then_s == 0 && news[i].now_s > 0)
      {
        g_autofree char *text = g_strdup_printf ("%s %s.", peer->name, news[i].text);

        say (peer->demo, text);
      }
}

static void
on_output (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Peer *peer = data;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  YodelDemoStory before = peer->story;

  if (line == NULL)
    return;
  if (!yodel_demo_story_read (&peer->story, line))
    hand_over (peer, line);
  tell_news (peer, &before);
  read_on (peer);
}

static void
read_on (Peer *peer)
{
  g_data_input_stream_read_line_async (peer->output, G_PRIORITY_DEFAULT, NULL, on_output, peer);
}

static void
on_peer_exit (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Peer *peer = data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  peer->is_over = TRUE;
  peer->exit_status = g_subprocess_get_if_exited (peer->process) ? g_subprocess_get_exit_status (peer->process) : -1;
  peer->input = NULL;

  /* without one there is no call: the other ends too */
  if (!other (peer)->is_over && other (peer)->process != NULL && peer->exit_status != 0)
    g_subprocess_send_signal (other (peer)->process, SIGTERM);
  if (other (peer)->is_over)
    g_main_loop_quit (peer->demo->loop);
}

/* A machine without a network has itself. */
static gboolean
has_network (void)
{
  struct ifaddrs *addresses = NULL;
  gboolean found = FALSE;

  if (getifaddrs (&addresses) < 0)
    return TRUE;
  for (struct ifaddrs *i = addresses; i != NULL; i = i->ifa_next)
    found = found || (i->ifa_addr != NULL && (i->ifa_flags & IFF_UP) != 0 && (i->ifa_flags & IFF_LOOPBACK) == 0 &&
                      (i->ifa_addr->sa_family == AF_INET || i->ifa_addr->sa_family == AF_INET6));
  freeifaddrs (addresses);
  return found;
}

static void
add_option (GPtrArray  *argv,
            const char *option,
            const char *value)
{
  g_ptr_array_add (argv, g_strconcat (option, "=", value, NULL));
}

static GPtrArray *
make_argv (Demo     *demo,
           gboolean  is_caller)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *recording = in_folder (demo, "received.webm");
  g_autofree char *snapshot = in_folder (demo, "received.png");
  g_autofree char *stats = in_folder (demo, is_caller ? "caller.stats.jsonl" : "answerer.stats.jsonl");
  g_autofree char *seconds = g_strdup_printf ("%d", (int) demo->seconds);

  if (demo->net != NULL)
    yodel_demo_net_enter (demo->net, is_caller, argv);
  g_ptr_array_add (argv, g_strdup (demo->program));
  g_ptr_array_add (argv, g_strdup (is_caller ? "call" : "answer"));
  g_ptr_array_add (argv, g_strdup ("manual:"));
  add_option (argv, "--events", "-");
  g_ptr_array_add (argv, g_strdup ("--progress"));
  add_option (argv, "--stats", stats);
  add_option (argv, "--audio-source", is_caller ? demo->media.sound : "test");
  add_option (argv, "--video-source", is_caller ? demo->media.picture : "test");
  add_option (argv, "--audio-sink", is_caller ? "none" : recording);
  add_option (argv, "--video-sink", is_caller ? "none" : recording);
  if (is_caller)
    add_option (argv, "--duration", seconds);
  else
    add_option (argv, "--snapshot", snapshot);
  if (demo->net != NULL)
    add_option (argv, "--stun", yodel_demo_net_get_stun (demo->net));
  else if (!has_network ())
    add_option (argv, "--bind", "127.0.0.1");
  g_ptr_array_add (argv, NULL);
  return argv;
}

static gboolean
start_peer (Demo     *demo,
            gboolean  is_caller,
            GError  **error)
{
  Peer *peer = &demo->peers[is_caller ? 0 : 1];
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) argv = make_argv (demo, is_caller);

  peer->demo = demo;
  peer->name = is_caller ? _("The caller") : _("The answerer");
  peer->log = in_folder (demo, is_caller ? "caller.log" : "answerer.log");
  g_subprocess_launcher_set_stderr_file_path (launcher, peer->log);
  peer->process = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv->pdata, error);
  if (peer->process == NULL)
    return FALSE;

  peer->input = g_subprocess_get_stdin_pipe (peer->process);
  peer->output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (peer->process));
  read_on (peer);
  g_subprocess_wait_async (peer->process, NULL, on_peer_exit, peer);
  return TRUE;
}

static gboolean
on_draw (gpointer data)
{
  Demo *demo = data;

  if (demo->peers[0].story.connected_s == 0 || demo->peers[0].is_over)
    return G_SOURCE_CONTINUE;
  yodel_demo_progress_print (&demo->peers[0].story, &demo->peers[1].story, demo->drawn);
  demo->drawn = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
end_peers (Demo *demo,
           int   number)
{
  for (guint i = 0; i < G_N_ELEMENTS (demo->peers); i++)
    if (demo->peers[i].process != NULL && !demo->peers[i].is_over)
      g_subprocess_send_signal (demo->peers[i].process, number);
}

static gboolean
on_impatience (gpointer data)
{
  end_peers (data, SIGKILL);
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal (gpointer data)
{
  Demo *demo = data;

  end_peers (demo, demo->signal == 0 ? SIGINT : SIGKILL);
  demo->signal = SIGINT;
  return G_SOURCE_CONTINUE;
}

static gboolean
run (Demo    *demo,
     GError **error)
{
  guint draw = demo->on_terminal ? g_timeout_add (DRAW_MS, on_draw, demo) : 0;
  guint guard = g_timeout_add_seconds ((guint) demo->seconds + PATIENCE_S, on_impatience, demo);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, demo);
  guint terminate = g_unix_signal_add (SIGTERM, on_signal, demo);
  gboolean good = start_peer (demo, FALSE, error) && start_peer (demo, TRUE, error);

  if (good)
    g_main_loop_run (demo->loop);
  else
    end_peers (demo, SIGKILL);

  /* their last lines */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_handle_id (&draw, g_source_remove);
  g_clear_handle_id (&guard, g_source_remove);
  g_clear_handle_id (&interrupt, g_source_remove);
  g_clear_handle_id (&terminate, g_source_remove);
  return good;
}

/* What the log of the one that failed says. */
static void
print_failure (Demo *demo)
{
  for (guint i = 0; i < G_N_ELEMENTS (demo->peers); i++)
    {
      Peer *peer = &demo->peers[i];
      g_autofree char *text = NULL;

      if (peer->exit_status == 0)
        continue;
      if (peer->log != NULL)
        g_file_get_contents (peer->log, &text, NULL, NULL);
      g_printerr (_("%s ended with status %d:\n%s"), peer->name, peer->exit_status, text != NULL ? text : "");
    }
}

static void
print_files (Demo *demo)
{
  static const struct
  {
    const char *name;
    const char *what;
  } files[] = {
    { "received.webm", N_("what the answerer heard and saw") },
    { "received.png", N_("its last picture") },
    { "caller.stats.jsonl", N_("statistics of the caller, every second") },
    { "answerer.stats.jsonl", N_("statistics of the answerer, every second") },
  };

  g_print ("%s\n", _("Files"));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = in_folder (demo, files[i].name);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_print ("  %s: %s\n", path, _(files[i].what));
    }
}

static int
finish (Demo *demo)
{
  if (demo->signal != 0)
    return YODEL_EXIT_SIGNAL + demo->signal;

  if (demo->peers[0].story.connected_s == 0 || demo->peers[0].exit_status != 0 || demo->peers[1].exit_status != 0)
    {
      print_failure (demo);
      return demo->peers[0].exit_status > 0 ? demo->peers[0].exit_status : YODEL_EXIT_NO_PATH;
    }

  yodel_demo_report_print (&demo->peers[0].story, &demo->peers[1].story);
  print_files (demo);
  return YODEL_EXIT_OK;
}

static gboolean
prepare (Demo        *demo,
         const char  *path,
         gboolean     through_nat,
         GError     **error)
{
  g_autofree char *description = NULL;

  if (g_mkdir_with_parents (demo->folder, 0777) < 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code), "%s: %s", demo->folder, g_strerror (code));
      return FALSE;
    }
  demo->program = g_file_read_link ("/proc/self/exe", error);
  demo->scratch = g_dir_make_tmp ("yodel-demo-XXXXXX", error);
  if (demo->program == NULL || demo->scratch == NULL || !yodel_demo_media_find (&demo->media, path, demo->scratch, error))
    return FALSE;

  if (through_nat)
    {
      demo->net = yodel_demo_net_new (demo->program, error);
      if (demo->net == NULL)
        return FALSE;
      say (demo, _("The two sit behind two NATs, with a STUN server between."));
    }
  description = g_strdup_printf (_("A call of %.0f s between two processes. The caller sends %s, the answerer the test clip."),
                                 demo->seconds, demo->media.description);
  say (demo, description);
  return TRUE;
}

static void
clean_up (Demo *demo)
{
  static const char * const made[] = { "speech.wav", "clip.mp4" };

  for (guint i = 0; demo->scratch != NULL && i < G_N_ELEMENTS (made); i++)
    {
      g_autofree char *path = g_build_filename (demo->scratch, made[i], NULL);

      g_unlink (path);
    }
  if (demo->scratch != NULL)
    g_rmdir (demo->scratch);
  for (guint i = 0; i < G_N_ELEMENTS (demo->peers); i++)
    {
      g_clear_object (&demo->peers[i].output);
      g_clear_object (&demo->peers[i].process);
      g_clear_pointer (&demo->peers[i].log, g_free);
      yodel_demo_story_clear (&demo->peers[i].story);
    }
  g_clear_pointer (&demo->net, yodel_demo_net_free);
  yodel_demo_media_clear (&demo->media);
  g_clear_pointer (&demo->loop, g_main_loop_unref);
  g_clear_pointer (&demo->program, g_free);
  g_clear_pointer (&demo->folder, g_free);
  g_clear_pointer (&demo->scratch, g_free);
}

static int
demonstrate (Demo       *demo,
             const char *path,
             gboolean    through_nat)
{
  g_autoptr (GError) error = NULL;
  int status;

  demo->loop = g_main_loop_new (NULL, FALSE);
  demo->on_terminal = yodel_status_line_is_wanted ();
  for (guint i = 0; i < G_N_ELEMENTS (demo->peers); i++)
    yodel_demo_story_init (&demo->peers[i].story);

  if (prepare (demo, path, through_nat, &error) && run (demo, &error))
    {
      status = finish (demo);
    }
  else
    {
      g_printerr ("yodel: %s\n", error->message);
      status = g_error_matches (error, YODEL_ERROR, YODEL_ERROR_MEDIA) ? YODEL_EXIT_MEDIA : YODEL_EXIT_USAGE;
    }
  clean_up (demo);
  return status;
}

int
yodel_demo_command (int    argc,
                    char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("demo [MEDIA-FILE] - a call on this machine"));
  g_autoptr (GError) error = NULL;
  Demo demo = { .seconds = DEFAULT_SECONDS };
  gboolean through_nat = FALSE;
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &demo.folder, N_("Where the recording and the picture go [./yodel-demo]"), N_("FOLDER") },
    { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &demo.seconds, N_("How long the call is [15]"), N_("SECONDS") },
    { "through-nat", 0, 0, G_OPTION_ARG_NONE, &through_nat, N_("Put the two behind NATs (for root)"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("yodel: %s\n", error->message);
      g_free (demo.folder);
      return YODEL_EXIT_USAGE;
    }
  if (argc > 2 || !(demo.seconds >= 1 && demo.seconds <= 3600))
    {
      g_printerr ("yodel: %s\n", argc > 2 ? _("one file is enough for a demo") : _("--duration takes seconds, from 1 to 3600"));
      g_free (demo.folder);
      return YODEL_EXIT_USAGE;
    }

  if (demo.folder == NULL)
    demo.folder = g_strdup ("yodel-demo");
  return demonstrate (&demo, argc > 1 ? argv[1] : NULL, through_nat);
}
