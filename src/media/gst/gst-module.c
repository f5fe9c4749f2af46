#define G_LOG_DOMAIN "yodel-media"

#include "media/gst/gst-module.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>

__attribute__ ((visibility ("default")))
const YodelGstApi *yodel_media_gst_get_api_2 (GError **error);

static const YodelGstApi api = {
  .file_open = yodel_gst_file_open,
  .recorder_new = yodel_gst_recorder_new,
  .recorder_push_audio = yodel_gst_recorder_push_audio,
  .recorder_push_video = yodel_gst_recorder_push_video,
  .recorder_get_error = yodel_gst_recorder_get_error,
  .recorder_free = yodel_gst_recorder_free,
  .capture_new = yodel_gst_capture_new,
  .capture_free = yodel_gst_capture_free,
  .player_new = yodel_gst_player_new,
  .player_push_audio = yodel_gst_player_push_audio,
  .player_push_video = yodel_gst_player_push_video,
  .player_free = yodel_gst_player_free,
};

const YodelGstApi *
yodel_media_gst_get_api_2 (GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!gst_init_check (NULL, NULL, &local))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "GStreamer does not start: %s",
                   local != NULL ? local->message : "no reason given");
      return NULL;
    }
  gst_pb_utils_init ();
  return &api;
}

static void
copy_plane (guint8        *to,
            guint          to_stride,
            GstVideoFrame *from,
            guint          plane)
{
  const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (from, plane);
  gsize stride = (gsize) GST_VIDEO_FRAME_PLANE_STRIDE (from, plane);
  gsize width = (gsize) GST_VIDEO_FRAME_COMP_WIDTH (from, plane);
  guint height = (guint) GST_VIDEO_FRAME_COMP_HEIGHT (from, plane);

  for (guint row = 0; row < height; row++)
    memcpy (to + (gsize) row * to_stride, data + row * stride, width);
}

/* Returns: (transfer full) (nullable): the picture of a sample in I420; NULL if it is none */
YodelVideoFrame *
yodel_gst_frame_from_sample (GstSample *sample)
{
  GstVideoFrame mapped;
  GstVideoInfo info;
  YodelVideoFrame *frame;

  if (gst_sample_get_caps (sample) == NULL || gst_sample_get_buffer (sample) == NULL ||
      !gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) ||
      GST_VIDEO_INFO_FORMAT (&info) != GST_VIDEO_FORMAT_I420 ||
      info.width < 1 || info.width > (gint) YODEL_VIDEO_FRAME_MAX_SIDE ||
      info.height < 1 || info.height > (gint) YODEL_VIDEO_FRAME_MAX_SIDE ||
      !gst_video_frame_map (&mapped, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    return NULL;

  frame = yodel_video_frame_new ((guint) info.width, (guint) info.height);
  copy_plane (frame->y, frame->y_stride, &mapped, 0);
  copy_plane (frame->u, frame->u_stride, &mapped, 1);
  copy_plane (frame->v, frame->v_stride, &mapped, 2);
  gst_video_frame_unmap (&mapped);
  return frame;
}

static void
release_frame (gpointer data)
{
  yodel_video_frame_unref (data);
}

/* Returns: (transfer full): a buffer in I420 that shares the pixels of @frame */
GstBuffer *
yodel_gst_buffer_from_frame (YodelVideoFrame *frame)
{
  const guint half_height = (frame->height + 1) / 2;
  const gsize y_bytes = (gsize) frame->y_stride * frame->height;
  const gsize u_bytes = (gsize) frame->u_stride * half_height;
  const gsize v_bytes = (gsize) frame->v_stride * half_height;
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, y_bytes, y_bytes + u_bytes };
  gint strides[GST_VIDEO_MAX_PLANES] = { (gint) frame->y_stride, (gint) frame->u_stride, (gint) frame->v_stride };
  const struct { guint8 *data; gsize bytes; } planes[3] = {
    { frame->y, y_bytes }, { frame->u, u_bytes }, { frame->v, v_bytes },
  };
  GstBuffer *buffer = gst_buffer_new ();

  for (guint i = 0; i < G_N_ELEMENTS (planes); i++)
    gst_buffer_append_memory (buffer,
                              gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, planes[i].data, planes[i].bytes, 0,
                                                      planes[i].bytes, yodel_video_frame_ref (frame), release_frame));
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420,
                                  frame->width, frame->height, 3, offsets, strides);
  return buffer;
}

/* Returns: (transfer full) (nullable): the pipeline; NULL where an element of it is not installed */
GstElement *
yodel_gst_parse (const char  *description,
                 GError     **error)
{
  g_autoptr (GError) local = NULL;
  GstElement *pipeline = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &local);

  if (pipeline == NULL)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "a part of GStreamer is missing here: %s", local->message);
      return NULL;
    }
  return gst_object_ref_sink (pipeline);
}

/* Returns: (transfer full) (nullable): the error that @message brings, in words; NULL if it brings none */
GError *
yodel_gst_take_message_error (GstMessage *message,
                              const char *name)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *debug = NULL;

  if (gst_is_missing_plugin_message (message))
    {
      g_autofree char *missing = gst_missing_plugin_message_get_description (message);

      return g_error_new (YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\" needs what is not installed here: %s", name, missing);
    }

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return NULL;

  gst_message_parse_error (message, &cause, &debug);
  g_debug ("%s: %s (%s)", name, cause->message, debug);
  return g_error_new (YODEL_ERROR, YODEL_ERROR_MEDIA, "\"%s\": %s", name, cause->message);
}
