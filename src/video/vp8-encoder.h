/* Turns pictures into VP8 frames (RFC 6386) for a live call: no look-ahead, constant bit rate,
 * one frame in, one frame or nothing out.  A struct belongs to one thread, the encoder's. */
#pragma once

#include <yodel/yodel-enums.h>
#include <yodel/yodel-video-frame.h>

G_BEGIN_DECLS

#define YODEL_VP8_MAX_LAYERS 2u

/* Of the rate, what the lower of two layers has. */
#define YODEL_VP8_BASE_PCT 80u

/* PictureID counts in 15 bits (RFC 7741 section 4.2). */
#define YODEL_VP8_PICTURE_ID_MASK 0x7fffu

/* One coded picture and what its packets have to say about it. */
typedef struct
{
  YodelVideoCodec codec;
  GBytes   *data;             /* (owned) */
  gint64    timestamp_us;     /* of the picture that went in */
  guint     width;
  guint     height;
  guint     rotation;         /* degrees clockwise, as in the picture */
  gboolean  key_frame;
  guint     qp;               /* 0 (best) to 127 */

  guint16   picture_id;       /* rises by one a frame, 15 bits */
  guint     n_layers;         /* temporal layers in use */
  gboolean  says_layer;       /* else the next four say nothing */
  guint     temporal_layer;   /* 0 to n_layers - 1 */
  gboolean  layer_sync;       /* refers to layer 0 alone */
  guint8    tl0_index;        /* TL0PICIDX: rises by one a frame of layer 0 */
  gboolean  non_reference;    /* no other frame needs it */
} YodelEncodedFrame;

void               yodel_encoded_frame_free           (YodelEncodedFrame *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelEncodedFrame, yodel_encoded_frame_free)

typedef struct _YodelVp8Encoder YodelVp8Encoder;

YodelVp8Encoder   *yodel_vp8_encoder_new              (void);
void               yodel_vp8_encoder_free             (YodelVp8Encoder   *self);

/* All of these count from the next frame on. */
void               yodel_vp8_encoder_set_rate         (YodelVp8Encoder   *self,
                                                       guint              bitrate_bps,
                                                       double             fps);
void               yodel_vp8_encoder_set_layers       (YodelVp8Encoder   *self,
                                                       guint              n_layers);
void               yodel_vp8_encoder_set_content      (YodelVp8Encoder   *self,
                                                       YodelVideoContent  content);
/* How many processor cores a call may use; from 1 (the default) up. */
void               yodel_vp8_encoder_set_cores        (YodelVp8Encoder   *self,
                                                       guint              n_cores);
void               yodel_vp8_encoder_request_key_frame (YodelVp8Encoder  *self);

/* Returns: (transfer full) (nullable): the frame, in the size of @picture, or %NULL where the
 * rate control dropped it.  A change of size gives a key frame. */
YodelEncodedFrame *yodel_vp8_encoder_encode           (YodelVp8Encoder   *self,
                                                       YodelVideoFrame   *picture,
                                                       gint64             timestamp_us);

/* Quantiser of the last frame, 0 (best) to 127. */
guint              yodel_vp8_encoder_get_qp           (const YodelVp8Encoder *self);
const char        *yodel_vp8_encoder_get_implementation (const YodelVp8Encoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVp8Encoder, yodel_vp8_encoder_free)

G_END_DECLS
