#define G_LOG_DOMAIN "yodel-audio"

#include "audio/muted-speech.h"

#define RATE_HZ 48000u

/* A cough is shorter, and so is a door. */
#define SPEAKS_AFTER (RATE_HZ / 2)

/* The hint stays for as long as a person needs to see it. */
#define HOLD         (2 * RATE_HZ)

/* A pause weighs this much less than a voice: sentences have many. */
#define PAUSE_WEIGHT 4

void
yodel_muted_speech_init (YodelMutedSpeech *self)
{
  *self = (YodelMutedSpeech) { .spoken = 0 };
  yodel_level_meter_init (&self->meter);
}

/* @n_samples: about 10 ms.  Returns: TRUE while somebody speaks, and for two seconds after */
gboolean
yodel_muted_speech_push (YodelMutedSpeech *self,
                         const gint16     *samples,
                         gsize             n_samples)
{
  guint n = (guint) n_samples;

  yodel_level_meter_push (&self->meter, samples, n_samples);
  self->hold -= MIN (self->hold, n);
  if (self->meter.voice)
    self->spoken = MIN (self->spoken + n, SPEAKS_AFTER);
  else
    self->spoken -= MIN (self->spoken, n / PAUSE_WEIGHT);

  if (self->meter.voice && self->spoken == SPEAKS_AFTER)
    self->hold = HOLD;
  return self->hold > 0;
}
