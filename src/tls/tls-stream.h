/* TLS over a socket where nothing blocks and no thread waits: the handshake is done while the stream is read and written.
 * GLib's own TLS takes a thread of a small pool for each handshake, until the peer has answered. */
#pragma once

#include <gio/gio.h>

#include "tls/tls-credentials.h"

#define YODEL_TYPE_TLS_STREAM (yodel_tls_stream_get_type ())
G_DECLARE_FINAL_TYPE (YodelTlsStream, yodel_tls_stream, YODEL, TLS_STREAM, GIOStream)

GIOStream *yodel_tls_stream_new_server (GSocketConnection   *base,
                                        YodelTlsCredentials *credentials);

GIOStream *yodel_tls_stream_new_client (GSocketConnection   *base,
                                        YodelTlsCredentials *credentials,
                                        const char          *server);
