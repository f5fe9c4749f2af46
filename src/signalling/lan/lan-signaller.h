/* lan: meets on the local network, without a server and without the Internet. */
#pragma once

#include <yodel/yodel-signaller.h>

G_BEGIN_DECLS

#define YODEL_TYPE_LAN_SIGNALLER (yodel_lan_signaller_get_type ())

G_DECLARE_FINAL_TYPE (YodelLanSignaller, yodel_lan_signaller, YODEL, LAN_SIGNALLER, GObject)

YODEL_API
void yodel_signaller_module_register (void);

G_END_DECLS
