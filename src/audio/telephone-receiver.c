#define G_LOG_DOMAIN "yodel-audio"

#include "audio/telephone-receiver.h"

#include "base/units.h"

/* Three of the longest intervals between reports (50 ms), section 2.5.2.2: then the key is up, whatever was lost. */
#define SILENT_AFTER_US (150 * G_TIME_SPAN_MILLISECOND)

/* Nobody presses keys faster than this for long: W3C webrtc allows 40 ms and a gap of 30. */
#define EVENTS_PER_SECOND 20.0

/* The clock rate of the RTP times, whatever that of the durations. */
#define RTP_RATE_HZ 48000u

void
yodel_telephone_receiver_init (YodelTelephoneReceiver *self)
{
  *self = (YodelTelephoneReceiver) { .allowance = YODEL_TELEPHONE_MAX_OVER, .allowance_us = G_MININT64 };
}

/* A peer that sends events without end is cut down to what a person could do. */
static gboolean
take_allowance (YodelTelephoneReceiver *self,
                gint64                  now_us)
{
  if (self->allowance_us != G_MININT64)
    self->allowance += (double) (now_us - self->allowance_us) / G_USEC_PER_SEC * EVENTS_PER_SECOND;
  self->allowance = MIN (self->allowance, YODEL_TELEPHONE_MAX_OVER);
  self->allowance_us = now_us;
  if (self->allowance < 1)
    return FALSE;
  self->allowance -= 1;
  return TRUE;
}

static void
finish (YodelTelephoneReceiver *self,
        gint64                  now_us)
{
  guint at = (self->first + self->n_over) % YODEL_TELEPHONE_MAX_OVER;
  guint64 ticks = (guint64) self->whole_ticks + self->segment_ticks;

  self->is_down = FALSE;
  if (self->event >= YODEL_TELEPHONE_N_KEYS || self->n_over == YODEL_TELEPHONE_MAX_OVER || !take_allowance (self, now_us))
    {
      self->n_dropped++;
      return;
    }
  self->over[at] = (YodelTelephoneOver) { self->event, (guint) MIN (ticks * 1000 / self->clock_rate_hz, G_MAXINT) };
  self->n_over++;
  self->n_received++;
}

/* Section 2.5.1.3: the event goes on where its last segment was full. */
static gboolean
is_next_segment (const YodelTelephoneReceiver *self,
                 const YodelTelephoneEvent    *report,
                 guint32                       rtp_time,
                 gboolean                      marker)
{
  guint32 passed = rtp_time - self->rtp_time;
  guint scale = MAX (1, RTP_RATE_HZ / self->clock_rate_hz);

  return self->is_down && !marker && report->event == self->event &&
         (passed == self->segment_ticks || passed == self->segment_ticks * scale ||
          passed == YODEL_TELEPHONE_MAX_TICKS || passed == YODEL_TELEPHONE_MAX_TICKS * scale);
}

static void
begin (YodelTelephoneReceiver    *self,
       const YodelTelephoneEvent *report,
       guint32                    rtp_time,
       gboolean                   marker,
       guint                      clock_rate_hz,
       gint64                     now_us)
{
  if (self->started && is_next_segment (self, report, rtp_time, marker))
    {
      self->whole_ticks = MIN (self->whole_ticks + YODEL_TELEPHONE_MAX_TICKS, G_MAXINT / 2);
    }
  else
    {
      if (self->is_down)
        finish (self, now_us);
      self->whole_ticks = 0;
    }
  self->started = self->is_down = TRUE;
  self->event = report->event;
  self->rtp_time = rtp_time;
  self->segment_ticks = 0;
  self->clock_rate_hz = clock_rate_hz;
}

static void
take_report (YodelTelephoneReceiver    *self,
             const YodelTelephoneEvent *report,
             guint32                    rtp_time,
             gboolean                   marker,
             guint                      clock_rate_hz,
             gint64                     now_us)
{
  gint32 ahead = (gint32) (rtp_time - self->rtp_time);

  if (self->started && ahead < 0)
    return;                                   /* a late word about a key that is long up */
  if (!self->started || ahead > 0)
    begin (self, report, rtp_time, marker, clock_rate_hz, now_us);
  if (!self->is_down || report->event != self->event)
    return;                                   /* it was said before */

  self->heard_us = now_us;
  self->segment_ticks = MAX (self->segment_ticks, report->duration);
  if (report->is_end)
    finish (self, now_us);
}

/* @rtp_time: of the packet.  @clock_rate_hz: of its payload type.  @now_us: its arrival */
void
yodel_telephone_receiver_push (YodelTelephoneReceiver *self,
                               guint32                 rtp_time,
                               gboolean                marker,
                               guint                   clock_rate_hz,
                               const guint8           *payload,
                               gsize                   size,
                               gint64                  now_us)
{
  yodel_telephone_receiver_advance (self, now_us);
  if (size == 0 || size % YODEL_TELEPHONE_EVENT_BYTES != 0)
    {
      self->n_malformed++;
      return;
    }

  for (gsize at = 0; at < size; at += YODEL_TELEPHONE_EVENT_BYTES)
    {
      YodelTelephoneEvent report;

      if (!yodel_telephone_event_parse (&report, payload + at, size - at))
        return;
      take_report (self, &report, rtp_time, marker && at == 0, clock_rate_hz, now_us);
      rtp_time += report.duration;            /* one begins where the one before ended, section 2.5.1.5 */
    }
}

void
yodel_telephone_receiver_advance (YodelTelephoneReceiver *self,
                                  gint64                  now_us)
{
  if (now_us >= yodel_telephone_receiver_next_deadline_us (self))
    finish (self, now_us);
}

/* Returns: FALSE if no event is over */
gboolean
yodel_telephone_receiver_poll (YodelTelephoneReceiver *self,
                               YodelTelephoneOver     *over)
{
  if (self->n_over == 0)
    return FALSE;

  *over = self->over[self->first];
  self->first = (self->first + 1) % YODEL_TELEPHONE_MAX_OVER;
  self->n_over--;
  return TRUE;
}

gint64
yodel_telephone_receiver_next_deadline_us (const YodelTelephoneReceiver *self)
{
  return self->is_down ? self->heard_us + SILENT_AFTER_US : YODEL_NEVER_US;
}
