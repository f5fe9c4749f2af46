/* Media and TCP flows over one simulated bottleneck, and what came of it. */
#pragma once

#include "congestion/media-flow.h"
#include "congestion/tcp-flow.h"

#define SCENARIO_MAX_FLOWS 16
#define SCENARIO_SAMPLE_US (10 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  gint64      now_us;
  SimNetwork *network;                         /* (owned) */
  MediaFlow  *media[SCENARIO_MAX_FLOWS];       /* (owned) */
  guint       n_media;
  TcpFlow    *tcp[SCENARIO_MAX_FLOWS];         /* (owned) */
  guint       n_tcp;
  GArray     *queue_us;                        /* (owned) of double, forth, one for each sample time */
} Scenario;

Scenario *scenario_new               (guint32 seed);
void      scenario_free              (Scenario *self);
MediaFlow *scenario_add_media        (Scenario        *self,
                                      SimDirection     direction,
                                      gint64           delay_us,
                                      const MediaPlan *plan,
                                      guint32          seed);
TcpFlow  *scenario_add_tcp           (Scenario      *self,
                                      const TcpPlan *plan,
                                      guint32        seed);
void      scenario_run               (Scenario *self,
                                      gint64    until_us);

/* The @share quantile, of samples that are sorted by it; of the queue between the times, in ms. */
double    scenario_quantile_ms       (GArray *samples_us,
                                      double  share);
double    scenario_get_queue_ms      (const Scenario *self,
                                      double          share,
                                      gint64          from_us,
                                      gint64          to_us);

/* Seconds in which the queue was longer than @limit_ms. */
double    scenario_get_over_s        (const Scenario *self,
                                      double          limit_ms,
                                      gint64          from_us,
                                      gint64          to_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scenario, scenario_free)
