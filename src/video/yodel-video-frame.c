#define G_LOG_DOMAIN "yodel-video"

#include <libyuv.h>

#include "video/video-frame-private.h"

/* The vector code of libyuv and libvpx is fastest on rows that start here. */
#define ALIGNMENT 32u

/* The public part comes first, so that a frame is its allocation. */
typedef struct
{
  YodelVideoFrame frame;
  int references;
} Storage;

G_DEFINE_BOXED_TYPE (YodelVideoFrame, yodel_video_frame,
                     yodel_video_frame_ref, yodel_video_frame_unref)

static gsize
align (gsize size)
{
  return (size + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1);
}

/**
 * yodel_video_frame_new:
 * @width: in pixels, from 1 to %YODEL_VIDEO_FRAME_MAX_SIDE
 * @height: in pixels, from 1 to %YODEL_VIDEO_FRAME_MAX_SIDE
 *
 * Makes a frame for its caller to fill: upright, with timestamp 0 and undefined
 * pixels. Each row starts at a multiple of 32 bytes. Thread: any.
 *
 * Returns: (transfer full): the frame
 */
YodelVideoFrame *
yodel_video_frame_new (guint width,
                       guint height)
{
  gsize header_bytes = align (sizeof (Storage));
  gsize y_stride = align (width);
  gsize uv_stride = align ((width + 1) / 2);
  gsize y_bytes = y_stride * height;
  gsize uv_bytes = uv_stride * ((height + 1) / 2);
  guint8 *memory;
  Storage *storage;

  g_return_val_if_fail (width >= 1 && width <= YODEL_VIDEO_FRAME_MAX_SIDE, NULL);
  g_return_val_if_fail (height >= 1 && height <= YODEL_VIDEO_FRAME_MAX_SIDE, NULL);

  memory = g_aligned_alloc (1, header_bytes + y_bytes + 2 * uv_bytes, ALIGNMENT);
  storage = (gpointer) memory;
  memory += header_bytes;

  storage->frame = (YodelVideoFrame) {
    .width = width,
    .height = height,
    .y = memory,
    .u = memory + y_bytes,
    .v = memory + y_bytes + uv_bytes,
    .y_stride = y_stride,
    .u_stride = uv_stride,
    .v_stride = uv_stride,
  };
  storage->references = 1;

  return &storage->frame;
}

/**
 * yodel_video_frame_ref:
 * @self: a frame
 *
 * Takes one more reference. Thread: any.
 *
 * Returns: (transfer full): @self
 */
YodelVideoFrame *
yodel_video_frame_ref (YodelVideoFrame *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  __atomic_add_fetch (&((Storage *) self)->references, 1, __ATOMIC_RELAXED);
  return self;
}

/**
 * yodel_video_frame_unref:
 * @self: (transfer full): a frame
 *
 * Gives one reference back; the last one frees the pixels. Thread: any.
 */
void
yodel_video_frame_unref (YodelVideoFrame *self)
{
  g_return_if_fail (self != NULL);

  if (__atomic_sub_fetch (&((Storage *) self)->references, 1, __ATOMIC_ACQ_REL) == 0)
    g_aligned_free (self);
}

gboolean
yodel_video_frame_is_unshared (YodelVideoFrame *self)
{
  return __atomic_load_n (&((Storage *) self)->references, __ATOMIC_ACQUIRE) == 1;
}

/**
 * yodel_video_frame_scale:
 * @self: a frame
 * @width: in pixels, from 1 to %YODEL_VIDEO_FRAME_MAX_SIDE
 * @height: in pixels, from 1 to %YODEL_VIDEO_FRAME_MAX_SIDE
 *
 * Scales a frame; where the shape differs, it is stretched. Thread: any.
 *
 * Returns: (transfer full): @self where it has that size already, else a new frame
 *   with the same timestamp and rotation
 */
YodelVideoFrame *
yodel_video_frame_scale (YodelVideoFrame *self,
                         guint            width,
                         guint            height)
{
  YodelVideoFrame *scaled;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->width == width && self->height == height)
    return yodel_video_frame_ref (self);

  scaled = yodel_video_frame_new (width, height);
  g_return_val_if_fail (scaled != NULL, NULL);

  I420Scale (self->y, self->y_stride, self->u, self->u_stride, self->v, self->v_stride,
             self->width, self->height,
             scaled->y, scaled->y_stride, scaled->u, scaled->u_stride, scaled->v, scaled->v_stride,
             width, height, kFilterBox);
  scaled->timestamp_us = self->timestamp_us;
  scaled->rotation = self->rotation;

  return scaled;
}
