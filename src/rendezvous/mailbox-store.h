/* Messages that wait for somebody, in memory and for minutes.  What a stranger can fill is bounded:
 * by mailbox and in total; a full mailbox gives up the oldest of whoever put most into it. */
#pragma once

#include "rendezvous/rendezvous-message.h"

G_BEGIN_DECLS

#define YODEL_MAILBOX_TTL_US         (5 * 60 * G_USEC_PER_SEC)   /* no receiver takes an older one */
#define YODEL_MAILBOX_MAX_MESSAGES   64
#define YODEL_MAILBOX_MAX_WAITING    (256 * 1024)   /* bytes in one mailbox */
#define YODEL_MAILBOX_MAX_CLIENTS    16             /* the devices of one owner */

typedef struct _YodelMailboxStore YodelMailboxStore;

typedef struct
{
  guint8     id[YODEL_MAILBOX_BYTES];
  GPtrArray *clients;         /* (owned) of (borrowed): who is attached */
  GQueue     messages;        /* (owned) of YodelWaitingMessage, the oldest first */
  gsize      waiting_bytes;
} YodelMailbox;

typedef struct
{
  GBytes       *frame;        /* (owned) as it goes out */
  guint         source;       /* who sent it, as far as it can be told */
  gint64        expires_us;
  YodelMailbox *mailbox;      /* (borrowed) */
  GList         in_mailbox;
  GList         in_store;
} YodelWaitingMessage;

YodelMailboxStore *yodel_mailbox_store_new              (gsize                    max_bytes);

void               yodel_mailbox_store_free             (YodelMailboxStore       *self);

/* Returns: (nullable): the mailbox, if anybody attached to it or sent to it */
YodelMailbox      *yodel_mailbox_store_find             (YodelMailboxStore       *self,
                                                         const guint8             id[YODEL_MAILBOX_BYTES]);

gboolean           yodel_mailbox_store_attach           (YodelMailboxStore       *self,
                                                         const guint8             id[YODEL_MAILBOX_BYTES],
                                                         gpointer                 client);

void               yodel_mailbox_store_detach           (YodelMailboxStore       *self,
                                                         const guint8             id[YODEL_MAILBOX_BYTES],
                                                         gpointer                 client);

YodelMailbox      *yodel_mailbox_store_put              (YodelMailboxStore       *self,
                                                         const guint8             id[YODEL_MAILBOX_BYTES],
                                                         GBytes                  *frame,
                                                         guint                    source,
                                                         gint64                   now_us);

void               yodel_mailbox_store_expire           (YodelMailboxStore       *self,
                                                         gint64                   now_us);

gsize              yodel_mailbox_store_get_bytes        (const YodelMailboxStore *self);

guint              yodel_mailbox_store_get_n_messages   (const YodelMailboxStore *self);

guint              yodel_mailbox_store_get_n_mailboxes  (const YodelMailboxStore *self);

G_END_DECLS
