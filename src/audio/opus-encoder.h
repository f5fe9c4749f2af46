/* Opus for calls: int16 PCM at 48 kHz in, one packet (RFC 6716) a frame out.  A setting holds
 * from the next frame on; the codec follows without a click. */
#pragma once

#include <glib.h>

#define YODEL_OPUS_RATE_HZ        48000
#define YODEL_OPUS_MAX_BYTES      1275    /* one frame, RFC 6716 section 3.4 */

typedef enum
{
  YODEL_OPUS_APPLICATION_VOIP,
  YODEL_OPUS_APPLICATION_AUDIO,           /* music: no speech processing */
} YodelOpusApplication;

typedef struct _YodelOpusEncoder YodelOpusEncoder;

YodelOpusEncoder *yodel_opus_encoder_new                     (void);
void              yodel_opus_encoder_free                    (YodelOpusEncoder     *self);
void              yodel_opus_encoder_set_application         (YodelOpusEncoder     *self,
                                                              YodelOpusApplication  application);
void              yodel_opus_encoder_set_channels            (YodelOpusEncoder     *self,
                                                              guint                 channels);
void              yodel_opus_encoder_set_frame_ms            (YodelOpusEncoder     *self,
                                                              guint                 frame_ms);
void              yodel_opus_encoder_set_bitrate_bps         (YodelOpusEncoder     *self,
                                                              guint                 bitrate_bps);
void              yodel_opus_encoder_set_complexity          (YodelOpusEncoder     *self,
                                                              guint                 complexity);
void              yodel_opus_encoder_set_fec                 (YodelOpusEncoder     *self,
                                                              gboolean              fec);
void              yodel_opus_encoder_set_packet_loss_percent (YodelOpusEncoder     *self,
                                                              guint                 percent);
void              yodel_opus_encoder_set_dtx                 (YodelOpusEncoder     *self,
                                                              gboolean              dtx);
void              yodel_opus_encoder_set_vbr                 (YodelOpusEncoder     *self,
                                                              gboolean              vbr);
guint             yodel_opus_encoder_get_channels            (const YodelOpusEncoder *self);
guint             yodel_opus_encoder_get_frame_ms            (const YodelOpusEncoder *self);
guint             yodel_opus_encoder_get_frame_samples       (const YodelOpusEncoder *self);
guint             yodel_opus_encoder_get_lookahead_samples   (const YodelOpusEncoder *self);
gssize            yodel_opus_encoder_encode                  (YodelOpusEncoder     *self,
                                                              const gint16         *pcm,
                                                              gsize                 n_samples,
                                                              guint8               *out,
                                                              gsize                 capacity);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelOpusEncoder, yodel_opus_encoder_free)
