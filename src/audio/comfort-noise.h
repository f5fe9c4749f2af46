/* The quiet between words, learnt from the sound itself and played where there is none: a line
 * that falls dead silent sounds broken. */
#pragma once

#include <glib.h>

typedef struct
{
  double   rms;            /* of the quietest sound of late */
  double   smooth;         /* the filter's memory */
  guint32  state;          /* of the noise; any start will do */
  gboolean learnt;
} YodelComfortNoise;

void yodel_comfort_noise_learn (YodelComfortNoise *self,
                                const gint16      *pcm,
                                guint              n_samples);
void yodel_comfort_noise_fill  (YodelComfortNoise *self,
                                gint16            *pcm,
                                guint              n_samples);
