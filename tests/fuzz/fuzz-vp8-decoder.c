/* Any bytes into the decoder: a list of frames, each after its size in 16 bits. */
#include "base/byte-reader.h"
#include "video/video-decoder.h"
#include "video/vp8-payload.h"

/* Larger pictures are as good a test and take too long. */
#define MAX_SIDE 256

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP8);

  while (reader.left > 0)
    {
      g_autoptr (YodelVideoFrame) picture = NULL;
      gsize n = MIN (yodel_byte_reader_u16 (&reader), reader.left);
      const guint8 *frame = yodel_byte_reader_take (&reader, n);
      gboolean needed_key = yodel_video_decoder_needs_key_frame (decoder);
      guint width = 0, height = 0;

      if (reader.failed)
        break;
      if (yodel_vp8_key_frame_get_size (frame, n, &width, &height) && MAX (width, height) > MAX_SIDE)
        break;

      if (yodel_video_decoder_decode (decoder, frame, n, 0, &picture))
        {
          g_assert (!needed_key || yodel_vp8_is_key_frame (frame, n));
          g_assert (!yodel_video_decoder_needs_key_frame (decoder));
          g_assert (width == 0 || picture == NULL || (picture->width == width && picture->height == height));
        }
      else
        g_assert (picture == NULL && yodel_video_decoder_needs_key_frame (decoder));
    }

  return 0;
}
