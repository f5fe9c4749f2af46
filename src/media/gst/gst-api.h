/* What the GStreamer module does for the rest of this room.  It is loaded when a specification first
 * needs it: a process that only speaks through pipes never carries GStreamer's weight. */
#pragma once

#include <yodel/yodel.h>

#include "media/file/reader.h"

typedef struct _YodelRecorder YodelRecorder;
typedef struct _YodelCapture  YodelCapture;
typedef struct _YodelPlayer   YodelPlayer;

/* Called on a thread of GStreamer's. */
typedef struct
{
  void (*sound)   (gpointer         user_data,
                   const gint16    *samples,
                   gsize            n_samples,
                   guint            channels,
                   gint64           captured_us);
  void (*picture) (gpointer         user_data,
                   YodelVideoFrame *frame);
  void (*failed)  (gpointer         user_data,
                   GError          *error);       /* (transfer full) */
} YodelCaptureEvents;

/* file_open: the sound or the picture of any media file.
 * recorder_*: a .ogg, .webm or .mkv with so many channels of sound, 0 for none; @times count from its beginning; a push says FALSE once
 *   writing has failed, and recorder_get_error() why.
 * capture_*: a microphone or camera; @name NULL is the default one.
 * player_*: a loudspeaker or window. */
typedef struct
{
  YodelReader   *(*file_open)           (YodelMediaKind             kind,
                                         const char                *path,
                                         GError                   **error);

  YodelRecorder *(*recorder_new)        (const char                *path,
                                         guint                      channels,
                                         gboolean                   has_picture,
                                         guint                      width,
                                         guint                      height,
                                         GError                   **error);
  gboolean       (*recorder_push_audio) (YodelRecorder             *recorder,
                                         const gint16              *samples,
                                         gsize                      n_samples,
                                         gint64                     time_us);
  gboolean       (*recorder_push_video) (YodelRecorder             *recorder,
                                         YodelVideoFrame           *frame,
                                         gint64                     time_us);
  GError        *(*recorder_get_error)  (YodelRecorder             *recorder);
  void           (*recorder_free)       (YodelRecorder             *recorder);

  YodelCapture  *(*capture_new)         (YodelMediaKind             kind,
                                         const char                *name,
                                         const YodelCaptureEvents  *events,
                                         gpointer                   user_data,
                                         GError                   **error);
  void           (*capture_free)        (YodelCapture              *capture);

  YodelPlayer   *(*player_new)          (YodelMediaKind             kind,
                                         const char                *name,
                                         GError                   **error);
  void           (*player_push_audio)   (YodelPlayer               *player,
                                         const gint16              *samples,
                                         gsize                      n_samples);
  void           (*player_push_video)   (YodelPlayer               *player,
                                         YodelVideoFrame           *frame);
  void           (*player_free)         (YodelPlayer               *player);
} YodelGstApi;

/* The one symbol of the module, of this type.  Returns: NULL with an error where GStreamer cannot start */
#define YODEL_GST_ENTRY "yodel_media_gst_get_api_2"
typedef const YodelGstApi *(*YodelGstEntry) (GError **error);

const YodelGstApi *yodel_gst_load (GError **error);
