/* The whole way of a repair, in bytes, over a network that loses: window and NACK generator on one
 * side, history and RTX on the other. */
#include "base/sequence.h"
#include "rtp/nack-generator.h"
#include "rtp/packet-history.h"
#include "rtp/receive-window.h"
#include "rtp/rtcp-write.h"
#include "rtp/rtx.h"

#include "lib/cases.h"
#include "lib/sim-network.h"

#include <string.h>

#define MEDIA_SSRC     0x11111111u
#define RTX_SSRC       0x22222222u
#define MEDIA_TYPE     96
#define RTX_TYPE       97
#define FIRST_NUMBER   65000             /* wraps soon */
#define N_PACKETS      10000
#define INTERVAL_US    2000
#define SETTLE_US      (3 * (gint64) G_USEC_PER_SEC)
#define LOWER_BYTES    28

typedef struct
{
  const char   *name;
  SimLinkConfig link;                    /* both ways */
  guint         max_missing;             /* of N_PACKETS */
  double        max_resent;              /* for each one lost on its first way */
  guint         max_needless;            /* resent, although the original came */
} Case;

#define MS 1000

static const Case cases[] = {
  { "clean",             { .delay_us = 50 * MS },                                  0, 0,   0 },
  { "one-percent",       { .delay_us = 50 * MS, .loss = 0.01 },                    0, 1.1, 0 },
  { "ten-percent",       { .delay_us = 50 * MS, .loss = 0.1 },                     0, 1.3, 0 },
  { "quarter-near",      { .delay_us = 10 * MS, .loss = 0.25 },                    5, 1.5, 0 },
  { "quarter-far",       { .delay_us = 150 * MS, .loss = 0.25 },                  60, 1.5, 0 },
  { "bursts",            { .delay_us = 50 * MS, .burst_loss = 0.05, .burst_packets = 10 },
                                                                                   0, 1.3, 0 },
  { "jitter",            { .delay_us = 50 * MS, .loss = 0.02, .jitter_us = 3 * MS },
                                                                                   0, 1.3, 5 },
  { "overtaking",        { .delay_us = 50 * MS, .reordered = 0.02, .reordered_us = 12 * MS },
                                                                                   0, 0,   5 },
  { "overtaking-and-loss", { .delay_us = 50 * MS, .loss = 0.01,
                             .reordered = 0.02, .reordered_us = 12 * MS },         0, 1.3, 40 },
  { "duplicates",        { .delay_us = 50 * MS, .loss = 0.02, .duplicates = 0.1 }, 0, 1.2, 0 },
};

typedef struct
{
  SimNetwork         *network;
  YodelPacketHistory *history;
  YodelNackGenerator *nack;
  YodelReceiveWindow  window;
  YodelUnwrapper      unwrapper;
  guint16             rtx_number;

  gboolean            original_came[N_PACKETS];
  gboolean            resent[N_PACKETS];
  gboolean            arrived[N_PACKETS];
  guint               n_resent;
} Call;

static void
send_bytes (Call         *call,
            SimDirection  direction,
            const guint8 *data,
            gsize         size,
            gint64        now_us)
{
  sim_network_send (call->network, 0, direction, g_bytes_new (data, size),
                    size + LOWER_BYTES, now_us);
}

static void
send_media (Call   *call,
            guint   index,
            gint64  now_us)
{
  const guint8 payload[] = { index >> 8, index };
  const YodelRtpPacket header = {
    .payload_type = MEDIA_TYPE, .ssrc = MEDIA_SSRC, .timestamp = index,
    .sequence_number = (guint16) (FIRST_NUMBER + index),
    .payload = payload, .payload_bytes = sizeof payload,
  };
  guint8 buffer[64];
  gsize size = yodel_rtp_packet_write (buffer, sizeof buffer, &header, NULL, 0);
  g_autoptr (GBytes) packet = g_bytes_new (buffer, size);

  yodel_packet_history_push (call->history, header.sequence_number, packet, now_us);
  send_bytes (call, SIM_FORTH, buffer, size, now_us);
}

/* At the sender. */
static void
answer_requests (Call   *call,
                 GBytes *datagram,
                 gint64  now_us)
{
  YodelRtcpReader reader;
  YodelRtcpPacket rtcp;
  guint16 numbers[YODEL_NACK_MAX_MISSING];
  guint32 ssrc;
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);

  g_assert_true (yodel_rtcp_reader_init (&reader, data, size));
  while (yodel_rtcp_reader_next (&reader, &rtcp))
    {
      guint n = yodel_rtcp_parse_nack (&rtcp, &ssrc, numbers, G_N_ELEMENTS (numbers));

      for (guint i = 0; i < n; i++)
        {
          g_autoptr (GBytes) original = yodel_packet_history_resend (call->history, numbers[i],
                                                                     now_us);
          guint8 buffer[64];

          if (original == NULL)
            continue;
          size = yodel_rtx_write (buffer, sizeof buffer, g_bytes_get_data (original, NULL),
                                  g_bytes_get_size (original), RTX_SSRC, RTX_TYPE,
                                  call->rtx_number++);
          send_bytes (call, SIM_FORTH, buffer, size, now_us);
          call->resent[(guint16) (numbers[i] - FIRST_NUMBER)] = TRUE;
          call->n_resent++;
        }
    }
}

/* At the receiver. */
static void
receive (Call   *call,
         GBytes *datagram,
         gint64  now_us)
{
  YodelRtpPacket packet;
  gboolean recovered;
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);
  guint index;
  gint64 sequence;

  g_assert_true (yodel_rtp_packet_parse (&packet, data, size));
  recovered = packet.ssrc == RTX_SSRC;
  if (recovered)
    g_assert_true (yodel_rtx_unwrap (&packet, &packet, MEDIA_SSRC, MEDIA_TYPE));

  index = packet.payload[0] << 8 | packet.payload[1];
  g_assert_cmpuint (packet.sequence_number, ==, (guint16) (FIRST_NUMBER + index));
  call->original_came[index] |= !recovered;

  sequence = yodel_unwrapper_next16 (&call->unwrapper, packet.sequence_number);
  switch (yodel_receive_window_push (&call->window, sequence))
    {
    case YODEL_ARRIVAL_NEW:
    case YODEL_ARRIVAL_LATE:
      g_assert_false (call->arrived[index]);
      call->arrived[index] = TRUE;
      yodel_nack_generator_push (call->nack, sequence, recovered, now_us);
      break;
    case YODEL_ARRIVAL_DUPLICATE:
      g_assert_true (call->arrived[index]);
      break;
    case YODEL_ARRIVAL_TOO_OLD:
      break;
    }
}

static void
send_requests (Call   *call,
               gint64  now_us)
{
  guint16 numbers[YODEL_NACK_MAX_MISSING];
  guint n = yodel_nack_generator_poll (call->nack, numbers, G_N_ELEMENTS (numbers), now_us);
  guint8 buffer[1200];

  for (guint written = 0; written < n; )
    {
      YodelByteWriter writer = yodel_byte_writer_init (buffer, sizeof buffer);

      written += yodel_rtcp_write_nack (&writer, 1, MEDIA_SSRC, numbers + written, n - written);
      send_bytes (call, SIM_BACK, buffer, writer.size, now_us);
    }
}

static void
run (Call *call)
{
  gint64 end_us = (gint64) N_PACKETS * INTERVAL_US + SETTLE_US;
  gint64 now_us = 0;
  SimDelivery delivery;
  guint sent = 0;

  while (now_us < end_us)
    {
      for (; sent < N_PACKETS && (gint64) sent * INTERVAL_US <= now_us; sent++)
        send_media (call, sent, now_us);

      while (sim_network_poll (call->network, &delivery, now_us))
        {
          if (delivery.direction == SIM_FORTH)
            receive (call, delivery.packet, now_us);
          else
            answer_requests (call, delivery.packet, now_us);
          g_bytes_unref (delivery.packet);
        }
      send_requests (call, now_us);

      now_us = MIN (sent < N_PACKETS ? (gint64) sent * INTERVAL_US : end_us,
                    MIN (sim_network_next_deadline_us (call->network),
                         yodel_nack_generator_next_deadline_us (call->nack)));
    }
}

static void
test_repair (gconstpointer data)
{
  const Case *c = data;
  g_autofree Call *call = g_new0 (Call, 1);
  gint64 rtt_us = 2 * (c->link.delay_us + 2 * c->link.jitter_us);
  guint n_lost = 0, n_missing = 0, n_needless = 0, end = N_PACKETS;

  call->network = sim_network_new (1);
  call->history = yodel_packet_history_new (2048);
  call->nack = yodel_nack_generator_new ();
  yodel_receive_window_init (&call->window, 1024);
  sim_network_set_link (call->network, SIM_FORTH, &c->link);
  sim_network_set_link (call->network, SIM_BACK, &c->link);
  yodel_packet_history_set_rtt (call->history, rtt_us);
  yodel_nack_generator_set_rtt (call->nack, rtt_us);

  run (call);
  while (!call->original_came[end - 1])        /* nothing came after these to show the gap */
    end--;
  for (guint i = 0; i < end; i++)
    {
      n_lost += !call->original_came[i];
      n_missing += !call->arrived[i];
      n_needless += call->resent[i] && call->original_came[i];
    }
  g_test_message ("%u lost, %u missing, %u resent, %u of them needlessly; waits %" G_GINT64_FORMAT
                  " us", n_lost, n_missing, call->n_resent, n_needless,
                  yodel_nack_generator_get_wait_us (call->nack));

  if (c->link.loss > 0 || c->link.burst_loss > 0)
    g_assert_cmpuint (n_lost, >, N_PACKETS * MAX (c->link.loss, c->link.burst_loss) / 2);
  g_assert_cmpuint (n_missing, <=, c->max_missing);
  g_assert_cmpuint (n_needless, <=, c->max_needless);
  g_assert_cmpfloat (call->n_resent, <=, c->max_resent * n_lost + c->max_needless);
  g_assert_cmpuint (yodel_nack_generator_get_n_missing (call->nack), ==, 0);

  yodel_nack_generator_free (call->nack);
  yodel_packet_history_free (call->history);
  sim_network_free (call->network);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/repair/", cases, test_repair);
  return g_test_run ();
}
