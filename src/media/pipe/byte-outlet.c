#define G_LOG_DOMAIN "yodel-media"

#include "media/pipe/byte-outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <yodel/yodel-error.h>

#include "media/fd.h"

/* A reader that takes nothing for so long while the sink is being finished gets no more. */
#define HURRY_MS 1000

/* How often a write that waits looks whether it shall hurry. */
#define POLL_MS  100

/* Thread: one, but for hurry(). */
struct _YodelByteOutlet
{
  char    *path;          /* (owned) */
  int      fd;            /* (owned) -1: not open */
  gboolean is_pipe;       /* a reader may come, go and be slow */
  gboolean is_fifo;       /* can be opened again */
  gboolean is_regular;
  off_t    good_bytes;    /* of a regular file: end of the last whole piece */
  gint     hurry;         /* atomic */
};

static void
set_kind (YodelByteOutlet *self)
{
  struct stat status;

  if (fstat (self->fd, &status) < 0)
    return;
  self->is_regular = S_ISREG (status.st_mode);
  self->is_pipe = S_ISFIFO (status.st_mode) || S_ISSOCK (status.st_mode);
}

/* Opens a file at once; a named pipe has yodel_byte_outlet_open() for that.  @path: "-" is stdout. */
YodelByteOutlet *
yodel_byte_outlet_new (const char  *path,
                       GError     **error)
{
  g_autoptr (YodelByteOutlet) self = g_new0 (YodelByteOutlet, 1);
  struct stat status;

  self->path = g_strdup (path);
  self->fd = -1;

  if (strcmp (path, "-") == 0)
    {
      self->fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    }
  else if (stat (path, &status) == 0 && S_ISFIFO (status.st_mode))
    {
      self->is_pipe = self->is_fifo = TRUE;
      return g_steal_pointer (&self);
    }
  else
    {
      self->fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    }

  if (self->fd < 0)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "cannot write \"%s\": %s", path, g_strerror (errno));
      return NULL;
    }
  set_kind (self);
  self->good_bytes = self->is_regular ? lseek (self->fd, 0, SEEK_CUR) : 0;
  return g_steal_pointer (&self);
}

void
yodel_byte_outlet_free (YodelByteOutlet *self)
{
  yodel_clear_fd (&self->fd);
  g_free (self->path);
  g_free (self);
}

gboolean
yodel_byte_outlet_is_pipe (const YodelByteOutlet *self)
{
  return self->is_pipe;
}

/* Returns: whether it is open now; FALSE for a pipe without a reader */
gboolean
yodel_byte_outlet_open (YodelByteOutlet *self)
{
  if (self->fd < 0 && self->is_fifo)
    self->fd = open (self->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  return self->fd >= 0;
}

/* Returns: FALSE if a slow reader is given up */
static gboolean
wait_for_room (YodelByteOutlet *self)
{
  struct pollfd fd = { .fd = self->fd, .events = POLLOUT };

  for (guint hurried_ms = 0; hurried_ms < HURRY_MS;)
    {
      if (poll (&fd, 1, POLL_MS) > 0)
        return TRUE;
      if (g_atomic_int_get (&self->hurry))
        hurried_ms += POLL_MS;
    }
  return FALSE;
}

/* Of what stdout is, nothing may be changed, so it is written in pieces that do not block. */
static gsize
piece_bytes (const YodelByteOutlet *self,
             gsize                  size)
{
  return self->is_pipe && !self->is_fifo ? MIN (size, PIPE_BUF) : size;
}

static YodelOutletResult
fail (YodelByteOutlet  *self,
      int               code,
      GError          **error)
{
  if (code == EPIPE || code == ETIMEDOUT)
    {
      g_set_error (error, YODEL_ERROR, YODEL_ERROR_CLOSED, "nobody reads \"%s\" any more", self->path);
      yodel_clear_fd (&self->fd);
      return YODEL_OUTLET_FAILED;
    }

  g_set_error (error, YODEL_ERROR, YODEL_ERROR_MEDIA, "cannot write \"%s\": %s", self->path, g_strerror (code));
  if (self->is_regular &&
      (ftruncate (self->fd, self->good_bytes) < 0 || lseek (self->fd, self->good_bytes, SEEK_SET) < 0))
    yodel_clear_fd (&self->fd);
  return YODEL_OUTLET_FAILED;
}

/* Writes one piece, whole or, in a regular file, not at all.  A pipe is waited for.  SIGPIPE must be
 * blocked in this thread. */
YodelOutletResult
yodel_byte_outlet_write (YodelByteOutlet  *self,
                         const guint8     *data,
                         gsize             size,
                         GError          **error)
{
  gsize done = 0;

  if (!yodel_byte_outlet_open (self))
    return YODEL_OUTLET_NO_READER;

  while (done < size)
    {
      gssize n;

      if (self->is_pipe && !wait_for_room (self))
        return fail (self, ETIMEDOUT, error);

      n = write (self->fd, data + done, piece_bytes (self, size - done));
      if (n > 0)
        done += (gsize) n;
      else if (n < 0 && errno != EINTR && errno != EAGAIN)
        return fail (self, errno, error);
    }

  self->good_bytes += (off_t) size;
  return YODEL_OUTLET_WRITTEN;
}

/* Writes over the beginning of a regular file; what is none is left alone. */
void
yodel_byte_outlet_overwrite (YodelByteOutlet *self,
                             const guint8    *data,
                             gsize            size)
{
  if (self->is_regular && self->fd >= 0 && pwrite (self->fd, data, size, 0) < 0)
    g_debug ("header of \"%s\": %s", self->path, g_strerror (errno));
}

/* A pipe whose reader is slow is given up soon from now on.  Thread: any. */
void
yodel_byte_outlet_hurry (YodelByteOutlet *self)
{
  g_atomic_int_set (&self->hurry, TRUE);
}
