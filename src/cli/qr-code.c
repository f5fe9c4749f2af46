#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/qr-code.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>
#include <yodel/yodel.h>

#include "cli/picture.h"

#ifdef HAVE_QRENCODE

#include <qrencode.h>

#define MARGIN       4   /* modules that stay light around it, ISO/IEC 18004 */
#define MODULE_DOTS  8

static QRcode *
encode (const char *text)
{
  return QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
}

/* Outside it is light. */
static gboolean
is_dark (const QRcode *code,
         int           x,
         int           y)
{
  return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1) != 0;
}

/* Two rows of modules a line.  Light is drawn, so that it can be read on a dark terminal, and on a light one by most. */
char *
yodel_qr_code_draw (const char *text)
{
  static const char * const blocks[] = { "\u2588", "\u2580", "\u2584", " " };   /* by: upper dark 2, lower dark 1 */
  QRcode *code = encode (text);
  GString *lines = g_string_new (NULL);

  if (code == NULL)
    {
      g_string_free (lines, TRUE);
      return NULL;
    }
  for (int y = -MARGIN; y < code->width + MARGIN; y += 2)
    {
      for (int x = -MARGIN; x < code->width + MARGIN; x++)
        g_string_append (lines, blocks[2 * is_dark (code, x, y) + is_dark (code, x, y + 1)]);
      g_string_append_c (lines, '\n');
    }
  QRcode_free (code);
  return g_string_free (lines, FALSE);
}

gboolean
yodel_qr_code_save (const char  *text,
                    const char  *path,
                    GError     **error)
{
  QRcode *code = encode (text);
  g_autoptr (YodelVideoFrame) frame = NULL;
  guint size;

  if (code == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("the text does not fit into a QR code"));
      return FALSE;
    }
  size = (guint) (code->width + 2 * MARGIN) * MODULE_DOTS;
  frame = yodel_video_frame_new (size, size);
  memset (frame->u, 128, (gsize) frame->u_stride * (size / 2));
  memset (frame->v, 128, (gsize) frame->v_stride * (size / 2));
  for (guint y = 0; y < size; y++)
    for (guint x = 0; x < size; x++)
      frame->y[y * frame->y_stride + x] = is_dark (code, (int) (x / MODULE_DOTS) - MARGIN, (int) (y / MODULE_DOTS) - MARGIN) ? 16 : 235;
  QRcode_free (code);
  return yodel_picture_save (frame, path, error);
}

#else

char *
yodel_qr_code_draw (const char *text)
{
  return NULL;
}

gboolean
yodel_qr_code_save (const char  *text,
                    const char  *path,
                    GError     **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _("this program was built without QR codes"));
  return FALSE;
}

#endif
