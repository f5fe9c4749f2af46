/* A small SQLite database of the owner's alone: made private, checked, brought up to date. */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct
{
  sqlite3    *handle;   /* (owned) */
  char       *path;     /* (owned) */
  const char *what;     /* (borrowed) in words */
} YodelDatabase;

gboolean      yodel_database_open       (YodelDatabase       *self,
                                         const char          *what,
                                         const char          *path,
                                         const char * const  *steps,
                                         guint                n_steps,
                                         GError             **error);

void          yodel_database_close      (YodelDatabase       *self);

gboolean      yodel_database_fail       (YodelDatabase       *self,
                                         GError             **error);

gboolean      yodel_database_execute    (YodelDatabase       *self,
                                         const char          *sql,
                                         GError             **error);

sqlite3_stmt *yodel_database_prepare    (YodelDatabase       *self,
                                         const char          *sql,
                                         GError             **error);

gboolean      yodel_database_run        (YodelDatabase       *self,
                                         sqlite3_stmt        *statement,
                                         GError             **error);

gboolean      yodel_database_get_number (YodelDatabase       *self,
                                         const char          *sql,
                                         gint64              *number,
                                         GError             **error);

G_END_DECLS
