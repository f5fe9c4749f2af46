/* Descriptions and lines that are refused. */
#include "session/negotiation-pair.h"

#include <string.h>

#include "lib/cases.h"

/* A change to the offer of a first exchange, or to its answer. */
typedef struct
{
  const char *name;
  gboolean    in_answer;
  const char *from;
  const char *to;
  gint        code;
  const char *message;
} Bad;

static const Bad bad[] = {
  { "no-fingerprint",            FALSE, "a=fingerprint",             "a=fingertip",          YODEL_ERROR_DESCRIPTION, "no fingerprint" },
  { "no-fingerprint-answered",   TRUE,  "a=fingerprint",             "a=fingertip",          YODEL_ERROR_DESCRIPTION, "no fingerprint" },
  { "fingerprint-cut",           FALSE, "sha-256 61:00",             "sha-256 61",           YODEL_ERROR_DESCRIPTION, "fingerprint is malformed" },
  { "fingerprint-unknown",       FALSE, "fingerprint:sha-256",       "fingerprint:md99",     YODEL_ERROR_UNSUPPORTED, "too weak or unknown" },
  { "no-ufrag",                  FALSE, "a=ice-ufrag",               "a=ice-x",              YODEL_ERROR_UNSUPPORTED, "how to reach the peer" },
  { "no-pwd",                    FALSE, "a=ice-pwd",                 "a=ice-x",              YODEL_ERROR_DESCRIPTION, "no ICE credentials" },
  { "ufrag-short",               FALSE, "a=ice-ufrag:aaaa",          "a=ice-ufrag:aaa",      YODEL_ERROR_DESCRIPTION, "credentials are malformed" },
  { "pwd-short",                 FALSE, "pwdpwdpwdpwdpwdpwdpwdpw",   "pwdpwd",               YODEL_ERROR_DESCRIPTION, "credentials are malformed" },
  { "pwd-with-a-space",          FALSE, "pwdpwdpwdpwdpwdpwdpwdpw",   "pwdpwdpwdpwd pwdpwdpwdpwd", YODEL_ERROR_DESCRIPTION, "credentials are malformed" },
  { "no-rtcp-mux",               FALSE, "a=rtcp-mux",                "a=rtcp-mix",           YODEL_ERROR_UNSUPPORTED, "no a=rtcp-mux" },
  { "no-rtcp-mux-answered",      TRUE,  "a=rtcp-mux",                "a=rtcp-mix",           YODEL_ERROR_UNSUPPORTED, "no a=rtcp-mux" },
  { "holdconn",                  FALSE, "setup:actpass",             "setup:holdconn",       YODEL_ERROR_UNSUPPORTED, "holdconn" },
  { "actpass-answered",          TRUE,  "setup:active",              "setup:actpass",        YODEL_ERROR_DESCRIPTION, "actpass" },
  { "no-format-in-common",       FALSE, "opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n",
                                        "PCMU/8000\r\n",             YODEL_ERROR_UNSUPPORTED, NULL },
  { "one-line-missing",          TRUE,  NULL,                        NULL,                   YODEL_ERROR_DESCRIPTION, "1 m= lines where the offer has 2" },
  { "mid-of-another",            FALSE, "a=mid:1",                   "a=mid:0",              YODEL_ERROR_DESCRIPTION, "that of another" },
  { "mid-changed",               TRUE,  "a=mid:1",                   "a=mid:7",              YODEL_ERROR_DESCRIPTION, "another mid before" },
  { "kind-changed",              TRUE,  "m=video",                   "m=audio",              YODEL_ERROR_DESCRIPTION, "another kind" },
  { "broken-line",               FALSE, "a=setup",                   "asetup",               YODEL_ERROR_DESCRIPTION, "line 15" },
};

/* The whole description is refused with words, changes nothing, and the right one is then taken. */
static void
test_bad (gconstpointer data)
{
  const Bad *c = data;
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *offered = NULL;
  g_autofree char *answered = NULL;
  g_autofree char *changed = NULL;
  g_autoptr (GError) error = NULL;
  YodelNegotiation *judge = c->in_answer ? a : b;
  YodelSignalingState before;

  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  if (c->message != NULL)      /* else audio alone, so that nothing is left to agree on */
    negotiation_peer_add (a, YODEL_MEDIA_VIDEO);
  offered = offer (a);
  if (c->in_answer)
    {
      take (b, YODEL_SDP_OFFER, offered);
      answered = answer (b);
    }
  changed = c->from != NULL ? replace (c->in_answer ? answered : offered, c->from, c->to) : without_video (answered);

  before = yodel_negotiation_get_state (judge);
  g_assert_false (yodel_negotiation_set_remote (judge, c->in_answer ? YODEL_SDP_ANSWER : YODEL_SDP_OFFER, changed, &error));
  g_assert_error (error, YODEL_ERROR, c->code);
  if (strstr (error->message, c->message != NULL ? c->message : "no format in common") == NULL)
    g_test_fail_printf ("“%s” does not say “%s”", error->message, c->message);
  g_assert_cmpint (yodel_negotiation_get_state (judge), ==, before);
  g_assert_cmpuint (yodel_negotiation_get_n_transceivers (judge), ==, c->in_answer ? yodel_negotiation_get_n_transceivers (a) : 0);
  g_assert_null (yodel_negotiation_get_transport (judge, 0));

  take (judge, c->in_answer ? YODEL_SDP_ANSWER : YODEL_SDP_OFFER, c->in_answer ? answered : offered);
}

static void
test_weak_fingerprint (void)
{
  static const char sha1[] = "sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB";
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("aiortc-offer.sdp");
  g_autofree char *both = replace (text, "a=fingerprint:", "a=fingerprint:sha-1 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB\r\na=fingerprint:");
  g_autoptr (GString) weak = g_string_new (both);
  g_autoptr (GError) error = NULL;
  char *strong;

  while ((strong = strstr (weak->str, "a=fingerprint:sha-256")) != NULL)
    g_string_erase (weak, strong - weak->str, strcspn (strong, "\n") + 1);
  g_assert_nonnull (strstr (weak->str, sha1));
  g_assert_false (yodel_negotiation_set_remote (self, YODEL_SDP_OFFER, weak->str, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED);

  take (self, YODEL_SDP_OFFER, both);
  g_assert_cmpstr (yodel_negotiation_get_transport (self, 0)->fingerprint.algorithm, ==, "sha-256");
}

/* One m= line is refused, the other lives. */
typedef struct
{
  const char *name;
  const char *from;
  const char *to;
  guint       refused;       /* position */
  const char *because;
} Refused;

static const Refused refused[] = {
  { "unknown-format",     "/90000",                       "/90001",                  1, "no format in common" },
  { "unknown-kind",       "m=video",                      "m=application",           1, "kind of media" },
  { "unknown-proto",      "m=video 9 UDP/TLS/RTP/SAVPF",  "m=video 9 UDP/QUIC/RTP",  1, "transport protocol" },
  { "port-zero",          "m=video 9",                    "m=video 0",               1, "does not offer" },
  { "tag-of-unknown-kind", "m=audio",                     "m=application",           0, "kind of media" },
  { "tag-without-port",   "m=audio 50000",                "m=audio 0",               0, "does not offer" },
};

static void
test_refused_line (gconstpointer data)
{
  const Refused *c = data;
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *offered = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *answered = NULL;
  g_autofree char *group = g_strdup_printf ("a=group:BUNDLE %u\r\n", 1 - c->refused);
  g_autoptr (YodelSdp) sdp = NULL;
  const YodelSdpMedia *media;

  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (a, YODEL_MEDIA_VIDEO);
  offered = offer (a);
  changed = replace (offered, c->from, c->to);
  take (b, YODEL_SDP_OFFER, changed);
  g_assert_cmpuint (yodel_negotiation_get_n_transceivers (b), ==, 1);
  answered = answer (b);

  sdp = yodel_sdp_parse (answered, -1, NULL);
  media = yodel_sdp_get_media (sdp, c->refused);
  g_assert_cmpuint (sdp->media->len, ==, 2);
  g_assert_cmpuint (media->port, ==, 0);
  g_assert_cmpuint (media->formats->len, >=, 1);
  g_assert_cmpstr (yodel_sdp_find (media->attributes, "mid"), ==, c->refused == 0 ? "0" : "1");
  g_assert_cmpuint (yodel_sdp_get_media (sdp, 1 - c->refused)->port, !=, 0);
  g_assert_nonnull (strstr (answered, group));
  g_assert_cmpstr (yodel_negotiation_get_transport (b, 0)->ufrag, ==, "aaaa");

  if (g_str_equal (yodel_sdp_get_media (sdp, c->refused)->kind, "application"))
    return;
  take (a, YODEL_SDP_ANSWER, answered);
  g_assert_true (yodel_negotiation_get_transceiver (a, c->refused)->stopped);
  g_assert_cmpstr (yodel_negotiation_get_transceiver (a, c->refused)->refused_because, ==, "the peer refused it");
  g_assert_nonnull (nth_media (a, 1 - c->refused));
  g_assert_null (nth_media (a, c->refused));
}

static void
test_unencrypted (void)
{
  static const char *texts[] = {
    "v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 96\na=rtpmap:96 opus/48000/2\na=rtcp-mux\n",
    "v=0\no=- 1 1 IN IP4 h\ns=-\nt=0 0\nm=audio 4000 RTP/SAVP 96\na=rtpmap:96 opus/48000/2\na=rtcp-mux\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
      g_autoptr (GError) error = NULL;

      g_assert_false (yodel_negotiation_set_remote (self, YODEL_SDP_OFFER, texts[i], &error));
      g_assert_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, "not encrypted with DTLS-SRTP"));
    }
}

/* The eight profiles, where a fingerprint stands beside them. */
static void
test_profiles (void)
{
  static const char *protos[] = {
    "RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF",
    "TCP/DTLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF",
  };

  for (guint i = 0; i < G_N_ELEMENTS (protos); i++)
    {
      g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
      g_autofree char *text = read_sample ("chromium-offer.sdp");
      g_autofree char *changed = replace (text, "UDP/TLS/RTP/SAVPF", protos[i]);
      g_autofree char *answered = NULL;
      g_autofree char *line = g_strdup_printf (" %s 111\r\n", protos[i]);

      take (self, YODEL_SDP_OFFER, changed);
      answered = answer (self);
      g_assert_nonnull (strstr (answered, line));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func ("/session/negotiation/" path, function)

  ADD_CASES ("/session/negotiation/refuses-the-description/", bad, test_bad)
  ADD ("refuses-the-description/weak-fingerprint-alone", test_weak_fingerprint);
  ADD ("refuses-the-description/unencrypted", test_unencrypted);
  ADD_CASES ("/session/negotiation/refuses-the-line/", refused, test_refused_line)
  ADD ("profiles-are-copied", test_profiles);
  return g_test_run ();
}
