#define G_LOG_DOMAIN "yodel-video"

#include "video/vp8-encoder.h"

#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

/* Why these numbers and not others: docs/decisions/0010-vp8-settings.md */
#define TIMEBASE_HZ          90000
#define BUFFER_MS            1000
#define BUFFER_INITIAL_MS    500
#define BUFFER_OPTIMAL_MS    600
#define BUFFER_LEAST_MS      150    /* right after a rise of the rate ... */
#define BUFFER_MOST_MS       3000   /* ... or a fall of it ... */
#define BUFFER_RETURN        0.04   /* ... and back by so much of the time that passes */
#define UNDERSHOOT_PCT       100
#define OVERSHOOT_PCT        15
#define DROP_FRAME_THRESHOLD 30
#define QUANTIZER_MIN        2
#define QUANTIZER_MIN_DETAIL 12
#define QUANTIZER_MAX        56
#define KEY_FRAME_MAX_MS     200    /* of the bit rate, in one key frame */
#define KEY_FRAME_MIN_PCT    300    /* of a frame's share, whatever the frame rate */
#define MIN_BITRATE_BPS      20000
#define LONGEST_GAP          4      /* times the usual one: longer is a pause */
#define FORCE_FRAME_AFTER_US (2 * G_USEC_PER_SEC)
#define CIF_PIXELS           (352 * 288)
#define VGA_PIXELS           (640 * 480)
#define HD_PIXELS            (1280 * 960)

#define NO_UPDATE (VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF | VP8_EFLAG_NO_UPD_ENTROPY)

/* One step of a pattern of temporal layers. */
typedef struct
{
  guint             layer;
  gboolean          layer_sync;
  gboolean          non_reference;
  vpx_enc_frame_flags_t flags;
} LayerStep;

typedef struct
{
  guint     n_steps;
  LayerStep steps[2];
  guint     share_pct[YODEL_VP8_MAX_LAYERS];    /* of the bit rate, cumulative */
  guint     decimator[YODEL_VP8_MAX_LAYERS];
} LayerPattern;

/* Layer 0 knows of nothing but itself.  Who is above it leaves its references and its entropy
 * alone, so that any frame above may be lost.  The more of the rate layer 0 has, the better what the
 * others are predicted from; a third layer cost more than it gave: see docs/decisions/0133-two-layers.md. */
static const LayerPattern patterns[YODEL_VP8_MAX_LAYERS] = {
  { 1, { { 0, FALSE, FALSE, 0 } }, { 100 }, { 1 } },
  { 2,
    {
      { 0, FALSE, FALSE, 0 },
      { 1, TRUE,  TRUE,  NO_UPDATE },
    },
    { YODEL_VP8_BASE_PCT, 100 }, { 2, 1 } },
};

/* Thread: one at a time, the encoder's. */
struct _YodelVp8Encoder
{
  vpx_codec_ctx_t     codec;
  vpx_codec_enc_cfg_t config;
  gboolean            open;
  gboolean            config_changed;
  gboolean            key_frame_wanted;

  guint               bitrate_bps;
  double              optimal_ms;         /* of the buffer, on its way back after a rise of the rate */
  double              fps;
  guint               n_layers;
  gboolean            says_layer;         /* there were several once */
  guint               n_cores;
  YodelVideoContent   content;

  gint64              pts;                /* in 1 / TIMEBASE_HZ */
  gint64              last_input_us;
  gint64              last_output_us;
  double              interval_us;        /* between pictures, smoothed */
  guint               step;               /* in the pattern */

  guint               qp;
  guint16             picture_id;
  guint8              tl0_index;
};

void
yodel_encoded_frame_free (YodelEncodedFrame *self)
{
  g_bytes_unref (self->data);
  g_free (self);
}

YodelVp8Encoder *
yodel_vp8_encoder_new (void)
{
  YodelVp8Encoder *self = g_new0 (YodelVp8Encoder, 1);

  self->bitrate_bps = 300000;
  self->optimal_ms = BUFFER_OPTIMAL_MS;
  self->fps = 30;
  self->n_layers = 1;
  self->n_cores = 1;

  return self;
}

static void
close_codec (YodelVp8Encoder *self)
{
  if (self->open)
    vpx_codec_destroy (&self->codec);
  self->open = FALSE;
}

void
yodel_vp8_encoder_free (YodelVp8Encoder *self)
{
  close_codec (self);
  g_free (self);
}

void
yodel_vp8_encoder_set_rate (YodelVp8Encoder *self,
                            guint            bitrate_bps,
                            double           fps)
{
  bitrate_bps = MAX (bitrate_bps, MIN_BITRATE_BPS);
  fps = CLAMP (fps, 1, 120);

  if (bitrate_bps == self->bitrate_bps && fps == self->fps)
    return;

  if (fps != self->fps)
    self->interval_us = G_USEC_PER_SEC / fps;
  self->optimal_ms = CLAMP (self->optimal_ms * self->bitrate_bps / bitrate_bps, BUFFER_LEAST_MS, BUFFER_MOST_MS);
  self->bitrate_bps = bitrate_bps;
  self->fps = fps;
  self->config_changed = TRUE;
}

/* A key frame comes with the first of them, for receivers follow the layers from one only.  From then on
 * every frame says its layer, also where there is one only, and the pattern may begin with any: what is in
 * the references is of layer 0 before and after. */
void
yodel_vp8_encoder_set_layers (YodelVp8Encoder *self,
                              guint            n_layers)
{
  n_layers = CLAMP (n_layers, 1, YODEL_VP8_MAX_LAYERS);

  if (n_layers == self->n_layers)
    return;

  if (!self->says_layer)
    self->key_frame_wanted = TRUE;
  self->says_layer = TRUE;
  self->n_layers = n_layers;
  self->step = 0;
  self->config_changed = TRUE;
}

void
yodel_vp8_encoder_set_content (YodelVp8Encoder   *self,
                               YodelVideoContent  content)
{
  if (content != self->content)
    close_codec (self);
  self->content = content;
}

void
yodel_vp8_encoder_set_cores (YodelVp8Encoder *self,
                             guint            n_cores)
{
  self->n_cores = MAX (n_cores, 1);
}

void
yodel_vp8_encoder_request_key_frame (YodelVp8Encoder *self)
{
  self->key_frame_wanted = TRUE;
}

guint
yodel_vp8_encoder_get_qp (const YodelVp8Encoder *self)
{
  return self->qp;
}

const char *
yodel_vp8_encoder_get_implementation (const YodelVp8Encoder *self)
{
  return "libvpx";
}

/* The threads of libvpx wait by spinning: where cores are shared they cost more than they give. */
static guint
threads_for (guint n_cores,
             guint n_pixels)
{
  if (n_pixels <= VGA_PIXELS || n_cores < 4)
    return 1;

  return n_pixels > HD_PIXELS && n_cores >= 6 ? 3 : 2;
}

static int
speed_for (guint n_pixels)
{
  if (n_pixels < CIF_PIXELS)
    return -4;

  return n_pixels <= VGA_PIXELS ? -5 : -6;
}

static void
fill_rates (YodelVp8Encoder *self)
{
  const LayerPattern *pattern = &patterns[self->n_layers - 1];
  vpx_codec_enc_cfg_t *config = &self->config;
  guint kbps = self->bitrate_bps / 1000;

  config->rc_target_bitrate = kbps;
  config->ts_number_layers = self->n_layers;

  if (self->n_layers == 1)
    return;

  config->ts_periodicity = pattern->n_steps;
  for (guint i = 0; i < pattern->n_steps; i++)
    config->ts_layer_id[i] = pattern->steps[i].layer;
  for (guint i = 0; i < self->n_layers; i++)
    {
      config->ts_rate_decimator[i] = pattern->decimator[i];
      config->ts_target_bitrate[i] = config->layer_target_bitrate[i] = MAX (kbps * pattern->share_pct[i] / 100, 1);
    }
}

static void
fill_config (YodelVp8Encoder *self,
             guint            width,
             guint            height)
{
  vpx_codec_enc_cfg_t *config = &self->config;

  vpx_codec_enc_config_default (vpx_codec_vp8_cx (), config, 0);
  config->g_w = width;
  config->g_h = height;
  config->g_timebase.num = 1;
  config->g_timebase.den = TIMEBASE_HZ;
  config->g_threads = threads_for (self->n_cores, width * height);
  config->g_lag_in_frames = 0;
  config->rc_end_usage = VPX_CBR;
  config->rc_undershoot_pct = UNDERSHOOT_PCT;
  config->rc_overshoot_pct = OVERSHOOT_PCT;
  self->optimal_ms = BUFFER_OPTIMAL_MS;
  config->rc_buf_sz = BUFFER_MS;
  config->rc_buf_initial_sz = BUFFER_INITIAL_MS;
  config->rc_buf_optimal_sz = BUFFER_OPTIMAL_MS;
  config->rc_resize_allowed = 0;
  config->rc_dropframe_thresh = DROP_FRAME_THRESHOLD;
  config->rc_min_quantizer = self->content == YODEL_VIDEO_CONTENT_DETAIL ? QUANTIZER_MIN_DETAIL : QUANTIZER_MIN;
  config->rc_max_quantizer = QUANTIZER_MAX;
  config->kf_mode = VPX_KF_DISABLED;        /* on request only */

  fill_rates (self);
}

static void
set_key_frame_cap (YodelVp8Encoder *self)
{
  int pct = MAX (KEY_FRAME_MAX_MS * self->fps / 10, KEY_FRAME_MIN_PCT);

  vpx_codec_control (&self->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, pct);
}

static gboolean
open_codec (YodelVp8Encoder *self,
            guint            width,
            guint            height)
{
  gboolean detail = self->content == YODEL_VIDEO_CONTENT_DETAIL;

  close_codec (self);
  fill_config (self, width, height);

  if (vpx_codec_enc_init (&self->codec, vpx_codec_vp8_cx (), &self->config, 0) != VPX_CODEC_OK)
    {
      g_warning ("no VP8 encoder for %ux%u: %s", width, height, vpx_codec_error (&self->codec));
      return FALSE;
    }

  vpx_codec_control (&self->codec, VP8E_SET_CPUUSED, speed_for (width * height));
  vpx_codec_control (&self->codec, VP8E_SET_STATIC_THRESHOLD, detail ? 100 : 1);
  vpx_codec_control (&self->codec, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
  vpx_codec_control (&self->codec, VP8E_SET_NOISE_SENSITIVITY, 0);
  vpx_codec_control (&self->codec, VP8E_SET_SCREEN_CONTENT_MODE, detail ? 2 : 0);
  set_key_frame_cap (self);

  self->open = TRUE;
  self->config_changed = FALSE;
  self->key_frame_wanted = TRUE;
  return TRUE;
}

/* Steps the codec's clock by the smoothed interval of the pictures: the rate control spends what
 * the real frame rate allows, and a late picture does not make it lurch. */
static void
step_clock (YodelVp8Encoder *self,
            gint64           timestamp_us)
{
  double shortest_us = G_USEC_PER_SEC / self->fps;
  double longest_us = MIN (LONGEST_GAP * self->interval_us, G_USEC_PER_SEC);
  double gap_us = timestamp_us - self->last_input_us;

  if (self->interval_us == 0)
    self->interval_us = shortest_us;
  else if (self->pts > 0)
    self->interval_us += (CLAMP (gap_us, shortest_us, MAX (longest_us, shortest_us)) - self->interval_us) / 16;

  self->last_input_us = timestamp_us;
  self->pts += MAX ((gint64) (self->interval_us * TIMEBASE_HZ / G_USEC_PER_SEC), 1);
}

/* The codec counts what is in its buffer in bits and what should be in milliseconds: at twice the
 * rate it finds its buffer half empty, and saves bits for a second just when there are plenty; at a
 * quarter it finds a treasure, and spends it at once into a path that has become narrow.  So what
 * should be is kept in bits too, and goes back to its time slowly. */
static void
settle_buffer (YodelVp8Encoder *self)
{
  double step_ms = BUFFER_RETURN * self->interval_us / 1000;

  if (self->optimal_ms != BUFFER_OPTIMAL_MS)
    {
      self->optimal_ms += CLAMP (BUFFER_OPTIMAL_MS - self->optimal_ms, -step_ms, step_ms);
      self->config_changed = TRUE;
    }
  self->config.rc_buf_optimal_sz = self->optimal_ms;
  self->config.rc_buf_sz = MAX (self->optimal_ms + BUFFER_MS - BUFFER_OPTIMAL_MS, BUFFER_MS);
}

static void
apply_config (YodelVp8Encoder *self,
              gboolean         force)
{
  guint threshold = force ? 0 : DROP_FRAME_THRESHOLD;

  settle_buffer (self);
  if (!self->config_changed && self->config.rc_dropframe_thresh == threshold)
    return;

  fill_rates (self);
  self->config.rc_dropframe_thresh = threshold;
  vpx_codec_enc_config_set (&self->codec, &self->config);
  set_key_frame_cap (self);
  self->config_changed = FALSE;
}

static YodelEncodedFrame *
take_output (YodelVp8Encoder *self,
             YodelVideoFrame *picture,
             gint64           timestamp_us,
             const LayerStep *step)
{
  const vpx_codec_cx_pkt_t *packet;
  vpx_codec_iter_t iterator = NULL;
  YodelEncodedFrame *frame;
  int qp = 0;

  do
    packet = vpx_codec_get_cx_data (&self->codec, &iterator);
  while (packet != NULL && packet->kind != VPX_CODEC_CX_FRAME_PKT);

  if (packet == NULL || packet->data.frame.sz == 0)
    return NULL;

  vpx_codec_control (&self->codec, VP8E_GET_LAST_QUANTIZER, &qp);
  self->qp = qp;

  frame = g_new (YodelEncodedFrame, 1);
  *frame = (YodelEncodedFrame) {
    .data = g_bytes_new (packet->data.frame.buf, packet->data.frame.sz),
    .timestamp_us = timestamp_us,
    .width = picture->width,
    .height = picture->height,
    .rotation = picture->rotation,
    .key_frame = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0,
    .qp = qp,
    .n_layers = self->n_layers,
    .says_layer = self->says_layer,
    .temporal_layer = step->layer,
    .layer_sync = step->layer_sync,
    .non_reference = step->non_reference,
  };

  return frame;
}

static void
number_frame (YodelVp8Encoder   *self,
              YodelEncodedFrame *frame)
{
  if (frame->key_frame)
    {
      frame->temporal_layer = 0;
      frame->layer_sync = TRUE;
      frame->non_reference = FALSE;
    }

  if (frame->temporal_layer == 0)
    self->tl0_index++;
  self->picture_id = (self->picture_id + 1) & YODEL_VP8_PICTURE_ID_MASK;

  frame->tl0_index = self->tl0_index;
  frame->picture_id = self->picture_id;
}

static gboolean
run_codec (YodelVp8Encoder *self,
           YodelVideoFrame *picture,
           const LayerStep *step)
{
  vpx_enc_frame_flags_t flags = self->key_frame_wanted ? VPX_EFLAG_FORCE_KF : step->flags;
  unsigned long duration = self->interval_us * TIMEBASE_HZ / G_USEC_PER_SEC;
  vpx_image_t image;

  vpx_img_wrap (&image, VPX_IMG_FMT_I420, picture->width, picture->height, 1, picture->y);
  image.planes[VPX_PLANE_Y] = picture->y;
  image.planes[VPX_PLANE_U] = picture->u;
  image.planes[VPX_PLANE_V] = picture->v;
  image.stride[VPX_PLANE_Y] = picture->y_stride;
  image.stride[VPX_PLANE_U] = picture->u_stride;
  image.stride[VPX_PLANE_V] = picture->v_stride;

  if (self->n_layers > 1)
    vpx_codec_control (&self->codec, VP8E_SET_TEMPORAL_LAYER_ID, (int) step->layer);

  return vpx_codec_encode (&self->codec, &image, self->pts, MAX (duration, 1), flags,
                           VPX_DL_REALTIME) == VPX_CODEC_OK;
}

YodelEncodedFrame *
yodel_vp8_encoder_encode (YodelVp8Encoder *self,
                          YodelVideoFrame *picture,
                          gint64           timestamp_us)
{
  const LayerPattern *pattern = &patterns[self->n_layers - 1];
  const LayerStep *step;
  YodelEncodedFrame *frame;
  gboolean resized = self->config.g_w != picture->width || self->config.g_h != picture->height;

  if ((!self->open || resized) && !open_codec (self, picture->width, picture->height))
    return NULL;

  step_clock (self, timestamp_us);
  apply_config (self, self->key_frame_wanted || timestamp_us - self->last_output_us >= FORCE_FRAME_AFTER_US);

  if (self->key_frame_wanted)
    self->step = 0;
  step = &pattern->steps[self->step];

  if (!run_codec (self, picture, step))
    return NULL;

  self->step = (self->step + 1) % pattern->n_steps;
  frame = take_output (self, picture, timestamp_us, step);
  if (frame == NULL)
    return NULL;

  self->last_output_us = timestamp_us;
  if (frame->key_frame)
    self->key_frame_wanted = FALSE;
  number_frame (self, frame);

  return frame;
}
