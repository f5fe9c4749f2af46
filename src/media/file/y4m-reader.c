#define G_LOG_DOMAIN "yodel-media"

#include "media/file/y4m-reader.h"

#include <errno.h>
#include <unistd.h>

#include "media/file/y4m-parser.h"

#define BUFFER_BYTES 65536u

typedef struct
{
  YodelReader      reader;
  int              fd;                      /* (owned) */
  YodelY4mParser  *parser;                  /* (owned) */
  YodelVideoFrame *first;                   /* (owned) (nullable) read when it was opened */
  gint64           index;                   /* of the next picture */
  guint8           buffer[BUFFER_BYTES];
  gsize            begin;
  gsize            end;
} Y4mReader;

/* Returns: (transfer full) (nullable): the next picture; NULL at the end, or where an error is set */
static YodelVideoFrame *
read_frame (Y4mReader  *self,
            GError    **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      YodelVideoFrame *frame;
      gssize n;

      self->begin += yodel_y4m_parser_push (self->parser, self->buffer + self->begin,
                                            self->end - self->begin, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      frame = yodel_y4m_parser_pop (self->parser);
      if (frame != NULL)
        return frame;

      do
        n = read (self->fd, self->buffer, sizeof self->buffer);
      while (n < 0 && errno == EINTR);
      if (n <= 0)
        return NULL;
      self->begin = 0;
      self->end = (gsize) n;
    }
}

static YodelVideoFrame *
read_video (YodelReader *reader,
            gint64      *position_us)
{
  Y4mReader *self = (Y4mReader *) reader;
  const YodelY4mHeader *header;
  YodelVideoFrame *frame = g_steal_pointer (&self->first);

  if (frame == NULL)
    frame = read_frame (self, NULL);
  if (frame == NULL)
    return NULL;

  header = yodel_y4m_parser_get_header (self->parser);
  *position_us = header->rate_num > 0
                 ? self->index * header->rate_den * G_USEC_PER_SEC / header->rate_num
                 : self->index * yodel_y4m_frame_duration_us (header);
  self->index++;
  return frame;
}

static void
rewind_to_begin (YodelReader *reader)
{
  Y4mReader *self = (Y4mReader *) reader;

  lseek (self->fd, 0, SEEK_SET);
  yodel_y4m_parser_rewind (self->parser);
  g_clear_pointer (&self->first, yodel_video_frame_unref);
  self->begin = self->end = 0;
  self->index = 0;
}

static void
free_reader (YodelReader *reader)
{
  Y4mReader *self = (Y4mReader *) reader;

  close (self->fd);
  yodel_y4m_parser_free (self->parser);
  g_clear_pointer (&self->first, yodel_video_frame_unref);
  g_free (self);
}

static const YodelReaderClass y4m_class = {
  .read_video = read_video,
  .rewind = rewind_to_begin,
  .free = free_reader,
};

/* @fd: (transfer full), also on failure */
YodelReader *
yodel_y4m_reader_new (int      fd,
                      GError **error)
{
  Y4mReader *self = g_new0 (Y4mReader, 1);
  g_autoptr (YodelReader) reader = &self->reader;
  g_autoptr (GError) local = NULL;

  self->reader.klass = &y4m_class;
  self->fd = fd;
  self->parser = yodel_y4m_parser_new ();
  self->first = read_frame (self, &local);
  if (self->first == NULL)
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      else
        g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "there is no whole picture in it");
      return NULL;
    }

  self->reader.frame_duration_us = yodel_y4m_frame_duration_us (yodel_y4m_parser_get_header (self->parser));
  return g_steal_pointer (&reader);
}
