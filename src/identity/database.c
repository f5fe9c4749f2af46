#define G_LOG_DOMAIN "yodel-identity"

#include "identity/database.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <yodel/yodel-error.h>

#define APPLICATION_ID 0x796f646c   /* "yodl", of the database's header */
#define BUSY_MS        2000         /* another Yodel may be writing */

/* Returns: FALSE, with what SQLite says */
gboolean
yodel_database_fail (YodelDatabase  *self,
      GError        **error)
{
  g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "the %s in %s cannot be used: %s",
               self->what, self->path, sqlite3_errmsg (self->handle));
  return FALSE;
}

gboolean
yodel_database_execute (YodelDatabase  *self,
         const char     *sql,
         GError        **error)
{
  return sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK || yodel_database_fail (self, error);
}

/* Returns: (nullable): a statement to be finalized */
sqlite3_stmt *
yodel_database_prepare (YodelDatabase  *self,
         const char     *sql,
         GError        **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL) != SQLITE_OK)
    yodel_database_fail (self, error);
  return statement;
}

/* Runs a statement that gives no row, and ends it.  Returns: FALSE where it failed */
gboolean
yodel_database_run (YodelDatabase  *self,
     sqlite3_stmt   *statement,
     GError        **error)
{
  gboolean done = sqlite3_step (statement) == SQLITE_DONE || yodel_database_fail (self, error);

  sqlite3_finalize (statement);
  return done;
}

/* Returns: FALSE where there is no such number */
gboolean
yodel_database_get_number (YodelDatabase  *self,
            const char     *sql,
            gint64         *number,
            GError        **error)
{
  sqlite3_stmt *statement = yodel_database_prepare (self, sql, error);
  gboolean found;

  if (statement == NULL)
    return FALSE;
  found = sqlite3_step (statement) == SQLITE_ROW || yodel_database_fail (self, error);
  if (found)
    *number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return found;
}

/* The steps that are missing, all or none. */
static gboolean
migrate (YodelDatabase      *self,
         const char * const *steps,
         guint               n_steps,
         GError            **error)
{
  gint64 version, application;

  if (!yodel_database_execute (self, "BEGIN IMMEDIATE", error) ||
      !yodel_database_get_number (self, "PRAGMA user_version", &version, error) ||
      !yodel_database_get_number (self, "PRAGMA application_id", &application, error))
    return FALSE;
  if ((version > 0 || application != 0) && application != APPLICATION_ID)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "%s is a database of another program", self->path);
      return FALSE;
    }
  if (version > (gint64) n_steps)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_UNSUPPORTED,
                   "%s was written by a later version of this program", self->path);
      return FALSE;
    }
  for (gint64 step = version; step < (gint64) n_steps; step++)
    if (!yodel_database_execute (self, steps[step], error))
      return FALSE;
  if (version < (gint64) n_steps)
    {
      g_autofree char *sql = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %u",
                                              APPLICATION_ID, n_steps);

      if (!yodel_database_execute (self, sql, error))
        return FALSE;
    }
  return yodel_database_execute (self, "COMMIT", error);
}

/* A damaged database says so now, and not in the middle of a call. */
static gboolean
check (YodelDatabase  *self,
       GError        **error)
{
  sqlite3_stmt *statement = yodel_database_prepare (self, "PRAGMA quick_check (1)", error);
  gboolean good = FALSE;

  if (statement == NULL)
    return FALSE;
  if (sqlite3_step (statement) != SQLITE_ROW)
    yodel_database_fail (self, error);
  else if (!(good = g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0))
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED,
                 "the %s in %s are damaged (%s); move the file away to begin with none, "
                 "or put back a copy", self->what, self->path, sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  return good;
}

/* SQLite makes files by the umask; this one is the owner's before anything is in it. */
static gboolean
make_private (const char  *what,
              const char  *path,
              GError     **error)
{
  struct stat info;
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  int saved = errno;
  gboolean made = fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && fchmod (fd, 0600) == 0;

  if (!made)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "the %s in %s cannot be used: %s",
                 what, path, fd >= 0 ? "not a file of one's own" : g_strerror (saved));
  if (fd >= 0)
    close (fd);
  return made;
}

/* Opens a database, or makes a place for it, its folder too.  @what: its content, for messages; @steps: each leads from
 * the version of its index to the next; none is ever changed.
 *
 * Returns: FALSE with an error that says what is wrong with the file, which is left as it is */
gboolean
yodel_database_open (YodelDatabase      *self,
                     const char         *what,
                     const char         *path,
                     const char * const *steps,
                     guint               n_steps,
                     GError            **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  *self = (YodelDatabase) { .what = what, .path = g_strdup (path) };
  g_mkdir_with_parents (folder, 0700);
  if (!make_private (what, path, error))
    return FALSE;
  if (sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK)
    return yodel_database_fail (self, error);
  sqlite3_busy_timeout (self->handle, BUSY_MS);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return check (self, error) && migrate (self, steps, n_steps, error);
}

void
yodel_database_close (YodelDatabase *self)
{
  sqlite3_close (self->handle);
  g_free (self->path);
}
