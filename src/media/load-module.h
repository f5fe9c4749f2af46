/* Finds the modules that carry what few processes need. */
#pragma once

#include <glib.h>

gpointer yodel_module_load (const char  *file,
                            const char  *entry,
                            const char  *what,
                            GError     **error);
