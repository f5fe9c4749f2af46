#define G_LOG_DOMAIN "yodel-media"

#include "media/test/test-reader.h"

#include "media/test/test-picture.h"
#include "media/test/test-tone.h"

typedef struct
{
  YodelReader   reader;
  YodelTestTone tone;
  guint64       index;          /* of the next picture */
} TestReader;

static gsize
read_audio (YodelReader *reader,
            gint16      *samples,
            gsize        n_samples)
{
  yodel_test_tone_fill (&((TestReader *) reader)->tone, samples, n_samples);
  return n_samples;
}

static YodelVideoFrame *
read_video (YodelReader *reader,
            gint64      *position_us)
{
  TestReader *self = (TestReader *) reader;

  *position_us = (gint64) self->index * G_USEC_PER_SEC / YODEL_TEST_PICTURE_RATE_HZ;
  return yodel_test_picture_new (self->index++);
}

static void
rewind_to_begin (YodelReader *reader)
{
}

static void
skip (YodelReader *reader,
      gint64       position_us)
{
  ((TestReader *) reader)->index = (guint64) position_us * YODEL_TEST_PICTURE_RATE_HZ / G_USEC_PER_SEC + 1;
}

static void
free_reader (YodelReader *reader)
{
  g_free (reader);
}

static const YodelReaderClass test_class = {
  .read_audio = read_audio,
  .read_video = read_video,
  .rewind = rewind_to_begin,
  .skip = skip,
  .free = free_reader,
};

YodelReader *
yodel_test_reader_new (void)
{
  TestReader *self = g_new0 (TestReader, 1);

  self->reader.klass = &test_class;
  self->reader.channels = 1;
  self->reader.frame_duration_us = G_USEC_PER_SEC / YODEL_TEST_PICTURE_RATE_HZ;
  yodel_test_tone_init (&self->tone);
  return &self->reader;
}
