#include "congestion/scenario.h"

#include <stdlib.h>

Scenario *
scenario_new (guint32 seed)
{
  Scenario *self = g_new0 (Scenario, 1);

  self->network = sim_network_new (seed);
  self->queue_us = g_array_new (FALSE, FALSE, sizeof (double));
  return self;
}

void
scenario_free (Scenario *self)
{
  for (guint i = 0; i < self->n_media; i++)
    media_flow_free (self->media[i]);
  for (guint i = 0; i < self->n_tcp; i++)
    tcp_flow_free (self->tcp[i]);
  sim_network_free (self->network);
  g_array_unref (self->queue_us);
  g_free (self);
}

MediaFlow *
scenario_add_media (Scenario        *self,
                    SimDirection     direction,
                    gint64           delay_us,
                    const MediaPlan *plan,
                    guint32          seed)
{
  MediaFlow *flow = media_flow_new (self->n_media, direction, plan, seed);

  g_assert (self->n_media < SCENARIO_MAX_FLOWS);
  sim_network_set_flow_delay (self->network, flow->id, delay_us);
  return self->media[self->n_media++] = flow;
}

TcpFlow *
scenario_add_tcp (Scenario      *self,
                  const TcpPlan *plan,
                  guint32        seed)
{
  TcpFlow *flow = tcp_flow_new (SCENARIO_MAX_FLOWS + self->n_tcp, plan, seed);

  g_assert (self->n_tcp < SCENARIO_MAX_FLOWS);
  return self->tcp[self->n_tcp++] = flow;
}

static void
deliver (Scenario *self,
         gint64    now_us)
{
  SimDelivery delivery;

  while (sim_network_poll (self->network, &delivery, now_us))
    {
      if (delivery.flow < SCENARIO_MAX_FLOWS)
        media_flow_take (self->media[delivery.flow], &delivery);
      else
        tcp_flow_take (self->tcp[delivery.flow - SCENARIO_MAX_FLOWS], self->network, &delivery);
      g_bytes_unref (delivery.packet);
    }
}

static gint64
advance (Scenario *self,
         gint64    now_us)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < self->n_media; i++)
    {
      media_flow_advance (self->media[i], self->network, now_us);
      next_us = MIN (next_us, media_flow_next_deadline_us (self->media[i]));
    }
  for (guint i = 0; i < self->n_tcp; i++)
    {
      tcp_flow_advance (self->tcp[i], self->network, now_us);
      next_us = MIN (next_us, tcp_flow_next_deadline_us (self->tcp[i]));
    }
  return MIN (next_us, sim_network_next_deadline_us (self->network));
}

void
scenario_run (Scenario *self,
              gint64    until_us)
{
  gint64 now_us = self->now_us;

  while (now_us < until_us)
    {
      gint64 next_us;

      deliver (self, now_us);
      next_us = advance (self, now_us);
      while (self->queue_us->len * SCENARIO_SAMPLE_US <= now_us)
        {
          double queue_us = sim_network_queue_us (self->network, SIM_FORTH, now_us);

          g_array_append_val (self->queue_us, queue_us);
        }
      now_us = MAX (next_us, now_us + 1);
    }
  self->now_us = now_us;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

double
scenario_quantile_ms (GArray *samples_us,
                      double  share)
{
  g_array_sort (samples_us, compare);
  return g_array_index (samples_us, double, (guint) (share * (samples_us->len - 1))) / 1000;
}

double
scenario_get_queue_ms (const Scenario *self,
                       double          share,
                       gint64          from_us,
                       gint64          to_us)
{
  guint from = MIN (from_us / SCENARIO_SAMPLE_US, self->queue_us->len);
  guint to = MIN (to_us / SCENARIO_SAMPLE_US, self->queue_us->len);
  g_autoptr (GArray) samples_us = g_array_new (FALSE, FALSE, sizeof (double));

  g_array_append_vals (samples_us, &g_array_index (self->queue_us, double, from), to - from);
  return scenario_quantile_ms (samples_us, share);
}

double
scenario_get_over_s (const Scenario *self,
                     double          limit_ms,
                     gint64          from_us,
                     gint64          to_us)
{
  guint n = 0;

  for (guint i = from_us / SCENARIO_SAMPLE_US; i < to_us / SCENARIO_SAMPLE_US && i < self->queue_us->len; i++)
    n += g_array_index (self->queue_us, double, i) > limit_ms * 1000;
  return n * SCENARIO_SAMPLE_US / (double) G_USEC_PER_SEC;
}
