/* Turns VP8 frames into pictures.  It is fed whole frames in decode order and shows none that
 * was built on something missing: after an error it waits for a key frame. */
#pragma once

#include <yodel/yodel-video-frame.h>

G_BEGIN_DECLS

typedef struct _YodelVp8Decoder YodelVp8Decoder;

YodelVp8Decoder *yodel_vp8_decoder_new             (void);
void             yodel_vp8_decoder_free            (YodelVp8Decoder  *self);

/* @picture: (out) (transfer full) (nullable): %NULL for a frame that is not to be shown.
 * Returns: %FALSE where the frame could not be decoded; then a key frame is needed */
gboolean         yodel_vp8_decoder_decode          (YodelVp8Decoder  *self,
                                                    const guint8     *data,
                                                    gsize             size,
                                                    gint64            timestamp_us,
                                                    YodelVideoFrame **picture);

/* Everything but a key frame will be refused. */
gboolean         yodel_vp8_decoder_needs_key_frame (const YodelVp8Decoder *self);

/* Quantiser of the last frame, 0 (best) to 127. */
guint            yodel_vp8_decoder_get_qp          (const YodelVp8Decoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVp8Decoder, yodel_vp8_decoder_free)

G_END_DECLS
