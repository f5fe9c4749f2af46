/* A number in a picture that survives scaling and heavy compression: twenty black or white cells along
 * its top sixteenth, the number's sixteen bits and then four of check (the sum of its
 * four hexadecimal digits). */
#pragma once

#include <yodel/yodel-video-frame.h>

void     yodel_stamp_draw (YodelVideoFrame       *frame,
                           guint16                number);
gboolean yodel_stamp_read (const YodelVideoFrame *frame,
                           guint16               *number);
guint    yodel_stamp_rows (guint                  height);
