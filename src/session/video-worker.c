#define G_LOG_DOMAIN "yodel-session"

#include "session/video-worker.h"

#include "session/loop-thread.h"
#include "video/video-decoder.h"

/* Thread: made on the engine thread, which also posts the work; @encoder and @decoder belong to
 * their threads. */
struct _YodelVideoWorker
{
  YodelMailbox        *engine;           /* (owned) */
  guint                section;
  YodelVideoWorkerOps  ops;
  gpointer             owner;            /* (borrowed) touched on the engine thread only */
  YodelLoopThread     *encoder_thread;   /* (owned) (nullable) until the first job */
  YodelLoopThread     *decoder_thread;   /* (owned) (nullable) */
  YodelVideoEncoder   *encoder;          /* (owned) */
  YodelVideoDecoder   *decoder;          /* (owned) */
};

/* A job on its way there, or its result on the way back.  By then @worker may be gone: the mailbox
 * is closed, and the errand is only freed. */
typedef struct
{
  YodelVideoWorker    *worker;           /* (borrowed) */
  YodelEncodeJob      *job;              /* (owned) (nullable) one of these two */
  YodelAssembledFrame *coded;            /* (owned) (nullable) */
  YodelEncodedFrame   *encoded;          /* (owned) (nullable) result of the former */
  YodelVideoFrame     *picture;          /* (owned) (nullable) result of the latter */
  gboolean             failed;
  gint64               spent_us;
} Errand;

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  g_clear_pointer (&errand->job, yodel_encode_job_free);
  g_clear_pointer (&errand->coded, yodel_assembled_frame_free);
  g_clear_pointer (&errand->encoded, yodel_encoded_frame_free);
  g_clear_pointer (&errand->picture, yodel_video_frame_unref);
  g_free (errand);
}

static void
tell_encoded (gpointer data)
{
  Errand *errand = data;
  YodelVideoWorker *self = errand->worker;

  self->ops.encoded (self->owner, self->section, errand->encoded, errand->spent_us);
}

static void
tell_decoded (gpointer data)
{
  Errand *errand = data;
  YodelVideoWorker *self = errand->worker;

  self->ops.decoded (self->owner, self->section, errand->coded, errand->picture, errand->failed,
                     errand->spent_us);
}

static void
run_encode (gpointer data)
{
  Errand *errand = data;
  YodelVideoWorker *self = errand->worker;
  Errand *result = g_new0 (Errand, 1);
  gint64 began_us = g_get_monotonic_time ();

  if (self->encoder == NULL)
    self->encoder = yodel_video_encoder_new (g_get_num_processors ());

  result->worker = self;
  result->encoded = yodel_encode_job_run (errand->job, self->encoder);
  result->spent_us = g_get_monotonic_time () - began_us;
  yodel_mailbox_post (self->engine, tell_encoded, result, errand_free);
}

static void
run_decode (gpointer data)
{
  Errand *errand = data;
  YodelVideoWorker *self = errand->worker;
  Errand *result = g_new0 (Errand, 1);
  gint64 began_us = g_get_monotonic_time ();
  gsize size;
  const guint8 *bytes;

  if (self->decoder != NULL && yodel_video_decoder_get_codec (self->decoder) != errand->coded->codec)
    g_clear_pointer (&self->decoder, yodel_video_decoder_free);
  if (self->decoder == NULL)
    self->decoder = yodel_video_decoder_new (errand->coded->codec);

  result->worker = self;
  result->coded = g_steal_pointer (&errand->coded);
  bytes = g_bytes_get_data (result->coded->data, &size);
  result->failed = !yodel_video_decoder_decode (self->decoder, bytes, size, began_us,
                                              &result->picture);
  result->spent_us = g_get_monotonic_time () - began_us;
  yodel_mailbox_post (self->engine, tell_decoded, result, errand_free);
}

YodelVideoWorker *
yodel_video_worker_new (YodelMailbox              *engine,
                        guint                      section,
                        const YodelVideoWorkerOps *ops,
                        gpointer                   owner)
{
  YodelVideoWorker *self = g_new0 (YodelVideoWorker, 1);

  self->engine = yodel_mailbox_ref (engine);
  self->section = section;
  self->ops = *ops;
  self->owner = owner;
  return self;
}

void
yodel_video_worker_free (YodelVideoWorker *self)
{
  g_clear_pointer (&self->encoder_thread, yodel_loop_thread_free);
  g_clear_pointer (&self->decoder_thread, yodel_loop_thread_free);
  g_clear_pointer (&self->encoder, yodel_video_encoder_free);
  g_clear_pointer (&self->decoder, yodel_video_decoder_free);
  yodel_mailbox_unref (self->engine);
  g_free (self);
}

void
yodel_video_worker_encode (YodelVideoWorker *self,
                           YodelEncodeJob   *job)
{
  Errand *errand = g_new0 (Errand, 1);

  if (self->encoder_thread == NULL)
    self->encoder_thread = yodel_loop_thread_new ("yodel-encoder", FALSE);

  errand->worker = self;
  errand->job = job;
  yodel_mailbox_post (yodel_loop_thread_get_mailbox (self->encoder_thread), run_encode, errand,
                      errand_free);
}

void
yodel_video_worker_decode (YodelVideoWorker    *self,
                           YodelAssembledFrame *frame)
{
  Errand *errand = g_new0 (Errand, 1);

  if (self->decoder_thread == NULL)
    self->decoder_thread = yodel_loop_thread_new ("yodel-decoder", FALSE);

  errand->worker = self;
  errand->coded = frame;
  yodel_mailbox_post (yodel_loop_thread_get_mailbox (self->decoder_thread), run_decode, errand,
                      errand_free);
}
