#include "session/negotiation.h"

#include <string.h>

#include "lib/cases.h"
#include "lib/negotiation-peer.h"

/* ---- helpers ---- */

static char *
read_sample (const char *name)
{
  const char *srcdir = g_getenv ("srcdir");
  g_autofree char *path = g_build_filename (srcdir != NULL ? srcdir : ".", "tests/sdp/data", name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static char *
replace (const char *text,
         const char *from,
         const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, -1);

  if (parts[1] == NULL)
    g_error ("“%s” is not in the description", from);
  return g_strjoinv (to, parts);
}

static char *
offer (YodelNegotiation *self)
{
  g_autoptr (GError) error = NULL;
  char *text = yodel_negotiation_create_offer (self, &error);

  g_assert_no_error (error);
  return text;
}

static char *
answer (YodelNegotiation *self)
{
  g_autoptr (GError) error = NULL;
  char *text = yodel_negotiation_create_answer (self, &error);

  g_assert_no_error (error);
  return text;
}

static void
take (YodelNegotiation *self,
      YodelSdpType      type,
      const char       *text)
{
  g_autoptr (GError) error = NULL;

  yodel_negotiation_set_remote (self, type, text, &error);
  g_assert_no_error (error);
}

/* One exchange; returns the answer. */
static char *
exchange (YodelNegotiation *offerer,
          YodelNegotiation *answerer)
{
  g_autofree char *offered = offer (offerer);
  char *answered;

  take (answerer, YODEL_SDP_OFFER, offered);
  answered = answer (answerer);
  take (offerer, YODEL_SDP_ANSWER, answered);
  g_assert_cmpint (yodel_negotiation_get_state (offerer), ==, YODEL_SIGNALING_STABLE);
  g_assert_cmpint (yodel_negotiation_get_state (answerer), ==, YODEL_SIGNALING_STABLE);
  return answered;
}

static guint
nth_id (YodelNegotiation *self,
        guint             position)
{
  return yodel_negotiation_get_transceiver (self, position)->id;
}

static const YodelMediaParameters *
nth_media (YodelNegotiation *self,
           guint             position)
{
  return yodel_negotiation_get_media (self, nth_id (self, position));
}

/* Two that have agreed on audio and video. */
typedef struct
{
  YodelNegotiation *a;     /* offered first */
  YodelNegotiation *b;
} Pair;

static Pair
pair_up (void)
{
  Pair pair = { negotiation_peer_new ("aaaa", 1), negotiation_peer_new ("bbbb", 1) };
  g_autofree char *answered = NULL;

  negotiation_peer_add (pair.a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (pair.a, YODEL_MEDIA_VIDEO);
  negotiation_peer_add (pair.b, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (pair.b, YODEL_MEDIA_VIDEO);
  answered = exchange (pair.a, pair.b);
  return pair;
}

static void
part (Pair *pair)
{
  yodel_negotiation_free (pair->a);
  yodel_negotiation_free (pair->b);
}

/* ---- first exchange ---- */

static void
test_two_agree (void)
{
  Pair pair = pair_up ();
  YodelNegotiation *sides[] = { pair.a, pair.b };

  for (guint i = 0; i < 2; i++)
    {
      const YodelTransportParameters *transport = yodel_negotiation_get_transport (sides[i], 0);
      const YodelMediaParameters *audio = nth_media (sides[i], 0);
      const YodelMediaParameters *video = nth_media (sides[i], 1);

      g_assert_cmpuint (yodel_negotiation_get_n_transceivers (sides[i]), ==, 2);
      g_assert_cmpint (transport->dtls_client, ==, sides[i] == pair.b);
      g_assert_cmpstr (transport->ufrag, ==, i == 0 ? "bbbb" : "aaaa");
      g_assert_cmpuint (transport->fingerprint.bytes[0], ==, i == 0 ? 'b' : 'a');
      g_assert_cmpuint (g_strv_length (transport->candidates), ==, 2);
      g_assert_true (transport->end_of_candidates && transport->trickle && transport->ice2 && !transport->restarted);

      g_assert_cmpint (audio->direction, ==, YODEL_DIRECTION_SENDRECV);
      g_assert_cmpint (audio->send.opus, ==, 111);
      g_assert_cmpint (audio->receive.opus, ==, 111);
      g_assert_cmpint (audio->send.red, ==, -1);
      g_assert_cmpint (audio->send.rtx, ==, -1);
      g_assert_true (audio->transport_cc && audio->inband_fec && audio->reduced_size_rtcp && !audio->nack);
      g_assert_cmpuint (audio->extensions.audio_level, ==, 1);
      g_assert_cmpuint (audio->extensions.mid, ==, 4);

      g_assert_cmpint (video->send.vp8, ==, 96);
      g_assert_cmpint (video->receive.rtx, ==, 97);
      g_assert_true (video->nack && video->pli && video->fir && video->transport_cc && !video->remb);
      g_assert_cmpuint (video->remote_ssrc, ==, 1000);
      g_assert_cmpuint (video->remote_rtx_ssrc, ==, 1001);
      g_assert_cmpstr (video->remote_stream_id, ==, "stream");
      g_assert_cmpstr (video->remote_cname, ==, i == 0 ? "bbbb" : "aaaa");
      g_assert_false (yodel_negotiation_is_needed (sides[i]));
    }
  part (&pair);
}

/* What offers of real peers come to. */
typedef struct
{
  const char *name;
  const char *ufrag;
  gint        opus;
  gint        vp8;
  gint        rtx;
  guint       audio_mid;
  guint       video_mid;
  gboolean    transport_cc;
  gboolean    remb;
  gboolean    stereo;
  guint       n_candidates;
  guint32     video_ssrc;
} Sample;

static const Sample offers[] = {
  { "aiortc-offer.sdp",              "iWJI",     96,  97,  98,  1, 1, FALSE, TRUE,  FALSE, 2, 1417094531 },
  { "chromium-offer.sdp",            "gJER",     111, 96,  97,  4, 4, TRUE,  FALSE, FALSE, 4, 2084480636 },
  { "chromium-all-codecs-offer.sdp", "/Pn+",     111, 96,  97,  4, 4, TRUE,  FALSE, FALSE, 4, 1479590420 },
  { "firefox-style-offer.sdp",       "6e2f1a9c", 109, 120, 124, 3, 3, TRUE,  FALSE, TRUE,  2, 2954917945 },
  { "libdatachannel-offer.sdp",      "Yp/I",     111, 96,  -1,  0, 0, FALSE, TRUE,  TRUE,  2, 2222 },
  { "libwebrtc-m106-offer.sdp",      "kCAa",     111, 96,  97,  4, 4, TRUE,  FALSE, FALSE, 8, 4263020435 },
  { "webrtcbin-offer.sdp",           "YHdpApqU0u9JuaWcCazk2ZZeywPjuOmA", 111, 96, 97, 0, 0, TRUE, FALSE, FALSE, 3, 1504874107 },
};

static const Sample answers[] = {
  { "aiortc-answer.sdp",             "YGO1",     111, 96,  97,  4, 4, FALSE, FALSE, FALSE, 2, 574462045 },
  { "chromium-answer.sdp",           NULL,       111, 96,  97,  4, 4, TRUE,  FALSE, FALSE, 4, 0 },
  { "libdatachannel-answer.sdp",     "QbuR",     111, 96,  -1,  0, 0, FALSE, FALSE, TRUE,  2, 2222 },
  { "libwebrtc-m106-answer.sdp",     NULL,       111, 96,  97,  4, 4, TRUE,  FALSE, FALSE, 8, 0 },
  { "webrtcbin-answer.sdp",          "vRQ082qJRLDnVjk4y5VoLOzqjWPargO6", 111, 96, 97, 0, 0, TRUE, FALSE, FALSE, 3, 894860776 },
};

static void
check_sample (YodelNegotiation *self,
              const Sample     *sample,
              gboolean          dtls_client)
{
  const YodelTransportParameters *transport = yodel_negotiation_get_transport (self, 0);
  const YodelMediaParameters *audio = nth_media (self, 0);
  const YodelMediaParameters *video = nth_media (self, 1);

  g_assert_cmpint (transport->dtls_client, ==, dtls_client);
  g_assert_cmpuint (g_strv_length (transport->candidates), ==, sample->n_candidates);
  if (sample->ufrag != NULL)
    g_assert_cmpstr (transport->ufrag, ==, sample->ufrag);

  g_assert_cmpint (audio->direction, ==, YODEL_DIRECTION_SENDRECV);
  g_assert_cmpint (audio->send.opus, ==, sample->opus);
  g_assert_cmpint (audio->stereo, ==, sample->stereo);
  g_assert_cmpuint (audio->extensions.mid, ==, sample->audio_mid);

  g_assert_cmpint (video->direction, ==, YODEL_DIRECTION_SENDRECV);
  g_assert_cmpuint (video->transport_index, ==, 0);
  g_assert_cmpint (video->send.vp8, ==, sample->vp8);
  g_assert_cmpint (video->send.rtx, ==, sample->rtx);
  g_assert_cmpuint (video->extensions.mid, ==, sample->video_mid);
  g_assert_cmpint (video->transport_cc, ==, sample->transport_cc);
  g_assert_cmpint (video->remb, ==, sample->remb);
  g_assert_true (video->nack && video->pli);
  g_assert_cmpuint (video->remote_ssrc, !=, 0);
  g_assert_cmpstr (video->remote_cname, !=, "");
  g_assert_cmpstr (video->remote_stream_id, !=, "");
  if (sample->video_ssrc != 0)
    g_assert_cmpuint (video->remote_ssrc, ==, sample->video_ssrc);
}

static void
test_sample_offer (gconstpointer data)
{
  const Sample *sample = data;
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample (sample->name);
  g_autofree char *answered = NULL;
  g_autoptr (YodelSdp) sdp = NULL;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);
  take (self, YODEL_SDP_OFFER, text);
  answered = answer (self);
  check_sample (self, sample, TRUE);

  sdp = yodel_sdp_parse (answered, -1, NULL);
  g_assert_cmpuint (sdp->media->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (yodel_sdp_get_media (sdp, i)->port, !=, 0);
      g_assert_cmpstr (yodel_sdp_find (yodel_sdp_get_media (sdp, i)->attributes, "setup"), ==, "active");
    }
  g_assert_null (strstr (answered, "relay"));
}

static void
test_sample_answer (gconstpointer data)
{
  const Sample *sample = data;
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample (sample->name);
  g_autofree char *offered = NULL;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);
  offered = offer (self);
  take (self, YODEL_SDP_ANSWER, text);
  check_sample (self, sample, FALSE);
}

static void
test_sip_without_bundle (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("sip-no-bundle-offer.sdp");
  g_autofree char *answered = NULL;
  const YodelMediaParameters *audio;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  take (self, YODEL_SDP_OFFER, text);
  answered = answer (self);

  audio = nth_media (self, 0);
  g_assert_cmpint (audio->send.opus, ==, 96);
  g_assert_cmpuint (audio->max_average_bitrate_bps, ==, 28000);
  g_assert_cmpuint (audio->ptime_ms, ==, 20);
  g_assert_cmpuint (audio->max_ptime_ms, ==, 60);
  g_assert_cmpuint (audio->max_bandwidth_bps, ==, 512000);
  g_assert_false (audio->transport_cc || audio->reduced_size_rtcp || audio->inband_fec);
  g_assert_cmpuint (yodel_negotiation_get_transport (self, 0)->n_relay_candidates, ==, 1);
  g_assert_cmpuint (g_strv_length (yodel_negotiation_get_transport (self, 0)->candidates), ==, 2);
  g_assert_nonnull (strstr (answered, "UDP/TLS/RTP/SAVP 96\r\n"));      /* the profile as it was offered */
  g_assert_null (strstr (answered, "a=group"));
  g_assert_null (strstr (answered, "a=mid"));
  g_assert_null (strstr (answered, "a=ice-options"));
  g_assert_null (strstr (answered, "a=rtcp-rsize"));
  g_assert_null (strstr (answered, "transport-cc"));
}

static void
test_never_writes_a_relay_and_never_repeats_audio (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *offered = NULL;
  g_autoptr (YodelSdp) sdp = NULL;
  const YodelSdpMedia *audio;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);
  offered = offer (self);
  sdp = yodel_sdp_parse (offered, -1, NULL);
  audio = yodel_sdp_get_media (sdp, 0);

  g_assert_null (strstr (offered, "relay"));
  g_assert_null (strstr (offered, "198.51.100.9"));
  g_assert_cmpuint (audio->formats->len, ==, 1);
  g_assert_cmpuint (audio->port, ==, 50000);
  g_assert_cmpstr (audio->connection, ==, "IN IP4 203.0.113.9");
  g_assert_nonnull (strstr (offered, "o=- 77 1 IN IP4 127.0.0.1\r\n"));
  g_assert_nonnull (strstr (offered, "a=group:BUNDLE 0 1\r\n"));
  g_assert_nonnull (strstr (offered, "a=setup:actpass\r\n"));
  g_assert_null (strstr (offered, "goog-remb"));
}

/* RFC 7587 section 7.1: each says what it likes to hear, and what it will send. */
static void
test_stereo (void)
{
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *offered = NULL;
  g_autofree char *answered = NULL;
  guint id = negotiation_peer_add (a, YODEL_MEDIA_AUDIO);

  g_assert_true (yodel_negotiation_set_stereo (a, id, TRUE));
  g_assert_false (yodel_negotiation_set_stereo (a, id + 7, TRUE));
  offered = offer (a);
  g_assert_nonnull (strstr (offered, "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1\r\n"));
  take (b, YODEL_SDP_OFFER, offered);
  answered = answer (b);
  g_assert_null (strstr (answered, "stereo"));
  take (a, YODEL_SDP_ANSWER, answered);
  g_assert_true (nth_media (b, 0)->stereo);
  g_assert_false (nth_media (a, 0)->stereo);

  g_assert_false (yodel_negotiation_is_needed (b));
  yodel_negotiation_set_stereo (b, yodel_negotiation_get_transceiver (b, 0)->id, TRUE);
  g_assert_true (yodel_negotiation_is_needed (b));
  g_free (offered);
  g_free (answered);
  offered = offer (b);
  g_assert_nonnull (strstr (offered, ";stereo=1;sprop-stereo=1"));
  take (a, YODEL_SDP_OFFER, offered);
  answered = answer (a);
  g_assert_nonnull (strstr (answered, ";stereo=1;sprop-stereo=1"));
  take (b, YODEL_SDP_ANSWER, answered);
  g_assert_true (nth_media (a, 0)->stereo && nth_media (b, 0)->stereo);
  g_assert_false (yodel_negotiation_is_needed (a) || yodel_negotiation_is_needed (b));
}

static void
test_optional_formats (void)
{
  YodelNegotiationConfig config = { .session_id = 1, .cname = "c", .max_transports = 1, .red = TRUE, .audio_nack = TRUE,
                                    .telephone_event = TRUE, .remb = TRUE, .orientation = TRUE };
  g_autoptr (YodelNegotiation) a = yodel_negotiation_new (&config);
  g_autoptr (YodelNegotiation) b = yodel_negotiation_new (&config);
  g_autofree char *answered = NULL;

  negotiation_peer_set_transport (a, 0, "aaaa");
  negotiation_peer_set_transport (b, 0, "bbbb");
  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (a, YODEL_MEDIA_VIDEO);
  answered = exchange (a, b);
  g_assert_cmpint (nth_media (a, 0)->send.red, ==, 63);
  g_assert_true (nth_media (a, 0)->nack && nth_media (b, 0)->nack);
  g_assert_cmpint (nth_media (b, 0)->receive.telephone_event, ==, 110);
  g_assert_cmpint (nth_media (b, 0)->receive.telephone_event_8000, ==, 126);
  g_assert_cmphex (nth_media (a, 0)->telephone_keys, ==, 0xffff);
  g_assert_nonnull (strstr (answered, "a=fmtp:63 111/111\r\n"));
  g_assert_nonnull (strstr (answered, "a=rtcp-fb:111 nack\r\n"));
  g_assert_cmpuint (nth_media (b, 1)->extensions.orientation, ==, 13);
  g_assert_true (nth_media (a, 1)->transport_cc && !nth_media (a, 1)->remb);
}

/* ---- what is refused ---- */

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

static char *
without_last_line (const char *text)
{
  return g_strndup (text, strstr (text, "m=video") - text);
}

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
  changed = c->from != NULL ? replace (c->in_answer ? answered : offered, c->from, c->to) : without_last_line (answered);

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

/* ---- transports ---- */

static void
test_stopped_tag_moves_to_the_next (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("aiortc-offer.sdp");     /* credentials of their own in each line */
  g_autofree char *answered = NULL;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  take (self, YODEL_SDP_OFFER, text);
  g_assert_cmpstr (yodel_negotiation_get_transport (self, 0)->ufrag, ==, "iWJI");
  yodel_negotiation_stop_transceiver (self, nth_id (self, 0));
  answered = answer (self);

  g_assert_nonnull (strstr (answered, "a=group:BUNDLE 1\r\n"));
  g_assert_nonnull (strstr (answered, "m=audio 0 "));
  g_assert_nonnull (strstr (answered, "m=video 50000 "));
  g_assert_cmpstr (yodel_negotiation_get_transport (self, 0)->ufrag, ==, "Ejox");
  g_assert_true (yodel_negotiation_get_transceiver (self, 0)->stopped);
}

static void
test_without_bundle_one_transport_serves_one_line (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("aiortc-offer.sdp");
  g_autofree char *apart = replace (text, "a=group:BUNDLE 0 1\r\n", "");
  g_autofree char *answered = NULL;

  take (self, YODEL_SDP_OFFER, apart);
  answered = answer (self);
  g_assert_nonnull (strstr (answered, "m=video 0 "));
  g_assert_nonnull (strstr (answered, "m=audio 50000 "));
  g_assert_null (strstr (answered, "a=group"));
}

static void
test_without_bundle_each_line_has_its_transport (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 2);
  g_autofree char *text = read_sample ("aiortc-offer.sdp");
  g_autofree char *apart = replace (text, "a=group:BUNDLE 0 1\r\n", "");
  g_autofree char *answered = NULL;

  take (self, YODEL_SDP_OFFER, apart);
  g_assert_cmpuint (yodel_negotiation_get_n_transports (self), ==, 2);
  answered = answer (self);
  g_assert_null (strstr (answered, "a=group"));
  g_assert_cmpuint (nth_media (self, 0)->transport_index, ==, 0);
  g_assert_cmpuint (nth_media (self, 1)->transport_index, ==, 1);
  g_assert_cmpstr (yodel_negotiation_get_transport (self, 0)->ufrag, ==, "iWJI");
  g_assert_cmpstr (yodel_negotiation_get_transport (self, 1)->ufrag, ==, "Ejox");
  g_assert_cmpint (yodel_negotiation_find_transport (self, "1"), ==, 1);
  g_assert_cmpint (yodel_negotiation_find_transport (self, "7"), ==, -1);
}

static void
test_balanced_offer_is_bundled_by_the_answer (void)
{
  YodelNegotiationConfig config = { .session_id = 1, .cname = "c", .max_transports = 2, .balanced = TRUE };
  g_autoptr (YodelNegotiation) a = yodel_negotiation_new (&config);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 2);
  g_autofree char *answered = NULL;

  negotiation_peer_set_transport (a, 0, "aaaa");
  negotiation_peer_set_transport (a, 1, "axxx");
  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (a, YODEL_MEDIA_VIDEO);
  g_assert_cmpuint (yodel_negotiation_get_n_transports (a), ==, 2);
  answered = exchange (a, b);
  g_assert_cmpuint (yodel_negotiation_get_n_transports (a), ==, 1);
  g_assert_cmpuint (nth_media (a, 1)->transport_index, ==, 0);
  g_assert_cmpuint (yodel_negotiation_get_n_transports (b), ==, 1);
  g_assert_cmpstr (yodel_negotiation_get_transport (b, 0)->ufrag, ==, "aaaa");
}

static void
test_offer_has_one_transport (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 8);

  for (guint i = 0; i < 4; i++)
    negotiation_peer_add (self, i % 2 ? YODEL_MEDIA_VIDEO : YODEL_MEDIA_AUDIO);
  g_assert_cmpuint (yodel_negotiation_get_n_transports (self), ==, 1);
}

/* What came without a bundle stays so; what we add goes beside it. */
static void
test_line_added_beside_unbundled_ones (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 8);
  g_autofree char *text = read_sample ("aiortc-offer.sdp");
  g_autofree char *apart = replace (text, "a=group:BUNDLE 0 1\r\n", "");
  g_autofree char *answered = NULL;
  g_autofree char *offered = NULL;

  take (self, YODEL_SDP_OFFER, apart);
  answered = answer (self);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);
  g_assert_cmpuint (yodel_negotiation_get_n_transports (self), ==, 3);
  offered = offer (self);
  g_assert_cmpuint (nth_media (self, 1)->transport_index, ==, 1);
  g_assert_nonnull (strstr (offered, "a=group:BUNDLE 2\r\n"));
}

static void
test_answer_that_does_not_bundle (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("libdatachannel-answer.sdp");
  g_autofree char *apart = replace (text, "a=group:BUNDLE 0 1\r\n", "");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);
  first = offer (self);
  take (self, YODEL_SDP_ANSWER, apart);
  g_assert_nonnull (nth_media (self, 0));
  g_assert_null (nth_media (self, 1));
  g_assert_nonnull (strstr (yodel_negotiation_get_transceiver (self, 1)->refused_because, "not in the bundle"));

  g_assert_true (yodel_negotiation_is_needed (self));
  second = offer (self);
  g_assert_nonnull (strstr (second, "m=video 0 "));
}

/* Whoever is told active by the peer is passive, and the other way round; after that the roles stay. */
static void
test_roles (void)
{
  static const struct { const char *offered; gboolean dtls_client; const char *answered; } cases[] = {
    { "active", FALSE, "a=setup:passive\r\n" },
    { "passive", TRUE, "a=setup:active\r\n" },
    { "actpass", TRUE, "a=setup:active\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
      g_autofree char *text = read_sample ("chromium-offer.sdp");
      g_autofree char *changed = replace (text, "actpass", cases[i].offered);
      g_autofree char *answered = NULL;

      take (self, YODEL_SDP_OFFER, changed);
      answered = answer (self);
      g_assert_nonnull (strstr (answered, cases[i].answered));
      g_assert_cmpint (yodel_negotiation_get_transport (self, 0)->dtls_client, ==, cases[i].dtls_client);
    }
}

static void
test_roles_stay (void)
{
  Pair pair = pair_up ();
  g_autofree char *offered = offer (pair.b);
  g_autofree char *answered = NULL;

  g_assert_nonnull (strstr (offered, "a=setup:actpass"));
  take (pair.a, YODEL_SDP_OFFER, offered);
  answered = answer (pair.a);
  take (pair.b, YODEL_SDP_ANSWER, answered);
  g_assert_nonnull (strstr (answered, "a=setup:passive"));
  g_assert_false (yodel_negotiation_get_transport (pair.a, 0)->dtls_client);
  g_assert_true (yodel_negotiation_get_transport (pair.b, 0)->dtls_client);
  part (&pair);
}

static void
test_ice_restart (void)
{
  Pair pair = pair_up ();
  g_autofree char *offered = NULL;
  g_autofree char *answered = NULL;

  negotiation_peer_set_transport (pair.a, 0, "axxx");
  offered = offer (pair.a);
  g_assert_nonnull (strstr (offered, "a=ice-ufrag:axxx"));
  take (pair.b, YODEL_SDP_OFFER, offered);
  g_assert_true (yodel_negotiation_get_transport (pair.b, 0)->restarted);
  negotiation_peer_set_transport (pair.b, 0, "bxxx");
  answered = answer (pair.b);
  take (pair.a, YODEL_SDP_ANSWER, answered);
  g_assert_true (yodel_negotiation_get_transport (pair.a, 0)->restarted);
  g_assert_cmpstr (yodel_negotiation_get_transport (pair.a, 0)->ufrag, ==, "bxxx");

  g_free (answered);
  answered = exchange (pair.b, pair.a);
  g_assert_false (yodel_negotiation_get_transport (pair.a, 0)->restarted);
  g_assert_false (yodel_negotiation_get_transport (pair.b, 0)->restarted);
  part (&pair);
}

static void
test_other_fingerprint_within_a_call (void)
{
  Pair pair = pair_up ();
  g_autofree char *offered = NULL;
  g_autoptr (GError) error = NULL;

  negotiation_peer_set_transport (pair.a, 0, "zzzz");
  offered = offer (pair.a);
  g_assert_false (yodel_negotiation_set_remote (pair.b, YODEL_SDP_OFFER, offered, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "fingerprint changed"));
  part (&pair);
}

/* ---- later exchanges ---- */

static const struct
{
  YodelDirection offerer;
  YodelDirection answerer;
  YodelDirection offerer_gets;
} holds[] = {
  { YODEL_DIRECTION_SENDONLY, YODEL_DIRECTION_SENDRECV, YODEL_DIRECTION_SENDONLY },
  { YODEL_DIRECTION_RECVONLY, YODEL_DIRECTION_SENDRECV, YODEL_DIRECTION_RECVONLY },
  { YODEL_DIRECTION_INACTIVE, YODEL_DIRECTION_SENDRECV, YODEL_DIRECTION_INACTIVE },
  { YODEL_DIRECTION_SENDRECV, YODEL_DIRECTION_SENDONLY, YODEL_DIRECTION_RECVONLY },
  { YODEL_DIRECTION_SENDONLY, YODEL_DIRECTION_SENDONLY, YODEL_DIRECTION_INACTIVE },
  { YODEL_DIRECTION_SENDRECV, YODEL_DIRECTION_SENDRECV, YODEL_DIRECTION_SENDRECV },
};

static void
test_hold (void)
{
  Pair pair = pair_up ();

  for (guint i = 0; i < G_N_ELEMENTS (holds); i++)
    {
      YodelDirection gets = holds[i].offerer_gets;
      g_autofree char *answered = NULL;

      yodel_negotiation_set_direction (pair.a, nth_id (pair.a, 0), holds[i].offerer);
      yodel_negotiation_set_direction (pair.b, nth_id (pair.b, 0), holds[i].answerer);
      answered = exchange (pair.a, pair.b);
      g_assert_cmpint (nth_media (pair.a, 0)->direction, ==, gets);
      g_assert_cmpint (nth_media (pair.b, 0)->direction, ==, (gets & 1) << 1 | gets >> 1);
      g_assert_cmpint (yodel_negotiation_get_transceiver (pair.a, 0)->current_direction, ==, gets);
      g_assert_cmpint (nth_media (pair.a, 1)->direction, ==, YODEL_DIRECTION_SENDRECV);
      g_assert_false (yodel_negotiation_is_needed (pair.a));
    }
  part (&pair);
}

static void
test_needed_only_for_what_is_new (void)
{
  Pair pair = pair_up ();
  g_autofree char *answered = NULL;

  yodel_negotiation_set_direction (pair.a, nth_id (pair.a, 0), YODEL_DIRECTION_SENDONLY);
  g_assert_true (yodel_negotiation_is_needed (pair.a));
  answered = exchange (pair.a, pair.b);
  g_assert_false (yodel_negotiation_is_needed (pair.a));
  g_assert_false (yodel_negotiation_is_needed (pair.b));      /* it would send, but the peer holds */

  yodel_negotiation_set_direction (pair.b, nth_id (pair.b, 0), YODEL_DIRECTION_INACTIVE);
  g_assert_true (yodel_negotiation_is_needed (pair.b));
  part (&pair);
}

static void
test_video_comes_and_goes (void)
{
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  char before[YODEL_NEGOTIATION_MAX_MID_BYTES + 1] = "";
  g_autofree char *first = NULL;

  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  first = exchange (a, b);

  for (guint round = 0; round < 100; round++)
    {
      YodelNegotiation *adds = round % 2 ? a : b;
      YodelNegotiation *other = round % 2 ? b : a;
      YodelNegotiation *drops = round % 3 ? a : b;
      guint id = negotiation_peer_add (adds, YODEL_MEDIA_VIDEO);
      g_autofree char *with = exchange (adds, other);
      g_autofree char *without = NULL;

      g_assert_cmpint (yodel_negotiation_find_transceiver (adds, id)->section, ==, 1);
      g_assert_cmpstr (yodel_negotiation_find_transceiver (adds, id)->mid, !=, before);
      g_strlcpy (before, yodel_negotiation_find_transceiver (adds, id)->mid, sizeof before);
      g_assert_cmpint (yodel_negotiation_get_media (adds, id)->send.vp8, ==, 96);
      g_assert_cmpuint (yodel_negotiation_get_n_transceivers (a), ==, 2);
      g_assert_cmpuint (yodel_negotiation_get_n_transceivers (b), ==, 2);
      g_assert_true (yodel_negotiation_get_transceiver (other, 1)->from_peer);
      g_assert_cmpint (nth_media (other, 1)->direction, ==, YODEL_DIRECTION_RECVONLY);
      g_assert_nonnull (strstr (with, "m=video 9 "));

      g_assert_true (yodel_negotiation_stop_transceiver (drops, nth_id (drops, 1)));
      without = exchange (drops, drops == a ? b : a);
      g_assert_nonnull (strstr (without, "m=video 0 "));
      g_assert_true (yodel_negotiation_get_transceiver (a, 1)->stopped);
      g_assert_true (yodel_negotiation_get_transceiver (b, 1)->stopped);
      g_assert_null (nth_media (a, 1));
      g_assert_nonnull (nth_media (a, 0));
    }
}

static void
test_numbers_of_the_peer_stay_its_own (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("aiortc-offer.sdp");
  g_autofree char *audio_only = g_strndup (text, strstr (text, "m=video") - text);
  g_autofree char *alone = replace (audio_only, "BUNDLE 0 1", "BUNDLE 0");
  g_autofree char *answered = NULL;
  g_autofree char *offered = NULL;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  take (self, YODEL_SDP_OFFER, alone);
  answered = answer (self);
  negotiation_peer_add (self, YODEL_MEDIA_VIDEO);
  offered = offer (self);

  g_assert_nonnull (strstr (offered, "a=rtpmap:96 opus/48000/2\r\n"));
  g_assert_nonnull (strstr (offered, "a=rtpmap:127 VP8/90000\r\n"));      /* 96 is taken */
  g_assert_nonnull (strstr (offered, "a=rtpmap:97 rtx/90000\r\n"));
  g_assert_nonnull (strstr (offered, "a=fmtp:97 apt=127\r\n"));
  g_assert_nonnull (strstr (offered, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
  g_assert_null (strstr (offered, "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"));
}

static void
test_version_rises_with_changes (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  guint id = negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  g_autofree char *first = offer (self);
  g_autofree char *same = offer (self);
  g_autofree char *changed = NULL;

  g_assert_cmpstr (first, ==, same);
  yodel_negotiation_set_direction (self, id, YODEL_DIRECTION_SENDONLY);
  changed = offer (self);
  g_assert_nonnull (strstr (first, "o=- 77 1 "));
  g_assert_nonnull (strstr (changed, "o=- 77 2 "));
}

static void
test_mid_too_long_for_the_extension (void)
{
  g_autoptr (YodelNegotiation) self = negotiation_peer_new ("aaaa", 1);
  g_autofree char *text = read_sample ("chromium-offer.sdp");
  g_autofree char *with_group = replace (text, "BUNDLE 0 1", "BUNDLE 0 seventeen-letters");
  g_autofree char *changed = replace (with_group, "a=mid:1", "a=mid:seventeen-letters");
  g_autofree char *answered = NULL;

  take (self, YODEL_SDP_OFFER, changed);
  answered = answer (self);
  g_assert_cmpuint (nth_media (self, 0)->extensions.mid, ==, 4);
  g_assert_cmpuint (nth_media (self, 1)->extensions.mid, ==, 0);
}

/* ---- the state machine ---- */

static void
expect_state_error (gboolean  done,
                    GError  **error)
{
  g_assert_false (done);
  g_assert_error (*error, YODEL_ERROR, YODEL_ERROR_STATE);
  g_clear_error (error);
}

static void
test_wrong_order (void)
{
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *offered = NULL;
  g_autofree char *counter = NULL;
  g_autoptr (GError) error = NULL;

  expect_state_error (yodel_negotiation_create_offer (a, &error) != NULL, &error);      /* nothing to offer */
  expect_state_error (yodel_negotiation_create_answer (a, &error) != NULL, &error);
  expect_state_error (yodel_negotiation_rollback (a, &error), &error);

  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (b, YODEL_MEDIA_AUDIO);
  offered = offer (a);
  counter = offer (b);
  expect_state_error (yodel_negotiation_create_answer (a, &error) != NULL, &error);
  expect_state_error (yodel_negotiation_set_remote (a, YODEL_SDP_OFFER, counter, &error), &error);

  yodel_negotiation_rollback (b, NULL);
  take (b, YODEL_SDP_OFFER, offered);
  expect_state_error (yodel_negotiation_create_offer (b, &error) != NULL, &error);
  expect_state_error (yodel_negotiation_set_remote (b, YODEL_SDP_ANSWER, counter, &error), &error);
}

static void
test_glare (void)
{
  g_autoptr (YodelNegotiation) polite = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) rude = negotiation_peer_new ("bbbb", 1);
  guint id = negotiation_peer_add (polite, YODEL_MEDIA_AUDIO);
  g_autofree char *mine = offer (polite);
  g_autofree char *theirs = NULL;
  g_autofree char *answered = NULL;

  negotiation_peer_add (rude, YODEL_MEDIA_AUDIO);
  theirs = offer (rude);
  g_assert_cmpint (yodel_negotiation_find_transceiver (polite, id)->section, ==, 0);
  g_assert_true (yodel_negotiation_rollback (polite, NULL));
  g_assert_cmpint (yodel_negotiation_find_transceiver (polite, id)->section, ==, -1);
  g_assert_cmpstr (yodel_negotiation_find_transceiver (polite, id)->mid, ==, "");

  take (polite, YODEL_SDP_OFFER, theirs);
  answered = answer (polite);
  take (rude, YODEL_SDP_ANSWER, answered);
  g_assert_cmpuint (yodel_negotiation_get_n_transceivers (polite), ==, 1);
  g_assert_cmpint (yodel_negotiation_get_media (polite, id)->direction, ==, YODEL_DIRECTION_SENDRECV);
  g_assert_false (yodel_negotiation_is_needed (polite));
}

static void
test_rollback_of_the_peers_offer (void)
{
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *offered = NULL;

  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (a, YODEL_MEDIA_VIDEO);
  offered = offer (a);
  take (b, YODEL_SDP_OFFER, offered);
  g_assert_cmpuint (yodel_negotiation_get_n_transceivers (b), ==, 2);
  yodel_negotiation_set_direction (b, nth_id (b, 0), YODEL_DIRECTION_SENDRECV);

  take (b, YODEL_SDP_ROLLBACK, "");
  g_assert_cmpint (yodel_negotiation_get_state (b), ==, YODEL_SIGNALING_STABLE);
  g_assert_cmpuint (yodel_negotiation_get_n_transceivers (b), ==, 1);      /* the one that was to send is kept */
  g_assert_null (yodel_negotiation_get_transport (b, 0));
  g_assert_true (yodel_negotiation_is_needed (b));
}

static void
test_rollback_within_a_call_keeps_it (void)
{
  Pair pair = pair_up ();
  g_autofree char *offered = NULL;

  yodel_negotiation_stop_transceiver (pair.a, nth_id (pair.a, 1));
  offered = offer (pair.a);
  g_assert_nonnull (strstr (offered, "m=video 0 "));
  g_assert_nonnull (nth_media (pair.a, 1));
  take (pair.b, YODEL_SDP_OFFER, offered);
  g_assert_nonnull (nth_media (pair.b, 1));
  g_assert_true (yodel_negotiation_rollback (pair.b, NULL));
  g_assert_true (yodel_negotiation_rollback (pair.a, NULL));
  g_assert_nonnull (nth_media (pair.b, 1));
  g_assert_false (yodel_negotiation_get_transceiver (pair.b, 1)->stopped);
  g_assert_cmpint (yodel_negotiation_get_transceiver (pair.b, 1)->section, ==, 1);
  part (&pair);
}

static void
test_provisional_answer (void)
{
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *offered = NULL;
  g_autofree char *answered = NULL;
  g_autofree char *held = NULL;
  g_autoptr (GError) error = NULL;

  negotiation_peer_add (a, YODEL_MEDIA_AUDIO);
  negotiation_peer_add (b, YODEL_MEDIA_AUDIO);
  offered = offer (a);
  take (b, YODEL_SDP_OFFER, offered);
  answered = answer (b);
  held = replace (answered, "a=sendrecv", "a=inactive");

  take (a, YODEL_SDP_PRANSWER, held);
  g_assert_cmpint (yodel_negotiation_get_state (a), ==, YODEL_SIGNALING_HAVE_LOCAL_OFFER);
  g_assert_cmpint (nth_media (a, 0)->direction, ==, YODEL_DIRECTION_INACTIVE);
  g_assert_cmpstr (yodel_negotiation_get_transport (a, 0)->ufrag, ==, "bbbb");
  expect_state_error (yodel_negotiation_create_offer (a, &error) != NULL, &error);

  take (a, YODEL_SDP_ANSWER, answered);
  g_assert_cmpint (nth_media (a, 0)->direction, ==, YODEL_DIRECTION_SENDRECV);
}

static void
test_offer_waits_for_credentials (void)
{
  YodelNegotiationConfig config = { .session_id = 1, .cname = "c", .max_transports = 1 };
  g_autoptr (YodelNegotiation) self = yodel_negotiation_new (&config);
  g_autoptr (GError) error = NULL;

  negotiation_peer_add (self, YODEL_MEDIA_AUDIO);
  expect_state_error (yodel_negotiation_create_offer (self, &error) != NULL, &error);
  g_assert_cmpint (yodel_negotiation_get_state (self), ==, YODEL_SIGNALING_STABLE);
}

static void
test_lines_of_a_call_never_go_away (void)
{
  Pair pair = pair_up ();
  g_autofree char *offered = offer (pair.a);
  g_autofree char *shorter = without_last_line (offered);
  g_autofree char *renamed = replace (offered, "a=mid:1", "a=mid:9");
  g_autoptr (GError) error = NULL;

  g_assert_false (yodel_negotiation_set_remote (pair.b, YODEL_SDP_OFFER, shorter, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION);
  g_clear_error (&error);
  g_assert_false (yodel_negotiation_set_remote (pair.b, YODEL_SDP_OFFER, renamed, &error));
  g_assert_error (error, YODEL_ERROR, YODEL_ERROR_DESCRIPTION);
  part (&pair);
}

static void
test_has_a_most_of_transceivers (void)
{
  g_autoptr (YodelNegotiation) a = negotiation_peer_new ("aaaa", 1);
  g_autoptr (YodelNegotiation) b = negotiation_peer_new ("bbbb", 1);
  g_autofree char *answered = NULL;

  for (guint i = 0; i < YODEL_NEGOTIATION_MAX_SECTIONS; i++)
    g_assert_cmpuint (negotiation_peer_add (a, i % 2 ? YODEL_MEDIA_VIDEO : YODEL_MEDIA_AUDIO), !=, 0);
  g_assert_cmpuint (negotiation_peer_add (a, YODEL_MEDIA_AUDIO), ==, 0);
  answered = exchange (a, b);
  g_assert_cmpuint (yodel_negotiation_get_n_transceivers (b), ==, YODEL_NEGOTIATION_MAX_SECTIONS);
  g_assert_cmpint (nth_media (b, 31)->send.vp8, ==, 96);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func ("/session/negotiation/" path, function)

  ADD ("two-agree-on-audio-and-video", test_two_agree);
  ADD_CASES ("/session/negotiation/takes-the-offer-of/", offers, test_sample_offer)
  ADD_CASES ("/session/negotiation/takes-the-answer-of/", answers, test_sample_answer)
  ADD ("takes-a-sip-offer-without-bundle", test_sip_without_bundle);
  ADD ("never-writes-a-relay-and-never-repeats-audio", test_never_writes_a_relay_and_never_repeats_audio);
  ADD ("optional-formats-where-asked-for", test_optional_formats);
  g_test_add_func ("/session/negotiation/stereo-is-each-sides-own-wish", test_stereo);
  ADD_CASES ("/session/negotiation/refuses-the-description/", bad, test_bad)
  ADD ("refuses-the-description/weak-fingerprint-alone", test_weak_fingerprint);
  ADD ("refuses-the-description/unencrypted", test_unencrypted);
  ADD_CASES ("/session/negotiation/refuses-the-line/", refused, test_refused_line)
  ADD ("profiles-are-copied", test_profiles);
  ADD ("transport/stopped-tag-moves-to-the-next", test_stopped_tag_moves_to_the_next);
  ADD ("transport/without-bundle-one-serves-one-line", test_without_bundle_one_transport_serves_one_line);
  ADD ("transport/without-bundle-each-line-has-its-own", test_without_bundle_each_line_has_its_transport);
  ADD ("transport/balanced-offer-is-bundled-by-the-answer", test_balanced_offer_is_bundled_by_the_answer);
  ADD ("transport/offer-has-one", test_offer_has_one_transport);
  ADD ("transport/line-added-beside-unbundled-ones", test_line_added_beside_unbundled_ones);
  ADD ("transport/answer-that-does-not-bundle", test_answer_that_does_not_bundle);
  ADD ("transport/role-follows-setup", test_roles);
  ADD ("transport/roles-stay", test_roles_stay);
  ADD ("transport/ice-restart-is-seen", test_ice_restart);
  ADD ("transport/other-fingerprint-within-a-call-is-refused", test_other_fingerprint_within_a_call);
  ADD ("hold-in-every-direction", test_hold);
  ADD ("needed-only-for-what-is-new", test_needed_only_for_what_is_new);
  ADD ("video-comes-and-goes-in-one-line", test_video_comes_and_goes);
  ADD ("numbers-of-the-peer-stay-its-own", test_numbers_of_the_peer_stay_its_own);
  ADD ("version-rises-with-changes", test_version_rises_with_changes);
  ADD ("mid-too-long-for-the-extension", test_mid_too_long_for_the_extension);
  ADD ("state/wrong-order-is-an-error", test_wrong_order);
  ADD ("state/glare-is-solved-by-rollback", test_glare);
  ADD ("state/rollback-of-the-peers-offer", test_rollback_of_the_peers_offer);
  ADD ("state/rollback-within-a-call-keeps-it", test_rollback_within_a_call_keeps_it);
  ADD ("state/provisional-answer-has-an-outcome", test_provisional_answer);
  ADD ("state/offer-waits-for-credentials", test_offer_waits_for_credentials);
  ADD ("state/lines-of-a-call-never-go-away", test_lines_of_a_call_never_go_away);
  ADD ("has-a-most-of-transceivers", test_has_a_most_of_transceivers);
  return g_test_run ();
}
