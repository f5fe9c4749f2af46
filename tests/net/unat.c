/* A NAT of exact behaviour between two network namespaces.
 *
 *   unat -i END -o END -p PUBLIC-ADDRESS [-m MAPPING] [-f FILTERING] [-P preserve|seq|random] [-S STEP] [-g FIRST-LAST]
 *        [-t SECONDS] [-r] [-H] [-u] [-x MAPPINGS] [-n RATE] [-R RATE] [-s SEED] [-c FIFO]
 *
 * END is NAMESPACE:DEVICE[:ADDRESS/BITS,...], -i the inside.  MAPPING and FILTERING: ei (endpoint independent), ad (address
 * dependent), apd (address and port dependent).  -S step of seq; -g ports handed out; -t life of an idle mapping; -r packets from outside
 * keep it alive; -H hairpins; -u drops all UDP; -x at most so many mappings; -n ports a second taken by other hosts; -R new
 * mappings a second at most.  The FIFO takes "flush", "udp 0|1", "ip ADDRESS" and "timeout SECONDS".  Prints "ready". */
#include "net/nat.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH      64
#define SWEEP_NS   (10 * G_GINT64_CONSTANT (1000000000))
#define POLL_MS    2000

static volatile sig_atomic_t is_over;

static void
on_signal (int number)
{
  is_over = 1;
}

static NatDependence
parse_dependence (const char *text)
{
  return strcmp (text, "ei") == 0 ? NAT_ENDPOINT_INDEPENDENT
       : strcmp (text, "ad") == 0 ? NAT_ADDRESS_DEPENDENT
                                  : NAT_ADDRESS_AND_PORT_DEPENDENT;
}

static NatPorts
parse_ports (const char *text)
{
  return strcmp (text, "seq") == 0 ? NAT_PORTS_IN_SEQUENCE
       : strcmp (text, "random") == 0 ? NAT_PORTS_RANDOM
                                      : NAT_PORTS_PRESERVED;
}

static void
obey (Nat        *nat,
      const char *command)
{
  g_auto (GStrv) words = g_strsplit_set (command, " \n", 3);
  NatConfig *config = nat_get_config (nat);
  const char *value = words[0] != NULL && words[1] != NULL ? words[1] : "";

  if (g_strcmp0 (words[0], "flush") == 0)
    nat_flush (nat);
  else if (g_strcmp0 (words[0], "udp") == 0)
    config->blocks_udp = atoi (value) == 0;
  else if (g_strcmp0 (words[0], "timeout") == 0)
    config->idle_s = g_ascii_strtod (value, NULL);
  else if (g_strcmp0 (words[0], "ip") == 0 && inet_pton (AF_INET, value, &config->public_address) == 1)
    nat_flush (nat);
}

static void
move_packets (Nat      *nat,
              int       inside,
              int       outside,
              gboolean  from_inside)
{
  guint8 packet[TUN_MAX_BYTES];
  gssize size;

  for (guint n = 0; n < BATCH && (size = read (from_inside ? inside : outside, packet, sizeof packet)) > 0; n++)
    {
      gint64 now_ns = tun_now_ns ();
      NatVerdict verdict = from_inside ? nat_from_inside (nat, packet, (gsize) size, now_ns)
                                       : nat_from_outside (nat, packet, (gsize) size, now_ns);

      if (verdict != NAT_DROP && write (verdict == NAT_TO_INSIDE ? inside : outside, packet, (gsize) size) < 0)
        continue;      /* a full device drops, as a router would */
    }
}

static void
run (Nat *nat,
     int  inside,
     int  outside,
     int  fifo)
{
  gint64 swept_ns = tun_now_ns ();

  while (!is_over)
    {
      struct pollfd fds[] = { { inside, POLLIN, 0 }, { outside, POLLIN, 0 }, { fifo, POLLIN, 0 } };
      char command[256];
      gssize size;

      if (poll (fds, G_N_ELEMENTS (fds), POLL_MS) > 0)
        {
          if (fds[0].revents & POLLIN)
            move_packets (nat, inside, outside, TRUE);
          if (fds[1].revents & POLLIN)
            move_packets (nat, inside, outside, FALSE);
          if (fds[2].revents & POLLIN && (size = read (fifo, command, sizeof command - 1)) > 0)
            {
              command[size] = '\0';
              obey (nat, command);
            }
        }
      if (tun_now_ns () - swept_ns > SWEEP_NS)
        {
          swept_ns = tun_now_ns ();
          nat_sweep (nat, swept_ns);
        }
    }
}

static gboolean
parse_options (int         argc,
               char       *argv[],
               NatConfig  *config,
               TunEnd     *inside,
               TunEnd     *outside,
               const char **fifo)
{
  int option;

  while ((option = getopt (argc, argv, "i:o:p:m:f:P:S:g:t:rHux:n:R:s:c:")) != -1)
    switch (option)
      {
      case 'i': tun_end_parse (inside, optarg); break;
      case 'o': tun_end_parse (outside, optarg); break;
      case 'p': inet_pton (AF_INET, optarg, &config->public_address); break;
      case 'm': config->mapping = parse_dependence (optarg); break;
      case 'f': config->filtering = parse_dependence (optarg); break;
      case 'P': config->ports = parse_ports (optarg); break;
      case 'S': config->step = atoi (optarg); break;
      case 'g':
        if (sscanf (optarg, "%d-%d", &config->first_port, &config->last_port) != 2)
          return FALSE;
        break;
      case 't': config->idle_s = g_ascii_strtod (optarg, NULL); break;
      case 'r': config->refreshed_by_inbound = TRUE; break;
      case 'H': config->hairpins = TRUE; break;
      case 'u': config->blocks_udp = TRUE; break;
      case 'x': config->max_mappings = (guint) atoi (optarg); break;
      case 'n': config->others_per_s = g_ascii_strtod (optarg, NULL); break;
      case 'R': config->new_per_s = g_ascii_strtod (optarg, NULL); break;
      case 's': config->seed = g_ascii_strtoull (optarg, NULL, 0); break;
      case 'c': *fifo = optarg; break;
      default: return FALSE;
      }
  return inside->device != NULL && outside->device != NULL && config->public_address != 0 &&
         config->first_port >= 1 && config->last_port <= 65535 && config->first_port <= config->last_port;
}

int
main (int   argc,
      char *argv[])
{
  NatConfig config = { .filtering = NAT_ADDRESS_AND_PORT_DEPENDENT, .step = 1, .first_port = 1024, .last_port = 65535,
                       .idle_s = 120, .seed = 1 };
  TunEnd ends[2] = { { 0 } };
  const char *fifo_path = NULL;
  int fds[2], fifo = -1;
  Nat *nat;

  if (!parse_options (argc, argv, &config, &ends[0], &ends[1], &fifo_path))
    {
      g_printerr ("usage: unat -i NAMESPACE:DEVICE[:ADDRESS/BITS] -o NAMESPACE:DEVICE[:ADDRESS/BITS] -p PUBLIC-ADDRESS [...]\n");
      return 2;
    }
  for (guint i = 0; i < 2; i++)
    if ((fds[i] = tun_end_open (&ends[i], 1500)) < 0)
      return 1;
  if (fifo_path != NULL)
    fifo = tun_open_fifo (fifo_path);

  nat = nat_new (&config, tun_now_ns ());
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  puts ("ready");
  fflush (stdout);
  run (nat, fds[0], fds[1], fifo);

  nat_free (nat);
  if (fifo_path != NULL)
    unlink (fifo_path);
  for (guint i = 0; i < 2; i++)
    tun_end_clear (&ends[i]);
  return 0;
}
