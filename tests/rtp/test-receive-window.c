#include "rtp/receive-window.h"

#include "lib/cases.h"

typedef struct
{
  const char   *name;
  gint64        sequences[8];
  guint         n;
  YodelArrival  last;
} Case;

static const Case cases[] = {
  { "first",                  { 5 },                     1, YODEL_ARRIVAL_NEW },
  { "next",                   { 5, 6 },                  2, YODEL_ARRIVAL_NEW },
  { "again",                  { 5, 5 },                  2, YODEL_ARRIVAL_DUPLICATE },
  { "again-after-others",     { 5, 6, 7, 5 },            4, YODEL_ARRIVAL_DUPLICATE },
  { "overtaken",              { 5, 7, 6 },               3, YODEL_ARRIVAL_LATE },
  { "overtaken-comes-twice",  { 5, 7, 6, 6 },            4, YODEL_ARRIVAL_DUPLICATE },
  { "before-the-first",       { 5, 4 },                  2, YODEL_ARRIVAL_LATE },
  { "below-zero",             { 0, -1, -1 },             3, YODEL_ARRIVAL_DUPLICATE },
  { "across-zero",            { -2, 1, 0 },              3, YODEL_ARRIVAL_LATE },
  { "edge-of-the-window",     { 100, 37 },               2, YODEL_ARRIVAL_LATE },
  { "left-the-window",        { 100, 36 },               2, YODEL_ARRIVAL_TOO_OLD },
  { "old-slot-is-emptied",    { 100, 101, 166, 165, 164 }, 5, YODEL_ARRIVAL_LATE },
  { "jump-empties-all",       { 100, 101, 1125, 1124 },  4, YODEL_ARRIVAL_LATE },
  { "jump-keeps-what-fits",   { 100, 101, 150, 101 },    4, YODEL_ARRIVAL_DUPLICATE },
};

static void
test_push (gconstpointer data)
{
  const Case *c = data;
  YodelReceiveWindow window;

  yodel_receive_window_init (&window, 64);
  for (guint i = 0; i + 1 < c->n; i++)
    yodel_receive_window_push (&window, c->sequences[i]);
  g_assert_cmpint (yodel_receive_window_push (&window, c->sequences[c->n - 1]), ==, c->last);
  if (c->last != YODEL_ARRIVAL_TOO_OLD)
    g_assert_true (yodel_receive_window_has (&window, c->sequences[c->n - 1]));
}

/* Against the plainest of windows: a table of all that came. */
static void
test_against_table (gconstpointer data)
{
  guint size = GPOINTER_TO_UINT (data);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  YodelReceiveWindow window;
  gint64 highest = -500;

  yodel_receive_window_init (&window, size);
  yodel_receive_window_push (&window, highest);
  g_hash_table_add (seen, g_memdup2 (&highest, sizeof highest));

  for (guint i = 0; i < 20000; i++)
    {
      gint64 sequence = highest + g_rand_int_range (rand, -(gint32) size - 5, 20);
      YodelArrival expected = YODEL_ARRIVAL_LATE;

      if (highest - sequence >= size)
        expected = YODEL_ARRIVAL_TOO_OLD;
      else if (g_hash_table_contains (seen, &sequence))
        expected = YODEL_ARRIVAL_DUPLICATE;
      else if (sequence > highest)
        expected = YODEL_ARRIVAL_NEW;

      g_assert_cmpint (yodel_receive_window_push (&window, sequence), ==, expected);
      g_hash_table_add (seen, g_memdup2 (&sequence, sizeof sequence));
      highest = MAX (highest, sequence);
    }
}

static void
test_reordering (void)
{
  YodelReceiveWindow window;

  yodel_receive_window_init (&window, 1024);
  for (gint64 s = 0; s < 100; s++)
    yodel_receive_window_push (&window, s);
  g_assert_cmpuint (yodel_receive_window_get_reorder_packets (&window), ==, 0);

  for (gint64 s = 100; s < 1000; s += 6)   /* every sixth is overtaken by five */
    {
      for (gint64 ahead = 1; ahead < 6; ahead++)
        yodel_receive_window_push (&window, s + ahead);
      yodel_receive_window_push (&window, s);
    }
  g_assert_cmpuint (window.n_late, ==, 150);
  g_assert_cmpuint (yodel_receive_window_get_reorder_packets (&window), ==, 5);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/receive-window/push/", cases, test_push);
  g_test_add_data_func ("/rtp/receive-window/knows-what-a-table-knows/64",
                        GUINT_TO_POINTER (64), test_against_table);
  g_test_add_data_func ("/rtp/receive-window/knows-what-a-table-knows/1024",
                        GUINT_TO_POINTER (1024), test_against_table);
  g_test_add_func ("/rtp/receive-window/measures-reordering", test_reordering);
  return g_test_run ();
}
