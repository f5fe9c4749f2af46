/* HPKE (RFC 9180) in base mode, one message a key: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-128-GCM, for browsers have that.  Who knows the receiver's key can seal; the receiver alone can open. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_HPKE_KEY_BYTES    32
#define YODEL_HPKE_SECRET_BYTES 32
#define YODEL_HPKE_TAG_BYTES    16

/* What both ends know: Z of the key agreement, and both X25519 public keys. */
typedef struct
{
  const guint8 *secret;         /* (borrowed) of YODEL_HPKE_SECRET_BYTES */
  const guint8 *ephemeral_key;  /* (borrowed) "enc" of the RFC */
  const guint8 *receiver_key;   /* (borrowed) "pkR" */
  const guint8 *info;           /* (borrowed) */
  gsize         info_bytes;
} YodelHpkeContext;

gboolean yodel_hpke_seal (const YodelHpkeContext *context,
                          const guint8           *extra,
                          gsize                   extra_bytes,
                          const guint8           *plain,
                          gsize                   plain_bytes,
                          guint8                 *sealed);

gboolean yodel_hpke_open (const YodelHpkeContext *context,
                          const guint8           *extra,
                          gsize                   extra_bytes,
                          const guint8           *sealed,
                          gsize                   sealed_bytes,
                          guint8                 *plain);

G_END_DECLS
