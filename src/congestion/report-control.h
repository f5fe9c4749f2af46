/* The rate for a peer without transport-wide feedback: its receiver reports tell of loss and
 * round trips, its REMB, if it sends one, is a ceiling. */
#pragma once

#include <glib.h>

typedef struct
{
  double target_bps;
  double remb_bps;               /* INFINITY: none */
  gint64 moved_us;               /* -1: no report yet */
  gint64 cut_us;                 /* -1: never */
  gint64 least_rtt_us;           /* -1: unknown */
  gboolean has_met_limit;        /* a loss or a queue ended the quick rise of the start */
} YodelReportControl;

void   yodel_report_control_init      (YodelReportControl *self,
                                       double              start_bps);
void   yodel_report_control_on_report (YodelReportControl *self,
                                       double              fraction_lost,
                                       gint64              rtt_us,
                                       gint64              now_us);
double yodel_report_control_get_bps   (const YodelReportControl *self,
                                       double                    min_bps,
                                       double                    max_bps);
