/* Whatever the bytes: samples are only found where there is a header in front of them. */
#include "media/file/wav-header.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  gsize offset;
  guint32 bytes;
  guint channels;

  if (!yodel_wav_header_find_data (data, size, &offset, &bytes, &channels))
    return 0;

  g_assert (offset >= YODEL_WAV_HEADER_BYTES && offset <= size);
  g_assert (channels == 1 || channels == 2);
  return 0;
}
