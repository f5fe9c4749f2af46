/* The envelope of a call message: signed by the sender, sealed to the receiver, padded.  Whoever
 * carries it sees its size bucket and when it passes; not who wrote it, nor to whom. */
#pragma once

#include <yodel/yodel-identity.h>

#include "signalling/call-message.h"

G_BEGIN_DECLS

#define YODEL_SEALED_MESSAGE_MIN_BYTES 512
#define YODEL_SEALED_MESSAGE_MAX_BYTES 32768
#define YODEL_SEALED_MESSAGE_DICE_BYTES 32

GBytes           *yodel_sealed_message_seal (YodelIdentity          *sender,
                                             const guint8            receiver[32],
                                             const YodelCallMessage *message,
                                             const guint8            dice[YODEL_SEALED_MESSAGE_DICE_BYTES]);

YodelCallMessage *yodel_sealed_message_open (YodelIdentity          *receiver,
                                             const guint8           *data,
                                             gsize                   size,
                                             guint8                  sender[32]);

G_END_DECLS
