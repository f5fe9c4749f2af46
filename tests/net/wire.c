/* An emulated link between two network namespaces.
 *
 *   wire -a END -b END [-s SEED] [-t TIMELINE] [-l LOG.csv] [-c FIFO] [-m MTU] [-T SECONDS] [SETTING ...]
 *
 * END is NAMESPACE:DEVICE[:ADDRESS/BITS,...].  A SETTING is NAME=VALUE for both directions, or up.NAME=VALUE (from a to b), or
 * down.NAME=VALUE:
 *
 *   delay jitter     milliseconds, or with s; dist=normal for the jitter; reorder=1 lets it change the order
 *   loss dup corrupt percent             ge=ENTER,LEAVE[,LOSS[,LOSS-OUTSIDE]]  loss in bursts
 *   rate             500kbit, 2mbit      qms qbytes  limits of the queue       overhead  bytes for each packet
 *   codel=1          with target and interval               blackout=1
 *
 * A timeline has lines such as "t=20 down.rate=500kbit"; the FIFO takes the same settings at any time.  Prints "ready".  The
 * log has a row for each direction and 100 ms. */
#include "net/link.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LOG_INTERVAL_NS 100000000
#define BATCH           64

typedef struct
{
  gint64  at_ns;
  char   *settings;      /* (owned) */
} Change;

static const char * const names[] = { "up", "down" };
static Link *links[2];
static int   devices[2];
static volatile sig_atomic_t is_over;

static void
on_signal (int number)
{
  is_over = 1;
}

static void
deliver (const guint8 *data,
         gsize         size,
         gpointer      user_data)
{
  if (write (*(int *) user_data, data, size) < 0)
    return;      /* a full device drops, as a link would */
}

static gboolean
apply (const char *setting)
{
  g_auto (GStrv) parts = g_strsplit (setting, "=", 2);
  const char *name = parts[0];
  gboolean known = parts[0] != NULL && parts[1] != NULL;

  for (guint i = 0; i < 2 && known; i++)
    {
      gsize prefix = strlen (names[i]);
      gboolean is_ours = strncmp (name, names[i], prefix) == 0 && name[prefix] == '.';
      gboolean is_others = strchr (name, '.') != NULL && !is_ours;

      if (!is_others)
        known = link_set (links[i], is_ours ? name + prefix + 1 : name, parts[1]);
    }
  if (!known)
    g_printerr ("wire: unknown setting “%s”\n", setting);
  return known;
}

static void
apply_line (const char *line)
{
  g_auto (GStrv) words = g_strsplit_set (line, " \t\r\n", -1);

  for (guint i = 0; words[i] != NULL && words[i][0] != '#'; i++)
    if (words[i][0] != '\0' && !g_str_has_prefix (words[i], "t="))
      apply (words[i]);
}

static void
change_clear (gpointer data)
{
  g_free (((Change *) data)->settings);
}

static GArray *
read_timeline (const char *path)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_array_set_clear_func (changes, change_clear);
  if (path == NULL)
    return changes;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    {
      g_printerr ("wire: %s cannot be read\n", path);
      exit (1);
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);
      Change change = { 0 };

      if (!g_str_has_prefix (line, "t="))
        continue;
      change.at_ns = (gint64) (g_ascii_strtod (line + 2, NULL) * 1e9);
      change.settings = g_strdup (line);
      g_array_append_val (changes, change);
    }
  return changes;
}

static void
write_log (FILE   *log,
           double  at_s)
{
  for (guint i = 0; i < 2; i++)
    {
      LinkFigures f;

      link_take_figures (links[i], &f);
      fprintf (log, "%.1f,%s,%" G_GUINT64_FORMAT ",%.1f,%" G_GUINT64_FORMAT ",%.1f,%.3f,%.3f,%.0f,%" G_GUINT64_FORMAT
               ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%.0f,%.1f\n",
               at_s, names[i], f.in_packets, (double) f.in_bytes * 8 / 100, f.out_packets, (double) f.out_bytes * 8 / 100,
               f.queue_delay_mean_ms, f.queue_delay_max_ms, f.queue_bytes,
               f.dropped_by_queue, f.dropped_by_loss, f.dropped_by_codel, f.rate_bps / 1000, f.delay_ms);
    }
  fflush (log);
}

static FILE *
open_log (const char *path)
{
  FILE *log = path != NULL ? fopen (path, "w") : NULL;

  if (path != NULL && log == NULL)
    {
      g_printerr ("wire: %s cannot be written\n", path);
      exit (1);
    }
  if (log != NULL)
    fprintf (log, "t,dir,in_pkts,in_kbps,out_pkts,out_kbps,qdelay_avg_ms,qdelay_max_ms,queue_bytes,"
             "drop_queue,drop_loss,drop_codel,rate_kbps,delay_ms\n");
  return log;
}

static void
read_device (guint i)
{
  guint8 packet[TUN_MAX_BYTES];
  gssize size;

  for (guint n = 0; n < BATCH && (size = read (devices[i], packet, sizeof packet)) > 0; n++)
    link_push (links[i], packet, (gsize) size, tun_now_ns ());
}

static void
read_commands (int fifo)
{
  char line[1024];
  gssize size = read (fifo, line, sizeof line - 1);

  if (size <= 0)
    return;
  line[size] = '\0';
  apply_line (line);
}

static void
sleep_until (int    timer,
             int    fifo,
             gint64 due_ns)
{
  struct itimerspec when = { 0 };
  struct pollfd fds[] = { { devices[0], POLLIN, 0 }, { devices[1], POLLIN, 0 }, { timer, POLLIN, 0 }, { fifo, POLLIN, 0 } };
  guint64 ticks;

  if (due_ns != G_MAXINT64)
    when.it_value = (struct timespec) { .tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000 };
  timerfd_settime (timer, TFD_TIMER_ABSTIME, &when, NULL);
  if (poll (fds, G_N_ELEMENTS (fds), -1) <= 0)
    return;

  for (guint i = 0; i < 2; i++)
    if (fds[i].revents & POLLIN)
      read_device (i);
  if (fds[2].revents & POLLIN && read (timer, &ticks, sizeof ticks) < 0)
    return;
  if (fds[3].revents & POLLIN)
    read_commands (fifo);
}

static void
run (GArray *changes,
     FILE   *log,
     int     fifo,
     double  life_s)
{
  int timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  gint64 start_ns = tun_now_ns ();
  gint64 end_ns = life_s > 0 ? start_ns + (gint64) (life_s * 1e9) : G_MAXINT64;
  gint64 log_ns = log != NULL ? start_ns + LOG_INTERVAL_NS : G_MAXINT64;
  guint change = 0;

  while (!is_over && tun_now_ns () < end_ns)
    {
      gint64 now_ns = tun_now_ns ();
      gint64 due_ns;

      for (; change < changes->len && start_ns + g_array_index (changes, Change, change).at_ns <= now_ns; change++)
        apply_line (g_array_index (changes, Change, change).settings);
      for (; log_ns <= now_ns; log_ns += LOG_INTERVAL_NS)
        write_log (log, (double) (log_ns - start_ns) / 1e9);

      due_ns = MIN (link_advance (links[0], now_ns), link_advance (links[1], now_ns));
      due_ns = MIN (due_ns, MIN (log_ns, end_ns));
      if (change < changes->len)
        due_ns = MIN (due_ns, start_ns + g_array_index (changes, Change, change).at_ns);
      sleep_until (timer, fifo, due_ns);
    }
  close (timer);
}

int
main (int   argc,
      char *argv[])
{
  TunEnd ends[2] = { { 0 } };
  const char *timeline = NULL, *log_path = NULL, *fifo_path = NULL;
  guint64 seed = 1;
  double life_s = 0;
  int mtu = 1500, fifo = -1, option;
  g_autoptr (GArray) changes = NULL;
  FILE *log;

  while ((option = getopt (argc, argv, "a:b:s:t:l:c:m:T:")) != -1)
    switch (option)
      {
      case 'a': tun_end_parse (&ends[0], optarg); break;
      case 'b': tun_end_parse (&ends[1], optarg); break;
      case 's': seed = g_ascii_strtoull (optarg, NULL, 0); break;
      case 't': timeline = optarg; break;
      case 'l': log_path = optarg; break;
      case 'c': fifo_path = optarg; break;
      case 'm': mtu = atoi (optarg); break;
      case 'T': life_s = g_ascii_strtod (optarg, NULL); break;
      default: return 2;
      }
  if (ends[0].device == NULL || ends[1].device == NULL)
    {
      g_printerr ("usage: wire -a NAMESPACE:DEVICE[:ADDRESS/BITS] -b NAMESPACE:DEVICE[:ADDRESS/BITS] [SETTING=VALUE ...]\n");
      return 2;
    }

  for (guint i = 0; i < 2; i++)
    links[i] = link_new (seed * 1000 + i * 10, deliver, &devices[1 - i]);
  for (int i = optind; i < argc; i++)
    if (!apply (argv[i]))
      return 2;
  changes = read_timeline (timeline);
  log = open_log (log_path);
  for (guint i = 0; i < 2; i++)
    if ((devices[i] = tun_end_open (&ends[i], mtu)) < 0)
      return 1;
  if (fifo_path != NULL)
    fifo = tun_open_fifo (fifo_path);

  prctl (PR_SET_TIMERSLACK, 1000UL);
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  puts ("ready");
  fflush (stdout);
  run (changes, log, fifo, life_s);

  if (log != NULL)
    fclose (log);
  if (fifo_path != NULL)
    unlink (fifo_path);
  for (guint i = 0; i < 2; i++)
    {
      link_free (links[i]);
      tun_end_clear (&ends[i]);
    }
  return 0;
}
