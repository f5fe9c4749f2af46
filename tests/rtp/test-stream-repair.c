#include "rtp/stream-repair.h"

#include "rtp/rtp-packet.h"

#define MS      ((gint64) 1000)
#define PAYLOAD 100
#define PACKET  (PAYLOAD + YODEL_RTP_HEADER_BYTES)

static void
send_one (YodelStreamRepair *repair,
          guint16            number,
          gint64             now_us)
{
  static const guint8 payload[PAYLOAD] = { 1, 2, 3 };
  const YodelRtpPacket header = { .sequence_number = number, .ssrc = 5, .payload = payload, .payload_bytes = PAYLOAD };
  guint8 data[PACKET];
  gsize size = yodel_rtp_packet_write (data, sizeof data, &header, NULL, 0);
  g_autoptr (GBytes) packet = g_bytes_new (data, size);

  g_assert_cmpuint (size, ==, PACKET);
  yodel_stream_repair_on_sent (repair, packet, now_us);
}

static gboolean
is_answered (YodelStreamRepair *repair,
             guint16            number,
             gint64             now_us)
{
  g_autoptr (GBytes) packet = yodel_stream_repair_answer (repair, number, now_us);
  YodelRtpPacket parsed;

  if (packet == NULL)
    return FALSE;

  g_assert_true (yodel_rtp_packet_parse (&parsed, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet)));
  g_assert_cmpuint (parsed.sequence_number, ==, number);
  return TRUE;
}

static void
test_same_packet_leaves_again (void)
{
  g_autoptr (YodelStreamRepair) repair = yodel_stream_repair_new ();
  const YodelStreamRepairCounters *counters = yodel_stream_repair_get_counters (repair);

  yodel_stream_repair_set_rtt (repair, 40 * MS);
  g_assert_false (is_answered (repair, 65535, 0));
  for (guint i = 0; i < 4; i++)
    send_one (repair, 65534 + i, i * 20 * MS);

  yodel_stream_repair_on_request (repair);
  g_assert_true (is_answered (repair, 65535, 90 * MS));
  g_assert_false (is_answered (repair, 65535, 129 * MS));        /* on its way */
  g_assert_true (is_answered (repair, 0, 129 * MS));
  g_assert_false (is_answered (repair, 2, 129 * MS));            /* never sent */
  g_assert_cmpuint (counters->n_requests, ==, 1);
  g_assert_cmpuint (counters->n_packets, ==, 2);
  g_assert_cmpuint (counters->n_bytes, ==, 2 * PAYLOAD);
}

static void
test_what_is_old_is_gone (void)
{
  g_autoptr (YodelStreamRepair) repair = yodel_stream_repair_new ();

  for (guint i = 0; i < 2 * YODEL_STREAM_REPAIR_PACKETS; i++)
    send_one (repair, i, i * 20 * MS);
  g_assert_false (is_answered (repair, YODEL_STREAM_REPAIR_PACKETS - 1, 2600 * MS));
  g_assert_true (is_answered (repair, YODEL_STREAM_REPAIR_PACKETS, 2600 * MS));
}

/* Ten seconds in which all is asked for, all the time: half of it is sent once more, and what was
 * saved up before. */
static void
test_flood_gets_a_share (void)
{
  g_autoptr (YodelStreamRepair) repair = yodel_stream_repair_new ();
  const YodelStreamRepairCounters *counters = yodel_stream_repair_get_counters (repair);

  yodel_stream_repair_set_rtt (repair, 0);
  for (guint i = 0; i < 500; i++)
    {
      send_one (repair, i, i * 20 * MS);
      for (gint64 now_us = i * 20 * MS; now_us < (i + 1) * 20 * MS; now_us += MS)
        for (guint k = 0; k < YODEL_STREAM_REPAIR_PACKETS; k++)
          is_answered (repair, i - k, now_us);
    }
  g_assert_cmpuint (counters->n_packets, >, 500 / 2 - 5);
  g_assert_cmpuint (counters->n_packets, <=, 500 / 2 + 4000 / PACKET + 1);
  g_assert_cmpuint (counters->n_refused, >, 100000);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/stream-repair/same-packet-leaves-again", test_same_packet_leaves_again);
  g_test_add_func ("/rtp/stream-repair/what-is-old-is-gone", test_what_is_old_is_gone);
  g_test_add_func ("/rtp/stream-repair/flood-gets-a-share", test_flood_gets_a_share);
  return g_test_run ();
}
