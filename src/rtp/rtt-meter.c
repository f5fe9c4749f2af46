#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtt-meter.h"

#include "rtp/ntp-time.h"

/* The time @ntp_time left for the peer. */
void
yodel_rtt_meter_on_sent (YodelRttMeter *self,
                         guint64        ntp_time,
                         gint64         now_us)
{
  guint slot = self->n_asked % YODEL_RTT_METER_MEMORY;

  self->asked[slot].stamp = yodel_ntp_middle (ntp_time);
  self->asked[slot].sent_us = now_us;
  self->n_asked++;
}

/* The peer saw @stamp and says that it was @delay ago, in 1/65536 s.
 *
 * Returns: %TRUE if that measured the round-trip time */
gboolean
yodel_rtt_meter_on_echo (YodelRttMeter *self,
                         guint32        stamp,
                         guint32        delay,
                         gint64         now_us)
{
  guint n = MIN (self->n_asked, YODEL_RTT_METER_MEMORY);

  if (stamp == 0)                  /* nothing was heard yet, RFC 3550 section 6.4.1 */
    return FALSE;

  for (guint i = 1; i <= n; i++)   /* the newest first */
    {
      guint slot = (self->n_asked - i) % YODEL_RTT_METER_MEMORY;

      if (self->asked[slot].stamp != stamp)
        continue;

      /* Clocks of 1/65536 s can make a short trip negative: it is short. */
      self->rtt_us = MAX (0, now_us - self->asked[slot].sent_us - yodel_ntp_delay_to_us (delay));
      self->total_us += self->rtt_us;
      self->n_measured++;
      self->known = TRUE;
      return TRUE;
    }
  return FALSE;
}

void
yodel_rtt_echo_on_heard (YodelRttEcho *self,
                         guint64       ntp_time,
                         gint64        now_us)
{
  self->heard = TRUE;
  self->stamp = yodel_ntp_middle (ntp_time);
  self->heard_us = now_us;
}

/* Both are 0 where nothing was heard. */
void
yodel_rtt_echo_get (const YodelRttEcho *self,
                    guint32            *stamp,
                    guint32            *delay,
                    gint64              now_us)
{
  *stamp = self->stamp;
  *delay = self->heard ? yodel_ntp_delay_from_us (now_us - self->heard_us) : 0;
}
