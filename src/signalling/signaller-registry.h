/* Which type carries messages for which URI scheme.  What nobody has registered is looked for in a
 * module: libyodel-signaller-NAME.so, whose YODEL_SIGNALLER_ENTRY registers its schemes. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define YODEL_SIGNALLER_ENTRY       "yodel_signaller_module_register"
#define YODEL_SIGNALLER_MAX_SCHEME  16
#define YODEL_SIGNALLER_MAX_SCHEMES 32

typedef void (*YodelSignallerEntry) (void);

gboolean yodel_signaller_registry_add  (const char  *scheme,
                                        GType        type);

GType    yodel_signaller_registry_find (const char  *uri,
                                        GError     **error);

G_END_DECLS
