#define G_LOG_DOMAIN "yodel-session"

#include <yodel/yodel-session.h>

#include <pthread.h>

#include "session/session-private.h"

G_DEFINE_FINAL_TYPE (YodelSession, yodel_session, G_TYPE_OBJECT)

enum
{
  PROP_STATE = 1,
  PROP_SIGNALING_STATE,
  PROP_VIDEO_PAUSED,
  PROP_SURVIVAL,
  N_PROPERTIES
};

enum
{
  CANDIDATE,
  TRACK_ADDED,
  RESTART_WANTED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint       signals[N_SIGNALS];

void
yodel_session_set_state (YodelSession      *self,
                         YodelSessionState  state,
                         YodelEndReason     reason,
                         const char        *text)
{
  self->state = state;

  if (state == YODEL_SESSION_ENDED)
    {
      self->end_reason = reason;
      self->end_text = g_strdup (text);
      yodel_session_stop_media (self);
      yodel_session_set_signaling_state (self, YODEL_SIGNALING_CLOSED);
    }

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
yodel_session_set_signaling_state (YodelSession        *self,
                                   YodelSignalingState  state)
{
  if (self->signaling_state == YODEL_SIGNALING_CLOSED)
    return;

  self->signaling_state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNALING_STATE]);
}

static void
set_flag (YodelSession *self,
          gboolean     *flag,
          gboolean      value,
          guint         property)
{
  if (*flag == value)
    return;

  *flag = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
yodel_session_set_notice (YodelSession       *self,
                          YodelSessionNotice  notice)
{
  switch (notice)
    {
    case YODEL_NOTICE_VIDEO_PAUSED:
      set_flag (self, &self->video_paused, TRUE, PROP_VIDEO_PAUSED);
      break;
    case YODEL_NOTICE_VIDEO_RESUMED:
      set_flag (self, &self->video_paused, FALSE, PROP_VIDEO_PAUSED);
      break;
    case YODEL_NOTICE_SURVIVAL:
      set_flag (self, &self->survival, TRUE, PROP_SURVIVAL);
      break;
    case YODEL_NOTICE_SURVIVAL_OVER:
      set_flag (self, &self->survival, FALSE, PROP_SURVIVAL);
      break;
    }
}

void
yodel_session_emit_candidate (YodelSession *self,
                              const char   *candidate,
                              const char   *mid)
{
  g_signal_emit (self, signals[CANDIDATE], 0, candidate, mid);
}

void
yodel_session_emit_track_added (YodelSession *self,
                                YodelTrack   *track)
{
  g_signal_emit (self, signals[TRACK_ADDED], 0, track);
}

void
yodel_session_emit_restart_wanted (YodelSession *self)
{
  g_signal_emit (self, signals[RESTART_WANTED], 0);
}

/* The end of the driver: waited for, so that nothing writes to a sink when it is told that it is
 * over. */

typedef struct
{
  YodelSessionDriver *driver;
  YodelMailbox       *mailbox;
  pthread_mutex_t     lock;
  pthread_cond_t      done_cond;
  gboolean            done;
} Farewell;

static void
run_farewell (gpointer data)
{
  Farewell *farewell = data;

  yodel_session_driver_free (farewell->driver);
  yodel_mailbox_close (farewell->mailbox);

  pthread_mutex_lock (&farewell->lock);
  farewell->done = TRUE;
  pthread_cond_signal (&farewell->done_cond);
  pthread_mutex_unlock (&farewell->lock);
}

static void
free_driver (YodelSession *self)
{
  Farewell farewell = {
    .driver = g_steal_pointer (&self->driver),
    .mailbox = self->mailbox,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .done_cond = PTHREAD_COND_INITIALIZER,
  };

  yodel_mailbox_post (self->mailbox, run_farewell, &farewell, NULL);

  pthread_mutex_lock (&farewell.lock);
  while (!farewell.done)
    pthread_cond_wait (&farewell.done_cond, &farewell.lock);
  pthread_mutex_unlock (&farewell.lock);

  pthread_mutex_destroy (&farewell.lock);
  pthread_cond_destroy (&farewell.done_cond);
}

static void
yodel_session_dispose (GObject *object)
{
  YodelSession *self = YODEL_SESSION (object);

  if (self->driver != NULL)
    {
      self->link->session = NULL;
      free_driver (self);
      yodel_session_stop_media (self);
      yodel_mailbox_close (self->link->mailbox);
    }

  G_OBJECT_CLASS (yodel_session_parent_class)->dispose (object);
}

static void
yodel_session_finalize (GObject *object)
{
  YodelSession *self = YODEL_SESSION (object);

  g_ptr_array_unref (self->entries);
  yodel_mailbox_unref (self->mailbox);
  yodel_session_link_unref (self->link);
  yodel_session_settings_clear (&self->settings);
  g_free (self->end_text);
  yodel_engine_release (self->engine);

  G_OBJECT_CLASS (yodel_session_parent_class)->finalize (object);
}

static void
yodel_session_get_property (GObject    *object,
                            guint       id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  YodelSession *self = YODEL_SESSION (object);

  switch (id)
    {
    case PROP_STATE:           g_value_set_int (value, self->state); break;
    case PROP_SIGNALING_STATE: g_value_set_int (value, self->signaling_state); break;
    case PROP_VIDEO_PAUSED:    g_value_set_boolean (value, self->video_paused); break;
    case PROP_SURVIVAL:        g_value_set_boolean (value, self->survival); break;
    default:                   G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
install_signals (void)
{
  /**
   * YodelSession::candidate:
   * @self: the session
   * @candidate: a candidate-attribute of this side (RFC 8839 section 5.1)
   * @mid: (nullable): the media section it belongs to
   *
   * One more way to reach this side, to be signalled to the peer; only while trickling (RFC 8838).
   */
  signals[CANDIDATE] =
    g_signal_new ("candidate", YODEL_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);

  /**
   * YodelSession::track-added:
   * @self: the session
   * @track: the new track
   *
   * An offer of the peer brought a medium that no track here was waiting for. It receives only;
   * yodel_track_set_direction() before the answer changes that.
   */
  signals[TRACK_ADDED] =
    g_signal_new ("track-added", YODEL_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, YODEL_TYPE_TRACK);

  /**
   * YodelSession::restart-wanted:
   * @self: the session
   *
   * The path is silent, or the local network has changed: who can reach the peer by signalling
   * calls yodel_session_restart_ice() and makes a new offer.
   */
  signals[RESTART_WANTED] =
    g_signal_new ("restart-wanted", YODEL_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
yodel_session_class_init (YodelSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = yodel_session_dispose;
  object_class->finalize = yodel_session_finalize;
  object_class->get_property = yodel_session_get_property;

  /**
   * YodelSession:state:
   *
   * How far the connection is, a #YodelSessionState.
   */
  properties[PROP_STATE] =
    g_param_spec_int ("state", NULL, NULL, 0, YODEL_SESSION_ENDED, YODEL_SESSION_NEW, flags);

  /**
   * YodelSession:signaling-state:
   *
   * How far the exchange of descriptions is, a #YodelSignalingState.
   */
  properties[PROP_SIGNALING_STATE] =
    g_param_spec_int ("signaling-state", NULL, NULL, 0, YODEL_SIGNALING_CLOSED,
                      YODEL_SIGNALING_STABLE, flags);

  /**
   * YodelSession:video-paused:
   *
   * %TRUE while the network has no room for the picture that would be sent.
   */
  properties[PROP_VIDEO_PAUSED] = g_param_spec_boolean ("video-paused", NULL, NULL, FALSE, flags);

  /**
   * YodelSession:survival:
   *
   * %TRUE while speech only just fits through the network.
   */
  properties[PROP_SURVIVAL] = g_param_spec_boolean ("survival", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  install_signals ();
}

static void
run_start (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_start (request->driver);
}

static void
yodel_session_init (YodelSession *self)
{
  GMainContext *context;

  self->link = yodel_session_link_new (self);
  self->entries = g_ptr_array_new_with_free_func (yodel_session_entry_free);

  self->engine = yodel_engine_acquire ();
  context = yodel_engine_get_context (self->engine);
  self->mailbox = yodel_mailbox_new_child (yodel_engine_get_mailbox (self->engine));
  self->driver = yodel_session_driver_new (context, self->mailbox, &yodel_session_driver_ops,
                                           self->link);
  yodel_session_post (self, run_start, yodel_session_request_new (self));
}

/**
 * yodel_session_new:
 *
 * Makes a session. Its signals come on the thread-default main context of the caller.
 *
 * Returns: (transfer full): a session that knows neither tracks nor peer
 */
YodelSession *
yodel_session_new (void)
{
  return g_object_new (YODEL_TYPE_SESSION, NULL);
}

/**
 * yodel_session_set_stun_servers:
 * @self: a session before its first description
 * @servers: (nullable) (array zero-terminated=1): each `HOST` or `HOST:PORT`
 *
 * Names the STUN servers (RFC 8489) that tell this side its public address. Without any only
 * host candidates are offered.
 */
void
yodel_session_set_stun_servers (YodelSession       *self,
                                const char * const *servers)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  g_strfreev (self->settings.stun_servers);
  self->settings.stun_servers = g_strdupv ((char **) servers);
}

/**
 * yodel_session_set_bind:
 * @self: a session before its first description
 * @addresses: (nullable) (array zero-terminated=1): local addresses or names of interfaces
 *
 * Restricts the session to some of this host's addresses; %NULL for all of them.
 */
void
yodel_session_set_bind (YodelSession       *self,
                        const char * const *addresses)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  g_strfreev (self->settings.bind);
  self->settings.bind = g_strdupv ((char **) addresses);
}

/**
 * yodel_session_set_max_bitrate:
 * @self: a session before its first description
 * @bitrate_bps: bits per second, 0 for no limit
 *
 * Limits what is sent, headers included.
 */
void
yodel_session_set_max_bitrate (YodelSession *self,
                               guint         bitrate_bps)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  self->settings.max_bitrate_bps = bitrate_bps;
}

/**
 * yodel_session_set_video_codec:
 * @self: a session before its first description
 * @codec: the codec that this side prefers, %YODEL_VIDEO_VP8 if it is not called
 *
 * The other one is offered and accepted too; where the peer takes the preferred one, the picture is
 * sent in it.
 */
void
yodel_session_set_video_codec (YodelSession    *self,
                               YodelVideoCodec  codec)
{
  g_return_if_fail (YODEL_IS_SESSION (self));
  g_return_if_fail (codec <= YODEL_VIDEO_VP9);

  self->settings.video_codec = codec;
}

/**
 * yodel_session_set_trickle:
 * @self: a session before its first description
 * @trickle: %TRUE to signal candidates one by one
 *
 * Chooses between descriptions that are ready at once, with #YodelSession::candidate for what is
 * found later (RFC 8838), and complete ones, which take as long as gathering does. Off by default.
 */
void
yodel_session_set_trickle (YodelSession *self,
                           gboolean      trickle)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  self->settings.trickle = trickle;
}

static void
run_add_track (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_add_track (request->driver, request->port, YODEL_DIRECTION_SENDRECV);
}

/**
 * yodel_session_add_track:
 * @self: a session that is not over
 * @kind: sound or picture
 *
 * Adds a medium, both ways. It is part of the next offer; before the answer to a peer's
 * offer it takes the place of that kind which the peer offers (RFC 9429 section 5.10).
 *
 * Returns: (transfer none): the track, which the session keeps
 */
YodelTrack *
yodel_session_add_track (YodelSession   *self,
                         YodelMediaKind  kind)
{
  g_autoptr (YodelTrackPort) port = NULL;
  YodelSessionRequest *request;
  YodelSessionEntry *entry;

  g_return_val_if_fail (YODEL_IS_SESSION (self), NULL);

  port = yodel_track_port_new (self->mailbox, self->driver, kind);
  entry = yodel_session_add_entry (self, port);
  request = yodel_session_request_new (self);
  request->port = yodel_track_port_ref (port);
  yodel_session_post (self, run_add_track, request);
  return entry->track;
}

static void
run_remove_track (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_remove_track (request->driver, request->port);
}

/**
 * yodel_session_remove_track:
 * @self: a session
 * @track: one of its tracks
 *
 * Stops a medium for good, with the next offer (W3C webrtc-pc, RTCRtpTransceiver.stop).
 */
void
yodel_session_remove_track (YodelSession *self,
                            YodelTrack   *track)
{
  g_return_if_fail (YODEL_IS_SESSION (self));
  g_return_if_fail (YODEL_IS_TRACK (track));

  for (guint i = 0; i < self->entries->len; i++)
    {
      YodelSessionEntry *entry = self->entries->pdata[i];
      YodelSessionRequest *request;

      if (entry->track != track)
        continue;

      request = yodel_session_request_new (self);
      request->port = yodel_track_port_ref (entry->port);
      yodel_session_post (self, run_remove_track, request);
      return;
    }
}

/**
 * yodel_session_get_tracks:
 * @self: a session
 *
 * Returns: (element-type YodelTrack) (transfer container): its tracks, oldest first
 */
GList *
yodel_session_get_tracks (YodelSession *self)
{
  GList *tracks = NULL;

  g_return_val_if_fail (YODEL_IS_SESSION (self), NULL);

  for (guint i = self->entries->len; i-- > 0;)
    tracks = g_list_prepend (tracks, ((YodelSessionEntry *) self->entries->pdata[i])->track);

  return tracks;
}

static void
run_close (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_driver_close (request->driver);
}

/**
 * yodel_session_close:
 * @self: a session
 *
 * Ends the session and tells the peer so. #YodelSession:state becomes %YODEL_SESSION_ENDED a
 * moment later, when sinks have been finished.
 */
void
yodel_session_close (YodelSession *self)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  yodel_session_post (self, run_close, yodel_session_request_new (self));
}

/**
 * yodel_session_get_state:
 * @self: a session
 *
 * Returns: how far the connection is
 */
YodelSessionState
yodel_session_get_state (YodelSession *self)
{
  g_return_val_if_fail (YODEL_IS_SESSION (self), YODEL_SESSION_ENDED);

  return self->state;
}

/**
 * yodel_session_get_signaling_state:
 * @self: a session
 *
 * Returns: how far the exchange of descriptions is
 */
YodelSignalingState
yodel_session_get_signaling_state (YodelSession *self)
{
  g_return_val_if_fail (YODEL_IS_SESSION (self), YODEL_SIGNALING_CLOSED);

  return self->signaling_state;
}

/**
 * yodel_session_get_end_reason:
 * @self: a session
 *
 * Returns: why it is over, %YODEL_END_NONE if it is not
 */
YodelEndReason
yodel_session_get_end_reason (YodelSession *self)
{
  g_return_val_if_fail (YODEL_IS_SESSION (self), YODEL_END_NONE);

  return self->end_reason;
}

/**
 * yodel_session_get_end_text:
 * @self: a session
 *
 * Returns: (nullable): the reason of the end in one plain sentence, where there is more to say
 *   than yodel_session_get_end_reason() does
 */
const char *
yodel_session_get_end_text (YodelSession *self)
{
  g_return_val_if_fail (YODEL_IS_SESSION (self), NULL);

  return self->end_text;
}

static void
run_get_stats (gpointer data)
{
  YodelSessionRequest *request = data;

  yodel_session_return (request, NULL, yodel_session_driver_get_stats (request->driver), NULL);
}

/**
 * yodel_session_get_stats_async:
 * @self: a session
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called with the snapshot
 * @user_data: for @callback
 *
 * Asks for a snapshot of what the session measures (W3C webrtc-stats).
 */
void
yodel_session_get_stats_async (YodelSession        *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (YODEL_IS_SESSION (self));

  yodel_session_post (self, run_get_stats,
                      yodel_session_task_request_new (self, cancellable, callback, user_data,
                                                      yodel_session_get_stats_async));
}

/**
 * yodel_session_get_stats_finish:
 * @self: a session
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Returns: (transfer full): the snapshot
 */
YodelStats *
yodel_session_get_stats_finish (YodelSession  *self,
                                GAsyncResult  *result,
                                GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
