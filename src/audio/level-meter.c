#define G_LOG_DOMAIN "yodel-audio"

#include "audio/level-meter.h"

#include <math.h>

#define SILENCE_DBOV       (-127.0)
#define VOICE_ABOVE_NOISE  9.0        /* dB over the noise of the room */
#define VOICE_FLOOR_DBOV   (-60.0)    /* nothing quieter counts as speech */
#define NOISE_FLOOR_DBOV   (-84.0)    /* so that digital silence does not make a whisper loud */
#define NOISE_RISE_DB      (3.0 / 48000)   /* a sample: slower than speech has pauses */
#define HANGOVER_SAMPLES   9600u           /* 200 ms bridge the stops within words */

/* RFC 6464 section 3 and appendix A: full scale square wave is 0 dBov. */
static double
measure_dbov (const gint16 *pcm,
              gsize         n_samples)
{
  double sum = 0;

  for (gsize i = 0; i < n_samples; i++)
    sum += (double) pcm[i] * pcm[i];

  if (n_samples == 0 || sum == 0)
    return SILENCE_DBOV;

  return MAX (SILENCE_DBOV, 10 * log10 (sum / (double) n_samples / (32768.0 * 32768.0)));
}

/* -dBov, 0..127. */
guint8
yodel_level_meter_measure (const gint16 *pcm,
                           gsize         n_samples)
{
  return (guint8) lrint (-measure_dbov (pcm, n_samples));
}

void
yodel_level_meter_init (YodelLevelMeter *self)
{
  *self = (YodelLevelMeter) { .noise_dbov = VOICE_FLOOR_DBOV, .level = 127 };
}

/* A frame of 10 to 60 ms.  Returns: its level, which stays readable beside the voice flag. */
guint8
yodel_level_meter_push (YodelLevelMeter *self,
                        const gint16    *pcm,
                        gsize            n_samples)
{
  double dbov = measure_dbov (pcm, n_samples);
  gboolean loud = dbov > VOICE_FLOOR_DBOV && dbov > self->noise_dbov + VOICE_ABOVE_NOISE;

  self->noise_dbov = MIN (dbov, self->noise_dbov + NOISE_RISE_DB * (double) n_samples);
  self->noise_dbov = MAX (self->noise_dbov, NOISE_FLOOR_DBOV);

  if (loud)
    self->hangover = HANGOVER_SAMPLES;
  else
    self->hangover -= MIN (self->hangover, (guint) n_samples);

  self->voice = self->hangover > 0;
  self->level = (guint8) lrint (-dbov);
  return self->level;
}
