#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/packet-history.h"

#include "base/sequence.h"

/* A packet is kept for three round trips, so that it can be asked for twice; and for as long as our
 * own receiver asks.  At a quarter lost and a round trip of 300 ms, one second left 2 % of the
 * packets missing, two leave 0.2 %. */
#define MIN_AGE_US      (2 * (gint64) G_USEC_PER_SEC)
#define MAX_AGE_US      (5 * (gint64) G_USEC_PER_SEC)
#define AGE_IN_RTT      3

/* On the shortest paths requests come no faster than this. */
#define MIN_RESEND_US   (10 * (gint64) 1000)
/* A request that is said again after this is no duplicate of the path's. */
#define ECHO_US         (5 * (gint64) 1000)
/* Before one was measured. */
#define DEFAULT_RTT_US  (100 * (gint64) 1000)

typedef struct
{
  GBytes  *packet;         /* (owned) (nullable) */
  gint64   sent_us;
  gint64   resent_us;
  gboolean resent;
  gboolean echoed;         /* since then */
} Slot;

/* The numbers from oldest to oldest + span - 1 live in their slots; some of these may be empty. */
struct _YodelPacketHistory
{
  guint   capacity;        /* a power of two */
  guint16 oldest;
  guint   span;
  guint   n_packets;
  gint64  rtt_us;
  Slot    slots[];
};

YodelPacketHistory *
yodel_packet_history_new (guint capacity)
{
  guint rounded = 1;
  YodelPacketHistory *self;

  g_assert (capacity >= 1 && capacity <= YODEL_PACKET_HISTORY_MAX);
  while (rounded < capacity)
    rounded *= 2;

  self = g_malloc0 (sizeof *self + rounded * sizeof (Slot));
  self->capacity = rounded;
  self->rtt_us = DEFAULT_RTT_US;
  return self;
}

static Slot *
get_slot (YodelPacketHistory *self,
          guint16             sequence_number)
{
  return &self->slots[sequence_number & (self->capacity - 1)];
}

static void
drop_oldest (YodelPacketHistory *self)
{
  Slot *slot = get_slot (self, self->oldest);

  if (slot->packet != NULL)
    {
      g_clear_pointer (&slot->packet, g_bytes_unref);
      self->n_packets--;
    }
  self->oldest++;
  self->span--;
}

void
yodel_packet_history_free (YodelPacketHistory *self)
{
  while (self->span > 0)
    drop_oldest (self);
  g_free (self);
}

void
yodel_packet_history_set_rtt (YodelPacketHistory *self,
                              gint64              rtt_us)
{
  self->rtt_us = rtt_us;
}

static void
drop_aged (YodelPacketHistory *self,
           gint64              now_us)
{
  gint64 age_us = CLAMP (AGE_IN_RTT * self->rtt_us, MIN_AGE_US, MAX_AGE_US);

  while (self->span > 0)
    {
      Slot *slot = get_slot (self, self->oldest);

      if (slot->packet != NULL && now_us - slot->sent_us <= age_us)
        return;
      drop_oldest (self);
    }
}

/* Makes the number one that has a slot.  Returns: %FALSE if it is older than all that have */
static gboolean
reach (YodelPacketHistory *self,
       guint16             sequence_number)
{
  gint ahead = yodel_sequence_diff16 (sequence_number, self->oldest);

  if (self->span == 0)
    {
      self->oldest = sequence_number;
      self->span = 1;
      return TRUE;
    }
  if (ahead < 0)
    return FALSE;

  /* What the new number pushes out. */
  while (self->span > 0 && ahead >= (gint) self->capacity)
    {
      drop_oldest (self);
      ahead--;
    }
  if (self->span == 0)
    self->oldest = sequence_number;
  self->span = MAX (self->span, (guint16) (sequence_number - self->oldest) + 1u);
  return TRUE;
}

/* Keeps a packet that was sent, as it was before SRTP.  Takes a reference to @packet. */
void
yodel_packet_history_push (YodelPacketHistory *self,
                           guint16             sequence_number,
                           GBytes             *packet,
                           gint64              now_us)
{
  Slot *slot;

  drop_aged (self, now_us);
  if (!reach (self, sequence_number))
    return;

  slot = get_slot (self, sequence_number);
  if (slot->packet == NULL)
    self->n_packets++;
  g_clear_pointer (&slot->packet, g_bytes_unref);
  *slot = (Slot) { .packet = g_bytes_ref (packet), .sent_us = now_us };
}

/* The peer asks for a packet again.
 *
 * Returns: (transfer full) (nullable): the packet; %NULL if it is gone, or was sent again less than
 *   a round trip ago, so that it may be on its way */
GBytes *
yodel_packet_history_resend (YodelPacketHistory *self,
                             guint16             sequence_number,
                             gint64              now_us)
{
  Slot *slot = get_slot (self, sequence_number);

  drop_aged (self, now_us);
  if ((guint16) (sequence_number - self->oldest) >= self->span || slot->packet == NULL)
    return NULL;
  if (slot->resent && now_us - slot->resent_us < MAX (self->rtt_us, MIN_RESEND_US))
    return NULL;

  slot->resent = TRUE;
  slot->resent_us = now_us;
  slot->echoed = FALSE;
  return g_bytes_ref (slot->packet);
}

/* The peer says a request once more within the same round trip: what came meanwhile, such as what
 * protects the packet, did not replace it.
 *
 * Returns: (transfer full) (nullable): the packet, once after each resend */
GBytes *
yodel_packet_history_echo (YodelPacketHistory *self,
                           guint16             sequence_number,
                           gint64              now_us)
{
  Slot *slot = get_slot (self, sequence_number);

  drop_aged (self, now_us);
  if ((guint16) (sequence_number - self->oldest) >= self->span || slot->packet == NULL || !slot->resent
      || slot->echoed || now_us - slot->resent_us < ECHO_US)
    return NULL;

  slot->echoed = TRUE;
  return g_bytes_ref (slot->packet);
}

/* What a probe of the path may be filled with.
 *
 * Returns: (transfer none) (nullable): the last packet sent, unless it has aged */
GBytes *
yodel_packet_history_peek_newest (YodelPacketHistory *self,
                                  gint64              now_us)
{
  drop_aged (self, now_us);
  if (self->span == 0)
    return NULL;
  return get_slot (self, self->oldest + self->span - 1)->packet;
}

guint
yodel_packet_history_get_size (const YodelPacketHistory *self)
{
  return self->n_packets;
}
