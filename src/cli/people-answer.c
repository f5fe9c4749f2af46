/* yodel answer: is reachable, and takes calls, one after the other or many at once. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>

#include "cli/exit-status.h"
#include "cli/people.h"

static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             YodelPeople   *self)
{
  yodel_people_receive (self, call);
}

/* Ready for the next, unless that was the last. */
static void
answer_over (YodelPeople *self)
{
  self->is_over |= self->base.options->once && self->n_taken > 0;
  if (self->is_over && self->talks->len == 0)
    g_main_loop_quit (self->base.loop);
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
      g_signal_connect (self.endpoint, "incoming-call", G_CALLBACK (on_incoming), &self);
      yodel_endpoint_start_async (self.endpoint, NULL, on_started, &self);
      g_main_loop_run (self.base.loop);
    }
  if (self.base.signal != 0)
    self.base.exit_status = YODEL_EXIT_SIGNAL + self.base.signal;
  yodel_people_close (&self);
  return self.base.exit_status;
}
