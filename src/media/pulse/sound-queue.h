/* Sound between an engine that writes it at its pace and a device that takes it at its own: a ring that both
 * ends use without waiting.  The reader stretches by parts of a thousand to keep what is queued short. */
#pragma once

#include <glib.h>

#define YODEL_SOUND_QUEUE_SAMPLES 8192u         /* 170 ms; more is dropped */

#define YODEL_SOUND_QUEUE_MAX_CHANNELS 2

typedef struct
{
  guint   channels;
  gint16  ring[YODEL_SOUND_QUEUE_SAMPLES * YODEL_SOUND_QUEUE_MAX_CHANNELS];   /* interleaved */
  guint   head;              /* atomic: samples ever written */
  guint   tail;              /* atomic: samples ever read */

  /* the reader's */
  gboolean playing;
  double   phase;            /* between two samples of the ring, 0 to 1 */
  double   fill;             /* averaged, before a read */
  double   request;          /* what the device takes at once, recently */
  guint    margin;           /* wanted beyond that */
  guint    since_underrun;   /* samples */
  gint16   last[YODEL_SOUND_QUEUE_MAX_CHANNELS];
  guint    underruns;
  guint    skips;
} YodelSoundQueue;

/* Numbers of samples are those of each channel. */
void  yodel_sound_queue_init      (YodelSoundQueue       *self,
                                   guint                  channels);
guint yodel_sound_queue_push      (YodelSoundQueue       *self,
                                   const gint16          *samples,
                                   guint                  n);
void  yodel_sound_queue_pull      (YodelSoundQueue       *self,
                                   gint16                *samples,
                                   guint                  n);
guint yodel_sound_queue_get_fill  (const YodelSoundQueue *self);
