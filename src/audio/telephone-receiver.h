/* Reports of telephone events on their way in, RFC 4733 section 2.5.2: of the many packets about one key, lost and
 * repeated ones among them, one event comes out when the key is up.  A machine: no clock of its own. */
#pragma once

#include "audio/telephone-event.h"

/* Events that are over and not yet fetched, and how many a peer may send at once; more are dropped. */
#define YODEL_TELEPHONE_MAX_OVER 16u

typedef struct
{
  guint8 event;
  guint  duration_ms;
} YodelTelephoneOver;

typedef struct
{
  YodelTelephoneOver over[YODEL_TELEPHONE_MAX_OVER];     /* a ring */
  guint              first;
  guint              n_over;

  gboolean           started;
  gboolean           is_down;
  guint8             event;
  guint32            rtp_time;          /* of the segment */
  guint              segment_ticks;
  guint              whole_ticks;       /* of the segments before it */
  guint              clock_rate_hz;
  gint64             heard_us;

  double             allowance;         /* events that may still come out */
  gint64             allowance_us;
  guint64            n_received;
  guint64            n_dropped;         /* came faster than anybody presses keys, or are no keys */
  guint64            n_malformed;       /* packets */
} YodelTelephoneReceiver;

void     yodel_telephone_receiver_init             (YodelTelephoneReceiver       *self);
void     yodel_telephone_receiver_push             (YodelTelephoneReceiver       *self,
                                                    guint32                       rtp_time,
                                                    gboolean                      marker,
                                                    guint                         clock_rate_hz,
                                                    const guint8                 *payload,
                                                    gsize                         size,
                                                    gint64                        now_us);
void     yodel_telephone_receiver_advance          (YodelTelephoneReceiver       *self,
                                                    gint64                        now_us);
gboolean yodel_telephone_receiver_poll             (YodelTelephoneReceiver       *self,
                                                    YodelTelephoneOver           *over);
gint64   yodel_telephone_receiver_next_deadline_us (const YodelTelephoneReceiver *self);
