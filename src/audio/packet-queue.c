#define G_LOG_DOMAIN "yodel-audio"

#include "audio/packet-queue.h"

#include <string.h>

static void
remove_at (YodelPacketQueue *self,
           guint             i)
{
  g_free (self->packets[i].data);
  self->n_packets--;
  memmove (&self->packets[i], &self->packets[i + 1], (self->n_packets - i) * sizeof self->packets[0]);
}

void
yodel_packet_queue_clear (YodelPacketQueue *self)
{
  for (guint i = 0; i < self->n_packets; i++)
    g_free (self->packets[i].data);

  self->n_packets = 0;
}

/* The place of the first packet that is later than @rtp_time. */
static guint
place_after (const YodelPacketQueue *self,
             gint64                  rtp_time)
{
  guint i = self->n_packets;

  while (i > 0 && self->packets[i - 1].rtp_time > rtp_time)
    i--;

  return i;
}

/* Copies the packet with its bytes. */
YodelQueueResult
yodel_packet_queue_push (YodelPacketQueue        *self,
                         const YodelQueuedPacket *packet)
{
  YodelQueueResult result = YODEL_QUEUE_ADDED;
  guint i = place_after (self, packet->rtp_time);

  if (i > 0 && self->packets[i - 1].rtp_time == packet->rtp_time)
    {
      if (self->packets[i - 1].sequence != YODEL_QUEUED_COPY || packet->sequence == YODEL_QUEUED_COPY)
        return YODEL_QUEUE_DUPLICATE;

      remove_at (self, --i);
      result = YODEL_QUEUE_REPLACED;
    }
  else if (self->n_packets == YODEL_PACKET_QUEUE_MAX)
    {
      if (i == 0)
        return YODEL_QUEUE_OVERFLOW;       /* the oldest one is the new one */

      remove_at (self, 0);
      i--;
      result = YODEL_QUEUE_OVERFLOW;
    }

  memmove (&self->packets[i + 1], &self->packets[i], (self->n_packets - i) * sizeof self->packets[0]);
  self->packets[i] = *packet;
  self->packets[i].data = g_memdup2 (packet->data, packet->size);
  self->n_packets++;
  return result;
}

/* (nullable) */
const YodelQueuedPacket *
yodel_packet_queue_first (const YodelPacketQueue *self)
{
  return self->n_packets > 0 ? &self->packets[0] : NULL;
}

/* The packet whose sound covers @rtp_time.  (nullable) */
const YodelQueuedPacket *
yodel_packet_queue_find (const YodelPacketQueue *self,
                         gint64                  rtp_time)
{
  guint i = place_after (self, rtp_time);
  const YodelQueuedPacket *packet = i > 0 ? &self->packets[i - 1] : NULL;

  return packet != NULL && rtp_time < packet->rtp_time + packet->info.packet_samples ? packet : NULL;
}

/* Takes the first one off. */
void
yodel_packet_queue_drop (YodelPacketQueue *self)
{
  g_assert (self->n_packets > 0);

  remove_at (self, 0);
}
