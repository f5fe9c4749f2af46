#define G_LOG_DOMAIN "yodel-audio"

#include "audio/frame-collector.h"

#include <string.h>

#define RATE_HZ      48000
#define MAX_SAMPLES  (RATE_HZ / 2)      /* half a second: whoever does not pop loses the oldest */
#define MAX_FRAME    (RATE_HZ * 60 / 1000)
#define MAX_CHANNELS 2

struct _YodelFrameCollector
{
  guint   channels;
  gsize   frame_samples;
  gsize   n_samples;                    /* waiting, of each channel */
  gint64  capture_us;                   /* when the first one waiting was captured */
  gint16 *pcm;                          /* (owned) MAX_SAMPLES of each channel, interleaved */
  gint16  frame[MAX_FRAME * MAX_CHANNELS];
};

/* @channels: 1 or 2, interleaved. */
YodelFrameCollector *
yodel_frame_collector_new (guint channels,
                           guint frame_ms)
{
  YodelFrameCollector *self;

  g_return_val_if_fail (channels >= 1 && channels <= MAX_CHANNELS, NULL);

  self = g_new0 (YodelFrameCollector, 1);
  self->channels = channels;
  self->pcm = g_new (gint16, MAX_SAMPLES * channels);
  yodel_frame_collector_set_frame_ms (self, frame_ms);
  return self;
}

void
yodel_frame_collector_free (YodelFrameCollector *self)
{
  if (self == NULL)
    return;

  g_free (self->pcm);
  g_free (self);
}

/* From the next frame on; what waits is kept. */
void
yodel_frame_collector_set_frame_ms (YodelFrameCollector *self,
                                    guint                frame_ms)
{
  g_return_if_fail (frame_ms >= 1 && frame_ms <= 60);

  self->frame_samples = (gsize) frame_ms * (RATE_HZ / 1000);
}

void
yodel_frame_collector_clear (YodelFrameCollector *self)
{
  self->n_samples = 0;
}

static gint64
duration_us (gsize n_samples)
{
  return (gint64) n_samples * G_USEC_PER_SEC / RATE_HZ;
}

static void
drop (YodelFrameCollector *self,
      gsize                n_samples)
{
  self->n_samples -= n_samples;
  self->capture_us += duration_us (n_samples);
  memmove (self->pcm, self->pcm + n_samples * self->channels,
           self->n_samples * self->channels * sizeof *self->pcm);
}

gsize
yodel_frame_collector_get_missing (const YodelFrameCollector *self)
{
  return self->frame_samples - MIN (self->n_samples, self->frame_samples);
}

/* @n_samples: of each channel.
 * @capture_us: when the first of them was captured.
 * Returns: the samples that were lost because nobody popped. */
gsize
yodel_frame_collector_push (YodelFrameCollector *self,
                            const gint16        *pcm,
                            gsize                n_samples,
                            gint64               capture_us)
{
  gsize lost = 0;

  if (n_samples > MAX_SAMPLES)
    {
      lost = n_samples - MAX_SAMPLES;
      pcm += lost * self->channels;
      capture_us += duration_us (lost);
      n_samples = MAX_SAMPLES;
    }

  if (self->n_samples + n_samples > MAX_SAMPLES)
    {
      gsize excess = self->n_samples + n_samples - MAX_SAMPLES;

      drop (self, excess);
      lost += excess;
    }

  /* The newest block tells the time best: clocks drift, and captures pause. */
  self->capture_us = capture_us - duration_us (self->n_samples);
  memcpy (self->pcm + self->n_samples * self->channels, pcm, n_samples * self->channels * sizeof *pcm);
  self->n_samples += n_samples;
  return lost;
}

/* Returns: (nullable): the next whole frame, valid until the next call. */
const gint16 *
yodel_frame_collector_pop (YodelFrameCollector *self,
                           gsize               *n_samples,
                           gint64              *capture_us)
{
  if (self->n_samples < self->frame_samples)
    return NULL;

  memcpy (self->frame, self->pcm, self->frame_samples * self->channels * sizeof *self->pcm);
  *n_samples = self->frame_samples;
  *capture_us = self->capture_us;
  drop (self, self->frame_samples);
  return self->frame;
}
