#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/probe-estimate.h"

#define NEEDED_SHARE    0.8                    /* of packets and bytes */
#define SATURATED       0.9                    /* rate of arrival against rate of leaving */
#define SATURATED_SHARE 0.95                   /* of the received rate is taken then */
#define SQUEEZED        0.5                    /* such a burst was held up before it, and tells nothing */
#define MAX_INTERVAL_US (1 * G_USEC_PER_SEC)
#define LITTLE_NOISE_US 1000                   /* that of a path without jitter */
#define LATER           0.5                    /* of the bytes: before, the gap between two packets counts for much */

void
yodel_probe_estimate_add (YodelProbeEstimate      *self,
                          const YodelProbeRequest *request)
{
  self->clusters[self->n_clusters++ % YODEL_PROBE_CLUSTERS] = (YodelProbeCluster) { .request = *request };
}

static YodelProbeCluster *
find_cluster (YodelProbeEstimate *self,
              int                 id)
{
  for (guint i = 0; i < MIN (self->n_clusters, YODEL_PROBE_CLUSTERS); i++)
    if (self->clusters[i].request.id == id)
      return &self->clusters[i];

  return NULL;
}

/* All bytes up to this packet's went through the bottleneck after the first had left, and before this
 * one was out of the queue.  Jitter makes that queue seem longer, never shorter, so that each packet
 * tells what the path carried at least.  One that came too early would tell too much: the second best is it. */
static void
learn_carried (YodelProbeCluster       *cluster,
               const YodelPacketResult *result,
               gint64                   base_us)
{
  double needed_bytes = cluster->request.rate_bps / 8.0 * cluster->request.min_duration_us / G_USEC_PER_SEC;
  gint64 queue_us = MAX (result->arrived_us - result->sent_us - MIN (base_us, cluster->least_us), 0);
  gint64 took_us = result->sent_us + queue_us - cluster->first_sent_us;
  double bps;

  if (cluster->bytes < LATER * needed_bytes || took_us <= 0)
    return;

  bps = cluster->bytes * 8.0 * G_USEC_PER_SEC / took_us;
  cluster->carried_bps[1] = MAX (cluster->carried_bps[1], MIN (cluster->carried_bps[0], bps));
  cluster->carried_bps[0] = MAX (cluster->carried_bps[0], bps);
}

void
yodel_probe_estimate_push (YodelProbeEstimate      *self,
                           const YodelPacketResult *result,
                           gint64                   base_us)
{
  YodelProbeCluster *cluster = result->probe_cluster > 0 ? find_cluster (self, result->probe_cluster) : NULL;

  if (cluster == NULL || cluster->is_done || result->arrived_us < 0)
    return;

  if (cluster->n_arrived == 0 || result->sent_us < cluster->first_sent_us)
    cluster->first_sent_us = result->sent_us;
  if (cluster->n_arrived == 0 || result->sent_us >= cluster->last_sent_us)
    {
      cluster->last_sent_us = result->sent_us;
      cluster->last_sent_bytes = result->size_bytes;
    }
  if (cluster->n_arrived == 0 || result->arrived_us < cluster->first_arrived_us)
    {
      cluster->first_arrived_us = result->arrived_us;
      cluster->first_arrived_bytes = result->size_bytes;
    }
  if (cluster->n_arrived == 0 || result->arrived_us > cluster->last_arrived_us)
    cluster->last_arrived_us = result->arrived_us;
  if (cluster->n_arrived == 0 || result->arrived_us - result->sent_us < cluster->least_us)
    cluster->least_us = result->arrived_us - result->sent_us;
  cluster->n_arrived++;
  cluster->bytes += result->size_bytes;
  learn_carried (cluster, result, base_us);
}

/* Returns: FALSE if the times make no sense together */
static gboolean
judge (const YodelProbeCluster *cluster,
       double                   noise_us,
       YodelProbeOutcome       *outcome)
{
  double sent_us = cluster->last_sent_us - cluster->first_sent_us;
  double arrived_us = cluster->last_arrived_us - cluster->first_arrived_us;
  double sent_bps, arrived_bps;

  if (sent_us <= 0 || arrived_us <= 0 || sent_us > MAX_INTERVAL_US || arrived_us > MAX_INTERVAL_US ||
      arrived_us < SQUEEZED * sent_us)
    return FALSE;

  sent_bps = (cluster->bytes - cluster->last_sent_bytes) * 8.0 * G_USEC_PER_SEC / sent_us;
  arrived_bps = (cluster->bytes - cluster->first_arrived_bytes) * 8.0 * G_USEC_PER_SEC / arrived_us;
  *outcome = (YodelProbeOutcome) {
    .id = cluster->request.id,
    .requested_bps = cluster->request.rate_bps,
    .seen_bps = MIN (sent_bps, arrived_bps),
    .is_saturated = arrived_bps < SATURATED * sent_bps,
  };
  if (outcome->is_saturated)
    outcome->seen_bps = SATURATED_SHARE * arrived_bps;
  outcome->bps = outcome->seen_bps;
  if (noise_us > LITTLE_NOISE_US && cluster->carried_bps[1] > 0)
    {
      outcome->bps = MIN (sent_bps, cluster->carried_bps[1]);
      outcome->seen_bps = MAX (outcome->seen_bps, outcome->bps);
    }
  return TRUE;
}

gboolean
yodel_probe_estimate_poll (YodelProbeEstimate *self,
                           double              noise_us,
                           YodelProbeOutcome  *outcome)
{
  for (guint i = 0; i < MIN (self->n_clusters, YODEL_PROBE_CLUSTERS); i++)
    {
      YodelProbeCluster *cluster = &self->clusters[i];
      const YodelProbeRequest *request = &cluster->request;
      double needed_bytes = request->rate_bps / 8.0 * request->min_duration_us / G_USEC_PER_SEC;

      if (cluster->is_done || cluster->n_arrived < NEEDED_SHARE * request->min_packets ||
          cluster->bytes < NEEDED_SHARE * needed_bytes)
        continue;

      cluster->is_done = TRUE;
      if (judge (cluster, noise_us, outcome))
        return TRUE;
    }
  return FALSE;
}
