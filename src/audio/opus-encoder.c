#define G_LOG_DOMAIN "yodel-audio"

#include "audio/opus-encoder.h"

#include <opus.h>

#define DEFAULT_BITRATE_BPS 32000     /* where full band speech is transparent */
#define DEFAULT_COMPLEXITY  9
#define DEFAULT_FRAME_MS    20
#define LOWEST_BITRATE_BPS  6000      /* RFC 7587 section 3.1.1 */
#define HIGHEST_BITRATE_BPS 510000
#define HIGHEST_LOSS        40        /* beyond this the copy starves the frame itself */
#define DTX_BYTES           2         /* a packet of no more need not be sent, opus_encode() */

struct _YodelOpusEncoder
{
  OpusEncoder          *opus;         /* (owned) */
  YodelOpusApplication  application;
  guint                 channels;
  guint                 frame_ms;
  guint                 bitrate_bps;
  guint                 complexity;
  guint                 loss_percent;
  gboolean              fec;
  gboolean              dtx;
  gboolean              vbr;
  gboolean              silent;       /* the packet that begins the silence has been sent */
};

static void
apply (YodelOpusEncoder *self)
{
  gboolean speech = self->application == YODEL_OPUS_APPLICATION_VOIP;

  opus_encoder_ctl (self->opus, OPUS_SET_BITRATE ((opus_int32) self->bitrate_bps));
  opus_encoder_ctl (self->opus, OPUS_SET_COMPLEXITY ((opus_int32) self->complexity));
  opus_encoder_ctl (self->opus, OPUS_SET_INBAND_FEC (self->fec ? 1 : 0));
  opus_encoder_ctl (self->opus, OPUS_SET_PACKET_LOSS_PERC ((opus_int32) self->loss_percent));
  opus_encoder_ctl (self->opus, OPUS_SET_DTX (self->dtx ? 1 : 0));
  opus_encoder_ctl (self->opus, OPUS_SET_VBR (self->vbr ? 1 : 0));
  opus_encoder_ctl (self->opus, OPUS_SET_VBR_CONSTRAINT (1));
  opus_encoder_ctl (self->opus, OPUS_SET_SIGNAL (speech ? OPUS_SIGNAL_VOICE : OPUS_AUTO));
}

/* Application and channels cannot change in a running codec: a new one takes over. */
static void
restart (YodelOpusEncoder *self)
{
  int application = self->application == YODEL_OPUS_APPLICATION_VOIP ? OPUS_APPLICATION_VOIP
                                                                     : OPUS_APPLICATION_AUDIO;
  int error = OPUS_OK;

  g_clear_pointer (&self->opus, opus_encoder_destroy);
  self->opus = opus_encoder_create (YODEL_OPUS_RATE_HZ, (int) self->channels, application, &error);
  g_assert (self->opus != NULL && error == OPUS_OK);
  self->silent = FALSE;
  apply (self);
}

/* Speech, mono, 20 ms, 32 kbit/s, with in-band FEC. */
YodelOpusEncoder *
yodel_opus_encoder_new (void)
{
  YodelOpusEncoder *self = g_new0 (YodelOpusEncoder, 1);

  self->application = YODEL_OPUS_APPLICATION_VOIP;
  self->channels = 1;
  self->frame_ms = DEFAULT_FRAME_MS;
  self->bitrate_bps = DEFAULT_BITRATE_BPS;
  self->complexity = DEFAULT_COMPLEXITY;
  self->fec = TRUE;
  self->vbr = TRUE;
  restart (self);
  return self;
}

void
yodel_opus_encoder_free (YodelOpusEncoder *self)
{
  if (self == NULL)
    return;

  opus_encoder_destroy (self->opus);
  g_free (self);
}

void
yodel_opus_encoder_set_application (YodelOpusEncoder     *self,
                                    YodelOpusApplication  application)
{
  if (self->application == application)
    return;

  self->application = application;
  restart (self);
}

/* @channels: 1 or 2; stereo PCM is interleaved. */
void
yodel_opus_encoder_set_channels (YodelOpusEncoder *self,
                                 guint             channels)
{
  g_return_if_fail (channels == 1 || channels == 2);

  if (self->channels == channels)
    return;

  self->channels = channels;
  restart (self);
}

/* @frame_ms: 10, 20, 40 or 60. */
void
yodel_opus_encoder_set_frame_ms (YodelOpusEncoder *self,
                                 guint             frame_ms)
{
  g_return_if_fail (frame_ms == 10 || frame_ms == 20 || frame_ms == 40 || frame_ms == 60);

  self->frame_ms = frame_ms;
}

void
yodel_opus_encoder_set_bitrate_bps (YodelOpusEncoder *self,
                                    guint             bitrate_bps)
{
  self->bitrate_bps = CLAMP (bitrate_bps, LOWEST_BITRATE_BPS, HIGHEST_BITRATE_BPS);
  opus_encoder_ctl (self->opus, OPUS_SET_BITRATE ((opus_int32) self->bitrate_bps));
}

/* @complexity: 0, cheapest, to 10. */
void
yodel_opus_encoder_set_complexity (YodelOpusEncoder *self,
                                   guint             complexity)
{
  self->complexity = MIN (complexity, 10);
  opus_encoder_ctl (self->opus, OPUS_SET_COMPLEXITY ((opus_int32) self->complexity));
}

void
yodel_opus_encoder_set_fec (YodelOpusEncoder *self,
                            gboolean          fec)
{
  self->fec = fec;
  opus_encoder_ctl (self->opus, OPUS_SET_INBAND_FEC (fec ? 1 : 0));
}

/* How much loss the in-band FEC is to guard against; at 0 none is sent. */
void
yodel_opus_encoder_set_packet_loss_percent (YodelOpusEncoder *self,
                                            guint             percent)
{
  self->loss_percent = MIN (percent, HIGHEST_LOSS);
  opus_encoder_ctl (self->opus, OPUS_SET_PACKET_LOSS_PERC ((opus_int32) self->loss_percent));
}

void
yodel_opus_encoder_set_dtx (YodelOpusEncoder *self,
                            gboolean          dtx)
{
  self->dtx = dtx;
  opus_encoder_ctl (self->opus, OPUS_SET_DTX (dtx ? 1 : 0));
}

/* FALSE for a constant rate, which tells nothing to whoever watches the sizes (RFC 6562). */
void
yodel_opus_encoder_set_vbr (YodelOpusEncoder *self,
                            gboolean          vbr)
{
  self->vbr = vbr;
  opus_encoder_ctl (self->opus, OPUS_SET_VBR (vbr ? 1 : 0));
}

guint
yodel_opus_encoder_get_channels (const YodelOpusEncoder *self)
{
  return self->channels;
}

guint
yodel_opus_encoder_get_frame_ms (const YodelOpusEncoder *self)
{
  return self->frame_ms;
}

/* For each channel. */
guint
yodel_opus_encoder_get_frame_samples (const YodelOpusEncoder *self)
{
  return self->frame_ms * (YODEL_OPUS_RATE_HZ / 1000);
}

/* By how much what the decoder gives lags behind what the encoder took. */
guint
yodel_opus_encoder_get_lookahead_samples (const YodelOpusEncoder *self)
{
  opus_int32 samples = 0;

  opus_encoder_ctl (self->opus, OPUS_GET_LOOKAHEAD (&samples));
  return (guint) samples;
}

/**
 * yodel_opus_encoder_encode:
 * @n_samples: of each channel in @pcm; one frame, as yodel_opus_encoder_get_frame_samples() says
 * @out: for %YODEL_OPUS_MAX_BYTES times the frame's number of 20 ms
 *
 * Returns: the bytes written; 0 in silence with DTX, when nothing is to be sent; -1 where @out
 *   is too small or @n_samples is no frame
 */
gssize
yodel_opus_encoder_encode (YodelOpusEncoder *self,
                           const gint16     *pcm,
                           gsize             n_samples,
                           guint8           *out,
                           gsize             capacity)
{
  opus_int32 size;

  if (n_samples != yodel_opus_encoder_get_frame_samples (self))
    return -1;

  size = opus_encode (self->opus, pcm, (int) n_samples, out, (opus_int32) MIN (capacity, G_MAXINT32));
  if (size < 0)
    return -1;

  if (size > DTX_BYTES)
    {
      self->silent = FALSE;
      return size;
    }

  /* The first one goes out, so that the peer knows of the silence. */
  if (self->silent)
    return 0;

  self->silent = TRUE;
  return size;
}
