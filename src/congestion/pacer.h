/* Lets packets go at the rate the path carries: audio at once, then retransmissions, then video,
 * and padding where a probe needs more than there is.  After push or advance, poll until FALSE;
 * then sleep until the deadline. */
#pragma once

#include "congestion/controller.h"

#define YODEL_PACER_MAX_BYTES    (4 * 1024 * 1024)
#define YODEL_PACER_MAX_PACKETS  8192
#define YODEL_PACER_MAX_QUEUE_US (2 * G_USEC_PER_SEC)   /* older video is dropped */

typedef enum
{
  YODEL_PACER_AUDIO,
  YODEL_PACER_RETRANSMISSION,
  YODEL_PACER_VIDEO,            /* and what protects it */
  YODEL_PACER_PADDING
} YodelPacerKind;

typedef struct _YodelPacer YodelPacer;

YodelPacer *yodel_pacer_new              (gint64 now_us);
void        yodel_pacer_free             (YodelPacer *self);

/* @packet: (transfer full): opaque; its size, plus the overhead, is what is paced. */
void        yodel_pacer_push             (YodelPacer     *self,
                                          YodelPacerKind  kind,
                                          GBytes         *packet,
                                          gint64          now_us);
void        yodel_pacer_advance          (YodelPacer *self,
                                          gint64      now_us);

/* @packet: (out) (transfer full) (nullable): NULL with kind YODEL_PACER_PADDING: the caller is to
 *   make and send a packet of about yodel_pacer_get_padding_bytes(), and to tell
 *   yodel_pacer_padding_sent() its size, or 0 if it has none to give
 * @probe_cluster: (out): for yodel_send_history_add() */
gboolean    yodel_pacer_poll             (YodelPacer      *self,
                                          GBytes         **packet,
                                          YodelPacerKind  *kind,
                                          int             *probe_cluster);
guint       yodel_pacer_get_padding_bytes (const YodelPacer *self);
void        yodel_pacer_padding_sent     (YodelPacer *self,
                                          guint       size_bytes);
gint64      yodel_pacer_next_deadline_us (const YodelPacer *self);

void        yodel_pacer_set_rate         (YodelPacer *self,
                                          guint       pacing_bps,
                                          gint64      now_us);

/* While more is in flight than the path can have: a trickle, so that it is heard of again. */
void        yodel_pacer_set_held         (YodelPacer *self,
                                          gboolean    is_held,
                                          gint64      now_us);

/* Bytes that each packet gains below the pacer: header extension, SRTP tag, UDP, IP. */
void        yodel_pacer_set_overhead     (YodelPacer *self,
                                          guint       overhead_bytes);
void        yodel_pacer_add_probe        (YodelPacer              *self,
                                          const YodelProbeRequest *probe,
                                          gint64                   now_us);

/* How long what waits will take to leave at the present rate. */
gint64      yodel_pacer_queue_us         (const YodelPacer *self);
gint64      yodel_pacer_repair_us        (const YodelPacer *self);      /* retransmissions alone */
/* How long the video packet that leaves next has waited; 0: there is none. */
gint64      yodel_pacer_waited_us        (const YodelPacer *self);
gsize       yodel_pacer_get_queued_bytes (const YodelPacer *self);

/* Returns: how many packets were dropped since the last call */
guint       yodel_pacer_take_dropped     (YodelPacer *self);

/* Forgets the video that waits and its repair, as when it is paused. */
void        yodel_pacer_clear_video      (YodelPacer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelPacer, yodel_pacer_free)
