/* How loud a frame is, in the unit of the audio level header extension (RFC 6464): dB below
 * overload, 0 loudest, 127 digital silence; and whether it sounds like a voice. */
#pragma once

#include <glib.h>

typedef struct
{
  double noise_dbov;           /* what the room sounds like between words */
  guint  hangover;             /* samples for which the voice flag stays */
  guint8 level;                /* of the last frame, as on the wire: -dBov */
  gboolean voice;
} YodelLevelMeter;

void   yodel_level_meter_init     (YodelLevelMeter *self);
guint8 yodel_level_meter_push     (YodelLevelMeter *self,
                                   const gint16    *pcm,
                                   gsize            n_samples);
guint8 yodel_level_meter_measure  (const gint16    *pcm,
                                   gsize            n_samples);
