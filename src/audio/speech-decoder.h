/* An Opus decoder that always has an answer: what a packet says, what the in-band copy says, what
 * would have come, and, when that has gone on for too long, the quiet of the peer's room. */
#pragma once

#include <glib.h>

typedef struct _YodelSpeechDecoder YodelSpeechDecoder;

YodelSpeechDecoder *yodel_speech_decoder_new        (guint               channels);
void                yodel_speech_decoder_free       (YodelSpeechDecoder *self);
gint                yodel_speech_decoder_decode     (YodelSpeechDecoder *self,
                                                     const guint8       *packet,
                                                     gsize               size,
                                                     gint16             *pcm,
                                                     guint               capacity);
gint                yodel_speech_decoder_decode_fec (YodelSpeechDecoder *self,
                                                     const guint8       *packet,
                                                     gsize               size,
                                                     gint16             *pcm,
                                                     guint               n_samples);
gboolean            yodel_speech_decoder_conceal    (YodelSpeechDecoder *self,
                                                     gint16             *pcm,
                                                     guint               n_samples);
void                yodel_speech_decoder_rest       (YodelSpeechDecoder *self,
                                                     gint16             *pcm,
                                                     guint               n_samples);
gboolean            yodel_speech_decoder_has_faded  (const YodelSpeechDecoder *self);
double              yodel_speech_decoder_noise_rms  (const YodelSpeechDecoder *self);
