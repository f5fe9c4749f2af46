#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/pacer.h"

#include "base/units.h"

#define BURST_US             (5 * YODEL_US_PER_MS)     /* leaves at once, in time at the paced rate */
#define DRAIN_WITHIN_US      (1 * G_USEC_PER_SEC)      /* what waits goes in this time ... */
#define MOST_FACTOR          1.5                       /* ... if that takes no more than so much of the rate */
#define HELD_SHARE           0.25                      /* of the rate, while more is in flight than there can be */
#define MAX_PROBES           8
#define PROBE_EXPIRES_US     (1 * G_USEC_PER_SEC)
#define PROBE_DEBT_US        (30 * YODEL_US_PER_MS)
#define LONG_PROBE_US        (80 * YODEL_US_PER_MS)    /* a shorter one is of equal packets, so of padding alone */
#define MAX_PADDING_BYTES    1100
#define MIN_PADDING_BYTES    100
#define N_QUEUES             3                         /* one for each kind but padding */

typedef struct
{
  GBytes *packet;         /* (owned) */
  guint   size_bytes;     /* with overhead */
  gint64  pushed_us;
} Item;

typedef struct
{
  YodelProbeRequest request;
  gint64            added_us;
  gint64            started_us;    /* -1: waits */
  guint             n_packets;
  guint64           n_bytes;
} Probe;

struct _YodelPacer
{
  GQueue  queues[N_QUEUES];        /* of Item */
  gsize   queued_bytes;            /* retransmissions and video */
  gsize   repair_bytes;            /* of them the retransmissions */
  guint   overhead_bytes;
  guint   rate_bps;
  gboolean is_held;
  gint64  reached_us;              /* all decisions are as of this time */
  double  debt_bits;               /* sent ahead of the rate */
  Probe   probes[MAX_PROBES];      /* the first is at work */
  guint   n_probes;
  guint   n_dropped;
};

YodelPacer *
yodel_pacer_new (gint64 now_us)
{
  YodelPacer *self = g_new0 (YodelPacer, 1);

  self->reached_us = now_us;
  self->rate_bps = YODEL_CONTROLLER_START_BPS;
  return self;
}

static void
item_free (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->packet, g_bytes_unref);
  g_free (item);
}

void
yodel_pacer_free (YodelPacer *self)
{
  for (guint i = 0; i < N_QUEUES; i++)
    g_queue_clear_full (&self->queues[i], item_free);
  g_free (self);
}

/* Raised where the queue would take longer than it may. */
static double
effective_rate_bps (const YodelPacer *self)
{
  double drain_bps = self->queued_bytes * 8.0 * G_USEC_PER_SEC / DRAIN_WITHIN_US;

  if (self->is_held)
    return MAX (HELD_SHARE * self->rate_bps, 1000);
  return MAX (MAX (self->rate_bps, MIN (drain_bps, MOST_FACTOR * self->rate_bps)), 1000);
}

static void
note_gone (YodelPacer     *self,
           YodelPacerKind  kind,
           guint           size_bytes)
{
  if (kind == YODEL_PACER_AUDIO)
    return;
  self->queued_bytes -= size_bytes;
  if (kind == YODEL_PACER_RETRANSMISSION)
    self->repair_bytes -= size_bytes;
}

static void
drop_head (YodelPacer     *self,
           YodelPacerKind  kind)
{
  Item *item = g_queue_pop_head (&self->queues[kind]);

  note_gone (self, kind, item->size_bytes);
  self->n_dropped++;
  item_free (item);
}

/* Keeps the bounds: the oldest video goes first, then the oldest retransmission. */
static void
drop_excess (YodelPacer *self)
{
  static const YodelPacerKind victims[] = { YODEL_PACER_VIDEO, YODEL_PACER_RETRANSMISSION };

  for (guint i = 0; i < G_N_ELEMENTS (victims); i++)
    {
      GQueue *queue = &self->queues[victims[i]];

      while (!g_queue_is_empty (queue))
        {
          Item *oldest = g_queue_peek_head (queue);
          guint n_packets = self->queues[YODEL_PACER_VIDEO].length +
                            self->queues[YODEL_PACER_RETRANSMISSION].length;

          if (self->queued_bytes <= YODEL_PACER_MAX_BYTES && n_packets <= YODEL_PACER_MAX_PACKETS &&
              self->reached_us - oldest->pushed_us <= YODEL_PACER_MAX_QUEUE_US)
            break;
          drop_head (self, victims[i]);
        }
    }
  while (self->queues[YODEL_PACER_AUDIO].length > YODEL_PACER_MAX_PACKETS)
    {
      item_free (g_queue_pop_head (&self->queues[YODEL_PACER_AUDIO]));
      self->n_dropped++;
    }
}

static void
finish_probe (YodelPacer *self)
{
  self->n_probes--;
  for (guint i = 0; i < self->n_probes; i++)
    self->probes[i] = self->probes[i + 1];
}

void
yodel_pacer_advance (YodelPacer *self,
                     gint64      now_us)
{
  if (now_us > self->reached_us)
    {
      double paid_bits = effective_rate_bps (self) * (now_us - self->reached_us) / G_USEC_PER_SEC;

      self->debt_bits = MAX (self->debt_bits - paid_bits, 0);
      self->reached_us = now_us;
    }
  drop_excess (self);

  while (self->n_probes > 0 && self->reached_us - self->probes[0].added_us > PROBE_EXPIRES_US)
    finish_probe (self);
  if (self->n_probes > 0 && self->probes[0].started_us < 0)
    self->probes[0].started_us = self->reached_us;
}

void
yodel_pacer_push (YodelPacer     *self,
                  YodelPacerKind  kind,
                  GBytes         *packet,
                  gint64          now_us)
{
  Item *item = g_new (Item, 1);

  g_assert (kind < N_QUEUES);
  item->packet = packet;
  item->size_bytes = g_bytes_get_size (packet) + self->overhead_bytes;
  item->pushed_us = MAX (now_us, self->reached_us);
  g_queue_push_tail (&self->queues[kind], item);
  if (kind != YODEL_PACER_AUDIO)
    self->queued_bytes += item->size_bytes;
  if (kind == YODEL_PACER_RETRANSMISSION)
    self->repair_bytes += item->size_bytes;

  yodel_pacer_advance (self, now_us);
}

static gint64
probe_next_us (const Probe *probe)
{
  return probe->started_us + (gint64) (probe->n_bytes * 8 * G_USEC_PER_SEC / probe->request.rate_bps);
}

static void
account (YodelPacer *self,
         guint       size_bytes)
{
  Probe *probe = &self->probes[0];
  gint64 end_us;

  self->debt_bits += size_bytes * 8.0;
  if (self->n_probes == 0 || probe->started_us < 0)
    return;

  probe->n_bytes += size_bytes;
  probe->n_packets++;
  end_us = probe_next_us (probe);
  if (probe->n_packets >= probe->request.min_packets &&
      end_us - probe->started_us >= probe->request.min_duration_us)
    {
      finish_probe (self);
      /* What the probe has sent too much is paid back, so that its queue does not stay on the
       * path, but not for long: a success brings a higher rate. */
      self->debt_bits = MIN (self->debt_bits, (double) self->rate_bps * PROBE_DEBT_US / G_USEC_PER_SEC);
      if (self->n_probes > 0)
        self->probes[0].started_us = MAX (self->reached_us, end_us);
    }
}

static GQueue *
first_paced_queue (YodelPacer     *self,
                   YodelPacerKind *kind)
{
  *kind = self->queues[YODEL_PACER_RETRANSMISSION].length > 0 ? YODEL_PACER_RETRANSMISSION
                                                              : YODEL_PACER_VIDEO;
  return &self->queues[*kind];
}

static gboolean
may_send_paced (const YodelPacer *self,
                guint             size_bytes)
{
  double burst_bits = effective_rate_bps (self) * BURST_US / G_USEC_PER_SEC;

  return self->debt_bits <= 0.5 || self->debt_bits + size_bytes * 8.0 <= burst_bits;
}

static void
take (YodelPacer      *self,
      YodelPacerKind   kind,
      GBytes         **packet)
{
  g_autofree Item *item = g_queue_pop_head (&self->queues[kind]);

  note_gone (self, kind, item->size_bytes);
  *packet = item->packet;
  account (self, item->size_bytes);
}

gboolean
yodel_pacer_poll (YodelPacer      *self,
                  GBytes         **packet,
                  YodelPacerKind  *kind,
                  int             *probe_cluster)
{
  const Probe *probe = &self->probes[0];
  gboolean is_probing = self->n_probes > 0 && probe->started_us >= 0 && probe->started_us <= self->reached_us;
  GQueue *queue;

  *packet = NULL;
  *probe_cluster = is_probing ? probe->request.id : 0;
  if (self->queues[YODEL_PACER_AUDIO].length > 0)
    {
      *kind = YODEL_PACER_AUDIO;
      take (self, YODEL_PACER_AUDIO, packet);
      return TRUE;
    }

  queue = first_paced_queue (self, kind);
  if (is_probing)
    {
      if (probe_next_us (probe) > self->reached_us)
        return FALSE;
      if (queue->length > 0 && probe->request.min_duration_us >= LONG_PROBE_US)
        take (self, *kind, packet);
      else
        *kind = YODEL_PACER_PADDING;
      return TRUE;
    }

  if (queue->length == 0 || !may_send_paced (self, ((Item *) queue->head->data)->size_bytes))
    return FALSE;
  take (self, *kind, packet);
  return TRUE;
}

/* The burst in packets of one size: the time that a packet takes on the link then says nothing. */
guint
yodel_pacer_get_padding_bytes (const YodelPacer *self)
{
  const Probe *probe = &self->probes[0];
  double wanted = probe->request.rate_bps / 8.0 * probe->request.min_duration_us / G_USEC_PER_SEC;
  guint n = probe->request.min_packets, n_full = wanted / (MAX_PADDING_BYTES + self->overhead_bytes) + 1;

  if (self->n_probes == 0)
    return MIN_PADDING_BYTES;
  return CLAMP (wanted / MAX (n, n_full) - self->overhead_bytes, MIN_PADDING_BYTES, MAX_PADDING_BYTES);
}

void
yodel_pacer_padding_sent (YodelPacer *self,
                          guint       size_bytes)
{
  if (size_bytes > 0)
    account (self, size_bytes + self->overhead_bytes);
  else if (self->n_probes > 0)
    finish_probe (self);
}

gint64
yodel_pacer_next_deadline_us (const YodelPacer *self)
{
  const Probe *probe = &self->probes[0];

  if (self->queues[YODEL_PACER_AUDIO].length > 0)
    return self->reached_us;
  if (self->n_probes > 0)
    return probe->started_us < 0 ? self->reached_us : MAX (probe->started_us, probe_next_us (probe));
  if (self->queued_bytes == 0)
    return YODEL_NEVER_US;

  return self->reached_us + (gint64) (self->debt_bits * G_USEC_PER_SEC / effective_rate_bps (self)) +
         (self->debt_bits > 0.5);
}

void
yodel_pacer_set_rate (YodelPacer *self,
                      guint       pacing_bps,
                      gint64      now_us)
{
  yodel_pacer_advance (self, now_us);
  self->rate_bps = pacing_bps;
}

void
yodel_pacer_set_held (YodelPacer *self,
                      gboolean    is_held,
                      gint64      now_us)
{
  yodel_pacer_advance (self, now_us);
  self->is_held = is_held;
}

void
yodel_pacer_set_overhead (YodelPacer *self,
                          guint       overhead_bytes)
{
  self->overhead_bytes = overhead_bytes;
}

void
yodel_pacer_add_probe (YodelPacer              *self,
                       const YodelProbeRequest *probe,
                       gint64                   now_us)
{
  if (self->n_probes == MAX_PROBES)
    return;

  self->probes[self->n_probes++] = (Probe) {
    .request = *probe,
    .added_us = MAX (now_us, self->reached_us),
    .started_us = -1,
  };
  yodel_pacer_advance (self, now_us);
}

gint64
yodel_pacer_queue_us (const YodelPacer *self)
{
  return self->queued_bytes * 8.0 * G_USEC_PER_SEC / effective_rate_bps (self);
}

gint64
yodel_pacer_repair_us (const YodelPacer *self)
{
  return self->repair_bytes * 8.0 * G_USEC_PER_SEC / effective_rate_bps (self);
}

gint64
yodel_pacer_waited_us (const YodelPacer *self)
{
  const Item *oldest = g_queue_peek_head ((GQueue *) &self->queues[YODEL_PACER_VIDEO]);

  return oldest != NULL ? self->reached_us - oldest->pushed_us : 0;
}

gsize
yodel_pacer_get_queued_bytes (const YodelPacer *self)
{
  return self->queued_bytes;
}

guint
yodel_pacer_take_dropped (YodelPacer *self)
{
  guint n = self->n_dropped;

  self->n_dropped = 0;
  return n;
}

void
yodel_pacer_clear_video (YodelPacer *self)
{
  while (!g_queue_is_empty (&self->queues[YODEL_PACER_VIDEO]))
    drop_head (self, YODEL_PACER_VIDEO);
  while (!g_queue_is_empty (&self->queues[YODEL_PACER_RETRANSMISSION]))
    drop_head (self, YODEL_PACER_RETRANSMISSION);
}
