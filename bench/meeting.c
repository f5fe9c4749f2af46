/* Many clients of a rendezvous in one process, and call set-ups between them.
 *
 *   meeting URI CLIENTS MS-BETWEEN-CALLS SECONDS [URI-THAT-IS-DEAD]
 *
 * Prints lines of JSON: when all are there, the set-ups, and each time all are back after the server went away. A
 * set-up is the twelve messages of a call that is accepted at once, in sealed messages' sizes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yodel/yodel.h>

#define MAX_CALLS      100000
#define NEW_AT_ONCE    10       /* clients that begin in a tenth of a second */

typedef enum
{
  OFFER,            /* caller */
  OFFER_HEARD,      /* callee, and so on: each word is acknowledged */
  RING,
  ACCEPT,
  ANSWER,
  CALLEE_CANDIDATES,
  RING_HEARD,
  ACCEPT_HEARD,
  ANSWER_HEARD,
  CALLEE_CANDIDATES_HEARD,
  CALLER_CANDIDATES,
  CALLER_CANDIDATES_HEARD,
  N_WORDS
} Word;

static const gsize sizes[N_WORDS] = {
  [OFFER] = 8192, [OFFER_HEARD] = 512, [RING] = 512, [ACCEPT] = 512, [ANSWER] = 8192, [CALLEE_CANDIDATES] = 1024,
  [RING_HEARD] = 512, [ACCEPT_HEARD] = 512, [ANSWER_HEARD] = 512, [CALLEE_CANDIDATES_HEARD] = 512,
  [CALLER_CANDIDATES] = 1024, [CALLER_CANDIDATES_HEARD] = 512,
};

typedef struct
{
  guint8  word;
  guint32 call;
} Note;                      /* what a message of the test holds, at its end */

typedef struct
{
  YodelIdentity  *identity;
  YodelSignaller *signaller;
  gint64          lost_us;
} Client;

typedef struct
{
  guint  caller, callee;
  gint64 began_us;
  gint64 took_us;            /* until the answer was there; 0: not yet */
} Call;

static GMainLoop *loop;
static Client    *clients;
static guint      n_clients, n_begun, n_up, n_calls, call_ms;
static Call       calls[MAX_CALLS];
static const char *uri, *dead_uri;
static gint64     begun_us, last_lost_us, worst_back_us;
static gboolean   were_all_up;
static guint64    n_words;

static void
say (guint  from,
     guint  to,
     Word   word,
     guint  call)
{
  guint8 *data = g_malloc0 (sizes[word]);
  g_autoptr (GBytes) message = g_bytes_new_take (data, sizes[word]);
  const char *hints[] = { uri, dead_uri, NULL };
  Note note = { .word = word, .call = call };

  memcpy (data + sizes[word] - sizeof note, &note, sizeof note);
  n_words++;
  yodel_signaller_send_async (clients[from].signaller, yodel_identity_get_address (clients[to].identity), NULL, hints, message,
                              NULL, NULL, NULL);
}

static void
on_received (YodelSignaller *signaller,
             GBytes         *message,
             const char     *way,
             gpointer        user_data)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (message, &size);
  gint64 now_us = g_get_monotonic_time ();
  Note note;
  Call *call;

  memcpy (&note, data + size - sizeof note, sizeof note);
  if (note.call >= n_calls)
    return;
  call = &calls[note.call];
  switch ((Word) note.word)
    {
    case OFFER:
      for (Word word = OFFER_HEARD; word <= CALLEE_CANDIDATES; word++)
        say (call->callee, call->caller, word, note.call);
      break;
    case RING:
      say (call->caller, call->callee, RING_HEARD, note.call);
      break;
    case ACCEPT:
      say (call->caller, call->callee, ACCEPT_HEARD, note.call);
      break;
    case ANSWER:
      if (call->took_us == 0)
        call->took_us = now_us - call->began_us;
      say (call->caller, call->callee, ANSWER_HEARD, note.call);
      say (call->caller, call->callee, CALLER_CANDIDATES, note.call);
      break;
    case CALLEE_CANDIDATES:
      say (call->caller, call->callee, CALLEE_CANDIDATES_HEARD, note.call);
      break;
    case CALLER_CANDIDATES:
      say (call->callee, call->caller, CALLER_CANDIDATES_HEARD, note.call);
      break;
    default:
      break;
    }
}

static gboolean
on_call (gpointer user_data)
{
  Call *call;

  if (n_up < n_clients || n_calls == MAX_CALLS)
    return G_SOURCE_CONTINUE;
  call = &calls[n_calls++];
  call->caller = g_random_int_range (0, (gint32) n_clients);
  call->callee = (call->caller + 1 + (guint) g_random_int_range (0, (gint32) n_clients - 1)) % n_clients;
  call->began_us = g_get_monotonic_time ();
  say (call->caller, call->callee, OFFER, n_calls - 1);
  return G_SOURCE_CONTINUE;
}

static void
on_state (YodelSignaller *signaller,
          GParamSpec     *pspec,
          Client         *client)
{
  gint64 now_us = g_get_monotonic_time ();

  if (yodel_signaller_get_state (signaller) == YODEL_SIGNALLER_REACHABLE)
    {
      if (client->lost_us > 0)
        worst_back_us = MAX (worst_back_us, now_us - client->lost_us);
      client->lost_us = 0;
      if (++n_up == n_clients)
        {
          printf ("{\"event\":\"%s\",\"clients\":%u,\"seconds\":%.3f}\n", were_all_up ? "all-back" : "all-there", n_clients,
                  (now_us - (were_all_up ? last_lost_us : begun_us)) / 1e6);
          fflush (stdout);
          were_all_up = TRUE;
        }
    }
  else if (client->lost_us == 0 && were_all_up)
    {
      if (n_up == n_clients)
        last_lost_us = now_us;
      client->lost_us = now_us;
      n_up--;
    }
}

static gboolean
on_begin (gpointer user_data)
{
  for (guint i = 0; i < NEW_AT_ONCE && n_begun < n_clients; i++, n_begun++)
    {
      Client *client = &clients[n_begun];

      client->identity = yodel_identity_new ();
      client->signaller = yodel_signaller_new (uri, NULL);
      g_signal_connect (client->signaller, "received", G_CALLBACK (on_received), client);
      g_signal_connect (client->signaller, "notify::state", G_CALLBACK (on_state), client);
      yodel_signaller_start_async (client->signaller, client->identity, NULL, NULL, NULL);
    }
  return n_begun < n_clients;
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static gboolean
on_end (gpointer user_data)
{
  g_autofree gint64 *times = g_new0 (gint64, n_calls + 1);
  guint n = 0, n_young = 0;

  for (guint i = 0; i < n_calls; i++)
    if (calls[i].took_us > 0)
      times[n++] = calls[i].took_us;
    else
      n_young += g_get_monotonic_time () - calls[i].began_us < G_USEC_PER_SEC;   /* under way at the end */
  qsort (times, n, sizeof times[0], compare_times);
  printf ("{\"event\":\"calls\",\"begun\":%u,\"failed\":%u,\"words\":%" G_GUINT64_FORMAT ",\"p50_ms\":%.2f,\"p95_ms\":%.2f,\"worst_ms\":%.2f,"
          "\"worst_back_s\":%.3f}\n", n_calls, n_calls - n - n_young, n_words, n > 0 ? times[n / 2] / 1e3 : 0, n > 0 ? times[n * 95 / 100] / 1e3 : 0,
          n > 0 ? times[n - 1] / 1e3 : 0, worst_back_us / 1e6);
  fflush (stdout);
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  if (argc < 5)
    {
      fprintf (stderr, "usage: meeting URI CLIENTS MS-BETWEEN-CALLS SECONDS [DEAD-URI]\n");
      return 1;
    }
  uri = argv[1];
  n_clients = (guint) atoi (argv[2]);
  call_ms = (guint) atoi (argv[3]);
  dead_uri = argc > 5 ? argv[5] : NULL;
  clients = g_new0 (Client, n_clients);
  loop = g_main_loop_new (NULL, FALSE);
  begun_us = g_get_monotonic_time ();
  g_timeout_add (100, on_begin, NULL);
  if (call_ms > 0)
    g_timeout_add (call_ms, on_call, NULL);
  g_timeout_add_seconds ((guint) atoi (argv[4]), on_end, NULL);
  g_main_loop_run (loop);
  return 0;
}
