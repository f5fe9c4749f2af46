#define G_LOG_DOMAIN "yodel-dht"

#include <gmodule.h>

#include "dht/dht-signaller.h"

/* What libyodel looks for; see YodelSignaller. */
G_MODULE_EXPORT void yodel_signaller_module_register (void);

void
yodel_signaller_module_register (void)
{
  yodel_signaller_register ("dht", YODEL_TYPE_DHT_SIGNALLER);
}
