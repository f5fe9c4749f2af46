/* One microphone or loudspeaker at the sound server, whatever becomes of the device.
 * All but push() is called on the server's thread. */
#pragma once

#include "media/pulse/sound-queue.h"
#include "media/pulse/sound-server.h"

typedef enum
{
  YODEL_SOUND_TRY_NAMED,          /* the device asked for */
  YODEL_SOUND_TRY_DEFAULT,        /* it is not there */
  YODEL_SOUND_TRY_LATER,          /* nor is any other */
} YodelSoundAttempt;

/* The server mixes them where the device has one. */
#define YODEL_SOUND_PLAYED_CHANNELS 2

/* What was said of the trouble that is; worse is said as well. */
typedef enum
{
  YODEL_SOUND_TOLD_NOTHING,
  YODEL_SOUND_TOLD_OTHER,         /* the default device serves */
  YODEL_SOUND_TOLD_NONE,          /* there is none */
} YodelSoundTold;

struct _YodelSoundStream
{
  YodelSoundServer  *server;
  gboolean           is_source;
  char              *name;          /* (owned) (nullable): NULL for the default device; the server's thread */
  char              *wanted;        /* (owned) (nullable): the next name, on its way to that thread */
  YodelSoundEvents   events;
  gpointer           user_data;
  guint              processing;    /* atomic */
  gboolean           wants_stereo;  /* of a microphone: on its way to the server's thread */

  /* the server's thread */
  pa_stream         *stream;        /* (owned) (nullable) */
  pa_operation      *asking;        /* (owned) (nullable): for the device asked for, while another serves */
  YodelSoundAttempt  attempt;
  gint64             lost_us;       /* since when there is no sound; 0: there is */
  YodelSoundTold     told;
  guint              channels;
  gint16             block[480 * 2];
  guint              n_block;

  YodelSoundQueue    queue;         /* of a loudspeaker: the engine to the server's thread */
};

void yodel_sound_stream_mend     (YodelSoundStream *self);
void yodel_sound_stream_drop     (YodelSoundStream *self);
void yodel_sound_stream_changed  (YodelSoundStream *self);
void yodel_sound_stream_exchange (YodelSoundStream *self);
void yodel_sound_stream_change_channels (YodelSoundStream *self);
