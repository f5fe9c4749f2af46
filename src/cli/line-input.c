#define G_LOG_DOMAIN "yodel-cli"

#include "cli/line-input.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* What a terminal sends for "end of input" when it does not edit lines. */
#define CONTROL_D 4

struct _YodelLineInput
{
  GByteArray         *line;           /* (owned) */
  gsize               max_bytes;
  gboolean            leave_rest;     /* what follows the line belongs to somebody else */
  YodelLineInputFunc  func;
  gpointer            user_data;      /* (borrowed) */
  guint               source_id;
  gboolean            is_terminal;
  struct termios      terminal;       /* as it was */
};

/* A terminal that edits lines cuts them off after 4095 bytes, which is less than a browser's offer. */
static void
stop_editing (YodelLineInput *self)
{
  struct termios raw;

  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &self->terminal) < 0)
    return;

  raw = self->terminal;
  raw.c_lflag &= ~(tcflag_t) ICANON;
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  self->is_terminal = tcsetattr (STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void
restore_terminal (YodelLineInput *self)
{
  if (self->is_terminal)
    tcsetattr (STDIN_FILENO, TCSANOW, &self->terminal);
  self->is_terminal = FALSE;
}

static gboolean
finish (YodelLineInput *self,
        gboolean        is_line)
{
  self->source_id = 0;
  restore_terminal (self);
  self->func (is_line ? (const char *) self->line->data : NULL, is_line ? self->line->len : 0, self->user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (gint         fd,
             GIOCondition condition,
             gpointer     data)
{
  YodelLineInput *self = data;
  guint8 buffer[4096];
  gssize n = read (fd, buffer, self->leave_rest ? 1 : sizeof buffer);
  const guint8 *newline;

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0 || (self->is_terminal && buffer[0] == CONTROL_D))
    return finish (self, self->line->len > 0);

  newline = memchr (buffer, '\n', (gsize) n);
  g_byte_array_append (self->line, buffer, newline != NULL ? (guint) (newline - buffer) : (guint) n);

  /* one byte too many is enough to see that it is too long */
  if (newline != NULL || self->line->len > self->max_bytes)
    return finish (self, TRUE);
  return G_SOURCE_CONTINUE;
}

/* @max_bytes: a line longer than this is cut off somewhere behind it; @leave_rest: read not a byte
 * beyond the newline */
YodelLineInput *
yodel_line_input_new (gsize               max_bytes,
                      gboolean            leave_rest,
                      YodelLineInputFunc  func,
                      gpointer            user_data)
{
  YodelLineInput *self = g_new0 (YodelLineInput, 1);

  self->line = g_byte_array_new ();
  self->max_bytes = max_bytes;
  self->leave_rest = leave_rest;
  self->func = func;
  self->user_data = user_data;
  stop_editing (self);
  self->source_id = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, self);
  return self;
}

void
yodel_line_input_free (YodelLineInput *self)
{
  g_clear_handle_id (&self->source_id, g_source_remove);
  restore_terminal (self);
  g_byte_array_unref (self->line);
  g_free (self);
}
