/* Empties the queue that an overuse has left: sends less than the path carries for as long as
 * that takes, then goes on near the rate that was met. */
#pragma once

#include <glib.h>

typedef struct
{
  gboolean is_active;
  double   met_bps;          /* what came through while there was a queue */
  double   share;            /* of it to send */
  double   rate_bps;         /* the same in bit/s */
  gint64   began_us;
  gint64   until_us;         /* at the latest */
} YodelDrain;

void     yodel_drain_begin   (YodelDrain *self,
                              double      met_bps,
                              gint64      queue_us,
                              gint64      rtt_us,
                              gint64      now_us);

/* @acknowledged_bps: of the last moments; below zero if unknown.
 * Returns: TRUE when it has just ended: go on at what yodel_drain_get_resume_bps() says */
gboolean yodel_drain_advance (YodelDrain *self,
                              double      acknowledged_bps,
                              gint64      queue_us,
                              gint64      empty_us,
                              gint64      now_us);
double   yodel_drain_get_resume_bps (const YodelDrain *self);
