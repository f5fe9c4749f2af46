/* How long a client waits before it tries again: soon at first, and never all clients at once. */
#pragma once

#include <glib.h>

typedef struct
{
  gint64 failing_since_us;   /* 0: it works */
  guint  n_failures;
} YodelReconnectDelay;

void   yodel_reconnect_delay_reset (YodelReconnectDelay *self);

/* One more failure.  @dice: random.  Returns: microseconds to wait */
gint64 yodel_reconnect_delay_next  (YodelReconnectDelay *self,
                                    guint32              dice,
                                    gint64               now_us);
