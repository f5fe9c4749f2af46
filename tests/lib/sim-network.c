#include "lib/sim-network.h"

#include <math.h>

/* One bottleneck.  Its queue is first come, first served; the head is being sent. */
typedef struct
{
  SimLinkConfig  config;
  GArray        *rates;                       /* (owned) of SimRate, in order of time */
  GQueue         queue;                       /* of SimDelivery */
  guint64        queued_bytes;
  gint64         free_us;                     /* when the head could begin */
  gboolean       in_burst;                    /* of Gilbert-Elliott losses */
  gint64         last_arrival_us[SIM_MAX_FLOWS];
} Link;

struct _SimNetwork
{
  GRand        *random;                       /* (owned) */
  Link          links[2];
  gint64        flow_delay_us[SIM_MAX_FLOWS];
  SimFlowStats  stats[SIM_MAX_FLOWS][2];
  GQueue        in_the_air;                   /* of SimDelivery, by time of arrival */
};

SimNetwork *
sim_network_new (guint32 seed)
{
  SimNetwork *self = g_new0 (SimNetwork, 1);

  self->random = g_rand_new_with_seed (seed);
  for (guint i = 0; i < 2; i++)
    self->links[i].rates = g_array_new (FALSE, FALSE, sizeof (SimRate));
  return self;
}

static void
delivery_free (gpointer data)
{
  SimDelivery *item = data;

  g_clear_pointer (&item->packet, g_bytes_unref);
  g_free (item);
}

void
sim_network_free (SimNetwork *self)
{
  for (guint i = 0; i < 2; i++)
    {
      g_queue_clear_full (&self->links[i].queue, delivery_free);
      g_array_unref (self->links[i].rates);
    }
  g_queue_clear_full (&self->in_the_air, delivery_free);
  g_rand_free (self->random);
  g_free (self);
}

void
sim_network_set_link (SimNetwork          *self,
                      SimDirection         direction,
                      const SimLinkConfig *config)
{
  Link *link = &self->links[direction];

  link->config = *config;
  link->config.rates = NULL;
  g_array_set_size (link->rates, 0);
  if (config->rates != NULL)
    g_array_append_vals (link->rates, config->rates, config->n_rates);
}

void
sim_network_set_flow_delay (SimNetwork *self,
                            guint       flow,
                            gint64      delay_us)
{
  g_assert (flow < SIM_MAX_FLOWS);
  self->flow_delay_us[flow] = delay_us;
}

/* Returns: the last entry that began by @now_us; -1 before the first */
static int
rate_index (const Link *link,
            gint64      now_us)
{
  int found = -1;

  for (guint i = 0; i < link->rates->len; i++)
    if (g_array_index (link->rates, SimRate, i).at_us <= now_us)
      found = i;
  return found;
}

/* When @bits that begin at @from_us are through; G_MAXINT64 on a link that stays dead. */
static gint64
finish_us (const Link *link,
           gint64      from_us,
           double      bits)
{
  int index = rate_index (link, from_us);
  double at_us = from_us;

  if (link->rates->len == 0 || index < 0)
    return from_us;

  for (;; index++)
    {
      double rate_bps = g_array_index (link->rates, SimRate, index).rate_bps;
      gboolean is_last = index + 1 == (int) link->rates->len;
      double until_us = is_last ? INFINITY : g_array_index (link->rates, SimRate, index + 1).at_us;
      double needs_us = rate_bps > 0 ? bits * G_USEC_PER_SEC / rate_bps : INFINITY;

      if (at_us + needs_us <= until_us)
        return isinf (needs_us) ? G_MAXINT64 : (gint64) ceil (at_us + needs_us);
      bits -= rate_bps * (until_us - at_us) / G_USEC_PER_SEC;
      at_us = until_us;
    }
}

static gint64
head_finish_us (const Link *link)
{
  const SimDelivery *head = g_queue_peek_head ((GQueue *) &link->queue);

  if (head == NULL)
    return G_MAXINT64;

  return finish_us (link, MAX (link->free_us, head->sent_us), head->size_bytes * 8.0);
}

/* Two uniform numbers make a Gaussian one (Box and Muller); beyond three deviations, again. */
static double
cut_gaussian (GRand *random)
{
  double value;

  do
    value = sqrt (-2 * log (1 - g_rand_double (random))) * cos (2 * G_PI * g_rand_double (random));
  while (fabs (value) > 3);
  return value;
}

static gboolean
is_lost (SimNetwork *self,
         Link       *link)
{
  const SimLinkConfig *config = &link->config;

  if (config->burst_loss > 0)
    {
      double leave = 1 / MAX (config->burst_packets, 1);
      double enter = leave * config->burst_loss / (1 - config->burst_loss);

      link->in_burst = g_rand_double (self->random) < (link->in_burst ? 1 - leave : enter);
      if (link->in_burst)
        return TRUE;
    }
  return config->loss > 0 && g_rand_double (self->random) < config->loss;
}

static void
put_in_the_air (SimNetwork  *self,
                SimDelivery *item)
{
  GList *after = self->in_the_air.tail;

  while (after != NULL && ((SimDelivery *) after->data)->arrived_us > item->arrived_us)
    after = after->prev;
  g_queue_insert_after (&self->in_the_air, after, item);
}

/* The packet has left the bottleneck at @now_us. */
static void
propagate (SimNetwork  *self,
           Link        *link,
           SimDelivery *delivery,
           gint64       now_us)
{
  const SimLinkConfig *config = &link->config;
  gint64 *last_us = &link->last_arrival_us[delivery->flow];

  if (is_lost (self, link))
    {
      self->stats[delivery->flow][delivery->direction].random_losses++;
      delivery_free (delivery);
      return;
    }

  delivery->queued_us = now_us - delivery->sent_us;
  delivery->arrived_us = now_us + config->delay_us + self->flow_delay_us[delivery->flow];
  if (config->jitter_us > 0)
    delivery->arrived_us += config->jitter_us * (3 + cut_gaussian (self->random));
  if (config->jitter_span_us > 0)
    delivery->arrived_us += g_rand_double (self->random) * config->jitter_span_us;
  if (config->quick > 0 && g_rand_double (self->random) < config->quick)
    delivery->arrived_us -= config->quick_us;
  else if (config->reordered > 0 && g_rand_double (self->random) < config->reordered)
    delivery->arrived_us += config->reordered_us;
  else if (!config->jitter_reorders)
    *last_us = delivery->arrived_us = MAX (delivery->arrived_us, *last_us);

  if (config->duplicates > 0 && g_rand_double (self->random) < config->duplicates)
    {
      SimDelivery *twin = g_memdup2 (delivery, sizeof *delivery);

      g_bytes_ref (twin->packet);
      put_in_the_air (self, twin);
    }
  put_in_the_air (self, delivery);
}

static void
run_link (SimNetwork *self,
          Link       *link,
          gint64      now_us)
{
  gint64 at_us;

  while ((at_us = head_finish_us (link)) <= now_us)
    {
      SimDelivery *item = g_queue_pop_head (&link->queue);

      link->queued_bytes -= item->size_bytes;
      link->free_us = at_us;
      propagate (self, link, item, at_us);
    }
}

void
sim_network_set_rate (SimNetwork   *self,
                      SimDirection  direction,
                      guint         rate_bps,
                      gint64        now_us)
{
  Link *link = &self->links[direction];
  SimRate rate = { .at_us = now_us, .rate_bps = rate_bps };

  run_link (self, link, now_us);
  g_array_set_size (link->rates, rate_index (link, now_us) + 1);
  g_array_append_val (link->rates, rate);
}

/* A dead link keeps the queue of its last live moment. */
static double
queue_limit_bytes (const Link *link,
                   gint64      now_us)
{
  for (int i = rate_index (link, now_us); i >= 0; i--)
    {
      double rate_bps = g_array_index (link->rates, SimRate, i).rate_bps;

      if (rate_bps > 0)
        return rate_bps * link->config.queue_us / G_USEC_PER_SEC / 8;
    }
  return 0;
}

void
sim_network_send (SimNetwork   *self,
                  guint         flow,
                  SimDirection  direction,
                  GBytes       *packet,
                  guint         size_bytes,
                  gint64        now_us)
{
  Link *link = &self->links[direction];
  SimDelivery *item;

  g_assert (flow < SIM_MAX_FLOWS);
  run_link (self, link, now_us);
  self->stats[flow][direction].sent++;
  if (link->config.queue_us > 0 && link->rates->len > 0 && link->queue.length > 0 &&
      link->queued_bytes + size_bytes > queue_limit_bytes (link, now_us))
    {
      self->stats[flow][direction].queue_drops++;
      g_bytes_unref (packet);
      return;
    }

  item = g_new0 (SimDelivery, 1);
  item->flow = flow;
  item->direction = direction;
  item->packet = packet;
  item->size_bytes = size_bytes;
  item->sent_us = now_us;
  g_queue_push_tail (&link->queue, item);
  link->queued_bytes += size_bytes;
}

gboolean
sim_network_poll (SimNetwork  *self,
                  SimDelivery *delivery,
                  gint64       now_us)
{
  const SimDelivery *first;
  SimFlowStats *stats;

  run_link (self, &self->links[SIM_FORTH], now_us);
  run_link (self, &self->links[SIM_BACK], now_us);

  first = g_queue_peek_head (&self->in_the_air);
  if (first == NULL || first->arrived_us > now_us)
    return FALSE;

  g_autofree SimDelivery *item = g_queue_pop_head (&self->in_the_air);
  *delivery = *item;
  stats = &self->stats[delivery->flow][delivery->direction];
  stats->delivered++;
  stats->delivered_bytes += delivery->size_bytes;
  return TRUE;
}

gint64
sim_network_next_deadline_us (const SimNetwork *self)
{
  const SimDelivery *first = g_queue_peek_head ((GQueue *) &self->in_the_air);
  gint64 deadline_us = first != NULL ? first->arrived_us : G_MAXINT64;

  for (guint i = 0; i < 2; i++)
    deadline_us = MIN (deadline_us, head_finish_us (&self->links[i]));
  return deadline_us;
}

gint64
sim_network_queue_us (const SimNetwork *self,
                      SimDirection      direction,
                      gint64            now_us)
{
  const Link *link = &self->links[direction];
  int index = rate_index (link, now_us);
  double rate_bps = index < 0 ? 0 : g_array_index (link->rates, SimRate, index).rate_bps;

  return rate_bps > 0 ? link->queued_bytes * 8.0 * G_USEC_PER_SEC / rate_bps : 0;
}

const SimFlowStats *
sim_network_get_stats (const SimNetwork *self,
                       guint             flow,
                       SimDirection      direction)
{
  return &self->stats[flow][direction];
}
