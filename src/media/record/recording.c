#define G_LOG_DOMAIN "yodel-media"

#include "media/record/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audio/channels.h"
#include "media/lock.h"

/* What may wait for the recording thread. */
#define MAX_BLOCKS 300u
#define MAX_FRAMES 30u

/* The file can be begun when it is known which of its media come: not later than this. */
#define BEGIN_US  (2 * G_USEC_PER_SEC)

/* A medium that says nothing for so long is filled up with silence, or the last picture again: the
 * container cannot go on without it. */
#define QUIET_US  (1 * G_USEC_PER_SEC)
#define FILLED_US (G_USEC_PER_SEC / 2)

/* Sound that is later than where the last ended by more than this leaves a gap. */
#define GAP_US    (100 * G_USEC_PER_SEC / 1000)

#define MAX_CHANNELS 2

#define TICK_US   (G_USEC_PER_SEC / 4)

/* A recording has at least this length on its longer side: a call begins with a small picture when the network is
 * slow. */
#define MIN_SIDE 640u

/* Where no picture came to take the shape from. */
#define DEFAULT_HEIGHT 360u

typedef struct
{
  YodelMediaKind   kind;
  GBytes          *samples;      /* (owned) (nullable) */
  guint            channels;     /* of them */
  YodelVideoFrame *frame;        /* (owned) (nullable) */
  gint64           time_us;      /* monotonic clock */
} Piece;

/* Thread: what is said to be shared is shared under `lock`, the rest belongs to the recording thread. */
struct _YodelRecording
{
  char              *path;           /* (owned) */
  const YodelGstApi *api;            /* (borrowed) */
  GThread           *thread;         /* (owned) (nullable) */

  pthread_mutex_t    lock;
  pthread_cond_t     changed;
  GQueue             queue;          /* shared: of Piece (owned) */
  guint              queued[2];      /* shared: by kind */
  YodelSinkBase     *sinks[2];       /* shared: (borrowed) (nullable) by kind */
  gboolean           closing;        /* shared */

  YodelRecorder     *recorder;       /* (owned) (nullable) once it has begun */
  gboolean           given_up;
  GQueue             held;           /* of Piece (owned): came before it began */
  gboolean           expected[2];
  gboolean           seen[2];
  gint64             base_us;        /* time of the first piece; 0 before */
  gint64             sound_us;       /* end of what was recorded, from base_us */
  gint64             picture_us;     /* of the last picture, from base_us; -1: none */
  YodelVideoFrame   *last;           /* (owned) (nullable) */
  guint              channels;       /* of the sound in the file */
  guint              width;
  guint              height;
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *registry;         /* (owned) (nullable): path -> recording */

static void
piece_free (Piece *piece)
{
  g_clear_pointer (&piece->samples, g_bytes_unref);
  g_clear_pointer (&piece->frame, yodel_video_frame_unref);
  g_free (piece);
}

static void
count (YodelRecording *self,
       YodelMediaKind  kind,
       gboolean        written)
{
  pthread_mutex_lock (&self->lock);
  if (self->sinks[kind] != NULL && written)
    yodel_sink_base_count_written (self->sinks[kind]);
  else if (self->sinks[kind] != NULL)
    yodel_sink_base_count_dropped (self->sinks[kind]);
  pthread_mutex_unlock (&self->lock);
}

/* Tells both sinks of @error (owned). */
static void
fail (YodelRecording *self,
      GError         *error)
{
  self->given_up = TRUE;
  pthread_mutex_lock (&self->lock);
  for (guint kind = 0; kind < G_N_ELEMENTS (self->sinks); kind++)
    if (self->sinks[kind] != NULL)
      yodel_sink_base_fail (self->sinks[kind], g_error_copy (error));
  pthread_mutex_unlock (&self->lock);
  g_error_free (error);
}

static void
record_silence (YodelRecording *self,
                gint64          until_us)
{
  static const gint16 silence[YODEL_AUDIO_FRAME_SAMPLES * MAX_CHANNELS];

  while (self->sound_us + 10000 <= until_us)
    {
      self->api->recorder_push_audio (self->recorder, silence, YODEL_AUDIO_FRAME_SAMPLES, self->sound_us);
      self->sound_us += 10000;
    }
}

static gboolean
record_sound (YodelRecording *self,
              const Piece    *piece,
              gint64          time_us)
{
  gsize size;
  const gint16 *data = g_bytes_get_data (piece->samples, &size);
  gsize n_samples = size / (2 * piece->channels);
  g_autofree gint16 *converted = g_new (gint16, n_samples * self->channels);
  gint64 begin_us = self->sound_us;

  if (time_us > self->sound_us + GAP_US)
    record_silence (self, time_us);

  begin_us = self->sound_us;
  self->sound_us += (gint64) n_samples * G_USEC_PER_SEC / YODEL_AUDIO_RATE_HZ;
  yodel_channels_convert (data, piece->channels, n_samples, converted, self->channels);
  return self->api->recorder_push_audio (self->recorder, converted, n_samples, begin_us);
}

static gboolean
record_picture (YodelRecording  *self,
                YodelVideoFrame *frame,
                gint64           time_us)
{
  g_autoptr (YodelVideoFrame) scaled = yodel_video_frame_scale (frame, self->width, self->height);

  self->picture_us = MAX (time_us, self->picture_us + 1000);
  g_clear_pointer (&self->last, yodel_video_frame_unref);
  self->last = yodel_video_frame_ref (scaled);
  return self->api->recorder_push_video (self->recorder, scaled, self->picture_us);
}

/* Records @piece (owned). */
static void
record (YodelRecording *self,
        Piece          *piece)
{
  gint64 time_us = MAX (piece->time_us - self->base_us, 0);
  gboolean good = !self->given_up &&
                  (piece->kind == YODEL_MEDIA_AUDIO ? record_sound (self, piece, time_us)
                                                    : record_picture (self, piece->frame, time_us));

  count (self, piece->kind, good);
  piece_free (piece);
}

static YodelVideoFrame *
black_frame (guint width,
             guint height)
{
  YodelVideoFrame *frame = yodel_video_frame_new (width, height);

  memset (frame->y, 16, (gsize) frame->y_stride * height);
  memset (frame->u, 128, (gsize) frame->u_stride * ((height + 1) / 2));
  memset (frame->v, 128, (gsize) frame->v_stride * ((height + 1) / 2));
  return frame;
}

/* Goes on in a medium that is quiet. */
static void
fill (YodelRecording *self,
      gint64          now_us)
{
  gint64 at_us = now_us - self->base_us;

  if (self->expected[YODEL_MEDIA_AUDIO] && self->sound_us + QUIET_US < at_us)
    record_silence (self, at_us - FILLED_US);

  if (self->expected[YODEL_MEDIA_VIDEO] && self->picture_us + QUIET_US < at_us)
    {
      g_autoptr (YodelVideoFrame) frame = self->last != NULL ? yodel_video_frame_ref (self->last)
                                                             : black_frame (self->width, self->height);

      record_picture (self, frame, at_us - FILLED_US);
    }
}

/* Of the shape of the first picture, but not smaller than MIN_SIDE; even, as a player likes it. */
static void
choose_size (YodelRecording *self)
{
  self->width = MIN_SIDE;
  self->height = DEFAULT_HEIGHT;

  for (GList *l = self->held.head; l != NULL; l = l->next)
    {
      YodelVideoFrame *frame = ((Piece *) l->data)->frame;
      guint side = frame != NULL ? MAX (frame->width, frame->height) : 0;

      if (frame == NULL)
        continue;
      self->width = MAX (frame->width * MAX (side, MIN_SIDE) / side & ~1u, 2);
      self->height = MAX (frame->height * MAX (side, MIN_SIDE) / side & ~1u, 2);
      return;
    }
}

/* Two, if any of the sound that has come has two. */
static void
choose_channels (YodelRecording *self)
{
  self->channels = 1;
  for (GList *l = self->held.head; l != NULL; l = l->next)
    self->channels = MAX (self->channels, ((Piece *) l->data)->channels);
}

/* Begins the file when both media have come, or one alone for long enough. */
static void
try_to_begin (YodelRecording *self,
              gint64          now_us)
{
  g_autoptr (GError) error = NULL;
  gboolean complete = TRUE;

  for (guint kind = 0; kind < G_N_ELEMENTS (self->seen); kind++)
    complete = complete && (self->seen[kind] || !self->expected[kind]);
  if (self->base_us == 0 || (!complete && now_us - self->base_us < BEGIN_US))
    return;

  choose_size (self);
  choose_channels (self);
  self->recorder = self->api->recorder_new (self->path, self->expected[YODEL_MEDIA_AUDIO] ? self->channels : 0,
                                            self->expected[YODEL_MEDIA_VIDEO], self->width, self->height, &error);
  if (self->recorder == NULL)
    fail (self, g_steal_pointer (&error));
  for (Piece *piece; (piece = g_queue_pop_head (&self->held)) != NULL;)
    record (self, piece);
}

/* Takes @piece (owned). */
static void
take (YodelRecording *self,
      Piece          *piece)
{
  if (self->base_us == 0)
    self->base_us = piece->time_us;
  self->seen[piece->kind] = TRUE;

  if (self->recorder != NULL || self->given_up)
    record (self, piece);
  else
    g_queue_push_tail (&self->held, piece);
}

/* Returns: (transfer full) (nullable): the next piece, NULL when it is time to look around */
static Piece *
dequeue (YodelRecording *self,
         gboolean       *closing)
{
  gint64 deadline_us = g_get_monotonic_time () + TICK_US;
  Piece *piece;

  pthread_mutex_lock (&self->lock);
  while (self->queue.length == 0 && !self->closing)
    if (!yodel_cond_wait_until (&self->changed, &self->lock, deadline_us))
      break;
  piece = g_queue_pop_head (&self->queue);
  if (piece != NULL)
    self->queued[piece->kind]--;
  *closing = self->closing && piece == NULL;
  for (guint kind = 0; kind < G_N_ELEMENTS (self->sinks); kind++)
    self->expected[kind] = self->recorder != NULL ? self->expected[kind]
                                                  : self->sinks[kind] != NULL || self->seen[kind];
  pthread_mutex_unlock (&self->lock);

  return piece;
}

static gpointer
thread_main (gpointer data)
{
  YodelRecording *self = data;
  gboolean closing = FALSE;

  while (!closing)
    {
      Piece *piece = dequeue (self, &closing);
      gint64 now_us = g_get_monotonic_time ();
      GError *error;

      if (piece != NULL)
        take (self, piece);
      if (self->recorder == NULL && !self->given_up)
        try_to_begin (self, closing ? G_MAXINT64 : now_us);
      if (self->recorder == NULL || self->given_up)
        continue;

      if (!closing)
        fill (self, now_us);
      error = self->api->recorder_get_error (self->recorder);
      if (error != NULL)
        fail (self, error);
    }

  if (self->recorder != NULL)
    self->api->recorder_free (g_steal_pointer (&self->recorder));
  return NULL;
}

static void
recording_free (YodelRecording *self)
{
  for (Piece *piece; (piece = g_queue_pop_head (&self->queue)) != NULL;)
    piece_free (piece);
  for (Piece *piece; (piece = g_queue_pop_head (&self->held)) != NULL;)
    piece_free (piece);
  g_clear_pointer (&self->last, yodel_video_frame_unref);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_free (self->path);
  g_free (self);
}

static gboolean
can_be_written (const char  *path,
                GError     **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);

  if (fd < 0)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "cannot write \"%s\": %s", path, g_strerror (errno));
      return FALSE;
    }
  close (fd);
  return TRUE;
}

static YodelRecording *
recording_new (const char  *path,
               GError     **error)
{
  const YodelGstApi *api = yodel_gst_load (error);
  YodelRecording *self;

  if (api == NULL || !can_be_written (path, error))
    return NULL;

  self = g_new0 (YodelRecording, 1);
  self->path = g_strdup (path);
  self->api = api;
  self->picture_us = -1;
  pthread_mutex_init (&self->lock, NULL);
  yodel_cond_init (&self->changed);
  g_queue_init (&self->queue);
  g_queue_init (&self->held);
  self->thread = g_thread_new ("yodel-record", thread_main, self);
  return self;
}

static YodelRecording *
find_or_make (const char      *path,
              YodelMediaKind   kind,
              YodelSinkBase   *sink,
              GError         **error)
{
  YodelRecording *self;

  if (registry == NULL)
    registry = g_hash_table_new (g_str_hash, g_str_equal);

  self = g_hash_table_lookup (registry, path);
  if (self != NULL && self->sinks[kind] != NULL)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" is being written already", path);
      return NULL;
    }
  if (self == NULL)
    {
      self = recording_new (path, error);
      if (self == NULL)
        return NULL;
      g_hash_table_insert (registry, self->path, self);
    }

  pthread_mutex_lock (&self->lock);
  self->sinks[kind] = sink;
  pthread_mutex_unlock (&self->lock);
  return self;
}

/* Takes part in the recording of that path, which is made if there is none yet.  @sink: (transfer none): is
 * told of errors and counts until it leaves */
YodelRecording *
yodel_recording_join (const char      *path,
                      YodelMediaKind   kind,
                      YodelSinkBase   *sink,
                      GError         **error)
{
  YodelRecording *self;

  pthread_mutex_lock (&registry_lock);
  self = find_or_make (path, kind, sink, error);
  pthread_mutex_unlock (&registry_lock);
  return self;
}

/* The last one to leave closes the file, which may take a moment. */
void
yodel_recording_leave (YodelRecording *self,
                       YodelMediaKind  kind)
{
  gboolean last;

  /* while the last one closes it, nobody joins */
  pthread_mutex_lock (&registry_lock);
  pthread_mutex_lock (&self->lock);
  last = self->sinks[!kind] == NULL;
  if (last)
    {
      self->closing = TRUE;
      pthread_cond_signal (&self->changed);
      g_hash_table_remove (registry, self->path);
    }
  else
    {
      self->sinks[kind] = NULL;
    }
  pthread_mutex_unlock (&self->lock);

  if (last)
    {
      if (g_hash_table_size (registry) == 0)
        g_clear_pointer (&registry, g_hash_table_unref);
      g_thread_join (self->thread);
      recording_free (self);
    }
  pthread_mutex_unlock (&registry_lock);
}

/* Takes @piece (owned), or drops it. */
static void
enqueue (YodelRecording *self,
         Piece          *piece)
{
  const guint most = piece->kind == YODEL_MEDIA_AUDIO ? MAX_BLOCKS : MAX_FRAMES;
  gboolean taken;

  pthread_mutex_lock (&self->lock);
  taken = self->queued[piece->kind] < most;
  if (taken)
    {
      self->queued[piece->kind]++;
      g_queue_push_tail (&self->queue, piece);
      pthread_cond_signal (&self->changed);
    }
  pthread_mutex_unlock (&self->lock);

  if (!taken)
    {
      count (self, piece->kind, FALSE);
      piece_free (piece);
    }
}

/* Thread: any. */
void
yodel_recording_audio (YodelRecording *self,
                       const gint16   *samples,
                       gsize           n_samples,
                       guint           channels,
                       gint64          time_us)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->kind = YODEL_MEDIA_AUDIO;
  piece->channels = channels;
  piece->samples = g_bytes_new (samples, n_samples * channels * sizeof *samples);
  piece->time_us = time_us;
  enqueue (self, piece);
}

/* Thread: any. */
void
yodel_recording_video (YodelRecording  *self,
                       YodelVideoFrame *frame)
{
  Piece *piece = g_new0 (Piece, 1);

  piece->kind = YODEL_MEDIA_VIDEO;
  piece->frame = yodel_video_frame_ref (frame);
  piece->time_us = frame->timestamp_us > 0 ? frame->timestamp_us : g_get_monotonic_time ();
  enqueue (self, piece);
}
