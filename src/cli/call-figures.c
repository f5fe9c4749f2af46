#define G_LOG_DOMAIN "yodel-cli"

#include "cli/call-figures.h"

/* Returns: -1 where it is not known */
static double
get (YodelStats *stats,
     const char *type,
     const char *kind,
     const char *name)
{
  double value;

  return stats != NULL && yodel_stats_get_number (stats, type, kind, name, &value) ? value : -1;
}

static double
rate (YodelStats *stats,
      YodelStats *before,
      const char *name,
      double      interval_s)
{
  double now = get (stats, "transport", NULL, name);
  double then = get (before, "transport", NULL, name);

  return now >= 0 && then >= 0 && now >= then && interval_s > 0 ? 8 * (now - then) / interval_s : -1;
}

/* What both media lost between two snapshots. */
static double
loss (YodelStats *stats,
      YodelStats *before)
{
  static const char * const kinds[] = { "audio", "video" };
  double lost = 0;
  double received = 0;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      lost += get (stats, "inbound-rtp", kinds[i], "packetsLost") - get (before, "inbound-rtp", kinds[i], "packetsLost");
      received += get (stats, "inbound-rtp", kinds[i], "packetsReceived") -
                  get (before, "inbound-rtp", kinds[i], "packetsReceived");
    }
  return lost + received > 0 ? CLAMP (lost / (lost + received), 0, 1) : -1;
}

static double
share (double part,
       double whole)
{
  return part >= 0 && whole > 0 ? part / whole : -1;
}

/* @before: (nullable): the snapshot @interval_s earlier */
void
yodel_call_figures_read (YodelCallFigures *self,
                         YodelStats       *stats,
                         YodelStats       *before,
                         double            interval_s)
{
  double rtt_s = get (stats, "candidate-pair", NULL, "currentRoundTripTime");
  double delay_s = get (stats, "inbound-rtp", "audio", "jitterBufferDelay");
  double delayed = get (stats, "inbound-rtp", "audio", "jitterBufferEmittedCount");

  self->rtt_ms = rtt_s >= 0 ? rtt_s * 1000 : -1;
  self->sent_bps = rate (stats, before, "bytesSent", interval_s);
  self->received_bps = rate (stats, before, "bytesReceived", interval_s);
  self->loss = before != NULL ? loss (stats, before) : -1;
  self->frames_shown = get (stats, "inbound-rtp", "video", "framesRendered");
  self->frames_per_second = get (stats, "inbound-rtp", "video", "framesPerSecond");
  self->frame_width = get (stats, "inbound-rtp", "video", "frameWidth");
  self->frame_height = get (stats, "inbound-rtp", "video", "frameHeight");
  self->freezes = get (stats, "inbound-rtp", "video", "freezeCount");
  self->frozen_s = get (stats, "inbound-rtp", "video", "totalFreezesDuration");
  self->concealed = share (get (stats, "inbound-rtp", "audio", "concealedSamples"),
                           get (stats, "inbound-rtp", "audio", "totalSamplesReceived"));
  self->play_delay_ms = share (delay_s, delayed) >= 0 ? 1000 * share (delay_s, delayed) : -1;
}
