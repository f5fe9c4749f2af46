/* Gives every packet its transport-wide number at the moment of sending, and finds it again when
 * the peer's feedback names that number. */
#pragma once

#include <glib.h>

#define YODEL_SEND_HISTORY_MAX_PACKETS 16384     /* 10 s at 15 Mbit/s; the oldest are forgotten */

/* What became of one packet. */
typedef struct
{
  gint64   sequence;        /* transport-wide, unwrapped */
  guint    size_bytes;      /* on the wire: IP, UDP and SRTP included */
  gint64   sent_us;         /* our clock */
  gint64   arrived_us;      /* the peer's clock, unwrapped; -1: lost */
  guint8   ecn;             /* RFC 3168 codepoint; 0 without ECN */
  int      probe_cluster;   /* 0: none */
  gboolean audio;
  gint64   audio_number;    /* among those, from 0 on */
} YodelPacketResult;

typedef struct _YodelSendHistory YodelSendHistory;

YodelSendHistory *yodel_send_history_new                 (void);
void              yodel_send_history_free                (YodelSendHistory *self);

/* Returns: the number to write into the packet's transport-wide-cc header extension */
guint16           yodel_send_history_add                 (YodelSendHistory *self,
                                                          guint             size_bytes,
                                                          gboolean          audio,
                                                          int               probe_cluster,
                                                          gint64            now_us);

/* One parsed report: @arrived_us[i] is of number @base_sequence + i, modulo @period_us, -1 where
 * it did not arrive.  A packet is lost when a report has passed it over and the report after that
 * one does not take it back, nor some more on a path that was seen to reorder; each is told once.
 * Returns: how many packets became known; they lie in @results until the next call */
guint             yodel_send_history_on_report           (YodelSendHistory         *self,
                                                          guint16                   base_sequence,
                                                          const gint64             *arrived_us,
                                                          guint                     n,
                                                          gint64                    period_us,
                                                          const YodelPacketResult **results);

/* Packets of sound that were told as lost and came after all, so far. */
guint             yodel_send_history_get_n_late_audio    (const YodelSendHistory *self);

/* What was sent after the newest packet that any report has covered. */
guint             yodel_send_history_get_in_flight_bytes (const YodelSendHistory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelSendHistory, yodel_send_history_free)
