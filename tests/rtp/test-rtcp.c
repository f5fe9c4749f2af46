#include "rtp/rtcp-write.h"
#include "rtp/rtcp.h"

#include "lib/cases.h"
#include "lib/hex.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    begins;       /* the first packet is whole */
  guint       n_packets;
  gboolean    failed;       /* at the end */
} ReadCase;

static const ReadCase read_cases[] = {
  { "one-packet",            "80c90001 00000001",                             TRUE,  1, FALSE },
  { "compound",              "80c90001 00000001 81cb0001 00000001",           TRUE,  2, FALSE },
  { "reduced-size",          "81ce0002 00000001 00000002",                    TRUE,  1, FALSE },
  { "unknown-type-is-told",  "80c00000 80df0000",                             TRUE,  2, FALSE },
  { "empty-body",            "80cb0000",                                      TRUE,  1, FALSE },
  { "padding-at-the-end",    "80c90001 00000001 a0cb0001 00000004",           TRUE,  2, FALSE },
  { "padding-before-the-end", "a0c90002 00000001 00000004 80cb0000",          FALSE, 0, TRUE },
  { "padding-of-zero",       "a0c90001 00000000",                             FALSE, 0, TRUE },
  { "padding-too-long",      "a0c90001 00000005",                             FALSE, 0, TRUE },
  { "padding-of-no-body",    "a0c90000",                                      FALSE, 0, TRUE },
  { "length-past-the-end",   "80c90002 00000001",                             FALSE, 0, TRUE },
  { "second-packet-cut",     "80c90001 00000001 81cb0001",                    TRUE,  1, TRUE },
  { "garbage-behind",        "80c90001 00000001 00000000",                    TRUE,  1, TRUE },
  { "other-version",         "40c90001 00000001",                             FALSE, 0, TRUE },
  { "rtp",                   "80600001 00000001",                             FALSE, 0, TRUE },
  { "empty",                 "",                                              FALSE, 0, FALSE },
};

static void
test_read (gconstpointer data)
{
  const ReadCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelRtcpReader reader;
  YodelRtcpPacket packet;
  guint n = 0;

  g_assert_cmpint (yodel_rtcp_reader_init (&reader, bytes->data, bytes->len), ==, c->begins);
  while (yodel_rtcp_reader_next (&reader, &packet))
    n++;
  g_assert_cmpuint (n, ==, c->n_packets);
  g_assert_cmpint (reader.failed, ==, c->failed);
}

/* The first packet of @bytes, which must be whole. */
static YodelRtcpPacket
first_packet (const guint8 *data,
              gsize         size)
{
  YodelRtcpReader reader;
  YodelRtcpPacket packet;

  g_assert_true (yodel_rtcp_reader_init (&reader, data, size));
  g_assert_true (yodel_rtcp_reader_next (&reader, &packet));
  return packet;
}

static void
assert_same_block (const YodelRtcpReportBlock *a,
                   const YodelRtcpReportBlock *b)
{
  g_assert_cmphex (a->ssrc, ==, b->ssrc);
  g_assert_cmpuint (a->fraction_lost, ==, b->fraction_lost);
  g_assert_cmpint (a->cumulative_lost, ==, b->cumulative_lost);
  g_assert_cmpuint (a->extended_highest_sequence, ==, b->extended_highest_sequence);
  g_assert_cmpuint (a->jitter, ==, b->jitter);
  g_assert_cmphex (a->last_sr, ==, b->last_sr);
  g_assert_cmpuint (a->delay_since_last_sr, ==, b->delay_since_last_sr);
}

static void
test_reports (void)
{
  const YodelRtcpSenderReport sent = {
    .ssrc = 0x11111111, .ntp_time = G_GUINT64_CONSTANT (0xe3e8a1b280000000), .rtp_time = 0x10000,
    .packet_count = 10, .octet_count = 1024,
  };
  const YodelRtcpReportBlock blocks[] = {
    { 0x22222222, 64, -1, 0x10005, 12, 0xa1b28000, 0x8000 },
    { 0x33333333, 0, 0x7fffff, 1, 2, 3, 4 },
  };
  guint8 buffer[128];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpPacket packet;
  YodelRtcpSenderReport report;
  YodelRtcpReportBlock read[2];
  guint32 ssrc;

  yodel_rtcp_write_sender_report (&writer, &sent, blocks, 2);
  assert_bytes_are_hex (buffer, writer.size,
                        "82c80012 11111111 e3e8a1b2 80000000 00010000 0000000a 00000400"
                        "22222222 40ffffff 00010005 0000000c a1b28000 00008000"
                        "33333333 007fffff 00000001 00000002 00000003 00000004");

  packet = first_packet (buffer, writer.size);
  g_assert_true (yodel_rtcp_parse_sender_report (&packet, &report));
  g_assert_cmphex (report.ssrc, ==, sent.ssrc);
  g_assert_cmphex (report.ntp_time, ==, sent.ntp_time);
  g_assert_cmpuint (report.rtp_time, ==, sent.rtp_time);
  g_assert_cmpuint (report.packet_count, ==, sent.packet_count);
  g_assert_cmpuint (report.octet_count, ==, sent.octet_count);
  g_assert_cmpuint (yodel_rtcp_parse_report_blocks (&packet, &ssrc, read, 2), ==, 2);
  g_assert_cmpuint (ssrc, ==, 0x11111111);
  assert_same_block (&read[0], &blocks[0]);
  assert_same_block (&read[1], &blocks[1]);
  g_assert_cmpuint (yodel_rtcp_parse_report_blocks (&packet, &ssrc, read, 1), ==, 1);
}

static void
test_receiver_report (void)
{
  const YodelRtcpReportBlock block = { 0x22222222, 64, 5, 0x10005, 12, 0xa1b28000, 0x8000 };
  guint8 buffer[64];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpReportBlock read;
  YodelRtcpSenderReport report;
  YodelRtcpPacket packet;
  guint32 ssrc = 0;

  yodel_rtcp_write_receiver_report (&writer, 0x11111111, &block, 1);
  packet = first_packet (buffer, writer.size);
  g_assert_cmpuint (yodel_rtcp_parse_report_blocks (&packet, &ssrc, &read, 1), ==, 1);
  assert_same_block (&read, &block);
  g_assert_cmpuint (ssrc, ==, 0x11111111);
  g_assert_false (yodel_rtcp_parse_sender_report (&packet, &report));

  packet.count = 2;                              /* says more than is there */
  g_assert_cmpuint (yodel_rtcp_parse_report_blocks (&packet, &ssrc, &read, 1), ==, 0);
}

static void
test_loss_is_clamped (void)
{
  const YodelRtcpReportBlock blocks[] = {
    { .cumulative_lost = 0x1000000 }, { .cumulative_lost = -0x1000000 },
  };
  guint8 buffer[64];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpReportBlock read[2];
  YodelRtcpPacket packet;
  guint32 ssrc;

  yodel_rtcp_write_receiver_report (&writer, 1, blocks, 2);
  packet = first_packet (buffer, writer.size);
  g_assert_cmpuint (yodel_rtcp_parse_report_blocks (&packet, &ssrc, read, 2), ==, 2);
  g_assert_cmpint (read[0].cumulative_lost, ==, 0x7fffff);
  g_assert_cmpint (read[1].cumulative_lost, ==, -0x800000);
}

static void
test_cname (gconstpointer data)
{
  const char *cname = data;
  guint8 buffer[300];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpPacket packet;
  YodelRtcpCname read;

  yodel_rtcp_write_cname (&writer, 7, cname);
  g_assert_false (writer.failed);
  g_assert_cmpuint (buffer[writer.size - 1], ==, 0);   /* ends with a null, always */
  packet = first_packet (buffer, writer.size);
  g_assert_cmpuint (yodel_rtcp_parse_cnames (&packet, &read, 1), ==, 1);
  g_assert_cmpuint (read.ssrc, ==, 7);
  g_assert_cmpmem (read.text, read.text_bytes, cname, strlen (cname));
}

typedef struct
{
  const char *name;
  const char *hex;
  guint       n_cnames;
} SdesCase;

static const SdesCase sdes_cases[] = {
  { "two-chunks",           "82ca0006 00000001 01036162 63000000 00000002 0103616263000000",
    2 },
  { "cname-after-another",  "81ca0003 00000001 020161 010162 0000", 1 },
  { "no-cname",             "81ca0002 00000001 02016100", 0 },
  { "text-past-the-end",    "81ca0002 00000001 01ff6100", 0 },
  { "no-end",               "81ca0002 00000001 01026162", 0 },
  { "second-chunk-missing", "82ca0002 00000001 01016100", 1 },
  { "empty",                "81ca0000", 0 },
};

static void
test_sdes (gconstpointer data)
{
  const SdesCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelRtcpPacket packet = first_packet (bytes->data, bytes->len);
  YodelRtcpCname cnames[4];

  g_assert_cmpuint (yodel_rtcp_parse_cnames (&packet, cnames, 4), ==, c->n_cnames);
}

static void
test_bye (void)
{
  const guint32 ssrcs[] = { 0x11111111, 0x22222222 };
  guint8 buffer[32];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpPacket packet;
  guint32 read[YODEL_RTCP_MAX_BLOCKS];

  yodel_rtcp_write_bye (&writer, ssrcs, 2);
  assert_bytes_are_hex (buffer, writer.size, "82cb0002 11111111 22222222");
  packet = first_packet (buffer, writer.size);
  g_assert_cmpuint (yodel_rtcp_parse_bye (&packet, read, YODEL_RTCP_MAX_BLOCKS), ==, 2);
  g_assert_cmpmem (read, 8, ssrcs, 8);
  g_assert_cmpuint (yodel_rtcp_parse_bye (&packet, read, 1), ==, 1);
  packet.count = 3;
  g_assert_cmpuint (yodel_rtcp_parse_bye (&packet, read, YODEL_RTCP_MAX_BLOCKS), ==, 0);
}

typedef struct
{
  const char *name;
  guint16     numbers[20];
  guint       n;
  const char *entries;
} NackCase;

static const NackCase nack_cases[] = {
  { "one",                     { 5 }, 1,                       "00050000" },
  { "neighbours-share",        { 5, 6, 21 }, 3,                "00058001" },
  { "seventeen-is-too-far",    { 5, 22 }, 2,                   "00050000 00160000" },
  { "around-the-wrap",         { 65534, 65535, 0, 1 }, 4,      "fffe0007" },
  { "two-full-entries",        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 }, 18,
    "0000ffff 00110000" },
};

static void
test_nack (gconstpointer data)
{
  const NackCase *c = data;
  guint8 buffer[64];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpPacket packet;
  guint16 read[20];
  guint32 ssrc = 0;

  g_assert_cmpuint (yodel_rtcp_write_nack (&writer, 1, 2, c->numbers, c->n), ==, c->n);
  assert_bytes_are_hex (buffer + 12, writer.size - 12, c->entries);

  packet = first_packet (buffer, writer.size);
  g_assert_cmpuint (yodel_rtcp_parse_nack (&packet, &ssrc, read, 20), ==, c->n);
  g_assert_cmpuint (ssrc, ==, 2);
  g_assert_cmpmem (read, 2 * c->n, c->numbers, 2 * c->n);
}

static void
test_nack_takes_what_fits (void)
{
  guint16 numbers[10];
  guint8 buffer[12 + 3 * 4 + 3];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

  for (guint i = 0; i < 10; i++)
    numbers[i] = 100 * i;
  g_assert_cmpuint (yodel_rtcp_write_nack (&writer, 1, 2, numbers, 10), ==, 3);
  g_assert_false (writer.failed);
  g_assert_cmpuint (writer.size, ==, 24);
  g_assert_cmpuint (yodel_rtcp_write_nack (&writer, 1, 2, numbers, 10), ==, 0);
  g_assert_cmpuint (writer.size, ==, 24);
}

/* A datagram full of entries, each asking for 17, fills the list and no more. */
static void
test_nack_list_is_bounded (void)
{
  guint8 buffer[1200];
  guint16 read[50] = { 0 };
  YodelRtcpPacket packet;
  guint32 ssrc;

  memset (buffer, 0xff, sizeof buffer);
  memcpy (buffer, "\x81\xcd\x01\x2b", 4);
  packet = first_packet (buffer, sizeof buffer);
  g_assert_cmpuint (yodel_rtcp_parse_nack (&packet, &ssrc, read, 49), ==, 49);
  g_assert_cmpuint (read[49], ==, 0);
}

static void
test_key_frame_requests (void)
{
  const YodelRtcpFir requests[] = { { 0x22222222, 7 }, { 0x33333333, 255 } };
  guint8 buffer[64];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpReader reader;
  YodelRtcpPacket packet;
  YodelRtcpFir read[2];
  guint32 ssrc = 0;

  yodel_rtcp_write_pli (&writer, 0x11111111, 0x22222222);
  yodel_rtcp_write_fir (&writer, 0x11111111, requests, 2);
  assert_bytes_are_hex (buffer, writer.size,
                        "81ce0002 11111111 22222222"
                        "84ce0006 11111111 00000000 22222222 07000000 33333333 ff000000");

  g_assert_true (yodel_rtcp_reader_init (&reader, buffer, writer.size));
  g_assert_true (yodel_rtcp_reader_next (&reader, &packet));
  g_assert_true (yodel_rtcp_parse_pli (&packet, &ssrc));
  g_assert_cmpuint (ssrc, ==, 0x22222222);
  g_assert_cmpuint (yodel_rtcp_parse_fir (&packet, read, 2), ==, 0);
  g_assert_true (yodel_rtcp_reader_next (&reader, &packet));
  g_assert_false (yodel_rtcp_parse_pli (&packet, &ssrc));
  g_assert_cmpuint (yodel_rtcp_parse_fir (&packet, read, 2), ==, 2);
  g_assert_cmpuint (read[1].ssrc, ==, 0x33333333);
  g_assert_cmpuint (read[1].sequence_number, ==, 255);
}

typedef struct
{
  const char *name;
  guint64     rate_bps;
  guint64     read_bps;     /* rounded down to 18 bits */
} RembCase;

static const RembCase remb_cases[] = {
  { "zero",             0,                0 },
  { "fits-the-mantissa", 262143,          262143 },
  { "one-bit-more",     262145,           262144 },
  { "hundred-megabit",  100000000,        99999744 },
  { "largest",          G_MAXUINT64,      G_GUINT64_CONSTANT (0x3ffff) << 46 },
};

static void
test_remb (gconstpointer data)
{
  const RembCase *c = data;
  const guint32 ssrcs[] = { 0x22222222, 0x33333333 };
  guint8 buffer[64];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpPacket packet;
  guint64 rate_bps;
  guint32 read[2];
  guint n;

  yodel_rtcp_write_remb (&writer, 1, c->rate_bps, ssrcs, 2);
  packet = first_packet (buffer, writer.size);
  g_assert_true (yodel_rtcp_parse_remb (&packet, &rate_bps, read, 2, &n));
  g_assert_cmpuint (rate_bps, ==, c->read_bps);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpmem (read, 8, ssrcs, 8);
}

typedef struct
{
  const char *name;
  const char *hex;
} BadCase;

static const BadCase bad_rembs[] = {
  { "other-name",        "8fce0004 00000001 00000000 52454d43 00000001" },
  { "ssrcs-missing",     "8fce0004 00000001 00000000 52454d42 01000001" },
  { "cut",               "8fce0003 00000001 00000000 52454d42" },
  { "rate-out-of-range", "8fce0004 00000001 00000000 52454d42 00ffffff" },
};

static void
test_bad_remb (gconstpointer data)
{
  const BadCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelRtcpPacket packet = first_packet (bytes->data, bytes->len);
  guint64 rate_bps = 77;
  guint32 ssrcs[4];
  guint n;

  g_assert_false (yodel_rtcp_parse_remb (&packet, &rate_bps, ssrcs, 4, &n));
  g_assert_cmpuint (rate_bps, ==, 77);
}

static void
test_extended_reports (void)
{
  const YodelRtcpDlrr items[] = { { 0x22222222, 0xa1b28000, 0x10000 }, { 3, 4, 5 } };
  guint8 buffer[64];
  YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);
  YodelRtcpReader reader;
  YodelRtcpPacket packet;
  YodelRtcpDlrr read[2];
  guint64 ntp_time = 0;
  guint32 ssrc = 0;

  yodel_rtcp_write_reference_time (&writer, 0x11111111, G_GUINT64_CONSTANT (0xe3e8a1b280000000));
  yodel_rtcp_write_dlrr (&writer, 0x11111111, items, 2);
  assert_bytes_are_hex (buffer, writer.size,
                        "80cf0004 11111111 04000002 e3e8a1b2 80000000"
                        "80cf0008 11111111 05000006 22222222 a1b28000 00010000"
                        "00000003 00000004 00000005");

  g_assert_true (yodel_rtcp_reader_init (&reader, buffer, writer.size));
  g_assert_true (yodel_rtcp_reader_next (&reader, &packet));
  g_assert_true (yodel_rtcp_parse_reference_time (&packet, &ssrc, &ntp_time));
  g_assert_cmpuint (ssrc, ==, 0x11111111);
  g_assert_cmphex (ntp_time, ==, G_GUINT64_CONSTANT (0xe3e8a1b280000000));
  g_assert_cmpuint (yodel_rtcp_parse_dlrr (&packet, read, 2), ==, 0);
  g_assert_true (yodel_rtcp_reader_next (&reader, &packet));
  g_assert_cmpuint (yodel_rtcp_parse_dlrr (&packet, read, 2), ==, 2);
  g_assert_cmpmem (read, sizeof read, items, sizeof items);
}

/* Another block comes first, and a block that is too short for its kind. */
static void
test_extended_report_blocks (void)
{
  g_autoptr (GByteArray) bytes = from_hex ("80cf0006 00000001 07000001 00000000"
                                           "04000002 00000005 00000006");
  g_autoptr (GByteArray) cut = from_hex ("80cf0003 00000001 04000001 00000005");
  YodelRtcpPacket packet = first_packet (bytes->data, bytes->len);
  guint64 ntp_time = 0;
  guint32 ssrc;

  g_assert_true (yodel_rtcp_parse_reference_time (&packet, &ssrc, &ntp_time));
  g_assert_cmphex (ntp_time, ==, G_GUINT64_CONSTANT (0x500000006));
  packet = first_packet (cut->data, cut->len);
  g_assert_false (yodel_rtcp_parse_reference_time (&packet, &ssrc, &ntp_time));
}

/* A packet that does not fit leaves what came before it whole. */
static void
test_what_does_not_fit_is_not_begun (void)
{
  const YodelRtcpReportBlock block = { .ssrc = 1 };
  guint8 buffer[40];

  for (gsize capacity = 8; capacity < 8 + 32; capacity++)
    {
      YodelByteWriter writer = yodel_byte_writer_init (buffer, capacity);

      yodel_rtcp_write_receiver_report (&writer, 1, NULL, 0);
      g_assert_false (writer.failed);
      yodel_rtcp_write_receiver_report (&writer, 1, &block, 1);
      g_assert_true (writer.failed);
      g_assert_cmpuint (writer.size, ==, 8);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *longest = g_strnfill (YODEL_RTCP_MAX_TEXT_BYTES, 'x');

  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/rtcp/read/", read_cases, test_read);
  ADD_CASES ("/rtp/rtcp/sdes/", sdes_cases, test_sdes);
  ADD_CASES ("/rtp/rtcp/nack/", nack_cases, test_nack);
  ADD_CASES ("/rtp/rtcp/remb/", remb_cases, test_remb);
  ADD_CASES ("/rtp/rtcp/remb/refused/", bad_rembs, test_bad_remb);
  g_test_add_func ("/rtp/rtcp/reports/what-is-written-is-read", test_reports);
  g_test_add_func ("/rtp/rtcp/reports/receiver-report", test_receiver_report);
  g_test_add_func ("/rtp/rtcp/reports/loss-is-clamped-to-24-bits", test_loss_is_clamped);
  g_test_add_data_func ("/rtp/rtcp/cname/empty", "", test_cname);
  g_test_add_data_func ("/rtp/rtcp/cname/one", "a", test_cname);
  g_test_add_data_func ("/rtp/rtcp/cname/two", "ab", test_cname);
  g_test_add_data_func ("/rtp/rtcp/cname/three", "abc", test_cname);
  g_test_add_data_func ("/rtp/rtcp/cname/four", "abcd", test_cname);
  g_test_add_data_func ("/rtp/rtcp/cname/longest", longest, test_cname);
  g_test_add_func ("/rtp/rtcp/bye", test_bye);
  g_test_add_func ("/rtp/rtcp/nack/takes-what-fits", test_nack_takes_what_fits);
  g_test_add_func ("/rtp/rtcp/nack/list-is-bounded", test_nack_list_is_bounded);
  g_test_add_func ("/rtp/rtcp/pli-and-fir", test_key_frame_requests);
  g_test_add_func ("/rtp/rtcp/extended-report/what-is-written-is-read", test_extended_reports);
  g_test_add_func ("/rtp/rtcp/extended-report/blocks-are-found", test_extended_report_blocks);
  g_test_add_func ("/rtp/rtcp/write/what-does-not-fit-is-not-begun",
                   test_what_does_not_fit_is_not_begun);
  return g_test_run ();
}
