#include "rtp/transport-feedback.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* What is parsed stays in its bounds, and survives being written and parsed again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static YodelTransportFeedback first, second;
  guint8 bytes[1500];
  YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);
  guint written;

  if (!yodel_transport_feedback_parse (&first, data, size))
    return 0;

  g_assert (first.n_packets > 0 && first.n_packets <= YODEL_TRANSPORT_FEEDBACK_MAX_PACKETS);
  for (guint i = 0; i < first.n_packets; i++)
    g_assert (first.arrived_us[i] >= -1 && first.arrived_us[i] < YODEL_TRANSPORT_FEEDBACK_PERIOD_US);

  written = yodel_transport_feedback_write (&first, &writer);
  g_assert (!writer.failed);
  if (written == 0)
    return 0;

  g_assert (yodel_transport_feedback_parse (&second, bytes, writer.size));
  g_assert (second.n_packets == written);
  for (guint i = 0; i < written; i++)
    g_assert (second.arrived_us[i] == first.arrived_us[i]);
  return 0;
}
