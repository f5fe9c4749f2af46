#include "sdp/ice-candidate.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *text;
  const char *written;     /* NULL: it is refused */
} Case;

static const Case cases[] = {
  { "host", "candidate:1 1 udp 2122194687 192.0.2.2 45257 typ host generation 0 network-id 1",
    "candidate:1 1 udp 2122194687 192.0.2.2 45257 typ host" },
  { "without-prefix", "1 1 UDP 5 2001:db8::1 9 typ host", "candidate:1 1 udp 5 2001:db8::1 9 typ host" },
  { "with-line-prefix", "a=candidate:1 1 UDP 5 192.0.2.1 9 typ host\r\n", "candidate:1 1 udp 5 192.0.2.1 9 typ host" },
  { "server-reflexive", "candidate:S 2 udp 7 203.0.113.9 40000 typ srflx raddr 192.0.2.40 rport 40001",
    "candidate:S 2 udp 7 203.0.113.9 40000 typ srflx raddr 192.0.2.40 rport 40001" },
  { "tcp", "candidate:1 1 TCP 7 192.0.2.2 9 typ host tcptype active",
    "candidate:1 1 tcp 7 192.0.2.2 9 typ host tcptype active" },
  { "mdns-name", "candidate:0 1 UDP 7 8a9e7a24-5f0c-4c8e-93e0-6a2f0cb2f0aa.local 9 typ host ufrag 6e2f",
    "candidate:0 1 udp 7 8a9e7a24-5f0c-4c8e-93e0-6a2f0cb2f0aa.local 9 typ host ufrag 6e2f" },
  { "unknown-type", "candidate:0 1 UDP 7 192.0.2.2 9 typ tunnel", "candidate:0 1 udp 7 192.0.2.2 9 typ tunnel" },
  { "foundation-of-32", "candidate:f957a2332b1715da3b0ef8ba684454eb 1 udp 1 192.0.2.2 9 typ host",
    "candidate:f957a2332b1715da3b0ef8ba684454eb 1 udp 1 192.0.2.2 9 typ host" },
  { "foundation-of-33", "candidate:f957a2332b1715da3b0ef8ba684454ebx 1 udp 1 192.0.2.2 9 typ host", NULL },
  { "nothing", "", NULL },
  { "no-type", "candidate:1 1 udp 1 192.0.2.2 9", NULL },
  { "component-zero", "candidate:1 0 udp 1 192.0.2.2 9 typ host", NULL },
  { "component-too-high", "candidate:1 257 udp 1 192.0.2.2 9 typ host", NULL },
  { "priority-past-32-bits", "candidate:1 1 udp 4294967296 192.0.2.2 9 typ host", NULL },
  { "port-past-16-bits", "candidate:1 1 udp 1 192.0.2.2 65536 typ host", NULL },
  { "negative-port", "candidate:1 1 udp 1 192.0.2.2 -1 typ host", NULL },
  { "address-with-markup", "candidate:1 1 udp 1 <b> 9 typ host", NULL },
  { "second-line", "candidate:1 1 udp 1 192.0.2.2 9 typ host\r\na=x", NULL },
  { "not-ascii", "candidate:1 1 udp 1 192.0.2.2 9 typ h\xc3\xb6st", NULL },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  YodelIceCandidate candidate = { .component = 7 };
  g_autofree char *written = NULL;

  g_assert_cmpint (yodel_ice_candidate_parse (&candidate, c->text), ==, c->written != NULL);
  if (c->written == NULL)
    {
      g_assert_cmpuint (candidate.component, ==, 7);      /* untouched on failure */
      return;
    }
  written = yodel_ice_candidate_write (&candidate);
  g_assert_cmpstr (written, ==, c->written);
}

static void
test_relay_is_told_apart (void)
{
  YodelIceCandidate candidate;

  g_assert_true (yodel_ice_candidate_parse (&candidate, "1 1 udp 1 192.0.2.2 9 typ RELAY raddr 192.0.2.3 rport 4"));
  g_assert_true (yodel_ice_candidate_is_relay (&candidate));
  g_assert_true (yodel_ice_candidate_parse (&candidate, "1 1 udp 1 192.0.2.2 9 typ srflx raddr 192.0.2.3 rport 4"));
  g_assert_false (yodel_ice_candidate_is_relay (&candidate));
}

static void
test_address_has_a_longest (void)
{
  YodelIceCandidate candidate;
  g_autofree char *longest = g_strnfill (YODEL_ICE_CANDIDATE_MAX_ADDRESS, 'a');
  g_autofree char *fits = g_strdup_printf ("1 1 udp 1 %s 9 typ host", longest);
  g_autofree char *too_long = g_strdup_printf ("1 1 udp 1 %sa 9 typ host", longest);

  g_assert_true (yodel_ice_candidate_parse (&candidate, fits));
  g_assert_cmpuint (strlen (candidate.address), ==, YODEL_ICE_CANDIDATE_MAX_ADDRESS);
  g_assert_false (yodel_ice_candidate_parse (&candidate, too_long));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sdp/ice-candidate/parse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_parse);
    }
  g_test_add_func ("/sdp/ice-candidate/relay-is-told-apart", test_relay_is_told_apart);
  g_test_add_func ("/sdp/ice-candidate/address-has-a-longest", test_address_has_a_longest);
  return g_test_run ();
}
