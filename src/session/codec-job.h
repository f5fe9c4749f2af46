/* What a session hands to its video codecs, which have threads of their own, and what comes back.
 * A test does the same work at once. */
#pragma once

#include "video/frame-buffer.h"
#include "video/video-encoder.h"

typedef struct
{
  YodelVideoFrame    *picture;       /* (owned) */
  guint               width;         /* to be scaled to this */
  guint               height;
  YodelEncodeSettings settings;
} YodelEncodeJob;

void yodel_encode_job_free (YodelEncodeJob *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (YodelEncodeJob, yodel_encode_job_free)

/* Returns: (transfer full) (nullable): NULL where the rate control dropped the picture */
YodelEncodedFrame *yodel_encode_job_run (const YodelEncodeJob *job,
                                         YodelVideoEncoder    *encoder);
