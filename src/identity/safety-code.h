/* Words that two people read to each other: the same on both sides if nobody is in between.  They
 * are made from both identities and from the certificates of this very call. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_SAFETY_CODE_WORDS             6
#define YODEL_SAFETY_CODE_KEY_BYTES         32   /* Ed25519 */
#define YODEL_SAFETY_CODE_FINGERPRINT_BYTES 32   /* SHA-256 of the DTLS certificate */

typedef struct
{
  guint8 key[YODEL_SAFETY_CODE_KEY_BYTES];
  guint8 fingerprint[YODEL_SAFETY_CODE_FINGERPRINT_BYTES];
} YodelSafetyCodeSide;

char       *yodel_safety_code_write    (const YodelSafetyCodeSide *one,
                                        const YodelSafetyCodeSide *other);

const char *yodel_safety_code_get_word (guint8                     byte);

G_END_DECLS
