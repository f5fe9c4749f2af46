/* Messages through a distributed hash table: no server at all, each who meets there carries a part of it. */
#pragma once

#include <yodel/yodel-signaller.h>

G_BEGIN_DECLS

#define YODEL_TYPE_DHT_SIGNALLER (yodel_dht_signaller_get_type ())
G_DECLARE_FINAL_TYPE (YodelDhtSignaller, yodel_dht_signaller, YODEL, DHT_SIGNALLER, GObject)

G_END_DECLS
