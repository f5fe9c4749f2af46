/* Under which name somebody's messages wait at a rendezvous, and how the owner shows that they are
 * his.  Who knows a Yodel address can make the name; from the name nobody makes the address.  It
 * changes every day.
 *
 * docs/wire-rendezvous.md, "Mailboxes" */
#pragma once

#include "rendezvous/rendezvous-message.h"

G_BEGIN_DECLS

#define YODEL_MAILBOX_DAY_S      (24 * 60 * 60)
#define YODEL_MAILBOX_OVERLAP_S  (60 * 60)   /* the neighbour day's is served too, so near to it */
#define YODEL_MAILBOX_MAX_DAYS   2

/* What a proof is bound to, besides the mailbox. */
typedef struct
{
  const guint8 *nonce;        /* (borrowed) of the connection */
  const guint8 *server_key;   /* (borrowed) X25519 */
  const char   *authority;    /* (borrowed) host[:port], as in the Host field of the request */
} YodelMailboxChallenge;

guint    yodel_mailbox_get_days (gint64                       unix_s,
                                 guint32                      days[YODEL_MAILBOX_MAX_DAYS]);

gboolean yodel_mailbox_make     (const guint8                 key[32],
                                 guint32                      day,
                                 guint8                       mailbox[YODEL_MAILBOX_BYTES]);

/* @secret: of the key agreement between the owner of @key and the server's key of @challenge */
gboolean yodel_mailbox_prove    (const guint8                 key[32],
                                 const guint8                 secret[32],
                                 guint32                      day,
                                 const YodelMailboxChallenge *challenge,
                                 guint8                       proof[YODEL_MAILBOX_PROOF_BYTES]);

gboolean yodel_mailbox_check    (const guint8                 mailbox[YODEL_MAILBOX_BYTES],
                                 const guint8                 server_secret[32],
                                 const YodelMailboxChallenge *challenge,
                                 const guint8                 proof[YODEL_MAILBOX_PROOF_BYTES]);

G_END_DECLS
