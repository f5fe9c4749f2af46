#define G_LOG_DOMAIN "yodel-media"

#include "media/pulse/sound-server.h"

#include <pthread.h>
#include <pulse/glib-mainloop.h>

#include "audio/audio-processor.h"
#include "media/pulse/sound-stream.h"

/* How long until a server that is away, or a device, is tried again. */
#define RETRY_MS 200u

/* A sudden change of the delay is believed at once, a small one slowly. */
#define DELAY_JUMP_US 60000

/* Thread: its own, but for what is said. */
struct _YodelSoundServer
{
  guint                users;           /* under server_lock */
  GThread             *thread;          /* (owned) */
  GMainContext        *context;         /* (owned) */
  GMainLoop           *loop;            /* (owned) */

  pthread_mutex_t      lock;            /* of the task that is handed over */
  pthread_cond_t       changed;
  gboolean             busy;
  YodelSoundTask       task;            /* (nullable) */
  YodelSoundStream    *task_stream;     /* (borrowed) */

  pa_glib_mainloop    *mainloop;        /* (owned) */
  pa_context          *pulse;           /* (owned) (nullable) */
  GSource             *mend;            /* (owned) (nullable): soon */
  GSource             *tick;            /* (owned): looks after what has no event */
  GPtrArray           *streams;         /* (element-type YodelSoundStream) (borrowed) */

  YodelAudioProcessor *processor;       /* (owned) (nullable): once there is a microphone */
  gint16               played[YODEL_PROCESSOR_FRAME_SAMPLES];
  guint                n_played;
  gint64               play_latency_us;
  gint64               delay_us;
};

static pthread_mutex_t server_lock = PTHREAD_MUTEX_INITIALIZER;
static YodelSoundServer *the_server;

static gboolean mend (gpointer data);

pa_context *
yodel_sound_server_get_context (YodelSoundServer *self)
{
  return self->pulse;
}

static void
mend_in (YodelSoundServer *self,
         guint             delay_ms)
{
  if (self->mend != NULL)
    return;
  self->mend = g_timeout_source_new (delay_ms);
  g_source_set_priority (self->mend, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->mend, mend, self, NULL);
  g_source_attach (self->mend, self->context);
}

void
yodel_sound_server_mend_soon (YodelSoundServer *self)
{
  mend_in (self, 0);
}

static void
subscribe (YodelSoundServer *self)
{
  pa_operation *operation =
    pa_context_subscribe (self->pulse, PA_SUBSCRIPTION_MASK_SINK | PA_SUBSCRIPTION_MASK_SOURCE |
                          PA_SUBSCRIPTION_MASK_SERVER, NULL, NULL);

  if (operation != NULL)
    pa_operation_unref (operation);
}

static void
on_state (pa_context *pulse,
          void       *data)
{
  pa_context_state_t state = pa_context_get_state (pulse);

  if (state == PA_CONTEXT_READY)
    subscribe (data);
  if (state == PA_CONTEXT_READY || !PA_CONTEXT_IS_GOOD (state))
    mend_in (data, state == PA_CONTEXT_READY ? 0 : RETRY_MS / 4);
}

/* A device came or went, or another is the default. */
static void
on_change (pa_context                   *pulse,
           pa_subscription_event_type_t  type,
           uint32_t                      index,
           void                         *data)
{
  YodelSoundServer *self = data;
  guint facility = type & PA_SUBSCRIPTION_EVENT_FACILITY_MASK;
  guint what = type & PA_SUBSCRIPTION_EVENT_TYPE_MASK;

  if (facility != PA_SUBSCRIPTION_EVENT_SERVER && what != PA_SUBSCRIPTION_EVENT_NEW)
    return;
  for (guint i = 0; i < self->streams->len; i++)
    yodel_sound_stream_changed (self->streams->pdata[i]);
  yodel_sound_server_mend_soon (self);
}

static void
disconnect (YodelSoundServer *self)
{
  for (guint i = 0; i < self->streams->len; i++)
    yodel_sound_stream_drop (self->streams->pdata[i]);
  if (self->pulse == NULL)
    return;
  pa_context_set_state_callback (self->pulse, NULL, NULL);
  pa_context_set_subscribe_callback (self->pulse, NULL, NULL);
  pa_context_disconnect (self->pulse);
  g_clear_pointer (&self->pulse, pa_context_unref);
}

static void
connect_to_server (YodelSoundServer *self)
{
  self->pulse = pa_context_new (pa_glib_mainloop_get_api (self->mainloop), "Yodel");
  pa_context_set_state_callback (self->pulse, on_state, self);
  pa_context_set_subscribe_callback (self->pulse, on_change, self);
  pa_context_connect (self->pulse, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL);
}

/* Brings the connection and all streams up, as far as that can be done now. */
static gboolean
mend (gpointer data)
{
  YodelSoundServer *self = data;
  pa_context_state_t state;

  g_source_destroy (self->mend);
  g_clear_pointer (&self->mend, g_source_unref);

  state = self->pulse != NULL ? pa_context_get_state (self->pulse) : PA_CONTEXT_FAILED;
  if (!PA_CONTEXT_IS_GOOD (state))
    {
      disconnect (self);
      if (self->streams->len > 0)
        connect_to_server (self);
    }
  else if (state == PA_CONTEXT_READY)
    {
      for (guint i = 0; i < self->streams->len; i++)
        yodel_sound_stream_mend (self->streams->pdata[i]);
    }
  return G_SOURCE_REMOVE;
}

/* Every RETRY_MS: a server that is away, and what is to be said of it. */
static gboolean
on_tick (gpointer data)
{
  YodelSoundServer *self = data;
  gboolean missing = self->pulse == NULL || !PA_CONTEXT_IS_GOOD (pa_context_get_state (self->pulse));

  for (guint i = 0; i < self->streams->len; i++)
    {
      YodelSoundStream *stream = self->streams->pdata[i];

      missing |= stream->lost_us != 0;
      if (stream->lost_us != 0 && self->pulse != NULL && pa_context_get_state (self->pulse) != PA_CONTEXT_READY)
        yodel_sound_stream_drop (stream);
    }
  if (missing)
    mend_in (self, 0);
  return G_SOURCE_CONTINUE;
}

void
yodel_sound_server_add (YodelSoundServer *self,
                        YodelSoundStream *stream)
{
  g_ptr_array_add (self->streams, stream);
  if (stream->is_source && self->processor == NULL)
    self->processor = yodel_audio_processor_new ((YodelProcessing) g_atomic_int_get (&stream->processing));
  mend_in (self, 0);
}

void
yodel_sound_server_remove (YodelSoundServer *self,
                           YodelSoundStream *stream)
{
  yodel_sound_stream_drop (stream);
  g_ptr_array_remove (self->streams, stream);
}

/* The device is another from now on. */
void
yodel_sound_server_exchange (YodelSoundServer *self,
                             YodelSoundStream *stream)
{
  yodel_sound_stream_exchange (stream);
  mend_in (self, 0);
}

/* The microphone gives another number of channels from now on. */
void
yodel_sound_server_change_channels (YodelSoundServer *self,
                                    YodelSoundStream *stream)
{
  yodel_sound_stream_change_channels (stream);
  mend_in (self, 0);
}

/* Processing is for one pair, the first microphone and the first loudspeaker. */
static gboolean
is_first (YodelSoundServer *self,
          YodelSoundStream *stream)
{
  for (guint i = 0; i < self->streams->len; i++)
    if (((YodelSoundStream *) self->streams->pdata[i])->is_source == stream->is_source)
      return self->streams->pdata[i] == stream;
  return FALSE;
}

/* Hears what goes to a loudspeaker, of both channels.  @latency_us: until the first of @samples is heard */
void
yodel_sound_server_played (YodelSoundServer *self,
                           YodelSoundStream *stream,
                           const gint16     *samples,
                           guint             n,
                           gint64            latency_us)
{
  if (self->processor == NULL || !is_first (self, stream))
    return;

  self->play_latency_us = latency_us;
  for (guint i = 0; i < n; i++)
    {
      self->played[self->n_played++] = (gint16) ((samples[2 * i] + samples[2 * i + 1]) / 2);
      if (self->n_played == G_N_ELEMENTS (self->played))
        {
          yodel_audio_processor_play (self->processor, self->played);
          self->n_played = 0;
        }
    }
}

/* Works on 10 ms of a microphone's sound.  @latency_us: since the first of @samples sounded */
void
yodel_sound_server_process (YodelSoundServer *self,
                            YodelSoundStream *stream,
                            gint16           *samples,
                            gint64            latency_us)
{
  gint64 delay_us = CLAMP (latency_us + self->play_latency_us, 0, G_USEC_PER_SEC);
  gint64 change_us = delay_us - self->delay_us;
  YodelProcessing processing = (YodelProcessing) g_atomic_int_get (&stream->processing);

  if (!is_first (self, stream))
    return;

  self->delay_us += ABS (change_us) > DELAY_JUMP_US ? change_us : change_us / 16;
  yodel_audio_processor_set_processing (self->processor, processing);
  yodel_audio_processor_capture (self->processor, samples, (guint) (self->delay_us / 1000));
}

static gpointer
thread_main (gpointer data)
{
  YodelSoundServer *self = data;

  g_main_context_push_thread_default (self->context);
  self->mainloop = pa_glib_mainloop_new (self->context);
  self->tick = g_timeout_source_new (RETRY_MS);
  g_source_set_callback (self->tick, on_tick, self, NULL);
  g_source_attach (self->tick, self->context);

  g_main_loop_run (self->loop);

  g_source_destroy (self->tick);
  g_source_unref (self->tick);
  if (self->mend != NULL)
    g_source_destroy (self->mend);
  g_clear_pointer (&self->mend, g_source_unref);
  disconnect (self);
  pa_glib_mainloop_free (self->mainloop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* Thread: any.  Returns: the server of this process */
YodelSoundServer *
yodel_sound_server_acquire (void)
{
  YodelSoundServer *self;

  pthread_mutex_lock (&server_lock);
  if (the_server == NULL)
    {
      self = the_server = g_new0 (YodelSoundServer, 1);
      self->context = g_main_context_new ();
      self->loop = g_main_loop_new (self->context, FALSE);
      self->streams = g_ptr_array_new ();
      pthread_mutex_init (&self->lock, NULL);
      pthread_cond_init (&self->changed, NULL);
      self->thread = g_thread_new ("yodel-sound", thread_main, self);
    }
  self = the_server;
  self->users++;
  pthread_mutex_unlock (&server_lock);
  return self;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* Thread: any but its own. */
void
yodel_sound_server_release (YodelSoundServer *self)
{
  gboolean last;

  pthread_mutex_lock (&server_lock);
  last = --self->users == 0;
  if (last)
    the_server = NULL;
  pthread_mutex_unlock (&server_lock);
  if (!last)
    return;

  g_main_context_invoke (self->context, quit, self->loop);
  g_thread_join (self->thread);
  g_ptr_array_unref (self->streams);
  if (self->processor != NULL)
    yodel_audio_processor_free (self->processor);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  pthread_mutex_destroy (&self->lock);
  pthread_cond_destroy (&self->changed);
  g_free (self);
}

static gboolean
run_task (gpointer data)
{
  YodelSoundServer *self = data;

  pthread_mutex_lock (&self->lock);
  if (self->task != NULL)
    self->task (self, self->task_stream);
  self->task = NULL;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* Runs @task on the server's thread and waits until it has.  Thread: any but that. */
void
yodel_sound_server_run (YodelSoundServer *self,
                        YodelSoundTask    task,
                        YodelSoundStream *stream)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, run_task, self, NULL);

  pthread_mutex_lock (&self->lock);
  while (self->busy)
    pthread_cond_wait (&self->changed, &self->lock);
  self->busy = TRUE;
  self->task = task;
  self->task_stream = stream;
  g_source_attach (source, self->context);
  while (self->task != NULL)
    pthread_cond_wait (&self->changed, &self->lock);
  self->busy = FALSE;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);

  g_source_unref (source);
}
