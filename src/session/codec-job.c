#define G_LOG_DOMAIN "yodel-session"

#include "session/codec-job.h"

void
yodel_encode_job_free (YodelEncodeJob *job)
{
  yodel_video_frame_unref (job->picture);
  g_free (job);
}

YodelEncodedFrame *
yodel_encode_job_run (const YodelEncodeJob *job,
                      YodelVideoEncoder    *encoder)
{
  g_autoptr (YodelVideoFrame) scaled = NULL;
  YodelVideoFrame *picture = job->picture;

  if (picture->width != job->width || picture->height != job->height)
    picture = scaled = yodel_video_frame_scale (picture, job->width, job->height);

  return yodel_video_encoder_encode (encoder, &job->settings, picture, job->picture->timestamp_us);
}
