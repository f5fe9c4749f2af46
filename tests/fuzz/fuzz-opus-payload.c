#include "audio/opus-payload.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelOpusPayload payload;

  if (!yodel_opus_payload_parse (&payload, data, size))
    return 0;

  g_assert_cmpuint (payload.n_frames, >=, 1);
  g_assert_cmpuint (payload.packet_samples, ==, payload.n_frames * payload.frame_samples);
  g_assert_cmpuint (payload.packet_samples, >=, 120);
  g_assert_cmpuint (payload.packet_samples, <=, YODEL_OPUS_MAX_PACKET_SAMPLES);
  return 0;
}
