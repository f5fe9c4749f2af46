/* Where sound or picture to be sent comes from. */
#pragma once

#include <glib-object.h>

#include <yodel/yodel-enums.h>
#include <yodel/yodel-macros.h>
#include <yodel/yodel-video-frame.h>

G_BEGIN_DECLS

typedef struct _YodelTrack YodelTrack;

#define YODEL_TYPE_SOURCE (yodel_source_get_type ())

YODEL_API
G_DECLARE_INTERFACE (YodelSource, yodel_source, YODEL, SOURCE, GObject)

/**
 * YodelSourceInterface:
 * @g_iface: the parent interface
 * @start: begin to push frames into @track with yodel_track_push_audio() or
 *   yodel_track_push_video(), at the pace of real time, from any thread
 * @stop: end that; after it has returned nothing is pushed any more
 *
 * A source of one kind of media. @start and @stop are called on the thread that the track
 * belongs to, @start when the track can first send; a source that has to prepare itself
 * (open a file or a device) does so before it is given to a track. It need not know what the
 * track does with its frames: a muted track goes on taking them.
 */
struct _YodelSourceInterface
{
  GTypeInterface g_iface;

  void (*start) (YodelSource *self,
                 YodelTrack  *track);
  void (*stop)  (YodelSource *self);
};

YODEL_API
void yodel_source_start (YodelSource *self,
                         YodelTrack  *track);

YODEL_API
void yodel_source_stop  (YodelSource *self);

G_END_DECLS
