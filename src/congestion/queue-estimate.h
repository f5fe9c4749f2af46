/* How long is the queue on the path?  The one-way delay of now against the least of the last
 * while.  The clocks of the two ends may differ: only differences count.
 *
 * The least is what an empty path shows again and again: a few packets that were quicker, as a
 * path with several ways or a host that was late to read its clock has them, are not it. */
#pragma once

#include <glib.h>

#define YODEL_QUEUE_BASE_BINS 300       /* of 100 ms: the memory is 30 s */
#define YODEL_QUEUE_RECENT    64

typedef struct
{
  gint64 arrived_us;
  gint64 delay_us;
} YodelDelaySample;

typedef struct
{
  gint64           least_us[YODEL_QUEUE_BASE_BINS];      /* of each bin, a ring; G_MAXINT64: none */
  gint64           bin;                                  /* of the newest; -1: none yet */
  gint64           base_us;
  YodelDelaySample recent[YODEL_QUEUE_RECENT];           /* a ring */
  guint            n_recent;                             /* ever pushed */
  gint64           earlier_us[2];                        /* least of the two bins before, the newer one first; G_MAXINT64: none */
  guint            n_noise;
  double           noise_us;                             /* by how much the least of a bin strays, whatever the queue does */
} YodelQueueEstimate;

void   yodel_queue_estimate_init         (YodelQueueEstimate *self);
void   yodel_queue_estimate_push         (YodelQueueEstimate *self,
                                          gint64              sent_us,
                                          gint64              arrived_us);

/* Is the least delay of the last three bins lower than the base by @margin_us?  Then the path has
 * become shorter or faster, and the base does not know yet. */
gboolean yodel_queue_estimate_is_below_base (const YodelQueueEstimate *self,
                                             gint64                    margin_us);

/* The same where jitter hides it: is the least delay of the last half of a second, the mean of its bins, lower by @margin_us
 * than that of each half of a second in the three seconds before? */
gboolean yodel_queue_estimate_is_quicker    (const YodelQueueEstimate *self,
                                             gint64                    margin_us);

/* Has the least delay of every bin of the last 1.2 s been the same, give or take @tolerance_us, and
 * above the base?  @least_us: (out): what it was. */
gboolean yodel_queue_estimate_find_plateau  (const YodelQueueEstimate *self,
                                             gint64                    tolerance_us,
                                             gint64                   *least_us);

/* An empty path takes so long from now on. */
void     yodel_queue_estimate_raise_base    (YodelQueueEstimate *self,
                                             gint64              base_us);

/* The base as it is now counts as seen now: it does not grow old while a rival hides it. */
void   yodel_queue_estimate_hold_base    (YodelQueueEstimate *self);

/* The queue that did not go away in the last @window_us of arrivals: jitter only adds, so the
 * least delay of many packets is the queue's. */
gint64 yodel_queue_estimate_get_standing_us (const YodelQueueEstimate *self,
                                             gint64                    window_us);
gint64 yodel_queue_estimate_get_newest_us   (const YodelQueueEstimate *self);
