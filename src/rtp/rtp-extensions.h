/* The header extensions that Yodel speaks: their names in SDP and their values. */
#pragma once

#include "rtp/rtp-packet.h"

#define YODEL_EXTENSION_URI_AUDIO_LEVEL    "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define YODEL_EXTENSION_URI_MID            "urn:ietf:params:rtp-hdrext:sdes:mid"
#define YODEL_EXTENSION_URI_ABS_SEND_TIME \
  "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
#define YODEL_EXTENSION_URI_TRANSPORT_WIDE \
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

#define YODEL_ABS_SEND_TIME_BYTES 3

/* RFC 6464: 0 is the loudest that can be, 127 silence. */
#define YODEL_AUDIO_LEVEL_SILENCE 127

/* A mid with its NUL: RFC 9429 section 5.2.1 asks for three characters, peers send up to a
 * one-byte element full. */
#define YODEL_EXTENSION_TEXT_MAX  17

guint8   yodel_audio_level_write         (guint                 level_dbov,
                                          gboolean              voice);
gboolean yodel_audio_level_parse         (const guint8         *value,
                                          gsize                 size,
                                          guint                *level_dbov,
                                          gboolean             *voice);
void     yodel_abs_send_time_write       (guint8                value[YODEL_ABS_SEND_TIME_BYTES],
                                          gint64                now_us);
gboolean yodel_abs_send_time_parse       (const guint8         *value,
                                          gsize                 size,
                                          guint32              *time);
gint64   yodel_abs_send_time_diff_us     (guint32               a,
                                          guint32               b);
gboolean yodel_rtp_packet_find_text      (const YodelRtpPacket *packet,
                                          guint8                id,
                                          char                  text[YODEL_EXTENSION_TEXT_MAX]);
gboolean yodel_rtp_packet_find_u16       (const YodelRtpPacket *packet,
                                          guint8                id,
                                          guint16              *value);
