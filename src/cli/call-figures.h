/* What a person wants to know of a call, out of one snapshot of its statistics and the one before. */
#pragma once

#include <yodel/yodel.h>

/* Negative: not known. */
typedef struct
{
  double rtt_ms;
  double sent_bps;
  double received_bps;
  double loss;                 /* share of what was on its way to us, in the last second */
  double frames_shown;
  double frames_per_second;
  double frame_width;
  double frame_height;
  double freezes;
  double frozen_s;
  double concealed;            /* share of the sound that was made up */
  double play_delay_ms;        /* of the sound: how long it waited to be played */
} YodelCallFigures;

void yodel_call_figures_read (YodelCallFigures *self,
                              YodelStats       *stats,
                              YodelStats       *before,
                              double            interval_s);
