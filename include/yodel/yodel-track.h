/* One medium of a session, both ways. */
#pragma once

#include <glib-object.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-sink.h>
#include <yodel/yodel-source.h>
#include <yodel/yodel-video-frame.h>

G_BEGIN_DECLS

/**
 * YODEL_AUDIO_RATE_HZ:
 *
 * The sample rate at which sound enters and leaves a track.
 */
#define YODEL_AUDIO_RATE_HZ 48000

/**
 * YODEL_AUDIO_FRAME_SAMPLES:
 *
 * Samples, of each channel, in the 10 ms blocks that a sink is given.
 */
#define YODEL_AUDIO_FRAME_SAMPLES 480

#define YODEL_TYPE_TRACK (yodel_track_get_type ())

YODEL_API
G_DECLARE_FINAL_TYPE (YodelTrack, yodel_track, YODEL, TRACK, GObject)

YODEL_API
YodelMediaKind  yodel_track_get_kind              (YodelTrack      *self);

YODEL_API
const char     *yodel_track_get_mid               (YodelTrack      *self);

YODEL_API
YodelDirection  yodel_track_get_direction         (YodelTrack      *self);

YODEL_API
void            yodel_track_set_direction         (YodelTrack      *self,
                                                   YodelDirection   direction);

YODEL_API
YodelDirection  yodel_track_get_current_direction (YodelTrack      *self);

YODEL_API
gboolean        yodel_track_get_enabled           (YodelTrack      *self);

YODEL_API
void            yodel_track_set_enabled           (YodelTrack      *self,
                                                   gboolean         enabled);

YODEL_API
YodelVideoContent yodel_track_get_content         (YodelTrack      *self);

YODEL_API
void            yodel_track_set_content           (YodelTrack      *self,
                                                   YodelVideoContent content);

YODEL_API
gboolean        yodel_track_get_music             (YodelTrack      *self);

YODEL_API
void            yodel_track_set_music             (YodelTrack      *self,
                                                   gboolean         music);

YODEL_API
gboolean        yodel_track_get_stereo            (YodelTrack      *self);

YODEL_API
void            yodel_track_set_stereo            (YodelTrack      *self,
                                                   gboolean         stereo);

YODEL_API
guint           yodel_track_get_max_audio_bitrate (YodelTrack      *self);

YODEL_API
void            yodel_track_set_max_audio_bitrate (YodelTrack      *self,
                                                   guint            max_bps);

YODEL_API
gboolean        yodel_track_get_discontinuous     (YodelTrack      *self);

YODEL_API
void            yodel_track_set_discontinuous     (YodelTrack      *self,
                                                   gboolean         discontinuous);

YODEL_API
YodelSource    *yodel_track_get_source            (YodelTrack      *self);

YODEL_API
void            yodel_track_set_source            (YodelTrack      *self,
                                                   YodelSource     *source);

YODEL_API
YodelSink      *yodel_track_get_sink              (YodelTrack      *self);

YODEL_API
void            yodel_track_set_sink              (YodelTrack      *self,
                                                   YodelSink       *sink);

YODEL_API
gboolean        yodel_track_send_telephone_events (YodelTrack      *self,
                                                   const char      *keys,
                                                   guint            duration_ms,
                                                   GError         **error);

YODEL_API
void            yodel_track_push_audio            (YodelTrack      *self,
                                                   const gint16    *samples,
                                                   gsize            n_samples,
                                                   gint64           captured_us);

YODEL_API
void            yodel_track_push_stereo           (YodelTrack      *self,
                                                   const gint16    *samples,
                                                   gsize            n_samples,
                                                   gint64           captured_us);

YODEL_API
void            yodel_track_push_video            (YodelTrack      *self,
                                                   YodelVideoFrame *frame);

G_END_DECLS
