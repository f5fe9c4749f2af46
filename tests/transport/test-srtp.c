#include "transport/srtp.h"

#include <string.h>

#define PACKET_BYTES 60

typedef struct
{
  const char       *name;
  YodelSrtpProfile  profile;
  gsize             rtp_overhead;
} Case;

static const Case cases[] = {
  { "sha1-80", YODEL_SRTP_AES128_CM_HMAC_SHA1_80, 10 },
  { "sha1-32", YODEL_SRTP_AES128_CM_HMAC_SHA1_32, 4 },
};

static YodelSrtp *
create (YodelSrtpProfile profile,
        gboolean         swapped)
{
  YodelSrtpKeys keys = { .profile = profile };

  memset (keys.send_master, swapped ? 2 : 1, sizeof keys.send_master);
  memset (keys.receive_master, swapped ? 1 : 2, sizeof keys.receive_master);
  return yodel_srtp_new (&keys);
}

static gsize
write_rtp (guint8  *packet,
           guint32  ssrc,
           guint16  sequence)
{
  memset (packet, 0x55, PACKET_BYTES);
  memcpy (packet, (const guint8[]) { 0x80, 111, (guint8) (sequence >> 8), (guint8) sequence, 0, 0, 0, 1,
                                     (guint8) (ssrc >> 24), (guint8) (ssrc >> 16), (guint8) (ssrc >> 8), (guint8) ssrc }, 12);
  return PACKET_BYTES;
}

static YodelSrtpResult
pass (YodelSrtp *from,
      YodelSrtp *to,
      guint32    ssrc,
      guint16    sequence)
{
  guint8 packet[PACKET_BYTES + YODEL_SRTP_MAX_OVERHEAD_BYTES];
  gsize size = write_rtp (packet, ssrc, sequence);

  g_assert_true (yodel_srtp_protect (from, packet, &size, FALSE));
  return yodel_srtp_unprotect (to, packet, &size, FALSE);
}

static void
test_round_trip (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (YodelSrtp) a = create (c->profile, FALSE);
  g_autoptr (YodelSrtp) b = create (c->profile, TRUE);
  guint8 packet[PACKET_BYTES + YODEL_SRTP_MAX_OVERHEAD_BYTES], plain[PACKET_BYTES];
  gsize size = write_rtp (packet, 1, 7);

  memcpy (plain, packet, sizeof plain);
  g_assert_true (yodel_srtp_protect (a, packet, &size, FALSE));
  g_assert_cmpuint (size, ==, PACKET_BYTES + c->rtp_overhead);
  g_assert_cmpint (memcmp (packet + 12, plain + 12, sizeof plain - 12), !=, 0);
  g_assert_cmpint (yodel_srtp_unprotect (b, packet, &size, FALSE), ==, YODEL_SRTP_OK);
  g_assert_cmpmem (packet, size, plain, sizeof plain);

  packet[1] = 200;      /* RTCP: a sender report's header, and 80 bits and an index whatever the profile */
  g_assert_true (yodel_srtp_protect (b, packet, &size, TRUE));
  g_assert_cmpuint (size, ==, PACKET_BYTES + 14);
  g_assert_cmpint (yodel_srtp_unprotect (a, packet, &size, TRUE), ==, YODEL_SRTP_OK);
  g_assert_cmpuint (size, ==, PACKET_BYTES);
}

static void
test_replay (void)
{
  g_autoptr (YodelSrtp) a = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, FALSE);
  g_autoptr (YodelSrtp) b = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, TRUE);
  guint8 kept[3][PACKET_BYTES + YODEL_SRTP_MAX_OVERHEAD_BYTES];
  gsize sizes[3];

  for (guint i = 0; i < 3; i++)
    {
      sizes[i] = write_rtp (kept[i], 1, (guint16) (1000 + i));
      g_assert_true (yodel_srtp_protect (a, kept[i], &sizes[i], FALSE));
    }
  for (guint round = 0; round < 2; round++)
    {
      guint8 copy[sizeof kept[0]];
      gsize size = sizes[0];

      memcpy (copy, kept[0], sizeof copy);
      g_assert_cmpint (yodel_srtp_unprotect (b, copy, &size, FALSE), ==, round == 0 ? YODEL_SRTP_OK : YODEL_SRTP_REPLAYED);
    }

  /* Late by less than the window: taken.  By more: not. */
  g_assert_cmpint (pass (a, b, 1, 1000 + 600), ==, YODEL_SRTP_OK);
  g_assert_cmpint (yodel_srtp_unprotect (b, kept[1], &sizes[1], FALSE), ==, YODEL_SRTP_OK);
  g_assert_cmpint (pass (a, b, 1, 1002 + YODEL_SRTP_REPLAY_WINDOW + 10), ==, YODEL_SRTP_OK);
  g_assert_cmpint (yodel_srtp_unprotect (b, kept[2], &sizes[2], FALSE), ==, YODEL_SRTP_REPLAYED);
}

static void
test_forged (void)
{
  g_autoptr (YodelSrtp) a = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, FALSE);
  g_autoptr (YodelSrtp) b = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, TRUE);

  for (guint i = 0; i < PACKET_BYTES + 10; i++)
    {
      guint8 packet[PACKET_BYTES + YODEL_SRTP_MAX_OVERHEAD_BYTES];
      gsize size = write_rtp (packet, 1, (guint16) i);

      g_assert_true (yodel_srtp_protect (a, packet, &size, FALSE));
      packet[i] ^= 0x10;
      g_assert_cmpint (yodel_srtp_unprotect (b, packet, &size, FALSE), !=, YODEL_SRTP_OK);
    }
}

/* A peer cannot make the table of streams grow for ever; those it has go on. */
static void
test_streams_are_bounded (void)
{
  g_autoptr (YodelSrtp) a = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, FALSE);
  g_autoptr (YodelSrtp) b = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, TRUE);
  guint8 forged[PACKET_BYTES + 10];

  for (guint32 i = 0; i < 1000; i++)      /* strangers do not count */
    {
      gsize size = sizeof forged;

      write_rtp (forged, 5000 + i, 1);
      memset (forged + PACKET_BYTES, 0, 10);
      g_assert_cmpint (yodel_srtp_unprotect (b, forged, &size, FALSE), ==, YODEL_SRTP_AUTH_FAILED);
    }
  for (guint32 ssrc = 0; ssrc < YODEL_TRANSPORT_MAX_STREAMS; ssrc++)
    g_assert_cmpint (pass (a, b, ssrc, 1), ==, YODEL_SRTP_OK);
  g_assert_cmpint (pass (a, b, YODEL_TRANSPORT_MAX_STREAMS, 1), ==, YODEL_SRTP_TOO_MANY_STREAMS);
  g_assert_cmpint (pass (a, b, 3, 2), ==, YODEL_SRTP_OK);
}

static void
test_short (void)
{
  g_autoptr (YodelSrtp) a = create (YODEL_SRTP_AES128_CM_HMAC_SHA1_80, FALSE);

  for (gsize n = 0; n < 40; n++)
    for (guint rtcp = 0; rtcp < 2; rtcp++)
      for (guint first = 0x80; first < 0xc0; first++)
        {
          g_autofree guint8 *packet = g_malloc0 (n + 1);
          gsize size = n;

          packet[0] = (guint8) first;
          g_assert_cmpint (yodel_srtp_unprotect (a, packet, &size, rtcp == 1), !=, YODEL_SRTP_OK);
          g_assert_cmpuint (size, ==, n);
        }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/transport/srtp/round-trip/", cases[i].name, NULL);
      g_test_add_data_func (path, &cases[i], test_round_trip);
    }
  g_test_add_func ("/transport/srtp/replayed-packets-are-refused", test_replay);
  g_test_add_func ("/transport/srtp/a-changed-bit-is-refused", test_forged);
  g_test_add_func ("/transport/srtp/streams-are-bounded", test_streams_are_bounded);
  g_test_add_func ("/transport/srtp/short-packets", test_short);
  return g_test_run ();
}
