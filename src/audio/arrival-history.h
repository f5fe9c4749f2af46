/* Which packets have come, by sequence number, and which frames, by time: what is missing, what
 * came twice, and whether a gap in time is a loss or a pause of the sender. */
#pragma once

#include <glib.h>

#define YODEL_ARRIVAL_HISTORY_SEQUENCES 512
#define YODEL_ARRIVAL_HISTORY_FRAMES    64

typedef struct
{
  gint64   received[YODEL_ARRIVAL_HISTORY_SEQUENCES];    /* each at its remainder */
  gint64   asked[YODEL_ARRIVAL_HISTORY_SEQUENCES];       /* for once more, likewise */
  gint64   frames[YODEL_ARRIVAL_HISTORY_FRAMES];         /* RTP times, in a ring */
  guint    n_frames;
  gint64   first_sequence;
  gint64   last_sequence;
  gint64   last_rtp_time;                               /* of last_sequence, as all that follows */
  guint    last_samples;
  gint64   last_transit_us;
  gboolean started;
} YodelArrivalHistory;

void     yodel_arrival_history_init         (YodelArrivalHistory       *self);
gboolean yodel_arrival_history_has_sequence (const YodelArrivalHistory *self,
                                            gint64                    sequence);
void     yodel_arrival_history_push         (YodelArrivalHistory       *self,
                                            gint64                    sequence,
                                            gint64                    rtp_time,
                                            guint                     n_samples,
                                            gint64                    arrival_us);
gboolean yodel_arrival_history_push_frame   (YodelArrivalHistory       *self,
                                            gint64                    rtp_time);
gboolean yodel_arrival_history_has_frame    (const YodelArrivalHistory *self,
                                            gint64                    rtp_time);
void     yodel_arrival_history_ask          (YodelArrivalHistory       *self,
                                            gint64                    sequence);
gboolean yodel_arrival_history_was_asked    (const YodelArrivalHistory *self,
                                            gint64                    sequence);
gint64   yodel_arrival_history_oldest       (const YodelArrivalHistory *self);
gint64   yodel_arrival_history_guess_time   (const YodelArrivalHistory *self,
                                            gint64                    sequence);
