#define G_LOG_DOMAIN "yodel-congestion"

#include "congestion/report-control.h"

#include "base/units.h"

#include <math.h>

/* draft-ietf-rmcat-gcc-02 section 6 */
#define LITTLE_LOSS    0.02
#define MUCH_LOSS      0.10
#define RISE           1.08                        /* per second */
#define CUT_PAUSE_US   (300 * YODEL_US_PER_MS)     /* and a round trip */

/* Our own: nothing probes the path for a peer without transport-wide feedback, so the start rises
 * quickly, until the first sign of a limit. */
#define START_RISE     1.5                         /* per second */

/* Our own: reports come seconds apart, so only a queue that lasts shows in their round trips. */
#define LONG_QUEUE_US  (150 * YODEL_US_PER_MS)
#define QUEUE_CUT      0.85

void
yodel_report_control_init (YodelReportControl *self,
                           double              start_bps)
{
  *self = (YodelReportControl) {
    .target_bps = start_bps,
    .remb_bps = INFINITY,
    .moved_us = -1,
    .cut_us = -1,
    .least_rtt_us = -1,
  };
}

void
yodel_report_control_on_report (YodelReportControl *self,
                                double              fraction_lost,
                                gint64              rtt_us,
                                gint64              now_us)
{
  double seconds = self->moved_us < 0 ? 0 : MIN ((now_us - self->moved_us) / (double) G_USEC_PER_SEC, 5);
  gboolean may_cut = self->cut_us < 0 || now_us - self->cut_us >= CUT_PAUSE_US + MAX (rtt_us, 0);
  gboolean has_queue;

  if (rtt_us >= 0 && (self->least_rtt_us < 0 || rtt_us < self->least_rtt_us))
    self->least_rtt_us = rtt_us;
  has_queue = rtt_us >= 0 && rtt_us - self->least_rtt_us > LONG_QUEUE_US;

  self->moved_us = now_us;
  if (fraction_lost >= LITTLE_LOSS || has_queue)
    self->has_met_limit = TRUE;

  if (fraction_lost > MUCH_LOSS || has_queue)
    {
      double factor = has_queue ? QUEUE_CUT : 1;

      if (fraction_lost > MUCH_LOSS)
        factor = MIN (factor, 1 - 0.5 * fraction_lost);
      if (may_cut)
        {
          self->target_bps *= factor;
          self->cut_us = now_us;
        }
    }
  else if (fraction_lost < LITTLE_LOSS)
    self->target_bps = self->target_bps * pow (self->has_met_limit ? RISE : START_RISE, seconds) + 1000;
}

double
yodel_report_control_get_bps (const YodelReportControl *self,
                              double                    min_bps,
                              double                    max_bps)
{
  return CLAMP (MIN (self->target_bps, self->remb_bps), min_bps, max_bps);
}
