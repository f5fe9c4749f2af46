/* A recording of sound, picture or both in one file, fed from several threads. */
#pragma once

#include "media/gst/gst-api.h"
#include "media/sink-base.h"

typedef struct _YodelRecording YodelRecording;

YodelRecording *yodel_recording_join   (const char       *path,
                                        YodelMediaKind    kind,
                                        YodelSinkBase    *sink,
                                        GError          **error);
void            yodel_recording_leave  (YodelRecording   *self,
                                        YodelMediaKind    kind);
void            yodel_recording_audio  (YodelRecording   *self,
                                        const gint16     *samples,
                                        gsize             n_samples,
                                        guint             channels,
                                        gint64            time_us);
void            yodel_recording_video  (YodelRecording   *self,
                                        YodelVideoFrame  *frame);
