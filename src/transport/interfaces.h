/* The addresses of this machine that a call may use, and news when they change. */
#pragma once

#include "transport/candidate-filter.h"

G_BEGIN_DECLS

/* More are not used: a machine with hundreds of addresses would send hundreds of checks. */
#define YODEL_INTERFACES_MAX_ADDRESSES 12

/* Of YodelLocalAddress (transfer full).  @bind as in YodelTransportConfig; @loopback: take 127.0.0.1 where
 * nothing else is. */
GPtrArray *yodel_interfaces_list         (const char * const *bind,
                                          gboolean            loopback);

/* Whether both lists hold the same addresses, in any order. */
gboolean   yodel_interfaces_equal        (const GPtrArray    *a,
                                          const GPtrArray    *b);

/* A source that calls a GSourceFunc whenever an address or link may have changed; NULL where the system has no such news. */
GSource   *yodel_interfaces_watch_new    (void);

G_END_DECLS
