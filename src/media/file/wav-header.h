/* The header of a RIFF WAVE file of 48 kHz 16-bit samples, mono or stereo, written and recognised. */
#pragma once

#include <glib.h>

#define YODEL_WAV_HEADER_BYTES 44u

/* As much of a file as yodel_wav_header_find_data() wants to see. */
#define YODEL_WAV_HEADER_MAX_BYTES 4096u

void     yodel_wav_header_write     (guint8        header[YODEL_WAV_HEADER_BYTES],
                                     guint64       data_bytes,
                                     guint         channels);
gboolean yodel_wav_header_find_data (const guint8 *data,
                                     gsize         size,
                                     gsize        *offset,
                                     guint32      *data_bytes,
                                     guint        *channels);
