/* Writes sound or pictures, uncompressed, to a file or a pipe. */
#pragma once

#include <yodel/yodel.h>

typedef enum
{
  YODEL_STREAM_PCM,
  YODEL_STREAM_WAV,
  YODEL_STREAM_Y4M,
} YodelStreamFormat;

YodelSink *yodel_stream_sink_new (YodelStreamFormat   format,
                                  const char         *path,
                                  guint               width,
                                  guint               height,
                                  GError            **error);
