#include "audio/apm-shim.h"

#include <webrtc/modules/audio_processing/include/audio_processing.h>

#define RATE_HZ       48000
#define FRAME_SAMPLES 480

/* The library refuses more. */
#define MAX_DELAY_MS 500u

using webrtc::AudioProcessing;
using webrtc::EchoCancellation;
using webrtc::GainControl;
using webrtc::NoiseSuppression;

struct _YodelApm
{
  AudioProcessing *apm;                  /* (owned) */
  float            wave[FRAME_SAMPLES];
};

static const webrtc::StreamConfig stream (RATE_HZ, 1);

static void
to_float (float        *to,
          const gint16 *from)
{
  for (guint i = 0; i < FRAME_SAMPLES; i++)
    to[i] = from[i] / 32768.0f;
}

static void
from_float (gint16      *to,
            const float *from)
{
  for (guint i = 0; i < FRAME_SAMPLES; i++)
    {
      float scaled = from[i] * 32768.0f;

      to[i] = static_cast<gint16> (CLAMP (scaled, -32768.0f, 32767.0f));
    }
}

YodelApm *
yodel_apm_new (void)
{
  YodelApm *self = g_new0 (YodelApm, 1);
  webrtc::Config config;

  config.Set<webrtc::ExperimentalAgc> (new webrtc::ExperimentalAgc (false));
  self->apm = AudioProcessing::Create (config);

  self->apm->echo_cancellation ()->enable_drift_compensation (false);
  self->apm->noise_suppression ()->set_level (NoiseSuppression::kModerate);
  self->apm->gain_control ()->set_mode (GainControl::kAdaptiveDigital);
  self->apm->gain_control ()->set_target_level_dbfs (6);
  self->apm->gain_control ()->set_compression_gain_db (9);
  self->apm->gain_control ()->enable_limiter (true);
  self->apm->voice_detection ()->set_likelihood (webrtc::VoiceDetection::kHighLikelihood);
  self->apm->voice_detection ()->Enable (true);
  return self;
}

void
yodel_apm_free (YodelApm *self)
{
  delete self->apm;
  g_free (self);
}

void
yodel_apm_configure (YodelApm               *self,
                     const YodelApmSwitches *switches)
{
  static const EchoCancellation::SuppressionLevel levels[] = {
    EchoCancellation::kLowSuppression, EchoCancellation::kModerateSuppression, EchoCancellation::kHighSuppression,
  };

  self->apm->echo_cancellation ()->set_suppression_level (levels[switches->suppression]);
  self->apm->echo_cancellation ()->Enable (switches->echo_cancellation);
  self->apm->noise_suppression ()->Enable (switches->noise_suppression);
  self->apm->gain_control ()->Enable (switches->gain_control);
  self->apm->high_pass_filter ()->Enable (switches->high_pass);
}

void
yodel_apm_play (YodelApm     *self,
                const gint16 *samples)
{
  float *channel = self->wave;

  to_float (self->wave, samples);
  self->apm->ProcessReverseStream (&channel, stream, stream, &channel);
}

/* Returns: whether somebody speaks */
gboolean
yodel_apm_capture (YodelApm *self,
                   gint16   *samples,
                   guint     delay_ms)
{
  float *channel = self->wave;

  to_float (self->wave, samples);
  self->apm->set_stream_delay_ms (static_cast<int> (MIN (delay_ms, MAX_DELAY_MS)));
  if (self->apm->ProcessStream (&channel, stream, stream, &channel) == AudioProcessing::kNoError)
    from_float (samples, self->wave);
  return self->apm->voice_detection ()->stream_has_voice ();
}
