#define G_LOG_DOMAIN "yodel-rendezvous"

#include <gmodule.h>

#include "soup/rendezvous-server.h"
#include "soup/ws-signaller.h"

/* What libyodel looks for; see YodelSignaller and rendezvous-api.h. */
G_MODULE_EXPORT void                      yodel_signaller_module_register (void);
G_MODULE_EXPORT const YodelRendezvousApi *yodel_rendezvous_module_get_api (void);

void
yodel_signaller_module_register (void)
{
  yodel_signaller_register ("ws", YODEL_TYPE_WS_SIGNALLER);
  yodel_signaller_register ("wss", YODEL_TYPE_WS_SIGNALLER);
}

const YodelRendezvousApi *
yodel_rendezvous_module_get_api (void)
{
  static const YodelRendezvousApi api = {
    .start = yodel_rendezvous_server_start,
    .stop = yodel_rendezvous_server_stop,
    .get_port = yodel_rendezvous_server_get_port,
    .dup_metrics = yodel_rendezvous_server_dup_metrics,
  };

  return &api;
}
