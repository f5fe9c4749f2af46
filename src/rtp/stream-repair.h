/* Sends the packets of a stream once more, as they were, for a peer that asks: RFC 4585 without a
 * stream of its own for it, as is usual for sound.  However much is asked for, it stays a share of
 * what is sent anyway. */
#pragma once

#include <glib.h>

/* A second of speech in frames of 20 ms: what is older is of use to nobody. */
#define YODEL_STREAM_REPAIR_PACKETS 64

typedef struct _YodelStreamRepair YodelStreamRepair;

typedef struct
{
  guint64 n_requests;        /* messages of the peer */
  guint64 n_packets;         /* sent again */
  guint64 n_bytes;           /* of their payload */
  guint64 n_refused;         /* packets there was no room for */
} YodelStreamRepairCounters;

YodelStreamRepair *yodel_stream_repair_new          (void);
void               yodel_stream_repair_free         (YodelStreamRepair       *self);
void               yodel_stream_repair_set_rtt      (YodelStreamRepair       *self,
                                                     gint64                   rtt_us);
void               yodel_stream_repair_on_sent      (YodelStreamRepair       *self,
                                                     GBytes                  *packet,
                                                     gint64                   now_us);
void               yodel_stream_repair_on_request   (YodelStreamRepair       *self);
GBytes            *yodel_stream_repair_answer       (YodelStreamRepair       *self,
                                                     guint16                  sequence_number,
                                                     gint64                   now_us);
const YodelStreamRepairCounters *
                   yodel_stream_repair_get_counters (const YodelStreamRepair *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelStreamRepair, yodel_stream_repair_free)
