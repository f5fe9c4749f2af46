/* A VP8 descriptor and the frame header behind it. */
#include "video/vp8-payload.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelVp8Descriptor descriptor;
  guint width = 0, height = 0;

  if (!yodel_vp8_descriptor_parse (&descriptor, data, size))
    return 0;

  g_assert (descriptor.size > 0);
  g_assert (descriptor.data > data && descriptor.data + descriptor.size == data + size);
  g_assert (descriptor.picture_id >= -1 && descriptor.picture_id < 0x8000);
  g_assert (descriptor.tl0_index >= -1 && descriptor.tl0_index < 256);
  g_assert (descriptor.temporal_layer >= -1 && descriptor.temporal_layer < 4);

  if (yodel_vp8_key_frame_get_size (descriptor.data, descriptor.size, &width, &height))
    {
      g_assert (yodel_vp8_is_key_frame (descriptor.data, descriptor.size));
      g_assert (width < 0x4000 && height < 0x4000);
    }

  return 0;
}
