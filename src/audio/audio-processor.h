/* What happens to captured sound before it is sent: echo and noise are taken out, the level is evened.
 * It works on 10 ms of 48 kHz mono at a time, and hears what is played, as it is played. */
#pragma once

#include <glib.h>

#define YODEL_PROCESSOR_FRAME_SAMPLES 480u

typedef struct _YodelAudioProcessor YodelAudioProcessor;

typedef enum
{
  YODEL_PROCESSING_NONE              = 0,
  YODEL_PROCESSING_ECHO_CANCELLATION = 1 << 0,
  YODEL_PROCESSING_NOISE_SUPPRESSION = 1 << 1,
  YODEL_PROCESSING_GAIN_CONTROL      = 1 << 2,
  YODEL_PROCESSING_HIGH_PASS         = 1 << 3,
  YODEL_PROCESSING_ALL               = (1 << 4) - 1,
  YODEL_PROCESSING_SUPPRESS_MORE     = 1 << 4,      /* of the echo that cancellation leaves, at the cost of the near voice */
  YODEL_PROCESSING_SUPPRESS_MOST     = 1 << 5,
} YodelProcessing;

gboolean             yodel_audio_processor_is_available   (void);
YodelAudioProcessor *yodel_audio_processor_new            (YodelProcessing            processing);
void                 yodel_audio_processor_free           (YodelAudioProcessor       *self);
void                 yodel_audio_processor_set_processing (YodelAudioProcessor       *self,
                                                           YodelProcessing            processing);
void                 yodel_audio_processor_play           (YodelAudioProcessor       *self,
                                                           const gint16              *samples);
void                 yodel_audio_processor_capture        (YodelAudioProcessor       *self,
                                                           gint16                    *samples,
                                                           guint                      delay_ms);
gboolean             yodel_audio_processor_has_voice      (const YodelAudioProcessor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelAudioProcessor, yodel_audio_processor_free)
