/* Which messages are new: one memory for each peer that is known, one for all strangers together, so
 * that who floods it harms those like him alone.  Flat; no clock. */
#pragma once

#include "signalling/replay-cache.h"

G_BEGIN_DECLS

#define YODEL_INBOX_MAX_PEERS 64

typedef struct
{
  guint8           key[32];
  guint            last_used;
  YodelReplayCache cache;
} YodelInboxPeer;

typedef struct
{
  YodelInboxPeer   *peers[YODEL_INBOX_MAX_PEERS];   /* (owned) */
  guint             n_peers;
  guint             n_uses;
  gint64            floor_ms;   /* of a peer whose memory begins now */
  YodelReplayCache  strangers;
} YodelInbox;

void               yodel_inbox_init  (YodelInbox             *self,
                                      gint64                  floor_ms);

void               yodel_inbox_clear (YodelInbox             *self);

YodelReplayVerdict yodel_inbox_check (YodelInbox             *self,
                                      const guint8            sender[32],
                                      gboolean                is_known,
                                      const YodelCallMessage *message,
                                      gint64                  unix_now_ms);

G_END_DECLS
