/* Telephone events, RFC 4733: a key of a telephone's keypad travels by its name and its duration, not as a sound that
 * a codec may spoil. */
#pragma once

#include <glib.h>

#define YODEL_TELEPHONE_EVENT_BYTES 4u
#define YODEL_TELEPHONE_N_KEYS      16u       /* 0 to 9, * # A B C D: section 3.2 */
#define YODEL_TELEPHONE_ALL_KEYS    0xffffu   /* a set of them: one bit an event */
#define YODEL_TELEPHONE_MAX_TICKS   0xffffu   /* of a duration; a longer event is cut into segments */

/* One report of an event, section 2.3. */
typedef struct
{
  guint8   event;
  gboolean is_end;
  guint8   volume;         /* -dBm0, 0 to 63 */
  guint16  duration;       /* so far, in ticks of the clock rate */
} YodelTelephoneEvent;

gboolean yodel_telephone_event_parse    (YodelTelephoneEvent       *event,
                                         const guint8              *data,
                                         gsize                      size);
void     yodel_telephone_event_write    (const YodelTelephoneEvent *event,
                                         guint8                     out[YODEL_TELEPHONE_EVENT_BYTES]);
gboolean yodel_telephone_event_from_key (char                       key,
                                         guint8                    *event);
char     yodel_telephone_event_to_key   (guint8                     event);
guint    yodel_telephone_events_parse   (const char                *fmtp);
