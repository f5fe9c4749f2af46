/* One RTP stream going out: its numbers, its header and the extensions that each packet wears. */
#pragma once

#include <glib.h>

#include "rtp/rtp-packet.h"

/* A mid longer than this stays out of the header extension; ours are short. */
#define YODEL_RTP_STREAM_MAX_MID_BYTES 16

/* With the extensions and the largest payload that is made here. */
#define YODEL_RTP_STREAM_MAX_PACKET_BYTES 1300

/* What the negotiation says about the headers of one section; an id of 0 leaves an extension out. */
typedef struct
{
  const char *mid;                /* (borrowed) */
  guint8      mid_id;
  guint8      transport_cc_id;
  guint8      audio_level_id;
  guint8      abs_send_time_id;
  guint8      orientation_id;
} YodelRtpHeaders;

typedef struct
{
  guint32  ssrc;
  guint16  next_sequence;
  guint8   mid_id;
  guint8   transport_cc_id;
  guint8   abs_send_time_id;
  char     mid[YODEL_RTP_STREAM_MAX_MID_BYTES + 1];
  gboolean heard;                 /* the peer has reported on it: it knows whose it is */
} YodelRtpStream;

void    yodel_rtp_stream_init        (YodelRtpStream          *self,
                                      guint32                  ssrc,
                                      guint16                  first_sequence);
void    yodel_rtp_stream_set_headers (YodelRtpStream          *self,
                                      const YodelRtpHeaders   *headers);

/* Returns: (transfer full): the next packet of the stream; its transport-wide number and time of
 * leaving are still zero, the flow writes them */
GBytes *yodel_rtp_stream_write       (YodelRtpStream          *self,
                                      guint8                   payload_type,
                                      gboolean                 marker,
                                      guint32                  rtp_time,
                                      const YodelRtpExtension *more,
                                      const guint8            *payload,
                                      gsize                    size);
