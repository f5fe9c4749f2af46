/* What of the datagrams from other nodes OpenDHT may read.  OpenDHT 2.4 takes what it finds in a message to be of the kind that it
 * expects: a single datagram of a few bytes ends the process, or makes it ask for all memory. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _YodelDhtGuard YodelDhtGuard;

/* Thread: one at a time.
 * Returns: (transfer full) */
YodelDhtGuard *yodel_dht_guard_new  (void);

void           yodel_dht_guard_free (YodelDhtGuard *self);

/* Looks at a datagram.  A message whose values come in parts is kept back until all of them are there, for ten seconds at most.
 * @from: the address of who sent it, @from_size bytes of whatever tells two of them apart
 * @now_us: in microseconds, of a clock that does not go back
 * Returns: (transfer full) (nullable): what the library may read: the datagram, or the message with its values put in whole.  NULL if
 *   it is kept back or is nothing that a node says */
GBytes        *yodel_dht_guard_take (YodelDhtGuard *self,
                                     const guint8  *from,
                                     gsize          from_size,
                                     const guint8  *data,
                                     gsize          size,
                                     gint64         now_us);

G_END_DECLS
