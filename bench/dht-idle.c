/* What a node of the hash table sends and receives while nobody calls.
 *
 *   bench/dht-idle [NODES [SECONDS [half]]]     prints a line of JSON
 *
 * All nodes are in this process, on the loopback interface; each listens for its contacts. One is a node of low traffic, or half of them
 * are. Counted are the datagrams of one of each kind, with the headers of UDP and IPv4. */
#include <string.h>

#include <glib/gstdio.h>
#include <yodel/yodel.h>

#include "lib/udp-tap.h"

#define NETWORK      4200
#define N_CONTACTS   10
#define HEADER_BYTES 28
#define SETTLE_S     60       /* joining is no idling */
#define DAY_S        86400.0

enum { USUAL, LOW, N_KINDS };

static const guint measured[N_KINDS] = { 1, 2 };   /* which node */
static guint16     first_port = 43000;
static gboolean    is_half_low;
static guint64     bytes[N_KINDS];                 /* under the lock of the tap */
static guint64     datagrams[N_KINDS];

static void
on_datagram (guint16       from,
             guint16       to,
             const guint8 *data,
             gsize         size)
{
  for (guint kind = 0; kind < N_KINDS; kind++)
    {
      const guint16 port = (guint16) (first_port + measured[kind]);
      const guint n = (from == port) + (to == port);

      bytes[kind] += n * (size + HEADER_BYTES);
      datagrams[kind] += n;
    }
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
run_for (guint seconds)
{
  gboolean is_over = FALSE;

  g_timeout_add_seconds (seconds, on_time, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
}

/* Not the first, by whom the others join. */
static gboolean
is_low (guint i)
{
  return i == measured[LOW] || (is_half_low && i > 0 && i % 2 == 0);
}

static YodelSignaller *
join (YodelIdentity * const *people,
      guint                  n,
      guint                  i)
{
  g_autofree char *uri = g_strdup_printf ("dht:127.0.0.1:%u?network=%u&port=%u%s", first_port + (i == 0 ? 1 : 0), NETWORK, first_port + i,
                                          is_low (i) ? "&traffic=low" : "");
  const char *contacts[N_CONTACTS + 1] = { NULL };
  GError *error = NULL;
  YodelSignaller *signaller = yodel_signaller_new (uri, &error);

  if (signaller == NULL)
    g_error ("%s", error->message);
  for (guint c = 0; c < MIN (N_CONTACTS, n - 1); c++)
    contacts[c] = yodel_identity_get_address (people[(i + c + 1) % n]);
  yodel_signaller_set_contacts (signaller, contacts);
  yodel_signaller_start_async (signaller, people[i], NULL, NULL, NULL);
  return signaller;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_for_all (GPtrArray *signallers)
{
  const guint tick = g_timeout_add (50, on_tick, NULL);

  for (guint i = 0; i < signallers->len;)
    if (yodel_signaller_get_state (signallers->pdata[i]) == YODEL_SIGNALLER_REACHABLE)
      i++;
    else
      g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

static void
report (guint n,
        guint seconds)
{
  const double days = seconds / DAY_S;

  g_print ("{\"nodes\": %u, \"seconds\": %u, \"contacts\": %u, \"usual_mb_a_day\": %.1f, \"low_mb_a_day\": %.1f, "
           "\"usual_datagrams\": %" G_GUINT64_FORMAT ", \"low_datagrams\": %" G_GUINT64_FORMAT "}\n",
           n, seconds, N_CONTACTS, (double) bytes[USUAL] / 1e6 / days, (double) bytes[LOW] / 1e6 / days, datagrams[USUAL], datagrams[LOW]);
}

int
main (int    argc,
      char **argv)
{
  const guint n = argc > 1 ? MAX (4u, (guint) atoi (argv[1])) : 30, seconds = argc > 2 ? (guint) atoi (argv[2]) : 240;
  g_autoptr (GPtrArray) people = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) signallers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *folder = g_dir_make_tmp ("yodel-dht-XXXXXX", NULL);

  is_half_low = argc > 3 && strcmp (argv[3], "half") == 0;
  if (is_half_low)
    first_port = (guint16) (first_port + 1000);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (people, yodel_identity_new ());
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (signallers, join ((YodelIdentity * const *) people->pdata, n, i));
  wait_for_all (signallers);
  run_for (SETTLE_S);
  udp_tap_open (on_datagram);
  run_for (seconds);
  udp_tap_open (NULL);
  report (n, seconds);
  for (guint i = 0; i < n; i++)
    yodel_signaller_stop (signallers->pdata[i]);
  return 0;
}
