/* yodel call NAME: places a call to somebody, and follows it. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include <glib/gi18n.h>

#include "cli/exit-status.h"
#include "cli/people.h"

/* How long a way that a contact has named may take, where there is no other. */
#define ALONE_MS 3000

static int
status_of (const GError *error)
{
  return g_error_matches (error, YODEL_ERROR, YODEL_ERROR_UNREACHABLE) ? YODEL_EXIT_NO_ANSWER : YODEL_EXIT_USAGE;
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
  YodelTalk *talk;

  if (call == NULL)
    {
      fail (self, error);
      return;
    }
  talk = yodel_people_take (self, call);
  yodel_talk_tell (talk, "calling");
  if (self->base.is_closing)
    yodel_cli_call_close (&talk->base);
  else if (yodel_talk_equip (talk))
    yodel_cli_call_say (&self->base, _("Calling %s."), yodel_people_get_name (call));
}

/* The ways that were asked for are not there; one that the contact has named may be. */
static gboolean
on_alone (gpointer data)
{
  YodelPeople *self = data;

  self->alone_timer = 0;
  if (!yodel_endpoint_is_reachable (self->endpoint) && self->current != NULL && self->current->base.connected_us == 0)
    yodel_cli_call_fail (&self->current->base, status_of (self->start_error), self->start_error->message);
  return G_SOURCE_REMOVE;
}

static void
on_started (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  YodelPeople *self = user_data;

  if (!yodel_endpoint_start_finish (YODEL_ENDPOINT (source), result, &self->start_error) && !self->base.is_closing)
    self->alone_timer = g_timeout_add (ALONE_MS, on_alone, self);
}

/* Somebody calls while we call another: it waits, or hears that we are busy. */
static void
on_incoming (YodelEndpoint *endpoint,
             YodelCall     *call,
             YodelPeople   *self)
{
  yodel_people_receive (self, call);
}

/* When nobody is left to talk to, those who still ring are not waited for. */
static void
call_over (YodelPeople *self)
{
  if (self->current == NULL)
    g_main_loop_quit (self->base.loop);
}

int
yodel_cli_call_somebody (const YodelCliOptions *options)
{
  YodelPeople self = { .on_over = call_over };
  g_autofree char *address = g_strdup (options->address);
  gboolean is_open = yodel_people_open (&self, options);

  if (is_open && address == NULL)
    address = yodel_history_dup_last_called (self.profile.history);
  if (is_open && address == NULL)
    {
      g_printerr ("yodel: %s\n", _("nobody has been called yet"));
      self.base.exit_status = YODEL_EXIT_USAGE;
    }
  else if (is_open)
    {
      g_signal_connect (self.endpoint, "incoming-call", G_CALLBACK (on_incoming), &self);
      /* What is sent before a signaller is ready waits there, or is repeated. */
      yodel_endpoint_start_async (self.endpoint, NULL, on_started, &self);
      yodel_endpoint_call_async (self.endpoint, address, yodel_people_get_media (&self), NULL, on_called, &self);
      g_main_loop_run (self.base.loop);
    }
  g_clear_handle_id (&self.alone_timer, g_source_remove);
  g_clear_error (&self.start_error);
  yodel_people_close (&self);
  return self.base.exit_status;
}
