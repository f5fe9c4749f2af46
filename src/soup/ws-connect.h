/* Opens a WebSocket (RFC 6455) to a rendezvous: finds the host, by a proxy where there is one, does TLS, and asks for the upgrade. */
#pragma once

#include <libsoup/soup.h>

#include "tls/tls-credentials.h"

void                     yodel_ws_connect_async  (const char           *uri,
                                                  YodelTlsCredentials  *credentials,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);

SoupWebsocketConnection *yodel_ws_connect_finish (GAsyncResult         *result,
                                                  GError              **error);
