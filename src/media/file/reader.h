/* A clip that is read piece by piece, from its beginning to its end, and again. */
#pragma once

#include <yodel/yodel.h>

typedef struct _YodelReader YodelReader;

/* read_audio: fills @samples (48 kHz, @n_samples of each channel, interleaved).  Returns: how many there were; less than
 *   @n_samples at the end.
 * read_video: Returns: (transfer full) (nullable): the next picture, NULL at the end; *@position_us is
 *   its time from the beginning of the clip.
 * rewind: back to the beginning.
 * skip: (nullable): the next picture shall be the one of that time, or the first one after it.
 * All on one thread. */
typedef struct
{
  gsize            (*read_audio) (YodelReader *self,
                                  gint16      *samples,
                                  gsize        n_samples);
  YodelVideoFrame *(*read_video) (YodelReader *self,
                                  gint64      *position_us);
  void             (*rewind)     (YodelReader *self);
  void             (*skip)       (YodelReader *self,
                                  gint64       position_us);
  void             (*free)       (YodelReader *self);
} YodelReaderClass;

struct _YodelReader
{
  const YodelReaderClass *klass;
  guint                   channels;            /* of sound: 1 or 2 */
  gint64                  period_us;           /* from one round to the next; 0: as long as this medium is */
  gint64                  frame_duration_us;   /* from one picture to the next */
};

static inline void
yodel_reader_free (YodelReader *self)
{
  self->klass->free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelReader, yodel_reader_free)
