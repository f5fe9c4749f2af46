/* What the endpoint writes into the history. */
#pragma once

#include <yodel/yodel-enums.h>
#include <yodel/yodel-history.h>

G_BEGIN_DECLS

#define YODEL_HISTORY_MAX_ENTRIES 10000

typedef struct
{
  const char     *address;
  const char     *name;         /* (nullable) */
  const char     *signaller;    /* (nullable) */
  gboolean        is_outgoing;
  gboolean        is_answered;
  YodelEndReason  reason;
  gint64          began_at;     /* Unix time in seconds */
  gint64          talked_s;
} YodelHistoryEntry;

void   yodel_history_add          (YodelHistory            *self,
                                   const YodelHistoryEntry *entry);

/* The time of sending of the last opening message that was taken: what was sent then or before was heard
 * by an earlier run of this program, if at all.  Unix time in milliseconds, 0 for never. */
gint64 yodel_history_get_heard_ms (YodelHistory            *self);

void   yodel_history_set_heard_ms (YodelHistory            *self,
                                   gint64                   heard_ms);

G_END_DECLS
