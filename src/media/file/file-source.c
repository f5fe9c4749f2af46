#define G_LOG_DOMAIN "yodel-media"

#include "media/file/file-source.h"

#include "media/file/clip-clock.h"
#include "media/source-base.h"

/* Later than this, a piece is left out: the machine slept, or this source joined another
 * that was running. */
#define SOUND_LATE_US   (500 * G_USEC_PER_SEC / 1000)
#define PICTURE_LATE_US (200 * G_USEC_PER_SEC / 1000)

/* But a machine that cannot keep up shows something now and then. */
#define PICTURE_REST_US (500 * G_USEC_PER_SEC / 1000)

#define MAX_CHANNELS 2

#define YODEL_TYPE_FILE_SOURCE (yodel_file_source_get_type ())
G_DECLARE_FINAL_TYPE (YodelFileSource, yodel_file_source, YODEL, FILE_SOURCE, YodelSourceBase)

/* Thread: all but `kind` and `clock` belong to the source's own. */
struct _YodelFileSource
{
  YodelSourceBase   parent_instance;

  YodelMediaKind    kind;
  YodelClipClock   *clock;            /* (owned) */
  YodelReader      *reader;           /* (owned) */

  gint64            position_us;      /* of the next piece, rounds added up */
  gint64            samples;          /* sound: of the position, in samples */
  gint64            round_samples;    /* sound: read in this round */
  gint64            padding_samples;  /* sound: silence to come before the next round */
  gint64            round_us;         /* picture: where this round began */
  gint64            last_us;          /* picture: place of the last one in its round; -1: none */
  gint64            pushed_us;        /* picture: when one was pushed; monotonic clock */
};

G_DEFINE_FINAL_TYPE (YodelFileSource, yodel_file_source, YODEL_TYPE_SOURCE_BASE)

static gint64
samples_to_us (gint64 samples)
{
  return samples * G_USEC_PER_SEC / YODEL_AUDIO_RATE_HZ;
}

static void
fail_empty (YodelFileSource *self)
{
  yodel_source_base_fail (YODEL_SOURCE_BASE (self),
                          g_error_new (YODEL_ERROR, YODEL_ERROR_MEDIA, "the file ended before its first %s",
                                       self->kind == YODEL_MEDIA_AUDIO ? "sound" : "picture"));
}

/* The sound is over: silence until the period is full, then from the beginning. */
static gboolean
next_sound_round (YodelFileSource *self)
{
  gint64 period_samples = self->reader->period_us * YODEL_AUDIO_RATE_HZ / G_USEC_PER_SEC;

  if (self->round_samples == 0)
    return FALSE;

  self->padding_samples = MAX (0, period_samples - self->round_samples);
  self->round_samples = 0;
  self->reader->klass->rewind (self->reader);
  return TRUE;
}

/* Fills a block, over the seam between two rounds if need be. */
static gboolean
read_block (YodelFileSource *self,
            gint16           block[YODEL_AUDIO_FRAME_SAMPLES * MAX_CHANNELS])
{
  const guint channels = self->reader->channels;
  gsize have = 0;

  while (have < YODEL_AUDIO_FRAME_SAMPLES)
    {
      gsize want = YODEL_AUDIO_FRAME_SAMPLES - have;
      gsize got;

      if (self->padding_samples > 0)
        {
          got = MIN (want, (gsize) self->padding_samples);
          memset (block + have * channels, 0, got * channels * sizeof *block);
          self->padding_samples -= (gint64) got;
          have += got;
          continue;
        }

      got = self->reader->klass->read_audio (self->reader, block + have * channels, want);
      have += got;
      self->round_samples += (gint64) got;
      if (got < want && !next_sound_round (self))
        return FALSE;
    }
  return TRUE;
}

static gboolean
play_sound (YodelFileSource *self,
            gint64           base_us)
{
  YodelSourceBase *base = YODEL_SOURCE_BASE (self);
  gint16 block[YODEL_AUDIO_FRAME_SAMPLES * MAX_CHANNELS];
  gint64 end_us;

  if (!read_block (self, block))
    return FALSE;

  self->samples += YODEL_AUDIO_FRAME_SAMPLES;
  self->position_us = samples_to_us (self->samples);
  end_us = base_us + self->position_us;
  if (end_us + SOUND_LATE_US < g_get_monotonic_time ())
    return TRUE;

  if (yodel_source_base_wait_until (base, end_us))
    yodel_source_base_push_audio (base, block, YODEL_AUDIO_FRAME_SAMPLES, self->reader->channels, end_us);
  return TRUE;
}

static YodelVideoFrame *
next_picture (YodelFileSource *self)
{
  gint64 place_us;
  YodelVideoFrame *frame = self->reader->klass->read_video (self->reader, &place_us);

  if (frame == NULL)
    {
      gint64 length_us = self->last_us + self->reader->frame_duration_us;

      if (self->last_us < 0)
        return NULL;

      self->round_us += MAX (length_us, self->reader->period_us);
      self->last_us = -1;
      self->reader->klass->rewind (self->reader);
      frame = self->reader->klass->read_video (self->reader, &place_us);
      if (frame == NULL)
        return NULL;
    }

  self->last_us = MAX (place_us, self->last_us);
  self->position_us = self->round_us + self->last_us;
  return frame;
}

static gboolean
play_picture (YodelFileSource *self,
              gint64           base_us)
{
  YodelSourceBase *base = YODEL_SOURCE_BASE (self);
  g_autoptr (YodelVideoFrame) frame = next_picture (self);
  gint64 due_us;

  if (frame == NULL)
    return FALSE;

  due_us = base_us + self->position_us;
  if (due_us + PICTURE_LATE_US < g_get_monotonic_time () &&
      self->pushed_us + PICTURE_REST_US > g_get_monotonic_time ())
    return TRUE;

  if (yodel_source_base_wait_until (base, due_us))
    {
      self->pushed_us = g_get_monotonic_time ();
      frame->timestamp_us = due_us;
      yodel_source_base_push_video (base, frame);
    }
  return TRUE;
}

/* Joins the others of the clip where they are. */
static gint64
join (YodelFileSource *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 base_us = yodel_clip_clock_join (self->clock, self->position_us, now_us);

  self->pushed_us = now_us;
  if (self->kind == YODEL_MEDIA_VIDEO && self->reader->klass->skip != NULL &&
      now_us - base_us > self->position_us + PICTURE_LATE_US)
    self->reader->klass->skip (self->reader, now_us - base_us);
  return base_us;
}

static void
yodel_file_source_run (YodelSourceBase *base)
{
  YodelFileSource *self = YODEL_FILE_SOURCE (base);
  gboolean good = TRUE;

  while (good && yodel_source_base_wait_started (base))
    {
      gint64 base_us = join (self);
      guint starts = yodel_source_base_get_starts (base);

      while (good && starts != 0 && yodel_source_base_get_starts (base) == starts &&
             !yodel_source_base_is_closing (base))
        good = self->kind == YODEL_MEDIA_AUDIO ? play_sound (self, base_us) : play_picture (self, base_us);

      yodel_clip_clock_leave (self->clock);
    }

  if (!good)
    fail_empty (self);
}

static void
yodel_file_source_dispose (GObject *object)
{
  YodelFileSource *self = YODEL_FILE_SOURCE (object);

  yodel_source_base_close (YODEL_SOURCE_BASE (self));
  g_clear_pointer (&self->reader, yodel_reader_free);
  g_clear_pointer (&self->clock, yodel_clip_clock_unref);

  G_OBJECT_CLASS (yodel_file_source_parent_class)->dispose (object);
}

static void
yodel_file_source_class_init (YodelFileSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = yodel_file_source_dispose;
  YODEL_SOURCE_BASE_CLASS (klass)->run = yodel_file_source_run;
}

static void
yodel_file_source_init (YodelFileSource *self)
{
  self->last_us = -1;
}

/* @clip_name: those of one name run by one clock; @reader: (transfer full) */
YodelSource *
yodel_file_source_new (YodelMediaKind  kind,
                       const char     *clip_name,
                       YodelReader    *reader)
{
  YodelFileSource *self = g_object_new (YODEL_TYPE_FILE_SOURCE, NULL);

  self->kind = kind;
  self->clock = yodel_clip_clock_get (clip_name);
  self->reader = reader;
  yodel_source_base_launch (YODEL_SOURCE_BASE (self), kind == YODEL_MEDIA_AUDIO ? "yodel-play-a" : "yodel-play-v");
  return YODEL_SOURCE (self);
}
