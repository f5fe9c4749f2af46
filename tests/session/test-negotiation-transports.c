/* Which transport serves which line, and in which role. */
#include "session/negotiation-pair.h"

#include <string.h>

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add_func ("/session/negotiation/" path, function)

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
  return g_test_run ();
}
