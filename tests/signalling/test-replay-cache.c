/* No message passes twice, whatever fills the cache. */
#include <string.h>

#include <glib.h>

#include "signalling/replay-cache.h"

#define NOW G_GINT64_CONSTANT (1700000000000)

static const guint8 alice[32] = "alice";
static const guint8 bob[32] = "bob";

static YodelReplayVerdict
check (YodelReplayCache *cache,
       const guint8      sender[32],
       guint32           number,
       gint64            sent_ms,
       gint64            now_ms)
{
  YodelCallMessage message = { .type = YODEL_CALL_MESSAGE_RING, .number = number, .sent_ms = sent_ms };

  return yodel_replay_cache_check (cache, sender, &message, now_ms);
}

static void
test_once (void)
{
  YodelReplayCache cache;

  yodel_replay_cache_init (&cache, 0);
  g_assert_cmpint (check (&cache, alice, 1, NOW, NOW), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpint (check (&cache, alice, 1, NOW, NOW + 1), ==, YODEL_REPLAY_REPEATED);
  g_assert_cmpint (check (&cache, alice, 1, NOW + 5, NOW + 10), ==, YODEL_REPLAY_REPEATED);
  g_assert_cmpint (check (&cache, bob, 1, NOW, NOW), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpint (check (&cache, alice, 2, NOW, NOW), ==, YODEL_REPLAY_FRESH);
}

static void
test_window (void)
{
  YodelReplayCache cache;

  yodel_replay_cache_init (&cache, 0);
  g_assert_cmpint (check (&cache, alice, 1, NOW - YODEL_REPLAY_WINDOW_MS - 1, NOW), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (check (&cache, alice, 1, NOW + YODEL_REPLAY_WINDOW_MS + 1, NOW), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (check (&cache, alice, 1, G_MAXINT64, NOW), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (check (&cache, alice, 1, 0, NOW), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (check (&cache, alice, 1, NOW - YODEL_REPLAY_WINDOW_MS, NOW), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpint (check (&cache, alice, 2, NOW + YODEL_REPLAY_WINDOW_MS, NOW), ==, YODEL_REPLAY_FRESH);
}

static void
test_flood (void)
{
  YodelReplayCache cache;
  const guint32 n = 3 * YODEL_REPLAY_CACHE_SIZE;

  yodel_replay_cache_init (&cache, 0);
  for (guint32 i = 1; i <= n; i++)
    g_assert_cmpint (check (&cache, alice, i, NOW + i, NOW), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpuint (cache.n_entries, ==, YODEL_REPLAY_CACHE_SIZE);

  for (guint32 i = 1; i <= n; i++)
    g_assert_cmpint (check (&cache, alice, i, NOW + i, NOW), !=, YODEL_REPLAY_FRESH);
  g_assert_cmpint (check (&cache, bob, 1, NOW, NOW), ==, YODEL_REPLAY_STALE);           /* older than what was forgotten */
  g_assert_cmpint (check (&cache, bob, 2, NOW + n + 1, NOW), ==, YODEL_REPLAY_FRESH);
}

static void
test_clock_set_back (void)
{
  YodelReplayCache cache;

  yodel_replay_cache_init (&cache, 0);
  g_assert_cmpint (check (&cache, alice, 1, NOW, NOW), ==, YODEL_REPLAY_FRESH);
  g_assert_cmpint (check (&cache, alice, 2, NOW + 2 * YODEL_REPLAY_WINDOW_MS, NOW + 2 * YODEL_REPLAY_WINDOW_MS), ==,
                   YODEL_REPLAY_FRESH);
  g_assert_cmpint (check (&cache, alice, 1, NOW, NOW), ==, YODEL_REPLAY_STALE);
}

static void
test_restart (void)
{
  YodelReplayCache cache;

  yodel_replay_cache_init (&cache, NOW);
  g_assert_cmpint (check (&cache, alice, 1, NOW - 1000, NOW + 1000), ==, YODEL_REPLAY_STALE);
  g_assert_cmpint (check (&cache, alice, 2, NOW + 1, NOW + 1000), ==, YODEL_REPLAY_FRESH);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/signalling/replay-cache/a-message-is-fresh-once", test_once);
  g_test_add_func ("/signalling/replay-cache/out-of-the-window", test_window);
  g_test_add_func ("/signalling/replay-cache/flood-brings-nothing-back", test_flood);
  g_test_add_func ("/signalling/replay-cache/clock-set-back-brings-nothing-back", test_clock_set_back);
  g_test_add_func ("/signalling/replay-cache/restart-brings-nothing-back", test_restart);
  return g_test_run ();
}
