#define G_LOG_DOMAIN "yodel-cli"

#include "cli/key-input.h"

#include <errno.h>
#include <glib-unix.h>
#include <termios.h>
#include <unistd.h>

struct _YodelKeyInput
{
  YodelKeyInputFunc  func;
  gpointer           user_data;      /* (borrowed) */
  guint              source_id;
  struct termios     terminal;       /* as it was */
};

static gboolean
on_readable (gint         fd,
             GIOCondition condition,
             gpointer     data)
{
  YodelKeyInput *self = data;
  char keys[64];
  gssize n = read (fd, keys, sizeof keys);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      self->source_id = 0;
      return G_SOURCE_REMOVE;
    }
  if (keys[0] == '\033')                       /* an arrow, a function key: a sequence of its own */
    return G_SOURCE_CONTINUE;
  for (gssize i = 0; i < n && self->source_id != 0; i++)
    self->func (keys[i], self->user_data);
  return G_SOURCE_CONTINUE;
}

/* Returns: NULL where standard input is no terminal, or belongs to another program just now */
YodelKeyInput *
yodel_key_input_new (YodelKeyInputFunc func,
                     gpointer          user_data)
{
  YodelKeyInput *self;
  struct termios before, raw;

  if (!isatty (STDIN_FILENO) || tcgetpgrp (STDIN_FILENO) != getpgrp () || tcgetattr (STDIN_FILENO, &before) < 0)
    return NULL;
  raw = before;
  raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr (STDIN_FILENO, TCSANOW, &raw) < 0)
    return NULL;

  self = g_new0 (YodelKeyInput, 1);
  self->func = func;
  self->user_data = user_data;
  self->terminal = before;
  self->source_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
  return self;
}

void
yodel_key_input_free (YodelKeyInput *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  tcsetattr (STDIN_FILENO, TCSANOW, &self->terminal);
  g_free (self);
}
