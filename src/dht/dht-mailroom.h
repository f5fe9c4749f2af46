/* Which mailboxes somebody listens to: the open one, and one for each contact, of today and, near
 * midnight, of the neighbouring day.  And which ones a message to somebody goes to. */
#pragma once

#include <yodel/yodel-identity.h>

#include "dht/dht-node.h"

G_BEGIN_DECLS

#define YODEL_DHT_MAX_PAIRS     32   /* contacts with a mailbox of their own; the others use the open one */
#define YODEL_DHT_MAX_PAIRS_LOW  0   /* where traffic is dear: each mailbox that is listened to costs */

#define YODEL_DHT_WAY_OPEN "open"
#define YODEL_DHT_WAY_PAIR "pair"

typedef struct _YodelDhtMailroom YodelDhtMailroom;

YodelDhtMailroom *yodel_dht_mailroom_new          (YodelIdentity       *identity,
                                                   guint                max_pairs);

/* Its listeners end; the node is to live until then. */
void              yodel_dht_mailroom_free         (YodelDhtMailroom    *self);

void              yodel_dht_mailroom_set_contacts (YodelDhtMailroom    *self,
                                                   const char * const  *addresses);

/* Listens to what is to be listened to now, and to nothing else. */
void              yodel_dht_mailroom_attend       (YodelDhtMailroom    *self,
                                                   YodelDhtNode        *node,
                                                   YodelDhtInbox       *inbox,
                                                   gint64               unix_s);

/* Listens to nothing, until it attends again. */
void              yodel_dht_mailroom_forget       (YodelDhtMailroom    *self);

/* The own open mailbox. */
void              yodel_dht_mailroom_get_own      (YodelDhtMailroom    *self,
                                                   gint64               unix_s,
                                                   YodelDhtMailbox     *mailbox);

/* @way: (nullable): a YODEL_DHT_WAY_.
 * Returns: how many of @mailboxes to put a message for @address into; 0 on %YODEL_ERROR_KEY */
guint             yodel_dht_mailroom_choose       (YodelDhtMailroom    *self,
                                                   const char          *address,
                                                   const char          *way,
                                                   gint64               unix_s,
                                                   YodelDhtMailbox      mailboxes[2],
                                                   GError             **error);

G_END_DECLS
