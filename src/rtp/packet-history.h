/* What a sender keeps of one stream so that it can send it again: bounded in packets and in age. */
#pragma once

#include <glib.h>

#define YODEL_PACKET_HISTORY_MAX 4096

typedef struct _YodelPacketHistory YodelPacketHistory;

YodelPacketHistory *yodel_packet_history_new         (guint                     capacity);
void                yodel_packet_history_free        (YodelPacketHistory       *self);
void                yodel_packet_history_set_rtt     (YodelPacketHistory       *self,
                                                      gint64                    rtt_us);
void                yodel_packet_history_push        (YodelPacketHistory       *self,
                                                      guint16                   sequence_number,
                                                      GBytes                   *packet,
                                                      gint64                    now_us);
GBytes             *yodel_packet_history_resend      (YodelPacketHistory       *self,
                                                      guint16                   sequence_number,
                                                      gint64                    now_us);
GBytes             *yodel_packet_history_echo        (YodelPacketHistory       *self,
                                                      guint16                   sequence_number,
                                                      gint64                    now_us);
GBytes             *yodel_packet_history_peek_newest (YodelPacketHistory       *self,
                                                      gint64                    now_us);
guint               yodel_packet_history_get_size    (const YodelPacketHistory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelPacketHistory, yodel_packet_history_free)
