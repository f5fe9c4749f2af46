/* Records to a .ogg, .webm or .mkv file.  Sinks of one path write to one file, in step. */
#pragma once

#include <yodel/yodel.h>

YodelSink *yodel_recording_sink_new (YodelMediaKind   kind,
                                     const char      *path,
                                     GError         **error);
