#define G_LOG_DOMAIN "yodel-media"

#include "media/test/test-tone.h"

#include <math.h>

#include <yodel/yodel-track.h>

#define BEAT_SAMPLES   (YODEL_TEST_BEAT_MS * YODEL_AUDIO_RATE_HZ / 1000)
#define ATTACK_SAMPLES 480u      /* 10 ms: struck softly */
#define LOUDNESS       4600.0    /* of 32768; four voices with their partials stay below 0.7 */

/* Up and down a pentatonic scale on C5, which sounds well in any order. */
static const double melody_hz[] = {
  523.25, 659.25, 783.99, 1046.50, 880.00, 783.99, 659.25, 587.33,
};

/* What makes it a chime: weaker and shorter partials, slightly out of tune. */
static const struct
{
  double ratio;
  double loudness;
  double half_life_s;
} partials[YODEL_TEST_TONE_PARTIALS] = {
  { 1.0,   1.00, 0.28 },
  { 2.003, 0.30, 0.16 },
  { 3.98,  0.08, 0.06 },
};

static void
strike (YodelTestVoice *voice,
        double          frequency_hz)
{
  voice->age = 0;
  for (guint i = 0; i < YODEL_TEST_TONE_PARTIALS; i++)
    {
      YodelTestPartial *partial = &voice->partials[i];
      double step = 2 * G_PI * frequency_hz * partials[i].ratio / YODEL_AUDIO_RATE_HZ;
      double decay = pow (0.5, 1 / (partials[i].half_life_s * YODEL_AUDIO_RATE_HZ));

      partial->gain = 2 * decay * cos (step);
      partial->loss = decay * decay;
      partial->before = -LOUDNESS * partials[i].loudness * sin (step) / decay;
      partial->last = 0;
    }
}

static double
ring (YodelTestVoice *voice)
{
  double sum = 0;

  for (guint i = 0; i < YODEL_TEST_TONE_PARTIALS; i++)
    {
      YodelTestPartial *partial = &voice->partials[i];
      double next = partial->gain * partial->last - partial->loss * partial->before;

      partial->before = partial->last;
      partial->last = next;
      sum += next;
    }
  if (voice->age < ATTACK_SAMPLES)
    sum *= (double) voice->age++ / ATTACK_SAMPLES;
  return sum;
}

void
yodel_test_tone_init (YodelTestTone *self)
{
  *self = (YodelTestTone) { 0 };
}

void
yodel_test_tone_fill (YodelTestTone *self,
                      gint16        *samples,
                      gsize          n_samples)
{
  for (gsize i = 0; i < n_samples; i++, self->at++)
    {
      double sum = 0;

      if (self->at % BEAT_SAMPLES == 0)
        {
          guint64 beat = self->at / BEAT_SAMPLES;

          strike (&self->voices[beat % YODEL_TEST_TONE_VOICES], melody_hz[beat % G_N_ELEMENTS (melody_hz)]);
        }
      for (guint v = 0; v < YODEL_TEST_TONE_VOICES; v++)
        sum += ring (&self->voices[v]);
      samples[i] = (gint16) CLAMP (sum, -32767, 32767);
    }
}
