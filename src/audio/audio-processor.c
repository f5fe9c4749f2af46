#define G_LOG_DOMAIN "yodel-audio"

#include "config.h"

#include "audio/audio-processor.h"
#include "audio/linear-echo.h"

#ifdef HAVE_WEBRTC_APM
#include "audio/apm-shim.h"
#endif

/* What is told of the delay stays under what was measured.  The filter bears an echo that comes 50 ms later than it
 * was told at no loss, and one that comes 20 ms earlier hardly at all: 37 dB become 8. */
#define DELAY_MARGIN_MS 20u

/* Thread: one at a time. */
struct _YodelAudioProcessor
{
#ifdef HAVE_WEBRTC_APM
  YodelApm        *apm;         /* (owned) */
#endif
  YodelLinearEcho *linear;      /* (owned) before it: what it takes costs the voice nearby nothing */
  YodelProcessing  processing;
  gboolean         has_voice;
};

/* Without the WebRTC library nothing but the linear part of the echo is taken out. */
gboolean
yodel_audio_processor_is_available (void)
{
#ifdef HAVE_WEBRTC_APM
  return TRUE;
#else
  return FALSE;
#endif
}

static void
configure (YodelAudioProcessor *self)
{
#ifdef HAVE_WEBRTC_APM
  const YodelApmSwitches switches = {
    .suppression = self->processing & YODEL_PROCESSING_SUPPRESS_MOST   ? YODEL_APM_HIGH
                   : self->processing & YODEL_PROCESSING_SUPPRESS_MORE ? YODEL_APM_MODERATE
                                                                       : YODEL_APM_LOW,
    .echo_cancellation = (self->processing & YODEL_PROCESSING_ECHO_CANCELLATION) != 0,
    .noise_suppression = (self->processing & YODEL_PROCESSING_NOISE_SUPPRESSION) != 0,
    .gain_control = (self->processing & YODEL_PROCESSING_GAIN_CONTROL) != 0,
    .high_pass = (self->processing & YODEL_PROCESSING_HIGH_PASS) != 0,
  };

  yodel_apm_configure (self->apm, &switches);
#endif
}

YodelAudioProcessor *
yodel_audio_processor_new (YodelProcessing processing)
{
  YodelAudioProcessor *self = g_new0 (YodelAudioProcessor, 1);

#ifdef HAVE_WEBRTC_APM
  self->apm = yodel_apm_new ();
#endif
  self->linear = yodel_linear_echo_new ();
  self->processing = processing;
  configure (self);
  return self;
}

void
yodel_audio_processor_free (YodelAudioProcessor *self)
{
#ifdef HAVE_WEBRTC_APM
  yodel_apm_free (self->apm);
#endif
  yodel_linear_echo_free (self->linear);
  g_free (self);
}

/* May be changed between any two frames. */
void
yodel_audio_processor_set_processing (YodelAudioProcessor *self,
                                      YodelProcessing      processing)
{
  if (self->processing == processing)
    return;
  self->processing = processing;
  configure (self);
}

/* Hears the next 10 ms that are played: after volume and mixing. */
void
yodel_audio_processor_play (YodelAudioProcessor *self,
                            const gint16        *samples)
{
  yodel_linear_echo_play (self->linear, samples);
#ifdef HAVE_WEBRTC_APM
  yodel_apm_play (self->apm, samples);
#endif
}

/* Works on the next 10 ms of captured sound, in place.  @delay_ms: from play() of a sound until its echo comes in
 * here, which is what both devices have queued; echo cancellation is as good as this figure. */
void
yodel_audio_processor_capture (YodelAudioProcessor *self,
                               gint16              *samples,
                               guint                delay_ms)
{
  if (self->processing & YODEL_PROCESSING_ECHO_CANCELLATION)
    yodel_linear_echo_capture (self->linear, samples, delay_ms);
#ifdef HAVE_WEBRTC_APM
  self->has_voice = yodel_apm_capture (self->apm, samples, delay_ms - MIN (delay_ms, DELAY_MARGIN_MS));
#endif
}

/* Did somebody speak in the 10 ms captured last?  FALSE where that cannot be told. */
gboolean
yodel_audio_processor_has_voice (const YodelAudioProcessor *self)
{
  return self->has_voice;
}
