/* Pictures as PNG files (W3C PNG, third edition). */
#pragma once

#include <yodel/yodel-video-frame.h>

gboolean yodel_picture_save (const YodelVideoFrame  *frame,
                             const char             *path,
                             GError                **error);
