/* The rungs of the quality ladder: the sizes and frame rates that a source can be coded in, the
 * best first, and what was learnt of each. */
#pragma once

#include "video/vp8-encoder.h"

G_BEGIN_DECLS

#define YODEL_QUALITY_MAX_RUNGS 12u

/* A time that has not been. */
#define YODEL_QUALITY_NEVER_YET G_MININT64

typedef struct
{
  guint  width;
  guint  height;
  double fps;
  guint  floor_bps;               /* below it the picture is not worth its size */

  gint64 over_since_us;           /* the rate is over the floor by a little since then */
  gint64 far_over_since_us;       /* by much */
  gint64 failed_us;               /* the encoder could not do it at failed_bps */
  guint  failed_bps;
  gint64 overused_us;             /* the processor could not */
} YodelQualityRung;

typedef struct
{
  guint             width;
  guint             height;
  double            fps;
  YodelVideoContent content;
  guint             max_pixels;   /* 0: no cap */
} YodelQualitySource;

/* @rungs: (inout): what is there already, @n_old of it, lends its memory to what is like it.
 * Returns: how many there are now, at least one */
guint    yodel_quality_rungs_build   (YodelQualityRung         *rungs,
                                      guint                     n_old,
                                      const YodelQualitySource *source);

/* Is @rung clearly more than @other, in pixels a second? */
gboolean yodel_quality_rung_is_above (const YodelQualityRung   *rung,
                                      const YodelQualityRung   *other);

G_END_DECLS
