/* A timer of a main loop that nobody sets but the loop's own thread.  g_source_set_ready_time() is for any thread and so wakes
 * the loop, each time; here setting is a store, and the loop looks when it goes to sleep. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Never due at first, and again once it went off.  Returns: (transfer full): for g_source_destroy() and g_source_unref() */
GSource *yodel_alarm_new (GMainContext *context,
                          const char   *name,           /* for the debugger; a literal */
                          GSourceFunc   callback,
                          gpointer      user_data);

/* @due_us: of the monotonic clock; in the past: at once; YODEL_NEVER_US: not */
void     yodel_alarm_set (GSource      *alarm,
                          gint64        due_us);

G_END_DECLS
