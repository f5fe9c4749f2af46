/* One direction of an emulated link: a queue (drop-tail or CoDel), a serialiser at a rate, loss, then delay and jitter.
 * The time is passed in, in nanoseconds; packets come out by callback when they are due. */
#pragma once

#include "net/tun.h"

typedef struct _Link Link;

/* Since the log was written last. */
typedef struct
{
  guint64 in_packets, in_bytes, out_packets, out_bytes;
  guint64 dropped_by_queue, dropped_by_loss, dropped_by_codel;
  double  queue_delay_mean_ms, queue_delay_max_ms, queue_bytes, rate_bps, delay_ms;
} LinkFigures;

typedef void (*LinkDeliver) (const guint8 *data, gsize size, gpointer user_data);

Link     *link_new              (guint64       seed,
                                 LinkDeliver   deliver,
                                 gpointer      user_data);
void      link_free             (Link         *self);

/* "delay", "50ms" and so on; wire.c lists them.  FALSE: no such setting. */
gboolean  link_set              (Link         *self,
                                 const char   *name,
                                 const char   *value);

void      link_push             (Link         *self,
                                 const guint8 *data,
                                 gsize         size,
                                 gint64        now_ns);

/* Moves all that is due.  Returns when something is next; G_MAXINT64 if nothing waits. */
gint64    link_advance          (Link         *self,
                                 gint64        now_ns);
void      link_take_figures     (Link         *self,
                                 LinkFigures  *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Link, link_free)
