#define G_LOG_DOMAIN "yodel-video"

#include "video/video-decoder.h"

#include <libyuv.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

#include "video/video-frame-private.h"
#include "video/vp8-payload.h"
#include "video/vp9-payload.h"

/* Frames that come back from the screen are filled again: fresh memory costs as much as the copy. */
#define POOL_FRAMES 4

/* Thread: one at a time, the decoder's. */
struct _YodelVideoDecoder
{
  YodelVideoCodec  kind;
  vpx_codec_ctx_t  codec;
  gboolean         open;
  gboolean         needs_key_frame;
  guint            qp;
  YodelVideoFrame *pool[POOL_FRAMES];   /* (owned) (nullable) */
};

YodelVideoDecoder *
yodel_video_decoder_new (YodelVideoCodec codec)
{
  YodelVideoDecoder *self = g_new0 (YodelVideoDecoder, 1);

  self->kind = codec;
  self->needs_key_frame = TRUE;
  return self;
}

static void
close_codec (YodelVideoDecoder *self)
{
  if (self->open)
    vpx_codec_destroy (&self->codec);
  self->open = FALSE;
  self->needs_key_frame = TRUE;
}

void
yodel_video_decoder_free (YodelVideoDecoder *self)
{
  close_codec (self);
  for (guint i = 0; i < POOL_FRAMES; i++)
    g_clear_pointer (&self->pool[i], yodel_video_frame_unref);
  g_free (self);
}

gboolean
yodel_video_decoder_needs_key_frame (const YodelVideoDecoder *self)
{
  return self->needs_key_frame;
}

guint
yodel_video_decoder_get_qp (const YodelVideoDecoder *self)
{
  return self->qp;
}

YodelVideoCodec
yodel_video_decoder_get_codec (const YodelVideoDecoder *self)
{
  return self->kind;
}

static gboolean
is_size_acceptable (guint width,
                    guint height)
{
  return width >= 1 && width <= YODEL_VIDEO_FRAME_MAX_SIDE
         && height >= 1 && height <= YODEL_VIDEO_FRAME_MAX_SIDE;
}

/* A VP9 frame between key frames may name a size of its own, or take that of a reference. */
static gboolean
is_acceptable_vp9 (YodelVideoDecoder *self,
                   const guint8      *data,
                   gsize              size)
{
  YodelVp9Header header;

  if (!yodel_vp9_header_parse (&header, data, size)
      || (header.has_size && !is_size_acceptable (header.width, header.height)))
    return FALSE;

  return header.key_frame || !self->needs_key_frame;
}

static gboolean
is_acceptable_vp8 (YodelVideoDecoder *self,
                   const guint8      *data,
                   gsize              size)
{
  guint width, height;

  if (!yodel_vp8_is_key_frame (data, size))
    return !self->needs_key_frame;

  return yodel_vp8_key_frame_get_size (data, size, &width, &height)
         && is_size_acceptable (width, height);
}

/* Is @data a frame that may be given to the codec now? */
static gboolean
is_acceptable (YodelVideoDecoder *self,
               const guint8      *data,
               gsize              size)
{
  if (size == 0)      /* to libvpx, no data means a lost frame */
    return FALSE;

  switch (self->kind)
    {
    case YODEL_VIDEO_VP8: return is_acceptable_vp8 (self, data, size);
    case YODEL_VIDEO_VP9: return is_acceptable_vp9 (self, data, size);
    }
  g_assert_not_reached ();
}

static gboolean
open_codec (YodelVideoDecoder *self)
{
  vpx_codec_dec_cfg_t config = { .threads = 1 };
  vpx_codec_iface_t *codec = self->kind == YODEL_VIDEO_VP9 ? vpx_codec_vp9_dx () : vpx_codec_vp8_dx ();

  if (!self->open)
    self->open = vpx_codec_dec_init (&self->codec, codec, &config, 0) == VPX_CODEC_OK;

  return self->open;
}

/* Returns: (transfer full): a frame of that size that nobody else has */
static YodelVideoFrame *
take_frame (YodelVideoDecoder *self,
            guint            width,
            guint            height)
{
  guint free_place = POOL_FRAMES;

  for (guint i = 0; i < POOL_FRAMES; i++)
    {
      YodelVideoFrame *frame = self->pool[i];

      if (frame == NULL || !yodel_video_frame_is_unshared (frame))
        {
          free_place = frame == NULL ? i : free_place;
          continue;
        }
      if (frame->width == width && frame->height == height)
        return yodel_video_frame_ref (frame);

      g_clear_pointer (&self->pool[i], yodel_video_frame_unref);
      free_place = i;
    }

  if (free_place == POOL_FRAMES)
    return yodel_video_frame_new (width, height);

  self->pool[free_place] = yodel_video_frame_new (width, height);
  return yodel_video_frame_ref (self->pool[free_place]);
}

/* The codec's own picture changes with the next frame. */
static YodelVideoFrame *
copy_picture (YodelVideoDecoder   *self,
              const vpx_image_t *image,
              gint64             timestamp_us)
{
  YodelVideoFrame *frame = take_frame (self, image->d_w, image->d_h);

  I420Copy (image->planes[VPX_PLANE_Y], image->stride[VPX_PLANE_Y],
            image->planes[VPX_PLANE_U], image->stride[VPX_PLANE_U],
            image->planes[VPX_PLANE_V], image->stride[VPX_PLANE_V],
            frame->y, frame->y_stride, frame->u, frame->u_stride, frame->v, frame->v_stride,
            frame->width, frame->height);
  frame->timestamp_us = timestamp_us;
  frame->rotation = 0;

  return frame;
}

static gboolean
run_codec (YodelVideoDecoder *self,
           const guint8    *data,
           gsize            size)
{
  int corrupted = 0, qp = 0;

  if (size > G_MAXUINT || vpx_codec_decode (&self->codec, data, size, NULL, 0) != VPX_CODEC_OK)
    return FALSE;

  /* A partition that was too short is no error to libvpx. */
  if (vpx_codec_control (&self->codec, VP8D_GET_FRAME_CORRUPTED, &corrupted) != VPX_CODEC_OK || corrupted)
    return FALSE;

  if (vpx_codec_control (&self->codec, VPXD_GET_LAST_QUANTIZER, &qp) == VPX_CODEC_OK)
    self->qp = qp;

  return TRUE;
}

gboolean
yodel_video_decoder_decode (YodelVideoDecoder  *self,
                          const guint8     *data,
                          gsize             size,
                          gint64            timestamp_us,
                          YodelVideoFrame **picture)
{
  const vpx_image_t *image;
  vpx_codec_iter_t iterator = NULL;

  *picture = NULL;

  if (!is_acceptable (self, data, size) || !open_codec (self) || !run_codec (self, data, size))
    {
      close_codec (self);
      return FALSE;
    }

  self->needs_key_frame = FALSE;
  image = vpx_codec_get_frame (&self->codec, &iterator);
  if (image == NULL)
    return TRUE;

  if (image->fmt != VPX_IMG_FMT_I420 || !is_size_acceptable (image->d_w, image->d_h))
    {
      close_codec (self);
      return FALSE;
    }

  *picture = copy_picture (self, image, timestamp_us);
  return TRUE;
}
