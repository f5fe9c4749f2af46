#include "call/inbox.h"

#include <string.h>

/* @floor_ms: what was sent then or before was heard by an earlier run */
void
yodel_inbox_init (YodelInbox *self,
                  gint64      floor_ms)
{
  memset (self, 0, sizeof *self);
  self->floor_ms = floor_ms;
  yodel_replay_cache_init (&self->strangers, floor_ms);
}

void
yodel_inbox_clear (YodelInbox *self)
{
  for (guint i = 0; i < self->n_peers; i++)
    g_free (self->peers[i]);
  self->n_peers = 0;
}

/* What the forgotten peer had said may not be said again by whoever takes his place. */
static YodelInboxPeer *
forget_least_used (YodelInbox *self)
{
  guint oldest = 0;
  YodelInboxPeer *peer;

  for (guint i = 1; i < self->n_peers; i++)
    if (self->peers[i]->last_used < self->peers[oldest]->last_used)
      oldest = i;
  peer = self->peers[oldest];
  self->peers[oldest] = self->peers[--self->n_peers];
  self->floor_ms = MAX (self->floor_ms, peer->cache.floor_ms);
  for (guint i = 0; i < peer->cache.n_entries; i++)
    self->floor_ms = MAX (self->floor_ms, peer->cache.entries[i].sent_ms);
  return peer;
}

static YodelInboxPeer *
get_peer (YodelInbox   *self,
          const guint8  key[32])
{
  YodelInboxPeer *peer;

  for (guint i = 0; i < self->n_peers; i++)
    if (memcmp (self->peers[i]->key, key, sizeof peer->key) == 0)
      return self->peers[i];

  peer = self->n_peers < YODEL_INBOX_MAX_PEERS ? g_new (YodelInboxPeer, 1) : forget_least_used (self);
  memcpy (peer->key, key, sizeof peer->key);
  yodel_replay_cache_init (&peer->cache, self->floor_ms);
  return self->peers[self->n_peers++] = peer;
}

/* @is_known: a contact, or one we are in a call with */
YodelReplayVerdict
yodel_inbox_check (YodelInbox             *self,
                   const guint8            sender[32],
                   gboolean                is_known,
                   const YodelCallMessage *message,
                   gint64                  unix_now_ms)
{
  YodelInboxPeer *peer;

  if (!is_known)
    return yodel_replay_cache_check (&self->strangers, sender, message, unix_now_ms);
  peer = get_peer (self, sender);
  peer->last_used = ++self->n_uses;
  return yodel_replay_cache_check (&peer->cache, sender, message, unix_now_ms);
}
