#define G_LOG_DOMAIN "yodel-session"

#include "session/video-sender.h"

#include <string.h>

#include "base/units.h"
#include "rtp/packet-history.h"
#include "rtp/rtx.h"
#include "rtp/ulpfec.h"
#include "session/protection-row.h"
#include "session/video-protection.h"
#include "video/vp8-payload.h"
#include "video/vp9-payload.h"

/* What is left of the smallest path MTU (1280) below IP, UDP, SRTP, RTP, its extensions, RTX, and RED
 * with a FEC header, which repeats the extensions. */
#define MAX_PAYLOAD_BYTES 1120

/* RFC 2198 section 3: the header of the last block. */
#define RED_BYTES 1

/* A peer that asks for key frames faster than this gets no more for it. */
#define KEY_FRAME_INTERVAL_US (300 * G_TIME_SPAN_MILLISECOND)

/* A muted picture is black, and repeated this often so that late joiners see it. */
#define MUTED_INTERVAL_US (1 * G_TIME_SPAN_SECOND)

/* Between these losses a retransmission goes out twice, and thrice on long ways: each is as likely
 * to be lost as the packet was, and another round trip is what a viewer sees as a freeze.  A copy
 * costs that share of the rate once more; above the upper bound the loss is the path's capacity. */
#define COPIES_FROM_LOSS   0.005
#define COPIES_UP_TO_LOSS  0.2
#define THRICE_FROM_RTT_US (80 * G_TIME_SPAN_MILLISECOND)

/* From this round trip and this loss on, a frame takes with it what replaces a lost packet: four
 * times the loss, as a share of its packets. */
#define FEC_FROM_RTT_US (120 * G_TIME_SPAN_MILLISECOND)
#define FEC_FROM_LOSS   0.03
#define FEC_PER_LOSS    4.0
#define FEC_MIN_SHARE   0.2
#define FEC_MAX_SHARE   0.4

/* From this round trip and this loss on, every other frame is one that no other needs: it is neither
 * repeated nor protected, and if it is lost the picture goes on with the next. */
#define LAYERS_FROM_RTT_US (220 * G_TIME_SPAN_MILLISECOND)
#define LAYERS_FROM_LOSS   0.04
#define LAYERS_FROM_FPS    20        /* half of them is still motion */

/* What no other frame needs is left out rather than sent so late. */
#define LATE_US (100 * G_TIME_SPAN_MILLISECOND)

/* Beside a rival that keeps the queue filled, as TCP does, a packet in ten is lost each time it overflows, for a
 * round trip, and none in between: the mean tells nothing, and a round trip with that queue is long.  So behind
 * each three packets goes what protects them, all the time. */
#define RIVAL_FEC_SHARE 0.34
#define RIVAL_MEMORY_US (10 * G_USEC_PER_SEC)

/* What is measured over a second swings, and what is done about it looks at the higher end. */
#define LOSS_MEMORY_US     (10 * G_USEC_PER_SEC)

/* Nor are there copies where a queue stands on the path: what is lost there is lost for want of room. */
#define COPIES_UP_TO_QUEUE_US (40 * G_TIME_SPAN_MILLISECOND)

/* When to repeat what was lost would take longer than this, or what waits will take or has taken so long, a key frame is
 * there sooner: as after a fall of the capacity to a quarter.  But not at once again. */
#define MAX_REPAIR_US    (300 * G_TIME_SPAN_MILLISECOND)
#define STALE_BACKLOG_US (600 * G_TIME_SPAN_MILLISECOND)
#define STALE_WAIT_US    (1 * G_TIME_SPAN_SECOND)
#define START_ANEW_US    (1 * G_TIME_SPAN_SECOND)

/* RFC 3550 section 5.1: one byte counts the padding. */
#define MAX_PADDING_BYTES 255

/* What waits to be sent.  From SOME on the encoder gets less, as after a fall of the rate it goes
 * on at the old one for a while; a picture that would wait behind MAX is not coded, the next one
 * will be newer.  A key frame alone takes 200 ms. */
#define SOME_BACKLOG_US  (30 * G_TIME_SPAN_MILLISECOND)
#define MAX_BACKLOG_US   (400 * G_TIME_SPAN_MILLISECOND)
#define LEAST_OF_RATE    0.4

/* Room in the history for two seconds at 8 Mbit/s. */
#define HISTORY_PACKETS 2048

/* Before the source has shown its own pace; and how far it may wander before that is news. */
#define ASSUMED_FPS   30.0
#define FPS_TOLERANCE 0.1

/* Thread: the engine thread of its session; the encoder works elsewhere, on jobs. */
struct _YodelVideoSender
{
  YodelRtpStream           stream;
  YodelRtpStream           rtx;
  YodelSenderStatistics    statistics;
  guint16                  next_to_leave;      /* the number behind the last packet that has left */
  YodelPacketHistory      *history;            /* (owned) */
  YodelVideoProtection    *protection;         /* (owned) */
  gboolean                 protecting;
  guint                    n_layers;           /* of the frames to come */
  gsize                    longest_packet_bytes;   /* of the frame that is being sent */
  YodelProtectionRow       row;
  gboolean                 beside_rival;       /* on the path, of late */
  gint64                   rival_us;
  gint64                   backlog_us;         /* of the flow, when the last picture came */
  YodelQualityLadder      *ladder;             /* (owned) */
  YodelVideoSenderCounters counters;
  YodelVideoCodec          codec;
  guint8                   payload_type;
  guint8                   rtx_payload_type;
  guint8                   red_payload_type;
  guint8                   ulpfec_payload_type;
  guint8                   orientation_id;
  gboolean                 nack;
  gboolean                 enabled;
  YodelVideoContent        content;
  gboolean                 paused;
  double                   loss;               /* of what is sent, with a memory */
  gint64                   loss_us;
  gint64                   queue_us;           /* on the path */
  gint64                   rtt_us;
  guint                    bitrate_bps;
  guint32                  first_rtp_time;

  gboolean                 encoding;           /* a job is under way */
  YodelVideoFrame         *waiting;            /* (owned) (nullable) the newest picture, until it is done */
  gboolean                 key_frame_wanted;
  gint64                   key_frame_us;       /* when the last one was asked of the encoder */
  gint64                   captured_us;        /* the last picture of the source */
  gint64                   submitted_us;       /* the last picture given to the encoder */
  double                   interval_us;        /* of the source's pictures, smoothed */
  guint                    width;              /* the source's, as the ladder knows it */
  guint                    height;
  double                   fps;
  guint                    rotation;           /* told to the peer */
};

YodelVideoSender *
yodel_video_sender_new (guint32 ssrc,
                        guint32 rtx_ssrc,
                        guint16 first_sequence,
                        guint16 first_rtx_sequence,
                        guint32 first_rtp_time)
{
  YodelVideoSender *self = g_new0 (YodelVideoSender, 1);

  yodel_rtp_stream_init (&self->stream, ssrc, first_sequence);
  yodel_rtp_stream_init (&self->rtx, rtx_ssrc, first_rtx_sequence);
  self->next_to_leave = first_sequence;
  yodel_sender_statistics_init (&self->statistics, ssrc, YODEL_VP8_CLOCK_RATE_HZ);
  self->history = yodel_packet_history_new (HISTORY_PACKETS);
  self->protection = yodel_video_protection_new ();
  self->ladder = yodel_quality_ladder_new ();
  self->first_rtp_time = first_rtp_time;
  self->enabled = TRUE;
  self->key_frame_us = G_MININT64 / 2;
  self->interval_us = G_USEC_PER_SEC / ASSUMED_FPS;
  self->n_layers = 1;
  return self;
}

void
yodel_video_sender_free (YodelVideoSender *self)
{
  yodel_packet_history_free (self->history);
  yodel_video_protection_free (self->protection);
  yodel_quality_ladder_free (self->ladder);
  g_clear_pointer (&self->waiting, yodel_video_frame_unref);
  g_free (self);
}

void
yodel_video_sender_set_parameters (YodelVideoSender               *self,
                                   const YodelVideoSendParameters *parameters)
{
  yodel_rtp_stream_set_headers (&self->stream, &parameters->headers);
  yodel_rtp_stream_set_headers (&self->rtx, &parameters->headers);
  self->codec = parameters->codec;
  self->payload_type = parameters->payload_type;
  self->rtx_payload_type = parameters->rtx_payload_type;
  self->red_payload_type = parameters->ulpfec_payload_type != 0 ? parameters->red_payload_type : 0;
  self->ulpfec_payload_type = parameters->ulpfec_payload_type;
  yodel_video_protection_set_types (self->protection, self->red_payload_type,
                                    self->ulpfec_payload_type);
  self->orientation_id = parameters->headers.orientation_id;
  self->nack = parameters->nack;
}

void
yodel_video_sender_set_enabled (YodelVideoSender *self,
                                gboolean          enabled)
{
  if (self->enabled == enabled)
    return;

  self->enabled = enabled;
  self->submitted_us = 0;
  self->key_frame_wanted = TRUE;
}

void
yodel_video_sender_set_content (YodelVideoSender  *self,
                                YodelVideoContent  content)
{
  self->content = content;
  yodel_quality_ladder_set_content (self->ladder, content);
}

void
yodel_video_sender_set_rate (YodelVideoSender *self,
                             guint             bitrate_bps,
                             gboolean          paused,
                             gint64            now_us)
{
  if (self->paused && !paused)
    self->key_frame_wanted = TRUE;

  self->paused = paused;
  self->bitrate_bps = bitrate_bps;
  if (bitrate_bps == 0)
    return;                     /* a pause says nothing about the size of what comes after it */

  yodel_quality_ladder_set_rate (self->ladder, bitrate_bps, now_us);
  yodel_quality_ladder_advance (self->ladder, now_us);
}

void
yodel_video_sender_set_rtt (YodelVideoSender *self,
                            gint64            rtt_us)
{
  self->rtt_us = rtt_us;
  yodel_packet_history_set_rtt (self->history, rtt_us);
}

void
yodel_video_sender_set_loss (YodelVideoSender *self,
                             double            loss,
                             gint64            queue_us,
                             gboolean          competing,
                             gint64            now_us)
{
  double faded = self->loss * (1 - (double) MIN (now_us - self->loss_us, LOSS_MEMORY_US) / LOSS_MEMORY_US);

  self->loss = MAX (loss, faded);
  self->loss_us = now_us;
  self->queue_us = queue_us;
  if (competing)
    self->rival_us = now_us;
  self->beside_rival = self->rival_us > 0 && now_us - self->rival_us < RIVAL_MEMORY_US;
}

/* How often a retransmission leaves. */
static guint
get_copies (const YodelVideoSender *self)
{
  if (self->loss < COPIES_FROM_LOSS || self->loss > COPIES_UP_TO_LOSS
      || self->queue_us > COPIES_UP_TO_QUEUE_US)
    return 1;
  return self->rtt_us < THRICE_FROM_RTT_US || self->protecting ? 2 : 3;
}

/* Which share of the packets of a frame is added to them. */
static double
get_fec_share (const YodelVideoSender *self)
{
  if (self->beside_rival)
    return RIVAL_FEC_SHARE;
  return CLAMP (FEC_PER_LOSS * self->loss, FEC_MIN_SHARE, FEC_MAX_SHARE);
}

/* Returns: the share of what is sent that goes into repair */
double
yodel_video_sender_get_protection (const YodelVideoSender *self)
{
  double again = self->nack ? self->loss * get_copies (self) : 0;

  if (self->protecting)
    again += get_fec_share (self);
  if (self->n_layers > 1)
    again *= YODEL_VP8_BASE_PCT / 100.0;
  return again / (1 + again);
}

void
yodel_video_sender_set_limit (YodelVideoSender *self,
                              guint             max_bitrate_bps)
{
  yodel_quality_ladder_set_limit (self->ladder, max_bitrate_bps);
}

/* How fast the source is; what follows a pause says nothing. */
static void
measure_source (YodelVideoSender *self,
                YodelVideoFrame  *picture)
{
  gint64 interval_us = picture->timestamp_us - self->captured_us;
  double fps;

  if (self->captured_us != 0 && interval_us > 0 && interval_us < G_USEC_PER_SEC / 4)
    self->interval_us += (interval_us - self->interval_us) / 16;

  self->captured_us = picture->timestamp_us;

  fps = G_USEC_PER_SEC / self->interval_us;
  if (picture->width == self->width && picture->height == self->height
      && ABS (fps - self->fps) < self->fps * FPS_TOLERANCE)
    return;

  self->width = picture->width;
  self->height = picture->height;
  self->fps = fps;
  yodel_quality_ladder_set_source (self->ladder, picture->width, picture->height, fps);
}

/* Returns: (transfer full): a black picture of the same size and time */
static YodelVideoFrame *
blacken (YodelVideoSender *self,
         YodelVideoFrame  *picture)
{
  YodelVideoFrame *black = yodel_video_frame_new (picture->width, picture->height);
  gsize chroma_rows = (picture->height + 1) / 2;

  memset (black->y, 16, (gsize) black->y_stride * picture->height);
  memset (black->u, 128, black->u_stride * chroma_rows);
  memset (black->v, 128, black->v_stride * chroma_rows);
  black->timestamp_us = picture->timestamp_us;
  return black;
}

/* The part of the rate that what waits leaves to the next pictures. */
static double
free_share (gint64 backlog_us)
{
  double filled = (double) (backlog_us - SOME_BACKLOG_US) / (MAX_BACKLOG_US - SOME_BACKLOG_US);

  return 1 - (1 - LEAST_OF_RATE) * CLAMP (filled, 0, 1);
}

/* With a margin between yes and no. */
static guint
choose_layers (const YodelVideoSender *self,
               double                  fps)
{
  gboolean layered = self->n_layers > 1;
  gint64 from_us = layered ? LAYERS_FROM_RTT_US * 3 / 4 : LAYERS_FROM_RTT_US;
  double from_loss = layered ? LAYERS_FROM_LOSS / 2 : LAYERS_FROM_LOSS;

  return self->codec == YODEL_VIDEO_VP8 && self->content == YODEL_VIDEO_CONTENT_MOTION && fps >= LAYERS_FROM_FPS
         && self->rtt_us >= from_us && self->loss >= from_loss ? 2 : 1;
}

static YodelEncodeJob *
create_job (YodelVideoSender *self,
            YodelVideoFrame  *picture,
            gint64            now_us)
{
  const YodelQuality *quality = yodel_quality_ladder_get (self->ladder);
  YodelEncodeJob *job = g_new0 (YodelEncodeJob, 1);

  job->picture = picture;
  job->width = quality->width;
  job->height = quality->height;
  job->settings.codec = self->codec;
  job->settings.content = self->content;
  job->settings.fps = self->enabled ? quality->fps : 1;
  job->settings.n_layers = self->n_layers = choose_layers (self, job->settings.fps);
  job->settings.bitrate_bps = free_share (self->backlog_us)
                              * MIN (self->bitrate_bps, yodel_quality_ladder_get_max_rate_bps (self->ladder));

  if (self->key_frame_wanted && now_us - self->key_frame_us >= KEY_FRAME_INTERVAL_US)
    {
      job->settings.key_frame = TRUE;
      self->key_frame_wanted = FALSE;
      self->key_frame_us = now_us;
    }

  self->encoding = TRUE;
  self->submitted_us = picture->timestamp_us;
  return job;
}

/* What waited is gone, so its numbers are free: a gap would make the peer ask for what never was. */
static void
take_numbers_back (YodelVideoSender *self)
{
  self->stream.next_sequence = self->next_to_leave;
  self->row = (YodelProtectionRow) { 0 };
  yodel_video_protection_free (self->protection);
  self->protection = yodel_video_protection_new ();
  yodel_video_protection_set_types (self->protection, self->red_payload_type, self->ulpfec_payload_type);
}

void
yodel_video_sender_on_dropped (YodelVideoSender *self)
{
  if (self->stream.next_sequence == self->next_to_leave)
    return;

  take_numbers_back (self);
  self->key_frame_wanted = TRUE;
}

/* Forgets what waits and what was sent: the next picture needs neither. */
static void
start_anew (YodelVideoSender *self,
            YodelFlow        *flow,
            gint64            now_us)
{
  if (now_us - self->key_frame_us < START_ANEW_US)
    return;

  yodel_flow_drop_video (flow);
  take_numbers_back (self);
  yodel_packet_history_free (self->history);
  self->history = yodel_packet_history_new (HISTORY_PACKETS);
  yodel_packet_history_set_rtt (self->history, self->rtt_us);
  self->key_frame_wanted = TRUE;
}

YodelEncodeJob *
yodel_video_sender_push (YodelVideoSender *self,
                         YodelFlow        *flow,
                         YodelVideoFrame  *picture,
                         gint64            now_us)
{
  gint64 backlog_us = yodel_flow_get_queue_us (flow);

  self->counters.frames_captured++;
  measure_source (self, picture);
  yodel_quality_ladder_advance (self->ladder, now_us);

  if (backlog_us > STALE_BACKLOG_US || yodel_flow_get_waited_us (flow) > STALE_WAIT_US)
    start_anew (self, flow, now_us);
  self->backlog_us = backlog_us = yodel_flow_get_queue_us (flow);
  if (backlog_us > MAX_BACKLOG_US)
    {
      self->counters.frames_dropped++;
      return NULL;
    }

  if (self->paused || self->bitrate_bps == 0
      || !yodel_quality_ladder_wants_picture (self->ladder, picture->timestamp_us))
    return NULL;
  if (!self->enabled && picture->timestamp_us - self->submitted_us < MUTED_INTERVAL_US
      && self->submitted_us != 0)
    return NULL;

  if (self->encoding)   /* the newest picture waits, an older one gives way */
    {
      if (self->waiting != NULL)
        self->counters.frames_dropped++;
      g_clear_pointer (&self->waiting, yodel_video_frame_unref);
      self->waiting = yodel_video_frame_ref (picture);
      return NULL;
    }

  return create_job (self, self->enabled ? yodel_video_frame_ref (picture)
                                         : blacken (self, picture), now_us);
}

/* RTP time of a picture is its capture time, so that lip sync holds whatever the encoder drops. */
static guint32
rtp_time_of (const YodelVideoSender *self,
             gint64                  timestamp_us)
{
  return self->first_rtp_time + (guint32) (timestamp_us * (YODEL_VP8_CLOCK_RATE_HZ / 1000) / 1000);
}

/* Does no other frame need it? */
static gboolean
is_disposable (const YodelEncodedFrame *frame)
{
  return frame->n_layers > 1 && frame->non_reference;
}

static gboolean
is_protected (const YodelVideoSender  *self,
              const YodelEncodedFrame *frame)
{
  return self->protecting && !is_disposable (frame);
}

/* Returns: (transfer full) (nullable): the packet, in RED where it is to be protected (RFC 2198) */
static GBytes *
write_packet (YodelVideoSender        *self,
              const YodelEncodedFrame *frame,
              gboolean                 last,
              const guint8            *payload,
              gsize                    size)
{
  const guint8 orientation = frame->rotation / 90;   /* 3GPP TS 26.114 section 7.4.5 */
  const gboolean turned = last && (frame->key_frame || frame->rotation != self->rotation);
  const YodelRtpExtension more = { turned ? self->orientation_id : 0, &orientation, 1 };
  guint8 red[MAX_PAYLOAD_BYTES + RED_BYTES];

  if (!is_protected (self, frame))
    return yodel_rtp_stream_write (&self->stream, self->payload_type, last,
                                   rtp_time_of (self, frame->timestamp_us), &more, payload, size);

  red[0] = self->payload_type;
  memcpy (red + RED_BYTES, payload, size);
  return yodel_rtp_stream_write (&self->stream, self->red_payload_type, last,
                                 rtp_time_of (self, frame->timestamp_us), &more, red, size + RED_BYTES);
}

static void
send_packet (YodelVideoSender        *self,
             YodelFlow               *flow,
             const YodelEncodedFrame *frame,
             gboolean                 last,
             const guint8            *payload,
             gsize                    size,
             gint64                   now_us)
{
  GBytes *packet = write_packet (self, frame, last, payload, size);

  if (packet == NULL)
    return;

  self->longest_packet_bytes = MAX (self->longest_packet_bytes, g_bytes_get_size (packet));
  yodel_sender_statistics_push (&self->statistics, rtp_time_of (self, frame->timestamp_us),
                                frame->timestamp_us, size);
  yodel_flow_push (flow, YODEL_PACER_VIDEO, packet, now_us);
}

/* Reserves one for @numbers.  Returns: %FALSE where that is not to be */
static gboolean
send_protection (YodelVideoSender        *self,
                 YodelFlow               *flow,
                 const YodelEncodedFrame *frame,
                 const guint16           *numbers,
                 guint                    n,
                 gsize                    longest_bytes,
                 gint64                   now_us)
{
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES] = { self->ulpfec_payload_type };
  gsize size = RED_BYTES + yodel_ulpfec_payload_bytes (longest_bytes);
  guint16 sequence = self->stream.next_sequence;
  GBytes *packet = NULL;

  if (size <= sizeof payload)
    packet = yodel_rtp_stream_write (&self->stream, self->red_payload_type, FALSE,
                                     rtp_time_of (self, frame->timestamp_us), NULL, payload, size);
  if (packet == NULL)
    return FALSE;

  yodel_video_protection_reserve (self->protection, sequence, numbers, n);
  yodel_sender_statistics_push (&self->statistics, rtp_time_of (self, frame->timestamp_us),
                                frame->timestamp_us, size);
  self->counters.protection_packets++;
  yodel_flow_push (flow, YODEL_PACER_VIDEO, packet, now_us);
  return TRUE;
}

/* Behind the @n packets of a frame from @first on: what replaces a lost one of every so many. */
static void
protect_frame (YodelVideoSender        *self,
               YodelFlow               *flow,
               const YodelEncodedFrame *frame,
               guint16                  first,
               guint                    n,
               gint64                   now_us)
{
  guint n_protections = MAX (n * get_fec_share (self), 1);

  if (n > YODEL_ULPFEC_MAX_SPAN)
    return;

  for (guint i = 0; i < n_protections; i++)
    {
      guint16 numbers[YODEL_ULPFEC_MAX_SPAN];
      guint n_numbers = 0;

      for (guint j = i; j < n; j += n_protections)
        numbers[n_numbers++] = first + j;
      if (!send_protection (self, flow, frame, numbers, n_numbers, self->longest_packet_bytes, now_us))
        return;
    }
}

/* Behind the @n packets of a frame from @first on, whenever enough have come together: small frames share one. */
static void
protect_in_a_row (YodelVideoSender        *self,
                  YodelFlow               *flow,
                  const YodelEncodedFrame *frame,
                  guint16                  first,
                  guint                    n,
                  gint64                   now_us)
{
  guint16 numbers[YODEL_ULPFEC_MAX_SPAN];
  gsize longest_bytes;

  for (guint i = 0; i < n; i++)
    {
      guint n_covered = yodel_protection_row_push (&self->row, first + i, self->longest_packet_bytes, get_fec_share (self),
                                                   numbers, &longest_bytes);

      if (n_covered > 0)
        send_protection (self, flow, frame, numbers, n_covered, longest_bytes, now_us);
    }
}

/* Is a packet sent again too late, so that what replaces it should be there before?  With a margin
 * between yes and no. */
static gboolean
wants_protection (const YodelVideoSender *self)
{
  gint64 from_us = self->protecting ? FEC_FROM_RTT_US * 3 / 4 : FEC_FROM_RTT_US;
  double from_loss = self->protecting ? FEC_FROM_LOSS / 2 : FEC_FROM_LOSS;

  if (self->red_payload_type == 0 || self->rtt_us < from_us)
    return FALSE;
  if (self->beside_rival)
    return TRUE;
  return self->loss >= from_loss
         && self->loss <= COPIES_UP_TO_LOSS && self->queue_us <= COPIES_UP_TO_QUEUE_US;
}

static void
send_vp8 (YodelVideoSender        *self,
          YodelFlow               *flow,
          const YodelEncodedFrame *frame,
          gint64                   now_us)
{
  guint8 payload[MAX_PAYLOAD_BYTES];
  YodelVp8Packetiser packetiser;
  gsize size;

  yodel_vp8_packetiser_init (&packetiser, frame, sizeof payload);
  while ((size = yodel_vp8_packetiser_next (&packetiser, payload)) > 0)
    send_packet (self, flow, frame, packetiser.n_left == 0, payload, size, now_us);
}

static void
send_vp9 (YodelVideoSender        *self,
          YodelFlow               *flow,
          const YodelEncodedFrame *frame,
          gint64                   now_us)
{
  guint8 payload[MAX_PAYLOAD_BYTES];
  YodelVp9Packetiser packetiser;
  gsize size;

  yodel_vp9_packetiser_init (&packetiser, frame, sizeof payload);
  while ((size = yodel_vp9_packetiser_next (&packetiser, payload)) > 0)
    send_packet (self, flow, frame, packetiser.n_left == 0, payload, size, now_us);
}

static void
send_frame (YodelVideoSender        *self,
            YodelFlow               *flow,
            const YodelEncodedFrame *frame,
            gint64                   now_us)
{
  guint16 first = self->stream.next_sequence, n;

  if (frame->codec != self->codec)
    return;                 /* another one was agreed on meanwhile */

  if (is_disposable (frame) && yodel_flow_get_queue_us (flow) > LATE_US)
    {
      self->counters.frames_dropped++;
      return;
    }

  self->protecting = wants_protection (self);
  self->longest_packet_bytes = 0;
  if (!self->protecting || !self->beside_rival)
    self->row = (YodelProtectionRow) { 0 };
  switch (frame->codec)
    {
    case YODEL_VIDEO_VP8: send_vp8 (self, flow, frame, now_us); break;
    case YODEL_VIDEO_VP9: send_vp9 (self, flow, frame, now_us); break;
    }
  n = self->stream.next_sequence - first;
  if (is_protected (self, frame))
    (self->beside_rival ? protect_in_a_row : protect_frame) (self, flow, frame, first, n, now_us);

  self->rotation = frame->rotation;
  self->counters.frames_encoded++;
  self->counters.key_frames_encoded += frame->key_frame;
  self->counters.disposable_frames += is_disposable (frame);
  self->counters.qp_sum += frame->qp;
  self->counters.width = frame->width;
  self->counters.height = frame->height;
}

YodelEncodeJob *
yodel_video_sender_encoded (YodelVideoSender        *self,
                            YodelFlow               *flow,
                            const YodelEncodedFrame *frame,
                            gint64                   encode_us,
                            gint64                   now_us)
{
  YodelVideoFrame *waiting = g_steal_pointer (&self->waiting);

  self->encoding = FALSE;
  self->counters.encode_us += encode_us;
  yodel_quality_ladder_push_frame (self->ladder, frame != NULL ? frame->qp : 0, frame == NULL,
                                   encode_us, now_us);
  if (frame != NULL)
    send_frame (self, flow, frame, now_us);
  else
    self->counters.frames_dropped++;

  return waiting != NULL ? create_job (self, waiting, now_us) : NULL;
}

/* RTX is of the codec's payload type alone, so it repeats what is in RED without it. */
static GBytes *
wrap_rtx (YodelVideoSender *self,
          GBytes           *original)
{
  guint8 buffer[YODEL_RTP_STREAM_MAX_PACKET_BYTES + YODEL_RTX_OVERHEAD_BYTES];
  guint8 plain[YODEL_RTP_STREAM_MAX_PACKET_BYTES];
  guint8 payload_type;
  gsize size;
  const guint8 *data = g_bytes_get_data (original, &size);
  gsize plain_bytes = yodel_video_protection_unwrap (plain, data, size, self->red_payload_type,
                                                     &payload_type);

  if (plain_bytes > 0)
    {
      data = plain;
      size = plain_bytes;
    }
  size = yodel_rtx_write (buffer, sizeof buffer, data, size, self->rtx.ssrc,
                          self->rtx_payload_type, self->rtx.next_sequence);

  if (size == 0)
    return NULL;

  self->rtx.next_sequence++;
  return g_bytes_new (buffer, size);
}

static void
resend (YodelVideoSender *self,
        YodelFlow        *flow,
        GBytes           *original,
        gint64            now_us)
{
  GBytes *packet = self->rtx_payload_type != 0 ? wrap_rtx (self, original)
                                               : g_bytes_ref (original);

  if (packet == NULL)
    return;

  self->counters.retransmitted_packets++;
  self->counters.retransmitted_bytes += g_bytes_get_size (packet);
  yodel_flow_push (flow, YODEL_PACER_RETRANSMISSION, packet, now_us);
}

void
yodel_video_sender_on_leaving (YodelVideoSender *self,
                               guint8           *data,
                               gsize             size)
{
  YodelRtpPacket packet;

  if (self->protecting && yodel_rtp_packet_parse (&packet, data, size)
      && packet.ssrc == self->stream.ssrc)
    yodel_video_protection_on_leaving (self->protection, data, size);
}

/* Is it what protects others?  Repeated it would be later than those, and its number is of no matter. */
static gboolean
is_protection (const YodelVideoSender *self,
               const YodelRtpPacket   *packet)
{
  return self->red_payload_type != 0 && packet->payload_type == self->red_payload_type
         && packet->payload_bytes > 0 && packet->payload[0] == self->ulpfec_payload_type;
}

/* Does it belong to a frame that no other needs? */
static gboolean
is_of_disposable (const YodelVideoSender *self,
                  const YodelRtpPacket   *packet)
{
  YodelVp8Descriptor descriptor;

  return self->codec == YODEL_VIDEO_VP8 && packet->payload_type == self->payload_type
         && yodel_vp8_descriptor_parse (&descriptor, packet->payload, packet->payload_bytes)
         && descriptor.non_reference;
}

/* Not before it left: a request for a packet that still waits, or a probe filled with one, would
 * overtake those before it, and the peer would ask for all of them. */
void
yodel_video_sender_on_sent (YodelVideoSender *self,
                            GBytes           *data,
                            gint64            now_us)
{
  YodelRtpPacket packet;

  if (!yodel_rtp_packet_parse (&packet, g_bytes_get_data (data, NULL), g_bytes_get_size (data))
      || packet.ssrc != self->stream.ssrc)
    return;

  self->next_to_leave = packet.sequence_number + 1;
  if (self->nack && !is_protection (self, &packet) && !is_of_disposable (self, &packet))
    yodel_packet_history_push (self->history, packet.sequence_number, data, now_us);
}

void
yodel_video_sender_on_nack (YodelVideoSender *self,
                            YodelFlow        *flow,
                            const guint16    *sequence_numbers,
                            guint             n,
                            gint64            now_us)
{
  guint n_copies = get_copies (self);

  self->counters.nack_count++;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) original =
        yodel_packet_history_resend (self->history, sequence_numbers[i], now_us);

      g_autoptr (GBytes) echo = NULL;

      for (guint copy = 0; original != NULL && copy < n_copies; copy++)
        resend (self, flow, original, now_us);

      if (original == NULL && self->protecting && n_copies > 1)
        echo = yodel_packet_history_echo (self->history, sequence_numbers[i], now_us);
      if (echo != NULL)
        resend (self, flow, echo, now_us);
    }
  if (yodel_flow_get_repair_us (flow) > MAX_REPAIR_US)
    start_anew (self, flow, now_us);
}

void
yodel_video_sender_on_key_request (YodelVideoSender *self,
                                   gboolean          fir)
{
  self->counters.pli_count += !fir;
  self->counters.fir_count += fir;
  self->key_frame_wanted = TRUE;
}

/* A packet of nothing but padding, in the stream where no frame can miss it. */
static GBytes *
pad_rtx (YodelVideoSender *self,
         guint             size_bytes)
{
  guint8 buffer[YODEL_RTP_STREAM_MAX_PACKET_BYTES];
  const YodelRtpPacket header = {
    .payload_type = self->rtx_payload_type,
    .sequence_number = self->rtx.next_sequence,
    .timestamp = self->statistics.last_rtp_time,
    .ssrc = self->rtx.ssrc,
    .padding_bytes = CLAMP (size_bytes, 1, MAX_PADDING_BYTES),
  };
  const guint8 no_number[2] = { 0 };
  const YodelRtpExtension number = { self->rtx.transport_cc_id, no_number, sizeof no_number };
  gsize size = yodel_rtp_packet_write (buffer, sizeof buffer, &header, &number,
                                       number.id != 0 ? 1 : 0);

  if (size == 0)
    return NULL;

  self->rtx.next_sequence++;
  return g_bytes_new (buffer, size);
}

/* What was sent last may just have been lost, so it is the best filling; without it, none. */
GBytes *
yodel_video_sender_create_padding (YodelVideoSender *self,
                                   guint             size_bytes,
                                   gint64            now_us)
{
  GBytes *newest;

  if (self->rtx_payload_type == 0)
    return NULL;

  newest = yodel_packet_history_peek_newest (self->history, now_us);
  return newest != NULL ? wrap_rtx (self, newest) : pad_rtx (self, size_bytes);
}

const YodelQuality *
yodel_video_sender_get_quality (const YodelVideoSender *self)
{
  return yodel_quality_ladder_get (self->ladder);
}

const char *
yodel_video_sender_get_limit_reason (const YodelVideoSender *self)
{
  return yodel_quality_ladder_get_reason (self->ladder);
}

guint
yodel_video_sender_get_max_rate_bps (const YodelVideoSender *self)
{
  return yodel_quality_ladder_get_max_rate_bps (self->ladder);
}

YodelRtpStream *
yodel_video_sender_get_stream (YodelVideoSender *self)
{
  return &self->stream;
}

YodelRtpStream *
yodel_video_sender_get_rtx_stream (YodelVideoSender *self)
{
  return &self->rtx;
}

YodelSenderStatistics *
yodel_video_sender_get_statistics (YodelVideoSender *self)
{
  return &self->statistics;
}

YodelVideoCodec
yodel_video_sender_get_codec (const YodelVideoSender *self)
{
  return self->codec;
}

guint
yodel_video_sender_get_n_layers (const YodelVideoSender *self)
{
  return self->n_layers;
}

const YodelVideoSenderCounters *
yodel_video_sender_get_counters (const YodelVideoSender *self)
{
  return &self->counters;
}
