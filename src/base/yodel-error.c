#define G_LOG_DOMAIN "yodel-base"

#include <yodel/yodel-error.h>

G_DEFINE_QUARK (yodel-error-quark, yodel_error)
