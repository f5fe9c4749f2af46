#define G_LOG_DOMAIN "yodel-identity"

#include "identity/contacts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <yodel/yodel-error.h>

#define APPLICATION_ID 0x796f646c   /* "yodl", of the database's header */
#define BUSY_MS        2000         /* another Yodel may be writing */
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
};

struct _YodelContacts
{
  sqlite3 *database;   /* (owned) */
  char    *path;       /* (owned) */
};

/* Returns: FALSE, with what SQLite says */
static gboolean
fail (YodelContacts  *self,
      GError        **error)
{
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "the contacts in %s cannot be used: %s",
               self->path, sqlite3_errmsg (self->database));
  return FALSE;
}

static gboolean
execute (YodelContacts  *self,
         const char     *sql,
         GError        **error)
{
  return sqlite3_exec (self->database, sql, NULL, NULL, NULL) == SQLITE_OK || fail (self, error);
}

/* Returns: (nullable): a statement to be finalized */
static sqlite3_stmt *
prepare (YodelContacts  *self,
         const char     *sql,
         GError        **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->database, sql, -1, &statement, NULL) != SQLITE_OK)
    fail (self, error);
  return statement;
}

/* Runs a statement that gives no row, and ends it.  Returns: FALSE where it failed */
static gboolean
run (YodelContacts  *self,
     sqlite3_stmt   *statement,
     GError        **error)
{
  gboolean done = sqlite3_step (statement) == SQLITE_DONE || fail (self, error);

  sqlite3_finalize (statement);
  return done;
}

/* Returns: FALSE where there is no such number */
static gboolean
get_number (YodelContacts  *self,
            const char     *sql,
            gint64         *number,
            GError        **error)
{
  sqlite3_stmt *statement = prepare (self, sql, error);
  gboolean found;

  if (statement == NULL)
    return FALSE;
  found = sqlite3_step (statement) == SQLITE_ROW || fail (self, error);
  if (found)
    *number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return found;
}

/* The steps that are missing, all or none. */
static gboolean
migrate (YodelContacts  *self,
         GError        **error)
{
  gint64 version, application;

  if (!execute (self, "BEGIN IMMEDIATE", error) ||
      !get_number (self, "PRAGMA user_version", &version, error) ||
      !get_number (self, "PRAGMA application_id", &application, error))
    return FALSE;
  if ((version > 0 || application != 0) && application != APPLICATION_ID)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "%s is a database of another program", self->path);
      return FALSE;
    }
  if (version > (gint64) G_N_ELEMENTS (migrations))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED,
                   "%s was written by a later version of this program", self->path);
      return FALSE;
    }
  for (gint64 step = version; step < (gint64) G_N_ELEMENTS (migrations); step++)
    if (!execute (self, migrations[step], error))
      return FALSE;
  if (version < (gint64) G_N_ELEMENTS (migrations))
    {
      g_autofree char *sql = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u",
                                              APPLICATION_ID, (guint) G_N_ELEMENTS (migrations));

      if (!execute (self, sql, error))
        return FALSE;
    }
  return execute (self, "COMMIT", error);
}

/* A damaged database says so now, and not in the middle of a call. */
static gboolean
check (YodelContacts  *self,
       GError        **error)
{
  sqlite3_stmt *statement = prepare (self, "PRAGMA quick_check (1)", error);
  gboolean good = FALSE;

  if (statement == NULL)
    return FALSE;
  if (sqlite3_step (statement) != SQLITE_ROW)
    fail (self, error);
  else if (!(good = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0))
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED,
                 "the contacts in %s are damaged (%s); move the file away to begin with none, "
                 "or put back a copy", self->path, sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return good;
}

/* SQLite makes files by the umask; this one is the owner's before anything is in it. */
static gboolean
make_private (const char  *path,
              GError     **error)
{
  struct stat info;
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  int saved = errno;
  gboolean made = fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && fchmod (fd, 0600) == 0;

  if (!made)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "the contacts in %s cannot be used: %s",
                 path, fd >= 0 ? "not a file of one's own" : g_strerror (saved));
  if (fd >= 0)
    close (fd);
  return made;
}

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
  g_autofree char *folder = g_path_get_dirname (path);

  self->path = g_strdup (path);
  g_mkdir_with_parents (folder, 0700);
  if (!make_private (path, error))
    return NULL;
  if (sqlite3_open_v2 (path, &self->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK)
    {
      fail (self, error);
      return NULL;
    }
  sqlite3_busy_timeout (self->database, BUSY_MS);
  sqlite3_db_config (self->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  if (!check (self, error) || !migrate (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
yodel_contacts_close (YodelContacts *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->database);
  g_free (self->path);
  g_free (self);
}

/* What the database holds is checked as if a stranger had written it. */
static gboolean
read_row (sqlite3_stmt *statement,
          YodelContact *contact)
{
  const void *key = sqlite3_column_blob (statement, 0);
  const char *name = (const char *) sqlite3_column_text (statement, 1);
  gint64 trust = sqlite3_column_int64 (statement, 2);
  gint64 introduction = sqlite3_column_int64 (statement, 4);

  if (key == NULL || sqlite3_column_bytes (statement, 0) != YODEL_CONTACT_KEY_BYTES || name == NULL)
    return FALSE;
  *contact = (YodelContact) { 0 };
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
      YodelContact *contact)
{
  gboolean found = statement != NULL && sqlite3_step (statement) == SQLITE_ROW && read_row (statement, contact);

  sqlite3_finalize (statement);
  return found;
}

gboolean
yodel_contacts_find_key (YodelContacts *self,
                         const guint8   key[YODEL_CONTACT_KEY_BYTES],
                         YodelContact  *contact)
{
  sqlite3_stmt *statement = prepare (self, "SELECT " COLUMNS " FROM contact WHERE key = ?1", NULL);

  sqlite3_bind_blob (statement, 1, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  return find (statement, contact);
}

/* Capitals of the Latin alphabet do not matter. */
gboolean
yodel_contacts_find_name (YodelContacts *self,
                          const char    *name,
                          YodelContact  *contact)
{
  sqlite3_stmt *statement = prepare (self, "SELECT " COLUMNS " FROM contact WHERE name = ?1", NULL);

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
              const YodelContact *contact)
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

  if (!get_number (self, "SELECT count (*) FROM contact", &n, error))
    return FALSE;
  if (n >= YODEL_CONTACTS_MAX)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there are %u contacts already", YODEL_CONTACTS_MAX);
  return n < YODEL_CONTACTS_MAX;
}

/* Adds somebody new.  Where the key or the name is known already nothing is changed, and the contact
 * that is known is stored in @known. */
YodelContactVerdict
yodel_contacts_add (YodelContacts       *self,
                    const YodelContact  *contact,
                    YodelContact        *known,
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

  statement = prepare (self, "INSERT INTO contact (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error);
  if (statement == NULL)
    return YODEL_CONTACT_REFUSED;
  bind_contact (statement, contact);
  return run (self, statement, error) ? YODEL_CONTACT_ADDED : YODEL_CONTACT_REFUSED;
}

/* Writes name, trust and policy of the contact with this key. */
gboolean
yodel_contacts_update (YodelContacts       *self,
                       const YodelContact  *contact,
                       GError             **error)
{
  sqlite3_stmt *statement;

  if (!check_name (contact->name, error))
    return FALSE;
  statement = prepare (self, "UPDATE contact SET name = ?2, trust = ?3, policy = ?4, introduction = ?5, "
                       "introduced_at = ?6 WHERE key = ?1", error);
  if (statement == NULL)
    return FALSE;
  bind_contact (statement, contact);
  if (!run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 0)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "%s is no contact", contact->name);
  return sqlite3_changes (self->database) > 0;
}

static gboolean
change_key (YodelContacts  *self,
            const char     *sql,
            const char     *name,
            const guint8    key[YODEL_CONTACT_KEY_BYTES],
            GError        **error)
{
  sqlite3_stmt *statement = prepare (self, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 2, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  sqlite3_bind_int (statement, 3, YODEL_TRUST_NEW);
  return run (self, statement, error);
}

/* A person has said that the new key is right.  Trust begins anew, unless the contact is blocked,
 * and the old key is kept. */
gboolean
yodel_contacts_replace_key (YodelContacts  *self,
                            const char     *name,
                            const guint8    key[YODEL_CONTACT_KEY_BYTES],
                            GError        **error)
{
  YodelContact known;

  if (!yodel_contacts_find_name (self, name, &known))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there is no contact of this name");
      return FALSE;
    }
  if (!execute (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (change_key (self, "INSERT INTO former_key (key, name, replaced_at) "
                  "SELECT key, name, CAST (strftime ('%s', 'now') AS INTEGER) FROM contact WHERE name = ?1",
                  name, key, error) &&
      change_key (self, "UPDATE contact SET key = ?2, trust = CASE trust WHEN 3 THEN 3 ELSE ?3 END "
                  "WHERE name = ?1", name, key, error) &&
      execute (self, "COMMIT", error))
    return TRUE;
  sqlite3_exec (self->database, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* Returns: FALSE where nobody was removed */
gboolean
yodel_contacts_remove (YodelContacts  *self,
                       const guint8    key[YODEL_CONTACT_KEY_BYTES],
                       GError        **error)
{
  sqlite3_stmt *statement = prepare (self, "DELETE FROM contact WHERE key = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 1, key, YODEL_CONTACT_KEY_BYTES, SQLITE_STATIC);
  if (!run (self, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database) == 0)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there is no such contact");
  return sqlite3_changes (self->database) > 0;
}

/* Returns: (transfer full) (nullable) (element-type YodelContact): all, by name */
GArray *
yodel_contacts_list (YodelContacts  *self,
                     GError        **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (YodelContact));
  sqlite3_stmt *statement = prepare (self, "SELECT " COLUMNS " FROM contact ORDER BY name LIMIT 10000", error);
  YodelContact contact;
  int status;

  if (statement == NULL)
    return NULL;
  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    if (read_row (statement, &contact))
      g_array_append_val (list, contact);
  if (status != SQLITE_DONE)
    fail (self, error);
  sqlite3_finalize (statement);
  return status == SQLITE_DONE ? g_steal_pointer (&list) : NULL;
}
