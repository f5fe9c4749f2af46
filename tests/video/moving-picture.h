/* A textured scene that moves, the same on every run: what the video tests encode. */
#pragma once

#include <yodel/yodel-video-frame.h>

/* Returns: (transfer full): picture @index of the scene */
YodelVideoFrame *moving_picture_new (guint width,
                                     guint height,
                                     guint index);

/* Returns: the peak signal-to-noise ratio of the lumas in dB; 100 where they are equal */
double           moving_picture_psnr (const YodelVideoFrame *a,
                                      const YodelVideoFrame *b);
gboolean         moving_picture_equal (const YodelVideoFrame *a,
                                       const YodelVideoFrame *b);
