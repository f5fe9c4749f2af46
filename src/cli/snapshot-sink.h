/* Passes pictures on and remembers the last one. */
#pragma once

#include <yodel/yodel.h>

#define YODEL_TYPE_SNAPSHOT_SINK (yodel_snapshot_sink_get_type ())
G_DECLARE_FINAL_TYPE (YodelSnapshotSink, yodel_snapshot_sink, YODEL, SNAPSHOT_SINK, GObject)

YodelSnapshotSink *yodel_snapshot_sink_new      (YodelSink         *next);
YodelVideoFrame   *yodel_snapshot_sink_get_last (YodelSnapshotSink *self);
