#define G_LOG_DOMAIN "yodel-identity"

#include "identity/contacts.h"

#include <string.h>

#include <yodel/yodel-error.h>

#include "identity/contacts-private.h"

#define ALL_POLICY     (YODEL_CONTACT_MAY_RING | YODEL_CONTACT_MAY_KNOCK | YODEL_CONTACT_MAY_SEE_ADDRESS)
#define COLUMNS        "key, name, trust, policy, introduction, introduced_at"

/* Each step leads from the version of its index to the next; none is ever changed. */
static const char * const migrations[] = {
  "CREATE TABLE contact ("
  "  key           BLOB PRIMARY KEY NOT NULL CHECK (length (key) = 32),"
  "  name          TEXT NOT NULL UNIQUE COLLATE NOCASE,"
  "  trust         INTEGER NOT NULL,"
  "  policy        INTEGER NOT NULL,"
  "  introduction  INTEGER NOT NULL,"
  "  introduced_at INTEGER NOT NULL"
  ") WITHOUT ROWID;",
  /* What a name's key was before: a changed key is never forgotten. */
  "CREATE TABLE former_key ("
  "  key           BLOB NOT NULL CHECK (length (key) = 32),"
  "  name          TEXT NOT NULL COLLATE NOCASE,"
  "  replaced_at   INTEGER NOT NULL"
  ");",
  "ALTER TABLE contact ADD COLUMN hints TEXT NOT NULL DEFAULT '';"
  "CREATE TABLE invite ("
  "  token         BLOB PRIMARY KEY NOT NULL CHECK (length (token) = 10),"
  "  created_at    INTEGER NOT NULL,"
  "  expires_at    INTEGER NOT NULL,"
  "  is_standing   INTEGER NOT NULL,"
  "  n_used        INTEGER NOT NULL DEFAULT 0"
  ") WITHOUT ROWID;",
};


/* Returns: (transfer full): where contacts are kept if nothing else is said */
char *
yodel_contacts_get_default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "yodel", "contacts.db", NULL);
}

/* Opens the contacts, or makes a place for them, its folder too.
 *
 * Returns: (transfer full) (nullable): the contacts; NULL with an error that says what is wrong with
 *   the file, which is left as it is */
YodelContacts *
yodel_contacts_open (const char  *path,
                     GError     **error)
{
  g_autoptr (YodelContacts) self = g_new0 (YodelContacts, 1);

  if (!yodel_database_open (&self->database, "contacts", path, migrations, G_N_ELEMENTS (migrations), error))
    return NULL;
  return g_steal_pointer (&self);
}

void
yodel_contacts_close (YodelContacts *self)
{
  if (self == NULL)
    return;
  yodel_database_close (&self->database);
  g_free (self);
}

/* What the database holds is checked as if a stranger had written it. */
static gboolean
read_row (sqlite3_stmt *statement,
          YodelContactRow *contact)
{
  const void *key = sqlite3_column_blob (statement, 0);
  const char *name = (const char *) sqlite3_column_text (statement, 1);
  gint64 trust = sqlite3_column_int64 (statement, 2);
  gint64 introduction = sqlite3_column_int64 (statement, 4);

  if (key == NULL || sqlite3_column_bytes (statement, 0) != YODEL_CONTACT_KEY_BYTES || name == NULL)
    return FALSE;
  *contact = (YodelContactRow) { 0 };
  memcpy (contact->key, key, YODEL_CONTACT_KEY_BYTES);
  g_strlcpy (contact->name, name, sizeof contact->name);
  /* What is not known trusts nobody. */
  contact->trust = trust >= YODEL_TRUST_NEW && trust <= YODEL_TRUST_BLOCKED ? trust : YODEL_TRUST_BLOCKED;
  contact->policy = sqlite3_column_int64 (statement, 3) & ALL_POLICY;
  contact->introduction = introduction >= YODEL_INTRODUCED_BY_HAND && introduction <= YODEL_INTRODUCED_ON_LAN
                            ? introduction : YODEL_INTRODUCED_BY_HAND;
  contact->introduced_at = sqlite3_column_int64 (statement, 5);
  return g_utf8_validate (contact->name, -1, NULL);
}

/* Ends the statement.  Returns: TRUE if there was a contact */
static gboolean
find (sqlite3_stmt *statement,
      YodelContactRow *contact)
{
  gboolean found = statement != NULL && sqlite3_step (statement) == SQLITE_ROW && read_row (statement, contact);

  sqlite3_finalize (statement);
  return found;
}

gboolean
yodel_contacts_find_key (YodelContacts *self,
                         const guint8   key[YODEL_CONTACT_KEY_BYTES],
                         YodelContactRow  *contact)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, "SELECT " COLUMNS " FROM contact WHERE key = ?1", NULL);

  sqlite3_bind_blob (statement, 1, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  return find (statement, contact);
}

/* Capitals of the Latin alphabet do not matter. */
gboolean
yodel_contacts_find_name (YodelContacts *self,
                          const char    *name,
                          YodelContactRow  *contact)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, "SELECT " COLUMNS " FROM contact WHERE name = ?1", NULL);

  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  return find (statement, contact);
}

/* A name is one line that a person can type and tell from an address. */
static gboolean
check_name (const char  *name,
            GError     **error)
{
  gsize length = strnlen (name, YODEL_CONTACT_MAX_NAME + 1);
  gboolean is_good = length > 0 && length <= YODEL_CONTACT_MAX_NAME && g_utf8_validate (name, length, NULL) &&
                     !g_ascii_isspace (name[0]) && !g_ascii_isspace (name[length - 1]) &&
                     memchr (name, ':', length) == NULL;

  for (const char *at = name; is_good && *at != '\0'; at = g_utf8_next_char (at))
    is_good = *at == ' ' || (g_unichar_isgraph (g_utf8_get_char (at)) && !g_unichar_isspace (g_utf8_get_char (at)));
  if (!is_good)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED,
                 "a contact's name has 1 to %u bytes, on one line and without a colon", YODEL_CONTACT_MAX_NAME);
  return is_good;
}

static void
bind_contact (sqlite3_stmt       *statement,
              const YodelContactRow *contact)
{
  sqlite3_bind_blob (statement, 1, contact->key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, contact->name, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 3, contact->trust);
  sqlite3_bind_int (statement, 4, contact->policy);
  sqlite3_bind_int (statement, 5, contact->introduction);
  sqlite3_bind_int64 (statement, 6, contact->introduced_at);
}

static gboolean
has_room (YodelContacts  *self,
          GError        **error)
{
  gint64 n;

  if (!yodel_database_get_number (&self->database, "SELECT count (*) FROM contact", &n, error))
    return FALSE;
  if (n >= YODEL_CONTACTS_MAX)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there are %u contacts already", YODEL_CONTACTS_MAX);
  return n < YODEL_CONTACTS_MAX;
}

/* Adds somebody new.  Where the key or the name is known already nothing is changed, and the contact
 * that is known is stored in @known. */
YodelContactVerdict
yodel_contacts_add (YodelContacts       *self,
                    const YodelContactRow  *contact,
                    YodelContactRow        *known,
                    GError             **error)
{
  sqlite3_stmt *statement;

  if (!check_name (contact->name, error))
    return YODEL_CONTACT_REFUSED;
  if (yodel_contacts_find_name (self, contact->name, known))
    return memcmp (known->key, contact->key, YODEL_CONTACT_KEY_BYTES) == 0 ? YODEL_CONTACT_KNOWN
                                                                          : YODEL_CONTACT_KEY_CHANGED;
  if (yodel_contacts_find_key (self, contact->key, known))
    return YODEL_CONTACT_OTHER_NAME;
  if (!has_room (self, error))
    return YODEL_CONTACT_REFUSED;

  statement = yodel_database_prepare (&self->database, "INSERT INTO contact (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);
  if (statement == NULL)
    return YODEL_CONTACT_REFUSED;
  bind_contact (statement, contact);
  return yodel_database_run (&self->database, statement, error) ? YODEL_CONTACT_ADDED : YODEL_CONTACT_REFUSED;
}

/* Writes name, trust and policy of the contact with this key. */
gboolean
yodel_contacts_update (YodelContacts       *self,
                       const YodelContactRow  *contact,
                       GError             **error)
{
  sqlite3_stmt *statement;

  if (!check_name (contact->name, error))
    return FALSE;
  statement = yodel_database_prepare (&self->database, "UPDATE contact SET name = ?2, trust = ?3, policy = ?4, introduction = ?5, "
                       "introduced_at = ?6 WHERE key = ?1", error);
  if (statement == NULL)
    return FALSE;
  bind_contact (statement, contact);
  if (!yodel_database_run (&self->database, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database.handle) == 0)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "%s is no contact", contact->name);
  return sqlite3_changes (self->database.handle) > 0;
}

static gboolean
change_key (YodelContacts  *self,
            const char     *sql,
            const char     *name,
            const guint8    key[YODEL_CONTACT_KEY_BYTES],
            GError        **error)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 2, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  sqlite3_bind_int (statement, 3, YODEL_TRUST_NEW);
  return yodel_database_run (&self->database, statement, error);
}

/* A person has said that the new key is right.  Trust begins anew, unless the contact is blocked,
 * and the old key is kept. */
gboolean
yodel_contacts_replace_key (YodelContacts  *self,
                            const char     *name,
                            const guint8    key[YODEL_CONTACT_KEY_BYTES],
                            GError        **error)
{
  YodelContactRow known;

  if (!yodel_contacts_find_name (self, name, &known))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there is no contact of this name");
      return FALSE;
    }
  if (!yodel_database_execute (&self->database, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (change_key (self, "INSERT INTO former_key (key, name, replaced_at) "
                  "SELECT key, name, CAST (strftime ('%s', 'now') AS INTEGER) FROM contact WHERE name = ?1",
                  name, key, error) &&
      change_key (self, "UPDATE contact SET key = ?2, trust = CASE trust WHEN 3 THEN 3 ELSE ?3 END "
                  "WHERE name = ?1", name, key, error) &&
      yodel_database_execute (&self->database, "COMMIT", error))
    return TRUE;
  sqlite3_exec (self->database.handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* Returns: FALSE where nobody was removed */
gboolean
yodel_contacts_remove (YodelContacts  *self,
                       const guint8    key[YODEL_CONTACT_KEY_BYTES],
                       GError        **error)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, "DELETE FROM contact WHERE key = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 1, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  if (!yodel_database_run (&self->database, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database.handle) == 0)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there is no such contact");
  return sqlite3_changes (self->database.handle) > 0;
}

/* Returns: (transfer full) (nullable) (element-type YodelContactRow): all, by name */
GArray *
yodel_contacts_list (YodelContacts  *self,
                     GError        **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (YodelContactRow));
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, "SELECT " COLUMNS " FROM contact ORDER BY name LIMIT 10000", error);
  YodelContactRow contact;
  int status;

  if (statement == NULL)
    return NULL;
  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    if (read_row (statement, &contact))
      g_array_append_val (list, contact);
  if (status != SQLITE_DONE)
    yodel_database_fail (&self->database, error);
  sqlite3_finalize (statement);
  return status == SQLITE_DONE ? g_steal_pointer (&list) : NULL;
}

gboolean
yodel_contacts_set_hints (YodelContacts  *self,
                          const guint8    key[YODEL_CONTACT_KEY_BYTES],
                          const char     *hints,
                          GError        **error)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database,
                                                    "UPDATE contact SET hints = ?2 WHERE key = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 1, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, hints, -1, SQLITE_STATIC);
  return yodel_database_run (&self->database, statement, error);
}

/* Returns: (transfer full) (nullable): NULL where there are none */
char *
yodel_contacts_dup_hints (YodelContacts *self,
                          const guint8   key[YODEL_CONTACT_KEY_BYTES])
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, "SELECT hints FROM contact WHERE key = ?1", NULL);
  char *hints = NULL;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_blob (statement, 1, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  if (sqlite3_step (statement) == SQLITE_ROW)
    hints = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  if (hints != NULL && (*hints == '\0' || !g_utf8_validate (hints, -1, NULL)))
    g_clear_pointer (&hints, g_free);
  return hints;
}
