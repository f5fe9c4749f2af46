/* A rate so low that sound alone needs it, with the copies that guard it against loss: it is held,
 * whatever loss and jitter say, until a queue that it makes longer
 * and longer, or the loss of half of it for seconds, speak against it. */
#pragma once

#include <glib.h>

#define YODEL_MODEST_BPS            160000.0
#define YODEL_MODEST_WITH_VIDEO_BPS 100000.0     /* the picture takes the rest, and must not fill a thin path with it */

typedef struct
{
  double modest_bps;         /* one of the two */
  double floor_bps;          /* 0 where none is held */
  gint64 long_since_us;      /* the queue; -1 where it is not */
  gint64 shortest_us;        /* the queue, since then */
  gint64 heavy_since_us;     /* the loss, or -1 */
  gint64 choked_until_us;
  gint64 patience_us;        /* before the next try */
} YodelModestRate;

void yodel_modest_rate_init   (YodelModestRate *self);

/* More than this is not to be hoped for: nothing is held for now. */
void yodel_modest_rate_wait   (YodelModestRate *self,
                               gint64           now_us);

/* After a report.  @bps: what would be sent without a floor. */
void yodel_modest_rate_update (YodelModestRate *self,
                               double           bps,
                               gint64           queue_us,
                               double           loss,
                               gint64           now_us);
