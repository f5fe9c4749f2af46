/* Turns pictures into VP9 frames of profile 0 for a live call, as YodelVp8Encoder does into VP8: one
 * frame in, one frame or nothing out.  A struct belongs to one thread, the encoder's. */
#pragma once

#include "video/vp8-encoder.h"

G_BEGIN_DECLS

typedef struct _YodelVp9Encoder YodelVp9Encoder;

YodelVp9Encoder   *yodel_vp9_encoder_new               (void);
void               yodel_vp9_encoder_free              (YodelVp9Encoder   *self);

/* All of these count from the next frame on. */
void               yodel_vp9_encoder_set_rate          (YodelVp9Encoder   *self,
                                                        guint              bitrate_bps,
                                                        double             fps);
void               yodel_vp9_encoder_set_content       (YodelVp9Encoder   *self,
                                                        YodelVideoContent  content);
void               yodel_vp9_encoder_set_cores         (YodelVp9Encoder   *self,
                                                        guint              n_cores);
void               yodel_vp9_encoder_request_key_frame (YodelVp9Encoder   *self);

/* Returns: (transfer full) (nullable): the frame, in the size of @picture, or %NULL where the
 * rate control dropped it.  A change of size gives a key frame. */
YodelEncodedFrame *yodel_vp9_encoder_encode            (YodelVp9Encoder   *self,
                                                        YodelVideoFrame   *picture,
                                                        gint64             timestamp_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVp9Encoder, yodel_vp9_encoder_free)

G_END_DECLS
