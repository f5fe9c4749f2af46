/* The frames of the rendezvous: docs/wire-rendezvous.md. */
#include <string.h>

#include "lib/cases.h"
#include "lib/hex.h"
#include "rendezvous/rendezvous-message.h"

#define ID "0202020202020202020202020202020202020202020202020202020202020202"

typedef struct
{
  const char *name;
  const char *hex;
  gsize       envelope_bytes;   /* zeros after it */
  gboolean    is_taken;
} Case;

static const Case cases[] = {
  { "welcome",                     "0101" ID ID "0020",       0,     TRUE  },
  { "welcome-of-another-version",  "0102" ID ID "0020",       0,     FALSE },
  { "welcome-that-never-pings",    "0101" ID ID "0000",       0,     FALSE },
  { "done",                        "020000000700",            0,     TRUE  },
  { "done-with-unknown-verdict",   "020000000704",            0,     FALSE },
  { "message",                     "03" ID,                   512,   TRUE  },
  { "message-of-no-known-size",    "03" ID,                   513,   FALSE },
  { "message-without-envelope",    "03" ID,                   0,     FALSE },
  { "ping",                        "0400000001",              0,     TRUE  },
  { "attach",                      "1100000007" ID ID,        0,     TRUE  },
  { "attach-with-short-proof",     "1100000007" ID "0202",    0,     FALSE },
  { "attach-and-more",             "1100000007" ID ID "02",   0,     FALSE },
  { "detach",                      "1200000007" ID,           0,     TRUE  },
  { "send",                        "1300000007" ID,           32768, TRUE  },
  { "send-too-much",               "1300000007" ID,           65536, FALSE },
  { "send-too-little",             "1300000007" ID,           256,   FALSE },
  { "pong",                        "1400000001",              0,     TRUE  },
  { "unknown-type",                "0500000001",              0,     FALSE },
  { "type-zero",                   "00",                      0,     FALSE },
  { "nothing",                     "",                        0,     FALSE },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelRendezvousMessage message = { .number = 99 };
  guint head = bytes->len;

  g_byte_array_set_size (bytes, head + c->envelope_bytes);
  if (c->envelope_bytes > 0)
    memset (bytes->data + head, 0, c->envelope_bytes);
  g_assert_cmpint (yodel_rendezvous_message_parse (&message, bytes->data, bytes->len), ==, c->is_taken);

  if (c->is_taken)
    {
      g_autoptr (GBytes) again = yodel_rendezvous_message_write (&message);

      g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), bytes->data, bytes->len);
    }
  else
    g_assert_cmpuint (message.number, ==, 99);   /* untouched */
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD_CASES ("/rendezvous/rendezvous-message/parse/", cases, test_parse);
  return g_test_run ();
}
