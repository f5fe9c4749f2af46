/* The thread between the two halves of a session: what the face on the program's thread and the
 * driver on the engine thread know of each other. */
#pragma once

#include <gio/gio.h>

#include "session/mailbox.h"

#include <yodel/yodel-enums.h>
#include <yodel/yodel-sink.h>
#include <yodel/yodel-video-frame.h>

typedef struct _YodelSessionDriver YodelSessionDriver;

/* Frames of one track that may wait for a held-up engine thread; more are dropped. */
#define YODEL_TRACK_PORT_MAX_WAITING 50
#define YODEL_TRACK_PORT_MAX_PICTURES 4

/* One track as both halves see it.  Each field says whose it is; the references are counted
 * atomically. */
typedef struct
{
  int                 refs;
  YodelMailbox       *engine;        /* (owned) never changes */
  YodelSessionDriver *driver;        /* (borrowed) the engine's; only while the mailbox is open */
  YodelMediaKind      kind;          /* never changes */
  int                 n_waiting;     /* atomic: frames on their way to the engine */
  gsize               n_underway;    /* atomic: samples of them */
  gsize               n_missing;     /* atomic: samples to the next packet, when the last block was taken */
  guint               section;       /* the engine's: id of its transceiver, 0 before */
  YodelSink          *sink;          /* (owned) (nullable) the engine's */
  gboolean            played;        /* the engine's: the first frame has gone to the sink */
} YodelTrackPort;

YodelTrackPort *yodel_track_port_new        (YodelMailbox       *engine,
                                             YodelSessionDriver *driver,
                                             YodelMediaKind      kind);
YodelTrackPort *yodel_track_port_ref        (YodelTrackPort     *self);
void            yodel_track_port_unref      (YodelTrackPort     *self);

/* Any thread. */
void            yodel_track_port_push_audio (YodelTrackPort     *self,
                                             const gint16       *samples,
                                             gsize               n_samples,
                                             guint               channels,
                                             gint64              captured_us);
void            yodel_track_port_push_video (YodelTrackPort     *self,
                                             YodelVideoFrame    *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelTrackPort, yodel_track_port_unref)
