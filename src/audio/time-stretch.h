/* Makes speech shorter or longer by whole periods of its pitch, so that it keeps its height; and
 * carries it on for a moment where nothing follows.  48 kHz, one channel or two, interleaved: then
 * both are cut at the same places.  Lengths and lags are samples of each channel. */
#pragma once

#include <glib.h>

#define YODEL_STRETCH_MIN_LAG 120      /* 2.5 ms: a voice of 400 Hz */
#define YODEL_STRETCH_MAX_LAG 600      /* 12.5 ms: 80 Hz */
#define YODEL_STRETCH_OVERLAP 240      /* 5 ms of cross-fade hide the seam */

typedef struct
{
  guint    max_lag;              /* samples to win at most */
  guint    silent_lag;           /* likewise, in silence, where any number can be had */
  double   min_similarity;       /* -1..1; where the seam would be heard, nothing is done */
  double   silence_rms;          /* below this any seam is good */
  gboolean stereo;
} YodelStretchLimits;

guint yodel_time_stretch_accelerate (gint16                   *pcm,
                                     guint                     n_samples,
                                     const YodelStretchLimits *limits);
guint yodel_time_stretch_expand     (gint16                   *pcm,
                                     guint                     n_samples,
                                     guint                     capacity,
                                     const gint16             *history,
                                     guint                     n_history,
                                     const YodelStretchLimits *limits);
void  yodel_time_stretch_continue   (const gint16             *history,
                                     guint                     n_history,
                                     gint16                   *out,
                                     guint                     n_samples,
                                     guint                     channels);
void  yodel_time_stretch_crossfade  (const gint16             *from,
                                     const gint16             *to,
                                     gint16                   *out,
                                     guint                     n_samples,
                                     guint                     channels);
