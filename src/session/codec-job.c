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
                      YodelVp8Encoder      *encoder)
{
  g_autoptr (YodelVideoFrame) scaled = NULL;
  YodelVideoFrame *picture = job->picture;

  if (picture->width != job->width || picture->height != job->height)
    picture = scaled = yodel_video_frame_scale (picture, job->width, job->height);

  yodel_vp8_encoder_set_content (encoder, job->content);
  yodel_vp8_encoder_set_rate (encoder, job->bitrate_bps, job->fps);
  if (job->key_frame)
    yodel_vp8_encoder_request_key_frame (encoder);

  return yodel_vp8_encoder_encode (encoder, picture, job->picture->timestamp_us);
}
