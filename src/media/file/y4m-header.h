/* The text lines of YUV4MPEG2 (yuv4mpeg(5)): the stream header and the frame markers. */
#pragma once

#include <glib.h>

/* Longest line that is read, with its newline: ours are under 64, ffmpeg's under 100 bytes. */
#define YODEL_Y4M_LINE_MAX_BYTES 1024u

typedef struct
{
  guint width;           /* pixels, 1 to YODEL_VIDEO_FRAME_MAX_SIDE */
  guint height;
  guint rate_num;        /* frames a second as a fraction; 0/0 if unknown */
  guint rate_den;
} YodelY4mHeader;

gboolean yodel_y4m_header_parse      (YodelY4mHeader        *header,
                                      const char            *line,
                                      gsize                  length,
                                      GError               **error);
char    *yodel_y4m_header_write      (const YodelY4mHeader  *header);
gboolean yodel_y4m_is_frame_line     (const char            *line,
                                      gsize                  length);
gsize    yodel_y4m_frame_bytes       (const YodelY4mHeader  *header);
gint64   yodel_y4m_frame_duration_us (const YodelY4mHeader  *header);
