/* The signaller for ws: and wss:, over one rendezvous of its own and those that others name. */
#pragma once

#include <yodel/yodel-signaller.h>

#define YODEL_TYPE_WS_SIGNALLER (yodel_ws_signaller_get_type ())

G_DECLARE_FINAL_TYPE (YodelWsSignaller, yodel_ws_signaller, YODEL, WS_SIGNALLER, GObject)
