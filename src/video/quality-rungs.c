#define G_LOG_DOMAIN "yodel-video"

#include "video/quality-rungs.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS            12
#define MIN_PIXELS           (320 * 180)
#define DETAIL_MIN_FPS       5.0
#define HIGH_FPS             40.0     /* above it, half the frames are given up before size */

/* The least that makes a picture worth its size: a bit a second for each pixel at 30 fps, by eye
 * and by PSNR of hand-held clips.  Screens compress better. */
#define FLOOR_BITS_PER_PIXEL 0.9
#define DETAIL_SHARE         0.5

/* Frame rates that differ by less are measurements of the same. */
#define SAME_FPS_SHARE       0.3

typedef struct
{
  const YodelQualitySource *source;
  YodelQualityRung         *rungs;
  guint                     n_rungs;
} Builder;

static void
add_rung (Builder *self,
          guint    width,
          guint    height,
          double   fps)
{
  double share = self->source->content == YODEL_VIDEO_CONTENT_DETAIL ? DETAIL_SHARE : 1;
  YodelQualityRung *rung;

  if (self->n_rungs == YODEL_QUALITY_MAX_RUNGS)
    return;

  rung = &self->rungs[self->n_rungs++];
  *rung = (YodelQualityRung) {
    .width = width, .height = height, .fps = fps,
    .over_since_us = YODEL_QUALITY_NEVER_YET, .far_over_since_us = YODEL_QUALITY_NEVER_YET,
    .failed_us = YODEL_QUALITY_NEVER_YET, .overused_us = YODEL_QUALITY_NEVER_YET,
  };
  rung->floor_bps = FLOOR_BITS_PER_PIXEL * share * width * height * (0.25 + 0.75 * fps / 30);
}

/* Every second step halves: 1280x720, 960x540, 640x360, 480x270, 320x180. */
static void
shrink (const Builder *self,
        guint          steps,
        guint         *width,
        guint         *height)
{
  double scale = pow (0.5, steps / 2) * (steps % 2 ? 0.75 : 1);

  *width = self->source->width;
  *height = self->source->height;
  if (steps > 0)
    {
      *width = MAX ((guint) (self->source->width * scale) & ~1u, 2);
      *height = MAX ((guint) (self->source->height * scale) & ~1u, 2);
    }
}

static guint
first_step (const Builder *self)
{
  guint steps = 0, width, height;

  for (; steps < MAX_STEPS; steps++)
    {
      shrink (self, steps, &width, &height);
      if (self->source->max_pixels == 0 || width * height <= self->source->max_pixels)
        break;
    }

  return steps;
}

static void
add_frame_rates (Builder *self,
                 guint    width,
                 guint    height,
                 double   below_fps,
                 double   least_fps)
{
  static const double rates[] = { 30, 15, 10, 7.5, 5 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++)
    if (rates[i] < below_fps - 1 && rates[i] >= least_fps)
      add_rung (self, width, height, rates[i]);
}

static void
add_motion_rungs (Builder *self,
                  double   fps)
{
  guint steps = first_step (self), width, height;

  shrink (self, steps, &width, &height);
  add_rung (self, width, height, fps);
  if (fps > HIGH_FPS)
    add_rung (self, width, height, fps = 30);

  for (;;)
    {
      guint smaller_width, smaller_height;

      shrink (self, ++steps, &smaller_width, &smaller_height);
      if (smaller_width * smaller_height < MIN_PIXELS)
        break;
      width = smaller_width;
      height = smaller_height;
      add_rung (self, width, height, fps);
    }

  add_frame_rates (self, width, height, fps, 7.5);
}

static void
add_detail_rungs (Builder *self,
                  double   fps)
{
  guint steps = first_step (self), width, height;

  shrink (self, steps, &width, &height);
  add_rung (self, width, height, fps);
  add_frame_rates (self, width, height, fps, DETAIL_MIN_FPS);

  for (;;)
    {
      shrink (self, ++steps, &width, &height);
      if (width * height < MIN_PIXELS)
        break;
      add_rung (self, width, height, MIN (fps, DETAIL_MIN_FPS));
    }
}

/* What was learnt of a rung holds for the new one that is like it. */
static void
remember (Builder                *self,
          const YodelQualityRung *old,
          guint                   n_old)
{
  for (guint i = 0; i < self->n_rungs; i++)
    for (guint k = 0; k < n_old; k++)
      {
        YodelQualityRung *rung = &self->rungs[i];

        if (rung->width != old[k].width || rung->height != old[k].height
            || fabs (rung->fps - old[k].fps) > SAME_FPS_SHARE * rung->fps)
          continue;

        rung->over_since_us = old[k].over_since_us;
        rung->far_over_since_us = old[k].far_over_since_us;
        rung->failed_us = old[k].failed_us;
        rung->failed_bps = old[k].failed_bps;
        rung->overused_us = old[k].overused_us;
        break;
      }
}

guint
yodel_quality_rungs_build (YodelQualityRung         *rungs,
                           guint                     n_old,
                           const YodelQualitySource *source)
{
  YodelQualityRung old[YODEL_QUALITY_MAX_RUNGS];
  Builder builder = { source, rungs, 0 };

  memcpy (old, rungs, n_old * sizeof old[0]);
  if (source->content == YODEL_VIDEO_CONTENT_DETAIL)
    add_detail_rungs (&builder, source->fps);
  else
    add_motion_rungs (&builder, source->fps);
  remember (&builder, old, n_old);

  return builder.n_rungs;
}

gboolean
yodel_quality_rung_is_above (const YodelQualityRung *rung,
                             const YodelQualityRung *other)
{
  return rung->width * rung->height * rung->fps
         > (1 + SAME_FPS_SHARE) * other->width * other->height * other->fps;
}
