/* The people one knows: name, key, how far they are trusted, what they may do.  A small database of
 * the owner's alone.  A struct belongs to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_CONTACT_KEY_BYTES 32
#define YODEL_CONTACTS_MAX      10000
#define YODEL_CONTACT_MAX_NAME  64     /* bytes */

typedef enum
{
  YODEL_TRUST_NEW,        /* met, not yet talked to */
  YODEL_TRUST_TRUSTED,    /* talked to under this key: trust on first use */
  YODEL_TRUST_VERIFIED,   /* the safety code was compared, or the key handed over in person */
  YODEL_TRUST_BLOCKED,
} YodelTrust;

typedef enum
{
  YODEL_CONTACT_MAY_RING        = 1 << 0,
  YODEL_CONTACT_MAY_KNOCK       = 1 << 1,
  YODEL_CONTACT_MAY_SEE_ADDRESS = 1 << 2,   /* my network address before I accept: speed */
} YodelContactPolicy;

typedef enum
{
  YODEL_INTRODUCED_BY_HAND,
  YODEL_INTRODUCED_BY_INVITE,
  YODEL_INTRODUCED_BY_KNOCK,
  YODEL_INTRODUCED_ON_LAN,
} YodelIntroduction;

typedef struct
{
  guint8              key[YODEL_CONTACT_KEY_BYTES];
  char                name[YODEL_CONTACT_MAX_NAME + 1];
  YodelTrust          trust;
  YodelContactPolicy  policy;
  YodelIntroduction   introduction;
  gint64              introduced_at;   /* Unix time in seconds */
} YodelContact;

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
                                                      const YodelContact  *contact,
                                                      YodelContact        *known,
                                                      GError             **error);

gboolean             yodel_contacts_replace_key      (YodelContacts       *self,
                                                      const char          *name,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      GError             **error);

gboolean             yodel_contacts_update           (YodelContacts       *self,
                                                      const YodelContact  *contact,
                                                      GError             **error);

gboolean             yodel_contacts_remove           (YodelContacts       *self,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      GError             **error);

gboolean             yodel_contacts_find_key         (YodelContacts       *self,
                                                      const guint8         key[YODEL_CONTACT_KEY_BYTES],
                                                      YodelContact        *contact);

gboolean             yodel_contacts_find_name        (YodelContacts       *self,
                                                      const char          *name,
                                                      YodelContact        *contact);

GArray              *yodel_contacts_list             (YodelContacts       *self,
                                                      GError             **error);

G_END_DECLS
