#define G_LOG_DOMAIN "yodel-media"

#include "media/file/wav-header.h"

#include <string.h>

#include <yodel/yodel-track.h>

/* WAVE_FORMAT_PCM of the "Multimedia Programming Interface and Data Specifications 1.0". */
#define FORMAT_PCM   1u
#define MAX_CHANNELS 2u

static void
put (guint8 *at,
     guint   bytes,
     guint32 value)
{
  for (guint i = 0; i < bytes; i++)
    at[i] = (guint8) (value >> 8 * i);
}

static guint32
get (const guint8 *at,
     guint         bytes)
{
  guint32 value = 0;

  for (guint i = 0; i < bytes; i++)
    value |= (guint32) at[i] << 8 * i;
  return value;
}

/* A file past 4 GiB gets the largest sizes the header can hold, which players take as "to the end". */
void
yodel_wav_header_write (guint8  header[YODEL_WAV_HEADER_BYTES],
                        guint64 data_bytes,
                        guint   channels)
{
  memcpy (header, "RIFF", 4);
  put (header + 4, 4, (guint32) MIN (data_bytes + YODEL_WAV_HEADER_BYTES - 8, G_MAXUINT32));
  memcpy (header + 8, "WAVEfmt ", 8);
  put (header + 16, 4, 16);
  put (header + 20, 2, FORMAT_PCM);
  put (header + 22, 2, channels);
  put (header + 24, 4, YODEL_AUDIO_RATE_HZ);
  put (header + 28, 4, YODEL_AUDIO_RATE_HZ * 2 * channels);
  put (header + 32, 2, 2 * channels);
  put (header + 34, 2, 16);
  memcpy (header + 36, "data", 4);
  put (header + 40, 4, (guint32) MIN (data_bytes, G_MAXUINT32));
}

/* Finds the samples in the first bytes of a file.  Returns: FALSE if it is no WAVE file of the format
 * above, or its header is longer than what was given.  Untouched on failure. */
gboolean
yodel_wav_header_find_data (const guint8 *data,
                            gsize         size,
                            gsize        *offset,
                            guint32      *data_bytes,
                            guint        *channels)
{
  guint found = 0;              /* channels of the right format */
  gsize at = 12;

  if (size < 12 || memcmp (data, "RIFF", 4) != 0 || memcmp (data + 8, "WAVE", 4) != 0)
    return FALSE;

  while (size - at >= 8)
    {
      const guint8 *chunk = data + at;
      gsize chunk_bytes = get (chunk + 4, 4);

      if (memcmp (chunk, "data", 4) == 0)
        {
          if (found == 0)
            return FALSE;
          *channels = found;
          *offset = at + 8;
          *data_bytes = (guint32) chunk_bytes;
          return TRUE;
        }

      if (chunk_bytes + (chunk_bytes & 1) > size - at - 8)
        return FALSE;

      if (memcmp (chunk, "fmt ", 4) == 0)
        found = chunk_bytes >= 16 && get (chunk + 8, 2) == FORMAT_PCM && get (chunk + 10, 2) <= MAX_CHANNELS &&
                get (chunk + 12, 4) == YODEL_AUDIO_RATE_HZ && get (chunk + 22, 2) == 16 ? get (chunk + 10, 2) : 0;
      at += 8 + chunk_bytes + (chunk_bytes & 1);
    }
  return FALSE;
}
