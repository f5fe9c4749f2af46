/* A conversation with one peer: ringing, talking, over. */
#pragma once

#include <gio/gio.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-error.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-session.h>
#include <yodel/yodel-sink.h>
#include <yodel/yodel-source.h>
#include <yodel/yodel-stats.h>
#include <yodel/yodel-track.h>

G_BEGIN_DECLS

#define YODEL_TYPE_CALL (yodel_call_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelCall, yodel_call, YODEL, CALL, GObject)

YODEL_API
YodelCallState  yodel_call_get_state          (YodelCall            *self);

YODEL_API
gboolean        yodel_call_is_outgoing        (YodelCall            *self);

YODEL_API
gboolean        yodel_call_is_knock           (YodelCall            *self);

YODEL_API
gboolean        yodel_call_is_waiting         (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_remote_address (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_remote_name    (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_greeting       (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_warning        (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_signaller      (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_safety_code    (YodelCall            *self);

YODEL_API
YodelCallMedia  yodel_call_get_media          (YodelCall            *self);

YODEL_API
YodelCallMedia  yodel_call_get_remote_media   (YodelCall            *self);

YODEL_API
void            yodel_call_set_media          (YodelCall            *self,
                                               YodelCallMedia        media);

YODEL_API
void            yodel_call_set_source         (YodelCall            *self,
                                               YodelMediaKind        kind,
                                               YodelSource          *source);

YODEL_API
void            yodel_call_set_sink           (YodelCall            *self,
                                               YodelMediaKind        kind,
                                               YodelSink            *sink);

YODEL_API
YodelTrack     *yodel_call_get_track          (YodelCall            *self,
                                               YodelMediaKind        kind);

YODEL_API
YodelSession   *yodel_call_get_session        (YodelCall            *self);

YODEL_API
void            yodel_call_accept             (YodelCall            *self,
                                               YodelCallMedia        media);

YODEL_API
void            yodel_call_decline            (YodelCall            *self,
                                               gboolean              is_busy);

YODEL_API
void            yodel_call_hang_up            (YodelCall            *self);

YODEL_API
void            yodel_call_set_held           (YodelCall            *self,
                                               gboolean              held);

YODEL_API
gboolean        yodel_call_get_held           (YodelCall            *self);

YODEL_API
gboolean        yodel_call_get_held_by_peer   (YodelCall            *self);

YODEL_API
YodelEndReason  yodel_call_get_end_reason     (YodelCall            *self);

YODEL_API
const char     *yodel_call_get_end_text       (YodelCall            *self);

YODEL_API
void            yodel_call_get_stats_async    (YodelCall            *self,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);

YODEL_API
YodelStats     *yodel_call_get_stats_finish   (YodelCall            *self,
                                               GAsyncResult         *result,
                                               GError              **error);

G_END_DECLS
