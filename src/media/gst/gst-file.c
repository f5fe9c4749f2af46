#define G_LOG_DOMAIN "yodel-media"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include "media/gst/gst-module.h"
#include "media/lock.h"

/* Decoded ahead, so that the seam between two rounds is not heard: finding the beginning again
 * takes some tens of milliseconds. */
#define AHEAD_SOUND_SAMPLES (YODEL_AUDIO_RATE_HZ / 2)
#define AHEAD_PICTURES      8u

/* A file that gives nothing for so long is broken. */
#define PATIENCE_US (10 * G_USEC_PER_SEC)

#define POLL_NS (100 * GST_MSECOND)

/* Pictures that follow each other faster are left out: 60 a second become 30, 50 become 25. */
#define SHORTEST_FRAME_US (25 * G_USEC_PER_SEC / 1000)

#define DEFAULT_FRAME_US (G_USEC_PER_SEC / 30)

/* A decoded piece; neither buffer nor frame: the end of a round. */
typedef struct
{
  GstBuffer       *buffer;        /* (owned) (nullable) sound */
  YodelVideoFrame *frame;         /* (owned) (nullable) */
  gint64           position_us;
} Piece;

/* Thread: `queue`, `queued`, `broken` and `closing` are shared under `lock`; `piece` and `used_bytes` belong to
 * the reader's thread, the rest to the decoding thread. */
typedef struct
{
  YodelReader     reader;
  YodelMediaKind  kind;
  char           *path;           /* (owned) */
  GstElement     *pipeline;       /* (owned) */
  GstElement     *chain;          /* (borrowed) takes the decoded stream */
  GstElement     *sink;           /* (owned) */
  GThread        *thread;         /* (owned) (nullable) */

  pthread_mutex_t lock;
  pthread_cond_t  changed;
  GQueue          queue;          /* of Piece (owned) */
  gsize           queued;         /* samples or pictures */
  gboolean        broken;
  gboolean        closing;
  gint64          taken_us;       /* decoding thread: place of the last picture taken; -1: none in this round */
  gint            streams;        /* atomic: found, as bits 1 << kind */
  gint            all_found;      /* atomic */

  Piece          *piece;          /* (owned) (nullable) being read */
  gsize           used_bytes;
} FileReader;

/* Of sound: a sample of each channel. */
static gsize
frame_bytes (const FileReader *self)
{
  return 2 * self->reader.channels;
}

static void
piece_free (Piece *piece)
{
  g_clear_pointer (&piece->buffer, gst_buffer_unref);
  g_clear_pointer (&piece->frame, yodel_video_frame_unref);
  g_free (piece);
}

static gboolean
is_of_kind (GstCaps        *caps,
            YodelMediaKind  kind)
{
  const char *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  return g_str_has_prefix (name, kind == YODEL_MEDIA_AUDIO ? "audio/" : "video/");
}

/* The caps of a container begin with those of a medium too: "video/webm". */
static gboolean
is_container (GstCaps *caps)
{
  GList *demuxers = gst_element_factory_list_get_elements (GST_ELEMENT_FACTORY_TYPE_DEMUXER, GST_RANK_MARGINAL);
  GList *fitting = gst_element_factory_list_filter (demuxers, caps, GST_PAD_SINK, FALSE);
  gboolean result = fitting != NULL;

  gst_plugin_feature_list_free (fitting);
  gst_plugin_feature_list_free (demuxers);
  return result;
}

/* What is not wanted is not decoded. */
static gboolean
on_autoplug_continue (GstElement *decoder,
                      GstPad     *pad,
                      GstCaps    *caps,
                      gpointer    data)
{
  FileReader *self = data;

  if (gst_caps_is_empty (caps) || gst_caps_is_any (caps))
    return TRUE;
  return !is_of_kind (caps, self->kind == YODEL_MEDIA_AUDIO ? YODEL_MEDIA_VIDEO : YODEL_MEDIA_AUDIO) ||
         is_container (caps);
}

/* An unlinked pad would be an error for the whole file. */
static void
pour_away (FileReader *self,
           GstPad     *pad)
{
  GstElement *drain = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) target = NULL;

  if (drain == NULL)
    return;
  g_object_set (drain, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), drain);
  gst_element_sync_state_with_parent (drain);
  target = gst_element_get_static_pad (drain, "sink");
  gst_pad_link (pad, target);
}

static void
on_pad_added (GstElement *decoder,
              GstPad     *pad,
              gpointer    data)
{
  FileReader *self = data;
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  g_autoptr (GstPad) target = NULL;

  if (gst_caps_is_empty (caps) || gst_caps_is_any (caps))
    return;

  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    if (is_of_kind (caps, kind))
      g_atomic_int_or ((guint *) &self->streams, 1u << kind);

  target = gst_element_get_static_pad (self->chain, "sink");
  if (is_of_kind (caps, self->kind) && !gst_pad_is_linked (target))
    gst_pad_link (pad, target);
  else
    pour_away (self, pad);
}

static void
on_no_more_pads (GstElement *decoder,
                 gpointer    data)
{
  g_atomic_int_set (&((FileReader *) data)->all_found, TRUE);
}

static GstElement *
make_chain (YodelMediaKind   kind,
            GError         **error)
{
  const char *description =
    kind == YODEL_MEDIA_AUDIO
    ? "audioconvert ! audioresample ! " YODEL_GST_SOUND_CAPS ",channels=[1,2] ! appsink name=sink sync=false max-buffers=8"
    : "videoconvert ! videoflip video-direction=auto ! videoscale ! "
      YODEL_GST_PICTURE_CAPS ",width=[1,1280],height=[1,720],pixel-aspect-ratio=1/1 ! "
      "appsink name=sink sync=false max-buffers=2";
  g_autoptr (GError) local = NULL;
  GstElement *chain = gst_parse_bin_from_description_full (description, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &local);

  if (chain == NULL)
    g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "a part of GStreamer is missing here: %s", local->message);
  return chain;
}

static gboolean
build (FileReader  *self,
       GError     **error)
{
  g_autofree char *uri = gst_filename_to_uri (self->path, error);
  GstElement *decoder;

  if (uri == NULL)
    return FALSE;

  decoder = gst_element_factory_make ("uridecodebin", NULL);
  self->chain = make_chain (self->kind, error);
  if (decoder == NULL || self->chain == NULL)
    {
      g_clear_pointer (&decoder, gst_object_unref);
      if (error != NULL && *error == NULL)
        g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "a part of GStreamer is missing here: uridecodebin");
      return FALSE;
    }

  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gst_bin_add_many (GST_BIN (self->pipeline), decoder, self->chain, NULL);
  self->sink = gst_bin_get_by_name (GST_BIN (self->chain), "sink");
  g_object_set (decoder, "uri", uri, NULL);
  g_signal_connect (decoder, "autoplug-continue", G_CALLBACK (on_autoplug_continue), self);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (decoder, "no-more-pads", G_CALLBACK (on_no_more_pads), self);
  return TRUE;
}

/* Waits until the first piece is decoded. */
static gboolean
preroll (FileReader  *self,
         GError     **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  gst_element_set_state (self->pipeline, GST_STATE_PAUSED);
  while (g_get_monotonic_time () < deadline_us)
    {
      g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, POLL_NS, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_ASYNC_DONE);
      GError *cause = message != NULL ? yodel_gst_take_message_error (message, self->path) : NULL;

      if (cause != NULL)
        {
          g_propagate_error (error, cause);
          return FALSE;
        }
      if (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ASYNC_DONE)
        return TRUE;
      if (g_atomic_int_get (&self->all_found) && !(g_atomic_int_get (&self->streams) & 1 << self->kind))
        {
          g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "there is no %s in \"%s\"",
                       self->kind == YODEL_MEDIA_AUDIO ? "sound" : "picture", self->path);
          return FALSE;
        }
    }

  g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" cannot be decoded: nothing came in %d s",
               self->path, (int) (PATIENCE_US / G_USEC_PER_SEC));
  return FALSE;
}

/* Sound and picture of one file begin again together. */
static void
find_durations (FileReader *self)
{
  const gint both = 1 << YODEL_MEDIA_AUDIO | 1 << YODEL_MEDIA_VIDEO;
  gint64 duration_ns;
  gint num = 0;
  gint den = 0;

  if (g_atomic_int_get (&self->streams) == both &&
      gst_element_query_duration (self->pipeline, GST_FORMAT_TIME, &duration_ns) && duration_ns > 0)
    self->reader.period_us = duration_ns / 1000;

  self->reader.frame_duration_us = DEFAULT_FRAME_US;
  if (self->kind == YODEL_MEDIA_VIDEO)
    {
      g_autoptr (GstSample) sample = gst_app_sink_try_pull_preroll (GST_APP_SINK (self->sink), POLL_NS);
      GstCaps *caps = sample != NULL ? gst_sample_get_caps (sample) : NULL;

      if (caps != NULL && gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &num, &den) &&
          num > 0 && den > 0)
        self->reader.frame_duration_us = CLAMP ((gint64) den * G_USEC_PER_SEC / num, 1000, 10 * G_USEC_PER_SEC);
    }
}

/* One channel stays one, more than two become two; what comes later is made to be as many. */
static void
find_channels (FileReader *self)
{
  g_autoptr (GstSample) sample = self->kind == YODEL_MEDIA_AUDIO
                                   ? gst_app_sink_try_pull_preroll (GST_APP_SINK (self->sink), POLL_NS) : NULL;
  g_autoptr (GstCaps) fixed = NULL;
  gint channels = 1;

  if (sample != NULL)
    gst_structure_get_int (gst_caps_get_structure (gst_sample_get_caps (sample), 0), "channels", &channels);
  self->reader.channels = (guint) channels;
  if (self->kind != YODEL_MEDIA_AUDIO)
    return;

  fixed = gst_caps_from_string (YODEL_GST_SOUND_CAPS);
  gst_caps_set_simple (fixed, "channels", G_TYPE_INT, channels, NULL);
  gst_app_sink_set_caps (GST_APP_SINK (self->sink), fixed);
}

/* Hands a piece (owned) over to the reader's thread; waits while there are enough. */
static void
enqueue (FileReader *self,
         Piece      *piece,
         gsize       amount)
{
  const gsize most = self->kind == YODEL_MEDIA_AUDIO ? AHEAD_SOUND_SAMPLES : AHEAD_PICTURES;

  pthread_mutex_lock (&self->lock);
  while (!self->closing && self->queued > 0 && self->queued + amount > most)
    pthread_cond_wait (&self->changed, &self->lock);
  g_queue_push_tail (&self->queue, piece);
  self->queued += amount;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
}

static void
enqueue_sample (FileReader *self,
                GstSample  *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  Piece *piece;
  guint64 time_ns;
  gint64 position_us;

  time_ns = GST_BUFFER_PTS_IS_VALID (buffer)
            ? gst_segment_to_stream_time (gst_sample_get_segment (sample), GST_FORMAT_TIME, GST_BUFFER_PTS (buffer))
            : 0;
  position_us = GST_CLOCK_TIME_IS_VALID (time_ns) ? (gint64) (time_ns / 1000) : 0;
  if (self->kind == YODEL_MEDIA_VIDEO && self->taken_us >= 0 && position_us > self->taken_us &&
      position_us < self->taken_us + SHORTEST_FRAME_US)
    return;

  self->taken_us = position_us;
  piece = g_new0 (Piece, 1);
  piece->position_us = position_us;
  if (self->kind == YODEL_MEDIA_AUDIO)
    piece->buffer = gst_buffer_ref (buffer);
  else
    piece->frame = yodel_gst_frame_from_sample (sample);

  if (piece->buffer == NULL && piece->frame == NULL)
    piece_free (piece);
  else
    enqueue (self, piece, self->kind == YODEL_MEDIA_AUDIO ? gst_buffer_get_size (buffer) / frame_bytes (self) : 1);
}

static gboolean
is_closing (FileReader *self)
{
  gboolean closing;

  pthread_mutex_lock (&self->lock);
  closing = self->closing;
  pthread_mutex_unlock (&self->lock);

  return closing;
}

static gpointer
decode (gpointer data)
{
  FileReader *self = data;
  gint64 heard_us = g_get_monotonic_time ();

  while (!is_closing (self))
    {
      g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink), POLL_NS);

      if (sample != NULL)
        {
          enqueue_sample (self, sample);
          heard_us = g_get_monotonic_time ();
        }
      else if (gst_app_sink_is_eos (GST_APP_SINK (self->sink)))
        {
          enqueue (self, g_new0 (Piece, 1), 0);
          self->taken_us = -1;
          if (!gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT, 0))
            break;
        }
      else if (g_get_monotonic_time () - heard_us > PATIENCE_US)
        {
          break;
        }
    }

  pthread_mutex_lock (&self->lock);
  self->broken = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

/* Returns: (transfer full) (nullable): NULL at the end of a round, or when no more will come */
static Piece *
dequeue (FileReader *self)
{
  Piece *piece;

  pthread_mutex_lock (&self->lock);
  while (self->queue.length == 0 && !self->broken)
    pthread_cond_wait (&self->changed, &self->lock);
  piece = g_queue_pop_head (&self->queue);
  if (piece != NULL)
    self->queued -= piece->buffer != NULL ? gst_buffer_get_size (piece->buffer) / frame_bytes (self) : piece->frame != NULL ? 1 : 0;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);

  if (piece != NULL && piece->buffer == NULL && piece->frame == NULL)
    g_clear_pointer (&piece, piece_free);
  return piece;
}

static gsize
read_audio (YodelReader *reader,
            gint16      *samples,
            gsize        n_samples)
{
  FileReader *self = (FileReader *) reader;
  gsize done = 0;

  while (done < n_samples)
    {
      gsize got;

      if (self->piece == NULL)
        {
          self->piece = dequeue (self);
          self->used_bytes = 0;
          if (self->piece == NULL)
            break;
        }

      got = gst_buffer_extract (self->piece->buffer, self->used_bytes, samples + done * reader->channels,
                                (n_samples - done) * frame_bytes (self));
      self->used_bytes += got;
      done += got / frame_bytes (self);
      if (got < frame_bytes (self) || self->used_bytes >= gst_buffer_get_size (self->piece->buffer))
        g_clear_pointer (&self->piece, piece_free);
    }

  for (gsize i = 0; i < done * reader->channels; i++)
    samples[i] = GINT16_FROM_LE (samples[i]);
  return done;
}

static YodelVideoFrame *
read_video (YodelReader *reader,
            gint64      *position_us)
{
  Piece *piece = dequeue ((FileReader *) reader);
  YodelVideoFrame *frame;

  if (piece == NULL)
    return NULL;

  *position_us = piece->position_us;
  frame = g_steal_pointer (&piece->frame);
  piece_free (piece);
  return frame;
}

static void
rewind_to_begin (YodelReader *reader)
{
  /* the decoding thread goes round by itself */
}

static void
free_reader (YodelReader *reader)
{
  FileReader *self = (FileReader *) reader;

  pthread_mutex_lock (&self->lock);
  self->closing = TRUE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  g_clear_pointer (&self->thread, g_thread_join);

  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->sink);
  g_clear_object (&self->pipeline);

  for (Piece *piece; (piece = g_queue_pop_head (&self->queue)) != NULL;)
    piece_free (piece);
  g_clear_pointer (&self->piece, piece_free);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_free (self->path);
  g_free (self);
}

static const YodelReaderClass file_class = {
  .read_audio = read_audio,
  .read_video = read_video,
  .rewind = rewind_to_begin,
  .free = free_reader,
};

/* Blocks until the first piece is decoded: some tens of milliseconds. */
YodelReader *
yodel_gst_file_open (YodelMediaKind   kind,
                     const char      *path,
                     GError         **error)
{
  FileReader *self = g_new0 (FileReader, 1);
  g_autoptr (YodelReader) reader = &self->reader;

  self->reader.klass = &file_class;
  self->kind = kind;
  self->path = g_strdup (path);
  self->taken_us = -1;
  pthread_mutex_init (&self->lock, NULL);
  yodel_cond_init (&self->changed);
  g_queue_init (&self->queue);

  if (!build (self, error) || !preroll (self, error))
    return NULL;

  find_durations (self);
  find_channels (self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  self->thread = g_thread_new ("yodel-decode", decode, self);
  return g_steal_pointer (&reader);
}
