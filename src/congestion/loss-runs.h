/* What share of the last hundred packets is lost, and how many of them in a row, in the mean of the last two dozen times:
 * by chance a few more than one, where the path fails for a moment more. */
#pragma once

#include <glib.h>

typedef struct
{
  gint64  newest;       /* number of the newest packet that was told of */
  guint64 arrived;      /* bit i: newest - i did */
  gint64  last_lost;
  double  packets;      /* lost of late; the older fade ... */
  double  runs;         /* ... with each run of them */
  guint   n_told;
  double  share;        /* lost of late */
} YodelLossRuns;

void   yodel_loss_runs_init      (YodelLossRuns       *self);

/* What became of packet @number, from 0 on.  Losses may be told later than what arrived after them; what is never
 * told of is no end of a run. */
void   yodel_loss_runs_push      (YodelLossRuns       *self,
                                  gint64               number,
                                  gboolean             is_lost);

/* So many that were lost came after all. */
void   yodel_loss_runs_take_back (YodelLossRuns       *self,
                                  guint                n);

/* Returns: 0 where there were too few to tell */
double yodel_loss_runs_get_mean  (const YodelLossRuns *self);

/* Returns: negative where there were too few to tell */
double yodel_loss_runs_get_share (const YodelLossRuns *self);
