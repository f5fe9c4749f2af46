/* When the reports of a telephone event are due, RFC 4733 section 2.5.1: while a key is down, its duration so far every
 * few milliseconds; then three times that it is over.  A machine: no clock of its own. */
#pragma once

#include "audio/telephone-event.h"

/* Keys that wait; more are refused. */
#define YODEL_TELEPHONE_MAX_WAITING     128u

/* What W3C webrtc allows in insertDTMF(), section 7.2. */
#define YODEL_TELEPHONE_MIN_DURATION_MS 40u
#define YODEL_TELEPHONE_MAX_DURATION_MS 6000u

/* In place of an event: two seconds in which nothing is sent, the "," of insertDTMF(). */
#define YODEL_TELEPHONE_PAUSE           0xffu

typedef struct
{
  guint8  event;
  guint16 duration_ms;
} YodelTelephoneKey;

typedef struct
{
  YodelTelephoneEvent report;
  gboolean            is_first;   /* of its event: wears the marker, and its RTP time is that of the event */
  guint32             offset;     /* ticks from there to the segment this is about */
} YodelTelephonePacket;

typedef struct
{
  YodelTelephoneKey waiting[YODEL_TELEPHONE_MAX_WAITING];    /* a ring */
  guint             first;
  guint             n_waiting;
  YodelTelephoneKey key;          /* that is down */
  gboolean          is_down;
  gboolean          is_first;
  guint             n_ends;       /* end packets sent of it */
  guint32           offset;       /* of the segment, ticks */
  gint64            began_us;
  gint64            due_us;       /* the next packet, or the next key */
} YodelTelephoneSender;

void     yodel_telephone_sender_init             (YodelTelephoneSender       *self);
gboolean yodel_telephone_sender_push             (YodelTelephoneSender       *self,
                                                  guint8                      event,
                                                  guint                       duration_ms,
                                                  gint64                      now_us);
gboolean yodel_telephone_sender_poll             (YodelTelephoneSender       *self,
                                                  YodelTelephonePacket       *packet,
                                                  guint                       clock_rate_hz,
                                                  gint64                      now_us);
void     yodel_telephone_sender_clear            (YodelTelephoneSender       *self);
gint64   yodel_telephone_sender_next_deadline_us (const YodelTelephoneSender *self);
