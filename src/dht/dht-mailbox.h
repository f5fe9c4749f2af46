/* Under which keys of the hash table somebody's messages are put.  The open mailbox is found by all
 * who know an address; the one of a pair by these two people alone, so nobody else can fill it up or
 * watch it.  Neither leads back to an address, and both change every day.
 *
 * docs/wire-dht.md, "Mailboxes" */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_DHT_MAILBOX_BYTES 20   /* a key of the table */

typedef struct
{
  guint8 bytes[YODEL_DHT_MAILBOX_BYTES];
} YodelDhtMailbox;

/* @key: Ed25519, of the receiver */
void     yodel_dht_mailbox_make_open (const guint8      key[32],
                                      guint32           day,
                                      YodelDhtMailbox  *mailbox);

/* @secret: of the key agreement between the two */
void     yodel_dht_mailbox_make_pair (const guint8      secret[32],
                                      const guint8      key[32],
                                      guint32           day,
                                      YodelDhtMailbox  *mailbox);

/* Returns: FALSE if @key is no key of anybody */
gboolean yodel_dht_get_agreement_key (const guint8      key[32],
                                      guint8            x25519[32]);

G_END_DECLS
