/* The echo of a loudspeaker, taken out by a filter that learns the way from there to the microphone, and does nothing else: a
 * voice nearby stays as it is.  By speexdsp, which wants both sounds in step to within its memory; that is what this adds. */
#pragma once

#include <glib.h>

#define YODEL_LINEAR_ECHO_FRAME_SAMPLES 480u      /* 10 ms of 48 kHz mono */

typedef struct _YodelLinearEcho YodelLinearEcho;

YodelLinearEcho *yodel_linear_echo_new     (void);
void             yodel_linear_echo_free    (YodelLinearEcho *self);
void             yodel_linear_echo_play    (YodelLinearEcho *self,
                                            const gint16    *samples);
void             yodel_linear_echo_capture (YodelLinearEcho *self,
                                            gint16          *samples,
                                            guint            delay_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelLinearEcho, yodel_linear_echo_free)
