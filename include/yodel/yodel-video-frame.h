/* One picture in I420, shared by reference. */
#pragma once

#include <glib-object.h>

#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

#define YODEL_TYPE_VIDEO_FRAME (yodel_video_frame_get_type ())

/**
 * YODEL_VIDEO_FRAME_MAX_SIDE:
 *
 * The largest width and height of a frame, in pixels.
 */
#define YODEL_VIDEO_FRAME_MAX_SIDE 4096

/**
 * YodelVideoFrame:
 * @width: in pixels, from 1 to %YODEL_VIDEO_FRAME_MAX_SIDE
 * @height: in pixels, from 1 to %YODEL_VIDEO_FRAME_MAX_SIDE
 * @timestamp_us: when it was captured (sending) or is to be shown (receiving), microseconds
 *   of the monotonic clock
 * @rotation: degrees clockwise that make it upright: 0, 90, 180 or 270
 * @y: luma, @y_stride bytes a row
 * @u: blue difference, (@width + 1) / 2 wide and (@height + 1) / 2 high
 * @v: red difference, of the same size as @u
 * @y_stride: bytes from one row of @y to the next
 * @u_stride: bytes from one row of @u to the next
 * @v_stride: bytes from one row of @v to the next
 *
 * A picture in I420 (planar 4:2:0, BT.601 limited range). Its pixels may be
 * written by whoever made it, until it is given to another; from then on it is read-only.
 * References are counted atomically: it may pass between threads.
 */
typedef struct
{
  guint   width;
  guint   height;
  gint64  timestamp_us;
  guint   rotation;
  guint8 *y;
  guint8 *u;
  guint8 *v;
  guint   y_stride;
  guint   u_stride;
  guint   v_stride;
} YodelVideoFrame;

YODEL_API
GType            yodel_video_frame_get_type (void) G_GNUC_CONST;

YODEL_API
YodelVideoFrame *yodel_video_frame_new      (guint            width,
                                             guint            height);

YODEL_API
YodelVideoFrame *yodel_video_frame_ref      (YodelVideoFrame *self);

YODEL_API
void             yodel_video_frame_unref    (YodelVideoFrame *self);

YODEL_API
YodelVideoFrame *yodel_video_frame_scale    (YodelVideoFrame *self,
                                             guint            width,
                                             guint            height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVideoFrame, yodel_video_frame_unref)

G_END_DECLS
