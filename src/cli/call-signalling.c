/* How the offer and the answer get to the other side.  manual: one line each way.  echo: within this process. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/description-line.h"
#include "cli/exit-status.h"

static int
status_of (const GError *error)
{
  return g_error_matches (error, YODEL_ERROR, YODEL_ERROR_NO_CANDIDATES) ? YODEL_EXIT_NO_PATH : YODEL_EXIT_USAGE;
}

static void
emit_description (YodelCliCall *self,
                  const char   *event,
                  YodelSdpType  type,
                  const char   *sdp)
{
  YodelJsonLine line;

  yodel_events_begin (&self->events, &line, event, g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "type", type == YODEL_SDP_OFFER ? "offer" : "answer");
  yodel_json_line_add_string (&line, "sdp", sdp);
  yodel_events_end (&self->events, &line);
}

static void
print_description (YodelCliCall *self,
                   YodelSdpType  type,
                   const char   *sdp)
{
  g_autofree char *line = yodel_description_line_write (type, sdp);

  if (isatty (STDOUT_FILENO))
    yodel_cli_call_say (self, "%s", type == YODEL_SDP_OFFER
                        ? _("Give this line to the other side, and paste its answer here:")
                        : _("Give this line back to the other side:"));
  emit_description (self, "local-description", type, sdp);
  yodel_status_line_clear ();
  fputs (line, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
}

static void on_line (const char *line,
                     gsize       length,
                     gpointer    user_data);

static void
read_description (YodelCliCall *self)
{
  self->input = yodel_line_input_new (YODEL_DESCRIPTION_LINE_MAX_BYTES, yodel_cli_media_uses_stdin (self->options),
                                      on_line, self);
}

static void on_remote_set (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);

static void
on_echo_answer (const char   *answer,
                const GError *error,
                gpointer      user_data)
{
  YodelCliCall *self = user_data;

  if (self->is_closing)
    return;
  if (answer == NULL)
    {
      yodel_cli_call_fail (self, status_of (error), error->message);
      return;
    }
  emit_description (self, "remote-description", YODEL_SDP_ANSWER, answer);
  yodel_session_set_remote_description_async (self->session, YODEL_SDP_ANSWER, answer, NULL, on_remote_set, self);
}

static void
on_answer_created (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  YodelCliCall *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = yodel_session_create_answer_finish (YODEL_SESSION (source), result, &error);

  if (self->is_closing)
    return;
  if (sdp == NULL)
    yodel_cli_call_fail (self, status_of (error), error->message);
  else
    print_description (self, YODEL_SDP_ANSWER, sdp);
}

static void
on_offer_created (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  YodelCliCall *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sdp = yodel_session_create_offer_finish (YODEL_SESSION (source), result, &error);

  if (self->is_closing)
    return;
  if (sdp == NULL)
    {
      yodel_cli_call_fail (self, status_of (error), error->message);
      return;
    }
  if (self->is_echo)
    {
      emit_description (self, "local-description", YODEL_SDP_OFFER, sdp);
      self->echo = yodel_echo_peer_new (yodel_cli_call_get_bind (self), sdp, on_echo_answer, self);
      return;
    }
  print_description (self, YODEL_SDP_OFFER, sdp);
  read_description (self);
}

/* What the peer offers and was not asked for here is not taken. */
static void
refuse_other_tracks (YodelCliCall *self)
{
  g_autoptr (GList) tracks = yodel_session_get_tracks (self->session);

  for (GList *l = tracks; l != NULL; l = l->next)
    if (l->data != self->tracks[YODEL_MEDIA_AUDIO] && l->data != self->tracks[YODEL_MEDIA_VIDEO])
      yodel_track_set_direction (l->data, YODEL_DIRECTION_INACTIVE);
}

static void
on_remote_set (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  YodelCliCall *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!yodel_session_set_remote_description_finish (YODEL_SESSION (source), result, &error))
    {
      if (!self->is_closing)
        yodel_cli_call_fail (self, status_of (error), error->message);
      return;
    }
  if (self->is_closing || self->is_caller)
    return;

  refuse_other_tracks (self);
  yodel_session_create_answer_async (self->session, NULL, on_answer_created, self);
}

static void
open_late_media (YodelCliCall *self)
{
  g_autoptr (GError) error = NULL;

  if (!yodel_cli_media_open (&self->media, self->options, TRUE, &error))
    {
      yodel_cli_call_fail (self, YODEL_EXIT_MEDIA, error->message);
      return;
    }
  for (guint kind = 0; kind < G_N_ELEMENTS (self->tracks); kind++)
    if (self->tracks[kind] != NULL)
      yodel_track_set_source (self->tracks[kind], self->media.sources[kind]);
}

static void
on_line (const char *line,
         gsize       length,
         gpointer    user_data)
{
  YodelCliCall *self = user_data;
  const YodelSdpType expected = self->is_caller ? YODEL_SDP_ANSWER : YODEL_SDP_OFFER;
  g_autofree char *sdp = NULL;
  g_autoptr (GError) error = NULL;
  YodelSdpType type;

  if (line == NULL)
    {
      yodel_cli_call_fail (self, self->is_caller ? YODEL_EXIT_NO_ANSWER : YODEL_EXIT_USAGE,
                           self->is_caller ? _("no answer came on standard input") : _("no offer came on standard input"));
      return;
    }
  if (!yodel_description_line_parse (line, length, &type, &sdp, &error))
    {
      yodel_cli_call_fail (self, YODEL_EXIT_USAGE, error->message);
      return;
    }
  if (type != expected)
    {
      yodel_cli_call_fail (self, YODEL_EXIT_USAGE, self->is_caller ? _("the description is not an answer")
                                                                   : _("the description is not an offer"));
      return;
    }

  emit_description (self, "remote-description", type, sdp);
  open_late_media (self);
  if (!self->is_closing)
    yodel_session_set_remote_description_async (self->session, type, sdp, NULL, on_remote_set, self);
}

/* An echo needs no network: it goes over the loopback interface, unless another one is asked for. */
const char * const *
yodel_cli_call_get_bind (YodelCliCall *self)
{
  static const char * const loopback[] = { "127.0.0.1", NULL };

  return self->is_echo && self->options->bind == NULL ? loopback : (const char * const *) self->options->bind;
}

void
yodel_cli_call_start_exchange (YodelCliCall *self)
{
  if (self->is_caller)
    {
      yodel_session_create_offer_async (self->session, NULL, on_offer_created, self);
      return;
    }

  if (isatty (STDIN_FILENO))
    yodel_cli_call_say (self, "%s", _("Paste the offer of the other side here:"));
  read_description (self);
}
