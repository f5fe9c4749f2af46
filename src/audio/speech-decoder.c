#define G_LOG_DOMAIN "yodel-audio"

#include "audio/speech-decoder.h"

#include <opus.h>

#include "audio/comfort-noise.h"

#define RATE_HZ      48000
#define BLOCK        480            /* concealment is made in pieces of at most 10 ms */
#define STEP         120            /* Opus conceals multiples of 2.5 ms */
#define FADE_FROM    (RATE_HZ / 1000 * 120)     /* a vowel held for longer is a robot's */
#define FADE_SAMPLES (RATE_HZ / 1000 * 160)

/* Mono, whatever the packets are. */
struct _YodelSpeechDecoder
{
  OpusDecoder       *opus;          /* (owned) */
  YodelComfortNoise  noise;
  guint              gap_samples;   /* concealed in a row; saturates */
};

YodelSpeechDecoder *
yodel_speech_decoder_new (void)
{
  YodelSpeechDecoder *self = g_new0 (YodelSpeechDecoder, 1);
  int error = OPUS_OK;

  self->opus = opus_decoder_create (RATE_HZ, 1, &error);
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

/* Returns: the samples, or -1 where the decoder refuses the packet. */
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
    yodel_comfort_noise_learn (&self->noise, pcm + at, BLOCK);

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
  gint16 speech[BLOCK], noise[BLOCK];
  guint whole = (n_samples + STEP - 1) / STEP * STEP;
  gboolean faded = yodel_speech_decoder_has_faded (self);

  /* The decoder is not asked once nobody hears it any more. */
  if (faded || opus_decode (self->opus, NULL, 0, speech, (int) whole, 0) < 0)
    for (guint i = 0; i < BLOCK; i++)
      speech[i] = 0;

  yodel_comfort_noise_fill (&self->noise, noise, n_samples);
  for (guint i = 0; i < n_samples; i++)
    {
      guint gap = self->gap_samples + i;
      double fade = gap <= FADE_FROM ? 0 : MIN ((gap - FADE_FROM) / (double) FADE_SAMPLES, 1);

      pcm[i] = (gint16) (speech[i] * (1 - fade) + noise[i] * fade);
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
    conceal_block (self, pcm + at, MIN (BLOCK, n_samples - at));

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
      gint16 block[BLOCK];
      guint n = MIN (BLOCK, n_samples - at);
      guint whole = (n + STEP - 1) / STEP * STEP;

      if (opus_decode (self->opus, NULL, 0, block, (int) whole, 0) < 0)
        yodel_comfort_noise_fill (&self->noise, block, n);
      for (guint i = 0; i < n; i++)
        pcm[at + i] = block[i];
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
  return self->noise.rms;
}
