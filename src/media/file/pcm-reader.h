/* Reads 48 kHz 16-bit samples, of one channel or two, out of a regular file, raw or WAVE. */
#pragma once

#include "media/file/reader.h"

YodelReader *yodel_pcm_reader_new     (int          fd,
                                       guint        channels,
                                       GError     **error);
YodelReader *yodel_pcm_reader_new_wav (int          fd,
                                       GError     **error);
