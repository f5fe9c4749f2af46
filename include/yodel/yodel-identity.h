/* Who I am: an Ed25519 key pair and the address made from it. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-error.h>
#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

#define YODEL_TYPE_IDENTITY (yodel_identity_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelIdentity, yodel_identity, YODEL, IDENTITY, GObject)

YODEL_API
YodelIdentity *yodel_identity_new         (void);

YODEL_API
YodelIdentity *yodel_identity_load        (const char     *path,
                                           GError        **error);

YODEL_API
gboolean       yodel_identity_save        (YodelIdentity  *self,
                                           const char     *path,
                                           GError        **error);

YODEL_API
gboolean       yodel_identity_is_protected   (const char     *path);

YODEL_API
YodelIdentity *yodel_identity_load_protected (const char     *path,
                                              const char     *passphrase,
                                              GError        **error);

YODEL_API
gboolean       yodel_identity_save_protected (YodelIdentity  *self,
                                              const char     *path,
                                              const char     *passphrase,
                                              GError        **error);

YODEL_API
const char    *yodel_identity_get_address (YodelIdentity  *self);

YODEL_API
GBytes        *yodel_identity_agree_with  (YodelIdentity  *self,
                                           GBytes         *key);

YODEL_API
GBytes        *yodel_identity_derive_shared  (YodelIdentity  *self,
                                              const char     *address,
                                              const char     *purpose,
                                              GError        **error);

YODEL_API
gboolean       yodel_address_is_valid     (const char     *address,
                                           GError        **error);

G_END_DECLS
