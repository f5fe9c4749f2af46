#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/stream-repair.h"

#include "rtp/packet-history.h"
#include "rtp/rtp-packet.h"

/* A third of the packets lost, and some of their repairs: more is asked for by none who means well. */
#define SHARE           0.5
/* Saved up while nothing is asked for: an eighth of a second of speech that was lost in one piece. */
#define MAX_SAVED_BYTES 4000.0

struct _YodelStreamRepair
{
  YodelPacketHistory        *history;        /* (owned) */
  double                     saved_bytes;    /* that may be sent again */
  YodelStreamRepairCounters  counters;
};

YodelStreamRepair *
yodel_stream_repair_new (void)
{
  YodelStreamRepair *self = g_new0 (YodelStreamRepair, 1);

  self->history = yodel_packet_history_new (YODEL_STREAM_REPAIR_PACKETS);
  return self;
}

void
yodel_stream_repair_free (YodelStreamRepair *self)
{
  yodel_packet_history_free (self->history);
  g_free (self);
}

void
yodel_stream_repair_set_rtt (YodelStreamRepair *self,
                             gint64             rtt_us)
{
  yodel_packet_history_set_rtt (self->history, rtt_us);
}

/* A packet of the stream left, as it was before SRTP. */
void
yodel_stream_repair_on_sent (YodelStreamRepair *self,
                             GBytes            *packet,
                             gint64             now_us)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  g_assert (size >= YODEL_RTP_HEADER_BYTES);
  yodel_packet_history_push (self->history, data[2] << 8 | data[3], packet, now_us);
  self->saved_bytes = MIN (self->saved_bytes + SHARE * (double) size, MAX_SAVED_BYTES);
}

/* A message of the peer came that asks for packets of this stream. */
void
yodel_stream_repair_on_request (YodelStreamRepair *self)
{
  self->counters.n_requests++;
}

/* Returns: (transfer full) (nullable): the packet, to be sent as it is but for its transport-wide
 *   number; %NULL if it is gone, or on its way already, or too much has been asked for */
GBytes *
yodel_stream_repair_answer (YodelStreamRepair *self,
                            guint16            sequence_number,
                            gint64             now_us)
{
  g_autoptr (GBytes) packet = NULL;
  YodelRtpPacket parsed;

  if (self->saved_bytes <= 0)
    {
      self->counters.n_refused++;
      return NULL;
    }

  packet = yodel_packet_history_resend (self->history, sequence_number, now_us);
  if (packet == NULL
      || !yodel_rtp_packet_parse (&parsed, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet)))
    return NULL;

  self->saved_bytes -= (double) g_bytes_get_size (packet);
  self->counters.n_packets++;
  self->counters.n_bytes += parsed.payload_bytes;
  return g_steal_pointer (&packet);
}

const YodelStreamRepairCounters *
yodel_stream_repair_get_counters (const YodelStreamRepair *self)
{
  return &self->counters;
}
