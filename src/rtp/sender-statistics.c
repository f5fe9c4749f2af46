#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/sender-statistics.h"

#include "rtp/ntp-time.h"

void
yodel_sender_statistics_init (YodelSenderStatistics *self,
                              guint32                ssrc,
                              guint32                clock_rate_hz)
{
  g_assert (clock_rate_hz > 0);

  *self = (YodelSenderStatistics) { .ssrc = ssrc, .clock_rate_hz = clock_rate_hz };
}

/* A packet left.  @captured_us is when its first sample came out of the microphone or camera, in
 * monotonic time: lip sync at the other end rests on it. */
void
yodel_sender_statistics_push (YodelSenderStatistics *self,
                              guint32                rtp_time,
                              gint64                 captured_us,
                              gsize                  payload_bytes)
{
  self->packets_sent++;
  self->bytes_sent += payload_bytes;
  self->last_rtp_time = rtp_time;
  self->last_captured_us = captured_us;
  self->has_rtp_time = TRUE;
}

/* A packet left once more, in its own stream: it counts, but says nothing of the media clock. */
void
yodel_sender_statistics_push_again (YodelSenderStatistics *self,
                                    gsize                  payload_bytes)
{
  self->packets_sent++;
  self->bytes_sent += payload_bytes;
}

/* Says what the media clock shows now.  @unix_offset_us is Unix time less monotonic time; streams
 * of one call share it, or they cannot be played in step.
 *
 * Returns: %FALSE before the first packet: then a receiver report is due instead */
gboolean
yodel_sender_statistics_create_report (YodelSenderStatistics *self,
                                       YodelRtcpSenderReport *report,
                                       gint64                 now_us,
                                       gint64                 unix_offset_us)
{
  gint64 since_us = now_us - self->last_captured_us;

  if (!self->has_rtp_time)
    return FALSE;

  report->ssrc = self->ssrc;
  report->ntp_time = yodel_ntp_from_unix_us (now_us + unix_offset_us);
  report->rtp_time = self->last_rtp_time
                     + (guint32) (since_us * self->clock_rate_hz / G_USEC_PER_SEC);
  report->packet_count = (guint32) self->packets_sent;
  report->octet_count = (guint32) self->bytes_sent;
  yodel_rtt_meter_on_sent (&self->rtt, report->ntp_time, now_us);
  return TRUE;
}

/* Takes what the peer reports of this stream.
 *
 * Returns: %TRUE if it measured the round-trip time, in rtt.rtt_us */
gboolean
yodel_sender_statistics_on_report (YodelSenderStatistics      *self,
                                   const YodelRtcpReportBlock *block,
                                   gint64                      now_us)
{
  if (block->ssrc != self->ssrc)
    return FALSE;

  self->remote = *block;
  self->remote_us = now_us;
  self->has_remote = TRUE;
  return yodel_rtt_meter_on_echo (&self->rtt, block->last_sr, block->delay_since_last_sr, now_us);
}

gint64
yodel_sender_statistics_get_remote_jitter_us (const YodelSenderStatistics *self)
{
  return (gint64) self->remote.jitter * G_USEC_PER_SEC / self->clock_rate_hz;
}
