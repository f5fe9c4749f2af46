#include "congestion/loss-runs.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *fates;       /* '+' arrived, '-' lost, '?' never told of; again and again */
  guint       n_times;
  guint       late;        /* a loss is told so many packets after it */
  double      mean;
  double      share;       /* lost of what was told of; negative where that is too little */
} Case;

static const Case cases[] = {
  { "nothing-is-lost",                 "++++++++++",   50, 0, 0, 0 },
  { "three-runs-are-too-few",          "+++---++++",    3, 0, 0, -1 },
  { "one-by-one",                      "+++++-++++",   50, 0, 1, 0.1 },
  { "three-in-a-row",                  "+++---++++",   50, 0, 3, 0.3 },
  { "three-in-a-row-told-late",        "+++---++++",   50, 5, 3, 0.3 },
  { "one-and-three",                   "+---+++-++",  100, 0, 2, 0.4 },
  { "reports-are-lost-in-the-middle",  "++-?-+++++",   50, 0, 2, 0.22 },
  { "reports-are-lost-beside",         "+?--?+++++",   50, 0, 2, 0.25 },
  { "what-was-long-ago-is-no-neighbour", "-???????????????????????????????????????????????????????????????", 50, 0, 1, 1 },
};

static void
test_mean (gconstpointer data)
{
  const Case *c = data;
  guint n = strlen (c->fates), end = n * c->n_times;
  YodelLossRuns runs;

  yodel_loss_runs_init (&runs);
  for (guint i = 0; i < end + c->late; i++)
    {
      if (i >= c->late && c->fates[(i - c->late) % n] == '-')
        yodel_loss_runs_push (&runs, i - c->late, TRUE);
      if (i < end && c->fates[i % n] == '+')
        yodel_loss_runs_push (&runs, i, FALSE);
    }
  g_assert_cmpfloat_with_epsilon (yodel_loss_runs_get_mean (&runs), c->mean, 0.05);
  g_assert_cmpfloat_with_epsilon (yodel_loss_runs_get_share (&runs), c->share, 0.03);
}

/* What was so minutes ago says nothing: the path is another. */
static void
test_old_runs_are_forgotten (void)
{
  YodelLossRuns runs;
  gint64 number = 0;

  yodel_loss_runs_init (&runs);
  for (guint i = 0; i < 300; i++)
    {
      guint n_lost = i < 200 ? 3 : 1;

      for (guint k = 0; k < 10; k++)
        yodel_loss_runs_push (&runs, number++, k < n_lost);
      if (i == 199)
        g_assert_cmpfloat_with_epsilon (yodel_loss_runs_get_mean (&runs), 3, 0.01);
    }
  g_assert_cmpfloat_with_epsilon (yodel_loss_runs_get_mean (&runs), 1, 0.05);
}

/* A path that changes the order loses nothing. */
static void
test_what_was_late_is_taken_back (void)
{
  YodelLossRuns runs;

  yodel_loss_runs_init (&runs);
  yodel_loss_runs_take_back (&runs, 1);      /* before anything was told */
  for (gint64 i = 0; i < 400; i++)
    {
      yodel_loss_runs_push (&runs, i, i % 4 == 0);
      yodel_loss_runs_take_back (&runs, i % 4 == 2);
    }
  g_assert_cmpfloat (yodel_loss_runs_get_share (&runs), >=, 0);
  g_assert_cmpfloat (yodel_loss_runs_get_share (&runs), <, 0.01);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/congestion/loss-runs/mean/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_mean);
    }
  g_test_add_func ("/congestion/loss-runs/what-was-late-is-taken-back", test_what_was_late_is_taken_back);
  g_test_add_func ("/congestion/loss-runs/old-runs-are-forgotten", test_old_runs_are_forgotten);
  return g_test_run ();
}
