/* An envelope of the test's own making, as by one who holds no honest program.  docs/wire-signalling.md, "The envelope" */
#pragma once

#include <yodel/yodel-identity.h>

#include "signalling/call-message.h"

#define MADE_ENVELOPE_SMALLEST 463   /* the inside of the smallest envelope there is */
#define MADE_ENVELOPE_LARGEST  975   /* that this makes */

typedef struct
{
  const guint8  *receiver;       /* (borrowed) it is sealed to */
  const guint8  *named;          /* (borrowed) that the signature is for */
  const guint8  *sender;         /* (borrowed) who is said to speak */
  YodelIdentity *signer;         /* (borrowed) who does */
  gsize          inside_bytes;
  guint8         padding;        /* its last byte */
} MadeEnvelope;

/* Returns: (transfer full): for a message that fits */
GBytes *made_envelope_seal (const MadeEnvelope     *self,
                            const YodelCallMessage *message,
                            const guint8            dice[32]);
