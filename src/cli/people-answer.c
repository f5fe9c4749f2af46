/* yodel answer: is reachable, and takes calls, one after the other. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit-status.h"
#include "cli/people.h"

#define MAX_WORD 64

static void ask (YodelPeople *self);

static void
accept_call (YodelPeople *self)
{
  if (!yodel_people_equip (self))
    return;
  yodel_people_play (self, NULL);
  yodel_call_accept (self->call, yodel_people_get_media (self));
}

static void
on_word (const char *line,
         gsize       length,
         gpointer    user_data)
{
  YodelPeople *self = user_data;
  g_autofree char *word = line != NULL ? g_ascii_strdown (line, (gssize) MIN (length, MAX_WORD)) : NULL;

  /* freed once the loop has come back from it */
  g_idle_add_once ((GSourceOnceFunc) yodel_line_input_free, g_steal_pointer (&self->base.input));
  if (word == NULL || self->call == NULL || yodel_call_get_state (self->call) != YODEL_CALL_RINGING)
    return;
  g_strstrip (word);
  if (strcmp (word, "y") == 0 || strcmp (word, "yes") == 0 || strcmp (word, "accept") == 0)
    accept_call (self);
  else if (strcmp (word, "n") == 0 || strcmp (word, "no") == 0 || strcmp (word, "decline") == 0)
    yodel_call_decline (self->call, FALSE);
  else
    ask (self);
}

static void
ask (YodelPeople *self)
{
  if (isatty (STDIN_FILENO))
    yodel_cli_call_say (&self->base, "%s", _("Take the call? [y]es, [n]o"));
  self->base.input = yodel_line_input_new (MAX_WORD, TRUE, on_word, self);
}

static void
introduce (YodelPeople *self)
{
  YodelCall *call = self->call;

  if (yodel_call_is_knock (call))
    yodel_cli_call_say (&self->base, _("A knock: %s (%s) would like to talk."), yodel_people_get_name (call),
                        yodel_call_get_remote_address (call));
  else
    yodel_cli_call_say (&self->base, _("%s calls."), yodel_people_get_name (call));
  if (yodel_call_get_greeting (call) != NULL)
    yodel_cli_call_say (&self->base, "\"%s\"", yodel_call_get_greeting (call));
  if (yodel_call_get_warning (call) != NULL)
    yodel_cli_call_say (&self->base, "yodel: %s", yodel_call_get_warning (call));
}

static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             YodelPeople   *self)
{
  if (self->call != NULL || self->is_over)
    {
      yodel_call_decline (call, TRUE);
      return;
    }
  yodel_people_take (self, call);
  self->base.status.state = _("ringing");
  yodel_people_tell (self, "incoming");
  introduce (self);
  if (self->base.options->auto_accept)
    accept_call (self);
  else
    {
      yodel_people_play (self, "ring");
      ask (self);
    }
}

/* Ready for the next. */
static void
reset (YodelPeople *self)
{
  YodelCliCall *base = &self->base;
  const gboolean was_asked_to_end = base->signal != 0;

  g_signal_handlers_disconnect_by_data (self->call, self);
  yodel_cli_call_clear (base);
  g_clear_object (&self->call);
  memset (base->tracks, 0, sizeof base->tracks);
  memset (&base->status, 0, sizeof base->status);
  base->connected_us = base->ended_us = base->stats_us = 0;
  base->was_reconnecting = base->is_closing = FALSE;
  base->status.state = _("waiting");
  self->is_over = was_asked_to_end;
}

static void
answer_over (YodelPeople *self)
{
  const gboolean was_taken = self->call != NULL && self->base.connected_us > 0;

  if (self->call == NULL || self->base.signal != 0 || (self->base.options->once && was_taken))
    {
      self->is_over = TRUE;
      g_main_loop_quit (self->base.loop);
      return;
    }
  reset (self);
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  YodelPeople *self = user_data;
  g_autoptr (GError) error = NULL;
  YodelJsonLine line;

  if (!yodel_endpoint_start_finish (YODEL_ENDPOINT (source), result, &error))
    {
      yodel_cli_call_say (&self->base, "yodel: %s", error->message);
      self->base.exit_status = YODEL_EXIT_NO_PATH;
      g_main_loop_quit (self->base.loop);
      return;
    }
  yodel_events_begin (&self->base.events, &line, "reachable", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "address", yodel_identity_get_address (self->profile.identity));
  yodel_events_end (&self->base.events, &line);
  yodel_cli_call_say (&self->base, _("Reachable as %s."), yodel_identity_get_address (self->profile.identity));
}

int
yodel_cli_answer_everybody (const YodelCliOptions *options)
{
  YodelPeople self = { .is_answering = TRUE, .on_over = answer_over };

  if (yodel_people_open (&self, options))
    {
      self.base.status.state = _("waiting");
      g_signal_connect (self.endpoint, "incoming-call", G_CALLBACK (on_incoming), &self);
      yodel_endpoint_start_async (self.endpoint, NULL, on_started, &self);
      g_main_loop_run (self.base.loop);
    }
  if (self.base.signal != 0)
    self.base.exit_status = YODEL_EXIT_SIGNAL + self.base.signal;
  yodel_people_close (&self);
  return self.base.exit_status;
}
