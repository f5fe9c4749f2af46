/* The calls that were: placed, taken, missed. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-error.h>
#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

#define YODEL_TYPE_HISTORY (yodel_history_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelHistory, yodel_history, YODEL, HISTORY, GObject)

YODEL_API
YodelHistory *yodel_history_open            (const char    *path,
                                             GError       **error);

YODEL_API
GVariant     *yodel_history_list            (YodelHistory  *self,
                                             guint          max_entries,
                                             GError       **error);

YODEL_API
char         *yodel_history_dup_last_called (YodelHistory  *self);

YODEL_API
gboolean      yodel_history_clear           (YodelHistory  *self,
                                             GError       **error);

G_END_DECLS
