#define G_LOG_DOMAIN "yodel-media"

#include "media/file/y4m-parser.h"

#include <string.h>

#include <yodel/yodel-error.h>

typedef enum
{
  AT_HEADER,
  AT_FRAME_LINE,
  AT_PIXELS,
  BROKEN,
} Place;

struct _YodelY4mParser
{
  Place            place;
  YodelY4mHeader   header;
  gboolean         has_header;
  char             line[YODEL_Y4M_LINE_MAX_BYTES];
  gsize            line_bytes;
  YodelVideoFrame *frame;           /* (owned) (nullable) being filled */
  gsize            filled_bytes;    /* of its pixels, without strides */
  YodelVideoFrame *ready;           /* (owned) (nullable) complete */
};

typedef struct
{
  guint8 *row;
  gsize   row_bytes;
  guint   stride;
  guint   rows;
} Plane;

YodelY4mParser *
yodel_y4m_parser_new (void)
{
  return g_new0 (YodelY4mParser, 1);
}

void
yodel_y4m_parser_free (YodelY4mParser *self)
{
  g_clear_pointer (&self->frame, yodel_video_frame_unref);
  g_clear_pointer (&self->ready, yodel_video_frame_unref);
  g_free (self);
}

static gboolean
finish_line (YodelY4mParser  *self,
             GError         **error)
{
  gsize length = self->line_bytes;

  self->line_bytes = 0;
  if (self->place == AT_HEADER)
    {
      if (!yodel_y4m_header_parse (&self->header, self->line, length, error))
        return FALSE;
      self->has_header = TRUE;
      self->place = AT_FRAME_LINE;
      return TRUE;
    }

  if (!yodel_y4m_is_frame_line (self->line, length))
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "the y4m has something else where a frame should begin");
      return FALSE;
    }
  self->frame = yodel_video_frame_new (self->header.width, self->header.height);
  self->filled_bytes = 0;
  self->place = AT_PIXELS;
  return TRUE;
}

static gsize
push_line (YodelY4mParser  *self,
           const guint8    *data,
           gsize            size,
           GError         **error)
{
  const guint8 *newline = memchr (data, '\n', size);
  gsize n = newline != NULL ? (gsize) (newline - data) : size;

  if (self->line_bytes + n > sizeof self->line)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "a line of the y4m is longer than %u bytes",
                   YODEL_Y4M_LINE_MAX_BYTES);
      self->place = BROKEN;
      return size;
    }

  memcpy (self->line + self->line_bytes, data, n);
  self->line_bytes += n;
  if (newline == NULL)
    return size;

  if (!finish_line (self, error))
    {
      self->place = BROKEN;
      return size;
    }
  return n + 1;
}

/* Copies what belongs to @plane, which begins @offset bytes into the frame. */
static gsize
fill_plane (const Plane  *plane,
            gsize         offset,
            const guint8 *data,
            gsize         size)
{
  gsize done = 0;

  while (done < size && offset < plane->row_bytes * plane->rows)
    {
      gsize row = offset / plane->row_bytes;
      gsize column = offset % plane->row_bytes;
      gsize n = MIN (size - done, plane->row_bytes - column);

      memcpy (plane->row + row * plane->stride + column, data + done, n);
      done += n;
      offset += n;
    }
  return done;
}

static gsize
push_pixels (YodelY4mParser *self,
             const guint8   *data,
             gsize           size)
{
  YodelVideoFrame *frame = self->frame;
  const guint half_width = (frame->width + 1) / 2;
  const guint half_height = (frame->height + 1) / 2;
  const Plane planes[3] = {
    { frame->y, frame->width, frame->y_stride, frame->height },
    { frame->u, half_width, frame->u_stride, half_height },
    { frame->v, half_width, frame->v_stride, half_height },
  };
  gsize begin = 0;
  gsize done = 0;

  for (guint i = 0; i < G_N_ELEMENTS (planes); i++)
    {
      gsize end = begin + planes[i].row_bytes * planes[i].rows;

      if (self->filled_bytes + done < end)
        done += fill_plane (&planes[i], self->filled_bytes + done - begin, data + done, size - done);
      begin = end;
    }

  self->filled_bytes += done;
  if (self->filled_bytes == begin)
    {
      g_clear_pointer (&self->ready, yodel_video_frame_unref);
      self->ready = g_steal_pointer (&self->frame);
      self->place = AT_FRAME_LINE;
    }
  return done;
}

/* Takes bytes up to the end of the next picture; call again with the rest after
 * yodel_y4m_parser_pop().  Returns: how many were taken, which is all of them unless a picture is
 * ready.  After an error the stream is lost until yodel_y4m_parser_rewind(), and all are swallowed. */
gsize
yodel_y4m_parser_push (YodelY4mParser  *self,
                       const guint8    *data,
                       gsize            size,
                       GError         **error)
{
  gsize done = 0;

  while (done < size && self->ready == NULL)
    switch (self->place)
      {
      case AT_HEADER:
      case AT_FRAME_LINE:
        done += push_line (self, data + done, size - done, error);
        break;
      case AT_PIXELS:
        done += push_pixels (self, data + done, size - done);
        break;
      case BROKEN:
        return size;
      }
  return done;
}

/* Returns: (transfer full) (nullable): the picture that is ready */
YodelVideoFrame *
yodel_y4m_parser_pop (YodelY4mParser *self)
{
  return g_steal_pointer (&self->ready);
}

/* Returns: (transfer none) (nullable): the header, once it was read */
const YodelY4mHeader *
yodel_y4m_parser_get_header (YodelY4mParser *self)
{
  return self->has_header ? &self->header : NULL;
}

/* The next bytes are the beginning of a stream. */
void
yodel_y4m_parser_rewind (YodelY4mParser *self)
{
  self->place = AT_HEADER;
  self->line_bytes = 0;
  self->has_header = FALSE;
  g_clear_pointer (&self->frame, yodel_video_frame_unref);
  g_clear_pointer (&self->ready, yodel_video_frame_unref);
}
