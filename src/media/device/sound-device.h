/* Microphones and loudspeakers. */
#pragma once

#include <yodel/yodel.h>

YodelSource *yodel_sound_source_new (const char  *name,
                                     GError     **error);
YodelSink   *yodel_sound_sink_new   (const char  *name,
                                     GError     **error);
