/* The URI of a rendezvous. */
#pragma once

#include <glib.h>

char *yodel_ws_uri_normalize     (const char  *uri,
                                  GError     **error);

char *yodel_ws_uri_dup_authority (const char  *uri);
