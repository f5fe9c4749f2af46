#define G_LOG_DOMAIN "yodel-video"

#include "video/freeze-meter.h"

/* W3C webrtc-stats, freezeCount */
#define FREEZE_EXTRA_US  (150 * 1000)
#define FREEZE_FACTOR    3
#define FREEZE_MIN_GAPS  5

static guint
gaps_held (const YodelFreezeMeter *self)
{
  return MIN (self->n_gaps, YODEL_FREEZE_METER_GAPS);
}

static void
add_gap (YodelFreezeMeter *self,
         gint64            gap_us)
{
  gint64 *slot = &self->gaps_us[self->n_gaps % YODEL_FREEZE_METER_GAPS];

  self->gap_sum_us += gap_us - *slot;
  *slot = gap_us;
  self->n_gaps++;
  self->longest_gap_us = MAX (self->longest_gap_us, gap_us);
}

gboolean
yodel_freeze_meter_push (YodelFreezeMeter *self,
                         gint64            shown_us)
{
  gint64 gap_us = shown_us - self->last_us;
  gboolean frozen = FALSE;

  self->last_us = shown_us;
  self->frames_rendered++;
  if (self->frames_rendered == 1 || self->paused)
    {
      self->paused = FALSE;
      return FALSE;
    }

  if (gaps_held (self) >= FREEZE_MIN_GAPS)
    {
      gint64 mean_us = self->gap_sum_us / gaps_held (self);

      frozen = gap_us >= MAX (FREEZE_FACTOR * mean_us, mean_us + FREEZE_EXTRA_US);
      if (frozen)
        {
          self->freeze_count++;
          self->freezes_us += gap_us - mean_us;
        }
    }

  add_gap (self, gap_us);
  return frozen;
}

void
yodel_freeze_meter_pause (YodelFreezeMeter *self)
{
  self->paused = TRUE;
}

/* A gap that began before that second counts by its share in it. */
double
yodel_freeze_meter_get_fps (const YodelFreezeMeter *self,
                            gint64                  now_us)
{
  gint64 span_us = 0;
  guint n = 0;

  if (self->frames_rendered == 0 || now_us - self->last_us >= G_USEC_PER_SEC)
    return 0;

  for (; n < gaps_held (self); n++)
    {
      gint64 gap_us = self->gaps_us[(self->n_gaps - 1 - n) % YODEL_FREEZE_METER_GAPS];

      if (span_us + gap_us > G_USEC_PER_SEC)
        return n + (double) (G_USEC_PER_SEC - span_us) / gap_us;
      span_us += gap_us;
    }

  return span_us > 0 ? (double) n * G_USEC_PER_SEC / span_us : 0;
}
