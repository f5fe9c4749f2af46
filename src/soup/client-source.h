/* From where a client comes, as far as limits go: an IPv4 address, or the /64 of an IPv6 one, for
 * whoever has one of those has 2^64 of them. */
#pragma once

#include <gio/gio.h>

char *yodel_client_source_of_address (GSocketAddress *address);

char *yodel_client_source_of_text    (const char     *text);
