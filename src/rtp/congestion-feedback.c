#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/congestion-feedback.h"

#include "base/byte-reader.h"

#define PACKET_TYPE      205         /* RTPFB, RFC 4585 section 6.1 */
#define HEADER_BYTES     8
#define STREAM_BYTES     8
#define TIMESTAMP_BYTES  4

/* Takes the common header off, and the padding, RFC 3550 section 6.4.1. */
static gboolean
read_common_header (YodelByteReader *reader)
{
  guint8 first = yodel_byte_reader_u8 (reader);
  guint8 type = yodel_byte_reader_u8 (reader);
  gsize body_bytes = 4u * yodel_byte_reader_u16 (reader);

  if (reader->failed || first >> 6 != 2 || (first & 0x1f) != YODEL_CONGESTION_FEEDBACK_FORMAT ||
      type != PACKET_TYPE || body_bytes > reader->left || body_bytes < HEADER_BYTES - 4 + TIMESTAMP_BYTES)
    return FALSE;

  reader->left = body_bytes;
  if (first & 0x20)
    {
      guint8 padding = reader->at[body_bytes - 1];

      if (padding == 0 || padding > body_bytes - (HEADER_BYTES - 4 + TIMESTAMP_BYTES))
        return FALSE;
      reader->left -= padding;
    }
  return TRUE;
}

/* Section 3.1: an odd number of reports is followed by two bytes of padding. */
static gboolean
read_stream (YodelByteReader       *reader,
             YodelCongestionStream *stream)
{
  stream->ssrc = yodel_byte_reader_u32 (reader);
  stream->begin_sequence = yodel_byte_reader_u16 (reader);
  stream->n_reports = yodel_byte_reader_u16 (reader);
  if (reader->failed || stream->n_reports > YODEL_CONGESTION_FEEDBACK_MAX_REPORTS)
    return FALSE;

  stream->reports = yodel_byte_reader_take (reader, 2 * (stream->n_reports + stream->n_reports % 2));
  return !reader->failed;
}

gboolean
yodel_congestion_feedback_parse (YodelCongestionFeedback *self,
                                 const guint8            *packet,
                                 gsize                    size)
{
  YodelByteReader reader = yodel_byte_reader_init (packet, size);
  YodelCongestionFeedback result = { 0 };

  if (!read_common_header (&reader))
    return FALSE;

  result.sender_ssrc = yodel_byte_reader_u32 (&reader);
  while (reader.left >= STREAM_BYTES + TIMESTAMP_BYTES)
    if (result.n_streams == YODEL_CONGESTION_FEEDBACK_MAX_STREAMS ||
        !read_stream (&reader, &result.streams[result.n_streams++]))
      return FALSE;

  if (reader.left != TIMESTAMP_BYTES)
    return FALSE;
  result.timestamp = yodel_byte_reader_u32 (&reader);
  *self = result;
  return TRUE;
}

YodelCongestionReport
yodel_congestion_stream_get (const YodelCongestionStream *self,
                             guint                        index)
{
  guint16 word = self->reports[2 * index] << 8 | self->reports[2 * index + 1];
  gboolean received = word >> 15;

  g_assert (index < self->n_reports);
  return (YodelCongestionReport) {
    .received = received,
    .ecn = received ? word >> 13 & 3 : 0,
    .offset = received ? word & 0x1fff : 0,
  };
}

void
yodel_congestion_feedback_begin (YodelByteWriter *writer,
                                 guint32          sender_ssrc)
{
  yodel_byte_writer_u8 (writer, 2 << 6 | YODEL_CONGESTION_FEEDBACK_FORMAT);
  yodel_byte_writer_u8 (writer, PACKET_TYPE);
  yodel_byte_writer_u16 (writer, 0);
  yodel_byte_writer_u32 (writer, sender_ssrc);
}

void
yodel_congestion_feedback_add_stream (YodelByteWriter             *writer,
                                      guint32                      ssrc,
                                      guint16                      begin_sequence,
                                      const YodelCongestionReport *reports,
                                      guint                        n_reports)
{
  g_assert (n_reports <= YODEL_CONGESTION_FEEDBACK_MAX_REPORTS);
  yodel_byte_writer_u32 (writer, ssrc);
  yodel_byte_writer_u16 (writer, begin_sequence);
  yodel_byte_writer_u16 (writer, n_reports);
  for (guint i = 0; i < n_reports; i++)
    {
      const YodelCongestionReport *report = &reports[i];
      guint16 word = 1 << 15 | (report->ecn & 3) << 13 | (report->offset & 0x1fff);

      yodel_byte_writer_u16 (writer, report->received ? word : 0);
    }
  if (n_reports % 2 != 0)
    yodel_byte_writer_u16 (writer, 0);
}

void
yodel_congestion_feedback_end (YodelByteWriter *writer,
                               gsize            begin,
                               guint32          timestamp)
{
  gsize words;

  yodel_byte_writer_u32 (writer, timestamp);
  if (writer->failed)
    return;

  words = (writer->size - begin) / 4 - 1;
  writer->data[begin + 2] = words >> 8;
  writer->data[begin + 3] = words & 0xff;
}
