/* The two threads of a video section: one encodes, one decodes.  Results come back through the
 * mailbox of the engine thread, in order. */
#pragma once

#include "session/codec-job.h"
#include "session/mailbox.h"

/* Both on the engine thread. */
typedef struct
{
  /* @frame: (nullable): NULL where nothing came out. */
  void (*encoded) (gpointer                   owner,
                   guint                      section,
                   const YodelEncodedFrame   *frame,
                   gint64                     encode_us);
  void (*decoded) (gpointer                   owner,
                   guint                      section,
                   const YodelAssembledFrame *frame,
                   YodelVideoFrame           *picture,
                   gboolean                   failed,
                   gint64                     decode_us);
} YodelVideoWorkerOps;

typedef struct _YodelVideoWorker YodelVideoWorker;

/* @owner lives at least until @engine is closed. */
YodelVideoWorker *yodel_video_worker_new    (YodelMailbox              *engine,
                                             guint                      section,
                                             const YodelVideoWorkerOps *ops,
                                             gpointer                   owner);

/* Waits for the frame at work, so not on an engine thread. */
void              yodel_video_worker_free   (YodelVideoWorker          *self);

/* Both: (transfer full). */
void              yodel_video_worker_encode (YodelVideoWorker          *self,
                                             YodelEncodeJob            *job);
void              yodel_video_worker_decode (YodelVideoWorker          *self,
                                             YodelAssembledFrame       *frame);
