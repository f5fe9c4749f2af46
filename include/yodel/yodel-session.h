/* One peer connection, for those who bring their own signalling. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-stats.h>
#include <yodel/yodel-track.h>

G_BEGIN_DECLS

#define YODEL_TYPE_SESSION (yodel_session_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelSession, yodel_session, YODEL, SESSION, GObject)

YODEL_API
YodelSession        *yodel_session_new                           (void);

YODEL_API
void                 yodel_session_set_stun_servers              (YodelSession         *self,
                                                                  const char * const   *servers);

YODEL_API
void                 yodel_session_set_bind                      (YodelSession         *self,
                                                                  const char * const   *addresses);

YODEL_API
void                 yodel_session_set_max_bitrate               (YodelSession         *self,
                                                                  guint                 bitrate_bps);

YODEL_API
void                 yodel_session_set_video_codec               (YodelSession         *self,
                                                                  YodelVideoCodec       codec);

YODEL_API
void                 yodel_session_set_trickle                   (YodelSession         *self,
                                                                  gboolean              trickle);

YODEL_API
YodelTrack          *yodel_session_add_track                     (YodelSession         *self,
                                                                  YodelMediaKind        kind);

YODEL_API
void                 yodel_session_remove_track                  (YodelSession         *self,
                                                                  YodelTrack           *track);

YODEL_API
GList               *yodel_session_get_tracks                    (YodelSession         *self);

YODEL_API
void                 yodel_session_create_offer_async            (YodelSession         *self,
                                                                  GCancellable         *cancellable,
                                                                  GAsyncReadyCallback   callback,
                                                                  gpointer              user_data);

YODEL_API
char                *yodel_session_create_offer_finish           (YodelSession         *self,
                                                                  GAsyncResult         *result,
                                                                  GError              **error);

YODEL_API
void                 yodel_session_create_answer_async           (YodelSession         *self,
                                                                  GCancellable         *cancellable,
                                                                  GAsyncReadyCallback   callback,
                                                                  gpointer              user_data);

YODEL_API
char                *yodel_session_create_answer_finish          (YodelSession         *self,
                                                                  GAsyncResult         *result,
                                                                  GError              **error);

YODEL_API
void                 yodel_session_set_remote_description_async  (YodelSession         *self,
                                                                  YodelSdpType          type,
                                                                  const char           *sdp,
                                                                  GCancellable         *cancellable,
                                                                  GAsyncReadyCallback   callback,
                                                                  gpointer              user_data);

YODEL_API
gboolean             yodel_session_set_remote_description_finish (YodelSession         *self,
                                                                  GAsyncResult         *result,
                                                                  GError              **error);

YODEL_API
gboolean             yodel_session_rollback                      (YodelSession         *self,
                                                                  GError              **error);

YODEL_API
gboolean             yodel_session_add_candidate                 (YodelSession         *self,
                                                                  const char           *candidate,
                                                                  const char           *mid,
                                                                  GError              **error);

YODEL_API
void                 yodel_session_restart_ice                   (YodelSession         *self);

YODEL_API
void                 yodel_session_close                         (YodelSession         *self);

YODEL_API
YodelSessionState    yodel_session_get_state                     (YodelSession         *self);

YODEL_API
YodelSignalingState  yodel_session_get_signaling_state           (YodelSession         *self);

YODEL_API
YodelEndReason       yodel_session_get_end_reason                (YodelSession         *self);

YODEL_API
const char          *yodel_session_get_end_text                  (YodelSession         *self);

YODEL_API
void                 yodel_session_get_stats_async               (YodelSession         *self,
                                                                  GCancellable         *cancellable,
                                                                  GAsyncReadyCallback   callback,
                                                                  gpointer              user_data);

YODEL_API
YodelStats          *yodel_session_get_stats_finish              (YodelSession         *self,
                                                                  GAsyncResult         *result,
                                                                  GError              **error);

G_END_DECLS
