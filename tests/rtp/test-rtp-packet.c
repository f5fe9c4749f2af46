#include "rtp/rtp-packet.h"

#include "lib/cases.h"
#include "lib/hex.h"

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  gsize       payload_bytes;
} Case;

static const Case cases[] = {
  { "plain",                     "806f0001 00000002 00000003 aabb",          TRUE,  2 },
  { "no-payload",                "806f0001 00000002 00000003",               TRUE,  0 },
  { "padding-is-taken-off",      "a06f0001 00000002 00000003 aa0002",        TRUE,  1 },
  { "nothing-but-padding",       "a06f0001 00000002 00000003 000003",        TRUE,  0 },
  { "padding-longer-than-packet", "a06f0001 00000002 00000003 aa0004",       FALSE, 0 },
  { "padding-of-zero",           "a06f0001 00000002 00000003 aa0000",        FALSE, 0 },
  { "padding-of-nothing",        "a06f0001 00000002 00000003",               FALSE, 0 },
  { "csrc-list-is-skipped",      "826f0001 00000002 00000003 00000004 00000005 aa", TRUE, 1 },
  { "csrc-list-past-the-end",    "826f0001 00000002 00000003 00000004",      FALSE, 0 },
  { "extension",                 "906f0001 00000002 00000003 bede0001 10ff0000 aa", TRUE, 1 },
  { "extension-of-nothing",      "906f0001 00000002 00000003 bede0000 aa",   TRUE,  1 },
  { "extension-past-the-end",    "906f0001 00000002 00000003 bedeffff",      FALSE, 0 },
  { "extension-header-cut",      "906f0001 00000002 00000003 bede",          FALSE, 0 },
  { "padding-into-extension",    "b06f0001 00000002 00000003 bede0001 00000004", FALSE, 0 },
  { "version-1",                 "406f0001 00000002 00000003 aabb",          FALSE, 0 },
  { "short-header",              "806f0001 00000002 000003",                 FALSE, 0 },
  { "empty",                     "",                                         FALSE, 0 },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelRtpPacket packet = { .ssrc = 7 };

  g_assert_cmpint (yodel_rtp_packet_parse (&packet, bytes->data, bytes->len), ==, c->valid);
  g_assert_cmpuint (packet.ssrc, ==, c->valid ? 3 : 7);   /* untouched on failure */
  g_assert_cmpuint (packet.payload_bytes, ==, c->payload_bytes);
}

static void
test_fields (void)
{
  g_autoptr (GByteArray) bytes = from_hex ("b0ef1234 89abcdef 76543210 bede0001 51220000 aabb0002");
  YodelRtpPacket packet;

  g_assert_true (yodel_rtp_packet_parse (&packet, bytes->data, bytes->len));
  g_assert_true (packet.marker);
  g_assert_cmpuint (packet.payload_type, ==, 0x6f);
  g_assert_cmpuint (packet.sequence_number, ==, 0x1234);
  g_assert_cmpuint (packet.timestamp, ==, 0x89abcdef);
  g_assert_cmpuint (packet.ssrc, ==, 0x76543210);
  g_assert_cmpuint (packet.extension_profile, ==, YODEL_RTP_ONE_BYTE_PROFILE);
  g_assert_cmpuint (packet.extension_bytes, ==, 4);
  g_assert_cmpuint (packet.padding_bytes, ==, 2);
  assert_bytes_are_hex (packet.payload, packet.payload_bytes, "aabb");
}

typedef struct
{
  const char *name;
  const char *extension;     /* profile and length come before it */
  guint16     profile;
  guint8      id;
  const char *value;         /* NULL: is not found */
} FindCase;

static const FindCase find_cases[] = {
  { "one-byte/first",                 "10aa2011",           0xbede, 1,   "aa" },
  { "one-byte/after-another",         "10aa21bbcc000000",   0xbede, 2,   "bbcc" },
  { "one-byte/after-padding",         "10aa000021bbcc00",   0xbede, 2,   "bbcc" },
  { "one-byte/absent",                "10aa2011",           0xbede, 3,   NULL },
  { "one-byte/past-the-end",          "00001faa",           0xbede, 1,   NULL },
  { "one-byte/id-15-ends-the-list",   "f0aa10bb",           0xbede, 1,   NULL },
  { "one-byte/id-15-is-not-found",    "f0aa10bb",           0xbede, 15,  NULL },
  { "one-byte/long-padding-ends-it",  "01aa10bb",           0xbede, 1,   NULL },
  { "one-byte/id-0-is-not-found",     "00000000",           0xbede, 0,   NULL },
  { "two-byte/first",                 "0101aa00",           0x1000, 1,   "aa" },
  { "two-byte/empty-value",           "01000000",           0x1000, 1,   "" },
  { "two-byte/high-id",               "0101aaff02bbcc00",   0x1000, 255, "bbcc" },
  { "two-byte/application-bits",      "0101aa00",           0x100f, 1,   "aa" },
  { "two-byte/past-the-end",          "0103aabb",           0x1000, 1,   NULL },
  { "two-byte/size-cut-off",          "00000001",           0x1000, 1,   NULL },
  { "unknown-profile",                "10aa2011",           0xabac, 1,   NULL },
};

static void
test_find (gconstpointer data)
{
  const FindCase *c = data;
  g_autoptr (GByteArray) extension = from_hex (c->extension);
  YodelRtpPacket packet = {
    .extension_profile = c->profile,
    .extension = extension->data,
    .extension_bytes = extension->len,
  };
  const guint8 *value = NULL;
  gsize size = 77;

  g_assert_cmpint (yodel_rtp_packet_find_extension (&packet, c->id, &value, &size),
                   ==, c->value != NULL);
  if (c->value != NULL)
    assert_bytes_are_hex (value, size, c->value);
  else
    g_assert_cmpuint (size, ==, 77);
}

typedef struct
{
  const char *name;
  struct
  {
    guint8      id;
    const char *value;
  }           extensions[3];
  gsize       padding_bytes;
  const char *hex;
} WriteCase;

static const WriteCase write_cases[] = {
  { "plain", { { 0 } }, 0, "80e01234 00000064 deadbeef aabbcc" },
  { "padded", { { 0 } }, 4, "a0e01234 00000064 deadbeef aabbcc 00000004" },
  { "one-byte-form", { { 1, "11" }, { 3, "2233" } }, 0,
    "90e01234 00000064 deadbeef bede0002 1011 312233 000000 aabbcc" },
  { "one-byte-form-full", { { 14, "00112233445566778899aabbccddeeff" } }, 0,
    "90e01234 00000064 deadbeef bede0005 ef 00112233445566778899aabbccddeeff 000000 aabbcc" },
  { "two-byte-form-for-a-high-id", { { 15, "11" }, { 3, "2233" } }, 0,
    "90e01234 00000064 deadbeef 10000002 0f0111 03022233 00 aabbcc" },
  { "two-byte-form-for-an-empty-value", { { 1, "" } }, 1,
    "b0e01234 00000064 deadbeef 10000001 01000000 aabbcc 01" },
  { "two-byte-form-for-a-long-value", { { 1, "00112233445566778899aabbccddeeff00" } }, 0,
    "90e01234 00000064 deadbeef 10000005 0111 00112233445566778899aabbccddeeff00 00 aabbcc" },
};

static guint
make_extensions (const WriteCase   *c,
                 YodelRtpExtension *extensions,
                 GPtrArray         *owned)
{
  guint n;

  for (n = 0; n < G_N_ELEMENTS (c->extensions) && c->extensions[n].id != 0; n++)
    {
      GByteArray *bytes = from_hex (c->extensions[n].value);

      g_ptr_array_add (owned, bytes);
      extensions[n] = (YodelRtpExtension) { c->extensions[n].id, bytes->data, bytes->len };
    }
  return n;
}

static void
test_write (gconstpointer data)
{
  const WriteCase *c = data;
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  YodelRtpExtension extensions[3];
  guint n_extensions = make_extensions (c, extensions, owned);
  static const guint8 payload[] = { 0xaa, 0xbb, 0xcc };
  YodelRtpPacket header = {
    .marker = TRUE, .payload_type = 96, .sequence_number = 0x1234, .timestamp = 100,
    .ssrc = 0xdeadbeef, .payload = payload, .payload_bytes = 3, .padding_bytes = c->padding_bytes,
  };
  guint8 buffer[64];
  gsize size = yodel_rtp_packet_write (buffer, sizeof buffer, &header, extensions, n_extensions);
  YodelRtpPacket packet;

  assert_bytes_are_hex (buffer, size, c->hex);

  /* What was written is read, and what is a byte too small is not written. */
  g_assert_true (yodel_rtp_packet_parse (&packet, buffer, size));
  g_assert_cmpmem (packet.payload, packet.payload_bytes, payload, 3);
  for (guint i = 0; i < n_extensions; i++)
    {
      const guint8 *value;
      gsize value_bytes;

      g_assert_true (yodel_rtp_packet_find_extension (&packet, extensions[i].id,
                                                      &value, &value_bytes));
      g_assert_cmpmem (value, value_bytes, extensions[i].data, extensions[i].size);
    }
  for (gsize capacity = 0; capacity < size; capacity++)
    g_assert_cmpuint (yodel_rtp_packet_write (buffer, capacity, &header,
                                              extensions, n_extensions), ==, 0);
}

static void
test_write_refuses (void)
{
  static const guint8 value[300] = { 0 };
  guint8 buffer[512];
  YodelRtpPacket header = { .payload_type = 96 };
  YodelRtpExtension id_zero = { 0, value, 1 };
  YodelRtpExtension too_long = { 1, value, 256 };

  g_assert_cmpuint (yodel_rtp_packet_write (buffer, 512, &header, &id_zero, 1), ==, 0);
  g_assert_cmpuint (yodel_rtp_packet_write (buffer, 512, &header, &too_long, 1), ==, 0);
  header.padding_bytes = 256;
  g_assert_cmpuint (yodel_rtp_packet_write (buffer, 512, &header, NULL, 0), ==, 0);
  header.padding_bytes = 255;
  g_assert_cmpuint (yodel_rtp_packet_write (buffer, 512, &header, NULL, 0), ==, 12 + 255);
  header.payload_type = 128;
  g_assert_cmpuint (yodel_rtp_packet_write (buffer, 512, &header, NULL, 0), ==, 0);
}

static void
test_set_extension (void)
{
  g_autoptr (GByteArray) bytes = from_hex ("90600001 00000002 00000003 bede0002 1011 310000 000000 aa");
  static const guint8 value[] = { 0xab, 0xcd };

  g_assert_true (yodel_rtp_packet_set_extension (bytes->data, bytes->len, 3, value, 2));
  assert_bytes_are_hex (bytes->data, bytes->len,
                        "90600001 00000002 00000003 bede0002 1011 31abcd 000000 aa");
  g_assert_false (yodel_rtp_packet_set_extension (bytes->data, bytes->len, 3, value, 1));
  g_assert_false (yodel_rtp_packet_set_extension (bytes->data, bytes->len, 4, value, 2));
  g_assert_false (yodel_rtp_packet_set_extension (bytes->data, 11, 3, value, 2));
}

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    is_rtcp;
} MuxCase;

static const MuxCase mux_cases[] = {
  { "rtp",                        "806f0001 00000002 00000003", FALSE },
  { "rtp-with-marker",            "80ef0001 00000002 00000003", FALSE },
  { "sender-report",              "80c80006 00000001",          TRUE },
  { "transport-feedback",         "8fcd0003 00000001",          TRUE },
  { "first-rtcp-type",            "80c00000",                   TRUE },
  { "last-rtcp-type",             "80df0000",                   TRUE },
  { "payload-type-63-and-marker", "80bf0000",                   FALSE },
  { "payload-type-96-and-marker", "80e00000",                   FALSE },
  { "other-version",              "00c80006 00000001",          FALSE },
  { "too-short",                  "80c800",                     FALSE },
};

static void
test_mux (gconstpointer data)
{
  const MuxCase *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);

  g_assert_cmpint (yodel_is_rtcp (bytes->data, bytes->len), ==, c->is_rtcp);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rtp/rtp-packet/parse/", cases, test_parse);
  ADD_CASES ("/rtp/rtp-packet/find-extension/", find_cases, test_find);
  ADD_CASES ("/rtp/rtp-packet/write/", write_cases, test_write);
  ADD_CASES ("/rtp/rtp-packet/is-rtcp/", mux_cases, test_mux);
  g_test_add_func ("/rtp/rtp-packet/parse/reads-each-field", test_fields);
  g_test_add_func ("/rtp/rtp-packet/write/refuses-what-cannot-be-said", test_write_refuses);
  g_test_add_func ("/rtp/rtp-packet/set-extension/overwrites-in-place", test_set_extension);
  return g_test_run ();
}
