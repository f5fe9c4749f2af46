/* What the room itself may ask of a frame. */
#pragma once

#include <yodel/yodel-video-frame.h>

/* Does nobody but the caller hold a reference?  Then its pixels may be written again. */
gboolean yodel_video_frame_is_unshared (YodelVideoFrame *self);
