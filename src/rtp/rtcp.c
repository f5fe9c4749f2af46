#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtcp.h"

#include "base/byte-reader.h"

#define PADDING_BIT         0x20
#define REPORT_BLOCK_BYTES  24
#define SENDER_INFO_BYTES   20

#define SDES_END            0
#define SDES_CNAME          1

/* Extended report blocks, RFC 3611 sections 4.4 and 4.5. */
#define XR_REFERENCE_TIME   4
#define XR_DLRR             5
#define DLRR_ITEM_BYTES     12

#define REMB_NAME           0x52454d42u   /* "REMB" */

/* Takes one packet off the front.  RFC 3550 appendix A.2, but for the order of packets: with
 * RFC 5506 any packet may come first. */
gboolean
yodel_rtcp_reader_next (YodelRtcpReader *reader,
                        YodelRtcpPacket *packet)
{
  YodelByteReader bytes = yodel_byte_reader_init (reader->at, reader->left);
  YodelRtcpPacket result;
  guint8 first;

  if (reader->failed || reader->left == 0)
    return FALSE;

  first = yodel_byte_reader_u8 (&bytes);
  result.type = yodel_byte_reader_u8 (&bytes);
  result.count = first & 0x1f;
  result.body_bytes = 4u * yodel_byte_reader_u16 (&bytes);
  result.body = yodel_byte_reader_take (&bytes, result.body_bytes);
  if (bytes.failed || first >> 6 != 2 || result.type < 192 || result.type > 223)
    goto fail;

  if (first & PADDING_BIT)
    {
      guint8 padding = result.body_bytes > 0 ? result.body[result.body_bytes - 1] : 0;

      if (padding == 0 || padding > result.body_bytes || bytes.left > 0)
        goto fail;
      result.body_bytes -= padding;
    }

  reader->at = bytes.at;
  reader->left = bytes.left;
  *packet = result;
  return TRUE;

fail:
  reader->failed = TRUE;
  return FALSE;
}

/* Begins to read a datagram.  What follows a broken packet is not read, what comes before it is.
 *
 * Returns: %FALSE if not even the first packet is whole */
gboolean
yodel_rtcp_reader_init (YodelRtcpReader *reader,
                        const guint8    *data,
                        gsize            size)
{
  YodelRtcpReader look = { .at = data, .left = size };
  YodelRtcpPacket packet;

  *reader = look;
  return yodel_rtcp_reader_next (&look, &packet);
}

gboolean
yodel_rtcp_parse_sender_report (const YodelRtcpPacket *packet,
                                YodelRtcpSenderReport *report)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->body, packet->body_bytes);
  YodelRtcpSenderReport result;

  result.ssrc = yodel_byte_reader_u32 (&reader);
  result.ntp_time = yodel_byte_reader_u64 (&reader);
  result.rtp_time = yodel_byte_reader_u32 (&reader);
  result.packet_count = yodel_byte_reader_u32 (&reader);
  result.octet_count = yodel_byte_reader_u32 (&reader);
  if (reader.failed || packet->type != YODEL_RTCP_SENDER_REPORT)
    return FALSE;

  *report = result;
  return TRUE;
}

static gint32
sign_extend_24 (guint32 value)
{
  return (gint32) (value ^ 0x800000) - 0x800000;
}

static void
read_report_block (YodelByteReader      *reader,
                   YodelRtcpReportBlock *block)
{
  block->ssrc = yodel_byte_reader_u32 (reader);
  block->fraction_lost = yodel_byte_reader_u8 (reader);
  block->cumulative_lost = sign_extend_24 (yodel_byte_reader_u24 (reader));
  block->extended_highest_sequence = yodel_byte_reader_u32 (reader);
  block->jitter = yodel_byte_reader_u32 (reader);
  block->last_sr = yodel_byte_reader_u32 (reader);
  block->delay_since_last_sr = yodel_byte_reader_u32 (reader);
}

/* Reads the report blocks of a sender or receiver report.
 *
 * Returns: how many; @sender_ssrc is set where the packet is whole, even if that is none */
guint
yodel_rtcp_parse_report_blocks (const YodelRtcpPacket *packet,
                                guint32               *sender_ssrc,
                                YodelRtcpReportBlock  *blocks,
                                guint                  capacity)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->body, packet->body_bytes);
  guint n = MIN (packet->count, capacity);
  guint32 ssrc;

  if (packet->type != YODEL_RTCP_SENDER_REPORT && packet->type != YODEL_RTCP_RECEIVER_REPORT)
    return 0;

  ssrc = yodel_byte_reader_u32 (&reader);
  if (packet->type == YODEL_RTCP_SENDER_REPORT)
    yodel_byte_reader_take (&reader, SENDER_INFO_BYTES);
  if (reader.failed || packet->count * REPORT_BLOCK_BYTES > reader.left)
    return 0;

  *sender_ssrc = ssrc;
  for (guint i = 0; i < n; i++)
    read_report_block (&reader, &blocks[i]);
  return n;
}

/* Reads the items of one chunk up to its end.  Returns: %FALSE if the chunk is broken */
static gboolean
read_chunk (YodelByteReader *reader,
            YodelRtcpCname  *cname,
            gboolean        *found)
{
  gsize left_at_start = reader->left;

  *found = FALSE;
  cname->ssrc = yodel_byte_reader_u32 (reader);

  for (;;)
    {
      guint8 item = yodel_byte_reader_u8 (reader);
      const guint8 *text;
      gsize bytes;

      if (reader->failed)
        return FALSE;
      if (item == SDES_END)
        break;

      bytes = yodel_byte_reader_u8 (reader);
      text = yodel_byte_reader_take (reader, bytes);
      if (item == SDES_CNAME && text != NULL)
        {
          cname->text = text;
          cname->text_bytes = bytes;
          *found = TRUE;
        }
    }

  /* Nulls up to the next multiple of four end the chunk. */
  yodel_byte_reader_take (reader, (4 - (left_at_start - reader->left) % 4) % 4);
  return !reader->failed;
}

guint
yodel_rtcp_parse_cnames (const YodelRtcpPacket *packet,
                         YodelRtcpCname        *cnames,
                         guint                  capacity)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->body, packet->body_bytes);
  guint n = 0;

  if (packet->type != YODEL_RTCP_SOURCE_DESCRIPTION)
    return 0;

  for (guint i = 0; i < packet->count && n < capacity; i++)
    {
      YodelRtcpCname cname;
      gboolean found;

      if (!read_chunk (&reader, &cname, &found))
        break;
      if (found)
        cnames[n++] = cname;
    }
  return n;
}

/* Returns: how many sources say goodbye */
guint
yodel_rtcp_parse_bye (const YodelRtcpPacket *packet,
                      guint32               *ssrcs,
                      guint                  capacity)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->body, packet->body_bytes);
  guint n = MIN (packet->count, capacity);

  if (packet->type != YODEL_RTCP_BYE || packet->count * 4u > packet->body_bytes)
    return 0;

  for (guint i = 0; i < n; i++)
    ssrcs[i] = yodel_byte_reader_u32 (&reader);
  return n;
}

/* What all feedback messages begin with, RFC 4585 section 6.1. */
gboolean
yodel_rtcp_parse_feedback (const YodelRtcpPacket *packet,
                           YodelRtcpFeedback     *feedback)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->body, packet->body_bytes);
  YodelRtcpFeedback result;

  result.sender_ssrc = yodel_byte_reader_u32 (&reader);
  result.media_ssrc = yodel_byte_reader_u32 (&reader);
  result.fci = reader.at;
  result.fci_bytes = reader.left;
  if (reader.failed
      || (packet->type != YODEL_RTCP_TRANSPORT_FEEDBACK
          && packet->type != YODEL_RTCP_PAYLOAD_FEEDBACK))
    return FALSE;

  *feedback = result;
  return TRUE;
}

static gboolean
parse_feedback_of (const YodelRtcpPacket *packet,
                   guint8                 type,
                   guint8                 fmt,
                   YodelRtcpFeedback     *feedback)
{
  return packet->type == type && packet->count == fmt
         && yodel_rtcp_parse_feedback (packet, feedback);
}

/* Generic NACK, RFC 4585 section 6.2.1.  Returns: how many packets are asked for */
guint
yodel_rtcp_parse_nack (const YodelRtcpPacket *packet,
                       guint32               *media_ssrc,
                       guint16               *sequence_numbers,
                       guint                  capacity)
{
  YodelRtcpFeedback feedback;
  YodelByteReader reader;
  guint n = 0;

  if (!parse_feedback_of (packet, YODEL_RTCP_TRANSPORT_FEEDBACK, YODEL_RTCP_FMT_NACK, &feedback))
    return 0;

  *media_ssrc = feedback.media_ssrc;
  reader = yodel_byte_reader_init (feedback.fci, feedback.fci_bytes);
  while (reader.left >= 4 && n < capacity)
    {
      guint16 id = yodel_byte_reader_u16 (&reader);
      guint16 mask = yodel_byte_reader_u16 (&reader);

      sequence_numbers[n++] = id;
      for (guint bit = 0; bit < 16 && n < capacity; bit++)
        if (mask & 1u << bit)
          sequence_numbers[n++] = id + 1 + bit;
    }
  return n;
}

gboolean
yodel_rtcp_parse_pli (const YodelRtcpPacket *packet,
                      guint32               *media_ssrc)
{
  YodelRtcpFeedback feedback;

  if (!parse_feedback_of (packet, YODEL_RTCP_PAYLOAD_FEEDBACK, YODEL_RTCP_FMT_PLI, &feedback))
    return FALSE;

  *media_ssrc = feedback.media_ssrc;
  return TRUE;
}

/* Full intra request, RFC 5104 section 4.3.1. */
guint
yodel_rtcp_parse_fir (const YodelRtcpPacket *packet,
                      YodelRtcpFir          *requests,
                      guint                  capacity)
{
  YodelRtcpFeedback feedback;
  YodelByteReader reader;
  guint n = 0;

  if (!parse_feedback_of (packet, YODEL_RTCP_PAYLOAD_FEEDBACK, YODEL_RTCP_FMT_FIR, &feedback))
    return 0;

  reader = yodel_byte_reader_init (feedback.fci, feedback.fci_bytes);
  for (; reader.left >= 8 && n < capacity; n++)
    {
      requests[n].ssrc = yodel_byte_reader_u32 (&reader);
      requests[n].sequence_number = yodel_byte_reader_u8 (&reader);
      yodel_byte_reader_u24 (&reader);                            /* reserved */
    }
  return n;
}

/* Receiver estimated maximum bitrate, draft-alvestrand-rmcat-remb-03 section 2.2. */
gboolean
yodel_rtcp_parse_remb (const YodelRtcpPacket *packet,
                       guint64               *bitrate_bps,
                       guint32               *ssrcs,
                       guint                  capacity,
                       guint                 *n_ssrcs)
{
  YodelRtcpFeedback feedback;
  YodelByteReader reader;
  guint32 name, rate;
  guint64 mantissa;
  guint n, exponent;

  if (!parse_feedback_of (packet, YODEL_RTCP_PAYLOAD_FEEDBACK, YODEL_RTCP_FMT_APPLICATION,
                          &feedback))
    return FALSE;

  reader = yodel_byte_reader_init (feedback.fci, feedback.fci_bytes);
  name = yodel_byte_reader_u32 (&reader);
  n = yodel_byte_reader_u8 (&reader);
  rate = yodel_byte_reader_u24 (&reader);
  exponent = rate >> 18;
  mantissa = rate & 0x3ffff;
  if (reader.failed || name != REMB_NAME || n * 4u > reader.left)
    return FALSE;
  /* An exponent of six bits can push the rate out of any number: that is no rate. */
  if (mantissa << exponent >> exponent != mantissa)
    return FALSE;

  *bitrate_bps = mantissa << exponent;
  *n_ssrcs = MIN (n, capacity);
  for (guint i = 0; i < *n_ssrcs; i++)
    ssrcs[i] = yodel_byte_reader_u32 (&reader);
  return TRUE;
}

/* Finds the first block of type @wanted in an extended report. */
static gboolean
find_extended_block (const YodelRtcpPacket *packet,
                     guint8                 wanted,
                     guint32               *sender_ssrc,
                     YodelByteReader       *block)
{
  YodelByteReader reader = yodel_byte_reader_init (packet->body, packet->body_bytes);
  guint32 ssrc = yodel_byte_reader_u32 (&reader);

  if (packet->type != YODEL_RTCP_EXTENDED_REPORT)
    return FALSE;

  while (reader.left > 0)
    {
      guint8 type = yodel_byte_reader_u8 (&reader);
      const guint8 *body;
      gsize bytes;

      yodel_byte_reader_u8 (&reader);                             /* reserved */
      bytes = 4u * yodel_byte_reader_u16 (&reader);
      body = yodel_byte_reader_take (&reader, bytes);
      if (reader.failed)
        return FALSE;
      if (type == wanted)
        {
          *sender_ssrc = ssrc;
          *block = yodel_byte_reader_init (body, bytes);
          return TRUE;
        }
    }
  return FALSE;
}

/* Receiver reference time, RFC 3611 section 4.4. */
gboolean
yodel_rtcp_parse_reference_time (const YodelRtcpPacket *packet,
                                 guint32               *sender_ssrc,
                                 guint64               *ntp_time)
{
  YodelByteReader block;
  guint32 ssrc;
  guint64 time;

  if (!find_extended_block (packet, XR_REFERENCE_TIME, &ssrc, &block))
    return FALSE;

  time = yodel_byte_reader_u64 (&block);
  if (block.failed)
    return FALSE;

  *sender_ssrc = ssrc;
  *ntp_time = time;
  return TRUE;
}

/* Delay since the last receiver report, RFC 3611 section 4.5.  Returns: how many items */
guint
yodel_rtcp_parse_dlrr (const YodelRtcpPacket *packet,
                       YodelRtcpDlrr         *items,
                       guint                  capacity)
{
  YodelByteReader block;
  guint32 sender_ssrc;
  guint n = 0;

  if (!find_extended_block (packet, XR_DLRR, &sender_ssrc, &block))
    return 0;

  for (; block.left >= DLRR_ITEM_BYTES && n < capacity; n++)
    {
      items[n].ssrc = yodel_byte_reader_u32 (&block);
      items[n].last_rr = yodel_byte_reader_u32 (&block);
      items[n].delay_since_last_rr = yodel_byte_reader_u32 (&block);
    }
  return n;
}
