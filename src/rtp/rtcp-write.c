#define G_LOG_DOMAIN "yodel-rtp"

#include "rtp/rtcp-write.h"

#include <string.h>

#define HEADER_BYTES        4
#define FEEDBACK_BYTES      8             /* sender and media SSRC */
#define REPORT_BLOCK_BYTES  24
#define SENDER_REPORT_BYTES 24

#define SDES_CNAME          1
#define XR_REFERENCE_TIME   4             /* RFC 3611 section 4.4 */
#define XR_DLRR             5             /* RFC 3611 section 4.5 */
#define NACK_SPAN           16            /* packets after the first that one entry can name */

#define CUMULATIVE_LOST_MAX 0x7fffff
#define CUMULATIVE_LOST_MIN (-0x800000)

/* Takes room for a whole packet and writes its header.
 *
 * Returns: a writer for exactly the body, which has failed where there is no room */
static YodelByteWriter
begin_packet (YodelByteWriter *writer,
              guint8           type,
              guint8           count,
              gsize            body_bytes)
{
  YodelByteWriter body = { .failed = TRUE };
  guint8 *packet;

  g_assert (body_bytes % 4 == 0 && body_bytes / 4 <= G_MAXUINT16);
  g_assert (count <= YODEL_RTCP_MAX_BLOCKS);

  packet = yodel_byte_writer_reserve (writer, HEADER_BYTES + body_bytes);
  if (packet == NULL)
    return body;

  body = yodel_byte_writer_init (packet, HEADER_BYTES + body_bytes);
  yodel_byte_writer_u8 (&body, 0x80 | count);
  yodel_byte_writer_u8 (&body, type);
  yodel_byte_writer_u16 (&body, body_bytes / 4);
  return body;
}

static void
write_report_blocks (YodelByteWriter            *body,
                     const YodelRtcpReportBlock *blocks,
                     guint                       n_blocks)
{
  for (guint i = 0; i < n_blocks; i++)
    {
      const YodelRtcpReportBlock *b = &blocks[i];
      gint32 lost = CLAMP (b->cumulative_lost, CUMULATIVE_LOST_MIN, CUMULATIVE_LOST_MAX);

      yodel_byte_writer_u32 (body, b->ssrc);
      yodel_byte_writer_u8 (body, b->fraction_lost);
      yodel_byte_writer_u24 (body, (guint32) lost & 0xffffff);
      yodel_byte_writer_u32 (body, b->extended_highest_sequence);
      yodel_byte_writer_u32 (body, b->jitter);
      yodel_byte_writer_u32 (body, b->last_sr);
      yodel_byte_writer_u32 (body, b->delay_since_last_sr);
    }
}

void
yodel_rtcp_write_sender_report (YodelByteWriter             *writer,
                                const YodelRtcpSenderReport *report,
                                const YodelRtcpReportBlock  *blocks,
                                guint                        n_blocks)
{
  YodelByteWriter body = begin_packet (writer, YODEL_RTCP_SENDER_REPORT, n_blocks,
                                       SENDER_REPORT_BYTES + n_blocks * REPORT_BLOCK_BYTES);

  yodel_byte_writer_u32 (&body, report->ssrc);
  yodel_byte_writer_u64 (&body, report->ntp_time);
  yodel_byte_writer_u32 (&body, report->rtp_time);
  yodel_byte_writer_u32 (&body, report->packet_count);
  yodel_byte_writer_u32 (&body, report->octet_count);
  write_report_blocks (&body, blocks, n_blocks);
}

void
yodel_rtcp_write_receiver_report (YodelByteWriter            *writer,
                                  guint32                     sender_ssrc,
                                  const YodelRtcpReportBlock *blocks,
                                  guint                       n_blocks)
{
  YodelByteWriter body = begin_packet (writer, YODEL_RTCP_RECEIVER_REPORT, n_blocks,
                                       4 + n_blocks * REPORT_BLOCK_BYTES);

  yodel_byte_writer_u32 (&body, sender_ssrc);
  write_report_blocks (&body, blocks, n_blocks);
}

/* A source description with the CNAME alone, RFC 3550 section 6.5.1. */
void
yodel_rtcp_write_cname (YodelByteWriter *writer,
                        guint32          ssrc,
                        const char      *cname)
{
  gsize text_bytes = strlen (cname);
  gsize item_bytes = 2 + text_bytes;
  gsize end_bytes = 4 - item_bytes % 4;                           /* at least one null */
  YodelByteWriter body;

  g_assert (text_bytes <= YODEL_RTCP_MAX_TEXT_BYTES);

  body = begin_packet (writer, YODEL_RTCP_SOURCE_DESCRIPTION, 1, 4 + item_bytes + end_bytes);
  yodel_byte_writer_u32 (&body, ssrc);
  yodel_byte_writer_u8 (&body, SDES_CNAME);
  yodel_byte_writer_u8 (&body, text_bytes);
  yodel_byte_writer_bytes (&body, (const guint8 *) cname, text_bytes);
  for (; end_bytes > 0; end_bytes--)
    yodel_byte_writer_u8 (&body, 0);
}

void
yodel_rtcp_write_bye (YodelByteWriter *writer,
                      const guint32   *ssrcs,
                      guint            n_ssrcs)
{
  YodelByteWriter body = begin_packet (writer, YODEL_RTCP_BYE, n_ssrcs, 4 * n_ssrcs);

  for (guint i = 0; i < n_ssrcs; i++)
    yodel_byte_writer_u32 (&body, ssrcs[i]);
}

static YodelByteWriter
begin_feedback (YodelByteWriter *writer,
                guint8           type,
                guint8           fmt,
                guint32          sender_ssrc,
                guint32          media_ssrc,
                gsize            fci_bytes)
{
  YodelByteWriter body = begin_packet (writer, type, fmt, FEEDBACK_BYTES + fci_bytes);

  yodel_byte_writer_u32 (&body, sender_ssrc);
  yodel_byte_writer_u32 (&body, media_ssrc);
  return body;
}

/* How many numbers, from the first on, one entry of a NACK can name, and its bit mask. */
static guint
pack_nack_entry (const guint16 *sequence_numbers,
                 guint          n,
                 guint16       *mask)
{
  guint taken;

  *mask = 0;
  for (taken = 1; taken < n; taken++)
    {
      guint16 ahead = sequence_numbers[taken] - sequence_numbers[0];

      if (ahead == 0 || ahead > NACK_SPAN)
        break;
      *mask |= 1u << (ahead - 1);
    }
  return taken;
}

/* Asks for the packets in @sequence_numbers, which are best in order: neighbours share an entry.
 *
 * Returns: how many of them there was room for */
guint
yodel_rtcp_write_nack (YodelByteWriter *writer,
                       guint32          sender_ssrc,
                       guint32          media_ssrc,
                       const guint16   *sequence_numbers,
                       guint            n_sequence_numbers)
{
  gsize room = writer->failed ? 0 : writer->capacity - writer->size;
  gsize max_entries = room < HEADER_BYTES + FEEDBACK_BYTES ? 0
                      : (room - HEADER_BYTES - FEEDBACK_BYTES) / 4;
  YodelByteWriter body;
  guint16 mask;
  guint taken = 0;
  gsize entries = 0;

  max_entries = MIN (max_entries, G_MAXUINT16 - FEEDBACK_BYTES / 4);
  for (; entries < max_entries && taken < n_sequence_numbers; entries++)
    taken += pack_nack_entry (sequence_numbers + taken, n_sequence_numbers - taken, &mask);
  if (entries == 0)
    return 0;

  body = begin_feedback (writer, YODEL_RTCP_TRANSPORT_FEEDBACK, YODEL_RTCP_FMT_NACK,
                         sender_ssrc, media_ssrc, 4 * entries);
  for (guint i = 0; i < taken; )
    {
      guint n = pack_nack_entry (sequence_numbers + i, n_sequence_numbers - i, &mask);

      yodel_byte_writer_u16 (&body, sequence_numbers[i]);
      yodel_byte_writer_u16 (&body, mask);
      i += n;
    }
  return taken;
}

void
yodel_rtcp_write_pli (YodelByteWriter *writer,
                      guint32          sender_ssrc,
                      guint32          media_ssrc)
{
  begin_feedback (writer, YODEL_RTCP_PAYLOAD_FEEDBACK, YODEL_RTCP_FMT_PLI,
                  sender_ssrc, media_ssrc, 0);
}

void
yodel_rtcp_write_fir (YodelByteWriter    *writer,
                      guint32             sender_ssrc,
                      const YodelRtcpFir *requests,
                      guint               n_requests)
{
  /* The media SSRC is 0, RFC 5104 section 4.3.1.2: the entries name the streams. */
  YodelByteWriter body = begin_feedback (writer, YODEL_RTCP_PAYLOAD_FEEDBACK, YODEL_RTCP_FMT_FIR,
                                         sender_ssrc, 0, 8 * n_requests);

  for (guint i = 0; i < n_requests; i++)
    {
      yodel_byte_writer_u32 (&body, requests[i].ssrc);
      yodel_byte_writer_u8 (&body, requests[i].sequence_number);
      yodel_byte_writer_u24 (&body, 0);
    }
}

/* Rounds @bitrate_bps down to the 18 bits of mantissa that REMB has. */
void
yodel_rtcp_write_remb (YodelByteWriter *writer,
                       guint32          sender_ssrc,
                       guint64          bitrate_bps,
                       const guint32   *ssrcs,
                       guint            n_ssrcs)
{
  YodelByteWriter body;
  guint exponent = 0;

  g_assert (n_ssrcs <= G_MAXUINT8);
  for (; bitrate_bps > 0x3ffff; bitrate_bps >>= 1)
    exponent++;

  body = begin_feedback (writer, YODEL_RTCP_PAYLOAD_FEEDBACK, YODEL_RTCP_FMT_APPLICATION,
                         sender_ssrc, 0, 8 + 4 * n_ssrcs);
  yodel_byte_writer_bytes (&body, (const guint8 *) "REMB", 4);
  yodel_byte_writer_u8 (&body, n_ssrcs);
  yodel_byte_writer_u24 (&body, exponent << 18 | (guint32) bitrate_bps);
  for (guint i = 0; i < n_ssrcs; i++)
    yodel_byte_writer_u32 (&body, ssrcs[i]);
}

static YodelByteWriter
begin_extended_report (YodelByteWriter *writer,
                       guint32          sender_ssrc,
                       guint8           block_type,
                       gsize            block_bytes)
{
  YodelByteWriter body = begin_packet (writer, YODEL_RTCP_EXTENDED_REPORT, 0, 8 + block_bytes);

  yodel_byte_writer_u32 (&body, sender_ssrc);
  yodel_byte_writer_u8 (&body, block_type);
  yodel_byte_writer_u8 (&body, 0);
  yodel_byte_writer_u16 (&body, block_bytes / 4);
  return body;
}

void
yodel_rtcp_write_reference_time (YodelByteWriter *writer,
                                 guint32          sender_ssrc,
                                 guint64          ntp_time)
{
  YodelByteWriter body = begin_extended_report (writer, sender_ssrc, XR_REFERENCE_TIME, 8);

  yodel_byte_writer_u64 (&body, ntp_time);
}

void
yodel_rtcp_write_dlrr (YodelByteWriter     *writer,
                       guint32              sender_ssrc,
                       const YodelRtcpDlrr *items,
                       guint                n_items)
{
  YodelByteWriter body = begin_extended_report (writer, sender_ssrc, XR_DLRR, 12 * n_items);

  for (guint i = 0; i < n_items; i++)
    {
      yodel_byte_writer_u32 (&body, items[i].ssrc);
      yodel_byte_writer_u32 (&body, items[i].last_rr);
      yodel_byte_writer_u32 (&body, items[i].delay_since_last_rr);
    }
}
