#define G_LOG_DOMAIN "yodel-audio"

#include "audio/time-stretch.h"

#include <math.h>
#include <string.h>

#define OVERLAP      YODEL_STRETCH_OVERLAP
#define COARSE       4          /* the search looks at every fourth lag and sample first */
#define MAX_HISTORY  1440
#define MAX_CHANNELS 2

typedef struct
{
  guint  lag;                   /* 0: nothing was comparable */
  double similarity;
} Match;

/* Normalised correlation of @a and @b, of both channels together, looking at every @step-th sample. */
static double
similarity (const gint16 *a,
            const gint16 *b,
            guint         n_samples,
            guint         step,
            guint         channels)
{
  double ab = 0, aa = 1, bb = 1;

  for (guint i = 0; i < n_samples * channels; i += step * channels)
    for (guint at = i; at < i + channels; at++)
      {
        ab += (double) a[at] * b[at];
        aa += (double) a[at] * a[at];
        bb += (double) b[at] * b[at];
      }

  return ab / sqrt (aa * bb);
}

static double
rms (const gint16 *pcm,
     guint         n_samples)
{
  double sum = 0;

  for (guint i = 0; i < n_samples; i++)
    sum += (double) pcm[i] * pcm[i];

  return n_samples == 0 ? 0 : sqrt (sum / n_samples);
}

/* The lag at which @at + @direction * lag looks most like @at. */
static Match
find_lag (const gint16 *at,
          int           direction,
          guint         window,
          guint         max_lag,
          guint         channels)
{
  Match best = { 0, -1 };
  guint from, to;

  for (guint lag = YODEL_STRETCH_MIN_LAG; lag <= max_lag; lag += COARSE)
    {
      double s = similarity (at, at + direction * (int) (lag * channels), window, COARSE, channels);

      if (s > best.similarity)
        best = (Match) { lag, s };
    }

  if (best.lag == 0)
    return best;

  from = MAX (best.lag - COARSE + 1, YODEL_STRETCH_MIN_LAG);
  to = MIN (best.lag + COARSE - 1, max_lag);
  best.similarity = -1;
  for (guint lag = from; lag <= to; lag++)
    {
      double s = similarity (at, at + direction * (int) (lag * channels), window, 1, channels);

      if (s > best.similarity)
        best = (Match) { lag, s };
    }

  return best;
}

/* @out may be @from or @to. */
void
yodel_time_stretch_crossfade (const gint16 *from,
                              const gint16 *to,
                              gint16       *out,
                              guint         n_samples,
                              guint         channels)
{
  for (guint i = 0; i < n_samples; i++)
    {
      gint32 w = (gint32) ((2 * i + 1) * 16384 / (2 * n_samples));

      for (guint at = i * channels; at < (i + 1) * channels; at++)
        out[at] = (gint16) ((from[at] * (16384 - w) + to[at] * w) / 16384);
    }
}

/* Returns: how many samples shorter @pcm became; 0 where no good seam was found. */
guint
yodel_time_stretch_accelerate (gint16                   *pcm,
                               guint                     n_samples,
                               const YodelStretchLimits *limits)
{
  guint max_lag = MIN (limits->max_lag, YODEL_STRETCH_MAX_LAG);
  guint channels = limits->stereo ? 2 : 1;
  guint lag;

  if (n_samples < OVERLAP + YODEL_STRETCH_MIN_LAG)
    return 0;

  max_lag = MIN (max_lag, n_samples - OVERLAP);
  if (max_lag < YODEL_STRETCH_MIN_LAG)
    return 0;

  if (rms (pcm, (max_lag + OVERLAP) * channels) < limits->silence_rms)
    {
      lag = MIN (max_lag, limits->silent_lag);
    }
  else
    {
      Match match = find_lag (pcm, 1, OVERLAP, max_lag, channels);

      if (match.lag == 0 || match.similarity < limits->min_similarity)
        return 0;
      lag = match.lag;
    }

  yodel_time_stretch_crossfade (pcm, pcm + lag * channels, pcm, OVERLAP, channels);
  memmove (pcm + OVERLAP * channels, pcm + (lag + OVERLAP) * channels,
           (n_samples - lag - OVERLAP) * channels * sizeof *pcm);
  return lag;
}

/* Plays the last period once more before @pcm goes on.
 * @history: what was played right before @pcm
 * Returns: how many samples longer @pcm became */
guint
yodel_time_stretch_expand (gint16                   *pcm,
                           guint                     n_samples,
                           guint                     capacity,
                           const gint16             *history,
                           guint                     n_history,
                           const YodelStretchLimits *limits)
{
  gint16 joined[(MAX_HISTORY + OVERLAP) * MAX_CHANNELS];
  guint max_lag = MIN (limits->max_lag, YODEL_STRETCH_MAX_LAG);
  guint kept = MIN (n_history, MAX_HISTORY);
  guint channels = limits->stereo ? 2 : 1;
  gint16 seam[OVERLAP * MAX_CHANNELS];
  gint16 *at = joined + kept * channels;
  guint lag, faded;

  max_lag = MIN (max_lag, kept);
  if (n_samples < OVERLAP || max_lag < YODEL_STRETCH_MIN_LAG || capacity < n_samples + max_lag)
    return 0;

  memcpy (joined, history + (n_history - kept) * channels, kept * channels * sizeof *joined);
  memcpy (at, pcm, OVERLAP * channels * sizeof *joined);

  if (rms (at - max_lag * channels, (max_lag + OVERLAP) * channels) < limits->silence_rms)
    {
      lag = MIN (max_lag, limits->silent_lag);
    }
  else
    {
      Match match = find_lag (at, -1, OVERLAP, max_lag, channels);

      if (match.lag == 0 || match.similarity < limits->min_similarity)
        return 0;
      lag = match.lag;
    }

  /* at[0..] fades into at[-lag..], which leads back to at[0] by itself. */
  yodel_time_stretch_crossfade (at, at - lag * channels, seam, OVERLAP, channels);
  memmove (pcm + lag * channels, pcm, n_samples * channels * sizeof *pcm);
  faded = MIN (lag, OVERLAP) * channels;
  memcpy (pcm, seam, faded * sizeof *pcm);
  if (lag > OVERLAP)
    memcpy (pcm + faded, at - lag * channels + faded, (lag - OVERLAP) * channels * sizeof *pcm);
  else
    memcpy (pcm + faded, seam + faded, (OVERLAP - lag) * channels * sizeof *pcm);

  return lag;
}

/* What @history would go on with if its last period came again and again. */
void
yodel_time_stretch_continue (const gint16 *history,
                             guint         n_history,
                             gint16       *out,
                             guint         n_samples,
                             guint         channels)
{
  Match match = { 0, 0 };

  if (n_history >= OVERLAP + YODEL_STRETCH_MIN_LAG)
    match = find_lag (history + (n_history - OVERLAP) * channels, -1, OVERLAP,
                      MIN (YODEL_STRETCH_MAX_LAG, n_history - OVERLAP), channels);

  for (guint i = 0; i < n_samples * channels; i++)
    out[i] = match.lag == 0 ? 0 : history[(n_history - match.lag) * channels + i % (match.lag * channels)];
}
