#include "audio/telephone-event.h"
#include "audio/telephone-receiver.h"
#include "audio/telephone-sender.h"
#include "base/units.h"
#include "lib/hex.h"

#define RATE_HZ  48000u
#define MS(n)    ((gint64) (n) * 1000)
#define BEGAN_US (1000 * G_USEC_PER_SEC)

typedef struct
{
  const char *name;
  const char *hex;
  gboolean    valid;
  guint       event;
  gboolean    is_end;
  guint       volume;
  guint       duration;
} Case;

static const Case cases[] = {
  { "empty",                 "",             FALSE, 0,   FALSE, 0,  0 },
  { "cut-short",             "050a03",       FALSE, 0,   FALSE, 0,  0 },
  { "key-down",              "050a03c0",     TRUE,  5,   FALSE, 10, 960 },
  { "key-up",                "0b8a12c0",     TRUE,  11,  TRUE,  10, 4800 },
  { "reserved-bit-ignored",  "004a0000",     TRUE,  0,   FALSE, 10, 0 },
  { "largest-of-all",        "ffbfffff",     TRUE,  255, TRUE,  63, 65535 },
  { "more-behind-it",        "018a000a 02",  TRUE,  1,   TRUE,  10, 10 },
};

static void
test_parse (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GByteArray) bytes = from_hex (c->hex);
  YodelTelephoneEvent event = { .event = 77 };
  guint8 again[YODEL_TELEPHONE_EVENT_BYTES];

  g_assert_cmpint (yodel_telephone_event_parse (&event, bytes->data, bytes->len), ==, c->valid);
  g_assert_cmpuint (event.event, ==, c->valid ? c->event : 77);
  if (!c->valid)
    return;

  g_assert_cmpint (event.is_end, ==, c->is_end);
  g_assert_cmpuint (event.volume, ==, c->volume);
  g_assert_cmpuint (event.duration, ==, c->duration);
  yodel_telephone_event_write (&event, again);
  bytes->data[1] &= 0xbf;
  g_assert_cmpmem (again, sizeof again, bytes->data, sizeof again);
}

static void
test_keys (void)
{
  static const char keys[] = "0123456789*#ABCD";
  guint8 event = 77;

  for (guint i = 0; keys[i] != '\0'; i++)
    {
      g_assert_true (yodel_telephone_event_from_key (keys[i], &event));
      g_assert_cmpuint (event, ==, i);
      g_assert_cmpint (yodel_telephone_event_to_key (event), ==, keys[i]);
    }
  g_assert_true (yodel_telephone_event_from_key ('d', &event));
  g_assert_cmpuint (event, ==, 15);
  g_assert_false (yodel_telephone_event_from_key ('e', &event));
  g_assert_false (yodel_telephone_event_from_key ('\0', &event));
  g_assert_cmpint (yodel_telephone_event_to_key (16), ==, '\0');
}

static void
test_fmtp (void)
{
  static const struct
  {
    const char *fmtp;
    guint       set;
  } lists[] = {
    { NULL, 0xffff }, { "0-15", 0xffff }, { "0-11", 0x0fff }, { "0-15,66,70", 0xffff }, { "1,3, 5", 0x2a },
    { "", 0 }, { "16-300", 0 }, { "9-1", 0 }, { "0-99999999999999999999", 0xffff }, { "events=0-1", 0x3 },
    { "-3", 0 }, { ",,,2,,", 0x4 }, { "x,1-x,2", 0x4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_assert_cmphex (yodel_telephone_events_parse (lists[i].fmtp), ==, lists[i].set);
}

static void
test_reports_of_a_key (void)
{
  YodelTelephoneSender sender;
  YodelTelephonePacket packet;
  gint64 now_us = BEGAN_US;

  yodel_telephone_sender_init (&sender);
  g_assert_cmpint (yodel_telephone_sender_next_deadline_us (&sender), ==, YODEL_NEVER_US);
  g_assert_false (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, now_us));
  g_assert_true (yodel_telephone_sender_push (&sender, 5, 100, now_us));

  g_assert_false (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, now_us));
  for (guint i = 1; i <= 7; i++)
    {
      now_us = yodel_telephone_sender_next_deadline_us (&sender);
      g_assert_cmpint (now_us, ==, BEGAN_US + MS (20) * i);
      g_assert_false (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, now_us - 1));
      g_assert_true (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, now_us));
      g_assert_cmpuint (packet.report.event, ==, 5);
      g_assert_cmpuint (packet.report.duration, ==, 960 * MIN (i, 5));
      g_assert_cmpint (packet.report.is_end, ==, i >= 5);      /* and twice more */
      g_assert_cmpint (packet.is_first, ==, i == 1);
      g_assert_cmpuint (packet.offset, ==, 0);
      g_assert_false (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, now_us));
    }
  g_assert_cmpint (yodel_telephone_sender_next_deadline_us (&sender), ==, YODEL_NEVER_US);
}

/* Turns the clock until nothing waits; what leaves goes to @receiver but for those that @lost names.
 * Returns: when the last key came out */
static gint64
deliver (YodelTelephoneSender   *sender,
         YodelTelephoneReceiver *receiver,
         guint                   rate_hz,
         const char             *lost,
         GString                *keys,
         guint                  *duration_ms)
{
  gint64 now_us = BEGAN_US, last_us = 0;
  guint32 event_time = 0xffff0000;            /* wraps */
  guint n = 0;

  while (TRUE)
    {
      YodelTelephonePacket packet;
      YodelTelephoneOver over;
      guint8 payload[YODEL_TELEPHONE_EVENT_BYTES];
      gint64 deadline_us = MIN (yodel_telephone_sender_next_deadline_us (sender),
                                yodel_telephone_receiver_next_deadline_us (receiver));

      if (deadline_us == YODEL_NEVER_US)
        return last_us;
      now_us = MAX (now_us, deadline_us);
      while (yodel_telephone_sender_poll (sender, &packet, rate_hz, now_us))
        {
          if (packet.is_first)
            event_time += 48 * 8170;
          yodel_telephone_event_write (&packet.report, payload);
          if (lost == NULL || lost[n % strlen (lost)] != 'x')
            yodel_telephone_receiver_push (receiver, event_time + packet.offset * (48000 / rate_hz), packet.is_first, rate_hz,
                                           payload, sizeof payload, now_us);
          n++;
        }
      yodel_telephone_receiver_advance (receiver, now_us);
      while (yodel_telephone_receiver_poll (receiver, &over))
        {
          g_string_append_c (keys, yodel_telephone_event_to_key (over.event));
          *duration_ms = over.duration_ms;
          last_us = now_us;
        }
    }
}

static void
push_keys (YodelTelephoneSender *sender,
           const char           *keys,
           guint                 duration_ms)
{
  for (; *keys != '\0'; keys++)
    {
      guint8 event = YODEL_TELEPHONE_PAUSE;

      g_assert_true (*keys == ',' || yodel_telephone_event_from_key (*keys, &event));
      g_assert_true (yodel_telephone_sender_push (sender, event, duration_ms, BEGAN_US));
    }
}

typedef struct
{
  const char *name;
  const char *keys;
  const char *heard;
  guint       rate_hz;
  guint       duration_ms;
  guint       heard_ms;
  const char *lost;         /* 'x': a packet is; over and over */
} Way;

static const Way ways[] = {
  { "plain",                    "1234567890*#ABCD", "1234567890*#ABCD", 48000, 100,  100,  NULL },
  { "at-8000",                  "55",               "55",               8000,  100,  100,  NULL },
  { "the-same-key-twice",       "9999",             "9999",             48000, 40,   40,   NULL },
  { "longer-than-a-segment",    "7",                "7",                48000, 6000, 6000, NULL },
  { "long-with-loss",           "77",               "77",               48000, 3000, 3000, "...x.x" },
  { "every-second-packet-lost", "123",              "123",              48000, 100,  100,  "x." },
  { "two-of-three-lost",        "123",              "123",              48000, 100,  100,  "xx." },
  { "all-ends-lost",            "5",                "5",                48000, 100,  80,   "....xxx" },
  { "a-pause",                  "1,2",              "12",               48000, 100,  100,  NULL },
  { "too-short-a-wish",         "1",                "1",                48000, 1,    40,   NULL },
  { "too-long-a-wish",          "1",                "1",                48000, 90000, 6000, NULL },
};

static void
test_way (gconstpointer data)
{
  const Way *way = data;
  YodelTelephoneSender sender;
  YodelTelephoneReceiver receiver;
  g_autoptr (GString) keys = g_string_new (NULL);
  guint duration_ms = 0;

  yodel_telephone_sender_init (&sender);
  yodel_telephone_receiver_init (&receiver);
  push_keys (&sender, way->keys, way->duration_ms);
  deliver (&sender, &receiver, way->rate_hz, way->lost, keys, &duration_ms);
  g_assert_cmpstr (keys->str, ==, way->heard);
  g_assert_cmpuint (duration_ms, ==, way->heard_ms);
}

static void
test_pause_is_two_seconds (void)
{
  YodelTelephoneSender sender;
  YodelTelephoneReceiver receiver;
  g_autoptr (GString) keys = g_string_new (NULL);
  guint duration_ms;

  yodel_telephone_sender_init (&sender);
  yodel_telephone_receiver_init (&receiver);
  push_keys (&sender, "1,2", 100);
  g_assert_cmpint (deliver (&sender, &receiver, RATE_HZ, NULL, keys, &duration_ms), ==, BEGAN_US + MS (100 + 70 + 2000 + 100));
}

static void
test_full_queue (void)
{
  YodelTelephoneSender sender;

  yodel_telephone_sender_init (&sender);
  for (guint i = 0; i < YODEL_TELEPHONE_MAX_WAITING; i++)
    g_assert_true (yodel_telephone_sender_push (&sender, 1, 100, BEGAN_US));
  g_assert_false (yodel_telephone_sender_push (&sender, 1, 100, BEGAN_US));
}

/* A thread that was held up says what is true now, not all that it missed. */
static void
test_held_up (void)
{
  YodelTelephoneSender sender;
  YodelTelephonePacket packet;

  yodel_telephone_sender_init (&sender);
  push_keys (&sender, "1", 400);
  g_assert_false (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, BEGAN_US));
  g_assert_true (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, BEGAN_US + MS (205)));
  g_assert_cmpuint (packet.report.duration, ==, 9600);
  g_assert_true (packet.is_first);
  g_assert_false (yodel_telephone_sender_poll (&sender, &packet, RATE_HZ, BEGAN_US + MS (205)));
}

/* A peer that floods is cut down to what a person could press, and costs no memory. */
static void
test_flood (void)
{
  YodelTelephoneReceiver receiver;
  YodelTelephoneOver over;
  guint n = 0;

  yodel_telephone_receiver_init (&receiver);
  for (guint i = 0; i < 10000; i++)
    {
      const guint8 payload[] = { 5, 0x8a, 0, 10 };

      yodel_telephone_receiver_push (&receiver, 100 * i, TRUE, RATE_HZ, payload, sizeof payload, BEGAN_US + MS (i) / 10);
      while (yodel_telephone_receiver_poll (&receiver, &over))
        n++;
    }
  g_assert_cmpuint (n, >=, YODEL_TELEPHONE_MAX_OVER);
  g_assert_cmpuint (n, <=, YODEL_TELEPHONE_MAX_OVER + 21);
  g_assert_cmpuint (receiver.n_dropped, ==, 10000 - n);
}

/* Nobody fetches: no more is kept than there is room for. */
static void
test_full_receiver (void)
{
  YodelTelephoneReceiver receiver;

  yodel_telephone_receiver_init (&receiver);
  for (guint i = 0; i < 100; i++)
    {
      const guint8 payload[] = { 5, 0x8a, 0, 10 };

      yodel_telephone_receiver_push (&receiver, 100 * i, TRUE, RATE_HZ, payload, sizeof payload, BEGAN_US + MS (200) * i);
    }
  g_assert_cmpuint (receiver.n_over, ==, YODEL_TELEPHONE_MAX_OVER);
}

/* Several reports in one packet, section 2.5.1.5; and sizes that are none. */
static void
test_packed (void)
{
  static const guint8 packed[] = { 1, 0x8a, 0x12, 0xc0, 2, 0x8a, 0x12, 0xc0, 2, 0x0a };
  YodelTelephoneReceiver receiver;
  YodelTelephoneOver over;

  yodel_telephone_receiver_init (&receiver);
  yodel_telephone_receiver_push (&receiver, 0, TRUE, RATE_HZ, packed, 10, BEGAN_US);
  yodel_telephone_receiver_push (&receiver, 0, TRUE, RATE_HZ, packed, 0, BEGAN_US);
  g_assert_cmpuint (receiver.n_malformed, ==, 2);
  yodel_telephone_receiver_push (&receiver, 0, TRUE, RATE_HZ, packed, 8, BEGAN_US);
  g_assert_true (yodel_telephone_receiver_poll (&receiver, &over));
  g_assert_cmpuint (over.event, ==, 1);
  g_assert_true (yodel_telephone_receiver_poll (&receiver, &over));
  g_assert_cmpuint (over.event, ==, 2);
  g_assert_cmpuint (over.duration_ms, ==, 100);
  g_assert_false (yodel_telephone_receiver_poll (&receiver, &over));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/telephone-event/parse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_parse);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *path = g_strconcat ("/audio/telephone-event/arrives/", ways[i].name, NULL);

      g_test_add_data_func (path, &ways[i], test_way);
    }
  g_test_add_func ("/audio/telephone-event/keys-have-names", test_keys);
  g_test_add_func ("/audio/telephone-event/lists-of-keys-are-read", test_fmtp);
  g_test_add_func ("/audio/telephone-event/a-key-is-reported-until-it-is-up", test_reports_of_a_key);
  g_test_add_func ("/audio/telephone-event/a-pause-is-two-seconds", test_pause_is_two_seconds);
  g_test_add_func ("/audio/telephone-event/a-full-queue-refuses", test_full_queue);
  g_test_add_func ("/audio/telephone-event/a-held-up-sender-says-what-is-true-now", test_held_up);
  g_test_add_func ("/audio/telephone-event/a-flood-is-cut-down", test_flood);
  g_test_add_func ("/audio/telephone-event/a-full-receiver-drops", test_full_receiver);
  g_test_add_func ("/audio/telephone-event/reports-may-share-a-packet", test_packed);

  return g_test_run ();
}
