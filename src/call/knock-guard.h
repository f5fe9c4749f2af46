/* How often strangers may knock: per key, and all of them together.  Flat memory; no clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_KNOCK_GUARD_KEYS         64
#define YODEL_KNOCK_GUARD_KEY_BYTES    32
/* One key may knock once a minute, all together six times a minute with three at once. */
#define YODEL_KNOCK_GUARD_KEY_US       (60 * G_USEC_PER_SEC)
#define YODEL_KNOCK_GUARD_TOTAL_US     (10 * G_USEC_PER_SEC)
#define YODEL_KNOCK_GUARD_TOTAL_BURST  3

typedef struct
{
  guint8 key[YODEL_KNOCK_GUARD_KEY_BYTES];
  gint64 at_us;
} YodelKnockGuardEntry;

typedef struct
{
  YodelKnockGuardEntry entries[YODEL_KNOCK_GUARD_KEYS];   /* a ring: the oldest is overwritten */
  guint                n_entries;
  guint                next;
  gint64               empty_us;   /* when the bucket of all is empty again */
} YodelKnockGuard;

void     yodel_knock_guard_init    (YodelKnockGuard *self);

gboolean yodel_knock_guard_let_in  (YodelKnockGuard *self,
                                    const guint8     key[YODEL_KNOCK_GUARD_KEY_BYTES],
                                    gint64           now_us);

G_END_DECLS
