/* The side of a track that its session sees. */
#pragma once

#include <yodel/yodel-track.h>

/* What a track tells its session.  push_audio and push_video may come on any thread, as long as
 * somebody holds the track; changed comes on the track's own. */
typedef struct
{
  void (*push_audio) (gpointer         user_data,
                      const gint16    *samples,
                      gsize            n_samples,
                      guint            channels,
                      gint64           captured_us);
  void (*push_video) (gpointer         user_data,
                      YodelVideoFrame *frame);
  void (*changed)    (gpointer         user_data,
                      YodelTrack      *track);
  void (*press_keys) (gpointer         user_data,
                      const char      *keys,
                      guint            duration_ms);
  void (*sink_set)   (gpointer         user_data,
                      YodelTrack      *track,
                      YodelSink       *before);
} YodelTrackOutlet;

YodelTrack *yodel_track_new                   (YodelMediaKind          kind,
                                               const YodelTrackOutlet *outlet,
                                               gpointer                user_data,
                                               GDestroyNotify          destroy);
void        yodel_track_set_mid               (YodelTrack             *self,
                                               const char             *mid);
void        yodel_track_set_current_direction (YodelTrack             *self,
                                               YodelDirection          direction);
void        yodel_track_set_takes_keys        (YodelTrack             *self,
                                               gboolean                takes_keys);
void        yodel_track_key                   (YodelTrack             *self,
                                               char                    key,
                                               guint                   duration_ms);
void        yodel_track_set_sending           (YodelTrack             *self,
                                               gboolean                sending);
void        yodel_track_set_level             (YodelTrack             *self,
                                               double                  sent,
                                               double                  received,
                                               gboolean                speaking_while_muted);
void        yodel_track_first_frame           (YodelTrack             *self,
                                               gint64                  time_us);
