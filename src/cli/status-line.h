/* The line on a terminal that shows how a call is doing, redrawn in place. */
#pragma once

#include <glib.h>

#include "cli/call-figures.h"

typedef struct
{
  const char       *state;               /* for people */
  gint64            connected_us;        /* 0: not yet */
  double            levels[2];           /* dBov: own, the peer's */
  gboolean          muted;
  gboolean          speaks_muted;
  YodelCallFigures  figures;
  gboolean          video_paused;        /* no room for our picture */
  gboolean          survival;            /* and hardly any for our voice */
} YodelStatus;

gboolean yodel_status_line_is_wanted (void);
void     yodel_status_line_draw      (const YodelStatus *status,
                                      gint64             now_us);

/* Returns: (transfer full): what is drawn, of any length */
char    *yodel_status_line_text      (const YodelStatus *status,
                                      gint64             now_us);
void     yodel_status_line_clear     (void);
char    *yodel_status_line_meter     (double             level);
char    *yodel_status_line_rate      (double             rate_bps);
