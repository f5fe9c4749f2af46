/* How long it takes until it rings, through a hash table whose nodes come and go.
 *
 *   bench/dht [NODES [CALLS [low]]]     prints a line of JSON
 *
 * All nodes are in this process, on the loopback interface: the time is that of the table and of the
 * dialogue, without any network. A third of the nodes leaves without a word and others come, one by one
 * while calls are made; the node by which all have joined is the first to go. With low, there are ten more of low traffic, one in
 * each call, at its one end or the other. */
#include <string.h>

#include <glib/gstdio.h>
#include <yodel/yodel.h>

#define NETWORK    4100
#define FIRST_PORT 41000
#define BOUND_S    20          /* a call that does not ring by then has failed */
#define CHURN_MS   700
#define N_LOW      10

typedef struct
{
  YodelIdentity    *identity;
  YodelContactBook *book;
  YodelEndpoint    *endpoint;   /* (nullable): gone */
  YodelSignaller   *signaller;
  char             *contacts;   /* path */
} Person;

static Person  *people;
static guint    n_people;      /* who carry the table */
static guint    n_low;         /* who come after them, and do not */
static guint    n_stable;
static guint    n_churned;
static guint    next_port = FIRST_PORT;
static char    *folder;

static void
person_join (Person *self,
             guint16 by_port)
{
  static const char * const loopback[] = { "127.0.0.1", NULL };
  g_autofree char *uri = g_strdup_printf ("dht:127.0.0.1:%u?network=%u&port=%u%s", by_port, NETWORK, next_port++,
                                          self < people + n_people ? "" : "&traffic=low");
  GError *error = NULL;

  self->signaller = yodel_signaller_new (uri, &error);
  if (self->signaller == NULL)
    g_error ("%s", error->message);
  self->endpoint = yodel_endpoint_new (self->identity, self->book, NULL);
  yodel_endpoint_set_bind (self->endpoint, loopback);
  yodel_endpoint_add_signaller (self->endpoint, self->signaller);
  yodel_endpoint_start_async (self->endpoint, NULL, NULL, NULL);
}

static void
person_init (Person *self,
             guint   number)
{
  GError *error = NULL;

  self->identity = yodel_identity_new ();
  self->contacts = g_strdup_printf ("%s/contacts-%u.db", folder, number);
  self->book = yodel_contact_book_open (self->contacts, &error);
  if (self->book == NULL)
    g_error ("%s", error->message);
}

static void
person_leave (Person *self)
{
  if (self->endpoint != NULL)
    yodel_endpoint_stop (self->endpoint);
  g_clear_object (&self->endpoint);
  g_clear_object (&self->signaller);
}

static void
person_clear (Person *self)
{
  person_leave (self);
  g_clear_object (&self->book);
  g_clear_object (&self->identity);
  g_remove (self->contacts);
  g_free (self->contacts);
}

static void
know (Person *one,
      Person *other)
{
  const char *address = yodel_identity_get_address (other->identity);
  g_autofree char *name = g_strdup_printf ("person %ld", (long) (other - people));

  if (yodel_contact_book_add (one->book, name, address, YODEL_INTRODUCED_BY_HAND, NULL))
    yodel_contact_book_set_trust (one->book, address, YODEL_TRUST_TRUSTED, NULL);
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
are_all_reachable (void)
{
  for (guint i = 0; i < n_people + n_low; i++)
    if (people[i].signaller != NULL && yodel_signaller_get_state (people[i].signaller) != YODEL_SIGNALLER_REACHABLE)
      return FALSE;
  return TRUE;
}

/* One of those that come and go is exchanged for a new one, who joins by one that stays. */
static gboolean
on_churn (gpointer data)
{
  Person *person = &people[n_stable + n_churned % (n_people - n_stable)];

  n_churned++;
  person_leave (person);
  person_join (person, FIRST_PORT + 1);
  return G_SOURCE_CONTINUE;
}

typedef struct
{
  YodelCall *call;
  gboolean   has_failed;
} Attempt;

static void
on_called (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Attempt *attempt = user_data;

  attempt->call = yodel_endpoint_call_finish (YODEL_ENDPOINT (source), result, NULL);
  attempt->has_failed = attempt->call == NULL;
}

/* Returns: milliseconds until it rings; -1 if it does not */
static double
ring (Person *from,
      Person *to)
{
  const gint64 start_us = g_get_monotonic_time ();
  Attempt attempt = { 0 };
  double ms = -1;

  yodel_endpoint_call_async (from->endpoint, yodel_identity_get_address (to->identity), YODEL_CALL_AUDIO, NULL, on_called, &attempt);
  while (ms < 0 && !attempt.has_failed && g_get_monotonic_time () - start_us < BOUND_S * G_USEC_PER_SEC)
    {
      g_main_context_iteration (NULL, TRUE);
      if (attempt.call != NULL && yodel_call_get_state (attempt.call) == YODEL_CALL_RINGING)
        ms = (double) (g_get_monotonic_time () - start_us) / 1000;
    }
  if (attempt.call == NULL)
    return -1;
  yodel_call_hang_up (attempt.call);
  while (yodel_call_get_state (attempt.call) != YODEL_CALL_ENDED)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (attempt.call);
  return ms;
}

static int
compare (const void *a,
         const void *b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
report (double *times,
        guint   n,
        guint   n_failed)
{
  qsort (times, n, sizeof *times, compare);
  g_print ("{\"nodes\": %u, \"calls\": %u, \"failed\": %u, \"exchanged\": %u, \"median_ms\": %.0f, \"p95_ms\": %.0f}\n", n_people,
           n + n_failed, n_failed, n_churned, n > 0 ? times[n / 2] : -1, n > 0 ? times[MIN (n - 1, n * 95 / 100)] : -1);
}

/* Two that stay, or one of them and one of low traffic. */
static void
choose (Person **one,
        Person **other)
{
  const guint i = 1 + (guint) g_random_int_range (0, (gint32) n_stable - 1);
  const guint j = n_low > 0 ? n_people + (guint) g_random_int_range (0, (gint32) n_low)
                            : 1 + (i + (guint) g_random_int_range (0, (gint32) n_stable - 2)) % (n_stable - 1);
  const gboolean is_turned = g_random_boolean ();

  *one = &people[is_turned ? j : i];
  *other = &people[is_turned ? i : j];
}

static void
meet (guint n_calls)
{
  g_autofree double *times = g_new (double, n_calls);
  guint n = 0;
  guint churn = g_timeout_add (CHURN_MS, on_churn, NULL);

  for (guint i = 0; i < n_calls; i++)
    {
      Person *one, *other;
      double ms;

      choose (&one, &other);
      know (one, other);
      know (other, one);
      ms = ring (one, other);
      if (ms >= 0)
        times[n++] = ms;
    }
  g_source_remove (churn);
  report (times, n, n_calls - n);
}

int
main (int    argc,
      char **argv)
{
  const guint n_calls = argc > 2 ? (guint) atoi (argv[2]) : 40;

  n_low = argc > 3 && strcmp (argv[3], "low") == 0 ? N_LOW : 0;
  n_people = argc > 1 ? (guint) atoi (argv[1]) : 50;
  n_stable = n_people - n_people * 3 / 10;
  folder = g_dir_make_tmp ("yodel-dht-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_timeout_add (20, on_tick, NULL);
  people = g_new0 (Person, n_people + n_low);
  for (guint i = 0; i < n_people + n_low; i++)
    {
      person_init (&people[i], i);
      person_join (&people[i], FIRST_PORT + (i == 0 ? 1 : 0));
    }
  while (!are_all_reachable ())
    g_main_context_iteration (NULL, TRUE);

  person_leave (&people[0]);
  meet (n_calls);
  for (guint i = 0; i < n_people + n_low; i++)
    person_clear (&people[i]);
  g_free (people);
  return 0;
}
