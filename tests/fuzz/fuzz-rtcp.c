/* What must hold for any bytes at all: packets lie inside the datagram one after the other, and
 * no list passes its capacity. */
#include "rtp/rtcp.h"
#include "rtp/rtcp-write.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

#define CAPACITY 40

static void
check_reports (const YodelRtcpPacket *packet)
{
  YodelRtcpSenderReport report;
  YodelRtcpReportBlock blocks[YODEL_RTCP_MAX_BLOCKS];
  YodelRtcpCname cnames[YODEL_RTCP_MAX_BLOCKS];
  guint32 ssrcs[YODEL_RTCP_MAX_BLOCKS];
  guint32 ssrc;
  guint n;

  yodel_rtcp_parse_sender_report (packet, &report);
  n = yodel_rtcp_parse_report_blocks (packet, &ssrc, blocks, G_N_ELEMENTS (blocks));
  g_assert (n <= packet->count);
  for (guint i = 0; i < n; i++)
    g_assert (ABS (blocks[i].cumulative_lost) <= 0x800000);

  n = yodel_rtcp_parse_cnames (packet, cnames, G_N_ELEMENTS (cnames));
  g_assert (n <= packet->count);
  for (guint i = 0; i < n; i++)
    g_assert (cnames[i].text >= packet->body
              && cnames[i].text + cnames[i].text_bytes <= packet->body + packet->body_bytes);

  g_assert (yodel_rtcp_parse_bye (packet, ssrcs, G_N_ELEMENTS (ssrcs)) <= packet->count);
}

static void
check_feedback (const YodelRtcpPacket *packet)
{
  YodelRtcpFeedback feedback;
  guint16 sequence_numbers[CAPACITY];
  YodelRtcpFir firs[CAPACITY];
  YodelRtcpDlrr items[CAPACITY];
  guint32 ssrcs[CAPACITY];
  guint32 ssrc;
  guint64 rate_bps, ntp_time;
  guint n_ssrcs;

  if (yodel_rtcp_parse_feedback (packet, &feedback))
    g_assert (feedback.fci + feedback.fci_bytes == packet->body + packet->body_bytes);
  yodel_rtcp_parse_pli (packet, &ssrc);
  g_assert (yodel_rtcp_parse_nack (packet, &ssrc, sequence_numbers, CAPACITY) <= CAPACITY);
  g_assert (yodel_rtcp_parse_fir (packet, firs, CAPACITY) <= CAPACITY);
  g_assert (yodel_rtcp_parse_dlrr (packet, items, CAPACITY) <= CAPACITY);
  yodel_rtcp_parse_reference_time (packet, &ssrc, &ntp_time);
  if (yodel_rtcp_parse_remb (packet, &rate_bps, ssrcs, CAPACITY, &n_ssrcs))
    g_assert (n_ssrcs <= CAPACITY);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  YodelRtcpReader reader;
  YodelRtcpPacket packet;
  const guint8 *at = data;

  if (!yodel_rtcp_reader_init (&reader, data, size))
    return 0;

  while (yodel_rtcp_reader_next (&reader, &packet))
    {
      g_assert (packet.body == at + 4);
      g_assert (packet.body + packet.body_bytes <= data + size);
      g_assert (reader.at > at && reader.at + reader.left == data + size);
      at = reader.at;
      check_reports (&packet);
      check_feedback (&packet);
    }
  g_assert (reader.failed || reader.left == 0);
  return 0;
}
