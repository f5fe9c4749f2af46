/* Turns VP8 or VP9 frames into pictures.  It is fed whole frames in decode order and shows none that
 * was built on something missing: after an error it waits for a key frame. */
#pragma once

#include <yodel/yodel-enums.h>
#include <yodel/yodel-video-frame.h>

G_BEGIN_DECLS

typedef struct _YodelVideoDecoder YodelVideoDecoder;

YodelVideoDecoder *yodel_video_decoder_new             (YodelVideoCodec           codec);
void               yodel_video_decoder_free            (YodelVideoDecoder        *self);

YodelVideoCodec    yodel_video_decoder_get_codec       (const YodelVideoDecoder  *self);

/* @picture: (out) (transfer full) (nullable): %NULL for a frame that is not to be shown.
 * Returns: %FALSE where the frame could not be decoded; then a key frame is needed */
gboolean           yodel_video_decoder_decode          (YodelVideoDecoder        *self,
                                                        const guint8             *data,
                                                        gsize                     size,
                                                        gint64                    timestamp_us,
                                                        YodelVideoFrame         **picture);

/* Everything but a key frame will be refused. */
gboolean           yodel_video_decoder_needs_key_frame (const YodelVideoDecoder  *self);

/* Quantiser of the last frame, 0 (best) to 127 in VP8 and to 255 in VP9. */
guint              yodel_video_decoder_get_qp          (const YodelVideoDecoder  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVideoDecoder, yodel_video_decoder_free)

G_END_DECLS
