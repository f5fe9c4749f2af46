/* The rendezvous without sockets: what goes where, and what strangers can do to it. */
#include <string.h>

#include <sodium.h>

#include "identity/identity-private.h"
#include "rendezvous/mailbox-key.h"
#include "rendezvous/mailbox-store.h"
#include "rendezvous/post-office.h"

#define SECOND    G_USEC_PER_SEC
#define AUTHORITY "meet.example"
#define DAY       19675

static const YodelPostOfficeLimits generous = { 5000, 5000, 100000, 100000, 32 * 1024 * 1024 };

/* What a client was sent, and how it keeps its side. */
typedef struct
{
  YodelPostClient *client;      /* (nullable): gone */
  guint8           nonce[32];
  guint8           server_key[32];
  guint32          next_number;
  guint            n_messages;
  guint            n_pings;
  guint            n_verdicts[4];
  guint8           last_envelope_byte;
  gboolean         is_deaf;     /* answers no PING */
} Guest;

typedef struct
{
  YodelPostOffice *office;
  gint64           now_us;
} Room;

static void
room_init (Room                        *room,
           const YodelPostOfficeLimits *limits)
{
  const guint8 secret[32] = { 1, 2, 3 };

  g_type_class_unref (g_type_class_ref (YODEL_TYPE_IDENTITY));
  room->office = yodel_post_office_new (limits, secret);
  room->now_us = SECOND;
}

static void
say (Room                         *room,
     Guest                        *guest,
     const YodelRendezvousMessage *message)
{
  g_autoptr (GBytes) frame = yodel_rendezvous_message_write (message);
  gsize size;
  const guint8 *data = g_bytes_get_data (frame, &size);

  yodel_post_office_receive (room->office, guest->client, data, size, room->now_us);
}

static void
hear (Room         *room,
      Guest        *guest,
      const guint8 *data,
      gsize         size)
{
  YodelRendezvousMessage message;

  g_assert_true (yodel_rendezvous_message_parse (&message, data, size));
  switch (message.type)
    {
    case YODEL_RENDEZVOUS_WELCOME:
      memcpy (guest->server_key, message.server_key, 32);
      g_assert_cmpmem (message.nonce, 32, guest->nonce, 32);
      break;
    case YODEL_RENDEZVOUS_DONE:
      guest->n_verdicts[message.verdict]++;
      break;
    case YODEL_RENDEZVOUS_MESSAGE:
      guest->n_messages++;
      guest->last_envelope_byte = message.envelope[message.envelope_bytes - 1];
      break;
    case YODEL_RENDEZVOUS_PING:
      guest->n_pings++;
      if (!guest->is_deaf)
        say (room, guest, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_PONG, .number = message.number });
      break;
    case YODEL_RENDEZVOUS_ATTACH:
    case YODEL_RENDEZVOUS_DETACH:
    case YODEL_RENDEZVOUS_SEND:
    case YODEL_RENDEZVOUS_PONG:
      g_assert_not_reached ();
    }
}

static void
work (Room *room)
{
  YodelPostAction action;

  while (yodel_post_office_poll (room->office, &action))
    {
      Guest *guest = yodel_post_client_get_user_data (action.client);

      if (action.frame != NULL)
        {
          hear (room, guest, g_bytes_get_data (action.frame, NULL), g_bytes_get_size (action.frame));
          g_bytes_unref (action.frame);
          continue;
        }
      yodel_post_office_disconnect (room->office, guest->client);
      guest->client = NULL;
    }
}

static gboolean
enter (Room       *room,
       Guest      *guest,
       const char *source)
{
  static guint8 n;

  memset (guest->nonce, ++n, sizeof guest->nonce);
  guest->client = yodel_post_office_connect (room->office, source, AUTHORITY, guest->nonce, guest, room->now_us);
  work (room);
  return guest->client != NULL;
}

static YodelIdentity *
new_person (guint8 first)
{
  guint8 seed[32];

  memset (seed, first, sizeof seed);
  return yodel_identity_new_from_seed (seed);
}

static void
attach_as (Room          *room,
           Guest         *guest,
           YodelIdentity *owner,
           YodelIdentity *prover,
           const char    *authority)
{
  guint8 mailbox[32], proof[32], secret[32];
  YodelMailboxChallenge challenge = { guest->nonce, guest->server_key, authority };

  g_assert_true (yodel_mailbox_make (yodel_identity_get_public_key (owner), DAY, mailbox));
  g_assert_true (yodel_identity_agree (prover, guest->server_key, secret));
  g_assert_true (yodel_mailbox_prove (yodel_identity_get_public_key (prover), secret, DAY, &challenge, proof));
  say (room, guest, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_ATTACH, .number = ++guest->next_number,
                                                .mailbox = mailbox, .proof = proof });
  work (room);
}

static void
attach (Room          *room,
        Guest         *guest,
        YodelIdentity *identity)
{
  attach_as (room, guest, identity, identity, AUTHORITY);
}

static void
send_bytes (Room          *room,
            Guest         *guest,
            YodelIdentity *to,
            gsize          size,
            guint8         last)
{
  guint8 mailbox[32];
  g_autofree guint8 *envelope = g_malloc0 (size);

  envelope[size - 1] = last;
  g_assert_true (yodel_mailbox_make (yodel_identity_get_public_key (to), DAY, mailbox));
  say (room, guest, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_SEND, .number = ++guest->next_number,
                                                .mailbox = mailbox, .envelope = envelope, .envelope_bytes = size });
  work (room);
}

static YodelPostOfficeGauges
gauges_of (Room *room)
{
  YodelPostOfficeCounters counters;
  YodelPostOfficeGauges gauges;

  yodel_post_office_get_figures (room->office, &counters, &gauges);
  return gauges;
}

static void
pass (Room   *room,
      gint64  seconds)
{
  gint64 end_us = room->now_us + seconds * SECOND;
  gint64 next_us;

  while ((next_us = yodel_post_office_next_deadline_us (room->office)) <= end_us)
    {
      room->now_us = MAX (room->now_us, next_us);
      yodel_post_office_advance (room->office, room->now_us);
      work (room);
    }
  room->now_us = end_us;
}

/* Two devices of one owner hear it, and one who comes within minutes; nobody later. */
static void
test_delivery (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest sender = { 0 }, desk = { 0 }, phone = { 0 }, late = { 0 }, too_late = { 0 };
  Room room;

  room_init (&room, &generous);
  enter (&room, &sender, "s");
  enter (&room, &desk, "d");
  enter (&room, &phone, "p");
  enter (&room, &late, "l");
  enter (&room, &too_late, "t");
  attach (&room, &desk, bob);
  attach (&room, &phone, bob);

  send_bytes (&room, &sender, bob, 512, 7);
  g_assert_cmpuint (sender.n_verdicts[YODEL_RENDEZVOUS_OK], ==, 1);
  g_assert_cmpuint (desk.n_messages, ==, 1);
  g_assert_cmpuint (phone.last_envelope_byte, ==, 7);

  pass (&room, 290);
  attach (&room, &late, bob);
  g_assert_cmpuint (late.n_messages, ==, 1);
  pass (&room, 12);
  attach (&room, &too_late, bob);
  g_assert_cmpuint (too_late.n_messages, ==, 0);
  g_assert_cmpuint (gauges_of (&room).n_waiting, ==, 0);
  yodel_post_office_free (room.office);
}

/* Whether anybody is there is not for a sender to know. */
static void
test_absence_looks_like_presence (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  g_autoptr (YodelIdentity) nobody = new_person (3);
  Guest sender = { 0 }, desk = { 0 };
  Room room;

  room_init (&room, &generous);
  enter (&room, &sender, "s");
  enter (&room, &desk, "d");
  attach (&room, &desk, bob);
  send_bytes (&room, &sender, bob, 512, 1);
  send_bytes (&room, &sender, nobody, 512, 1);
  for (guint i = 0; i < 100; i++)   /* and a mailbox that overflows says nothing either */
    send_bytes (&room, &sender, nobody, 512, 1);
  g_assert_cmpuint (sender.n_verdicts[YODEL_RENDEZVOUS_OK], ==, 102);
  yodel_post_office_free (room.office);
}

static void
test_only_the_owner_attaches (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  g_autoptr (YodelIdentity) mallory = new_person (9);
  Guest sender = { 0 }, thief = { 0 };
  Room room;

  room_init (&room, &generous);
  enter (&room, &sender, "s");
  enter (&room, &thief, "t");
  attach_as (&room, &thief, bob, mallory, AUTHORITY);
  attach_as (&room, &thief, bob, bob, "other.example");   /* a proof made for another server, handed on */
  thief.nonce[0]++;
  attach (&room, &thief, bob);                            /* made for another connection */
  send_bytes (&room, &sender, bob, 512, 1);
  g_assert_cmpuint (thief.n_verdicts[YODEL_RENDEZVOUS_NOT_YOURS], ==, 3);
  g_assert_cmpuint (thief.n_messages, ==, 0);
  yodel_post_office_free (room.office);
}

static void
test_detached_hears_nothing (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest sender = { 0 }, desk = { 0 };
  guint8 mailbox[32];
  Room room;

  room_init (&room, &generous);
  enter (&room, &sender, "s");
  enter (&room, &desk, "d");
  attach (&room, &desk, bob);
  attach (&room, &desk, bob);   /* twice is once */
  yodel_mailbox_make (yodel_identity_get_public_key (bob), DAY, mailbox);
  say (&room, &desk, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_DETACH, .number = 3, .mailbox = mailbox });
  work (&room);
  send_bytes (&room, &sender, bob, 512, 1);
  g_assert_cmpuint (desk.n_messages, ==, 0);
  g_assert_cmpuint (desk.n_verdicts[YODEL_RENDEZVOUS_OK], ==, 3);
  yodel_post_office_free (room.office);
}

/* Each client has its second: the pings of many are spread, and who is silent goes. */
static void
test_pings_are_spread (void)
{
  enum { N = 256 };
  g_autofree Guest *guests = g_new0 (Guest, N);
  Room room;
  guint before = 0;

  room_init (&room, &generous);
  for (guint i = 0; i < N; i++)
    enter (&room, &guests[i], "one");
  guests[5].is_deaf = TRUE;

  for (guint second = 0; second < YODEL_POST_PING_S; second++)
    {
      guint pings = 0;

      pass (&room, 1);
      for (guint i = 0; i < N; i++)
        pings += guests[i].n_pings;
      g_assert_cmpuint (pings - before, <=, 2 * N / YODEL_POST_PING_S);
      before = pings;
    }
  g_assert_cmpuint (before, ==, N);
  pass (&room, YODEL_POST_PING_S);
  g_assert_cmpuint (gauges_of (&room).n_clients, ==, N - 1);
  g_assert_null (guests[5].client);
  yodel_post_office_free (room.office);
}

/* One who sends and one who never reads cost no more than the limits say. */
static void
test_who_does_not_read_is_held_back (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest sender = { 0 }, desk = { .is_deaf = TRUE };
  Room room;

  room_init (&room, &generous);
  enter (&room, &sender, "s");
  enter (&room, &desk, "d");
  attach (&room, &desk, bob);
  for (guint i = 0; i < 100; i++)
    send_bytes (&room, &sender, bob, 32768, 1);
  g_assert_cmpuint (desk.n_messages, <, 16);
  g_assert_cmpuint (gauges_of (&room).unheard_bytes, <=, 2 * YODEL_POST_MAX_UNHEARD);
  g_assert_cmpuint (gauges_of (&room).waiting_bytes, <=, YODEL_MAILBOX_MAX_WAITING);

  pass (&room, 2 * YODEL_POST_PING_S);
  g_assert_null (desk.client);
  g_assert_cmpuint (gauges_of (&room).unheard_bytes, <, 8192);
  yodel_post_office_free (room.office);
}

/* One who reads gets all of it. */
static void
test_who_reads_is_not_held_back (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest sender = { 0 }, desk = { 0 };
  Room room;

  room_init (&room, &generous);
  enter (&room, &sender, "s");
  enter (&room, &desk, "d");
  attach (&room, &desk, bob);
  for (guint i = 0; i < 100; i++)
    send_bytes (&room, &sender, bob, 32768, 1);
  g_assert_cmpuint (desk.n_messages, ==, 100);
  yodel_post_office_free (room.office);
}

static void
test_too_fast (void)
{
  const YodelPostOfficeLimits limits = { 10, 10, 5, 1000, 1024 * 1024 };
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest flood = { 0 }, calm = { 0 };
  Room room;

  room_init (&room, &limits);
  enter (&room, &flood, "f");
  enter (&room, &calm, "c");
  for (guint i = 0; i < 100; i++)
    send_bytes (&room, &flood, bob, 512, 1);
  g_assert_cmpuint (flood.n_verdicts[YODEL_RENDEZVOUS_OK], ==, 5 * YODEL_POST_BURST_S - 1);   /* to connect counts too */
  send_bytes (&room, &calm, bob, 512, 1);
  g_assert_cmpuint (calm.n_verdicts[YODEL_RENDEZVOUS_OK], ==, 1);

  pass (&room, 1);
  send_bytes (&room, &flood, bob, 32768, 1);   /* weighs four */
  send_bytes (&room, &flood, bob, 512, 1);
  send_bytes (&room, &flood, bob, 512, 1);
  g_assert_cmpuint (flood.n_verdicts[YODEL_RENDEZVOUS_OK], ==, 5 * YODEL_POST_BURST_S - 1 + 2);
  for (guint i = 0; flood.client != NULL && i < YODEL_POST_MAX_REFUSALS; i++)
    send_bytes (&room, &flood, bob, 512, 1);
  g_assert_null (flood.client);   /* who does not take no for an answer goes */
  yodel_post_office_free (room.office);
}

static void
test_all_together_are_too_fast (void)
{
  const YodelPostOfficeLimits limits = { 100, 10, 50, 50, 1024 * 1024 };
  g_autoptr (YodelIdentity) bob = new_person (2);
  g_autofree Guest *guests = g_new0 (Guest, 50);
  Room room;
  guint taken = 0;

  room_init (&room, &limits);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *source = g_strdup_printf ("s%u", i);

      enter (&room, &guests[i], source);
    }
  for (guint i = 0; i < 500; i++)
    send_bytes (&room, &guests[i % 50], bob, 512, 1);
  for (guint i = 0; i < 50; i++)
    taken += guests[i].n_verdicts[YODEL_RENDEZVOUS_OK];
  g_assert_cmpuint (taken, ==, 50 * YODEL_POST_BURST_S - 50);
  yodel_post_office_free (room.office);
}

static void
test_no_room (void)
{
  const YodelPostOfficeLimits limits = { 6, 4, 1000, 1000, 1024 * 1024 };
  Guest guests[8] = { 0 };
  Room room;

  room_init (&room, &limits);
  for (guint i = 0; i < 4; i++)
    g_assert_true (enter (&room, &guests[i], "one"));
  g_assert_false (yodel_post_office_has_room_for (room.office, "one", room.now_us));
  g_assert_false (enter (&room, &guests[4], "one"));
  g_assert_true (enter (&room, &guests[5], "two"));
  g_assert_true (enter (&room, &guests[6], "three"));
  g_assert_false (enter (&room, &guests[7], "four"));
  yodel_post_office_disconnect (room.office, guests[0].client);
  g_assert_true (enter (&room, &guests[7], "four"));
  yodel_post_office_free (room.office);
}

static void
test_too_many_mailboxes (void)
{
  Guest guest = { 0 };
  Room room;

  room_init (&room, &generous);
  enter (&room, &guest, "s");
  for (guint i = 0; i < YODEL_POST_MAX_MAILBOXES + 1; i++)
    {
      g_autoptr (YodelIdentity) identity = new_person (i + 1);

      attach (&room, &guest, identity);
    }
  g_assert_cmpuint (guest.n_verdicts[YODEL_RENDEZVOUS_TOO_MANY], ==, 1);
  yodel_post_office_free (room.office);
}

static void
test_too_many_devices (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest devices[YODEL_MAILBOX_MAX_CLIENTS + 1] = { 0 };
  Room room;

  room_init (&room, &generous);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      enter (&room, &devices[i], "s");
      attach (&room, &devices[i], bob);
    }
  g_assert_cmpuint (devices[YODEL_MAILBOX_MAX_CLIENTS].n_verdicts[YODEL_RENDEZVOUS_TOO_MANY], ==, 1);
  yodel_post_office_free (room.office);
}

/* A flood of strangers into a mailbox pushes out the flood, not the friend. */
static void
test_a_flood_pushes_out_itself (void)
{
  g_autoptr (YodelIdentity) bob = new_person (2);
  Guest flood = { 0 }, friend = { 0 }, desk = { 0 };
  guint friends = 0;
  Room room;

  room_init (&room, &generous);
  enter (&room, &flood, "flood");
  enter (&room, &friend, "friend");
  enter (&room, &desk, "desk");
  send_bytes (&room, &friend, bob, 512, 42);
  for (guint i = 0; i < 1000; i++)
    send_bytes (&room, &flood, bob, 512, 1);
  g_assert_cmpuint (gauges_of (&room).n_waiting, ==, YODEL_MAILBOX_MAX_MESSAGES);

  attach (&room, &desk, bob);
  g_assert_cmpuint (desk.n_messages, ==, YODEL_MAILBOX_MAX_MESSAGES);
  friends += desk.last_envelope_byte == 1;
  send_bytes (&room, &friend, bob, 512, 43);
  g_assert_cmpuint (desk.last_envelope_byte, ==, 43);
  g_assert_cmpuint (friends, ==, 1);
  yodel_post_office_free (room.office);
}

/* However many mailboxes are made up, memory is bounded. */
static void
test_memory_is_bounded (void)
{
  const YodelPostOfficeLimits limits = { 10, 10, 1000000, 1000000, 1024 * 1024 };
  g_autofree guint8 *envelope = g_malloc0 (4096);
  Guest flood = { 0 };
  Room room;

  room_init (&room, &limits);
  enter (&room, &flood, "f");
  for (guint32 i = 0; i < 5000; i++)
    {
      guint8 mailbox[32] = { 0 };

      memcpy (mailbox, &i, sizeof i);
      say (&room, &flood, &(YodelRendezvousMessage) { .type = YODEL_RENDEZVOUS_SEND, .number = i, .mailbox = mailbox,
                                                      .envelope = envelope, .envelope_bytes = 4096 });
      work (&room);
    }
  g_assert_cmpuint (gauges_of (&room).waiting_bytes, <=, limits.max_waiting_bytes);
  g_assert_cmpuint (gauges_of (&room).n_mailboxes, ==, gauges_of (&room).n_waiting);
  g_assert_cmpuint (gauges_of (&room).n_waiting, >, 200);
  pass (&room, 301);
  g_assert_cmpuint (gauges_of (&room).n_mailboxes, ==, 0);
  yodel_post_office_free (room.office);
}

static void
test_nonsense_ends_the_client (void)
{
  const guint8 nonsense[] = { 0x11, 0, 0 };
  const guint8 unasked_pong[] = { 0x14, 0, 0, 0, 9 };
  Guest one = { 0 }, other = { 0 };
  Room room;

  room_init (&room, &generous);
  enter (&room, &one, "s");
  enter (&room, &other, "s");
  yodel_post_office_receive (room.office, one.client, nonsense, sizeof nonsense, room.now_us);
  yodel_post_office_receive (room.office, one.client, nonsense, sizeof nonsense, room.now_us);
  yodel_post_office_receive (room.office, other.client, unasked_pong, sizeof unasked_pong, room.now_us);
  work (&room);
  g_assert_null (one.client);
  g_assert_null (other.client);
  pass (&room, 60);
  g_assert_cmpint (yodel_post_office_next_deadline_us (room.office), ==, G_MAXINT64);   /* idle: nothing to wake for */
  yodel_post_office_free (room.office);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rendezvous/post-office/reaches-all-devices-and-who-comes-soon", test_delivery);
  g_test_add_func ("/rendezvous/post-office/absence-looks-like-presence", test_absence_looks_like_presence);
  g_test_add_func ("/rendezvous/post-office/only-the-owner-attaches", test_only_the_owner_attaches);
  g_test_add_func ("/rendezvous/post-office/detached-hears-nothing", test_detached_hears_nothing);
  g_test_add_func ("/rendezvous/post-office/pings-are-spread-and-the-silent-go", test_pings_are_spread);
  g_test_add_func ("/rendezvous/post-office/who-does-not-read-is-held-back", test_who_does_not_read_is_held_back);
  g_test_add_func ("/rendezvous/post-office/who-reads-is-not-held-back", test_who_reads_is_not_held_back);
  g_test_add_func ("/rendezvous/post-office/too-fast", test_too_fast);
  g_test_add_func ("/rendezvous/post-office/all-together-are-too-fast", test_all_together_are_too_fast);
  g_test_add_func ("/rendezvous/post-office/no-room", test_no_room);
  g_test_add_func ("/rendezvous/post-office/too-many-mailboxes", test_too_many_mailboxes);
  g_test_add_func ("/rendezvous/post-office/too-many-devices", test_too_many_devices);
  g_test_add_func ("/rendezvous/post-office/a-flood-pushes-out-itself", test_a_flood_pushes_out_itself);
  g_test_add_func ("/rendezvous/post-office/memory-is-bounded", test_memory_is_bounded);
  g_test_add_func ("/rendezvous/post-office/nonsense-ends-the-client", test_nonsense_ends_the_client);
  return g_test_run ();
}
