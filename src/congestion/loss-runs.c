#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/loss-runs.h"

#define WINDOW     64
#define FADE       (1 - 1 / 24.0)
#define LEAST_RUNS 4             /* a link that fell, or a route that changed, is one */
#define LEAST_TOLD 32            /* half a second of speech */
#define MEMORY     128

void
yodel_loss_runs_init (YodelLossRuns *self)
{
  *self = (YodelLossRuns) { .newest = -1, .last_lost = -WINDOW };
}

/* Whether nothing is known to have arrived between the last that was lost and @number. */
static gboolean
goes_on (const YodelLossRuns *self,
         gint64               number)
{
  gint64 from = self->newest - self->last_lost;     /* bits below this, and above that of @number */
  gint64 to = self->newest - number;

  if (from >= WINDOW)
    return FALSE;

  return (self->arrived >> to & ((G_GUINT64_CONSTANT (1) << (from - to)) - 1)) == 0;
}

void
yodel_loss_runs_push (YodelLossRuns *self,
                      gint64         number,
                      gboolean       is_lost)
{
  gint64 ahead = number - self->newest;

  self->n_told = MIN (self->n_told + 1, MEMORY);
  self->share += (is_lost - self->share) / self->n_told;
  if (ahead > 0)
    {
      self->arrived = ahead < WINDOW ? self->arrived << ahead : 0;
      self->newest = number;
    }
  if (!is_lost)
    {
      if (ahead > -WINDOW)
        self->arrived |= G_GUINT64_CONSTANT (1) << (self->newest - number);
      return;
    }
  if (number <= self->last_lost)
    return;

  if (!goes_on (self, number))
    {
      self->packets *= FADE;
      self->runs = self->runs * FADE + 1;
    }
  self->packets++;
  self->last_lost = number;
}

void
yodel_loss_runs_take_back (YodelLossRuns *self,
                           guint          n)
{
  self->share = MAX (self->share - n / (double) MAX (self->n_told, 1), 0);
}

double
yodel_loss_runs_get_mean (const YodelLossRuns *self)
{
  return self->runs < LEAST_RUNS ? 0 : self->packets / self->runs;
}

double
yodel_loss_runs_get_share (const YodelLossRuns *self)
{
  return self->n_told < LEAST_TOLD ? -1 : self->share;
}
