/* How a rendezvous is named, and what is said to it as its name. */
#include "soup/ws-uri.h"

static const struct
{
  const char *name;
  const char *given;
  const char *normal;
  const char *authority;   /* what a browser writes into the Host field, RFC 9110 section 7.2 */
} cases[] = {
  { "usual-port",                       "wss://meet.example",            "wss://meet.example/rendezvous",       "meet.example" },
  { "usual-port-is-left-out",           "wss://meet.example:443/",       "wss://meet.example/rendezvous",       "meet.example" },
  { "usual-port-in-the-clear",          "ws://meet.example:80",          "ws://meet.example/rendezvous",        "meet.example" },
  { "usual-port-of-the-other-scheme",   "ws://meet.example:443/there",   "ws://meet.example:443/there",         "meet.example:443" },
  { "another-port",                     "wss://meet.example:8443",       "wss://meet.example:8443/rendezvous",  "meet.example:8443" },
  { "large-letters",                    "WSS://Meet.Example",            "wss://meet.example/rendezvous",       "meet.example" },
  { "ipv4",                             "ws://127.0.0.1:8080",           "ws://127.0.0.1:8080/rendezvous",      "127.0.0.1:8080" },
  { "ipv6",                             "wss://[2001:db8::1]",           "wss://[2001:db8::1]/rendezvous",      "[2001:db8::1]" },
  { "ipv6-and-port",                    "wss://[2001:db8::1]:8443",      "wss://[2001:db8::1]:8443/rendezvous", "[2001:db8::1]:8443" },
};

static void
test_named (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *normal = yodel_ws_uri_normalize (cases[i].given, NULL);
  g_autofree char *authority = NULL;

  g_assert_cmpstr (normal, ==, cases[i].normal);
  authority = yodel_ws_uri_dup_authority (normal);
  g_assert_cmpstr (authority, ==, cases[i].authority);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/soup/ws-uri/%s", cases[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_named);
    }
  return g_test_run ();
}
