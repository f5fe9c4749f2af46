#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/status-line.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define METER_CELLS 8

/* Quieter than this is shown as nothing: a quiet room, in dBov. */
#define METER_FLOOR (-54.0)

static gboolean drawn;

/* Only a terminal gets it; a file or a pipe gets plain lines. */
gboolean
yodel_status_line_is_wanted (void)
{
  const char *term = g_getenv ("TERM");

  return isatty (STDERR_FILENO) && g_strcmp0 (term, "dumb") != 0;
}

/* Returns: (transfer full): a bar, METER_CELLS wide */
char *
yodel_status_line_meter (double level)
{
  static const char * const eighths[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
  const gboolean plain = !g_get_charset (NULL);
  GString *text = g_string_new (NULL);
  int filled = (int) (CLAMP (1 - level / METER_FLOOR, 0, 1) * METER_CELLS * 8);

  for (int cell = 0; cell < METER_CELLS; cell++, filled -= 8)
    g_string_append (text, plain ? (filled >= 4 ? "#" : ".") : eighths[CLAMP (filled, 0, 8)]);
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full): "1.2 Mbit/s" */
char *
yodel_status_line_rate (double rate_bps)
{
  if (rate_bps < 0)
    return g_strdup ("-");
  if (rate_bps >= 1e6)
    return g_strdup_printf (_("%.1f Mbit/s"), rate_bps / 1e6);
  return g_strdup_printf (_("%.0f kbit/s"), rate_bps / 1e3);
}

static void
append_figures (GString                *text,
                const YodelCallFigures *figures)
{
  g_autofree char *sent = yodel_status_line_rate (figures->sent_bps);
  g_autofree char *received = yodel_status_line_rate (figures->received_bps);

  if (figures->rtt_ms >= 0)
    g_string_append_printf (text, _("  round trip %.0f ms"), figures->rtt_ms);
  g_string_append_printf (text, _("  out %s  in %s"), sent, received);
  if (figures->loss >= 0)
    g_string_append_printf (text, _("  lost %.1f %%"), figures->loss * 100);
  if (figures->frames_per_second > 0)
    g_string_append_printf (text, "  %.0fx%.0f@%.0f", figures->frame_width, figures->frame_height,
                            figures->frames_per_second);
}

static glong
terminal_width (void)
{
  struct winsize size;

  return ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

char *
yodel_status_line_text (const YodelStatus *status,
                        gint64             now_us)
{
  GString *text = g_string_new (status->state);

  if (status->connected_us > 0)
    {
      g_autofree char *own = yodel_status_line_meter (status->levels[0]);
      g_autofree char *peer = yodel_status_line_meter (status->levels[1]);
      guint seconds = (guint) ((now_us - status->connected_us) / G_USEC_PER_SEC);

      g_string_append_printf (text, " %u:%02u  ", seconds / 60, seconds % 60);
      if (status->muted)
        g_string_append (text, status->speaks_muted ? _("MUTED, but you are speaking") : _("muted"));
      else
        g_string_append_printf (text, "%s %s", _("me"), own);
      g_string_append_printf (text, "  %s %s", _("peer"), peer);
      if (status->survival)
        g_string_append_printf (text, "  %s", _("survival mode"));
      if (status->video_paused)          /* first, as the end of a long line is not seen */
        g_string_append_printf (text, "  %s", _("picture paused: too little room"));
      append_figures (text, &status->figures);
    }
  return g_string_free (text, FALSE);
}

void
yodel_status_line_draw (const YodelStatus *status,
                        gint64             now_us)
{
  g_autofree char *text = yodel_status_line_text (status, now_us);
  g_autofree char *shown = NULL;
  glong width = terminal_width ();

  /* a line that wraps cannot be drawn over */
  shown = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), width - 1));
  fprintf (stderr, "\r\033[K%s", shown);
  fflush (stderr);
  drawn = TRUE;
}

/* Makes room for a line of text. */
void
yodel_status_line_clear (void)
{
  if (!drawn)
    return;

  fputs ("\r\033[K", stderr);
  fflush (stderr);
  drawn = FALSE;
}
