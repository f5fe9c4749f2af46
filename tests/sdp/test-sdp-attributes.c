#include "sdp/sdp-attributes.h"

typedef struct
{
  const char *name;
  const char *value;
  gboolean    valid;
  guint       number;
  const char *word;
  guint       other;
} Case;

static const Case rtpmaps[] = {
  { "opus",                 "111 opus/48000/2",      TRUE,  111, "opus", 2 },
  { "one-channel",          "96 VP8/90000",          TRUE,  96,  "VP8",  1 },
  { "payload-type-128",     "128 VP8/90000",         FALSE, 0,   NULL,   0 },
  { "without-rate",         "96 VP8",                FALSE, 0,   NULL,   0 },
  { "rate-not-a-number",    "96 VP8/fast",           FALSE, 0,   NULL,   0 },
  { "encoding-too-long",    "96 abcdefghijklmnopqrstuvwxyzabcdefghi/90000", FALSE, 0, NULL, 0 },
  { "nothing",              "",                      FALSE, 0,   NULL,   0 },
};

static const Case extmaps[] = {
  { "plain",                "4 urn:ietf:params:rtp-hdrext:sdes:mid", TRUE, 4, "urn:ietf:params:rtp-hdrext:sdes:mid", YODEL_DIRECTION_SENDRECV },
  { "direction",            "6/recvonly urn:x a=b",  TRUE,  6,   "urn:x", YODEL_DIRECTION_RECVONLY },
  { "unknown-direction",    "6/up urn:x",            FALSE, 0,   NULL,   0 },
  { "id-zero",              "0 urn:x",               FALSE, 0,   NULL,   0 },
  { "id-256",               "256 urn:x",             FALSE, 0,   NULL,   0 },
  { "without-uri",          "4",                     FALSE, 0,   NULL,   0 },
};

static const Case fingerprints[] = {
  { "sha-1",   "SHA-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", TRUE, 20, "sha-1", 0x4a },
  { "sha-256", "sha-256 1c:56:94:E0:68:32:35:BD:79:83:A7:ED:76:4F:06:85:12:84:A9:80:27:80:48:1C:C0:64:F0:B8:FC:1C:7C:5D", TRUE, 32, "sha-256", 0x1c },
  { "unknown", "md99 0A:0B",                         TRUE,  2, "md99", 0x0a },
  { "length-of-another-hash", "sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", FALSE, 0, NULL, 0 },
  { "half-a-byte", "md99 0A:0",                      FALSE, 0, NULL, 0 },
  { "colon-at-the-end", "md99 0A:",                  FALSE, 0, NULL, 0 },
  { "not-hex", "md99 0G",                            FALSE, 0, NULL, 0 },
  { "no-bytes", "sha-256",                           FALSE, 0, NULL, 0 },
};

static const Case ssrcs[] = {
  { "cname",                "3965674649 cname:8jNh:x", TRUE, 3965674649, "cname", 0 },
  { "flag",                 "1 x",                   TRUE,  1,   "x",    0 },
  { "past-32-bits",         "4294967296 cname:x",    FALSE, 0,   NULL,   0 },
  { "nothing-after",        "1",                     FALSE, 0,   NULL,   0 },
};

static const Case groups[] = {
  { "rtx",                  "FID 4263020435 3082962011", TRUE, 4263020435, "FID", 2 },
  { "eight",                "SIM 1 2 3 4 5 6 7 8",   TRUE,  1,   "SIM",  8 },
  { "nine",                 "SIM 1 2 3 4 5 6 7 8 9", FALSE, 0,   NULL,   0 },
  { "not-a-number",         "FID x",                 FALSE, 0,   NULL,   0 },
};

static void
test_rtpmap (gconstpointer data)
{
  const Case *c = data;
  YodelSdpRtpmap rtpmap = { .payload_type = 7 };

  g_assert_cmpint (yodel_sdp_parse_rtpmap (c->value, &rtpmap), ==, c->valid);
  g_assert_cmpuint (rtpmap.payload_type, ==, c->valid ? c->number : 7);
  if (c->valid)
    {
      g_assert_cmpstr (rtpmap.encoding, ==, c->word);
      g_assert_cmpuint (rtpmap.channels, ==, c->other);
    }
}

static void
test_extmap (gconstpointer data)
{
  const Case *c = data;
  YodelSdpExtmap extmap = { .id = 7 };

  g_assert_cmpint (yodel_sdp_parse_extmap (c->value, &extmap), ==, c->valid);
  g_assert_cmpuint (extmap.id, ==, c->valid ? c->number : 7);
  if (c->valid)
    {
      g_assert_cmpstr (extmap.uri, ==, c->word);
      g_assert_cmpuint (extmap.direction, ==, c->other);
    }
}

static void
test_fingerprint (gconstpointer data)
{
  const Case *c = data;
  YodelSdpFingerprint fingerprint = { .size_bytes = 7 };
  g_autofree char *written = NULL;

  g_assert_cmpint (yodel_sdp_parse_fingerprint (c->value, &fingerprint), ==, c->valid);
  g_assert_cmpuint (fingerprint.size_bytes, ==, c->valid ? c->number : 7);
  if (c->valid)
    {
      g_assert_cmpstr (fingerprint.algorithm, ==, c->word);
      g_assert_cmpuint (fingerprint.bytes[0], ==, c->other);
      written = yodel_sdp_write_fingerprint (&fingerprint);
      g_assert_cmpint (g_ascii_strcasecmp (written, c->value), ==, 0);
    }
}

static void
test_ssrc (gconstpointer data)
{
  const Case *c = data;
  YodelSdpSsrc ssrc = { .ssrc = 7 };

  g_assert_cmpint (yodel_sdp_parse_ssrc (c->value, &ssrc), ==, c->valid);
  g_assert_cmpuint (ssrc.ssrc, ==, c->valid ? c->number : 7);
  if (c->valid)
    g_assert_cmpstr (ssrc.name, ==, c->word);
}

static void
test_ssrc_group (gconstpointer data)
{
  const Case *c = data;
  YodelSdpSsrcGroup group = { .n_ssrcs = 7 };

  g_assert_cmpint (yodel_sdp_parse_ssrc_group (c->value, &group), ==, c->valid);
  g_assert_cmpuint (group.n_ssrcs, ==, c->valid ? c->other : 7);
  if (c->valid)
    {
      g_assert_cmpstr (group.semantics, ==, c->word);
      g_assert_cmpuint (group.ssrcs[0], ==, c->number);
    }
}

static void
test_fmtp (void)
{
  static const char fmtp[] = "minptime=10; useinbandfec=1 ;MaxAverageBitrate=28000;stereo=;x=4294967296";
  g_autofree char *fec = yodel_sdp_fmtp_dup (fmtp, "useinbandfec");

  g_assert_cmpstr (fec, ==, "1");
  g_assert_cmpuint (yodel_sdp_fmtp_get_uint (fmtp, "minptime", 3), ==, 10);
  g_assert_cmpuint (yodel_sdp_fmtp_get_uint (fmtp, "maxaveragebitrate", 3), ==, 28000);
  g_assert_cmpuint (yodel_sdp_fmtp_get_uint (fmtp, "stereo", 3), ==, 3);
  g_assert_cmpuint (yodel_sdp_fmtp_get_uint (fmtp, "ptime", 3), ==, 3);
  g_assert_cmpuint (yodel_sdp_fmtp_get_uint (fmtp, "x", 3), ==, 3);
  g_assert_null (yodel_sdp_fmtp_dup (NULL, "x"));
  g_assert_null (yodel_sdp_fmtp_dup ("0-15", "x"));
}

static void
test_section (void)
{
  g_autoptr (YodelSdp) sdp = yodel_sdp_parse ("v=0\no=- 1 2 IN IP4 h\na=group:LS a b\na=group:BUNDLE a b \nb=AS:64\n"
                                              "m=video 9 x 96 97\na=rtpmap:x\na=rtpmap:96 VP8/90000\na=rtpmap:97 rtx/90000\n"
                                              "a=fmtp:97 apt=96\na=rtcp-fb:* nack pli\na=rtcp-fb:96 CCM FIR\na=rtcp-fb:120 transport-cc\n"
                                              "a=extmap:9 urn:x\na=recvonly\nb=TIAS:5000\nb=AS:64\n", -1, NULL);
  const YodelSdpMedia *media = yodel_sdp_get_media (sdp, 0);
  g_auto (GStrv) mids = yodel_sdp_get_group (sdp, "BUNDLE");
  YodelDirection direction = YODEL_DIRECTION_SENDRECV;
  YodelSdpRtpmap rtpmap;

  g_assert_cmpuint (g_strv_length (mids), ==, 2);
  g_assert_cmpstr (mids[1], ==, "b");
  g_assert_true (yodel_sdp_media_get_rtpmap (media, 97, &rtpmap));
  g_assert_cmpstr (rtpmap.encoding, ==, "rtx");
  g_assert_false (yodel_sdp_media_get_rtpmap (media, 98, &rtpmap));
  g_assert_cmpstr (yodel_sdp_media_get_fmtp (media, 97), ==, "apt=96");
  g_assert_null (yodel_sdp_media_get_fmtp (media, 96));
  g_assert_true (yodel_sdp_media_has_feedback (media, 96, "nack pli"));
  g_assert_true (yodel_sdp_media_has_feedback (media, 96, "ccm fir"));
  g_assert_false (yodel_sdp_media_has_feedback (media, 96, "nack"));
  g_assert_false (yodel_sdp_media_has_feedback (media, 96, "transport-cc"));
  g_assert_cmpuint (yodel_sdp_media_get_extmap_id (media, "urn:x"), ==, 9);
  g_assert_cmpuint (yodel_sdp_media_get_extmap_id (media, "urn:y"), ==, 0);
  g_assert_true (yodel_sdp_get_direction (media->attributes, &direction));
  g_assert_cmpint (direction, ==, YODEL_DIRECTION_RECVONLY);
  g_assert_false (yodel_sdp_get_direction (sdp->attributes, &direction));
  g_assert_cmpuint (yodel_sdp_get_bandwidth_bps (media->bandwidths), ==, 5000);
  g_assert_cmpuint (yodel_sdp_get_bandwidth_bps (sdp->bandwidths), ==, 64000);
}

static void
test_setup (void)
{
  g_assert_cmpint (yodel_sdp_parse_setup ("actpass"), ==, YODEL_SDP_SETUP_ACTPASS);
  g_assert_cmpint (yodel_sdp_parse_setup (""), ==, YODEL_SDP_SETUP_NONE);
  g_assert_cmpint (yodel_sdp_parse_setup ("eager"), ==, YODEL_SDP_SETUP_NONE);
  g_assert_cmpstr (yodel_sdp_setup_to_string (YODEL_SDP_SETUP_PASSIVE), ==, "passive");
}

static void
add_cases (const char       *folder,
           const Case       *cases,
           gsize             n,
           GTestDataFunc     function)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strconcat ("/sdp/sdp-attributes/", folder, "/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], function);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_cases ("rtpmap", rtpmaps, G_N_ELEMENTS (rtpmaps), test_rtpmap);
  add_cases ("extmap", extmaps, G_N_ELEMENTS (extmaps), test_extmap);
  add_cases ("fingerprint", fingerprints, G_N_ELEMENTS (fingerprints), test_fingerprint);
  add_cases ("ssrc", ssrcs, G_N_ELEMENTS (ssrcs), test_ssrc);
  add_cases ("ssrc-group", groups, G_N_ELEMENTS (groups), test_ssrc_group);
  g_test_add_func ("/sdp/sdp-attributes/fmtp-keys-in-any-order-and-case", test_fmtp);
  g_test_add_func ("/sdp/sdp-attributes/section-is-looked-up", test_section);
  g_test_add_func ("/sdp/sdp-attributes/setup-unknown-is-none", test_setup);
  return g_test_run ();
}
