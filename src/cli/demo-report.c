#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "cli/demo.h"
#include "cli/status-line.h"

static void
print_row (const char *name,
           const char *format,
           ...) G_GNUC_PRINTF (2, 3);

static void
print_row (const char *name,
           const char *format,
           ...)
{
  g_autofree char *text = NULL;
  va_list arguments;
  glong width = g_utf8_strlen (name, -1);

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("  %s%*s  %s\n", name, (int) MAX (22 - width, 0), "", text);
}

/* Returns: (transfer full): the first codec that a medium has in a description, such as "opus" */
static char *
find_codec (const char *sdp,
            const char *medium)
{
  g_autofree char *line = g_strconcat ("m=", medium, " ", NULL);
  const char *section = sdp != NULL ? strstr (sdp, line) : NULL;
  const char *map = section != NULL ? strstr (section, "a=rtpmap:") : NULL;
  const char *name = map != NULL ? strchr (map, ' ') : NULL;

  if (name == NULL)
    return g_strdup ("-");
  return g_strndup (name + 1, strcspn (name + 1, "/\r\n"));
}

/* How long until both heard the other, from when the answer was in the caller's hands. */
static void
print_setup (const YodelDemoStory *caller,
             const YodelDemoStory *answerer)
{
  double from_s = caller->answered_s;
  double sound_s = MAX (caller->first_sound_s, answerer->first_sound_s);
  double picture_s = MAX (caller->first_picture_s, answerer->first_picture_s);

  print_row (_("Connected after"), _("%.0f ms"), 1000 * (MAX (caller->connected_s, answerer->connected_s) - from_s));
  if (caller->first_sound_s > 0 && answerer->first_sound_s > 0)
    print_row (_("Both hear after"), _("%.0f ms"), 1000 * (sound_s - from_s));
  if (caller->first_picture_s > 0 && answerer->first_picture_s > 0)
    print_row (_("Both see after"), _("%.0f ms"), 1000 * (picture_s - from_s));
}

static double
percent (double part,
         double rest)
{
  return part > 0 && part + rest > 0 ? 100 * part / (part + rest) : 0;
}

static void
print_direction (const char           *name,
                 const YodelDemoStory *from,
                 const YodelDemoStory *to)
{
  const double *sound = to->totals[YODEL_MEDIA_AUDIO];
  const double *picture = to->totals[YODEL_MEDIA_VIDEO];
  double seconds = MAX (from->duration_s, 0.001);
  g_autofree char *sound_rate = yodel_status_line_rate (8 * from->totals[YODEL_MEDIA_AUDIO][YODEL_DEMO_BYTES_SENT] / seconds);
  g_autofree char *picture_rate = yodel_status_line_rate (8 * from->totals[YODEL_MEDIA_VIDEO][YODEL_DEMO_BYTES_SENT] / seconds);

  g_print ("%s\n", name);
  print_row (_("Sound"), _("%s, %.1f s played, %.1f %% lost, %.1f %% made up"), sound_rate,
             MAX (sound[YODEL_DEMO_SAMPLES], 0) / 48000,
             percent (sound[YODEL_DEMO_PACKETS_LOST], sound[YODEL_DEMO_PACKETS_RECEIVED]),
             sound[YODEL_DEMO_SAMPLES] > 0 ? 100 * MAX (sound[YODEL_DEMO_CONCEALED], 0) / sound[YODEL_DEMO_SAMPLES] : 0);
  print_row (_("Picture"), _("%s, %.0f frames shown, %.1f %% lost, %.0f freezes (%.1f s)"), picture_rate,
             MAX (picture[YODEL_DEMO_FRAMES], 0),
             percent (picture[YODEL_DEMO_PACKETS_LOST], picture[YODEL_DEMO_PACKETS_RECEIVED]),
             MAX (picture[YODEL_DEMO_FREEZES], 0), MAX (picture[YODEL_DEMO_FROZEN_S], 0));
}

void
yodel_demo_report_print (const YodelDemoStory *caller,
                         const YodelDemoStory *answerer)
{
  g_autofree char *sound = find_codec (answerer->sdp, "audio");
  g_autofree char *picture = find_codec (answerer->sdp, "video");

  g_print ("\n%s\n", _("The call"));
  print_setup (caller, answerer);
  if (caller->rtt_ms >= 0)
    print_row (_("Round trip"), _("%.1f ms"), caller->rtt_ms);
  print_row (_("Lasted"), _("%.1f s"), caller->duration_s);
  print_row (_("Codecs"), "%s, %s", sound, picture);
  print_direction (_("From the caller"), caller, answerer);
  print_direction (_("From the answerer"), answerer, caller);
}

static char *
describe (const char           *name,
          const YodelDemoStory *story)
{
  g_autofree char *own = yodel_status_line_meter (story->levels[0]);
  g_autofree char *peer = yodel_status_line_meter (story->levels[1]);
  g_autofree char *sent = yodel_status_line_rate (story->sent_bps);
  g_autofree char *received = yodel_status_line_rate (story->received_bps);

  return g_strdup_printf (_("%s  says %s  hears %s  out %s  in %s  lost %.1f %%  %.0f frames"), name, own, peer, sent, received,
                          100 * MAX (story->loss, 0), MAX (story->frames_shown, 0));
}

/* @redraw: over the two lines of the last time; only for a terminal */
void
yodel_demo_progress_print (const YodelDemoStory *caller,
                           const YodelDemoStory *answerer,
                           gboolean              redraw)
{
  g_autofree char *first = describe (_("caller  "), caller);
  g_autofree char *second = describe (_("answerer"), answerer);

  if (redraw)
    fputs ("\033[2A", stderr);
  fprintf (stderr, "\r\033[K%s\n\r\033[K%s\n", first, second);
  fflush (stderr);
}
