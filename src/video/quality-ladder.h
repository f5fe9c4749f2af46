/* Chooses the size and frame rate to encode in: the most that the rate, the quantiser and the
 * processor allow, with steps rare enough not to be seen as such.  Belongs to one thread. */
#pragma once

#include "video/vp8-encoder.h"

G_BEGIN_DECLS

typedef struct
{
  guint    width;     /* of the source, or even */
  guint    height;
  double   fps;
  gboolean paused;    /* below the floor: encode nothing, and say so */
} YodelQuality;

typedef struct _YodelQualityLadder YodelQualityLadder;

YodelQualityLadder *yodel_quality_ladder_new          (void);
void                yodel_quality_ladder_free         (YodelQualityLadder *self);

void                yodel_quality_ladder_set_source   (YodelQualityLadder *self,
                                                       guint               width,
                                                       guint               height,
                                                       double              fps);
void                yodel_quality_ladder_set_content  (YodelQualityLadder *self,
                                                       YodelVideoContent   content);
/* Caps of the application or of the peer; 0 for none. */
void                yodel_quality_ladder_set_limits   (YodelQualityLadder *self,
                                                       guint               max_pixels,
                                                       double              max_fps);
/* What the congestion controller leaves to this video. */
void                yodel_quality_ladder_set_rate     (YodelQualityLadder *self,
                                                       guint               bitrate_bps,
                                                       gint64              now_us);
/* One picture went through the encoder in @encode_us; @dropped: nothing came out. */
void                yodel_quality_ladder_push_frame   (YodelQualityLadder *self,
                                                       guint               qp,
                                                       gboolean            dropped,
                                                       gint64              encode_us,
                                                       gint64              now_us);
/* Call with each picture, and ten times a second while paused.  Returns: %TRUE if the quality
 * changed */
gboolean            yodel_quality_ladder_advance      (YodelQualityLadder *self,
                                                       gint64              now_us);
/* Returns: %TRUE if a picture captured then is to be encoded, %FALSE if the frame rate or a pause
 * leaves it out; ask once for each picture, after advance */
gboolean            yodel_quality_ladder_wants_picture (YodelQualityLadder *self,
                                                       gint64              timestamp_us);
const YodelQuality *yodel_quality_ladder_get          (const YodelQualityLadder *self);

/* W3C qualityLimitationReason: "none", "cpu", "bandwidth" or "other". */
const char         *yodel_quality_ladder_get_reason   (const YodelQualityLadder *self);

/* What the program allows the call; 0: it did not say. */
void                yodel_quality_ladder_set_limit    (YodelQualityLadder       *self,
                                                       guint                     limit_bps);

/* The most that is of use in the best size there is; what is above only costs, unless the program
 * named a limit that is higher. */
guint               yodel_quality_ladder_get_max_rate_bps (const YodelQualityLadder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelQualityLadder, yodel_quality_ladder_free)

G_END_DECLS
