/* The WebRTC audio processing library, version 0.3, as C sees it: 10 ms of 48 kHz mono at a time.
 * Only audio-processor.c uses this.  Thread: one at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _YodelApm YodelApm;

typedef enum
{
  YODEL_APM_LOW,
  YODEL_APM_MODERATE,
  YODEL_APM_HIGH,
} YodelApmSuppression;

typedef struct
{
  gboolean            echo_cancellation;
  YodelApmSuppression suppression;         /* of the echo that is left */
  gboolean            noise_suppression;
  gboolean            gain_control;
  gboolean            high_pass;
} YodelApmSwitches;

YodelApm *yodel_apm_new       (void);
void      yodel_apm_free      (YodelApm               *self);
void      yodel_apm_configure (YodelApm               *self,
                               const YodelApmSwitches *switches);
void      yodel_apm_play      (YodelApm               *self,
                               const gint16           *samples);
gboolean  yodel_apm_capture   (YodelApm               *self,
                               gint16                 *samples,
                               guint                   delay_ms);

G_END_DECLS
