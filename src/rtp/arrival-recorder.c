#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/arrival-recorder.h"

#include "base/sequence.h"
#include "base/units.h"

#define REPORT_BITS       (68 * 8)   /* a usual report with its headers */
#define LATE_LIMIT        1000       /* numbers; what comes later than this is not reported again */
#define MASK              (YODEL_ARRIVAL_RECORDER_MAX_NUMBERS - 1)

G_STATIC_ASSERT ((YODEL_ARRIVAL_RECORDER_MAX_NUMBERS & MASK) == 0);

struct _YodelArrivalRecorder
{
  YodelUnwrapper         unwrapper;
  gint64                 highest;            /* numbers, unwrapped */
  gint64                 first_unreported;
  gboolean               has_news;
  gint64                 news_since_us;
  gint64                 reported_us;        /* -1: never */
  gint64                 interval_us;
  guint8                 count;
  YodelTransportFeedback feedback;           /* room to build a report in */
  gint64                 arrived_us[YODEL_ARRIVAL_RECORDER_MAX_NUMBERS];   /* of highest and those before; -1: missing */
};

YodelArrivalRecorder *
yodel_arrival_recorder_new (void)
{
  YodelArrivalRecorder *self = g_new0 (YodelArrivalRecorder, 1);

  self->interval_us = YODEL_ARRIVAL_RECORDER_INTERVAL_US;
  self->reported_us = -1;
  for (guint i = 0; i < YODEL_ARRIVAL_RECORDER_MAX_NUMBERS; i++)
    self->arrived_us[i] = -1;
  return self;
}

void
yodel_arrival_recorder_free (YodelArrivalRecorder *self)
{
  g_free (self);
}

static void
move_highest (YodelArrivalRecorder *self,
              gint64                number)
{
  gint64 from = MAX (self->highest + 1, number - MASK);

  for (gint64 i = from; i <= number; i++)
    self->arrived_us[i & MASK] = -1;
  self->highest = number;
  self->first_unreported = MAX (self->first_unreported, number - MASK);
}

void
yodel_arrival_recorder_record (YodelArrivalRecorder *self,
                               guint16               sequence,
                               gint64                arrived_us)
{
  gint64 number = yodel_unwrapper_peek16 (&self->unwrapper, sequence);

  if (!self->unwrapper.started)
    self->highest = self->first_unreported = number;
  else if (number > self->highest)
    move_highest (self, number);
  else if (number <= self->highest - LATE_LIMIT || self->arrived_us[number & MASK] >= 0)
    return;

  if (number == self->highest)
    yodel_unwrapper_next16 (&self->unwrapper, sequence);
  self->arrived_us[number & MASK] = arrived_us;
  self->first_unreported = MIN (self->first_unreported, number);
  if (!self->has_news)
    self->news_since_us = arrived_us;
  self->has_news = TRUE;
}

void
yodel_arrival_recorder_set_rate (YodelArrivalRecorder *self,
                                 guint                 rate_bps)
{
  gint64 fits_us = (gint64) REPORT_BITS * 20 * G_USEC_PER_SEC / MAX (rate_bps, 1);

  self->interval_us = CLAMP (fits_us,
                             YODEL_ARRIVAL_RECORDER_INTERVAL_US,
                             YODEL_ARRIVAL_RECORDER_MAX_INTERVAL_US);
}

gint64
yodel_arrival_recorder_next_deadline_us (const YodelArrivalRecorder *self)
{
  if (!self->has_news)
    return YODEL_NEVER_US;
  if (self->reported_us < 0)
    return self->news_since_us + self->interval_us;

  return MAX (self->reported_us + self->interval_us, self->news_since_us);
}

gboolean
yodel_arrival_recorder_poll (YodelArrivalRecorder *self,
                             guint32               sender_ssrc,
                             guint32               media_ssrc,
                             YodelByteWriter      *writer,
                             gint64                now_us)
{
  YodelTransportFeedback *feedback = &self->feedback;
  guint written;

  if (now_us < yodel_arrival_recorder_next_deadline_us (self))
    return FALSE;

  feedback->sender_ssrc = sender_ssrc;
  feedback->media_ssrc = media_ssrc;
  feedback->base_sequence = (guint16) self->first_unreported;
  feedback->count = self->count++;
  feedback->n_packets = self->highest - self->first_unreported + 1;
  for (guint i = 0; i < feedback->n_packets; i++)
    {
      gint64 arrived_us = self->arrived_us[(self->first_unreported + i) & MASK];

      feedback->arrived_us[i] = arrived_us < 0 ? -1 : arrived_us % YODEL_TRANSPORT_FEEDBACK_PERIOD_US;
    }

  written = yodel_transport_feedback_write (feedback, writer);
  self->first_unreported += written;
  if (written == 0 || self->first_unreported > self->highest)
    {
      self->first_unreported = self->highest + 1;
      self->has_news = FALSE;
      self->reported_us = now_us;
    }
  return written > 0;
}
