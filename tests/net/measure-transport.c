/* How long two transports in two network namespaces take from the answer in the offerer's hands to media heard on
 * the later side.  measure-transport NAMESPACE NAMESPACE [CALLS [SIGNALLING_MS [STUN_SERVER]]]; one line of figures in
 * milliseconds. */
#include "net/transport-pair.h"

#include <stdio.h>
#include <stdlib.h>

#define LIMIT_MS 16000

typedef struct
{
  gint64 answerer_keys_us;
  gint64 offerer_keys_us;
  gint64 heard_us;      /* on the later side */
  gint64 connected_us;
} Times;

/* Both send a packet each 10 ms from the moment they can. */
static gboolean
on_tick (gpointer data)
{
  static guint16 sequence = 0;
  Pair *pair = data;

  sequence++;
  for (guint i = 0; i < 2; i++)
    {
      End *end = &pair->ends[i];

      if (!yodel_transport_can_send (end->transport))
        continue;
      if (end->can_send_us == 0)
        end->can_send_us = g_get_monotonic_time ();
      pair_send (pair, i, sequence, FALSE);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
has_heard (const Pair *pair)
{
  return pair->ends[0].first_rtp_us != 0 && pair->ends[1].first_rtp_us != 0 &&
         pair->ends[0].connected_us != 0 && pair->ends[1].connected_us != 0;
}

static gboolean
measure (const PairConfig *config,
         guint             signalling_ms,
         Times            *times)
{
  Pair *pair = pair_new (config);
  GSource *tick = g_timeout_source_new (2);
  gint64 start_us;
  gboolean heard;

  g_source_set_callback (tick, on_tick, pair, NULL);
  g_source_attach (tick, pair->context);
  pair_gather (pair);
  pair_tell (pair, 1);
  pair_run (pair, signalling_ms);
  start_us = g_get_monotonic_time ();
  pair_tell (pair, 0);

  while (!has_heard (pair) && g_get_monotonic_time () - start_us < LIMIT_MS * 1000)
    g_main_context_iteration (pair->context, TRUE);
  heard = has_heard (pair);
  if (heard)
    {
      times->offerer_keys_us = pair->ends[0].can_send_us - start_us;
      times->answerer_keys_us = pair->ends[1].can_send_us - start_us;
      times->heard_us = MAX (pair->ends[0].first_rtp_us, pair->ends[1].first_rtp_us) - start_us;
      times->connected_us = MAX (pair->ends[0].connected_us, pair->ends[1].connected_us) - start_us;
    }
  else
    g_printerr ("no media: offerer %s, answerer %s\n", pair->ends[0].text, pair->ends[1].text);

  g_source_destroy (tick);
  g_source_unref (tick);
  pair_free (pair);
  return heard;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
print_figure (const char *name,
              GArray     *values)
{
  guint n = values->len;

  g_array_sort (values, compare);
  printf ("%s median %.0f p95 %.0f max %.0f  ", name,
          (double) g_array_index (values, gint64, n / 2) / 1000,
          (double) g_array_index (values, gint64, MIN (n - 1, n * 95 / 100)) / 1000,
          (double) g_array_index (values, gint64, n - 1) / 1000);
}

int
main (int   argc,
      char *argv[])
{
  PairConfig config = { 0 };
  const char *stun_servers[2] = { NULL };
  GArray *figures[4];
  static const char * const names[] = { "answerer-keys", "offerer-keys", "connected", "heard" };
  guint calls, signalling_ms, failed = 0;

  if (argc < 3)
    return 77;
  config.namespaces[0] = argv[1];
  config.namespaces[1] = argv[2];
  calls = argc > 3 ? (guint) atoi (argv[3]) : 10;
  stun_servers[0] = argc > 5 ? argv[5] : NULL;
  config.stun_servers[0] = config.stun_servers[1] = stun_servers;
  signalling_ms = argc > 4 ? (guint) atoi (argv[4]) : 50;

  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    figures[i] = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < calls; i++)
    {
      Times times;

      if (!measure (&config, signalling_ms, &times))
        {
          failed++;
          continue;
        }
      g_array_append_val (figures[0], times.answerer_keys_us);
      g_array_append_val (figures[1], times.offerer_keys_us);
      g_array_append_val (figures[2], times.connected_us);
      g_array_append_val (figures[3], times.heard_us);
    }
  for (guint i = 0; i < G_N_ELEMENTS (figures) && figures[i]->len > 0; i++)
    print_figure (names[i], figures[i]);
  for (guint i = 0; i < G_N_ELEMENTS (figures); i++)
    g_array_unref (figures[i]);
  printf ("failed %u of %u\n", failed, calls);
  return failed > 0 ? 1 : 0;
}
