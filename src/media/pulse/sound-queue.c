#define G_LOG_DOMAIN "yodel-media"

#include "media/pulse/sound-queue.h"

#include <math.h>
#include <string.h>

#define MASK        (YODEL_SOUND_QUEUE_SAMPLES - 1)
#define GUARD       4u               /* samples that interpolation looks at around a place */

/* What is kept for a late engine: 5 ms, and 5 more after each time that was too little. */
#define MARGIN_STEP 240u
#define MARGIN_MAX  1440u
#define CALM        (60u * 48000u)   /* without an underrun, until it is a millisecond less again */

/* More than this beyond what is wanted is a stall, not drift: it is cut out. */
#define SURPLUS     1440.0
#define FADE        240u             /* 5 ms, for cuts and ends */

/* 0.1 % for 5 ms too much, 0.4 % at most: nobody hears 7 cents, and 300 ppm of drift cost 1.5 ms. */
#define PULL        4e-6
#define PULL_MAX    4e-3
#define AVERAGE     0.02             /* of a read of 10 ms */

void
yodel_sound_queue_init (YodelSoundQueue *self,
                        guint            channels)
{
  *self = (YodelSoundQueue) { .margin = MARGIN_STEP, .channels = channels };
}

guint
yodel_sound_queue_get_fill (const YodelSoundQueue *self)
{
  return (guint) g_atomic_int_get (&self->head) - (guint) g_atomic_int_get (&self->tail);
}

static gint16 *
sample_at (YodelSoundQueue *self,
           guint            at,
           guint            channel)
{
  return &self->ring[(at & MASK) * self->channels + channel];
}

/* Thread: the engine's.  Returns: how many found room */
guint
yodel_sound_queue_push (YodelSoundQueue *self,
                        const gint16    *samples,
                        guint            n)
{
  guint head = (guint) g_atomic_int_get (&self->head);
  guint room = YODEL_SOUND_QUEUE_SAMPLES - GUARD - yodel_sound_queue_get_fill (self);

  n = MIN (n, room);
  for (guint i = 0; i < n; i++)
    for (guint channel = 0; channel < self->channels; channel++)
      *sample_at (self, head + i, channel) = samples[i * self->channels + channel];
  g_atomic_int_set (&self->head, head + n);
  return n;
}

/* Cubic, through the two samples on each side. */
static double
interpolate (YodelSoundQueue *self,
             guint            at,
             guint            channel,
             double           phase)
{
  double a = *sample_at (self, at - 1, channel), b = *sample_at (self, at, channel);
  double c = *sample_at (self, at + 1, channel), d = *sample_at (self, at + 2, channel);

  return b + 0.5 * phase * (c - a + phase * (2 * a - 5 * b + 4 * c - d + phase * (3 * (b - c) + d - a)));
}

static gint16
clamp (double value)
{
  return (gint16) lrint (CLAMP (value, -32768.0, 32767.0));
}

/* The device got nothing new: the last sound fades, and more is kept from now on. */
static void
run_dry (YodelSoundQueue *self,
         gint16          *samples,
         guint            from,
         guint            n)
{
  for (guint i = from; i < n; i++)
    for (guint channel = 0; channel < self->channels; channel++)
      samples[i * self->channels + channel] =
        (gint16) (i - from < FADE ? self->last[channel] * (gint) (FADE - (i - from)) / (gint) FADE : 0);
  memset (self->last, 0, sizeof self->last);
  if (!self->playing)
    return;
  self->playing = FALSE;
  self->underruns++;
  self->since_underrun = 0;
  self->margin = MIN (self->margin + MARGIN_STEP, MARGIN_MAX);
}

static void
calm_down (YodelSoundQueue *self,
           guint            n)
{
  self->since_underrun += n;
  if (self->since_underrun < CALM)
    return;
  self->since_underrun -= CALM;
  self->margin = MAX (self->margin - 48, MARGIN_STEP);
}

/* Reads on from @tail.  @skip: so many samples are left out, the cut hidden by a fade. */
static guint
play (YodelSoundQueue *self,
      gint16          *samples,
      guint            n,
      guint            tail,
      guint            skip,
      guint            end,
      double           step)
{
  guint i;

  for (i = 0; i < n && (gint) (end - (tail + skip + 2)) > 0; i++)
    {
      for (guint channel = 0; channel < self->channels; channel++)
        {
          double value = interpolate (self, tail, channel, self->phase);

          if (skip > 0)
            {
              double part = MIN (1.0, (double) (i + 1) / FADE);

              value = value * (1 - part) + interpolate (self, tail + skip, channel, self->phase) * part;
            }
          samples[i * self->channels + channel] = self->last[channel] = clamp (value);
        }
      self->phase += step;
      tail += (guint) self->phase;
      self->phase -= floor (self->phase);
    }

  g_atomic_int_set (&self->tail, tail + skip);
  return i;
}

/* Fills @samples, with silence where there is nothing.  Thread: the device's. */
void
yodel_sound_queue_pull (YodelSoundQueue *self,
                        gint16          *samples,
                        guint            n)
{
  guint fill = yodel_sound_queue_get_fill (self);
  guint tail = (guint) g_atomic_int_get (&self->tail);
  double wanted, surplus;
  guint skip = 0, done;

  self->request = MAX (n, self->request * 0.99);
  wanted = self->request + self->margin;
  if (!self->playing && fill < wanted + GUARD)
    {
      run_dry (self, samples, 0, n);
      return;
    }

  if (!self->playing)
    {
      self->playing = TRUE;
      self->fill = fill;
    }
  self->fill += ((double) fill - self->fill) * AVERAGE * n / 480;
  if (fill - wanted > SURPLUS)
    {
      skip = (guint) (fill - wanted);
      self->skips++;
      self->fill = wanted;
    }

  surplus = CLAMP ((self->fill - wanted) * PULL, -PULL_MAX, PULL_MAX);
  done = play (self, samples, n, tail, skip, tail + fill, 1 + surplus);
  if (done < n)
    run_dry (self, samples, done, n);
  else
    calm_down (self, n);
}
