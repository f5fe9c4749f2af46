#include "congestion/tcp-flow.h"

#include <math.h>

#define SEGMENT_BYTES  1460
#define WIRE_BYTES     1500
#define ACK_BYTES      52
#define INITIAL_WINDOW 10
#define REORDERING     3
#define CUBIC_C        0.4              /* RFC 9438 section 5 */
#define CUBIC_BETA     0.7
#define MIN_RTO_US     (200 * G_TIME_SPAN_MILLISECOND)
#define HYSTART_US     (16 * G_TIME_SPAN_MILLISECOND)

static void
begin_connection (TcpFlow *self)
{
  self->connection = self->next;
  self->unacked = self->recover = self->next;
  self->highest_acked = self->next - 1;
  self->in_flight = 0;
  self->window = INITIAL_WINDOW;
  self->threshold = INFINITY;
  self->max_window = 0;
  self->epoch_us = -1;
  self->rtt_us = self->min_rtt_us = -1;
}

static void
begin_download (TcpFlow *self,
                gint64   now_us)
{
  guint bytes = self->plan.min_bytes > 0 ? g_rand_int_range (self->random, self->plan.min_bytes, self->plan.max_bytes + 1) : 0;

  begin_connection (self);
  self->end = bytes > 0 ? self->next + (bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES : G_MAXINT64;
  self->next_download_us = G_MAXINT64;
  self->progress_us = now_us;
}

TcpFlow *
tcp_flow_new (guint          id,
              const TcpPlan *plan,
              guint32        seed)
{
  TcpFlow *self = g_new0 (TcpFlow, 1);

  self->id = id;
  self->plan = *plan;
  self->random = g_rand_new_with_seed (seed + id * 104729);
  self->next_download_us = plan->start_us;
  if (plan->mean_idle_s > 0 && !plan->begins_on)
    self->next_download_us += -log (1 - g_rand_double (self->random)) * plan->mean_idle_s * G_USEC_PER_SEC;
  begin_connection (self);
  return self;
}

void
tcp_flow_free (TcpFlow *self)
{
  g_rand_free (self->random);
  g_free (self);
}

static TcpSegment *
segment (TcpFlow *self,
         gint64   number)
{
  return &self->segments[number % TCP_WINDOW];
}

static void
transmit (TcpFlow    *self,
          SimNetwork *network,
          gint64      number,
          gint64      now_us)
{
  *segment (self, number) = (TcpSegment) { .sent_us = now_us };
  self->in_flight++;
  self->recovery_sent++;
  sim_network_send (network, self->id, SIM_FORTH, g_bytes_new (&number, sizeof number), WIRE_BYTES, now_us);
}

static gint64
timeout_us (const TcpFlow *self)
{
  return self->progress_us + MAX (MIN_RTO_US + 2 * MAX (self->rtt_us, 0), MIN_RTO_US * 5);
}

static void
lose_event (TcpFlow *self)
{
  self->max_window = self->window;
  self->window = MAX (self->window * CUBIC_BETA, 2);
  self->threshold = self->window;
  self->recover = self->next;
  self->recovery_sent = self->recovery_acked = 0;
  self->epoch_us = -1;
}

/* In recovery the sender does not fall silent: it sends a share of what is acknowledged
 * (proportional rate reduction, RFC 6937). */
static gboolean
may_send (const TcpFlow *self)
{
  if (self->unacked < self->recover && self->in_flight >= self->window)
    return self->recovery_sent < self->recovery_acked * CUBIC_BETA;
  return self->in_flight < self->window;
}

static void
send_window (TcpFlow    *self,
             SimNetwork *network,
             gint64      now_us)
{
  for (gint64 i = self->unacked; i < self->next && may_send (self); i++)
    if (segment (self, i)->lost)
      transmit (self, network, i, now_us);

  while (may_send (self) && self->next < self->end && self->next - self->unacked < TCP_WINDOW)
    transmit (self, network, self->next++, now_us);
}

void
tcp_flow_advance (TcpFlow    *self,
                  SimNetwork *network,
                  gint64      now_us)
{
  if (now_us >= self->plan.stop_us)
    return;

  if (now_us >= self->next_download_us)
    begin_download (self, now_us);
  if (self->unacked < self->next && now_us >= timeout_us (self))
    {
      for (gint64 i = self->unacked; i < self->next; i++)
        if (!segment (self, i)->acked)
          segment (self, i)->lost = TRUE;
      self->in_flight = 0;
      lose_event (self);
      self->window = 1;
      self->progress_us = now_us;
    }
  if (self->next_download_us == G_MAXINT64)
    send_window (self, network, now_us);
}

/* RFC 9438 section 4; slow start ends early when the delay grows (HyStart). */
static void
grow (TcpFlow *self,
      gint64   rtt_us,
      gint64   now_us)
{
  double seconds, wanted, k;

  if (self->window < self->threshold)
    {
      self->window += 1;
      if (self->window >= 16 && rtt_us > self->min_rtt_us + CLAMP (self->min_rtt_us / 8, HYSTART_US / 4, HYSTART_US))
        self->threshold = self->window;
      return;
    }

  if (self->epoch_us < 0)
    {
      self->epoch_us = now_us;
      self->max_window = MAX (self->max_window, self->window);
    }
  k = cbrt (self->max_window * (1 - CUBIC_BETA) / CUBIC_C);
  seconds = (now_us - self->epoch_us + self->rtt_us) / (double) G_USEC_PER_SEC;
  wanted = CUBIC_C * pow (seconds - k, 3) + self->max_window;
  wanted = CLAMP (wanted, self->window, 1.5 * self->window);
  /* never slower than Reno would be, section 4.3 */
  self->window += MAX ((wanted - self->window) / self->window, 0.53 / self->window);
}

static void
on_ack (TcpFlow *self,
        gint64   number,
        gint64   now_us)
{
  TcpSegment *acked = segment (self, number);
  gint64 rtt_us = now_us - acked->sent_us;

  if (number < self->unacked || number < self->connection || acked->acked)
    return;

  self->min_rtt_us = self->min_rtt_us < 0 ? rtt_us : MIN (self->min_rtt_us, rtt_us);
  self->rtt_us = self->rtt_us < 0 ? rtt_us : self->rtt_us + (rtt_us - self->rtt_us) / 8;
  if (!acked->lost)
    self->in_flight -= self->in_flight > 0;
  acked->acked = TRUE;
  acked->lost = FALSE;
  self->delivered_bytes += SEGMENT_BYTES;
  self->progress_us = now_us;
  self->highest_acked = MAX (self->highest_acked, number);
  self->recovery_acked++;
  if (self->unacked >= self->recover)
    grow (self, rtt_us, now_us);

  for (gint64 i = self->unacked; i < self->highest_acked - REORDERING; i++)
    {
      TcpSegment *missing = segment (self, i);

      if (missing->acked || missing->lost || missing->sent_us > acked->sent_us)
        continue;
      missing->lost = TRUE;
      self->in_flight -= self->in_flight > 0;
      if (i >= self->recover)
        lose_event (self);
    }
  while (self->unacked < self->next && segment (self, self->unacked)->acked)
    self->unacked++;

  if (self->unacked == self->end && self->plan.mean_idle_s > 0)
    self->next_download_us = now_us + -log (1 - g_rand_double (self->random)) * self->plan.mean_idle_s * G_USEC_PER_SEC;
}

void
tcp_flow_take (TcpFlow           *self,
               SimNetwork        *network,
               const SimDelivery *delivery)
{
  gint64 number = *(const gint64 *) g_bytes_get_data (delivery->packet, NULL);

  if (delivery->direction == SIM_FORTH)
    sim_network_send (network, self->id, SIM_BACK, g_bytes_ref (delivery->packet), ACK_BYTES, delivery->arrived_us);
  else
    on_ack (self, number, delivery->arrived_us);
}

gint64
tcp_flow_next_deadline_us (const TcpFlow *self)
{
  if (self->next_download_us != G_MAXINT64)
    return self->next_download_us < self->plan.stop_us ? self->next_download_us : G_MAXINT64;

  return self->unacked < self->next ? timeout_us (self) : G_MAXINT64;
}
