#define G_LOG_DOMAIN "yodel-identity"

#include <yodel/yodel-contact-book.h>

#include <string.h>

#include <sodium.h>

#include "identity/address.h"
#include "identity/base32.h"
#include "identity/contact-book-private.h"

#define TOKEN_CHARS 16
/* So a new contact may ring and knock; an address is told after the accept alone. */
#define NEW_POLICY (YODEL_CONTACT_MAY_RING | YODEL_CONTACT_MAY_KNOCK)

/**
 * YodelContactBook:
 *
 * The people one knows, kept in a small database that several programs of one user may share; and the
 * invites one has given out.
 *
 * It belongs to the thread it was made on. Its functions read and write a local file.
 */
struct _YodelContactBook
{
  GObject        parent_instance;

  YodelContacts *contacts;   /* (owned) */
};

G_DEFINE_FINAL_TYPE (YodelContactBook, yodel_contact_book, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (YodelContact, yodel_contact, yodel_contact_copy, yodel_contact_free)

static guint changed_signal;

/**
 * yodel_contact_copy:
 * @self: a contact
 *
 * Returns: (transfer full): another copy
 */
YodelContact *
yodel_contact_copy (const YodelContact *self)
{
  YodelContact *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new (YodelContact, 1);
  *copy = *self;
  copy->address = g_strdup (self->address);
  copy->name = g_strdup (self->name);
  return copy;
}

/**
 * yodel_contact_free:
 * @self: (nullable): a contact
 */
void
yodel_contact_free (YodelContact *self)
{
  if (self == NULL)
    return;
  g_free (self->address);
  g_free (self->name);
  g_free (self);
}

static YodelContact *
contact_of_row (const YodelContactRow *row)
{
  YodelContact *contact = g_new0 (YodelContact, 1);

  contact->address = yodel_address_write (row->key);
  contact->name = g_strdup (row->name);
  contact->trust = row->trust;
  contact->policy = row->policy;
  contact->introduction = row->introduction;
  contact->introduced_at = row->introduced_at;
  return contact;
}

static void
yodel_contact_book_finalize (GObject *object)
{
  yodel_contacts_close (YODEL_CONTACT_BOOK (object)->contacts);

  G_OBJECT_CLASS (yodel_contact_book_parent_class)->finalize (object);
}

static void
yodel_contact_book_class_init (YodelContactBookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yodel_contact_book_finalize;

  /**
   * YodelContactBook::changed:
   * @self: the contacts
   *
   * This object changed something. What another program does to the same file is not told.
   */
  changed_signal = g_signal_new ("changed", YODEL_TYPE_CONTACT_BOOK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
yodel_contact_book_init (YodelContactBook *self)
{
}

YodelContacts *
yodel_contact_book_get_contacts (YodelContactBook *self)
{
  return self->contacts;
}

void
yodel_contact_book_emit_changed (YodelContactBook *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static gboolean
changed (YodelContactBook *self,
         gboolean          is_changed)
{
  if (is_changed)
    yodel_contact_book_emit_changed (self);
  return is_changed;
}

/**
 * yodel_contact_book_open:
 * @path: (nullable) (type filename): the database; %NULL for the one of this user
 * @error: return location for a #GError
 *
 * Opens the contacts, or makes a place for them.
 *
 * Returns: (transfer full): the contacts; %NULL on %YODEL_ERROR_FAILED where the file is damaged, another program's
 *   or cannot be written, and on %YODEL_ERROR_UNSUPPORTED where a later version wrote it
 */
YodelContactBook *
yodel_contact_book_open (const char  *path,
                         GError     **error)
{
  g_autoptr (YodelContactBook) self = NULL;
  g_autofree char *default_path = NULL;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (YODEL_TYPE_CONTACT_BOOK, NULL);
  default_path = yodel_contacts_get_default_path ();
  self->contacts = yodel_contacts_open (path != NULL ? path : default_path, error);
  return self->contacts != NULL ? g_steal_pointer (&self) : NULL;
}

static gboolean
find_row (YodelContactBook *self,
          const char       *name_or_address,
          YodelContactRow  *row)
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  if (yodel_address_parse (name_or_address, key, NULL))
    return yodel_contacts_find_key (self->contacts, key, row);
  return yodel_contacts_find_name (self->contacts, name_or_address, row);
}

/* Returns: FALSE, with an error, where @address is no contact */
static gboolean
find_address (YodelContactBook  *self,
              const char        *address,
              YodelContactRow   *row,
              GError           **error)
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  if (!yodel_address_parse (address, key, error))
    return FALSE;
  if (yodel_contacts_find_key (self->contacts, key, row))
    return TRUE;
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "%s is no contact", address);
  return FALSE;
}

/**
 * yodel_contact_book_find:
 * @self: the contacts
 * @name_or_address: a name, or a `yodel:` address
 *
 * Returns: (transfer full) (nullable): who that is, %NULL if nobody
 */
YodelContact *
yodel_contact_book_find (YodelContactBook *self,
                         const char       *name_or_address)
{
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), NULL);
  g_return_val_if_fail (name_or_address != NULL, NULL);

  return find_row (self, name_or_address, &row) ? contact_of_row (&row) : NULL;
}

/**
 * yodel_contact_book_list:
 * @self: the contacts
 * @error: return location for a #GError
 *
 * Returns: (transfer full) (element-type YodelContact): all, by name; %NULL on %YODEL_ERROR_FAILED
 */
GPtrArray *
yodel_contact_book_list (YodelContactBook  *self,
                         GError           **error)
{
  g_autoptr (GArray) rows = NULL;
  GPtrArray *list;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), NULL);

  rows = yodel_contacts_list (self->contacts, error);
  if (rows == NULL)
    return NULL;
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_contact_free);
  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (list, contact_of_row (&g_array_index (rows, YodelContactRow, i)));
  return list;
}

static gboolean
tell_verdict (YodelContactVerdict     verdict,
              const YodelContactRow  *known,
              const char             *name,
              GError                **error)
{
  g_autofree char *address = NULL;

  switch (verdict)
    {
    case YODEL_CONTACT_ADDED:
    case YODEL_CONTACT_KNOWN:
      return TRUE;
    case YODEL_CONTACT_OTHER_NAME:
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_STATE, "this is the address of %s already", known->name);
      return FALSE;
    case YODEL_CONTACT_KEY_CHANGED:
      address = yodel_address_write (known->key);
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_KEY,
                   "THE KEY OF %s HAS CHANGED: it is known as %s. Somebody may be posing as %s, who must confirm the new "
                   "address to you in person", name, address, name);
      return FALSE;
    case YODEL_CONTACT_REFUSED:
      return FALSE;
    }
  g_assert_not_reached ();
}

/**
 * yodel_contact_book_add:
 * @self: the contacts
 * @name: what to call somebody: one line without a colon
 * @address: a `yodel:` address
 * @introduction: how the address came here
 * @error: return location for a #GError
 *
 * Adds a contact who may ring and knock. Where it is there already, nothing happens.
 *
 * Returns: %FALSE on %YODEL_ERROR_KEY where the name is known with another key or the address is malformed,
 *   on %YODEL_ERROR_STATE where the address is known by another name, on %YODEL_ERROR_FAILED
 *   where it cannot be written
 */
gboolean
yodel_contact_book_add (YodelContactBook   *self,
                        const char         *name,
                        const char         *address,
                        YodelIntroduction   introduction,
                        GError            **error)
{
  YodelContactRow row = { .trust = YODEL_TRUST_NEW, .policy = NEW_POLICY, .introduction = introduction }, known;
  YodelContactVerdict verdict;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (name != NULL && address != NULL, FALSE);

  if (!yodel_address_parse (address, row.key, error))
    return FALSE;
  if (g_strlcpy (row.name, name, sizeof row.name) >= sizeof row.name)
    row.name[0] = '\0';   /* too long: refused below */
  row.introduced_at = g_get_real_time () / G_USEC_PER_SEC;
  verdict = yodel_contacts_add (self->contacts, &row, &known, error);
  changed (self, verdict == YODEL_CONTACT_ADDED);
  return tell_verdict (verdict, &known, name, error);
}

/**
 * yodel_contact_book_replace_key:
 * @self: the contacts
 * @name: a contact's name
 * @address: the new address, which a person has confirmed
 * @error: return location for a #GError
 *
 * Gives a contact another key. Its trust begins anew.
 *
 * Returns: %FALSE on %YODEL_ERROR_KEY and %YODEL_ERROR_FAILED
 */
gboolean
yodel_contact_book_replace_key (YodelContactBook  *self,
                                const char        *name,
                                const char        *address,
                                GError           **error)
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (name != NULL && address != NULL, FALSE);

  return yodel_address_parse (address, key, error) &&
         changed (self, yodel_contacts_replace_key (self->contacts, name, key, error));
}

/**
 * yodel_contact_book_rename:
 * @self: the contacts
 * @address: a contact's address
 * @name: what to call it
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED where the name is taken or the address is no contact
 */
gboolean
yodel_contact_book_rename (YodelContactBook  *self,
                           const char        *address,
                           const char        *name,
                           GError           **error)
{
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (name != NULL && address != NULL, FALSE);

  if (!find_address (self, address, &row, error))
    return FALSE;
  if (g_strlcpy (row.name, name, sizeof row.name) >= sizeof row.name)
    row.name[0] = '\0';
  return changed (self, yodel_contacts_update (self->contacts, &row, error));
}

/**
 * yodel_contact_book_set_trust:
 * @self: the contacts
 * @address: a contact's address
 * @trust: how far it is trusted
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED
 */
gboolean
yodel_contact_book_set_trust (YodelContactBook  *self,
                              const char        *address,
                              YodelTrust         trust,
                              GError           **error)
{
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  if (!find_address (self, address, &row, error))
    return FALSE;
  row.trust = trust;
  return changed (self, yodel_contacts_update (self->contacts, &row, error));
}

/**
 * yodel_contact_book_set_policy:
 * @self: the contacts
 * @address: a contact's address
 * @policy: what it may do
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED
 */
gboolean
yodel_contact_book_set_policy (YodelContactBook    *self,
                               const char          *address,
                               YodelContactPolicy   policy,
                               GError             **error)
{
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  if (!find_address (self, address, &row, error))
    return FALSE;
  row.policy = policy;
  return changed (self, yodel_contacts_update (self->contacts, &row, error));
}

/**
 * yodel_contact_book_set_hints:
 * @self: the contacts
 * @address: a contact's address
 * @hints: (array zero-terminated=1): URIs of signallers where it can be found
 * @error: return location for a #GError
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED
 */
gboolean
yodel_contact_book_set_hints (YodelContactBook    *self,
                              const char          *address,
                              const char * const  *hints,
                              GError             **error)
{
  g_autofree char *lines = NULL;
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (address != NULL && hints != NULL, FALSE);

  lines = g_strjoinv ("\n", (char **) hints);
  return find_address (self, address, &row, error) &&
         changed (self, yodel_contacts_set_hints (self->contacts, row.key, lines, error));
}

/**
 * yodel_contact_book_dup_hints:
 * @self: the contacts
 * @address: a contact's address
 *
 * Returns: (transfer full) (array zero-terminated=1): URIs of signallers where it can be found; none for one
 *   who is no contact
 */
char **
yodel_contact_book_dup_hints (YodelContactBook *self,
                              const char       *address)
{
  g_autofree char *lines = NULL;
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), NULL);
  g_return_val_if_fail (address != NULL, NULL);

  if (find_address (self, address, &row, NULL))
    lines = yodel_contacts_dup_hints (self->contacts, row.key);
  return lines != NULL ? g_strsplit (lines, "\n", YODEL_INVITE_MAX_HINTS + 1) : g_new0 (char *, 1);
}

/**
 * yodel_contact_book_remove:
 * @self: the contacts
 * @address: a contact's address
 * @error: return location for a #GError
 *
 * Forgets a contact: a stranger from now on.
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED
 */
gboolean
yodel_contact_book_remove (YodelContactBook  *self,
                           const char        *address,
                           GError           **error)
{
  YodelContactRow row;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (address != NULL, FALSE);

  return find_address (self, address, &row, error) &&
         changed (self, yodel_contacts_remove (self->contacts, row.key, error));
}

static char *
write_token (const guint8 token[YODEL_INVITE_TOKEN_BYTES])
{
  GString *text = g_string_new (NULL);

  yodel_base32_write (token, YODEL_INVITE_TOKEN_BYTES, text);
  return g_string_free (text, FALSE);
}

/**
 * yodel_contact_book_invite:
 * @self: the contacts of the one who invites
 * @address: the own address
 * @name: (nullable): the own name
 * @hints: (array zero-terminated=1): URIs of signallers where the own address can be found
 * @expires_at: Unix time in seconds, 0 for never
 * @is_standing: %TRUE for an invite that may be used by many and often, %FALSE for once
 * @error: return location for a #GError
 *
 * Makes an invite: who bears it may ring, and becomes a contact when the call is accepted.
 *
 * Returns: (transfer full): the invite; %NULL on %YODEL_ERROR_KEY where it would not fit into a link, and
 *   on %YODEL_ERROR_FAILED where it cannot be kept
 */
YodelInvite *
yodel_contact_book_invite (YodelContactBook    *self,
                           const char          *address,
                           const char          *name,
                           const char * const  *hints,
                           gint64               expires_at,
                           gboolean             is_standing,
                           GError             **error)
{
  g_autoptr (YodelInvite) invite = NULL;
  g_autofree char *link = NULL;
  YodelInviteRow row = { .expires_at = expires_at, .is_standing = is_standing };

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), NULL);
  g_return_val_if_fail (address != NULL && hints != NULL, NULL);

  row.created_at = g_get_real_time () / G_USEC_PER_SEC;
  randombytes_buf (row.token, sizeof row.token);
  invite = g_new0 (YodelInvite, 1);
  invite->address = g_strdup (address);
  invite->name = g_strdup (name);
  invite->token = write_token (row.token);
  invite->hints = g_strdupv ((char **) hints);
  invite->expires_at = expires_at;
  link = yodel_invite_to_link (invite, error);
  if (link == NULL || !yodel_contacts_add_invite (self->contacts, &row, row.created_at, error))
    return NULL;
  return g_steal_pointer (&invite);
}

/**
 * yodel_contact_book_list_invites:
 * @self: the contacts
 * @error: return location for a #GError
 *
 * Returns: (transfer full): an array of dictionaries of type `aa{sv}`, each with "token" (s), "created" and "expires" (x, Unix
 *   time in seconds), "standing" (b) and "used" (u); %NULL on %YODEL_ERROR_FAILED
 */
GVariant *
yodel_contact_book_list_invites (YodelContactBook  *self,
                                 GError           **error)
{
  g_autoptr (GArray) rows = NULL;
  GVariantBuilder builder;

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), NULL);

  rows = yodel_contacts_list_invites (self->contacts, error);
  if (rows == NULL)
    return NULL;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < rows->len; i++)
    {
      const YodelInviteRow *row = &g_array_index (rows, YodelInviteRow, i);
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert_value (&dict, "token", g_variant_new_take_string (write_token (row->token)));
      g_variant_dict_insert (&dict, "created", "x", row->created_at);
      g_variant_dict_insert (&dict, "expires", "x", row->expires_at);
      g_variant_dict_insert (&dict, "standing", "b", row->is_standing);
      g_variant_dict_insert (&dict, "used", "u", row->n_used);
      g_variant_builder_add_value (&builder, g_variant_dict_end (&dict));
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * yodel_contact_book_revoke_invite:
 * @self: the contacts
 * @token: of the invite
 * @error: return location for a #GError
 *
 * Takes an invite back: it opens nothing any more.
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED where there is no such invite
 */
gboolean
yodel_contact_book_revoke_invite (YodelContactBook  *self,
                                  const char        *token,
                                  GError           **error)
{
  guint8 bytes[YODEL_INVITE_TOKEN_BYTES];

  g_return_val_if_fail (YODEL_IS_CONTACT_BOOK (self), FALSE);
  g_return_val_if_fail (token != NULL, FALSE);

  if (strlen (token) != TOKEN_CHARS || !yodel_base32_parse (token, TOKEN_CHARS, bytes))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "\"%.32s\" is not the token of an invite", token);
      return FALSE;
    }
  return yodel_contacts_revoke_invite (self->contacts, bytes, error);
}
