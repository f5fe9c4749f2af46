/* Chooses how speech is guarded against loss: the cheapest set of in-band FEC, redundant copies
 * (RED) and retransmission that fits the loss the peer reports and the rate there is. */
#pragma once

#include <glib.h>

#define YODEL_LOSS_MAX_DISTANCES 4

/* What is known of the path. */
typedef struct
{
  double   loss;               /* 0..1, of the path, since the last report but one */
  double   unrepaired;         /* of that, what retransmission did not bring after all */
  double   mean_burst;         /* packets lost in a row; 0 if not known */
  gint64   rtt_us;             /* negative if not known */
  gint64   available_bps;      /* for this audio stream, headers included; 0 if not known */
  guint    overhead_bytes;     /* IP, UDP, RTP, SRTP of each packet; 0 for 28 + 12 + 8 + 10 */
  guint    max_bitrate_bps;    /* of the codec; 0 for 32 kbit/s */
  guint    frame_ms;           /* where there is room: 10, 20, 40 or 60; 0 for 20, or 10 against loss */
  guint    min_frame_ms;       /* no shorter than this against loss */
  guint    max_frame_ms;       /* in any case, one of these; 0 for 60 */
  gboolean can_red;            /* negotiated */
  gboolean can_nack;
} YodelLossInput;

typedef struct
{
  gboolean fec;
  guint    packet_loss_percent;                    /* told to the encoder */
  guint8   distances[YODEL_LOSS_MAX_DISTANCES];    /* of the copies, in frames, nearest first */
  guint    n_distances;
  guint    frame_ms;
  guint    bitrate_bps;                            /* of one copy of a frame */
  gboolean nack;                                   /* what the peer asks for in time is counted on */
  gboolean survival;                               /* speech only just fits; video must be off */
} YodelLossProtection;

/* Read `choice`. */
typedef struct
{
  YodelLossProtection choice;
  double              loss;            /* smoothed: up at once, down over ten seconds */
  gboolean            bursty;          /* more is lost in a row than by chance */
  gint64              updated_us;
  guint               level;           /* rung of the protection ladder */
  gint64              trusted_bps;
  gint64              calm_since_us;   /* since when less would do; 0 if not so */
  gint64              unrepaired_since_us;   /* since when too much stays missing; 0 if not so */
  gint64              alone_from_us;   /* before that, retransmission has shown that it is not enough */
  gboolean            in_reach;        /* the round trip is short enough for retransmission */
  gboolean            near;            /* and so short that an answer comes as soon as a copy would */
  gint64              rich_since_us;   /* since when there is more rate than is trusted; 0 if not so */
  gboolean            started;
} YodelLossController;

void     yodel_loss_controller_init   (YodelLossController  *self);
gboolean yodel_loss_controller_update (YodelLossController  *self,
                                       const YodelLossInput *input,
                                       gint64                now_us);
