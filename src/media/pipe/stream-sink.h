/* Writes sound or pictures, uncompressed, to a file or a pipe. */
#pragma once

#include <yodel/yodel.h>

typedef enum
{
  YODEL_STREAM_PCM,
  YODEL_STREAM_WAV,
  YODEL_STREAM_Y4M,
} YodelStreamFormat;

/* @channels: 1 or 2; 0: as many as the first block has. */
YodelSink *yodel_stream_sink_new_sound   (YodelStreamFormat   format,
                                          const char         *path,
                                          guint               channels,
                                          GError            **error);
YodelSink *yodel_stream_sink_new_picture (const char         *path,
                                          guint               width,
                                          guint               height,
                                          GError            **error);
