#define G_LOG_DOMAIN "yodel-session"

#include "session/rtp-stream.h"

#include <string.h>

void
yodel_rtp_stream_init (YodelRtpStream *self,
                       guint32         ssrc,
                       guint16         first_sequence)
{
  *self = (YodelRtpStream) { .ssrc = ssrc, .next_sequence = first_sequence };
}

void
yodel_rtp_stream_set_headers (YodelRtpStream        *self,
                              const YodelRtpHeaders *headers)
{
  gboolean fits = headers->mid != NULL && strlen (headers->mid) <= YODEL_RTP_STREAM_MAX_MID_BYTES;

  self->mid_id = fits ? headers->mid_id : 0;
  self->transport_cc_id = headers->transport_cc_id;
  self->abs_send_time_id = headers->abs_send_time_id;
  g_strlcpy (self->mid, fits ? headers->mid : "", sizeof self->mid);
}

GBytes *
yodel_rtp_stream_write (YodelRtpStream          *self,
                        guint8                   payload_type,
                        gboolean                 marker,
                        guint32                  rtp_time,
                        const YodelRtpExtension *more,
                        const guint8            *payload,
                        gsize                    size)
{
  static const guint8 not_yet[3];
  guint8 buffer[YODEL_RTP_STREAM_MAX_PACKET_BYTES];
  YodelRtpExtension extensions[4];
  guint n_extensions = 0;
  gsize written;
  const YodelRtpPacket header = {
    .marker = marker,
    .payload_type = payload_type,
    .sequence_number = self->next_sequence,
    .timestamp = rtp_time,
    .ssrc = self->ssrc,
    .payload = payload,
    .payload_bytes = size,
  };

  if (self->transport_cc_id != 0)
    extensions[n_extensions++] =
      (YodelRtpExtension) { self->transport_cc_id, not_yet, 2 };
  if (self->abs_send_time_id != 0)
    extensions[n_extensions++] = (YodelRtpExtension) { self->abs_send_time_id, not_yet, 3 };
  if (self->mid_id != 0 && !self->heard)   /* RFC 8843 section 15: until the peer knows */
    extensions[n_extensions++] =
      (YodelRtpExtension) { self->mid_id, (const guint8 *) self->mid, strlen (self->mid) };
  if (more != NULL && more->id != 0)
    extensions[n_extensions++] = *more;

  written = yodel_rtp_packet_write (buffer, sizeof buffer, &header, extensions, n_extensions);
  if (written == 0)
    return NULL;

  self->next_sequence++;
  return g_bytes_new (buffer, written);
}
