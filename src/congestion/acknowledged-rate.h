/* The rate at which our packets come out at the other end. */
#pragma once

#include <glib.h>

#define YODEL_ACKNOWLEDGED_PACKETS 2048

typedef struct
{
  gint64 arrived_us;
  guint  size_bytes;
} YodelAcknowledged;

typedef struct
{
  YodelAcknowledged packets[YODEL_ACKNOWLEDGED_PACKETS];    /* a ring */
  guint             n_packets;                              /* ever pushed */
  gint64            newest_us;
} YodelAcknowledgedRate;

void   yodel_acknowledged_rate_push    (YodelAcknowledgedRate *self,
                                        gint64                 arrived_us,
                                        guint                  size_bytes);

/* Over the last @window_us of arrivals.  Returns: bit/s; -1 if too little is known */
double yodel_acknowledged_rate_get_bps (const YodelAcknowledgedRate *self,
                                        gint64                       window_us);
