/* A link that introduces its giver: who to call, where to look, and a word that opens the door. */
#pragma once

#include <glib-object.h>

#include <yodel/yodel-error.h>
#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

/**
 * YODEL_INVITE_MAX_BYTES:
 *
 * No link is longer: it fits into a text message and into a QR code that a telephone reads.
 */
#define YODEL_INVITE_MAX_BYTES 300

/**
 * YODEL_INVITE_MAX_HINTS:
 *
 * So many places to look one link can name.
 */
#define YODEL_INVITE_MAX_HINTS 4

#define YODEL_TYPE_INVITE (yodel_invite_get_type ())

/**
 * YodelInvite:
 * @address: whom it introduces
 * @name: (nullable): what the giver calls himself
 * @token: (nullable): lets its bearer ring: 16 letters and digits
 * @hints: (array zero-terminated=1): URIs of signallers where the address can be found
 * @expires_at: Unix time in seconds after which the token opens nothing; 0 for never
 *
 * What a link says. A bare address is an invite without a token.
 */
typedef struct
{
  char   *address;
  char   *name;
  char   *token;
  char  **hints;
  gint64  expires_at;
} YodelInvite;

YODEL_API
GType        yodel_invite_get_type (void) G_GNUC_CONST;

YODEL_API
YodelInvite *yodel_invite_copy     (const YodelInvite  *self);

YODEL_API
void         yodel_invite_free     (YodelInvite        *self);

YODEL_API
YodelInvite *yodel_invite_parse    (const char         *link,
                                    GError            **error);

YODEL_API
char        *yodel_invite_to_link  (const YodelInvite  *self,
                                    GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelInvite, yodel_invite_free)

G_END_DECLS
