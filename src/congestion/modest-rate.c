#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/modest-rate.h"

#include "base/units.h"

#define LONG_QUEUE_US     (150 * YODEL_US_PER_MS)   /* beyond what jitter of 30 ms looks like */
#define LASTING_US        (300 * YODEL_US_PER_MS)   /* beyond a stall of the path */
#define GROWTH_US         (40 * YODEL_US_PER_MS)    /* what is sent makes it longer */
#define OVERFLOW_LOSS     0.1                       /* or it is full, and the rest is dropped */
#define HEAVY_LOSS        0.45                      /* a policer's, then, and not the path's own ... */
#define HEAVY_US          (1500 * YODEL_US_PER_MS)  /* ... where it lasts: of few packets lost in a row it comes by chance */
#define FIRST_PATIENCE_US (5 * G_USEC_PER_SEC)
#define MAX_PATIENCE_US   (80 * G_USEC_PER_SEC)
#define THIN_BPS          40000.0                   /* far from bearing it */

void
yodel_modest_rate_init (YodelModestRate *self)
{
  *self = (YodelModestRate) { .modest_bps = YODEL_MODEST_BPS, .long_since_us = -1, .heavy_since_us = -1, .choked_until_us = -1, .patience_us = FIRST_PATIENCE_US };
}

/* A queue that is long, yet neither grows nor overflows, is not of our making: the path has become
 * another, or holds everything up for a moment. */
static gboolean
has_lasting_queue (YodelModestRate *self,
                   gint64           queue_us,
                   double           loss,
                   gint64           now_us)
{
  if (queue_us <= LONG_QUEUE_US)
    {
      self->long_since_us = -1;
      return FALSE;
    }

  if (self->long_since_us < 0)
    {
      self->long_since_us = now_us;
      self->shortest_us = queue_us;
    }
  self->shortest_us = MIN (self->shortest_us, queue_us);

  return now_us - self->long_since_us >= LASTING_US &&
         (queue_us - self->shortest_us >= GROWTH_US || loss > OVERFLOW_LOSS);
}

static gboolean
has_heavy_loss (YodelModestRate *self,
                double           loss,
                gint64           now_us)
{
  if (loss <= HEAVY_LOSS)
    self->heavy_since_us = -1;
  else if (self->heavy_since_us < 0)
    self->heavy_since_us = now_us;

  return self->heavy_since_us >= 0 && now_us - self->heavy_since_us >= HEAVY_US;
}

void
yodel_modest_rate_wait (YodelModestRate *self,
                        gint64           now_us)
{
  self->choked_until_us = now_us + self->patience_us;
  self->floor_bps = 0;
}

void
yodel_modest_rate_update (YodelModestRate *self,
                          double           bps,
                          gint64           queue_us,
                          double           loss,
                          gint64           now_us)
{
  gboolean was_held = self->floor_bps > 0;
  gboolean is_waiting = !was_held && self->choked_until_us >= 0;
  gboolean is_heavy = has_heavy_loss (self, loss, now_us);
  gboolean is_choked = has_lasting_queue (self, queue_us, loss, now_us) || is_heavy;

  if (bps >= self->modest_bps && !is_choked)
    self->patience_us = FIRST_PATIENCE_US;    /* the path gives more than that by itself */

  if (is_choked)
    {
      self->choked_until_us = now_us + self->patience_us;
      if (was_held)
        self->patience_us = MIN (2 * self->patience_us, MAX_PATIENCE_US);
    }

  if (is_waiting && bps < THIN_BPS && loss <= OVERFLOW_LOSS)
    self->choked_until_us = MAX (self->choked_until_us, now_us + 1);      /* not before it bears more by itself */

  self->floor_bps = now_us < self->choked_until_us ? 0 : self->modest_bps;
}
