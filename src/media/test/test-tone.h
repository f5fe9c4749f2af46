/* The test sound: a soft run of chimes that never ends, the same one every time. */
#pragma once

#include <glib.h>

#define YODEL_TEST_TONE_VOICES   4u
#define YODEL_TEST_TONE_PARTIALS 3u

/* A chime rings every so often; the test picture's ball hits the floor at each. */
#define YODEL_TEST_BEAT_MS 600u

typedef struct
{
  double gain;          /* 2 r cos w: a decaying sine is a resonator left alone */
  double loss;          /* r * r */
  double before;
  double last;
} YodelTestPartial;

typedef struct
{
  YodelTestPartial partials[YODEL_TEST_TONE_PARTIALS];
  guint            age;           /* samples since it was struck */
} YodelTestVoice;

typedef struct
{
  guint64        at;              /* samples so far */
  YodelTestVoice voices[YODEL_TEST_TONE_VOICES];
} YodelTestTone;

void yodel_test_tone_init (YodelTestTone *self);
void yodel_test_tone_fill (YodelTestTone *self,
                           gint16        *samples,
                           gsize          n_samples);
