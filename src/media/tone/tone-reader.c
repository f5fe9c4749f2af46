#define G_LOG_DOMAIN "yodel-media"

#include "media/tone/tone-reader.h"

typedef struct
{
  YodelReader   reader;
  YodelCallTone tone;
} ToneReader;

static gsize
read_audio (YodelReader *reader,
            gint16      *samples,
            gsize        n_samples)
{
  yodel_call_tone_fill (&((ToneReader *) reader)->tone, samples, n_samples);
  return n_samples;
}

static void
rewind_to_begin (YodelReader *reader)
{
  ((ToneReader *) reader)->tone.at = 0;
}

static void
free_reader (YodelReader *reader)
{
  g_free (reader);
}

YodelReader *
yodel_tone_reader_new (YodelToneKind kind)
{
  static const YodelReaderClass klass = {
    .read_audio = read_audio,
    .rewind = rewind_to_begin,
    .free = free_reader,
  };
  ToneReader *self = g_new0 (ToneReader, 1);

  self->reader.klass = &klass;
  self->reader.channels = 1;
  self->reader.channels = 1;
  yodel_call_tone_init (&self->tone, kind);
  return &self->reader;
}
