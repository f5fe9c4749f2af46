/* The invites that were given out: which tokens open the door. */
#define G_LOG_DOMAIN "yodel-identity"

#include "identity/contacts-private.h"

#include <string.h>

#include <yodel/yodel-error.h>

#define IS_OPEN "(expires_at = 0 OR expires_at > ?2) AND (is_standing OR n_used = 0)"

static sqlite3_stmt *
prepare_for (YodelContacts  *self,
             const char     *sql,
             const guint8    token[YODEL_INVITE_TOKEN_BYTES],
             gint64          now,
             GError        **error)
{
  sqlite3_stmt *statement = yodel_database_prepare (&self->database, sql, error);

  if (statement != NULL)
    {
      sqlite3_bind_blob (statement, 1, token, YODEL_INVITE_TOKEN_BYTES, SQLITE_STATIC);
      sqlite3_bind_int64 (statement, 2, now);
    }
  return statement;
}

/* What is expired or used up makes room first. */
gboolean
yodel_contacts_add_invite (YodelContacts         *self,
                           const YodelInviteRow  *invite,
                           gint64                 now,
                           GError               **error)
{
  sqlite3_stmt *statement = prepare_for (self, "DELETE FROM invite WHERE ?1 = ?1 AND NOT (" IS_OPEN ")",
                                         invite->token, now, error);
  gint64 n;

  if (statement == NULL || !yodel_database_run (&self->database, statement, error) ||
      !yodel_database_get_number (&self->database, "SELECT count (*) FROM invite", &n, error))
    return FALSE;
  if (n >= YODEL_INVITES_MAX)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there are %u invites already", YODEL_INVITES_MAX);
      return FALSE;
    }
  statement = prepare_for (self, "INSERT INTO invite (token, created_at, expires_at, is_standing) VALUES (?1, ?2, ?3, ?4)",
                           invite->token, invite->created_at, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 3, invite->expires_at);
  sqlite3_bind_int (statement, 4, invite->is_standing);
  return yodel_database_run (&self->database, statement, error);
}

gboolean
yodel_contacts_check_invite (YodelContacts *self,
                             const guint8   token[YODEL_INVITE_TOKEN_BYTES],
                             gint64         now)
{
  sqlite3_stmt *statement = prepare_for (self, "SELECT 1 FROM invite WHERE token = ?1 AND " IS_OPEN, token, now, NULL);
  gboolean is_open = statement != NULL && sqlite3_step (statement) == SQLITE_ROW;

  sqlite3_finalize (statement);
  return is_open;
}

gboolean
yodel_contacts_spend_invite (YodelContacts *self,
                             const guint8   token[YODEL_INVITE_TOKEN_BYTES],
                             gint64         now)
{
  sqlite3_stmt *statement = prepare_for (self, "UPDATE invite SET n_used = n_used + 1 WHERE token = ?1 AND " IS_OPEN,
                                         token, now, NULL);

  return statement != NULL && yodel_database_run (&self->database, statement, NULL) &&
         sqlite3_changes (self->database.handle) == 1;
}

gboolean
yodel_contacts_revoke_invite (YodelContacts  *self,
                              const guint8    token[YODEL_INVITE_TOKEN_BYTES],
                              GError        **error)
{
  sqlite3_stmt *statement = prepare_for (self, "DELETE FROM invite WHERE token = ?1", token, 0, error);

  if (statement == NULL || !yodel_database_run (&self->database, statement, error))
    return FALSE;
  if (sqlite3_changes (self->database.handle) == 0)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_FAILED, "there is no such invite");
  return sqlite3_changes (self->database.handle) > 0;
}

/* Returns: (transfer full) (nullable) (element-type YodelInviteRow): oldest first */
GArray *
yodel_contacts_list_invites (YodelContacts  *self,
                             GError        **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (YodelInviteRow));
  sqlite3_stmt *statement = yodel_database_prepare (&self->database,
                              "SELECT token, created_at, expires_at, is_standing, n_used FROM invite "
                              "ORDER BY created_at LIMIT 1000", error);

  if (statement == NULL)
    return NULL;
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      const void *token = sqlite3_column_blob (statement, 0);
      YodelInviteRow row = { .created_at = sqlite3_column_int64 (statement, 1),
                             .expires_at = sqlite3_column_int64 (statement, 2),
                             .is_standing = sqlite3_column_int (statement, 3) != 0,
                             .n_used = (guint) sqlite3_column_int (statement, 4) };

      if (token == NULL || sqlite3_column_bytes (statement, 0) != YODEL_INVITE_TOKEN_BYTES)
        continue;
      memcpy (row.token, token, YODEL_INVITE_TOKEN_BYTES);
      g_array_append_val (list, row);
    }
  sqlite3_finalize (statement);
  return g_steal_pointer (&list);
}
