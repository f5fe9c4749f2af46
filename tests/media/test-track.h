/* A track without a session: keeps what a source pushes into it. */
#pragma once

#include <pthread.h>
#include <yodel/yodel.h>

#define TEST_TRACK_MAX_FRAMES  4096u
#define TEST_TRACK_MAX_SAMPLES (60u * YODEL_AUDIO_RATE_HZ)

typedef struct
{
  YodelTrack      *track;          /* (owned) */
  pthread_mutex_t  lock;
  pthread_cond_t   changed;
  GArray          *samples;        /* (owned) of gint16 */
  guint           channels;      /* of the last block; then they are interleaved */
  gint64           captured_us;    /* of the last block */
  GPtrArray       *frames;         /* (owned) of YodelVideoFrame */
} TestTrack;

TestTrack *test_track_new            (YodelMediaKind  kind);
void       test_track_free           (TestTrack      *self);
gboolean   test_track_wait_samples   (TestTrack      *self,
                                      guint           n_samples);
gboolean   test_track_wait_frames    (TestTrack      *self,
                                      guint           n_frames);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestTrack, test_track_free)
