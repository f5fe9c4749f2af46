/* yodel call NAME: places a call to somebody, and follows it. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>

#include "cli/exit-status.h"
#include "cli/people.h"

static int
status_of (const GError *error)
{
  if (g_error_matches (error, YODEL_ERROR, YODEL_ERROR_UNREACHABLE))
    return YODEL_EXIT_NO_ANSWER;
  if (g_error_matches (error, YODEL_ERROR, YODEL_ERROR_KEY))
    return YODEL_EXIT_KEY;
  return YODEL_EXIT_USAGE;
}

static void
fail (YodelPeople  *self,
      const GError *error)
{
  self->base.failure = g_strdup (error->message);
  self->base.exit_status = status_of (error);
  yodel_cli_call_tell_end (&self->base, YODEL_END_FAILED, error->message);
  g_main_loop_quit (self->base.loop);
}

static void
on_called (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  YodelPeople *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (YodelCall) call = yodel_endpoint_call_finish (YODEL_ENDPOINT (source), result, &error);

  if (call == NULL || self->start_error != NULL)
    {
      fail (self, call == NULL ? error : self->start_error);
      return;
    }
  yodel_people_take (self, call);
  if (self->base.is_closing)
    yodel_call_hang_up (call);
  else if (yodel_people_equip (self))
    yodel_cli_call_say (&self->base, _("Calling %s."), yodel_people_get_name (call));
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  YodelPeople *self = user_data;

  /* Without a way there is no call, but what is wrong with the address is said first. */
  if (yodel_endpoint_start_finish (YODEL_ENDPOINT (source), result, &self->start_error) || !self->base.is_closing)
    yodel_endpoint_call_async (self->endpoint, self->base.options->address, yodel_people_get_media (self), NULL,
                               on_called, self);
}

/* Somebody calls while we call another: let it ring elsewhere. */
static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             YodelPeople   *self)
{
  yodel_cli_call_say (&self->base, _("%s calls too."), yodel_people_get_name (call));
}

static void
call_over (YodelPeople *self)
{
  g_main_loop_quit (self->base.loop);
}

int
yodel_cli_call_somebody (const YodelCliOptions *options)
{
  YodelPeople self = { .on_over = call_over };

  if (yodel_people_open (&self, options))
    {
      self.base.status.state = _("calling");
      g_signal_connect (self.endpoint, "incoming-call", G_CALLBACK (on_incoming), &self);
      yodel_endpoint_start_async (self.endpoint, NULL, on_started, &self);
      g_main_loop_run (self.base.loop);
    }
  g_clear_error (&self.start_error);
  yodel_people_close (&self);
  return self.base.exit_status;
}
