/* Was this message heard before?  Within a window of time it remembers each message; outside of it
 * none is taken.  When it is full it forgets the oldest and takes nothing that is older still, so a
 * replay never passes, whatever is sent.
 *
 * Keep one for each contact and one for all strangers: who fills a cache harms those in it alone. */
#pragma once

#include "signalling/call-message.h"

G_BEGIN_DECLS

#define YODEL_REPLAY_WINDOW_MS   (5 * 60 * 1000)   /* how far two clocks may be apart */
#define YODEL_REPLAY_CACHE_SIZE  256
#define YODEL_REPLAY_TOKEN_BYTES 16

typedef enum
{
  YODEL_REPLAY_FRESH,
  YODEL_REPLAY_REPEATED,   /* heard before: acknowledge again, do nothing else */
  YODEL_REPLAY_STALE,      /* too old, from the future, or forgotten: drop */
} YodelReplayVerdict;

typedef struct
{
  guint8 token[YODEL_REPLAY_TOKEN_BYTES];
  gint64 sent_ms;
} YodelReplayEntry;

typedef struct
{
  YodelReplayEntry entries[YODEL_REPLAY_CACHE_SIZE];
  guint            n_entries;
  gint64           floor_ms;   /* what was sent then or before is not taken */
} YodelReplayCache;

/* @floor_ms: 0, or for a program that was restarted the time of its start: what it heard before
 * that is forgotten. */
void               yodel_replay_cache_init  (YodelReplayCache       *self,
                                             gint64                  floor_ms);

YodelReplayVerdict yodel_replay_cache_check (YodelReplayCache       *self,
                                             const guint8            sender[32],
                                             const YodelCallMessage *message,
                                             gint64                  unix_now_ms);

G_END_DECLS
