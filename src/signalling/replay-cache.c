#define G_LOG_DOMAIN "yodel-signalling"

#include "signalling/replay-cache.h"

#include <string.h>

#include <sodium.h>

void
yodel_replay_cache_init (YodelReplayCache *self,
                         gint64            floor_ms)
{
  self->n_entries = 0;
  self->floor_ms = floor_ms;
}

/* What makes a message one of its kind: who said it, in which call, on which device, as which. */
static void
make_token (const guint8            sender[32],
            const YodelCallMessage *message,
            guint8                  token[YODEL_REPLAY_TOKEN_BYTES])
{
  crypto_generichash_state state;
  guint32 number = GUINT32_TO_BE (message->number);

  crypto_generichash_init (&state, NULL, 0, YODEL_REPLAY_TOKEN_BYTES);
  crypto_generichash_update (&state, sender, 32);
  crypto_generichash_update (&state, message->call_id, sizeof message->call_id);
  crypto_generichash_update (&state, message->device, sizeof message->device);
  crypto_generichash_update (&state, (const guint8 *) &number, sizeof number);
  crypto_generichash_final (&state, token, YODEL_REPLAY_TOKEN_BYTES);
}

/* The floor rises with what is forgotten, so that a clock set back brings nothing back. */
static void
forget (YodelReplayCache *self,
        guint             index)
{
  self->floor_ms = MAX (self->floor_ms, self->entries[index].sent_ms);
  self->entries[index] = self->entries[--self->n_entries];
}

static void
forget_expired (YodelReplayCache *self,
                gint64            unix_now_ms)
{
  for (guint i = self->n_entries; i-- > 0;)
    if (self->entries[i].sent_ms < unix_now_ms - YODEL_REPLAY_WINDOW_MS)
      forget (self, i);
}

static void
forget_oldest (YodelReplayCache *self)
{
  guint oldest = 0;

  for (guint i = 1; i < self->n_entries; i++)
    if (self->entries[i].sent_ms < self->entries[oldest].sent_ms)
      oldest = i;
  forget (self, oldest);
}

static gboolean
is_known (const YodelReplayCache *self,
          const guint8            token[YODEL_REPLAY_TOKEN_BYTES])
{
  for (guint i = 0; i < self->n_entries; i++)
    if (memcmp (self->entries[i].token, token, YODEL_REPLAY_TOKEN_BYTES) == 0)
      return TRUE;
  return FALSE;
}

/* Only for a message that was opened: its signature has been checked.  A fresh one is remembered. */
YodelReplayVerdict
yodel_replay_cache_check (YodelReplayCache       *self,
                          const guint8            sender[32],
                          const YodelCallMessage *message,
                          gint64                  unix_now_ms)
{
  guint8 token[YODEL_REPLAY_TOKEN_BYTES];
  gint64 sent_ms = message->sent_ms;

  if (sent_ms < unix_now_ms - YODEL_REPLAY_WINDOW_MS || sent_ms > unix_now_ms + YODEL_REPLAY_WINDOW_MS)
    return YODEL_REPLAY_STALE;

  make_token (sender, message, token);
  if (is_known (self, token))
    return YODEL_REPLAY_REPEATED;

  forget_expired (self, unix_now_ms);
  if (sent_ms <= self->floor_ms)
    return YODEL_REPLAY_STALE;
  if (self->n_entries == YODEL_REPLAY_CACHE_SIZE)
    forget_oldest (self);
  if (sent_ms <= self->floor_ms)
    return YODEL_REPLAY_STALE;

  memcpy (self->entries[self->n_entries].token, token, sizeof token);
  self->entries[self->n_entries++].sent_ms = sent_ms;
  return YODEL_REPLAY_FRESH;
}
