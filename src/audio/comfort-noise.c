#define G_LOG_DOMAIN "yodel-audio"

#include "audio/comfort-noise.h"

#include <math.h>

#define RISE      1.003      /* for each block: doubles in 2.3 s of 10 ms */
#define LOUDEST   150.0      /* -47 dBov: no louder, whatever was learnt */
#define COLOUR    0.25       /* one-pole low pass near 2.2 kHz: room noise is dull */
#define WHITE_RMS 18918.0    /* of 16-bit numbers spread evenly */

/* A block of about 10 ms of real sound. */
void
yodel_comfort_noise_learn (YodelComfortNoise *self,
                           const gint16      *pcm,
                           guint              n_samples)
{
  double sum = 0, now;

  for (guint i = 0; i < n_samples; i++)
    sum += (double) pcm[i] * pcm[i];
  now = n_samples == 0 ? 0 : sqrt (sum / n_samples);

  self->rms = self->learnt ? MIN (now, self->rms * RISE + 0.01) : now;
  self->rms = MIN (self->rms, LOUDEST);
  self->learnt = TRUE;
}

void
yodel_comfort_noise_fill (YodelComfortNoise *self,
                          gint16            *pcm,
                          guint              n_samples)
{
  double gain = self->rms / (WHITE_RMS * sqrt (COLOUR / (2 - COLOUR)));

  for (guint i = 0; i < n_samples; i++)
    {
      self->state = self->state * 1664525u + 1013904223u;
      self->smooth += COLOUR * ((gint16) (self->state >> 16) - self->smooth);
      pcm[i] = (gint16) lrint (CLAMP (self->smooth * gain, -32768.0, 32767.0));
    }
}
