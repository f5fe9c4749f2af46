/* The people one knows: name, key, how far they are trusted, what they may do.  A small database of
 * the owner's alone.  A struct belongs to one thread. */
#pragma once

#include <yodel/yodel-enums.h>

G_BEGIN_DECLS

#define YODEL_CONTACT_KEY_BYTES 32
#define YODEL_CONTACTS_MAX      10000
#define YODEL_CONTACT_MAX_NAME  64     /* bytes */

typedef struct
{
  guint8              key[YODEL_CONTACT_KEY_BYTES];
  char                name[YODEL_CONTACT_MAX_NAME + 1];
  YodelTrust          trust;
  YodelContactPolicy  policy;
  YodelIntroduction   introduction;
  gint64              introduced_at;   /* Unix time in seconds */
} YodelContactRow;

/* What add() found. */
typedef enum
{
  YODEL_CONTACT_ADDED,
  YODEL_CONTACT_KNOWN,         /* this key by this name: nothing was changed */
  YODEL_CONTACT_OTHER_NAME,    /* this key by another name: nothing was changed */
  YODEL_CONTACT_KEY_CHANGED,   /* this name has another key: nothing was changed.  Shout about it. */
  YODEL_CONTACT_REFUSED,       /* error is set */
} YodelContactVerdict;

typedef struct _YodelContacts YodelContacts;

char                *yodel_contacts_get_default_path (void);

YodelContacts       *yodel_contacts_open             (const char          *path,
                                                      GError             **error);

void                 yodel_contacts_close            (YodelContacts       *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelContacts, yodel_contacts_close)

YodelContactVerdict  yodel_contacts_add              (YodelContacts       *self,
                                                      const YodelContactRow  *contact,
                                                      YodelContactRow        *known,
                                                      GError             **error);

gboolean             yodel_contacts_replace_key      (YodelContacts       *self,
                                                      const char          *name,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      GError             **error);

gboolean             yodel_contacts_update           (YodelContacts       *self,
                                                      const YodelContactRow  *contact,
                                                      GError             **error);

gboolean             yodel_contacts_remove           (YodelContacts       *self,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      GError             **error);

/* Where to look for a contact: URIs, one a line. */
gboolean             yodel_contacts_set_hints        (YodelContacts       *self,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      const char          *hints,
                                                      GError             **error);

char                *yodel_contacts_dup_hints        (YodelContacts       *self,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES]);

gboolean             yodel_contacts_find_key         (YodelContacts       *self,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      YodelContactRow        *contact);

gboolean             yodel_contacts_find_name        (YodelContacts       *self,
                                                      const char          *name,
                                                      YodelContactRow        *contact);

GArray              *yodel_contacts_list             (YodelContacts       *self,
                                                      GError             **error);

/* Invites that were given out. */
#define YODEL_INVITE_TOKEN_BYTES 10
#define YODEL_INVITES_MAX        1000

typedef struct
{
  guint8   token[YODEL_INVITE_TOKEN_BYTES];
  gint64   created_at;    /* Unix time in seconds */
  gint64   expires_at;    /* 0: never */
  gboolean is_standing;   /* may be used again */
  guint    n_used;
} YodelInviteRow;

gboolean             yodel_contacts_add_invite       (YodelContacts        *self,
                                                      const YodelInviteRow *invite,
                                                      gint64                now,
                                                      GError              **error);

/* Whether the token opens the door at @now; spending it counts that it was used. */
gboolean             yodel_contacts_check_invite     (YodelContacts        *self,
                                                      const guint8          token[YODEL_INVITE_TOKEN_BYTES],
                                                      gint64                now);

gboolean             yodel_contacts_spend_invite     (YodelContacts        *self,
                                                      const guint8          token[YODEL_INVITE_TOKEN_BYTES],
                                                      gint64                now);

gboolean             yodel_contacts_revoke_invite    (YodelContacts        *self,
                                                      const guint8          token[YODEL_INVITE_TOKEN_BYTES],
                                                      GError              **error);

GArray              *yodel_contacts_list_invites     (YodelContacts        *self,
                                                      GError              **error);

G_END_DECLS
