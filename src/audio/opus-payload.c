#define G_LOG_DOMAIN "yodel-audio"

#include "audio/opus-payload.h"

#include <opus.h>

#define RATE_HZ      48000
#define DTX_BYTES    2
#define MAX_FRAMES   48           /* RFC 6716 section 3.2.5 */
#define SILK_SAMPLES 960          /* one SILK frame is 20 ms, or 10 */

/* RFC 6716 section 4.2.3: each channel's header is a voice activity bit for every SILK frame,
 * then the bit that announces the redundant (LBRR) frames.  CELT alone has none. */
static gboolean
has_fec (guint8        toc,
         const guint8 *frame,
         gsize         frame_bytes,
         guint         frame_samples,
         guint         channels)
{
  guint silk_frames = MAX (frame_samples / SILK_SAMPLES, 1);
  gboolean celt_only = (toc & 0x80) != 0;

  if (celt_only || frame_bytes < 2)
    return FALSE;

  for (guint channel = 1; channel <= channels; channel++)
    if (frame[0] & (0x80 >> (channel * (silk_frames + 1) - 1)))
      return TRUE;

  return FALSE;
}

/* Untouched where the bytes are no Opus packet. */
gboolean
yodel_opus_payload_parse (YodelOpusPayload *payload,
                          const guint8     *data,
                          gsize             size)
{
  const unsigned char *frames[MAX_FRAMES];
  opus_int16 sizes[MAX_FRAMES];
  unsigned char toc = 0;
  YodelOpusPayload result = { 0 };
  gboolean empty = TRUE;
  int n;

  if (size == 0 || size > G_MAXINT32)
    return FALSE;

  n = opus_packet_parse (data, (opus_int32) size, &toc, frames, sizes, NULL);
  if (n <= 0)
    return FALSE;

  result.n_frames = (guint) n;
  result.frame_samples = (guint) opus_packet_get_samples_per_frame (data, RATE_HZ);
  result.packet_samples = result.n_frames * result.frame_samples;
  result.channels = (guint) opus_packet_get_nb_channels (data);
  if (result.packet_samples > YODEL_OPUS_MAX_PACKET_SAMPLES)
    return FALSE;

  for (int i = 0; i < n; i++)
    empty = empty && sizes[i] <= 1;

  result.is_dtx = empty || size <= DTX_BYTES;
  result.has_fec = !result.is_dtx &&
                   has_fec (toc, frames[0], (gsize) sizes[0], result.frame_samples, result.channels);
  *payload = result;
  return TRUE;
}
