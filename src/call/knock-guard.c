#include "call/knock-guard.h"

#include <string.h>

void
yodel_knock_guard_init (YodelKnockGuard *self)
{
  memset (self, 0, sizeof *self);
}

static gboolean
knocked_lately (const YodelKnockGuard *self,
                const guint8           key[YODEL_KNOCK_GUARD_KEY_BYTES],
                gint64                 now_us)
{
  for (guint i = 0; i < self->n_entries; i++)
    if (memcmp (self->entries[i].key, key, YODEL_KNOCK_GUARD_KEY_BYTES) == 0 &&
        now_us - self->entries[i].at_us < YODEL_KNOCK_GUARD_KEY_US)
      return TRUE;
  return FALSE;
}

/* Returns: whether this stranger's knock may be heard; it counts only then.  With at most one let in
 * every ten seconds the ring forgets no key before its minute is over. */
gboolean
yodel_knock_guard_let_in (YodelKnockGuard *self,
                          const guint8     key[YODEL_KNOCK_GUARD_KEY_BYTES],
                          gint64           now_us)
{
  const gint64 full_us = (YODEL_KNOCK_GUARD_TOTAL_BURST - 1) * YODEL_KNOCK_GUARD_TOTAL_US;
  YodelKnockGuardEntry *entry = &self->entries[self->next];

  if (self->empty_us - now_us > full_us || knocked_lately (self, key, now_us))
    return FALSE;

  self->empty_us = MAX (self->empty_us, now_us) + YODEL_KNOCK_GUARD_TOTAL_US;
  memcpy (entry->key, key, sizeof entry->key);
  entry->at_us = now_us;
  self->next = (self->next + 1) % YODEL_KNOCK_GUARD_KEYS;
  self->n_entries = MIN (self->n_entries + 1, YODEL_KNOCK_GUARD_KEYS);
  return TRUE;
}
