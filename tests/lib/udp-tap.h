/* Sees what the nodes of this process say to each other over UDP, by standing in for sendto(): the program that has it is to be
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
