/* A VP9 descriptor, the frame header behind it, and the decoder: the bytes are a list of payloads, each
 * after its size in 16 bits. */
#include "base/byte-reader.h"
#include "video/video-decoder.h"
#include "video/vp9-payload.h"

/* Larger pictures are as good a test and take too long. */
#define MAX_SIDE 256

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
decode (YodelVideoDecoder        *decoder,
        const YodelVp9Descriptor *descriptor)
{
  g_autoptr (YodelVideoFrame) picture = NULL;
  YodelVp9Header header;
  gboolean parsed = yodel_vp9_header_parse (&header, descriptor->data, descriptor->size);

  if (parsed && header.has_size && MAX (header.width, header.height) > MAX_SIDE)
    return;

  if (yodel_video_decoder_decode (decoder, descriptor->data, descriptor->size, 0, &picture))
    g_assert (parsed && !yodel_video_decoder_needs_key_frame (decoder));
  else
    g_assert (picture == NULL && yodel_video_decoder_needs_key_frame (decoder));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelByteReader reader = yodel_byte_reader_init (data, size);
  g_autoptr (YodelVideoDecoder) decoder = yodel_video_decoder_new (YODEL_VIDEO_VP9);

  while (reader.left > 0)
    {
      YodelVp9Descriptor descriptor;
      gsize n = MIN (yodel_byte_reader_u16 (&reader), reader.left);
      const guint8 *payload = yodel_byte_reader_take (&reader, n);

      if (reader.failed)
        break;
      if (!yodel_vp9_descriptor_parse (&descriptor, payload, n))
        continue;

      g_assert (descriptor.size > 0 && descriptor.data + descriptor.size == payload + n);
      g_assert (descriptor.picture_id >= -1 && descriptor.picture_id < 0x8000);
      g_assert (descriptor.tl0_index >= -1 && descriptor.tl0_index < 256);
      g_assert (descriptor.temporal_layer >= -1 && descriptor.temporal_layer < 8);
      g_assert (descriptor.spatial_layer >= 0 && descriptor.spatial_layer < 8);
      decode (decoder, &descriptor);
    }

  return 0;
}
