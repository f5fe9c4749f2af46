#define G_LOG_DOMAIN "yodel-media"

#include "media/tone/call-tone.h"

#include <math.h>
#include <string.h>

#include <yodel/yodel-track.h>

#define MAX_NOTES  4u
#define PER_MS     (YODEL_AUDIO_RATE_HZ / 1000u)

/* A note begins and ends over 10 ms: a sine that is cut clicks. */
#define RAMP       (10u * PER_MS)

typedef struct
{
  guint  begin_ms;
  guint  length_ms;
  double frequency_hz;
} Note;

static const struct
{
  const char *name;
  double      peak;           /* of 32768 */
  double      half_life_ms;   /* of a note that is struck; 0: it is held */
  guint       period_ms;
  Note        notes[MAX_NOTES];
} tones[] = {
  /* E.180 section 7: 0.67 to 1.5 s of sound, 3 to 5 s of silence; four chimes in place of a bell, -12 dBFS */
  [YODEL_TONE_RING] = { "ring", 8200, 120, 4000, {
    { 0, 250, 783.99 }, { 250, 250, 1046.50 }, { 500, 250, 783.99 }, { 750, 500, 1046.50 } } },
  /* section 5: 400 to 450 Hz; -20 dBFS */
  [YODEL_TONE_RINGBACK] = { "ringback", 3300, 0, 5000, { { 0, 1000, 425 } } },
  /* section 6: as long a sound as a silence; -22 dBFS */
  [YODEL_TONE_BUSY] = { "busy", 2600, 0, 1000, { { 0, 500, 425 } } },
};

gboolean
yodel_call_tone_find (const char    *name,
                      YodelToneKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (tones); i++)
    if (strcmp (name, tones[i].name) == 0)
      {
        *kind = (YodelToneKind) i;
        return TRUE;
      }
  return FALSE;
}

void
yodel_call_tone_init (YodelCallTone *self,
                      YodelToneKind  kind)
{
  *self = (YodelCallTone) { .kind = kind };
}

/* @at: samples since the note began, of @length */
static double
envelope (guint  at,
          guint  length,
          double half_life_ms)
{
  double rise = MIN (1.0, (double) at / RAMP);
  double fall = MIN (1.0, (double) (length - at) / RAMP);
  double held = half_life_ms > 0 ? pow (0.5, at / (half_life_ms * PER_MS)) : 1;

  return MIN (rise, fall) * held;
}

static double
sound_at (YodelToneKind kind,
          guint         at)
{
  for (guint i = 0; i < MAX_NOTES; i++)
    {
      const Note *note = &tones[kind].notes[i];
      guint begin = note->begin_ms * PER_MS;
      guint length = note->length_ms * PER_MS;

      if (at >= begin && at < begin + length)
        return tones[kind].peak * envelope (at - begin, length, tones[kind].half_life_ms) *
               sin (2 * G_PI * note->frequency_hz * (at - begin) / YODEL_AUDIO_RATE_HZ);
    }
  return 0;
}

void
yodel_call_tone_fill (YodelCallTone *self,
                      gint16        *samples,
                      gsize          n_samples)
{
  const guint period = tones[self->kind].period_ms * PER_MS;

  for (gsize i = 0; i < n_samples; i++, self->at++)
    samples[i] = (gint16) lrint (sound_at (self->kind, (guint) (self->at % period)));
}
