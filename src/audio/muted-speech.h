/* Does somebody speak while muted?  Hears the sound that is not sent, and says so once it has lasted. */
#pragma once

#include "audio/level-meter.h"

typedef struct
{
  YodelLevelMeter meter;
  guint           spoken;        /* samples of voice, less pauses */
  guint           hold;          /* samples for which it stays said */
} YodelMutedSpeech;

void     yodel_muted_speech_init (YodelMutedSpeech *self);
gboolean yodel_muted_speech_push (YodelMutedSpeech *self,
                                  const gint16     *samples,
                                  gsize             n_samples);
