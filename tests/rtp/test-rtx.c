#include "rtp/rtx.h"

#include "lib/cases.h"
#include "lib/hex.h"

typedef struct
{
  const char *name;
  const char *original;
  const char *rtx;           /* NULL: cannot be wrapped */
} Case;

static const Case cases[] = {
  { "plain",     "80601234 00000064 11111111 aabb",
                 "80610007 00000064 22222222 1234 aabb" },
  { "marker",    "80e01234 00000064 11111111 aabb",
                 "80e10007 00000064 22222222 1234 aabb" },
  { "extension-stays", "90601234 00000064 11111111 bede0001 10ff0000 aabb",
                 "90610007 00000064 22222222 bede0001 10ff0000 1234 aabb" },
  { "csrc-stays", "81601234 00000064 11111111 99999999 aabb",
                 "81610007 00000064 22222222 99999999 1234 aabb" },
  { "padding-goes", "a0601234 00000064 11111111 aabb 0002",
                 "80610007 00000064 22222222 1234 aabb" },
  { "no-payload", "80601234 00000064 11111111",
                 "80610007 00000064 22222222 1234" },
  { "not-rtp",   "40601234 00000064 11111111 aabb", NULL },
};

static void
test_write (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) original = from_hex (c->original);
  guint8 buffer[64];
  gsize size = yodel_rtx_write (buffer, sizeof buffer, original->data, original->len,
                                0x22222222, 97, 7);
  YodelRtpPacket sent, rtx, back;

  if (c->rtx == NULL)
    {
      g_assert_cmpuint (size, ==, 0);
      return;
    }

  assert_bytes_are_hex (buffer, size, c->rtx);
  g_assert_true (yodel_rtp_packet_parse (&sent, original->data, original->len));
  g_assert_true (yodel_rtp_packet_parse (&rtx, buffer, size));
  g_assert_true (yodel_rtx_unwrap (&back, &rtx, 0x11111111, 96));
  g_assert_cmphex (back.ssrc, ==, sent.ssrc);
  g_assert_cmpuint (back.payload_type, ==, sent.payload_type);
  g_assert_cmpuint (back.sequence_number, ==, sent.sequence_number);
  g_assert_cmpuint (back.timestamp, ==, sent.timestamp);
  g_assert_cmpint (back.marker, ==, sent.marker);
  g_assert_cmpmem (back.extension, back.extension_bytes, sent.extension, sent.extension_bytes);
  g_assert_cmpmem (back.payload, back.payload_bytes, sent.payload, sent.payload_bytes);

  for (gsize capacity = 0; capacity < size; capacity++)
    g_assert_cmpuint (yodel_rtx_write (buffer, capacity, original->data, original->len,
                                       0x22222222, 97, 7), ==, 0);
}

typedef struct
{
  const char *name;
  const char *rtx;
  gboolean    valid;
} UnwrapCase;

static const UnwrapCase unwrap_cases[] = {
  { "padding-alone",             "a0610007 00000064 22222222 00000004",      FALSE },
  { "no-payload",                "80610007 00000064 22222222",               FALSE },
  { "half-a-number",             "80610007 00000064 22222222 12",            FALSE },
  { "half-a-number-and-padding", "a0610007 00000064 22222222 12 0002",       FALSE },
  { "padding-behind-payload",    "a0610007 00000064 22222222 1234 aa 0002",  TRUE },
};

static void
test_unwrap (gconstpointer data)
{
  const UnwrapCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->rtx);
  YodelRtpPacket rtx, back = { .ssrc = 7 };

  g_assert_true (yodel_rtp_packet_parse (&rtx, bytes->data, bytes->len));
  g_assert_cmpint (yodel_rtx_unwrap (&back, &rtx, 3, 96), ==, c->valid);
  g_assert_cmpuint (back.ssrc, ==, c->valid ? 3 : 7);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/rtx/there-and-back/", cases, test_write);
  ADD_CASES ("/rtp/rtx/unwrap/", unwrap_cases, test_unwrap);
  return g_test_run ();
}
