/* What a burst of packets sent at a known rate says about the path: the rate at which it came
 * out at the other end. */
#pragma once

#include "congestion/controller.h"

#define YODEL_PROBE_CLUSTERS 8        /* remembered; the oldest is forgotten */

typedef struct
{
  YodelProbeRequest request;
  gboolean          is_done;
  guint             n_arrived;
  guint             bytes;
  gint64            first_sent_us, last_sent_us;
  gint64            first_arrived_us, last_arrived_us;
  guint             first_arrived_bytes, last_sent_bytes;
  gint64            least_us;        /* from leaving to arriving */
  double            carried_bps[2];  /* what the path carried for sure: the two best of the later packets */
} YodelProbeCluster;

typedef struct
{
  YodelProbeCluster clusters[YODEL_PROBE_CLUSTERS];
  guint             n_clusters;      /* ever */
} YodelProbeEstimate;

typedef struct
{
  int      id;
  guint    requested_bps;
  double   seen_bps;                 /* what the path seems to carry at least, or just about if saturated ... */
  double   bps;                      /* ... and what is sure, whatever jitter did to the burst */
  gboolean is_saturated;             /* it came out slower than it went in */
} YodelProbeOutcome;

void     yodel_probe_estimate_add  (YodelProbeEstimate      *self,
                                    const YodelProbeRequest *request);

/* @base_us: from leaving to arriving on the empty path; %G_MAXINT64 if unknown. */
void     yodel_probe_estimate_push (YodelProbeEstimate      *self,
                                    const YodelPacketResult *result,
                                    gint64                   base_us);

/* After a report: poll until FALSE.  @noise_us: how far delays stray by themselves. */
gboolean yodel_probe_estimate_poll (YodelProbeEstimate *self,
                                    double              noise_us,
                                    YodelProbeOutcome  *outcome);
