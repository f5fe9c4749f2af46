#define G_LOG_DOMAIN "yodel-audio"

#include "audio/speech-decoder.h"

#include <opus.h>
#include <string.h>

#include "audio/comfort-noise.h"

#define RATE_HZ      48000
#define BLOCK        480            /* concealment is made in pieces of at most 10 ms */
#define STEP         120            /* Opus conceals multiples of 2.5 ms */
#define MAX_CHANNELS 2
#define FADE_FROM    (RATE_HZ / 1000 * 120)     /* a vowel held for longer is a robot's */
#define FADE_SAMPLES (RATE_HZ / 1000 * 160)

struct _YodelSpeechDecoder
{
  OpusDecoder       *opus;          /* (owned) */
  guint              channels;
  YodelComfortNoise  noise[MAX_CHANNELS];
  guint              gap_samples;   /* concealed in a row; saturates */
};

/* @channels: of what comes out, 1 or 2, whatever the packets have: the codec mixes and doubles. */
YodelSpeechDecoder *
yodel_speech_decoder_new (guint channels)
{
  YodelSpeechDecoder *self = g_new0 (YodelSpeechDecoder, 1);
  int error = OPUS_OK;

  g_assert (channels >= 1 && channels <= MAX_CHANNELS);
  self->channels = channels;
  for (guint i = 0; i < channels; i++)
    self->noise[i].state = i;       /* two rooms, not one in the middle of the head */
  self->opus = opus_decoder_create (RATE_HZ, (int) channels, &error);
  g_assert (self->opus != NULL && error == OPUS_OK);
  return self;
}

void
yodel_speech_decoder_free (YodelSpeechDecoder *self)
{
  if (self == NULL)
    return;

  opus_decoder_destroy (self->opus);
  g_free (self);
}

static void
learn_noise (YodelSpeechDecoder *self,
             const gint16       *pcm)
{
  for (guint channel = 0; channel < self->channels; channel++)
    {
      gint16 alone[BLOCK];

      for (guint i = 0; i < BLOCK; i++)
        alone[i] = pcm[i * self->channels + channel];
      yodel_comfort_noise_learn (&self->noise[channel], alone, BLOCK);
    }
}

static void
fill_with_noise (YodelSpeechDecoder *self,
                 gint16             *pcm,
                 guint               n_samples)
{
  for (guint channel = 0; channel < self->channels; channel++)
    {
      gint16 alone[BLOCK];

      yodel_comfort_noise_fill (&self->noise[channel], alone, n_samples);
      for (guint i = 0; i < n_samples; i++)
        pcm[i * self->channels + channel] = alone[i];
    }
}

/* @capacity: of each channel, as all numbers of samples here.
 * Returns: the samples, or -1 where the decoder refuses the packet. */
gint
yodel_speech_decoder_decode (YodelSpeechDecoder *self,
                             const guint8       *packet,
                             gsize               size,
                             gint16             *pcm,
                             guint               capacity)
{
  int n = opus_decode (self->opus, packet, (opus_int32) size, pcm, (int) capacity, 0);

  if (n <= 0)
    return -1;

  for (int at = 0; at + BLOCK <= n; at += BLOCK)
    learn_noise (self, pcm + at * (int) self->channels);

  self->gap_samples = 0;
  return n;
}

/* The @n_samples that lie right before @packet, from the copy in it. */
gint
yodel_speech_decoder_decode_fec (YodelSpeechDecoder *self,
                                 const guint8       *packet,
                                 gsize               size,
                                 gint16             *pcm,
                                 guint               n_samples)
{
  int n = opus_decode (self->opus, packet, (opus_int32) size, pcm, (int) n_samples, 1);

  if (n <= 0)
    return -1;

  self->gap_samples = 0;
  return n;
}

static void
conceal_block (YodelSpeechDecoder *self,
               gint16             *pcm,
               guint               n_samples)
{
  gint16 speech[BLOCK * MAX_CHANNELS], noise[BLOCK * MAX_CHANNELS];
  guint whole = (n_samples + STEP - 1) / STEP * STEP;
  gboolean faded = yodel_speech_decoder_has_faded (self);

  /* The decoder is not asked once nobody hears it any more. */
  if (faded || opus_decode (self->opus, NULL, 0, speech, (int) whole, 0) < 0)
    memset (speech, 0, sizeof speech);

  fill_with_noise (self, noise, n_samples);
  for (guint i = 0; i < n_samples; i++)
    {
      guint gap = self->gap_samples + i;
      double fade = gap <= FADE_FROM ? 0 : MIN ((gap - FADE_FROM) / (double) FADE_SAMPLES, 1);

      for (guint at = i * self->channels; at < (i + 1) * self->channels; at++)
        pcm[at] = (gint16) (speech[at] * (1 - fade) + noise[at] * fade);
    }

  self->gap_samples = MIN (self->gap_samples + n_samples, FADE_FROM + FADE_SAMPLES);
}

/* Goes on as if nothing were lost, and fades into comfort noise.  Returns: TRUE once it is
 * comfort noise alone. */
gboolean
yodel_speech_decoder_conceal (YodelSpeechDecoder *self,
                              gint16             *pcm,
                              guint               n_samples)
{
  gboolean faded = yodel_speech_decoder_has_faded (self);

  for (guint at = 0; at < n_samples; at += BLOCK)
    conceal_block (self, pcm + at * self->channels, MIN (BLOCK, n_samples - at));

  return faded;
}

/* The peer said that it is silent: the codec makes the noise of its room. */
void
yodel_speech_decoder_rest (YodelSpeechDecoder *self,
                           gint16             *pcm,
                           guint               n_samples)
{
  for (guint at = 0; at < n_samples; at += BLOCK)
    {
      gint16 block[BLOCK * MAX_CHANNELS];
      guint n = MIN (BLOCK, n_samples - at);
      guint whole = (n + STEP - 1) / STEP * STEP;

      if (opus_decode (self->opus, NULL, 0, block, (int) whole, 0) < 0)
        fill_with_noise (self, block, n);
      memcpy (pcm + at * self->channels, block, n * self->channels * sizeof *pcm);
    }
}

gboolean
yodel_speech_decoder_has_faded (const YodelSpeechDecoder *self)
{
  return self->gap_samples >= FADE_FROM + FADE_SAMPLES;
}

/* How loud the quiet is. */
double
yodel_speech_decoder_noise_rms (const YodelSpeechDecoder *self)
{
  return self->channels == 1 ? self->noise[0].rms : (self->noise[0].rms + self->noise[1].rms) / 2;
}
