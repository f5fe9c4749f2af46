/* Tells new packets from those that came before, and measures how far packets are overtaken.  A
 * retransmission and its original count as one. */
#pragma once

#include <glib.h>

#define YODEL_RECEIVE_WINDOW_MIN 64
#define YODEL_RECEIVE_WINDOW_MAX 1024

typedef enum
{
  YODEL_ARRIVAL_NEW,        /* after all that came */
  YODEL_ARRIVAL_LATE,       /* overtaken by others, or retransmitted */
  YODEL_ARRIVAL_DUPLICATE,
  YODEL_ARRIVAL_TOO_OLD,    /* left the window: nobody can tell */
} YodelArrival;

typedef struct
{
  guint64  seen[YODEL_RECEIVE_WINDOW_MAX / 64];
  guint    size_packets;
  gboolean started;
  gint64   highest_sequence;

  guint64  n_late;
  guint64  n_duplicate;
  guint    reorder_packets_x16;   /* how far late packets lay behind, smoothed */
} YodelReceiveWindow;

void         yodel_receive_window_init                (YodelReceiveWindow       *self,
                                                       guint                     size_packets);
YodelArrival yodel_receive_window_push                (YodelReceiveWindow       *self,
                                                       gint64                    sequence);
gboolean     yodel_receive_window_has                 (const YodelReceiveWindow *self,
                                                       gint64                    sequence);
guint        yodel_receive_window_get_reorder_packets (const YodelReceiveWindow *self);
