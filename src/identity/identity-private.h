/* What the other rooms may do with an identity; its secret stays inside. */
#pragma once

#include <yodel/yodel-identity.h>

G_BEGIN_DECLS

#define YODEL_IDENTITY_KEY_BYTES       32
#define YODEL_IDENTITY_SEED_BYTES      32
#define YODEL_IDENTITY_SIGNATURE_BYTES 64
#define YODEL_IDENTITY_SECRET_BYTES    32

YodelIdentity *yodel_identity_new_from_seed   (const guint8    seed[YODEL_IDENTITY_SEED_BYTES]);

/* For the protected file alone; to be zeroed after use. */
void           yodel_identity_get_seed        (YodelIdentity  *self,
                                               guint8          seed[YODEL_IDENTITY_SEED_BYTES]);

/* @text: of YODEL_IDENTITY_FILE_MAX_BYTES + 1 */
#define YODEL_IDENTITY_FILE_MAX_BYTES 1024

gboolean       yodel_identity_read_file       (const char     *path,
                                               char           *text,
                                               GError        **error);

const guint8  *yodel_identity_get_public_key  (YodelIdentity  *self);

void           yodel_identity_sign            (YodelIdentity  *self,
                                               const guint8   *data,
                                               gsize           size,
                                               guint8          signature[YODEL_IDENTITY_SIGNATURE_BYTES]);

gboolean       yodel_identity_verify          (const guint8    key[YODEL_IDENTITY_KEY_BYTES],
                                               const guint8   *data,
                                               gsize           size,
                                               const guint8    signature[YODEL_IDENTITY_SIGNATURE_BYTES]);

/* X25519 (RFC 7748), with the Montgomery form of the Ed25519 keys. */
gboolean       yodel_identity_get_box_key     (const guint8    key[YODEL_IDENTITY_KEY_BYTES],
                                               guint8          box_key[YODEL_IDENTITY_KEY_BYTES]);

gboolean       yodel_identity_agree           (YodelIdentity  *self,
                                               const guint8    box_key[YODEL_IDENTITY_KEY_BYTES],
                                               guint8          secret[YODEL_IDENTITY_SECRET_BYTES]);

G_END_DECLS
