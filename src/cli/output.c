#define G_LOG_DOMAIN "yodel-cli"

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct _YodelOutput
{
  int fd;               /* (owned) */
};

/* @path: "-" is standard output.  The names of the standard streams mean the streams themselves: to open
 * them anew would cut off a file that they lead to. */
YodelOutput *
yodel_output_new (const char  *path,
                  GError     **error)
{
  YodelOutput *self;
  int fd;

  if (strcmp (path, "-") == 0 || strcmp (path, "/dev/stdout") == 0)
    fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  else if (strcmp (path, "/dev/stderr") == 0)
    fd = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  else
    fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);

  if (fd < 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (code), "%s: %s", path, g_strerror (code));
      return NULL;
    }

  self = g_new0 (YodelOutput, 1);
  self->fd = fd;
  return self;
}

void
yodel_output_free (YodelOutput *self)
{
  close (self->fd);
  g_free (self);
}

/* Writes @line and a newline, at once.  A reader that has gone is not missed. */
void
yodel_output_write (YodelOutput *self,
                    const char  *line)
{
  g_autofree char *text = g_strconcat (line, "\n", NULL);
  gsize size = strlen (text);

  for (gsize done = 0; done < size;)
    {
      gssize n = write (self->fd, text + done, size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return;
      done += (gsize) n;
    }
}
