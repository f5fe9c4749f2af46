/* What a host says about itself on the local network, in the TXT record of its service (RFC 6763): marks
 * that its contacts alone recognise, and a name where its owner wants to be seen by all.  Pure.
 *
 * docs/wire-signalling.md, "On the local network" */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define YODEL_LAN_MARK_BYTES        10
#define YODEL_LAN_MARKS_PER_STRING  24
#define YODEL_LAN_MAX_MARKS         96    /* in one record: it fits into a packet of Ethernet */
#define YODEL_LAN_MAX_NAME          63
#define YODEL_LAN_SECRET_BYTES      32

typedef struct
{
  guint8 marks[YODEL_LAN_MAX_MARKS][YODEL_LAN_MARK_BYTES];
  guint  n_marks;
  gint64 day;                              /* of Unix time: by it the marks change */
  char   name[YODEL_LAN_MAX_NAME + 1];     /* empty: not shown */
  char   address[80];                      /* yodel:, empty: not shown */
} YodelLanRecord;

/* The mark by which @from shows itself to the one it has @secret with. */
void     yodel_lan_mark_make           (const guint8          secret[YODEL_LAN_SECRET_BYTES],
                                        const char           *from,
                                        gint64                day,
                                        guint8                mark[YODEL_LAN_MARK_BYTES]);

/* One string of the record after the other.  Returns: FALSE if it is malformed, and nothing of the record counts */
void     yodel_lan_record_init         (YodelLanRecord       *self);

gboolean yodel_lan_record_take_string  (YodelLanRecord       *self,
                                        const guint8         *data,
                                        gsize                 size);

/* Returns: (transfer full) (element-type GBytes): the strings that say it */
GPtrArray *yodel_lan_record_to_strings (const YodelLanRecord *self);

G_END_DECLS
