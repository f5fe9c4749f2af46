#define G_LOG_DOMAIN "yodel-video"

#include "video/vp9-encoder.h"

#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

/* The same as in VP8 where not said otherwise: docs/decisions/0132-vp9.md */
#define TIMEBASE_HZ          90000
#define BUFFER_MS            1000
#define BUFFER_INITIAL_MS    500
#define BUFFER_OPTIMAL_MS    600
#define UNDERSHOOT_PCT       50
#define OVERSHOOT_PCT        15
#define DROP_FRAME_THRESHOLD 30
#define QUANTIZER_MIN        2
#define QUANTIZER_MIN_DETAIL 8
#define QUANTIZER_MAX        56
#define KEY_FRAME_MAX_MS     200    /* of the bit rate, in one key frame */
#define KEY_FRAME_MIN_PCT    300
#define MIN_BITRATE_BPS      20000
#define FORCE_FRAME_AFTER_US (2 * G_USEC_PER_SEC)
#define CIF_PIXELS           (352 * 288)
#define VGA_PIXELS           (640 * 480)
#define ADAPTIVE_QUANT       3      /* cyclic refresh: parts of the picture get better in turn */

/* What the adaptation knows is the scale of VP8, 0 to 127; where that is coarse, so is this. */
#define COARSE_QINDEX        205
#define COARSE_QP            95

/* Thread: one at a time, the encoder's. */
struct _YodelVp9Encoder
{
  vpx_codec_ctx_t     codec;
  vpx_codec_enc_cfg_t config;
  gboolean            open;
  gboolean            config_changed;
  gboolean            key_frame_wanted;

  guint               bitrate_bps;
  double              fps;
  guint               n_cores;
  YodelVideoContent   content;

  gint64              pts;               /* in 1 / TIMEBASE_HZ */
  gint64              last_output_us;
  guint16             picture_id;
};

YodelVp9Encoder *
yodel_vp9_encoder_new (void)
{
  YodelVp9Encoder *self = g_new0 (YodelVp9Encoder, 1);

  self->bitrate_bps = 300000;
  self->fps = 30;
  self->n_cores = 1;
  return self;
}

static void
close_codec (YodelVp9Encoder *self)
{
  if (self->open)
    vpx_codec_destroy (&self->codec);
  self->open = FALSE;
}

void
yodel_vp9_encoder_free (YodelVp9Encoder *self)
{
  close_codec (self);
  g_free (self);
}

void
yodel_vp9_encoder_set_rate (YodelVp9Encoder *self,
                            guint            bitrate_bps,
                            double           fps)
{
  bitrate_bps = MAX (bitrate_bps, MIN_BITRATE_BPS);
  fps = CLAMP (fps, 1, 120);

  self->config_changed |= bitrate_bps != self->bitrate_bps || fps != self->fps;
  self->bitrate_bps = bitrate_bps;
  self->fps = fps;
}

void
yodel_vp9_encoder_set_content (YodelVp9Encoder   *self,
                               YodelVideoContent  content)
{
  if (content != self->content)
    close_codec (self);
  self->content = content;
}

void
yodel_vp9_encoder_set_cores (YodelVp9Encoder *self,
                             guint            n_cores)
{
  self->n_cores = MAX (n_cores, 1);
}

void
yodel_vp9_encoder_request_key_frame (YodelVp9Encoder *self)
{
  self->key_frame_wanted = TRUE;
}

static guint
threads_for (guint n_cores,
             guint n_pixels)
{
  return n_pixels > VGA_PIXELS && n_cores >= 4 ? 2 : 1;
}

static int
speed_for (guint n_pixels)
{
  if (n_pixels < CIF_PIXELS)
    return 5;

  return n_pixels <= VGA_PIXELS ? 7 : 8;
}

static void
fill_config (YodelVp9Encoder *self,
             guint            width,
             guint            height)
{
  vpx_codec_enc_cfg_t *config = &self->config;

  vpx_codec_enc_config_default (vpx_codec_vp9_cx (), config, 0);
  config->g_w = width;
  config->g_h = height;
  config->g_timebase.num = 1;
  config->g_timebase.den = TIMEBASE_HZ;
  config->g_threads = threads_for (self->n_cores, width * height);
  config->g_lag_in_frames = 0;
  config->g_error_resilient = 0;
  config->rc_end_usage = VPX_CBR;
  config->rc_undershoot_pct = UNDERSHOOT_PCT;
  config->rc_overshoot_pct = OVERSHOOT_PCT;
  config->rc_buf_sz = BUFFER_MS;
  config->rc_buf_initial_sz = BUFFER_INITIAL_MS;
  config->rc_buf_optimal_sz = BUFFER_OPTIMAL_MS;
  config->rc_resize_allowed = 0;
  config->rc_dropframe_thresh = DROP_FRAME_THRESHOLD;
  config->rc_min_quantizer = self->content == YODEL_VIDEO_CONTENT_DETAIL ? QUANTIZER_MIN_DETAIL : QUANTIZER_MIN;
  config->rc_max_quantizer = QUANTIZER_MAX;
  config->rc_target_bitrate = self->bitrate_bps / 1000;
  config->kf_mode = VPX_KF_DISABLED;        /* on request only */
}

static void
set_key_frame_cap (YodelVp9Encoder *self)
{
  unsigned int pct = MAX (KEY_FRAME_MAX_MS * self->fps / 10, KEY_FRAME_MIN_PCT);

  vpx_codec_control (&self->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, pct);
}

static gboolean
open_codec (YodelVp9Encoder *self,
            guint            width,
            guint            height)
{
  gboolean detail = self->content == YODEL_VIDEO_CONTENT_DETAIL;

  close_codec (self);
  fill_config (self, width, height);

  if (vpx_codec_enc_init (&self->codec, vpx_codec_vp9_cx (), &self->config, 0) != VPX_CODEC_OK)
    {
      g_warning ("no VP9 encoder for %ux%u: %s", width, height, vpx_codec_error (&self->codec));
      return FALSE;
    }

  vpx_codec_control (&self->codec, VP8E_SET_CPUUSED, speed_for (width * height));
  vpx_codec_control (&self->codec, VP8E_SET_STATIC_THRESHOLD, 1u);
  vpx_codec_control (&self->codec, VP9E_SET_AQ_MODE, (unsigned int) ADAPTIVE_QUANT);
  vpx_codec_control (&self->codec, VP9E_SET_TILE_COLUMNS, self->config.g_threads > 1 ? 1 : 0);
  vpx_codec_control (&self->codec, VP9E_SET_ROW_MT, 1u);
  vpx_codec_control (&self->codec, VP9E_SET_FRAME_PARALLEL_DECODING, 0u);
  vpx_codec_control (&self->codec, VP9E_SET_TUNE_CONTENT, detail ? VP9E_CONTENT_SCREEN : VP9E_CONTENT_DEFAULT);
  set_key_frame_cap (self);

  self->open = TRUE;
  self->config_changed = FALSE;
  self->key_frame_wanted = TRUE;
  return TRUE;
}

static void
apply_config (YodelVp9Encoder *self,
              gboolean         force)
{
  guint threshold = force ? 0 : DROP_FRAME_THRESHOLD;

  if (!self->config_changed && self->config.rc_dropframe_thresh == threshold)
    return;

  self->config.rc_target_bitrate = self->bitrate_bps / 1000;
  self->config.rc_dropframe_thresh = threshold;
  vpx_codec_enc_config_set (&self->codec, &self->config);
  set_key_frame_cap (self);
  self->config_changed = FALSE;
}

static gboolean
run_codec (YodelVp9Encoder *self,
           YodelVideoFrame *picture)
{
  unsigned long duration = TIMEBASE_HZ / self->fps;
  vpx_image_t image;

  vpx_img_wrap (&image, VPX_IMG_FMT_I420, picture->width, picture->height, 1, picture->y);
  image.planes[VPX_PLANE_Y] = picture->y;
  image.planes[VPX_PLANE_U] = picture->u;
  image.planes[VPX_PLANE_V] = picture->v;
  image.stride[VPX_PLANE_Y] = picture->y_stride;
  image.stride[VPX_PLANE_U] = picture->u_stride;
  image.stride[VPX_PLANE_V] = picture->v_stride;

  self->pts += duration;
  return vpx_codec_encode (&self->codec, &image, self->pts, duration,
                           self->key_frame_wanted ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME) == VPX_CODEC_OK;
}

static YodelEncodedFrame *
take_output (YodelVp9Encoder *self,
             YodelVideoFrame *picture,
             gint64           timestamp_us)
{
  const vpx_codec_cx_pkt_t *packet;
  vpx_codec_iter_t iterator = NULL;
  YodelEncodedFrame *frame;
  int qindex = 0;

  do
    packet = vpx_codec_get_cx_data (&self->codec, &iterator);
  while (packet != NULL && packet->kind != VPX_CODEC_CX_FRAME_PKT);

  if (packet == NULL || packet->data.frame.sz == 0)
    return NULL;

  vpx_codec_control (&self->codec, VP8E_GET_LAST_QUANTIZER, &qindex);
  self->picture_id = (self->picture_id + 1) & YODEL_VP8_PICTURE_ID_MASK;

  frame = g_new (YodelEncodedFrame, 1);
  *frame = (YodelEncodedFrame) {
    .codec = YODEL_VIDEO_VP9,
    .data = g_bytes_new (packet->data.frame.buf, packet->data.frame.sz),
    .timestamp_us = timestamp_us,
    .width = picture->width,
    .height = picture->height,
    .rotation = picture->rotation,
    .key_frame = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0,
    .qp = MIN (qindex * COARSE_QP / COARSE_QINDEX, 127),
    .picture_id = self->picture_id,
    .n_layers = 1,
  };
  return frame;
}

YodelEncodedFrame *
yodel_vp9_encoder_encode (YodelVp9Encoder *self,
                          YodelVideoFrame *picture,
                          gint64           timestamp_us)
{
  YodelEncodedFrame *frame;
  gboolean resized = self->config.g_w != picture->width || self->config.g_h != picture->height;

  if ((!self->open || resized) && !open_codec (self, picture->width, picture->height))
    return NULL;

  apply_config (self, self->key_frame_wanted || timestamp_us - self->last_output_us >= FORCE_FRAME_AFTER_US);
  if (!run_codec (self, picture))
    return NULL;

  frame = take_output (self, picture, timestamp_us);
  if (frame == NULL)
    return NULL;

  self->last_output_us = timestamp_us;
  if (frame->key_frame)
    self->key_frame_wanted = FALSE;
  return frame;
}
