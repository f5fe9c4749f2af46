/* explicit_bzero() */
#define _GNU_SOURCE
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Reads up to the end of a line. */
static gboolean
read_line (YodelPassphrase *self,
           int              fd)
{
  gsize n = 0;

  while (n < sizeof self->text - 1)
    {
      gssize got = read (fd, self->text + n, 1);

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0 || self->text[n] == '\n')
        break;
      n++;
    }
  self->text[n] = '\0';
  return n > 0;
}

static gboolean
ask_terminal (YodelPassphrase *self,
              const char      *prompt,
              int              fd)
{
  struct termios shown, hidden;
  gboolean has_text;

  if (tcgetattr (fd, &shown) < 0)
    return FALSE;
  hidden = shown;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  if (tcsetattr (fd, TCSAFLUSH, &hidden) < 0)
    return FALSE;
  g_printerr ("%s", prompt);
  has_text = read_line (self, fd);
  tcsetattr (fd, TCSAFLUSH, &shown);
  g_printerr ("\n");
  return has_text;
}

gboolean
yodel_passphrase_ask (YodelPassphrase  *self,
                      const char       *prompt,
                      GError          **error)
{
  const char *path = g_getenv ("YODEL_PASSPHRASE_FILE");
  int fd = open (path != NULL ? path : "/dev/tty", path != NULL ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CLOEXEC | O_NOCTTY);
  gboolean has_text = fd >= 0 && (path != NULL ? read_line (self, fd) : ask_terminal (self, prompt, fd));

  if (fd >= 0)
    close (fd);
  if (!has_text)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                         _("a passphrase is needed: there is no terminal to ask on, and YODEL_PASSPHRASE_FILE names no file with one"));
  return has_text;
}

void
yodel_passphrase_clear (YodelPassphrase *self)
{
  explicit_bzero (self, sizeof *self);
}
