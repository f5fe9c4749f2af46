#define G_LOG_DOMAIN "yodel-cli"

#include "cli/command-input.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _YodelCommandInput
{
  YodelCommandInputFunc  func;
  gpointer               user_data;      /* (borrowed) */
  int                    fd;
  guint                  source_id;
  gsize                  n;
  gboolean               is_too_long;    /* the line that is being read */
  char                   line[YODEL_COMMAND_MAX_BYTES + 1];
};

static void
take_byte (YodelCommandInput *self,
           char               byte)
{
  if (byte != '\n')
    {
      self->is_too_long |= self->n == YODEL_COMMAND_MAX_BYTES;
      if (!self->is_too_long)
        self->line[self->n++] = byte;
      return;
    }

  self->line[self->n] = '\0';
  if (!self->is_too_long && g_utf8_validate (self->line, (gssize) self->n, NULL))
    self->func (g_strstrip (self->line), self->user_data);
  self->n = 0;
  self->is_too_long = FALSE;
}

static gboolean
on_readable (gint         fd,
             GIOCondition condition,
             gpointer     data)
{
  YodelCommandInput *self = data;
  char bytes[512];
  gssize n = read (fd, bytes, sizeof bytes);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      self->source_id = 0;
      return G_SOURCE_REMOVE;
    }
  for (gssize i = 0; i < n && self->source_id != 0; i++)
    take_byte (self, bytes[i]);
  return G_SOURCE_CONTINUE;
}

/* A pipe is held open for writing too: those who give commands may come and go. */
static int
open_path (const char  *path,
           GError     **error)
{
  struct stat status;
  gboolean is_pipe = stat (path, &status) == 0 && S_ISFIFO (status.st_mode);
  int fd = open (path, (is_pipe ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "\"%s\": %s", path, g_strerror (errno));
  return fd;
}

YodelCommandInput *
yodel_command_input_new (const char             *path,
                         YodelCommandInputFunc   func,
                         gpointer                user_data,
                         GError                **error)
{
  int fd = open_path (path, error);
  YodelCommandInput *self;

  if (fd < 0)
    return NULL;
  self = g_new0 (YodelCommandInput, 1);
  self->fd = fd;
  self->func = func;
  self->user_data = user_data;
  self->source_id = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
  return self;
}

void
yodel_command_input_free (YodelCommandInput *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  close (self->fd);
  g_free (self);
}
