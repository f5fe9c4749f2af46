#include "rtp/nack-generator.h"

#include "base/sequence.h"

#define MS ((gint64) 1000)

typedef struct
{
  YodelNackGenerator *nack;
  guint16             numbers[YODEL_NACK_MAX_MISSING];
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  f->nack = yodel_nack_generator_new ();
  yodel_nack_generator_set_rtt (f->nack, 80 * MS);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  yodel_nack_generator_free (f->nack);
}

static guint
poll_all (Fixture *f,
          gint64   now_us)
{
  return yodel_nack_generator_poll (f->nack, f->numbers, G_N_ELEMENTS (f->numbers), now_us);
}

static void
push_range (Fixture *f,
            gint64   first,
            gint64   last,
            gint64   now_us)
{
  for (gint64 s = first; s <= last; s++)
    yodel_nack_generator_push (f->nack, s, FALSE, now_us);
}

static void
test_nothing_missing (Fixture       *f,
                      gconstpointer  data)
{
  push_range (f, 100, 200, 0);
  g_assert_cmpuint (poll_all (f, 0), ==, 0);
  g_assert_cmpint (yodel_nack_generator_next_deadline_us (f->nack), ==, G_MAXINT64);
}

static void
test_asks_at_once (Fixture       *f,
                   gconstpointer  data)
{
  push_range (f, 65534, 65534, 0);
  push_range (f, 65537, 65537, 5 * MS);        /* 65537 is number 1 */
  g_assert_cmpint (yodel_nack_generator_next_deadline_us (f->nack), ==, 5 * MS);
  g_assert_cmpuint (poll_all (f, 5 * MS), ==, 2);
  g_assert_cmpuint (f->numbers[0], ==, 65535);
  g_assert_cmpuint (f->numbers[1], ==, 0);
}

static void
test_asks_again_after_a_round_trip (Fixture       *f,
                                    gconstpointer  data)
{
  push_range (f, 1, 1, 0);
  push_range (f, 3, 3, 0);
  g_assert_cmpuint (poll_all (f, 0), ==, 1);
  g_assert_cmpint (yodel_nack_generator_next_deadline_us (f->nack), ==, 10 * MS);
  g_assert_cmpuint (poll_all (f, 10 * MS), ==, 1);    /* each is said three times */
  g_assert_cmpuint (poll_all (f, 20 * MS), ==, 1);
  g_assert_cmpint (yodel_nack_generator_next_deadline_us (f->nack), ==, 90 * MS);
  g_assert_cmpuint (poll_all (f, 90 * MS - 1), ==, 0);
  g_assert_cmpuint (poll_all (f, 90 * MS), ==, 1);
  g_assert_cmpuint (poll_all (f, 100 * MS), ==, 1);
  g_assert_cmpuint (poll_all (f, 110 * MS), ==, 1);

  yodel_nack_generator_set_rtt (f->nack, 1 * MS);
  g_assert_cmpuint (poll_all (f, 120 * MS - 1), ==, 0);
  g_assert_cmpuint (poll_all (f, 120 * MS), ==, 1);   /* 30 ms at the least */
}

static void
test_recovered_is_not_asked_for (Fixture       *f,
                                 gconstpointer  data)
{
  push_range (f, 1, 1, 0);
  push_range (f, 4, 4, 0);
  g_assert_cmpuint (poll_all (f, 0), ==, 2);
  yodel_nack_generator_push (f->nack, 2, TRUE, 85 * MS);
  g_assert_cmpuint (poll_all (f, 95 * MS), ==, 1);
  g_assert_cmpuint (f->numbers[0], ==, 3);
  yodel_nack_generator_push (f->nack, 3, TRUE, 180 * MS);
  yodel_nack_generator_push (f->nack, 3, TRUE, 180 * MS);
  g_assert_cmpuint (yodel_nack_generator_get_n_missing (f->nack), ==, 0);
  g_assert_cmpuint (yodel_nack_generator_get_counters (f->nack)->n_recovered, ==, 2);
  g_assert_cmpuint (yodel_nack_generator_get_counters (f->nack)->n_requested, ==, 3);
}

static void
test_gives_up_after_requests (Fixture       *f,
                              gconstpointer  data)
{
  gint64 now_us = 0;
  guint n = 0;

  push_range (f, 1, 1, 0);
  push_range (f, 3, 3, 0);
  while ((now_us = yodel_nack_generator_next_deadline_us (f->nack)) != G_MAXINT64)
    n += poll_all (f, now_us);
  g_assert_cmpuint (n, ==, YODEL_NACK_MAX_REQUESTS);
  g_assert_cmpuint (yodel_nack_generator_get_counters (f->nack)->n_given_up, ==, 1);
}

static void
test_gives_up_after_time (Fixture       *f,
                          gconstpointer  data)
{
  gint64 now_us = 0, last_us = 0;
  guint n = 0;

  yodel_nack_generator_set_rtt (f->nack, 800 * MS);
  push_range (f, 1, 1, 0);
  push_range (f, 3, 3, 0);
  while ((now_us = yodel_nack_generator_next_deadline_us (f->nack)) != G_MAXINT64)
    {
      n += poll_all (f, now_us);
      last_us = now_us;
    }
  g_assert_cmpuint (n, ==, 9);
  g_assert_cmpint (last_us, ==, YODEL_NACK_GIVE_UP_US);
}

static void
test_overflow (Fixture       *f,
               gconstpointer  data)
{
  push_range (f, 0, 0, 0);
  for (gint64 s = 2; s <= 2 * YODEL_NACK_MAX_MISSING; s += 2)
    yodel_nack_generator_push (f->nack, s, FALSE, 0);
  g_assert_cmpuint (yodel_nack_generator_get_n_missing (f->nack), ==, YODEL_NACK_MAX_MISSING);
  g_assert_false (yodel_nack_generator_take_overflow (f->nack));
  g_assert_cmpuint (poll_all (f, 0), ==, YODEL_NACK_MAX_MISSING);

  yodel_nack_generator_push (f->nack, 2 * YODEL_NACK_MAX_MISSING + 2, FALSE, 0);
  g_assert_cmpuint (yodel_nack_generator_get_n_missing (f->nack), ==, 0);
  g_assert_true (yodel_nack_generator_take_overflow (f->nack));
  g_assert_false (yodel_nack_generator_take_overflow (f->nack));
}

static void
test_jump_overflows (Fixture       *f,
                     gconstpointer  data)
{
  push_range (f, 0, 0, 0);
  yodel_nack_generator_push (f->nack, G_MAXINT64 / 2, FALSE, 0);
  g_assert_true (yodel_nack_generator_take_overflow (f->nack));
  g_assert_cmpuint (poll_all (f, 0), ==, 0);
  yodel_nack_generator_push (f->nack, G_MAXINT64 / 2 + 2, FALSE, 0);
  g_assert_cmpuint (poll_all (f, 0), ==, 1);
}

static void
test_key_frame_clears (Fixture       *f,
                       gconstpointer  data)
{
  push_range (f, 1, 1, 0);
  push_range (f, 5, 5, 0);
  push_range (f, 8, 8, 0);
  yodel_nack_generator_clear_before (f->nack, 4);
  g_assert_cmpuint (poll_all (f, 0), ==, 3);
  g_assert_cmpuint (f->numbers[0], ==, 4);
  g_assert_cmpuint (f->numbers[1], ==, 6);
  yodel_nack_generator_clear_before (f->nack, 100);
  g_assert_cmpuint (yodel_nack_generator_get_n_missing (f->nack), ==, 0);
}

static void
test_list_that_is_full_goes_on (Fixture       *f,
                                gconstpointer  data)
{
  guint16 numbers[3];

  push_range (f, 0, 0, 0);
  push_range (f, 8, 8, 0);
  g_assert_cmpuint (yodel_nack_generator_poll (f->nack, numbers, 3, 0), ==, 3);
  g_assert_cmpint (yodel_nack_generator_next_deadline_us (f->nack), <=, 0);
  g_assert_cmpuint (yodel_nack_generator_poll (f->nack, numbers, 3, 0), ==, 3);
  g_assert_cmpuint (numbers[0], ==, 4);
  g_assert_cmpuint (yodel_nack_generator_poll (f->nack, numbers, 3, 0), ==, 1);
  g_assert_cmpuint (yodel_nack_generator_poll (f->nack, numbers, 3, 0), ==, 0);
}

/* Where packets overtake each other by 8 ms, requests soon wait for a little more than that; when
 * it stops and packets are lost instead, the wait goes away. */
static void
test_waits_where_packets_overtake (Fixture       *f,
                                   gconstpointer  data)
{
  gint64 now_us = 0, s = 0;
  guint n_early = 0, n_late = 0;

  push_range (f, 0, 0, 0);
  for (guint i = 0; i < 50; i++, s += 2, now_us += 20 * MS)
    {
      push_range (f, s + 2, s + 2, now_us);
      *(i < 10 ? &n_early : &n_late) += poll_all (f, now_us);
      *(i < 10 ? &n_early : &n_late) += poll_all (f, now_us + 7 * MS);
      push_range (f, s + 1, s + 1, now_us + 8 * MS);
    }
  g_assert_cmpuint (n_early, ==, 1);
  g_assert_cmpuint (n_late, ==, 0);
  g_assert_cmpint (yodel_nack_generator_get_wait_us (f->nack), ==, 10 * MS);

  for (guint i = 0; i < 100; i++, s += 2, now_us += 200 * MS)
    {
      push_range (f, s + 2, s + 2, now_us);
      g_assert_cmpuint (poll_all (f, now_us + 10 * MS), ==, 1);
      yodel_nack_generator_push (f->nack, s + 1, TRUE, now_us + 100 * MS);
    }
  g_assert_cmpint (yodel_nack_generator_get_wait_us (f->nack), <, 1 * MS);
}

static void
test_wait_is_bounded (Fixture       *f,
                      gconstpointer  data)
{
  push_range (f, 0, 0, 0);
  push_range (f, 2, 2, 0);
  push_range (f, 1, 1, 1500 * MS);             /* never asked for, and very late */
  g_assert_cmpint (yodel_nack_generator_get_wait_us (f->nack), ==, YODEL_NACK_MAX_WAIT_US);
}

/* A peer without RTX repeats in the same stream: that is no reordering. */
static void
test_repeats_in_the_stream_are_no_reordering (Fixture       *f,
                                              gconstpointer  data)
{
  push_range (f, 0, 0, 0);
  push_range (f, 2, 2, 0);
  g_assert_cmpuint (poll_all (f, 0), ==, 1);
  g_assert_true (yodel_nack_generator_push (f->nack, 1, FALSE, 85 * MS));
  g_assert_cmpuint (yodel_nack_generator_get_counters (f->nack)->n_recovered, ==, 1);
  g_assert_cmpint (yodel_nack_generator_get_wait_us (f->nack), ==, 0);

  g_assert_false (yodel_nack_generator_push (f->nack, 4, FALSE, 100 * MS));
  g_assert_cmpuint (poll_all (f, 100 * MS), ==, 1);
  g_assert_false (yodel_nack_generator_push (f->nack, 3, FALSE, 110 * MS));       /* sooner than any answer */
}

/* The answer to the first request comes just after the same was asked once more. */
static void
test_echoes_do_not_hide_a_repeat (Fixture       *f,
                                  gconstpointer  data)
{
  yodel_nack_generator_set_rtt (f->nack, 12 * MS);
  push_range (f, 0, 0, 0);
  push_range (f, 2, 2, 0);
  g_assert_cmpuint (poll_all (f, 0), ==, 1);
  g_assert_cmpuint (poll_all (f, 10 * MS), ==, 1);
  push_range (f, 1, 1, 12 * MS);
  g_assert_cmpuint (yodel_nack_generator_get_counters (f->nack)->n_recovered, ==, 1);

  /* Nor does a second round. */
  push_range (f, 4, 4, 100 * MS);
  g_assert_cmpuint (poll_all (f, 100 * MS), ==, 1);
  for (guint i = 1; i < 4; i++)
    g_assert_cmpuint (poll_all (f, 100 * MS + i * 10 * MS), ==, 1);
  push_range (f, 3, 3, 131 * MS);
  g_assert_cmpuint (yodel_nack_generator_get_counters (f->nack)->n_recovered, ==, 2);
  g_assert_cmpint (yodel_nack_generator_get_wait_us (f->nack), ==, 0);
}

static void
test_forgotten_is_not_asked_for (Fixture       *f,
                                 gconstpointer  data)
{
  push_range (f, 0, 0, 0);
  push_range (f, 4, 4, 0);
  g_assert_cmpint (yodel_nack_generator_get_missing (f->nack, 1), ==, 2);
  yodel_nack_generator_forget (f->nack, 2);
  yodel_nack_generator_forget (f->nack, 4);
  g_assert_cmpuint (poll_all (f, 0), ==, 2);
  g_assert_cmpuint (f->numbers[0], ==, 1);
  g_assert_cmpuint (f->numbers[1], ==, 3);
}

#define ADD(name, test) \
  g_test_add ("/rtp/nack-generator/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-is-missing", test_nothing_missing);
  ADD ("asks-at-once", test_asks_at_once);
  ADD ("asks-again-after-a-round-trip", test_asks_again_after_a_round_trip);
  ADD ("recovered-is-not-asked-for", test_recovered_is_not_asked_for);
  ADD ("gives-up-after-ten-requests", test_gives_up_after_requests);
  ADD ("gives-up-after-two-seconds", test_gives_up_after_time);
  ADD ("overflow-asks-for-a-key-frame", test_overflow);
  ADD ("jump-overflows", test_jump_overflows);
  ADD ("key-frame-clears-what-came-before", test_key_frame_clears);
  ADD ("list-that-is-full-goes-on", test_list_that_is_full_goes_on);
  ADD ("waits-where-packets-overtake", test_waits_where_packets_overtake);
  ADD ("wait-is-bounded", test_wait_is_bounded);
  ADD ("repeats-in-the-stream-are-no-reordering", test_repeats_in_the_stream_are_no_reordering);
  ADD ("echoes-do-not-hide-a-repeat", test_echoes_do_not_hide_a_repeat);
  ADD ("forgotten-is-not-asked-for", test_forgotten_is_not_asked_for);
  return g_test_run ();
}
