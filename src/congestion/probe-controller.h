/* When to try whether the path carries more: at the start, while the network is the limit and
 * nothing speaks against it, and from time to time while the application is the limit. */
#pragma once

#include "congestion/probe-estimate.h"

#define YODEL_PROBE_REQUESTS 4        /* waiting to be polled */

typedef struct
{
  YodelProbeRequest requests[YODEL_PROBE_REQUESTS];
  guint             n_requests;
  int               last_id;
  gboolean          is_started;
  gboolean          is_starting;      /* the first row of tries is going on */
  gboolean          is_exponential;   /* each success is followed by a bolder try */
  gint64            probed_us;        /* -1: never */
  double            factor;           /* of the next try while the network is the limit */
} YodelProbeController;

/* What speaks for and against a probe. */
typedef struct
{
  double   target_bps;
  double   max_bps;
  gboolean in_alr;
  gboolean is_calm;                   /* no overuse of late, no queue, no drain, no rival */
  gboolean is_faster;                 /* the path seems to carry more than before */
  double   noise_us;                  /* how far delays stray by themselves */
} YodelProbeSituation;

void     yodel_probe_controller_init       (YodelProbeController *self);
void     yodel_probe_controller_start      (YodelProbeController *self,
                                            double                start_bps,
                                            double                max_bps,
                                            gint64                now_us);
void     yodel_probe_controller_on_outcome (YodelProbeController    *self,
                                            const YodelProbeOutcome *outcome,
                                            double                   max_bps,
                                            double                   noise_us,
                                            gint64                   now_us);
void     yodel_probe_controller_advance    (YodelProbeController      *self,
                                            const YodelProbeSituation *situation,
                                            gint64                     now_us);
gboolean yodel_probe_controller_poll       (YodelProbeController *self,
                                            YodelProbeRequest    *request);
