#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtcp-schedule.h"

/* RFC 3550 section 6.2: a twentieth of the session's rate is for RTCP; here two members share it. */
#define RTCP_SHARE        20
#define MEMBERS           2

/* A receiver report with its CNAME, UDP and SRTP, before one was measured. */
#define FIRST_SIZE_BYTES  100
/* What IP and UDP add, section 6.2. */
#define LOWER_BYTES       28

/* The interval that size and rate command, but at least the one wanted. */
static gint64
get_interval_us (const YodelRtcpSchedule *self)
{
  gint64 bits = (gint64) self->mean_packet_bytes_x16 * 8 / 16 * MEMBERS;
  gint64 thrift_us = 0;

  if (self->session_rate_bps > 0)
    thrift_us = bits * RTCP_SHARE * G_USEC_PER_SEC / self->session_rate_bps;

  return MIN (MAX (self->interval_us, thrift_us),
              MAX (self->interval_us, YODEL_RTCP_MAX_INTERVAL_US));
}

/* Half to one and a half times, so that the two do not fall into step, section 6.2. */
static gint64
randomise (gint64 interval_us,
           double chance)
{
  return (gint64) (interval_us * (0.5 + CLAMP (chance, 0.0, 1.0)));
}

/* @chance is random, between 0 and 1, here and below. */
void
yodel_rtcp_schedule_init (YodelRtcpSchedule *self,
                          gint64             interval_us,
                          gint64             now_us,
                          double             chance)
{
  *self = (YodelRtcpSchedule) {
    .interval_us = interval_us,
    .mean_packet_bytes_x16 = FIRST_SIZE_BYTES * 16,
    .sent_us = now_us,
  };
  /* The first comes early, section 6.2: until then neither knows the way's delay. */
  self->due_us = now_us + randomise (interval_us, chance) / 2;
}

/* As when video joins or leaves; a packet that is due sooner stays so. */
void
yodel_rtcp_schedule_set_interval (YodelRtcpSchedule *self,
                                  gint64             interval_us)
{
  self->interval_us = interval_us;
  self->due_us = MIN (self->due_us, self->sent_us + get_interval_us (self));
}

/* @session_rate_bps: what media takes, both ways alike; 0 if it is not known */
void
yodel_rtcp_schedule_set_session_rate (YodelRtcpSchedule *self,
                                      guint              session_rate_bps)
{
  self->session_rate_bps = session_rate_bps;
}

gboolean
yodel_rtcp_schedule_is_due (const YodelRtcpSchedule *self,
                            gint64                   now_us)
{
  return now_us >= self->due_us;
}

/* An RTCP datagram left: a @regular compound one, which begins the next interval, or feedback. */
void
yodel_rtcp_schedule_on_sent (YodelRtcpSchedule *self,
                             gboolean           regular,
                             gsize              size_bytes,
                             gint64             now_us,
                             double             chance)
{
  /* Section 6.3.3: a sixteenth of the new size goes into the mean. */
  self->mean_packet_bytes_x16 += (guint) MIN (size_bytes, G_MAXUINT16) + LOWER_BYTES
                                 - self->mean_packet_bytes_x16 / 16;
  if (!regular)
    return;

  self->sent_us = now_us;
  self->due_us = now_us + randomise (get_interval_us (self), chance);
}

gint64
yodel_rtcp_schedule_next_deadline_us (const YodelRtcpSchedule *self)
{
  return self->due_us;
}
