/* A packet network in virtual time: one bottleneck each way, shared by any number of flows.
 * Nothing in it reads a clock; the same seed gives the same run. */
#pragma once

#include <glib.h>

#define SIM_MAX_FLOWS 32

typedef enum
{
  SIM_FORTH,
  SIM_BACK
} SimDirection;

/* From @at_us on the link carries @rate_bps; 0 is a dead link. */
typedef struct
{
  gint64 at_us;
  guint  rate_bps;
} SimRate;

typedef struct
{
  const SimRate *rates;             /* (borrowed) (nullable): NULL: no limit */
  guint          n_rates;
  gint64         queue_us;          /* tail drop beyond, at the rate of the moment; 0: no limit */
  gint64         delay_us;          /* one way, after the queue */

  gint64         jitter_us;         /* standard deviation of a Gaussian cut at 3 of them, on top */
  gint64         jitter_span_us;    /* uniform from 0 to this, on top */
  gboolean       jitter_reorders;   /* else a packet waits for the one before it, RFC 8868 section 4.5.2 */

  double         loss;              /* independent */
  double         burst_loss;        /* Gilbert-Elliott: share of packets lost ... */
  double         burst_packets;     /* ... and mean length of a burst */
  double         duplicates;
  double         quick;             /* share of packets that find a shorter way ... */
  gint64         quick_us;          /* ... by this much, and overtake others */
  double         reordered;         /* share of packets held back ... */
  gint64         reordered_us;      /* ... by this much */
} SimLinkConfig;

typedef struct
{
  guint         flow;
  SimDirection  direction;
  GBytes       *packet;             /* (owned) */
  guint         size_bytes;         /* as sent */
  gint64        sent_us;
  gint64        queued_us;          /* how long it stood in the bottleneck's queue */
  gint64        arrived_us;
} SimDelivery;

typedef struct
{
  guint64 sent;
  guint64 delivered;
  guint64 queue_drops;
  guint64 random_losses;
  guint64 delivered_bytes;
} SimFlowStats;

typedef struct _SimNetwork SimNetwork;

SimNetwork         *sim_network_new              (guint32 seed);
void                sim_network_free             (SimNetwork *self);
void                sim_network_set_link         (SimNetwork          *self,
                                                  SimDirection         direction,
                                                  const SimLinkConfig *config);

/* From now on, instead of what the configuration says. */
void                sim_network_set_rate         (SimNetwork   *self,
                                                  SimDirection  direction,
                                                  guint         rate_bps,
                                                  gint64        now_us);

/* One-way delay of one flow, each way, on top of the link's. */
void                sim_network_set_flow_delay   (SimNetwork *self,
                                                  guint       flow,
                                                  gint64      delay_us);

/* @packet: (transfer full); @size_bytes: on the wire, headers included. */
void                sim_network_send             (SimNetwork   *self,
                                                  guint         flow,
                                                  SimDirection  direction,
                                                  GBytes       *packet,
                                                  guint         size_bytes,
                                                  gint64        now_us);

/* Takes out what has arrived by @now_us, in order of arrival; call until FALSE.
 * @delivery->packet is the caller's. */
gboolean            sim_network_poll             (SimNetwork  *self,
                                                  SimDelivery *delivery,
                                                  gint64       now_us);
gint64              sim_network_next_deadline_us (const SimNetwork *self);

/* Time that a packet coming now would wait in the queue. */
gint64              sim_network_queue_us         (const SimNetwork *self,
                                                  SimDirection      direction,
                                                  gint64            now_us);
const SimFlowStats *sim_network_get_stats        (const SimNetwork *self,
                                                  guint             flow,
                                                  SimDirection      direction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimNetwork, sim_network_free)
