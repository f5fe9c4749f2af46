/* Is the queue someone else's?  A queue that stays although we have made way belongs to a sender
 * that only loss can stop.  Against that one the delay is no guide: the rate then follows loss, as
 * TCP's does, until the queue proves to be ours or gone. */
#pragma once

#include <glib.h>

#define YODEL_COMPETING_HISTORY 32

typedef struct
{
  gint64 at_us;
  gint64 queue_us;
} YodelQueueSample;

/* What is known at a report. */
typedef struct
{
  gint64   queue_us;              /* standing */
  double   target_bps;
  double   acknowledged_bps;      /* below zero if unknown */
  double   min_bps, max_bps;
  double   least_bps;             /* below this we do not go at the moment, whatever the delay says */
  gint64   rtt_us;
  double   loss;                  /* share of what was sent of late */
  gboolean has_loss;
} YodelCompetingInput;

typedef struct
{
  gboolean         is_active;
  double           rate_bps;             /* to send at while active */
  gint64           moved_us;
  gint64           lost_us;              /* last loss that was answered; -1: none */
  double           full_us;              /* the queue at which loss sets in; 0: unknown */

  gint64           high_since_us;        /* -1: the queue is low */
  double           high_bps;             /* what came through when it became high */
  YodelQueueSample samples[YODEL_COMPETING_HISTORY];   /* a ring */
  guint            n_samples;

  gint64           least_since_us;       /* we send no more than the least; -1: more */
  gint64           watched_us;           /* the last update; -1: none */
  double           high_share;           /* of the time of late that the queue was high */

  gint64           left_us;              /* when it was last over; -1: never */
  double           left_bps;             /* the rate then */

  gint64           low_since_us;         /* -1: the queue is high */
  gint64           test_us;              /* when to make way again, to see whether the queue goes */
  gint64           test_until_us;        /* -1: no test is going on */
  gint64           tested_queue_us;
} YodelCompeting;

void     yodel_competing_init     (YodelCompeting *self);

/* After each report.  Returns: TRUE if is_active has changed */
gboolean yodel_competing_update (YodelCompeting            *self,
                                 const YodelCompetingInput *input,
                                 gint64                     now_us);

/* Making way has emptied the queue, so what we sent then is no harm to it: until it is known whether the queue
 * comes back, as that of a TCP does which has just made way itself, we go no lower.  0: no such floor */
double   yodel_competing_get_floor_bps (const YodelCompeting *self,
                                        gint64                now_us);
