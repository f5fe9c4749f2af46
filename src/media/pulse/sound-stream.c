#define G_LOG_DOMAIN "yodel-media"

#include "media/pulse/sound-stream.h"

#include <string.h>

/* 10 ms */
#define BLOCK_SAMPLES 480u

/* At the server, where this process is held up often: 80 ms. */
#define MAX_QUEUED_BLOCKS 8u

/* A device that comes back within this time is not worth a word. */
#define TELL_AFTER_US G_USEC_PER_SEC

/* What is computed at once for a server that wants much. */
#define MAX_PULL 2048u

#define RATE_HZ 48000

static guint
frame_bytes (const YodelSoundStream *self)
{
  return self->channels * sizeof (gint16);
}

static guint
block_bytes (const YodelSoundStream *self)
{
  return BLOCK_SAMPLES * frame_bytes (self);
}

static const char *
device_word (const YodelSoundStream *self)
{
  return self->is_source ? "microphone" : "loudspeaker";
}

static YodelSoundAttempt
first_attempt (const YodelSoundStream *self)
{
  return self->name != NULL ? YODEL_SOUND_TRY_NAMED : YODEL_SOUND_TRY_DEFAULT;
}

/* Says once what is missing, and once more if it gets worse. */
static void
tell (YodelSoundStream *self,
      YodelSoundTold    what,
      char             *text)
{
  if (what > self->told)
    {
      g_debug ("%s", text);
      self->events.notice (self->user_data, text);
      self->told = what;
    }
  g_free (text);
}

/* ---- a loudspeaker ---- */

static gint64
get_latency_us (pa_stream *stream)
{
  pa_usec_t latency_us;
  int negative = 0;

  return pa_stream_get_latency (stream, &latency_us, &negative) == 0 && !negative ? (gint64) latency_us : 0;
}

static void
on_wanted (pa_stream *stream,
           size_t     n_bytes,
           void      *data)
{
  YodelSoundStream *self = data;
  gint64 latency_us = get_latency_us (stream);
  gint16 samples[MAX_PULL * YODEL_SOUND_PLAYED_CHANNELS];

  for (size_t left = n_bytes / frame_bytes (self); left > 0;)
    {
      guint n = (guint) MIN (left, MAX_PULL);

      yodel_sound_queue_pull (&self->queue, samples, n);
      yodel_sound_server_played (self->server, self, samples, n, latency_us);
      if (pa_stream_write (stream, samples, n * frame_bytes (self), NULL, 0, PA_SEEK_RELATIVE) < 0)
        return;
      left -= n;
      latency_us += (gint64) n * G_USEC_PER_SEC / RATE_HZ;
    }
}

/* We were too late for the server: from now on it keeps more. */
static void
on_underflow (pa_stream *stream,
              void      *data)
{
  YodelSoundStream *self = data;
  const pa_buffer_attr *granted = pa_stream_get_buffer_attr (stream);
  pa_operation *operation;
  pa_buffer_attr attr;

  if (granted == NULL || granted->tlength >= MAX_QUEUED_BLOCKS * block_bytes (self))
    return;
  attr = *granted;
  attr.tlength = MIN (attr.tlength + block_bytes (self), MAX_QUEUED_BLOCKS * block_bytes (self));
  attr.minreq = block_bytes (self);
  attr.prebuf = 0;
  operation = pa_stream_set_buffer_attr (stream, &attr, NULL, NULL);
  if (operation != NULL)
    pa_operation_unref (operation);
}

/* ---- a microphone ---- */

/* @samples: NULL for silence.  @latency_us: since the first of them sounded */
static void
take_samples (YodelSoundStream *self,
              const gint16     *samples,
              gsize             n,
              gint64            latency_us)
{
  gint64 now_us = g_get_monotonic_time ();

  for (gsize at = 0; at < n;)
    {
      guint part = (guint) MIN (n - at, BLOCK_SAMPLES - self->n_block);
      gint16 *to = self->block + self->n_block * self->channels;
      gint64 age_us;

      if (samples != NULL)
        memcpy (to, samples + at * self->channels, part * frame_bytes (self));
      else
        memset (to, 0, part * frame_bytes (self));
      age_us = latency_us + ((gint64) self->n_block - (gint64) at) * G_USEC_PER_SEC / RATE_HZ;
      self->n_block += part;
      at += part;
      if (self->n_block < BLOCK_SAMPLES)
        continue;

      if (self->channels == 1)
        yodel_sound_server_process (self->server, self, self->block, age_us);
      self->events.sound (self->user_data, self->block, self->n_block, self->channels, now_us - age_us);
      self->n_block = 0;
    }
}

static void
on_captured (pa_stream *stream,
             size_t     n_bytes,
             void      *data)
{
  YodelSoundStream *self = data;
  gint64 latency_us = get_latency_us (stream);
  const void *bytes;
  size_t n;

  while (pa_stream_readable_size (stream) > 0 && pa_stream_peek (stream, &bytes, &n) == 0 && n > 0)
    {
      /* bytes is NULL for a hole */
      take_samples (self, bytes, n / frame_bytes (self), latency_us);
      latency_us = MAX (0, latency_us - (gint64) (n / frame_bytes (self)) * G_USEC_PER_SEC / RATE_HZ);
      pa_stream_drop (stream);
    }
}

/* ---- what becomes of the device ---- */

static void
on_stream_state (pa_stream *stream,
                 void      *data)
{
  YodelSoundStream *self = data;
  pa_stream_state_t state = pa_stream_get_state (stream);

  if (state == PA_STREAM_READY)
    {
      g_debug ("%s: %s", device_word (self), pa_stream_get_device_name (stream));
      self->lost_us = 0;
      self->told = YODEL_SOUND_TOLD_NOTHING;
    }
  else if (!PA_STREAM_IS_GOOD (state))
    {
      yodel_sound_server_mend_soon (self->server);
    }
}

static void
connect_stream (YodelSoundStream *self)
{
  const char *name = self->attempt == YODEL_SOUND_TRY_NAMED ? self->name : NULL;
  /* a chosen device is kept when the default changes, which the server would else not do */
  const pa_stream_flags_t flags = PA_STREAM_ADJUST_LATENCY | PA_STREAM_AUTO_TIMING_UPDATE | PA_STREAM_INTERPOLATE_TIMING |
                                  (name != NULL ? PA_STREAM_DONT_MOVE : 0);
  const pa_buffer_attr attr = {
    .maxlength = (guint32) -1,
    .tlength = 2 * block_bytes (self),
    .prebuf = 0,
    .minreq = block_bytes (self),
    .fragsize = block_bytes (self),
  };
  const pa_sample_spec spec = { .format = PA_SAMPLE_S16NE, .rate = RATE_HZ, .channels = (guint8) self->channels };
  pa_proplist *properties = pa_proplist_new ();

  pa_proplist_sets (properties, PA_PROP_MEDIA_ROLE, "phone");
  self->stream = pa_stream_new_with_proplist (yodel_sound_server_get_context (self->server),
                                              self->is_source ? "Microphone" : "Call", &spec, NULL, properties);
  pa_proplist_free (properties);
  if (self->stream == NULL)
    return;

  self->n_block = 0;
  pa_stream_set_state_callback (self->stream, on_stream_state, self);
  if (self->is_source)
    {
      pa_stream_set_read_callback (self->stream, on_captured, self);
      pa_stream_connect_record (self->stream, name, &attr, flags);
    }
  else
    {
      pa_stream_set_write_callback (self->stream, on_wanted, self);
      pa_stream_set_underflow_callback (self->stream, on_underflow, self);
      pa_stream_connect_playback (self->stream, name, &attr, flags, NULL, NULL);
    }
}

static void
stop_asking (YodelSoundStream *self)
{
  if (self->asking == NULL)
    return;
  pa_operation_cancel (self->asking);
  g_clear_pointer (&self->asking, pa_operation_unref);
}

/* Forgets the stream at the server, and begins anew with the device asked for. */
void
yodel_sound_stream_drop (YodelSoundStream *self)
{
  gint64 now_us = g_get_monotonic_time ();

  stop_asking (self);
  if (self->lost_us == 0)
    self->lost_us = now_us;
  if (self->stream != NULL)
    {
      pa_stream_set_state_callback (self->stream, NULL, NULL);
      pa_stream_set_read_callback (self->stream, NULL, NULL);
      pa_stream_set_write_callback (self->stream, NULL, NULL);
      pa_stream_set_underflow_callback (self->stream, NULL, NULL);
      if (PA_STREAM_IS_GOOD (pa_stream_get_state (self->stream)))
        pa_stream_disconnect (self->stream);
      g_clear_pointer (&self->stream, pa_stream_unref);
      self->attempt = first_attempt (self);
    }
  if (now_us - self->lost_us > TELL_AFTER_US)
    tell (self, YODEL_SOUND_TOLD_NONE,
          g_strdup_printf ("there is no %s: no sound server answers; the call goes on without", device_word (self)));
}

/* What the server calls wrong, for people. */
static const char *
reason_in_words (int error)
{
  switch (error)
    {
    case PA_ERR_BUSY:     return "another program has it for itself";
    case PA_ERR_NOENTITY: return "it is not there";
    case PA_ERR_ACCESS:   return "the system does not allow it";
    case PA_ERR_KILLED:   return "it was taken away";
    case PA_ERR_TIMEOUT:  return "it does not answer";
    default:              return pa_strerror (error);
    }
}

/* The next thing to try, after the last one failed. */
static void
try_next (YodelSoundStream *self,
          const char       *reason)
{
  if (self->attempt == YODEL_SOUND_TRY_NAMED && self->name != NULL)
    {
      self->attempt = YODEL_SOUND_TRY_DEFAULT;
      tell (self, YODEL_SOUND_TOLD_OTHER,
            g_strdup_printf ("the %s \"%s\" does not work (%s); the default one is used", device_word (self), self->name, reason));
      return;
    }
  self->attempt = YODEL_SOUND_TRY_LATER;
}

/* The stream is over: it was refused, or its device went. */
static void
on_over (YodelSoundStream *self)
{
  const char *reason = reason_in_words (pa_context_errno (yodel_sound_server_get_context (self->server)));
  gint64 now_us = g_get_monotonic_time ();

  g_clear_pointer (&self->stream, pa_stream_unref);
  if (self->lost_us == 0)
    {
      self->lost_us = now_us;
      self->attempt = first_attempt (self);
      return;
    }

  try_next (self, reason);
  if (self->attempt == YODEL_SOUND_TRY_LATER && now_us - self->lost_us > TELL_AFTER_US)
    tell (self, YODEL_SOUND_TOLD_NONE,
          g_strdup_printf ("there is no %s (%s); the call goes on without", device_word (self), reason));
}

/* Brings the stream up if it is not.  The connection is. */
void
yodel_sound_stream_mend (YodelSoundStream *self)
{
  if (self->stream != NULL && PA_STREAM_IS_GOOD (pa_stream_get_state (self->stream)))
    return;

  if (self->stream != NULL)
    {
      on_over (self);
      if (self->attempt == YODEL_SOUND_TRY_LATER)
        return;
    }
  else if (self->attempt == YODEL_SOUND_TRY_LATER)
    {
      self->attempt = first_attempt (self);
    }
  connect_stream (self);
}

/* The device asked for is there. */
static void
return_to_named (YodelSoundStream *self)
{
  if (self->attempt != YODEL_SOUND_TRY_DEFAULT || self->stream == NULL)
    return;
  yodel_sound_stream_drop (self);
  yodel_sound_server_mend_soon (self->server);
}

static void
on_sink (pa_context         *pulse,
         const pa_sink_info *info,
         int                 end,
         void               *data)
{
  if (info != NULL)
    return_to_named (data);
}

static void
on_source (pa_context           *pulse,
           const pa_source_info *info,
           int                   end,
           void                 *data)
{
  if (info != NULL)
    return_to_named (data);
}

/* Another device was chosen: the stream at the old one ends, and the new one is tried. */
void
yodel_sound_stream_exchange (YodelSoundStream *self)
{
  g_free (self->name);
  self->name = g_steal_pointer (&self->wanted);
  self->lost_us = 0;
  self->told = YODEL_SOUND_TOLD_NOTHING;
  yodel_sound_stream_drop (self);
  self->attempt = first_attempt (self);
}

/* The stream ends and begins anew with as many channels as are wanted. */
void
yodel_sound_stream_change_channels (YodelSoundStream *self)
{
  guint channels = self->wants_stereo ? 2 : 1;

  if (self->channels == channels)
    return;

  yodel_sound_stream_drop (self);
  self->channels = channels;
}

/* A device came: is it the one asked for, while the default one serves? */
void
yodel_sound_stream_changed (YodelSoundStream *self)
{
  pa_context *pulse = yodel_sound_server_get_context (self->server);

  if (self->name == NULL || self->attempt != YODEL_SOUND_TRY_DEFAULT)
    return;

  stop_asking (self);
  self->asking = self->is_source ? pa_context_get_source_info_by_name (pulse, self->name, on_source, self)
                                 : pa_context_get_sink_info_by_name (pulse, self->name, on_sink, self);
}
