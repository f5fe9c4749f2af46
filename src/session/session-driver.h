/* A session at work: gives the machine (session-core) its transports, its clock and its codec
 * threads.  Lives on an engine thread; every function is called there, unless it says otherwise.
 * News for the face goes through the functions it is given, which post it. */
#pragma once

#include <gio/gio.h>

#include "session/session-core.h"
#include "session/session-link.h"
#include "session/video-worker.h"

#include <yodel/yodel-stats.h>

/* All may be called at any time on the engine thread; strings and errors are (transfer none). */
typedef struct
{
  void (*state)       (YodelSessionState        state,
                       YodelEndReason           reason,
                       const char              *text,
                       gpointer                 user_data);
  void (*signaling)   (YodelSignalingState      state,
                       gpointer                 user_data);

  /* Packets can go out: sources may start. */
  void (*open)        (gpointer                 user_data);
  void (*candidate)   (const char              *candidate,
                       const char              *mid,
                       gpointer                 user_data);

  /* A transceiver that an offer of the peer made. */
  void (*track_added) (YodelTrackPort          *port,
                       gpointer                 user_data);
  void (*track)       (YodelTrackPort          *port,
                       const char              *mid,
                       YodelDirection           direction,
                       gboolean                 takes_keys,
                       gpointer                 user_data);
  void (*key)         (YodelTrackPort          *port,
                       guint8                   event,
                       guint                    duration_ms,
                       gpointer                 user_data);
  void (*first_frame) (YodelTrackPort          *port,
                       gint64                   time_us,
                       gpointer                 user_data);
  void (*levels)      (YodelTrackPort          *port,
                       const YodelSessionLevels *levels,
                       gpointer                 user_data);
  void (*notice)      (YodelSessionNotice       notice,
                       gpointer                 user_data);

  /* An offer with restarted ICE would help. */
  void (*restart_wanted) (gpointer              user_data);

  /* Threads that are to end, and may be waited for elsewhere: (transfer full). */
  void (*retire)      (YodelVideoWorker        *worker,
                       gpointer                 user_data);
} YodelSessionDriverOps;

/* What the face may change until the session starts. */
typedef struct
{
  char     **stun_servers;       /* (owned) (nullable) */
  char     **bind;               /* (owned) (nullable) */
  guint      max_bitrate_bps;
  YodelVideoCodec video_codec;
  gboolean   trickle;
} YodelSessionSettings;

void                yodel_session_settings_clear           (YodelSessionSettings        *settings);

/* One of the two where something is asked for and takes time; called once, on the engine thread. */
typedef void      (*YodelSessionDone)                      (char                        *sdp,
                                                            GError                      *error,
                                                            gpointer                     user_data);

/* Any thread; it is used on the one that turns @context. */
YodelSessionDriver *yodel_session_driver_new               (GMainContext                *context,
                                                            YodelMailbox                *mailbox,
                                                            const YodelSessionDriverOps *ops,
                                                            gpointer                     user_data);

/* The first to be called on the engine thread. */
void                yodel_session_driver_start             (YodelSessionDriver          *self);
void                yodel_session_driver_free              (YodelSessionDriver          *self);

/* @settings: (transfer full) its content. */
void                yodel_session_driver_set_settings      (YodelSessionDriver          *self,
                                                            YodelSessionSettings        *settings);
void                yodel_session_driver_add_track         (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port,
                                                            YodelDirection               direction);
void                yodel_session_driver_remove_track      (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port);
void                yodel_session_driver_set_track         (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port,
                                                            YodelDirection               direction,
                                                            gboolean                     enabled,
                                                            YodelVideoContent            content,
                                                            const YodelAudioSettings    *sound);

/* @sink: (transfer full) (nullable).  Returns: (transfer full) (nullable): the one before */
YodelSink          *yodel_session_driver_set_sink          (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port,
                                                            YodelSink                   *sink);
void                yodel_session_driver_push_audio        (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port,
                                                            const gint16                *samples,
                                                            gsize                        n_samples,
                                                            guint                        channels,
                                                            gint64                       captured_us);

/* @keys: characters of a keypad, and "," for a pause; those that the peer does not take are left out. */
void                yodel_session_driver_press_keys        (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port,
                                                            const char                  *keys,
                                                            guint                        duration_ms);
void                yodel_session_driver_push_video        (YodelSessionDriver          *self,
                                                            YodelTrackPort              *port,
                                                            YodelVideoFrame             *frame);

/* @done takes over the SDP or the error it is given: (transfer full). */
void                yodel_session_driver_create_offer      (YodelSessionDriver          *self,
                                                            gboolean                     restart_ice,
                                                            YodelSessionDone             done,
                                                            gpointer                     user_data);
void                yodel_session_driver_create_answer     (YodelSessionDriver          *self,
                                                            YodelSessionDone             done,
                                                            gpointer                     user_data);
gboolean            yodel_session_driver_set_remote        (YodelSessionDriver          *self,
                                                            YodelSdpType                 type,
                                                            const char                  *sdp,
                                                            GError                     **error);
gboolean            yodel_session_driver_rollback          (YodelSessionDriver          *self,
                                                            GError                     **error);
void                yodel_session_driver_add_candidate     (YodelSessionDriver          *self,
                                                            const char                  *candidate,
                                                            const char                  *mid);
void                yodel_session_driver_close             (YodelSessionDriver          *self);
YodelStats         *yodel_session_driver_get_stats         (YodelSessionDriver          *self);
