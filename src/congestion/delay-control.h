/* The rate that the delay allows: detects overuse by trend and by standing queue, backs off,
 * drains, recovers, and takes in what probes show. */
#pragma once

#include "congestion/acknowledged-rate.h"
#include "congestion/aimd.h"
#include "congestion/drain.h"
#include "congestion/inter-arrival.h"
#include "congestion/probe-estimate.h"
#include "congestion/queue-estimate.h"
#include "congestion/trendline.h"

typedef struct
{
  YodelInterArrival     inter_arrival;
  YodelTrendline        trendline;
  YodelQueueEstimate    queue;
  YodelQueueEstimate    large;             /* of packets whose size tells the rate of the link */
  YodelAcknowledgedRate acknowledged;
  YodelAimd             aimd;
  YodelDrain            drain;

  gboolean              is_rising;         /* the trend of this report says overuse */
  gint64                overused_us;       /* -1: never */
  gint64                faster_us;         /* when the path was last seen to have become faster */
  gint64                updated_us;
  gint64                queue_us;          /* then */
  double                recovery_bps;      /* up to here quickly */
  double                before_row_bps;    /* the same, before a row of overuses */
  gint64                row_began_us;
  gint64                pictured_us;       /* when the rate of a little picture was there at once */
  gint64                risen_us;          /* when a probe last raised the target */
  gint64                idle_us;           /* when the application last sent less than it might */
  double                shown_bps;         /* what that probe showed */
  gint64                probe_sent_us;     /* the last packet of a probe */
} YodelDelayControl;

void     yodel_delay_control_init            (YodelDelayControl *self,
                                              double             min_bps,
                                              double             start_bps,
                                              double             max_bps);

/* For each packet of a report that arrived; then update once. */
void     yodel_delay_control_push            (YodelDelayControl       *self,
                                              const YodelPacketResult *result);
void     yodel_delay_control_update          (YodelDelayControl *self,
                                              gboolean           in_alr,
                                              gint64             rtt_us,
                                              gint64             now_us);

/* @is_starting: nobody knows yet what the path carries. */
void     yodel_delay_control_on_probe        (YodelDelayControl       *self,
                                              const YodelProbeOutcome *outcome,
                                              gboolean                 is_starting,
                                              gint64                   now_us);

/* What is known of delays is void; the rate stays. */
void     yodel_delay_control_forget          (YodelDelayControl *self);

/* The path comes back from the dead: what stands in its queue goes first. */
void     yodel_delay_control_end_outage      (YodelDelayControl *self,
                                              gint64             rtt_us,
                                              gint64             now_us);

double   yodel_delay_control_get_bps         (const YodelDelayControl *self);
gint64   yodel_delay_control_get_queue_us    (const YodelDelayControl *self);

/* Below zero if unknown. */
double   yodel_delay_control_get_acknowledged_bps (const YodelDelayControl *self);

/* No overuse of late, no queue, no drain. */
gboolean yodel_delay_control_is_calm         (const YodelDelayControl *self,
                                              gint64                   now_us);

/* A delay that stays exactly as it is although we have made way is no queue of anyone's: the way has
 * become longer.  Takes it as the new base where that is so. */
void     yodel_delay_control_accept_longer_way (YodelDelayControl *self);

/* Large packets take less time than they ever did of late: the link has become faster, or who
 * shared it has gone. */
gboolean yodel_delay_control_is_faster       (const YodelDelayControl *self);

/* A packet that is lost now met no queue: its loss is not of our making. */
gboolean yodel_delay_control_has_no_queue    (const YodelDelayControl *self);
