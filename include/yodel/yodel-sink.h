/* Where received sound or picture goes. */
#pragma once

#include <glib-object.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-video-frame.h>

G_BEGIN_DECLS

#define YODEL_TYPE_SINK (yodel_sink_get_type ())

YODEL_API
G_DECLARE_INTERFACE (YodelSink, yodel_sink, YODEL, SINK, GObject)

/**
 * YodelSinkInterface:
 * @g_iface: the parent interface
 * @write_audio: takes 10 ms of sound: @n_samples (480) samples of 48 kHz mono, to be heard at
 *   @time_us of the monotonic clock. Comes without a gap from the first decoded audio on
 * @write_video: takes one picture, to be shown now; the sink takes a reference if it keeps it
 * @finish: no more will come: write out what is held, close files properly
 * @write_stereo: (nullable): takes 10 ms of sound of a track whose #YodelTrack:stereo is set: @n_samples (480) samples of
 *   each channel, left and right in turn. A sink without it gets the two mixed by @write_audio
 *
 * A sink of either or both kinds of media. @write_audio, @write_stereo and @write_video are called on an
 * engine thread, each kind from one thread at a time, and must not block: what may wait (a
 * file, a pipe) has a bounded queue and a thread of its own. @finish is called on the
 * thread that the track belongs to, after the last write has returned; it may block
 * for as long as closing a file takes. A sink that serves two tracks is finished twice.
 */
struct _YodelSinkInterface
{
  GTypeInterface g_iface;

  void (*write_audio) (YodelSink       *self,
                       const gint16    *samples,
                       gsize            n_samples,
                       gint64           time_us);
  void (*write_video) (YodelSink       *self,
                       YodelVideoFrame *frame);
  void (*finish)      (YodelSink       *self);
  void (*write_stereo) (YodelSink      *self,
                        const gint16   *samples,
                        gsize           n_samples,
                        gint64          time_us);
};

YODEL_API
void yodel_sink_write_audio (YodelSink       *self,
                             const gint16    *samples,
                             gsize            n_samples,
                             gint64           time_us);

YODEL_API
void yodel_sink_write_stereo (YodelSink      *self,
                             const gint16    *samples,
                             gsize            n_samples,
                             gint64           time_us);

YODEL_API
void yodel_sink_write_video (YodelSink       *self,
                             YodelVideoFrame *frame);

YODEL_API
void yodel_sink_finish      (YodelSink       *self);

G_END_DECLS
