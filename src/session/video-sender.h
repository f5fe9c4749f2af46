/* Picture on its way out: decides what is to be encoded and how, and turns what comes back from
 * the encoder into RTP packets; resends what the peer missed. */
#pragma once

#include "rtp/sender-statistics.h"
#include "session/codec-job.h"
#include "session/flow.h"
#include "session/rtp-stream.h"
#include "video/quality-ladder.h"

typedef struct
{
  YodelRtpHeaders headers;
  YodelVideoCodec codec;
  guint8          payload_type;
  guint8          rtx_payload_type;   /* 0: the peer takes no RTX */
  guint8          red_payload_type;   /* 0: the peer takes no protection */
  guint8          ulpfec_payload_type;
  gboolean        nack;               /* the peer asks again for what it missed */
} YodelVideoSendParameters;

typedef struct
{
  guint64  frames_captured;
  guint64  frames_encoded;
  guint64  key_frames_encoded;
  guint64  frames_dropped;            /* by the rate control, or for want of time */
  guint64  disposable_frames;         /* sent, of the upper layer: no other needs them */
  guint64  encode_us;
  guint64  qp_sum;
  guint    nack_count;                /* requests of the peer */
  guint    pli_count;
  guint    fir_count;
  guint64  retransmitted_packets;
  guint64  retransmitted_bytes;
  guint64  protection_packets;        /* FEC */
  guint    width;                     /* of the last frame */
  guint    height;
} YodelVideoSenderCounters;

typedef struct _YodelVideoSender YodelVideoSender;

YodelVideoSender      *yodel_video_sender_new               (guint32                         ssrc,
                                                             guint32                         rtx_ssrc,
                                                             guint16                         first_sequence,
                                                             guint16                         first_rtx_sequence,
                                                             guint32                         first_rtp_time);
void                   yodel_video_sender_free              (YodelVideoSender               *self);
void                   yodel_video_sender_set_parameters    (YodelVideoSender               *self,
                                                             const YodelVideoSendParameters *parameters);
void                   yodel_video_sender_set_enabled       (YodelVideoSender               *self,
                                                             gboolean                        enabled);
void                   yodel_video_sender_set_content       (YodelVideoSender               *self,
                                                             YodelVideoContent               content);
void                   yodel_video_sender_set_rate          (YodelVideoSender               *self,
                                                             guint                           bitrate_bps,
                                                             gboolean                        paused,
                                                             gint64                          now_us);
void                   yodel_video_sender_set_rtt           (YodelVideoSender               *self,
                                                             gint64                          rtt_us);

/* Share of packets that the path loses, 0 to 1, the queue that stands on it, and whether someone else keeps
 * it filled. */
void                   yodel_video_sender_set_loss          (YodelVideoSender               *self,
                                                             double                          loss,
                                                             gint64                          queue_us,
                                                             gboolean                        competing,
                                                             gint64                          now_us);
double                 yodel_video_sender_get_protection    (const YodelVideoSender         *self);

/* A packet of any stream of the flow is about to leave. */
void                   yodel_video_sender_on_leaving        (YodelVideoSender               *self,
                                                             guint8                         *data,
                                                             gsize                           size);

/* The flow has dropped what waited: the next picture is a key frame, under the numbers that are free. */
void                   yodel_video_sender_on_dropped        (YodelVideoSender               *self);

/* What the program allows the call in all; 0: it did not say. */
void                   yodel_video_sender_set_limit         (YodelVideoSender               *self,
                                                             guint                           max_bitrate_bps);

/* Returns: (transfer full) (nullable): what to encode now, if anything */
YodelEncodeJob        *yodel_video_sender_push              (YodelVideoSender               *self,
                                                             YodelFlow                      *flow,
                                                             YodelVideoFrame                *picture,
                                                             gint64                          now_us);

/* The job is done; @frame: (nullable): NULL where nothing came out of it.
 * Returns: (transfer full) (nullable): the next one, for a picture that came meanwhile */
YodelEncodeJob        *yodel_video_sender_encoded           (YodelVideoSender               *self,
                                                             YodelFlow                      *flow,
                                                             const YodelEncodedFrame        *frame,
                                                             gint64                          encode_us,
                                                             gint64                          now_us);

void                   yodel_video_sender_on_sent           (YodelVideoSender               *self,
                                                             GBytes                         *packet,
                                                             gint64                          now_us);
void                   yodel_video_sender_on_nack           (YodelVideoSender               *self,
                                                             YodelFlow                      *flow,
                                                             const guint16                  *sequence_numbers,
                                                             guint                           n,
                                                             gint64                          now_us);
void                   yodel_video_sender_on_key_request    (YodelVideoSender               *self,
                                                             gboolean                        fir);

/* Returns: (transfer full) (nullable): about @size_bytes that do no harm, for a probe */
GBytes                *yodel_video_sender_create_padding    (YodelVideoSender               *self,
                                                             guint                           size_bytes,
                                                             gint64                          now_us);

const YodelQuality    *yodel_video_sender_get_quality       (const YodelVideoSender         *self);
const char            *yodel_video_sender_get_limit_reason  (const YodelVideoSender         *self);
guint                  yodel_video_sender_get_max_rate_bps  (const YodelVideoSender         *self);
YodelRtpStream        *yodel_video_sender_get_stream        (YodelVideoSender               *self);
YodelRtpStream        *yodel_video_sender_get_rtx_stream    (YodelVideoSender               *self);
YodelSenderStatistics *yodel_video_sender_get_statistics    (YodelVideoSender               *self);
YodelVideoCodec        yodel_video_sender_get_codec         (const YodelVideoSender         *self);
/* Temporal layers of the frames to come. */
guint                  yodel_video_sender_get_n_layers      (const YodelVideoSender         *self);
const YodelVideoSenderCounters *
                       yodel_video_sender_get_counters      (const YodelVideoSender         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVideoSender, yodel_video_sender_free)
