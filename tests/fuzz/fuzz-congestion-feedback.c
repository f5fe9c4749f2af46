#include "rtp/congestion-feedback.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* What is parsed stays in its bounds, and survives being written and parsed again. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  static YodelCongestionReport reports[YODEL_CONGESTION_FEEDBACK_MAX_REPORTS];
  YodelCongestionFeedback first, second;
  guint8 bytes[4096];
  YodelByteWriter writer = yodel_byte_writer_init (bytes, sizeof bytes);

  if (!yodel_congestion_feedback_parse (&first, data, size))
    return 0;

  yodel_congestion_feedback_begin (&writer, first.sender_ssrc);
  for (guint i = 0; i < first.n_streams; i++)
    {
      const YodelCongestionStream *stream = &first.streams[i];

      for (guint k = 0; k < stream->n_reports; k++)
        reports[k] = yodel_congestion_stream_get (stream, k);
      yodel_congestion_feedback_add_stream (&writer, stream->ssrc, stream->begin_sequence, reports, stream->n_reports);
    }
  yodel_congestion_feedback_end (&writer, 0, first.timestamp);
  if (writer.failed)
    return 0;

  g_assert (yodel_congestion_feedback_parse (&second, bytes, writer.size));
  g_assert (second.n_streams == first.n_streams && second.timestamp == first.timestamp);
  return 0;
}
