/* Who may knock how often; the test is the clock. */
#include "call/knock-guard.h"

#include <string.h>

#include "call/inbox.h"

static gboolean
knock (YodelKnockGuard *guard,
       guint32          who,
       gint64           now_us)
{
  guint8 key[YODEL_KNOCK_GUARD_KEY_BYTES] = { 0 };

  memcpy (key, &who, sizeof who);
  return yodel_knock_guard_let_in (guard, key, now_us);
}

static void
test_key (void)
{
  YodelKnockGuard guard;
  const gint64 now_us = 1000 * G_USEC_PER_SEC;

  yodel_knock_guard_init (&guard);
  g_assert_true (knock (&guard, 1, now_us));
  g_assert_false (knock (&guard, 1, now_us + YODEL_KNOCK_GUARD_KEY_US - 1));
  g_assert_true (knock (&guard, 1, now_us + YODEL_KNOCK_GUARD_KEY_US));
}

static void
test_all (void)
{
  YodelKnockGuard guard;
  guint n = 0;

  yodel_knock_guard_init (&guard);
  /* An hour in which somebody new knocks each 10 ms: no more than the rate, nor less. */
  for (guint i = 0; i < 360000; i++)
    n += knock (&guard, i, (gint64) i * 10000);
  g_assert_cmpuint (n, >=, 360);
  g_assert_cmpuint (n, <=, 360 + YODEL_KNOCK_GUARD_TOTAL_BURST);
}

static YodelReplayVerdict
say (YodelInbox *inbox,
     guint32     who,
     gint64      sent_ms,
     guint32     number)
{
  g_autoptr (YodelCallMessage) message = yodel_call_message_new (YODEL_CALL_MESSAGE_RING);
  guint8 sender[32] = { 0 };

  memcpy (sender, &who, sizeof who);
  message->number = number;
  message->sent_ms = sent_ms;
  return yodel_inbox_check (inbox, sender, who != 0, message, 1000000);
}

/* More peers than it remembers: who was forgotten cannot be replayed. */
static void
test_inbox (void)
{
  YodelInbox inbox;

  yodel_inbox_init (&inbox, 900000);
  g_assert_cmpint (say (&inbox, 1, 900000, 1), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (say (&inbox, 1, 950000, 1), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpint (say (&inbox, 1, 950000, 1), ==, YODEL_REPLAY_REPEATED);
  for (guint32 who = 2; who < 2 + 2 * YODEL_INBOX_MAX_PEERS; who++)
    g_assert_cmpint (say (&inbox, who, 960000 + who, 1), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpuint (inbox.n_peers, ==, YODEL_INBOX_MAX_PEERS);
  g_assert_cmpint (say (&inbox, 1, 950000, 1), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (say (&inbox, 0, 950000, 1), ==, YODEL_REPLAY_FRESH);   /* strangers have their own */
  yodel_inbox_clear (&inbox);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call/knock-guard/a-key-once-a-minute", test_key);
  g_test_add_func ("/call/knock-guard/all-together-at-the-rate", test_all);
  g_test_add_func ("/call/inbox/who-is-forgotten-is-not-replayed", test_inbox);
  return g_test_run ();
}
