/* Sees what the nodes of this process say to each other over UDP, and may have its own way with it, by standing in for sendto(): the program that has it is to be
 * linked with -export-dynamic. */
#pragma once

#include <glib.h>

/* A datagram: from and to are ports of this host. */
typedef void (*UdpTapFunc) (guint16       from,
                            guint16       to,
                            const guint8 *data,
                            gsize         size);

/* @func: called on any thread, by one at a time */
void udp_tap_open (UdpTapFunc func);

/* Returns: TRUE if @bytes are not to be sent, or were sent already in its own way */
typedef gboolean (*UdpTamperFunc) (int      fd,
                                   guint16  to,
                                   GBytes  *bytes);

/* @func: called on any thread, by one at a time, with what goes out over IPv4; when this returns none is under way */
void udp_tap_tamper (UdpTamperFunc func);

/* Not seen by any of them.  @to: a port of 127.0.0.1 */
void udp_tap_send (int      fd,
                   guint16  to,
                   GBytes  *bytes);
