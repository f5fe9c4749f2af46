/* The people one knows, and the invites one has given out. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-invite.h>
#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

#define YODEL_TYPE_CONTACT (yodel_contact_get_type ())

/**
 * YodelContact:
 * @address: the address that is this contact
 * @name: what it is called here
 * @trust: how far it is trusted
 * @policy: what it may do, bits of #YodelContactPolicy
 * @introduction: how it came to be known
 * @introduced_at: when, in seconds of Unix time
 *
 * What is known of somebody: a copy, made at one moment.
 */
typedef struct
{
  char               *address;
  char               *name;
  YodelTrust          trust;
  YodelContactPolicy  policy;
  YodelIntroduction   introduction;
  gint64              introduced_at;
} YodelContact;

YODEL_API
GType             yodel_contact_get_type           (void) G_GNUC_CONST;

YODEL_API
YodelContact     *yodel_contact_copy               (const YodelContact *self);

YODEL_API
void              yodel_contact_free               (YodelContact       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelContact, yodel_contact_free)

#define YODEL_TYPE_CONTACT_BOOK (yodel_contact_book_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelContactBook, yodel_contact_book, YODEL, CONTACT_BOOK, GObject)

YODEL_API
YodelContactBook *yodel_contact_book_open          (const char         *path,
                                                    GError            **error);

YODEL_API
YodelContact     *yodel_contact_book_find          (YodelContactBook   *self,
                                                    const char         *name_or_address);

YODEL_API
GPtrArray        *yodel_contact_book_list          (YodelContactBook   *self,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_add           (YodelContactBook   *self,
                                                    const char         *name,
                                                    const char         *address,
                                                    YodelIntroduction   introduction,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_replace_key   (YodelContactBook   *self,
                                                    const char         *name,
                                                    const char         *address,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_rename        (YodelContactBook   *self,
                                                    const char         *address,
                                                    const char         *name,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_set_trust     (YodelContactBook   *self,
                                                    const char         *address,
                                                    YodelTrust          trust,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_set_policy    (YodelContactBook   *self,
                                                    const char         *address,
                                                    YodelContactPolicy  policy,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_set_hints     (YodelContactBook   *self,
                                                    const char         *address,
                                                    const char * const *hints,
                                                    GError            **error);

YODEL_API
char            **yodel_contact_book_dup_hints     (YodelContactBook   *self,
                                                    const char         *address);

YODEL_API
gboolean          yodel_contact_book_remove        (YodelContactBook   *self,
                                                    const char         *address,
                                                    GError            **error);

YODEL_API
YodelInvite      *yodel_contact_book_invite        (YodelContactBook   *self,
                                                    const char         *address,
                                                    const char         *name,
                                                    const char * const *hints,
                                                    gint64              expires_at,
                                                    gboolean            is_standing,
                                                    GError            **error);

YODEL_API
GVariant         *yodel_contact_book_list_invites  (YodelContactBook   *self,
                                                    GError            **error);

YODEL_API
gboolean          yodel_contact_book_revoke_invite (YodelContactBook   *self,
                                                    const char         *token,
                                                    GError            **error);

G_END_DECLS
