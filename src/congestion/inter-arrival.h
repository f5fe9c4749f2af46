/* Gathers packets that left together into groups, and tells by how much the next group was
 * further away on arrival than it was on sending. */
#pragma once

#include <glib.h>

typedef struct
{
  gboolean started;
  gint64   first_sent_us;
  gint64   last_sent_us;
  gint64   first_arrived_us;
  gint64   last_arrived_us;
} YodelPacketGroup;

typedef struct
{
  YodelPacketGroup current;
  YodelPacketGroup previous;
  guint            n_reordered;
} YodelInterArrival;

void     yodel_inter_arrival_reset (YodelInterArrival *self);

/* Returns: TRUE if a group is complete, with the distances of its end from the end of the one before */
gboolean yodel_inter_arrival_push  (YodelInterArrival *self,
                                    gint64             sent_us,
                                    gint64             arrived_us,
                                    gint64            *sent_delta_us,
                                    gint64            *arrived_delta_us);
