/* The rate that loss allows.  Loss that comes with the rate is congestion, loss that is always
 * there is the path's own: of some candidate rates the one is taken under which the losses seen
 * are the least surprising (maximum likelihood). */
#pragma once

#include <glib.h>

#define YODEL_LOSS_OBSERVATIONS 15

typedef struct
{
  double sent_bps;
  double n_packets;
  double n_lost;
} YodelLossObservation;

typedef struct
{
  YodelLossObservation observations[YODEL_LOSS_OBSERVATIONS];   /* a ring */
  guint                n_observations;                          /* ever */
  guint                n_judged;

  /* the observation that is being made */
  gint64               since_us;            /* -1: none; on the sender's clock */
  gint64               until_us;
  guint                bytes;
  guint                n_packets;
  guint                n_lost;

  double               bps;                 /* INFINITY: loss is no limit */
  double               inherent;            /* the path's own loss */
  double               mean;                /* loss of late */
  double               calm_loss;           /* of packets that met no queue */
  guint                n_calm;
} YodelLossEstimate;

void     yodel_loss_estimate_init   (YodelLossEstimate *self);
void     yodel_loss_estimate_push   (YodelLossEstimate *self,
                                     gint64             sent_us,
                                     guint              size_bytes,
                                     gboolean           is_lost,
                                     gboolean           has_no_queue);

/* After a report.  @delay_bps: what the delay allows now. */
void     yodel_loss_estimate_update (YodelLossEstimate *self,
                                     double             delay_bps,
                                     double             acknowledged_bps,
                                     double             min_bps);
