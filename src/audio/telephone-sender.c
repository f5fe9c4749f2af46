#define G_LOG_DOMAIN "yodel-audio"

#include "audio/telephone-sender.h"

#include "base/units.h"

/* Between two reports, and between the three that end an event: a packet of speech.  Section 2.5.1.2 asks for that or
 * 50 ms; the shorter one has more chances on a link that loses. */
#define UPDATE_US (20 * G_TIME_SPAN_MILLISECOND)
#define N_ENDS    3u

/* W3C webrtc section 7.2: 70 ms between two tones. */
#define GAP_US    (70 * G_TIME_SPAN_MILLISECOND)
#define PAUSE_US  (2 * G_TIME_SPAN_SECOND)

/* -10 dBm0, what telephones send. */
#define VOLUME    10

void
yodel_telephone_sender_init (YodelTelephoneSender *self)
{
  *self = (YodelTelephoneSender) { .due_us = G_MININT64 };
}

/* Returns: FALSE if too many wait */
gboolean
yodel_telephone_sender_push (YodelTelephoneSender *self,
                             guint8                event,
                             guint                 duration_ms,
                             gint64                now_us)
{
  guint at = (self->first + self->n_waiting) % YODEL_TELEPHONE_MAX_WAITING;

  if (self->n_waiting == YODEL_TELEPHONE_MAX_WAITING)
    return FALSE;

  if (!self->is_down && self->n_waiting == 0)
    self->due_us = MAX (self->due_us, now_us);
  self->waiting[at] = (YodelTelephoneKey) {
    .event = event,
    .duration_ms = (guint16) CLAMP (duration_ms, YODEL_TELEPHONE_MIN_DURATION_MS, YODEL_TELEPHONE_MAX_DURATION_MS),
  };
  self->n_waiting++;
  return TRUE;
}

/* Forgets what waits; the key that is down goes on to its end. */
void
yodel_telephone_sender_clear (YodelTelephoneSender *self)
{
  self->n_waiting = 0;
}

/* Takes the next key, or pause. */
static void
begin (YodelTelephoneSender *self)
{
  self->key = self->waiting[self->first];
  self->first = (self->first + 1) % YODEL_TELEPHONE_MAX_WAITING;
  self->n_waiting--;
  if (self->key.event == YODEL_TELEPHONE_PAUSE)
    {
      self->due_us += PAUSE_US;
      return;
    }

  self->is_down = self->is_first = TRUE;
  self->n_ends = 0;
  self->offset = 0;
  self->began_us = self->due_us;
  self->due_us += UPDATE_US;
}

/* The key is up, and all was said about it. */
static void
end (YodelTelephoneSender *self)
{
  self->is_down = FALSE;
  self->due_us = self->began_us + self->key.duration_ms * G_TIME_SPAN_MILLISECOND + GAP_US;
}

static void
write_report (YodelTelephoneSender *self,
              YodelTelephonePacket *packet,
              guint                 clock_rate_hz,
              gint64                now_us)
{
  const gint64 whole_us = self->key.duration_ms * G_TIME_SPAN_MILLISECOND;
  const gint64 late_us = (now_us - self->due_us) / UPDATE_US * UPDATE_US;
  gint64 elapsed_us = MIN (self->due_us + late_us - self->began_us, whole_us);
  guint32 ticks = (guint32) (elapsed_us * clock_rate_hz / G_USEC_PER_SEC);

  *packet = (YodelTelephonePacket) {
    .report = { .event = self->key.event, .volume = VOLUME },
    .is_first = self->is_first,
    .offset = self->offset,
  };
  self->is_first = FALSE;

  if (ticks - self->offset > YODEL_TELEPHONE_MAX_TICKS)      /* section 2.5.1.3: on with the next segment, at once */
    {
      packet->report.duration = YODEL_TELEPHONE_MAX_TICKS;
      self->offset += YODEL_TELEPHONE_MAX_TICKS;
      return;
    }

  packet->report.duration = (guint16) (ticks - self->offset);
  packet->report.is_end = elapsed_us == whole_us;
  if (packet->report.is_end)
    {
      self->due_us = MAX (now_us, self->began_us + whole_us) + UPDATE_US;
      self->n_ends++;
    }
  else
    {
      self->due_us = MIN (self->began_us + elapsed_us + UPDATE_US, self->began_us + whole_us);
    }
}

/* Returns: FALSE if nothing is due */
gboolean
yodel_telephone_sender_poll (YodelTelephoneSender *self,
                             YodelTelephonePacket *packet,
                             guint                 clock_rate_hz,
                             gint64                now_us)
{
  while (now_us >= self->due_us)
    {
      if (self->is_down)
        {
          write_report (self, packet, clock_rate_hz, now_us);
          if (self->n_ends == N_ENDS)
            end (self);
          return TRUE;
        }
      if (self->n_waiting == 0)
        return FALSE;
      self->due_us = MAX (self->due_us, now_us - UPDATE_US);       /* a thread that slept does not catch up on keys */
      begin (self);
    }
  return FALSE;
}

gint64
yodel_telephone_sender_next_deadline_us (const YodelTelephoneSender *self)
{
  return self->is_down || self->n_waiting > 0 ? self->due_us : YODEL_NEVER_US;
}
