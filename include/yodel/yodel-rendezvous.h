/* A meeting place that anybody can run and nobody has to trust. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-error.h>
#include <yodel/yodel-macros.h>

G_BEGIN_DECLS

#define YODEL_TYPE_RENDEZVOUS (yodel_rendezvous_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelRendezvous, yodel_rendezvous, YODEL, RENDEZVOUS, GObject)

YODEL_API
YodelRendezvous *yodel_rendezvous_new             (void);

YODEL_API
gboolean         yodel_rendezvous_start           (YodelRendezvous  *self,
                                                   GError          **error);

YODEL_API
void             yodel_rendezvous_stop            (YodelRendezvous  *self);

YODEL_API
char            *yodel_rendezvous_dup_uri         (YodelRendezvous  *self);

YODEL_API
char            *yodel_rendezvous_dup_metrics     (YodelRendezvous  *self);

G_END_DECLS
