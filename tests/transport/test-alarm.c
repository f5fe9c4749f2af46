#include "transport/alarm.h"

#include "base/units.h"

typedef struct
{
  GMainContext *context;
  GSource      *alarm;
  guint         n;          /* times it went off */
  gint64        again_us;   /* set from within, relative to now */
} Clock;

static gboolean
ring (gpointer data)
{
  Clock *self = data;

  self->n++;
  if (self->again_us != YODEL_NEVER_US)
    yodel_alarm_set (self->alarm, g_get_monotonic_time () + self->again_us);
  return G_SOURCE_CONTINUE;
}

static void
set_up (Clock         *self,
        gconstpointer  unused)
{
  self->context = g_main_context_new ();
  self->alarm = yodel_alarm_new (self->context, "test", ring, self);
  self->again_us = YODEL_NEVER_US;
}

static void
tear_down (Clock         *self,
           gconstpointer  unused)
{
  g_source_destroy (self->alarm);
  g_source_unref (self->alarm);
  g_main_context_unref (self->context);
}

static void
test_never_at_first (Clock         *self,
                     gconstpointer  unused)
{
  g_assert_false (g_main_context_iteration (self->context, FALSE));
  g_assert_cmpuint (self->n, ==, 0);
}

static void
test_goes_off_once_and_not_before (Clock         *self,
                                   gconstpointer  unused)
{
  gint64 due_us = g_get_monotonic_time () + 20000;

  yodel_alarm_set (self->alarm, due_us);
  while (self->n == 0)
    g_main_context_iteration (self->context, TRUE);     /* sleeps until it is due */
  g_assert_cmpint (g_get_monotonic_time (), >=, due_us);
  g_assert_false (g_main_context_iteration (self->context, FALSE));
  g_assert_cmpuint (self->n, ==, 1);
}

static void
test_past_is_now (Clock         *self,
                  gconstpointer  unused)
{
  yodel_alarm_set (self->alarm, 0);
  g_assert_true (g_main_context_iteration (self->context, FALSE));
  g_assert_cmpuint (self->n, ==, 1);
}

static void
test_last_word_counts (Clock         *self,
                       gconstpointer  unused)
{
  yodel_alarm_set (self->alarm, 0);
  yodel_alarm_set (self->alarm, YODEL_NEVER_US);
  g_assert_false (g_main_context_iteration (self->context, FALSE));
  g_assert_cmpuint (self->n, ==, 0);
}

static void
test_set_from_within (Clock         *self,
                      gconstpointer  unused)
{
  self->again_us = 0;
  yodel_alarm_set (self->alarm, 0);
  while (self->n < 3)
    g_main_context_iteration (self->context, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/transport/alarm/" path, Clock, NULL, set_up, test, tear_down)

  ADD ("never-at-first", test_never_at_first);
  ADD ("goes-off-once-and-not-before", test_goes_off_once_and_not_before);
  ADD ("past-is-now", test_past_is_now);
  ADD ("last-word-counts", test_last_word_counts);
  ADD ("set-from-within", test_set_from_within);
  return g_test_run ();
}
