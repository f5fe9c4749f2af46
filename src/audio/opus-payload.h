/* What an Opus packet says of itself without being decoded: RFC 6716 section 3, carried as
 * RFC 7587 says.  Durations are samples of the 48 kHz RTP clock. */
#pragma once

#include <glib.h>

#define YODEL_OPUS_MAX_PACKET_SAMPLES 5760    /* 120 ms, RFC 6716 section 3.2.5 */

typedef struct
{
  guint    n_frames;
  guint    frame_samples;      /* of one frame, for each channel */
  guint    packet_samples;
  guint    channels;
  gboolean has_fec;            /* in-band copy (LBRR) of the frame before this packet */
  gboolean is_dtx;             /* nothing but headers: silence from here on */
} YodelOpusPayload;

/* The s bit of the first byte, RFC 6716 section 3.1. */
static inline gboolean
yodel_opus_payload_is_stereo (const guint8 *data,
                              gsize         size)
{
  return size > 0 && (data[0] & 0x04) != 0;
}

gboolean yodel_opus_payload_parse (YodelOpusPayload *payload,
                                   const guint8     *data,
                                   gsize             size);
