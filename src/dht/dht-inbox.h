/* Between the library's thread, which hears of values, and the program's, which opens them.  Bounded
 * in number and pace, and each mailbox has a share of its own: whoever floods one leaves room for the others. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_DHT_INBOX_MAX_VALUES    256
#define YODEL_DHT_INBOX_MAX_OPEN      128    /* of these, from mailboxes that strangers can fill */
#define YODEL_DHT_INBOX_PER_SECOND    32     /* of one mailbox; what comes quicker is dropped */
#define YODEL_DHT_INBOX_BURST         64

typedef struct _YodelDhtInbox YodelDhtInbox;

/* One mailbox that is listened to.  Thread: any; locked by its inbox. */
typedef struct
{
  YodelDhtInbox *inbox;       /* (owned) */
  gboolean       is_open;     /* strangers know it */
  double         tokens;
  gint64         filled_us;
} YodelDhtSlot;

/* Called on the thread of the inbox's context, once for each value. */
typedef void (*YodelDhtValueFunc) (GBytes   *value,
                                   gboolean  is_open,
                                   gpointer  user_data);

YodelDhtInbox *yodel_dht_inbox_new       (GMainContext      *context,
                                          YodelDhtValueFunc  on_value,
                                          gpointer           user_data);

/* After this @on_value is not called any more.  Thread: the inbox's */
void           yodel_dht_inbox_close     (YodelDhtInbox     *self);

guint64        yodel_dht_inbox_n_dropped (YodelDhtInbox     *self);

YodelDhtSlot  *yodel_dht_slot_new        (YodelDhtInbox     *inbox,
                                          gboolean           is_open);

void           yodel_dht_slot_free       (YodelDhtSlot      *self);

/* Thread: any */
void           yodel_dht_slot_push       (YodelDhtSlot      *self,
                                          const guint8      *data,
                                          gsize              size,
                                          gint64             now_us);

G_END_DECLS
