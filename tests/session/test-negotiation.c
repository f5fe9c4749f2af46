/* What two sides agree on, and in which order. */
#include "session/negotiation-pair.h"

#include <string.h>

#include "lib/cases.h"

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
  g_assert_cmpuint (nth_media (self, 0)->min_ptime_ms, ==, strstr (text, "minptime=10") != NULL ? 10 : 0);

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
  g_autofree char *audio_only = without_video (text);
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
  g_autofree char *shorter = without_video (offered);
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
