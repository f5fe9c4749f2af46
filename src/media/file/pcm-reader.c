#define G_LOG_DOMAIN "yodel-media"

#include "media/file/pcm-reader.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/file/wav-header.h"

typedef struct
{
  YodelReader reader;
  int         fd;             /* (owned) */
  off_t       begin;
  off_t       end;
  off_t       at;
} PcmReader;

static gsize
read_audio (YodelReader *reader,
            gint16      *samples,
            gsize        n_samples)
{
  PcmReader *self = (PcmReader *) reader;
  const gsize frame_bytes = 2 * reader->channels;
  gsize want = MIN (n_samples * frame_bytes, (gsize) (self->end - self->at));
  gsize got = 0;

  while (got < want)
    {
      gssize n = pread (self->fd, (guint8 *) samples + got, want - got, self->at + (off_t) got);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          self->end = self->at + (off_t) (got / frame_bytes * frame_bytes);   /* it became shorter, or cannot be read */
          break;
        }
      got += (gsize) n;
    }

  got /= frame_bytes;
  self->at += (off_t) (got * frame_bytes);
  for (gsize i = 0; i < got * reader->channels; i++)
    samples[i] = GINT16_FROM_LE (samples[i]);
  return got;
}

static void
rewind_to_begin (YodelReader *reader)
{
  PcmReader *self = (PcmReader *) reader;

  self->at = self->begin;
}

static void
free_reader (YodelReader *reader)
{
  PcmReader *self = (PcmReader *) reader;

  close (self->fd);
  g_free (self);
}

static const YodelReaderClass pcm_class = {
  .read_audio = read_audio,
  .rewind = rewind_to_begin,
  .free = free_reader,
};

static YodelReader *
new_reader (int      fd,
            off_t    begin,
            off_t    bytes,
            guint    channels,
            GError **error)
{
  const off_t frame_bytes = 2 * (off_t) channels;
  PcmReader *self;

  if (bytes < frame_bytes)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "there is no sound in it");
      close (fd);
      return NULL;
    }

  self = g_new0 (PcmReader, 1);
  self->reader.klass = &pcm_class;
  self->reader.channels = channels;
  self->fd = fd;
  self->begin = self->at = begin;
  self->end = begin + bytes / frame_bytes * frame_bytes;
  return &self->reader;
}

static off_t
size_of (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 ? status.st_size : 0;
}

/* @fd: (transfer full), also on failure */
YodelReader *
yodel_pcm_reader_new (int      fd,
                      guint    channels,
                      GError **error)
{
  return new_reader (fd, 0, size_of (fd), channels, error);
}

/* @fd: (transfer full), but on failure only where @error is set.  Returns: NULL without an error where it
 * is a file of another kind */
YodelReader *
yodel_pcm_reader_new_wav (int      fd,
                          GError **error)
{
  guint8 head[YODEL_WAV_HEADER_MAX_BYTES];
  gssize n = pread (fd, head, sizeof head, 0);
  off_t rest;
  gsize offset;
  guint32 bytes;
  guint channels;

  if (n <= 0 || !yodel_wav_header_find_data (head, (gsize) n, &offset, &bytes, &channels))
    return NULL;

  /* a recording that was cut off, and a stream of unknown length, say too little or too much */
  rest = size_of (fd) - (off_t) offset;
  if (bytes == 0 || (off_t) bytes > rest)
    bytes = (guint32) MIN (rest, (off_t) G_MAXUINT32);
  return new_reader (fd, (off_t) offset, (off_t) bytes, channels, error);
}
