/* Runs the main loop until something holds.  What does not come is named, and the test fails. */
#pragma once

#include <glib.h>

/* Nothing waits longer than this. */
#define RUN_UNTIL_S 120

static inline gboolean
run_until_on_bound (gpointer data)
{
  g_error ("in vain waited for: %s", (const char *) data);
  return G_SOURCE_REMOVE;
}

/* Wakes the loop, for what changes on another thread. */
static inline gboolean
run_until_on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define run_until(condition) G_STMT_START { \
    guint bound_ = g_timeout_add_seconds (RUN_UNTIL_S, run_until_on_bound, (gpointer) #condition); \
    guint tick_ = g_timeout_add (10, run_until_on_tick, NULL); \
    while (!(condition)) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (bound_); \
    g_source_remove (tick_); \
  } G_STMT_END
