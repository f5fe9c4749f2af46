/* Picture on its way in: RTP packets become frames, frames go to the decoder in decode order, and
 * pictures are shown when their time has come.  What is missing is asked for again, and a key
 * frame where that does not help. */
#pragma once

#include "rtp/nack-generator.h"
#include "rtp/receive-statistics.h"
#include "rtp/rtp-packet.h"
#include "video/frame-buffer.h"
#include "video/freeze-meter.h"

#include <yodel/yodel-video-frame.h>

typedef struct
{
  guint8   payload_types[2];      /* by YodelVideoCodec; 0 where it was not agreed on */
  guint8   rtx_payload_types[2];  /* the same */
  guint8   red_payload_type;      /* 0 without protection (RFC 5109 in RED) */
  guint8   red_rtx_payload_type;
  guint8   ulpfec_payload_type;
  guint8   orientation_id;
  gboolean nack;
  gboolean pli;
} YodelVideoReceiveParameters;

typedef struct
{
  guint64 frames_decoded;
  guint64 frames_dropped;         /* decoded, but never shown */
  guint64 decode_failures;
  gint64  decode_us;
  guint64 nack_count;
  guint64 pli_count;
  guint64 retransmitted_packets;
  guint64 retransmitted_bytes;
  guint64 protection_packets;     /* FEC */
  guint64 protection_discarded;   /* malformed */
  guint64 restored_packets;       /* by it */
  guint   width;
  guint   height;
} YodelVideoReceiverCounters;

typedef struct _YodelVideoReceiver YodelVideoReceiver;

YodelVideoReceiver     *yodel_video_receiver_new              (void);
void                    yodel_video_receiver_free             (YodelVideoReceiver                *self);
void                    yodel_video_receiver_set_parameters   (YodelVideoReceiver                *self,
                                                               const YodelVideoReceiveParameters *parameters);
void                    yodel_video_receiver_set_rtt          (YodelVideoReceiver                *self,
                                                               gint64                             rtt_us);
void                    yodel_video_receiver_set_extra_delay  (YodelVideoReceiver                *self,
                                                               gint64                             extra_us);

/* The peer is listened to no more, or again: all begins anew with its next key frame, and the time between is no freeze. */
void                    yodel_video_receiver_restart          (YodelVideoReceiver                *self);
void                    yodel_video_receiver_push             (YodelVideoReceiver                *self,
                                                               const YodelRtpPacket              *packet,
                                                               gint64                             arrival_us);

/* Returns: (transfer full) (nullable): the next frame for the decoder */
YodelAssembledFrame    *yodel_video_receiver_pop_frame        (YodelVideoReceiver                *self,
                                                               gint64                             now_us);

/* What became of it; @picture: (transfer none) (nullable). */
void                    yodel_video_receiver_decoded          (YodelVideoReceiver                *self,
                                                               const YodelAssembledFrame         *frame,
                                                               YodelVideoFrame                   *picture,
                                                               gboolean                           failed,
                                                               gint64                             decode_us,
                                                               gint64                             now_us);

/* Returns: (transfer full) (nullable): the picture to show now */
YodelVideoFrame        *yodel_video_receiver_pop_picture      (YodelVideoReceiver                *self,
                                                               gint64                             now_us);

/* Sequence numbers to ask for now. */
guint                   yodel_video_receiver_poll_nack        (YodelVideoReceiver                *self,
                                                               guint16                           *sequence_numbers,
                                                               guint                              capacity,
                                                               gint64                             now_us);
gboolean                yodel_video_receiver_wants_key_frame  (YodelVideoReceiver                *self,
                                                               gint64                             now_us);
gint64                  yodel_video_receiver_next_deadline_us (const YodelVideoReceiver          *self);

/* From arrival to eye, as it is now. */
gint64                  yodel_video_receiver_get_delay_us     (const YodelVideoReceiver          *self);

/* As yodel_frame_timing_get_due_us(); FALSE also where nothing came for a while. */
gboolean                yodel_video_receiver_get_due_us       (const YodelVideoReceiver          *self,
                                                               guint32                           *rtp_time,
                                                               gint64                            *due_us,
                                                               gint64                             now_us);
YodelReceiveStatistics *yodel_video_receiver_get_statistics   (YodelVideoReceiver                *self);
const YodelFrameBufferStats *
                        yodel_video_receiver_get_frame_stats  (const YodelVideoReceiver          *self);
const YodelFreezeMeter *yodel_video_receiver_get_freezes      (const YodelVideoReceiver          *self);
YodelVideoCodec         yodel_video_receiver_get_codec        (const YodelVideoReceiver          *self);
const YodelVideoReceiverCounters *
                        yodel_video_receiver_get_counters     (const YodelVideoReceiver          *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVideoReceiver, yodel_video_receiver_free)
