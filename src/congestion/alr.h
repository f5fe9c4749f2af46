/* Is the application the limit?  It is when it sends much less than it may (the application
 * limited region); then a rising estimate means nothing until a probe has tried it. */
#pragma once

#include <glib.h>

typedef struct
{
  double   budget_bits;
  gint64   paid_us;          /* -1: not yet */
  gboolean in_alr;
  gint64   since_us;
} YodelAlr;

void yodel_alr_init    (YodelAlr *self);
void yodel_alr_on_sent (YodelAlr *self,
                        guint     size_bytes,
                        guint     target_bps,
                        gint64    now_us);
