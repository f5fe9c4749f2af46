/* Reads 48 kHz mono 16-bit samples out of a regular file, raw or WAVE. */
#pragma once

#include "media/file/reader.h"

YodelReader *yodel_pcm_reader_new     (int          fd,
                                       GError     **error);
YodelReader *yodel_pcm_reader_new_wav (int          fd,
                                       GError     **error);
