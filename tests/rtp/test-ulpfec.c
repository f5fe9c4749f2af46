#include "rtp/ulpfec.h"

#include <string.h>

/* Packets of different lengths, some with the marker, across the end of the sequence numbers. */
static gsize
make_packet (guint8  *buffer,
             guint16  sequence)
{
  guint8 payload[1200];
  YodelRtpPacket header = {
    .marker = sequence % 5 == 4, .payload_type = 96, .sequence_number = sequence,
    .timestamp = 1000 + sequence / 5 * 3000, .ssrc = 0xabcdef01,
    .payload = payload, .payload_bytes = 50 + sequence * 37 % 1000,
  };

  for (guint i = 0; i < sizeof payload; i++)
    payload[i] = sequence * 31 + i * 7;
  return yodel_rtp_packet_write (buffer, YODEL_ULPFEC_MAX_PACKET_BYTES, &header, NULL, 0);
}

static gsize
protect (guint8  *payload,
         guint16  first,
         guint    n,
         guint    step)
{
  static guint8 data[YODEL_ULPFEC_MAX_SPAN + 2][YODEL_ULPFEC_MAX_PACKET_BYTES];
  YodelUlpfecPacket packets[YODEL_ULPFEC_MAX_SPAN + 2] = { { NULL, 0 } };

  for (guint i = 0; i < n; i++)
    packets[i] = (YodelUlpfecPacket) { data[i], make_packet (data[i], first + i * step) };
  return yodel_ulpfec_write (payload, YODEL_ULPFEC_MAX_PACKET_BYTES, packets, n);
}

static void
push (YodelUlpfecReceiver *receiver,
      guint16              sequence)
{
  guint8 packet[YODEL_ULPFEC_MAX_PACKET_BYTES];

  yodel_ulpfec_receiver_push_media (receiver, packet, make_packet (packet, sequence));
}

static void
assert_recovers (YodelUlpfecReceiver *receiver,
                 guint16              sequence)
{
  guint8 packet[YODEL_ULPFEC_MAX_PACKET_BYTES];
  gsize size = make_packet (packet, sequence);
  g_autoptr (GBytes) recovered = yodel_ulpfec_receiver_pop (receiver);

  g_assert_nonnull (recovered);
  g_assert_cmpmem (g_bytes_get_data (recovered, NULL), g_bytes_get_size (recovered), packet, size);
}

/* Each of the packets in turn is the one that is lost. */
static void
test_any_one (gconstpointer data)
{
  guint step = GPOINTER_TO_UINT (data);
  const guint n = 5;
  const guint16 first = 65533;

  for (guint lost = 0; lost < n; lost++)
    {
      g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
      guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];
      gsize size = protect (payload, first, n, step);

      g_assert_cmpuint (size, >, 0);
      for (guint i = 0; i < n; i++)
        if (i != lost)
          push (receiver, first + i * step);
      g_assert_null (yodel_ulpfec_receiver_pop (receiver));
      g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, size));
      assert_recovers (receiver, first + lost * step);
      g_assert_null (yodel_ulpfec_receiver_pop (receiver));
    }
}

/* Two lost are one too many, until one of them comes. */
static void
test_waits_for_the_second (void)
{
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];
  gsize size = protect (payload, 10, 4, 1);

  push (receiver, 10);
  push (receiver, 13);
  g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, size));
  g_assert_null (yodel_ulpfec_receiver_pop (receiver));
  push (receiver, 12);
  assert_recovers (receiver, 11);
}

/* What one protection brings back lets another one work. */
static void
test_one_helps_another (void)
{
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];

  push (receiver, 20);
  push (receiver, 23);
  g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, protect (payload, 20, 4, 1)));
  g_assert_null (yodel_ulpfec_receiver_pop (receiver));
  g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, protect (payload, 20, 2, 1)));
  assert_recovers (receiver, 21);
  assert_recovers (receiver, 22);
}

static void
test_nothing_lost (void)
{
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];

  for (guint i = 0; i < 5; i++)
    push (receiver, i);
  g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, protect (payload, 0, 5, 1)));
  g_assert_null (yodel_ulpfec_receiver_pop (receiver));
}

static void
test_too_old (void)
{
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];

  push (receiver, 100);
  for (guint i = 0; i < 2 * YODEL_ULPFEC_MEDIA; i++)
    push (receiver, 102 + i);
  g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, protect (payload, 100, 2, 1)));
  g_assert_null (yodel_ulpfec_receiver_pop (receiver));
}

/* However many come, the last ones are held. */
static void
test_holds_the_last (void)
{
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];
  guint n = 0;
  GBytes *packet;

  push (receiver, 0);
  for (guint i = 0; i < 2 * YODEL_ULPFEC_PROTECTIONS; i++)
    g_assert_true (yodel_ulpfec_receiver_push (receiver, payload, protect (payload, 1 + 2 * i, 2, 1)));
  for (guint i = 0; i < 2 * YODEL_ULPFEC_PROTECTIONS; i++)
    push (receiver, 1 + 2 * i);
  while ((packet = yodel_ulpfec_receiver_pop (receiver)) != NULL)
    {
      g_bytes_unref (packet);
      n++;
    }
  g_assert_cmpuint (n, ==, YODEL_ULPFEC_PROTECTIONS);
}

static void
test_limits (void)
{
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];

  g_assert_cmpuint (protect (payload, 0, 0, 1), ==, 0);
  g_assert_cmpuint (protect (payload, 0, YODEL_ULPFEC_MAX_SPAN, 1), >, 0);
  g_assert_cmpuint (protect (payload, 0, YODEL_ULPFEC_MAX_SPAN + 1, 1), ==, 0);
}

static void
test_refuses (void)
{
  static const struct { guint at; guint8 value; } bad[] = {
    { 0, 0xc0 },          /* E */
    { 10, 0xff },         /* longer than it is */
  };
  g_autoptr (YodelUlpfecReceiver) receiver = yodel_ulpfec_receiver_new ();
  guint8 payload[YODEL_ULPFEC_MAX_PACKET_BYTES];
  gsize size = protect (payload, 0, 3, 1);

  for (gsize i = 0; i < size; i++)
    g_assert_false (yodel_ulpfec_receiver_push (receiver, payload, i));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      guint8 before = payload[bad[i].at];

      payload[bad[i].at] = bad[i].value;
      g_assert_false (yodel_ulpfec_receiver_push (receiver, payload, size));
      payload[bad[i].at] = before;
    }
  memset (payload + 12, 0, 6);
  g_assert_false (yodel_ulpfec_receiver_push (receiver, payload, size));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/rtp/ulpfec/any-one-of-a-row", GUINT_TO_POINTER (1), test_any_one);
  g_test_add_data_func ("/rtp/ulpfec/any-one-of-every-third", GUINT_TO_POINTER (3), test_any_one);
  g_test_add_data_func ("/rtp/ulpfec/any-one-of-every-eleventh", GUINT_TO_POINTER (11), test_any_one);
  g_test_add_func ("/rtp/ulpfec/waits-for-the-second", test_waits_for_the_second);
  g_test_add_func ("/rtp/ulpfec/one-helps-another", test_one_helps_another);
  g_test_add_func ("/rtp/ulpfec/nothing-lost", test_nothing_lost);
  g_test_add_func ("/rtp/ulpfec/too-old", test_too_old);
  g_test_add_func ("/rtp/ulpfec/holds-the-last", test_holds_the_last);
  g_test_add_func ("/rtp/ulpfec/limits", test_limits);
  g_test_add_func ("/rtp/ulpfec/refuses-what-is-malformed", test_refuses);
  return g_test_run ();
}
