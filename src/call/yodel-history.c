#define G_LOG_DOMAIN "yodel-call"

#include "call/history-private.h"

#include "identity/database.h"

static const char * const migrations[] = {
  "CREATE TABLE call ("
  "  id            INTEGER PRIMARY KEY,"
  "  address       TEXT NOT NULL,"
  "  name          TEXT,"
  "  signaller     TEXT,"
  "  is_outgoing   INTEGER NOT NULL,"
  "  is_answered   INTEGER NOT NULL,"
  "  reason        INTEGER NOT NULL,"
  "  began_at      INTEGER NOT NULL,"
  "  talked_s      INTEGER NOT NULL"
  ");"
  "CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;",
};

/**
 * YodelHistory:
 *
 * The calls that were, the newest ten thousand, in a small database of the user's alone.
 *
 * It belongs to the thread it was made on. Its functions read and write a local file.
 */
struct _YodelHistory
{
  GObject       parent_instance;

  YodelDatabase database;
};

G_DEFINE_FINAL_TYPE (YodelHistory, yodel_history, G_TYPE_OBJECT)

static void
yodel_history_finalize (GObject *object)
{
  yodel_database_close (&YODEL_HISTORY (object)->database);

  G_OBJECT_CLASS (yodel_history_parent_class)->finalize (object);
}

static void
yodel_history_class_init (YodelHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = yodel_history_finalize;
}

static void
yodel_history_init (YodelHistory *self)
{
}

/**
 * yodel_history_open:
 * @path: (nullable) (type filename): the database; %NULL for the one of this user
 * @error: return location for a #GError
 *
 * Opens the history, or makes a place for it.
 *
 * Returns: (transfer full): the history; %NULL on %YODEL_ERROR_FAILED where the file is damaged, another program's
 *   or cannot be written, and on %YODEL_ERROR_UNSUPPORTED where a later version wrote it
 */
YodelHistory *
yodel_history_open (const char  *path,
                    GError     **error)
{
  g_autoptr (YodelHistory) self = NULL;
  g_autofree char *default_path = NULL;

  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (YODEL_TYPE_HISTORY, NULL);
  default_path = g_build_filename (g_get_user_data_dir (), "yodel", "history.db", NULL);
  if (!yodel_database_open (&self->database, "history", path != NULL ? path : default_path, migrations,
                            G_N_ELEMENTS (migrations), error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
run (YodelHistory *self,
     sqlite3_stmt *statement)
{
  g_autoptr (GError) error = NULL;

  if (!yodel_database_run (&self->database, statement, &error))
    g_debug ("%s", error->message);
}

/* That a call cannot be written down does not hurt the call. */
void
yodel_history_add (YodelHistory            *self,
                   const YodelHistoryEntry *entry)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database,
                              "INSERT INTO call (address, name, signaller, is_outgoing, is_answered, reason, began_at, talked_s) "
                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", NULL);

  if (statement == NULL)
    return;
  sqlite3_bind_text (statement, 1, entry->address, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, entry->name, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 3, entry->signaller, -1, SQLITE_STATIC);
  sqlite3_bind_int (statement, 4, entry->is_outgoing);
  sqlite3_bind_int (statement, 5, entry->is_answered);
  sqlite3_bind_int (statement, 6, entry->reason);
  sqlite3_bind_int64 (statement, 7, entry->began_at);
  sqlite3_bind_int64 (statement, 8, entry->talked_s);
  run (self, statement);

  statement = yodel_database_prepare (&self->database, "DELETE FROM call WHERE id <= (SELECT max (id) FROM call) - ?1", NULL);
  if (statement == NULL)
    return;
  sqlite3_bind_int (statement, 1, YODEL_HISTORY_MAX_ENTRIES);
  run (self, statement);
}

gint64
yodel_history_get_heard_ms (YodelHistory *self)
{
  gint64 heard_ms = 0;

  yodel_database_get_number (&self->database, "SELECT coalesce (max (value), 0) FROM mark WHERE name = 'heard-ms'",
                             &heard_ms, NULL);
  return heard_ms;
}

void
yodel_history_set_heard_ms (YodelHistory *self,
                            gint64        heard_ms)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database,
                              "INSERT OR REPLACE INTO mark (name, value) VALUES ('heard-ms', ?1)", NULL);

  if (statement == NULL)
    return;
  sqlite3_bind_int64 (statement, 1, heard_ms);
  run (self, statement);
}

static GVariant *
read_row (sqlite3_stmt *statement)
{
  const char *name = (const char *) sqlite3_column_text (statement, 1);
  const char *signaller = (const char *) sqlite3_column_text (statement, 2);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "address", "s", sqlite3_column_text (statement, 0));
  if (name != NULL)
    g_variant_dict_insert (&dict, "name", "s", name);
  if (signaller != NULL)
    g_variant_dict_insert (&dict, "signaller", "s", signaller);
  g_variant_dict_insert (&dict, "outgoing", "b", sqlite3_column_int (statement, 3) != 0);
  g_variant_dict_insert (&dict, "answered", "b", sqlite3_column_int (statement, 4) != 0);
  g_variant_dict_insert (&dict, "reason", "i", sqlite3_column_int (statement, 5));
  g_variant_dict_insert (&dict, "began", "x", (gint64) sqlite3_column_int64 (statement, 6));
  g_variant_dict_insert (&dict, "talked", "x", (gint64) sqlite3_column_int64 (statement, 7));
  return g_variant_dict_end (&dict);
}

/**
 * yodel_history_list:
 * @self: the history
 * @max_entries: how many at most
 * @error: return location for a #GError
 *
 * Returns: (transfer full): an array of dictionaries of type `aa{sv}`, newest first, each with "address" (s), "name" (s, where one
 *   was known), "signaller" (s, where one was used), "outgoing" (b), "answered" (b; a call that came in and
 *   was not is a missed one), "reason" (i, a #YodelEndReason), "began" (x, Unix time in seconds) and
 *   "talked" (x, seconds); %NULL on %YODEL_ERROR_FAILED
 */
GVariant *
yodel_history_list (YodelHistory  *self,
                    guint          max_entries,
                    GError       **error)
{
  GVariantBuilder builder;
  sqlite3_stmt *statement;

  g_return_val_if_fail (YODEL_IS_HISTORY (self), NULL);

  statement = yodel_database_prepare (&self->database,
                "SELECT address, name, signaller, is_outgoing, is_answered, reason, began_at, talked_s FROM call "
                "ORDER BY id DESC LIMIT ?1", error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, max_entries);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_variant_builder_add_value (&builder, read_row (statement));
  sqlite3_finalize (statement);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/**
 * yodel_history_dup_last_called:
 * @self: the history
 *
 * Whom to redial.
 *
 * Returns: (transfer full) (nullable): the address that was called last, %NULL if none was
 */
char *
yodel_history_dup_last_called (YodelHistory *self)
{
  sqlite3_stmt *statement;
  char *address = NULL;

  g_return_val_if_fail (YODEL_IS_HISTORY (self), NULL);

  statement = yodel_database_prepare (&self->database,
                                      "SELECT address FROM call WHERE is_outgoing ORDER BY id DESC LIMIT 1", NULL);
  if (statement != NULL && sqlite3_step (statement) == SQLITE_ROW)
    address = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return address;
}

/**
 * yodel_history_clear:
 * @self: the history
 * @error: return location for a #GError
 *
 * Forgets all calls.
 *
 * Returns: %FALSE on %YODEL_ERROR_FAILED
 */
gboolean
yodel_history_clear (YodelHistory  *self,
                     GError       **error)
{
  g_return_val_if_fail (YODEL_IS_HISTORY (self), FALSE);

  return yodel_database_execute (&self->database, "DELETE FROM call; VACUUM", error);
}
