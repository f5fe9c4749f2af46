/* Finds the modules that carry what few processes need. */
#pragma once

#include <yodel/yodel-error.h>

gpointer yodel_module_load (const char  *file,
                            const char  *entry,
                            YodelError   code,
                            const char  *what,
                            GError     **error);
