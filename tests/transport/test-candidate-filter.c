#include "transport/candidate-filter.h"

typedef struct
{
  const char *name;
  const char *text;
  gboolean    valid;
  const char *address;
  guint16     port;
} ParseCase;

static const ParseCase parse_cases[] = {
  { "host",                 "candidate:1 1 udp 2130706431 192.168.1.7 50000 typ host", TRUE, "192.168.1.7", 50000 },
  { "with-attribute-name",  "a=candidate:1 1 UDP 2130706431 192.168.1.7 50000 typ host\r\n", TRUE, "192.168.1.7", 50000 },
  { "without-prefix",       "1 1 udp 1 10.0.0.1 9 typ host", TRUE, "10.0.0.1", 9 },
  { "extensions",           "candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EsAw network-id 1", TRUE, "203.0.113.9", 46154 },
  { "ipv6",                 "candidate:1 1 udp 1 2001:db8::7 9 typ host", TRUE, "2001:db8::7", 9 },
  { "mdns",                 "candidate:1 1 udp 1 4f7a1b2c-0000-4000-8000-123456789abc.local 9 typ host", TRUE, "4f7a1b2c-0000-4000-8000-123456789abc.local", 9 },
  { "tcp",                  "candidate:1 1 tcp 1 10.0.0.1 9 typ host tcptype active", TRUE, "10.0.0.1", 9 },
  { "relay",                "candidate:1 1 udp 1 203.0.113.9 9 typ relay raddr 10.0.0.1 rport 9", TRUE, "203.0.113.9", 9 },
  { "empty",                "", FALSE, NULL, 0 },
  { "too-few-words",        "candidate:1 1 udp 1 10.0.0.1 9 typ", FALSE, NULL, 0 },
  { "no-foundation",        "candidate: 1 udp 1 10.0.0.1 9 typ host", FALSE, NULL, 0 },
  { "long-foundation",      "candidate:123456789012345678901234567890123 1 udp 1 10.0.0.1 9 typ host", FALSE, NULL, 0 },
  { "component-zero",       "candidate:1 0 udp 1 10.0.0.1 9 typ host", FALSE, NULL, 0 },
  { "component-257",        "candidate:1 257 udp 1 10.0.0.1 9 typ host", FALSE, NULL, 0 },
  { "priority-too-large",   "candidate:1 1 udp 4294967296 10.0.0.1 9 typ host", FALSE, NULL, 0 },
  { "negative-port",        "candidate:1 1 udp 1 10.0.0.1 -9 typ host", FALSE, NULL, 0 },
  { "port-too-large",       "candidate:1 1 udp 1 10.0.0.1 65536 typ host", FALSE, NULL, 0 },
  { "a-name-to-look-up",    "candidate:1 1 udp 1 example.org 9 typ host", FALSE, NULL, 0 },
  { "unknown-type",         "candidate:1 1 udp 1 10.0.0.1 9 typ magic", FALSE, NULL, 0 },
};

static void
test_parse (gconstpointer data)
{
  const ParseCase *c = data;
  YodelCandidate candidate = { .port = 7 };

  g_assert_cmpint (yodel_candidate_parse (&candidate, c->text), ==, c->valid);
  g_assert_cmpuint (candidate.port, ==, c->valid ? c->port : 7);      /* untouched on failure */
  if (c->valid)
    g_assert_cmpstr (candidate.address, ==, c->address);
}

static void
test_parse_long (void)
{
  g_autofree char *padding = g_strnfill (4000, 'x');
  g_autofree char *text = g_strconcat ("candidate:1 1 udp 1 10.0.0.1 9 typ host ", padding, NULL);
  g_autofree char *name = g_strconcat ("candidate:1 1 udp 1 ", padding, ".local 9 typ host", NULL);
  YodelCandidate candidate;

  g_assert_false (yodel_candidate_parse (&candidate, text));
  g_assert_false (yodel_candidate_parse (&candidate, name));
}

static const struct { const char *address; YodelScope scope; } scopes[] = {
  { "8.8.8.8", YODEL_SCOPE_PUBLIC },       { "172.32.0.1", YODEL_SCOPE_PUBLIC },    { "2001:db8::1", YODEL_SCOPE_PUBLIC },
  { "10.255.0.1", YODEL_SCOPE_PRIVATE },   { "172.31.9.9", YODEL_SCOPE_PRIVATE },   { "192.168.0.1", YODEL_SCOPE_PRIVATE },
  { "100.64.0.1", YODEL_SCOPE_PRIVATE },   { "100.128.0.1", YODEL_SCOPE_PUBLIC },   { "fd00::1", YODEL_SCOPE_PRIVATE },
  { "169.254.1.1", YODEL_SCOPE_LINK_LOCAL }, { "fe80::1", YODEL_SCOPE_LINK_LOCAL },
  { "127.0.0.1", YODEL_SCOPE_LOOPBACK },   { "127.9.9.9", YODEL_SCOPE_LOOPBACK },   { "::1", YODEL_SCOPE_LOOPBACK },
  { "0.0.0.0", YODEL_SCOPE_NONE },         { "0.1.2.3", YODEL_SCOPE_NONE },         { "::", YODEL_SCOPE_NONE },
  { "224.0.0.1", YODEL_SCOPE_NONE },       { "255.255.255.255", YODEL_SCOPE_NONE }, { "ff02::1", YODEL_SCOPE_NONE },
};

static void
test_scopes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (scopes[i].address);

      g_test_message ("%s", scopes[i].address);
      g_assert_cmpint (yodel_address_get_scope (address), ==, scopes[i].scope);
    }
}

typedef struct
{
  const char   *name;
  const char   *local;             /* address/bits */
  const char   *own_reflexive;
  const char   *peer_reflexive;
  gboolean      peer_told_all;
  const char   *candidate;
  YodelVerdict  verdict;
} JudgeCase;

#define PRIVATE "candidate:1 1 udp 1 10.7.0.2 9 typ host"

static const JudgeCase judge_cases[] = {
  { "relay",                          "192.168.1.2/24", NULL, NULL, TRUE, "c 1 udp 1 8.8.8.8 9 typ relay", YODEL_VERDICT_IGNORE_RELAYED },
  { "relay-over-tcp",                 "192.168.1.2/24", NULL, NULL, TRUE, "c 1 tcp 1 8.8.8.8 9 typ relay", YODEL_VERDICT_IGNORE_RELAYED },
  { "tcp",                            "192.168.1.2/24", NULL, NULL, TRUE, "c 1 tcp 1 8.8.8.8 9 typ host", YODEL_VERDICT_IGNORE },
  { "rtcp-component",                 "192.168.1.2/24", NULL, NULL, TRUE, "c 2 udp 1 8.8.8.8 9 typ host", YODEL_VERDICT_IGNORE },
  { "port-zero",                      "192.168.1.2/24", NULL, NULL, TRUE, "c 1 udp 1 8.8.8.8 0 typ host", YODEL_VERDICT_IGNORE },
  { "multicast",                      "192.168.1.2/24", NULL, NULL, TRUE, "c 1 udp 1 224.0.0.5 9 typ host", YODEL_VERDICT_IGNORE },
  { "public",                         "192.168.1.2/24", "1.1.1.1", NULL, FALSE, "c 1 udp 1 8.8.8.8 9 typ srflx", YODEL_VERDICT_USE },
  { "private-without-stun-here",      "192.168.1.2/24", NULL, "8.8.8.8", TRUE, PRIVATE, YODEL_VERDICT_USE },
  { "private-on-our-subnet",          "10.7.0.9/24", "1.1.1.1", "8.8.8.8", TRUE, PRIVATE, YODEL_VERDICT_USE },
  { "private-behind-our-router",      "192.168.1.2/24", "1.1.1.1", "1.1.1.1", TRUE, PRIVATE, YODEL_VERDICT_USE },
  { "private-behind-another-router",  "192.168.1.2/24", "1.1.1.1", "8.8.8.8", TRUE, PRIVATE, YODEL_VERDICT_HOLD },
  { "private-and-no-more-to-come",    "192.168.1.2/24", "1.1.1.1", NULL, TRUE, PRIVATE, YODEL_VERDICT_USE },
  { "private-and-more-may-come",      "192.168.1.2/24", "1.1.1.1", NULL, FALSE, PRIVATE, YODEL_VERDICT_HOLD },
  { "loopback-from-outside",          "192.168.1.2/24", NULL, NULL, TRUE, "c 1 udp 1 127.0.0.1 9 typ host", YODEL_VERDICT_IGNORE },
  { "loopback-from-loopback",         "127.0.0.1/8", NULL, NULL, TRUE, "c 1 udp 1 127.0.0.1 9 typ host", YODEL_VERDICT_USE },
  { "link-local-from-outside",        "192.168.1.2/24", NULL, NULL, TRUE, "c 1 udp 1 169.254.3.3 9 typ host", YODEL_VERDICT_IGNORE },
  { "link-local-from-link-local",     "169.254.9.9/16", NULL, NULL, TRUE, "c 1 udp 1 169.254.3.3 9 typ host", YODEL_VERDICT_USE },
};

static GPtrArray *
list_of (const char *address)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_object_unref);

  if (address != NULL)
    g_ptr_array_add (list, g_inet_address_new_from_string (address));
  return list;
}

static void
test_judge (gconstpointer data)
{
  const JudgeCase *c = data;
  g_autoptr (GPtrArray) local = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_local_address_free);
  g_autoptr (GPtrArray) own = list_of (c->own_reflexive);
  g_autoptr (GPtrArray) peer = list_of (c->peer_reflexive);
  g_auto (GStrv) parts = g_strsplit (c->local, "/", 2);
  YodelLocalAddress *address = g_new0 (YodelLocalAddress, 1);
  YodelCandidateView view = { local, own, peer, c->peer_told_all };
  YodelCandidate candidate;

  address->address = g_inet_address_new_from_string (parts[0]);
  address->prefix_bits = (guint) g_ascii_strtoull (parts[1], NULL, 10);
  g_ptr_array_add (local, address);
  g_assert_true (yodel_candidate_parse (&candidate, c->candidate));
  g_assert_cmpint (yodel_candidate_judge (&candidate, &view), ==, c->verdict);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (parse_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/transport/candidate-filter/parse/", parse_cases[i].name, NULL);
      g_test_add_data_func (path, &parse_cases[i], test_parse);
    }
  for (guint i = 0; i < G_N_ELEMENTS (judge_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/transport/candidate-filter/judge/", judge_cases[i].name, NULL);
      g_test_add_data_func (path, &judge_cases[i], test_judge);
    }
  g_test_add_func ("/transport/candidate-filter/parse/longer-than-any-candidate", test_parse_long);
  g_test_add_func ("/transport/candidate-filter/scopes", test_scopes);
  return g_test_run ();
}
