#define G_LOG_DOMAIN "yodel-video"

#include "video/video-encoder.h"

/* Thread: one at a time, the encoder's. */
struct _YodelVideoEncoder
{
  guint            n_cores;
  YodelVp8Encoder *vp8;       /* (owned) (nullable) the one in use, or neither */
  YodelVp9Encoder *vp9;       /* (owned) (nullable) */
};

YodelVideoEncoder *
yodel_video_encoder_new (guint n_cores)
{
  YodelVideoEncoder *self = g_new0 (YodelVideoEncoder, 1);

  self->n_cores = n_cores;
  return self;
}

void
yodel_video_encoder_free (YodelVideoEncoder *self)
{
  g_clear_pointer (&self->vp8, yodel_vp8_encoder_free);
  g_clear_pointer (&self->vp9, yodel_vp9_encoder_free);
  g_free (self);
}

static YodelEncodedFrame *
encode_vp8 (YodelVideoEncoder         *self,
            const YodelEncodeSettings *settings,
            YodelVideoFrame           *picture,
            gint64                     timestamp_us)
{
  g_clear_pointer (&self->vp9, yodel_vp9_encoder_free);
  if (self->vp8 == NULL)
    {
      self->vp8 = yodel_vp8_encoder_new ();
      yodel_vp8_encoder_set_cores (self->vp8, self->n_cores);
    }

  yodel_vp8_encoder_set_content (self->vp8, settings->content);
  yodel_vp8_encoder_set_layers (self->vp8, settings->n_layers);
  yodel_vp8_encoder_set_rate (self->vp8, settings->bitrate_bps, settings->fps);
  if (settings->key_frame)
    yodel_vp8_encoder_request_key_frame (self->vp8);
  return yodel_vp8_encoder_encode (self->vp8, picture, timestamp_us);
}

static YodelEncodedFrame *
encode_vp9 (YodelVideoEncoder         *self,
            const YodelEncodeSettings *settings,
            YodelVideoFrame           *picture,
            gint64                     timestamp_us)
{
  g_clear_pointer (&self->vp8, yodel_vp8_encoder_free);
  if (self->vp9 == NULL)
    {
      self->vp9 = yodel_vp9_encoder_new ();
      yodel_vp9_encoder_set_cores (self->vp9, self->n_cores);
    }

  yodel_vp9_encoder_set_content (self->vp9, settings->content);
  yodel_vp9_encoder_set_rate (self->vp9, settings->bitrate_bps, settings->fps);
  if (settings->key_frame)
    yodel_vp9_encoder_request_key_frame (self->vp9);
  return yodel_vp9_encoder_encode (self->vp9, picture, timestamp_us);
}

YodelEncodedFrame *
yodel_video_encoder_encode (YodelVideoEncoder         *self,
                            const YodelEncodeSettings *settings,
                            YodelVideoFrame           *picture,
                            gint64                     timestamp_us)
{
  switch (settings->codec)
    {
    case YODEL_VIDEO_VP8: return encode_vp8 (self, settings, picture, timestamp_us);
    case YODEL_VIDEO_VP9: return encode_vp9 (self, settings, picture, timestamp_us);
    }
  g_assert_not_reached ();
}
