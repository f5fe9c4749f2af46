/* The encoder of a call's picture, of whichever codec the call uses.  A struct belongs to one thread. */
#pragma once

#include "video/vp9-encoder.h"

G_BEGIN_DECLS

/* Everything that one picture is coded by. */
typedef struct
{
  YodelVideoCodec    codec;
  YodelVideoContent  content;
  guint              bitrate_bps;
  double             fps;
  guint              n_layers;       /* temporal ones, of VP8; 0 counts as 1 */
  gboolean           key_frame;
} YodelEncodeSettings;

typedef struct _YodelVideoEncoder YodelVideoEncoder;

YodelVideoEncoder *yodel_video_encoder_new    (guint                      n_cores);
void               yodel_video_encoder_free   (YodelVideoEncoder         *self);

/* Returns: (transfer full) (nullable): the frame, in the size of @picture, or %NULL where the rate
 * control dropped it.  Another codec, size or content gives a key frame. */
YodelEncodedFrame *yodel_video_encoder_encode (YodelVideoEncoder         *self,
                                               const YodelEncodeSettings *settings,
                                               YodelVideoFrame           *picture,
                                               gint64                     timestamp_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelVideoEncoder, yodel_video_encoder_free)

G_END_DECLS
