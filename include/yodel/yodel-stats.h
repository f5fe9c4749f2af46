/* A snapshot of what a session measures, under the names of W3C webrtc-stats. */
#pragma once

#include <glib-object.h>

#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

#define YODEL_TYPE_STATS (yodel_stats_get_type ())

/**
 * YodelStats:
 *
 * A snapshot, read-only, shared by reference. It is an array of dictionaries of type `aa{sv}`,
 * one for each object of W3C webrtc-stats, each with "type", "id" and "timestamp".
 */
typedef struct _YodelStats YodelStats;

YODEL_API
GType       yodel_stats_get_type   (void) G_GNUC_CONST;

YODEL_API
YodelStats *yodel_stats_ref        (YodelStats *self);

YODEL_API
void        yodel_stats_unref      (YodelStats *self);

YODEL_API
GVariant   *yodel_stats_to_variant (YodelStats *self);

YODEL_API
char       *yodel_stats_to_json    (YodelStats *self);

YODEL_API
gboolean    yodel_stats_get_number (YodelStats *self,
                                    const char *type,
                                    const char *kind,
                                    const char *name,
                                    double     *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelStats, yodel_stats_unref)

G_END_DECLS
