/* What the hash table's module is made of, without a network: names of mailboxes, the queue, the URI. */
#include <string.h>

#include "dht/dht-inbox.h"
#include "dht/dht-mailbox.h"
#include "dht/dht-uri.h"
#include "lib/hex.h"

/* Alice and Bob of docs/wire-signalling.md, day 19675. */
#define ALICE "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
#define BOB   "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7"
#define DAY   19675

static void
assert_mailbox (const YodelDhtMailbox *mailbox,
                const char            *hex)
{
  g_autoptr (GByteArray) expected = from_hex (hex);

  g_assert_cmpmem (mailbox->bytes, sizeof mailbox->bytes, expected->data, expected->len);
}

static void
test_mailbox_vectors (void)
{
  g_autoptr (GByteArray) bob = from_hex (BOB);
  g_autoptr (GByteArray) secret = from_hex ("6666666666666666666666666666666666666666666666666666666666666666");
  YodelDhtMailbox mailbox;

  yodel_dht_mailbox_make_open (bob->data, DAY, &mailbox);
  assert_mailbox (&mailbox, "0ec0170f22c67d299bd876b2d148d5b0b08aa08a");
  yodel_dht_mailbox_make_pair (secret->data, bob->data, DAY, &mailbox);
  assert_mailbox (&mailbox, "2118ee7c1c7d75e33b69e482ea4ad53f4a5ef866");
}

static void
test_mailboxes_differ (void)
{
  g_autoptr (GByteArray) alice = from_hex (ALICE);
  g_autoptr (GByteArray) bob = from_hex (BOB);
  const guint8 secret[32] = { 1 };
  const guint8 other[32] = { 2 };
  YodelDhtMailbox mailboxes[6];

  yodel_dht_mailbox_make_open (bob->data, DAY, &mailboxes[0]);
  yodel_dht_mailbox_make_open (bob->data, DAY + 1, &mailboxes[1]);
  yodel_dht_mailbox_make_pair (secret, bob->data, DAY, &mailboxes[2]);
  yodel_dht_mailbox_make_pair (secret, bob->data, DAY + 1, &mailboxes[3]);
  yodel_dht_mailbox_make_pair (secret, alice->data, DAY, &mailboxes[4]);
  yodel_dht_mailbox_make_pair (other, bob->data, DAY, &mailboxes[5]);
  for (guint i = 0; i < G_N_ELEMENTS (mailboxes); i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (memcmp (&mailboxes[i], &mailboxes[j], sizeof mailboxes[i]), !=, 0);
}

typedef struct
{
  guint n_open;
  guint n_pair;
} Heard;

static void
on_value (GBytes   *value,
          gboolean  is_open,
          gpointer  user_data)
{
  Heard *heard = user_data;

  if (is_open)
    heard->n_open++;
  else
    heard->n_pair++;
}

static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_flood_leaves_room_for_contacts (void)
{
  const guint8 data[] = { 1, 2, 3 };
  Heard heard = { 0 };
  YodelDhtInbox *inbox = yodel_dht_inbox_new (NULL, on_value, &heard);
  YodelDhtSlot *open = yodel_dht_slot_new (inbox, TRUE);
  YodelDhtSlot *pair = yodel_dht_slot_new (inbox, FALSE);

  for (guint i = 0; i < 10000; i++)
    yodel_dht_slot_push (open, data, sizeof data, 1000000 + i);
  yodel_dht_slot_push (pair, data, sizeof data, 1000000);
  drain ();
  g_assert_cmpuint (heard.n_open, ==, YODEL_DHT_INBOX_BURST);
  g_assert_cmpuint (heard.n_pair, ==, 1);
  g_assert_cmpuint (yodel_dht_inbox_n_dropped (inbox), ==, 10000 - YODEL_DHT_INBOX_BURST);

  /* a second later there is room for a second's worth */
  for (guint i = 0; i < 10000; i++)
    yodel_dht_slot_push (open, data, sizeof data, 2010000);
  drain ();
  g_assert_cmpuint (heard.n_open, ==, YODEL_DHT_INBOX_BURST + YODEL_DHT_INBOX_PER_SECOND);

  yodel_dht_slot_free (pair);
  yodel_dht_inbox_close (inbox);
  yodel_dht_slot_push (open, data, sizeof data, 9000000);   /* the library may be late */
  drain ();
  yodel_dht_slot_free (open);
}

static void
test_queue_is_bounded (void)
{
  const guint8 data[] = { 1 };
  Heard heard = { 0 };
  YodelDhtInbox *inbox = yodel_dht_inbox_new (NULL, on_value, &heard);
  YodelDhtSlot *slots[12];

  for (guint i = 0; i < G_N_ELEMENTS (slots); i++)
    {
      slots[i] = yodel_dht_slot_new (inbox, i < 6);
      for (guint j = 0; j < YODEL_DHT_INBOX_BURST; j++)
        yodel_dht_slot_push (slots[i], data, sizeof data, 1);
    }
  drain ();
  g_assert_cmpuint (heard.n_open, ==, YODEL_DHT_INBOX_MAX_OPEN);
  g_assert_cmpuint (heard.n_open + heard.n_pair, ==, YODEL_DHT_INBOX_MAX_VALUES);
  for (guint i = 0; i < G_N_ELEMENTS (slots); i++)
    yodel_dht_slot_free (slots[i]);
  yodel_dht_inbox_close (inbox);
}

static const struct
{
  const char *uri;
  gboolean    is_valid;
  guint       n_nodes;
  guint16     first_port;
} uris[] = {
  { "dht:",                                         TRUE,  0, 0 },
  { "dht:node.example",                             TRUE,  1, YODEL_DHT_DEFAULT_PORT },
  { "dht:node.example:5000,[2001:db8::1]:6000",     TRUE,  2, 5000 },
  { "dht:192.0.2.1?port=4222&network=7&traffic=low", TRUE, 1, YODEL_DHT_DEFAULT_PORT },
  { "dht:a,b,c,d,e,f,g,h,i",                        FALSE, 0, 0 },
  { "dht:,",                                        FALSE, 0, 0 },
  { "dht:node.example:0",                           FALSE, 0, 0 },
  { "dht:node.example:70000",                       FALSE, 0, 0 },
  { "dht:?port=70000",                              FALSE, 0, 0 },
  { "dht:?traffic=none",                            FALSE, 0, 0 },
  { "dht:?colour=blue",                             FALSE, 0, 0 },
  { "ws://node.example",                            FALSE, 0, 0 },
};

static void
test_uri (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (GError) error = NULL;
      YodelDhtUri uri;

      g_test_message ("%s", uris[i].uri);
      g_assert_cmpint (yodel_dht_uri_parse (&uri, uris[i].uri, &error), ==, uris[i].is_valid);
      g_assert_cmpint (error == NULL, ==, uris[i].is_valid);
      g_assert_cmpuint (uri.n_nodes, ==, uris[i].n_nodes);
      if (uri.n_nodes > 0)
        g_assert_cmpuint (uri.ports[0], ==, uris[i].first_port);
      yodel_dht_uri_clear (&uri);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dht/mailbox/vectors", test_mailbox_vectors);
  g_test_add_func ("/dht/mailbox/of-days-and-people-differ", test_mailboxes_differ);
  g_test_add_func ("/dht/inbox/flood-leaves-room-for-contacts", test_flood_leaves_room_for_contacts);
  g_test_add_func ("/dht/inbox/is-bounded", test_queue_is_bounded);
  g_test_add_func ("/dht/uri/table", test_uri);
  return g_test_run ();
}
