/* One end-to-end media flow for the scoreboard: a video source and an audio source behind the
 * real pacer and controller, the real recorder at the other end, real reports on the way back. */
#pragma once

#include "congestion/controller.h"
#include "congestion/pacer.h"
#include "congestion/rate-allocator.h"
#include "lib/sim-network.h"
#include "rtp/arrival-recorder.h"

#define MEDIA_BIN_US       (200 * G_TIME_SPAN_MILLISECOND)
#define MEDIA_AUDIO_BPS    20000
#define MEDIA_VIDEO_MIN    150000
#define MEDIA_VIDEO_MAX    1500000
#define MEDIA_MAX_BPS      (MEDIA_VIDEO_MAX + MEDIA_AUDIO_BPS)

typedef struct
{
  gint64 start_us, stop_us;
  gint64 pause_us, resume_us;          /* 0: never pauses */
  guint  start_bps;                    /* 0: the controller's own */
  guint  max_bps;                      /* of the video; 0: as in RFC 8867 */
  gint64 stall_us;                     /* the receiving host stands still for so long, 8 s apart in the mean */
  guint  floor_bps;                    /* video pauses below; 0: never pauses, as in RFC 8867 */
} MediaPlan;

typedef struct
{
  guint                   id;
  SimDirection            direction;
  MediaPlan               plan;
  GRand                  *random;      /* (owned) */

  YodelController        *controller;  /* (owned) */
  YodelPacer             *pacer;       /* (owned) */
  YodelSendHistory       *history;     /* (owned) */
  YodelArrivalRecorder   *recorder;    /* (owned) */
  YodelTransportFeedback *feedback;    /* (owned) */
  gint64                  frame_us, audio_us;
  gint64                  stall_at_us, stalled_until_us;
  YodelRateAllocator      allocator;
  guint                   video_bps;   /* what the encoder was last told */

  guint64                 media_packets, media_arrived, audio_packets, audio_arrived, padding_bytes;
  guint64                 feedback_bytes;
  GArray                 *sent_bits;   /* (owned) of double, for each bin, padding left out */
  GArray                 *arrived_bits;
  GArray                 *target_bps;  /* (owned) of double, last of each bin */
} MediaFlow;

MediaFlow *media_flow_new              (guint            id,
                                        SimDirection     direction,
                                        const MediaPlan *plan,
                                        guint32          seed);
void       media_flow_free             (MediaFlow *self);
void       media_flow_advance          (MediaFlow  *self,
                                        SimNetwork *network,
                                        gint64      now_us);
void       media_flow_take             (MediaFlow         *self,
                                        const SimDelivery *delivery);
gint64     media_flow_next_deadline_us (const MediaFlow *self);

/* Mean over a stretch of time, bit/s. */
double     media_flow_get_arrived_bps  (const MediaFlow *self,
                                        gint64           from_us,
                                        gint64           to_us);
double     media_flow_get_target_bps   (const MediaFlow *self,
                                        gint64           at_us);
