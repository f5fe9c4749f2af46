/* The parts of the GStreamer module. */
#pragma once

#include <gst/gst.h>

#include "media/gst/gst-api.h"

/* Sound and picture as tracks want them. */
#define YODEL_GST_SOUND_CAPS   "audio/x-raw,format=S16LE,rate=48000,layout=interleaved"
#define YODEL_GST_PICTURE_CAPS "video/x-raw,format=I420"

YodelReader     *yodel_gst_file_open           (YodelMediaKind             kind,
                                                const char                *path,
                                                GError                   **error);

YodelRecorder   *yodel_gst_recorder_new        (const char                *path,
                                                guint                      channels,
                                                gboolean                   has_picture,
                                                guint                      width,
                                                guint                      height,
                                                GError                   **error);
gboolean         yodel_gst_recorder_push_audio (YodelRecorder             *recorder,
                                                const gint16              *samples,
                                                gsize                      n_samples,
                                                gint64                     time_us);
gboolean         yodel_gst_recorder_push_video (YodelRecorder             *recorder,
                                                YodelVideoFrame           *frame,
                                                gint64                     time_us);
GError          *yodel_gst_recorder_get_error  (YodelRecorder             *recorder);
void             yodel_gst_recorder_free       (YodelRecorder             *recorder);

YodelCapture    *yodel_gst_capture_new         (YodelMediaKind             kind,
                                                const char                *name,
                                                const YodelCaptureEvents  *events,
                                                gpointer                   user_data,
                                                GError                   **error);
void             yodel_gst_capture_free        (YodelCapture              *capture);

YodelPlayer     *yodel_gst_player_new          (YodelMediaKind             kind,
                                                const char                *name,
                                                GError                   **error);
void             yodel_gst_player_push_audio   (YodelPlayer               *player,
                                                const gint16              *samples,
                                                gsize                      n_samples);
void             yodel_gst_player_push_video   (YodelPlayer               *player,
                                                YodelVideoFrame           *frame);
void             yodel_gst_player_free         (YodelPlayer               *player);

YodelVideoFrame *yodel_gst_frame_from_sample   (GstSample                 *sample);
GstBuffer       *yodel_gst_buffer_from_frame   (YodelVideoFrame           *frame);
GstElement      *yodel_gst_parse               (const char                *description,
                                                GError                   **error);
GError          *yodel_gst_take_message_error  (GstMessage                *message,
                                                const char                *name);
