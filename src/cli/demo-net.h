/* A small internet of network namespaces: two hosts, each behind a NAT of its own, and a STUN server between them.
 * For root. */
#pragma once

#include <glib.h>

typedef struct _YodelDemoNet YodelDemoNet;

YodelDemoNet *yodel_demo_net_new      (const char    *program,
                                       GError       **error);
void          yodel_demo_net_free     (YodelDemoNet  *self);
const char   *yodel_demo_net_get_stun (YodelDemoNet  *self);
void          yodel_demo_net_enter    (YodelDemoNet  *self,
                                       gboolean       is_caller,
                                       GPtrArray     *argv);
