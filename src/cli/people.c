/* What placing and taking calls between people have in common: the endpoint, and following a call. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/people.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/exit-status.h"

/* Returns: (transfer none): what to call the peer */
const char *
yodel_people_get_name (YodelCall *call)
{
  const char *name = yodel_call_get_remote_name (call);

  return name != NULL ? name : yodel_call_get_remote_address (call);
}

/* What this side sends. */
YodelCallMedia
yodel_people_get_media (YodelPeople *self)
{
  const YodelCliOptions *options = self->base.options;
  YodelCallMedia media = 0;

  if (!options->without[YODEL_MEDIA_AUDIO] && yodel_cli_media_sends (options, YODEL_MEDIA_AUDIO))
    media |= YODEL_CALL_AUDIO;
  if (!options->without[YODEL_MEDIA_VIDEO] && yodel_cli_media_sends (options, YODEL_MEDIA_VIDEO))
    media |= YODEL_CALL_VIDEO;
  return media;
}

/* Returns: (transfer none) (nullable): the call that has rung longest and waits for a word */
YodelTalk *
yodel_people_find_ringing (YodelPeople *self)
{
  for (guint i = 0; i < self->talks->len; i++)
    {
      YodelTalk *talk = self->talks->pdata[i];

      if (yodel_call_get_state (talk->call) == YODEL_CALL_RINGING && !yodel_call_is_outgoing (talk->call) &&
          !talk->base.is_closing)
        return talk;
    }
  return NULL;
}

static guint
count_up (YodelPeople *self)
{
  guint n = 0;

  for (guint i = 0; i < self->talks->len; i++)
    n += yodel_talk_is_up (self->talks->pdata[i]);
  return n;
}

/* Returns: whether nobody has to be put aside for one more call: there is none, or no person follows them */
gboolean
yodel_people_is_free (YodelPeople *self)
{
  return count_up (self) == 0 || (self->is_answering && self->base.options->auto_accept &&
                                  !yodel_cli_media_uses_device (self->base.options));
}

/* The newest of the calls that are up. */
static YodelTalk *
find_up (YodelPeople *self)
{
  for (guint i = self->talks->len; i > 0; i--)
    if (yodel_talk_is_up (self->talks->pdata[i - 1]))
      return self->talks->pdata[i - 1];
  return NULL;
}

/* Keys and commands are for @talk, (nullable), from now on, or for the newest that is left; a person's other calls wait
 * meanwhile. */
void
yodel_people_set_current (YodelPeople *self,
                          YodelTalk   *talk)
{
  const gboolean is_free = yodel_people_is_free (self);
  gboolean is_one_aside = FALSE;

  self->current = talk != NULL ? talk : find_up (self);
  for (guint i = 0; i < self->talks->len; i++)
    {
      YodelTalk *other = self->talks->pdata[i];

      other->base.is_aside = other != self->current;
      if (is_free || other == self->current || !yodel_talk_is_up (other) || yodel_call_get_held (other->call))
        continue;
      yodel_talk_set_held (other, TRUE);
      other->was_put_aside = is_one_aside = TRUE;
    }
  if (is_one_aside && self->base.keys != NULL && !self->has_told_keys)
    {
      yodel_cli_call_say (&self->base, "%s", _("[w] goes to the other call and back, [h] holds this one, [q] ends it"));
      self->has_told_keys = TRUE;
    }
  if (self->current != NULL && self->current->was_put_aside)
    yodel_talk_set_held (self->current, FALSE);
}

/* All that is under way ends, and then the program. */
static void
hang_up_all (YodelCliCall *base)
{
  YodelPeople *self = (YodelPeople *) base;

  self->is_over = TRUE;
  if (self->talks->len == 0)
    {
      self->has_result = FALSE;
      self->on_over (self);
      return;
    }
  for (guint i = self->talks->len; i > 0; i--)
    {
      YodelTalk *talk = self->talks->pdata[i - 1];

      talk->base.signal = base->signal;
      yodel_cli_call_close (&talk->base);
    }
}

/* Follows a call until it is over. */
YodelTalk *
yodel_people_take (YodelPeople *self,
                   YodelCall   *call)
{
  YodelTalk *talk = yodel_talk_new (self, call, self->is_answering ? ++self->n_calls : 0);

  g_ptr_array_add (self->talks, talk);
  self->has_result = FALSE;
  if (yodel_call_is_outgoing (call))
    yodel_people_set_current (self, talk);
  return talk;
}

static void
introduce (YodelTalk *self)
{
  YodelCall *call = self->call;

  if (yodel_call_is_knock (call))
    yodel_cli_call_say (&self->base, _("A knock: %s (%s) would like to talk."), yodel_people_get_name (call),
                        yodel_call_get_remote_address (call));
  else if (yodel_call_is_waiting (call))
    yodel_cli_call_say (&self->base, _("%s calls too."), yodel_people_get_name (call));
  else
    yodel_cli_call_say (&self->base, _("%s calls."), yodel_people_get_name (call));
  if (yodel_call_get_greeting (call) != NULL)
    yodel_cli_call_say (&self->base, "\"%s\"", yodel_call_get_greeting (call));
  if (yodel_call_get_warning (call) != NULL)
    yodel_cli_call_say (&self->base, "yodel: %s", yodel_call_get_warning (call));
}

/* Somebody calls. */
void
yodel_people_receive (YodelPeople *self,
                      YodelCall   *call)
{
  const gboolean has_place = yodel_people_is_free (self);
  YodelTalk *talk;

  if (self->is_over || (self->base.options->once && self->n_taken > 0))
    {
      yodel_call_decline (call, TRUE);
      return;
    }
  talk = yodel_people_take (self, call);
  talk->base.status.state = _("ringing");
  yodel_talk_tell (talk, "incoming");
  introduce (talk);
  if (self->is_answering && self->base.options->auto_accept && has_place)
    {
      yodel_talk_accept (talk, yodel_people_get_media (self));
      return;
    }
  if (has_place)
    yodel_talk_play (talk, "ring");
  if (yodel_people_find_ringing (self) == talk)
    yodel_people_ask (self);
}

static void
on_news (YodelEndpoint *endpoint,
         const char    *text,
         YodelPeople   *self)
{
  YodelJsonLine line;

  yodel_events_begin (&self->base.events, &line, "news", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "text", text);
  yodel_events_end (&self->base.events, &line);
  yodel_cli_call_say (&self->base, "%s", text);
}

static void
on_presence (YodelEndpoint *endpoint,
             const char    *address,
             gboolean       is_there,
             YodelPeople   *self)
{
  YodelJsonLine line;

  yodel_events_begin (&self->base.events, &line, "presence", g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "address", address);
  yodel_json_line_add_bool (&line, "there", is_there);
  yodel_events_end (&self->base.events, &line);
}

/* The ways that were asked for; or the local network, where this program can do that. */
static gboolean
add_signallers (YodelPeople  *self,
                GError      **error)
{
  static const char * const usual[] = { "lan:", NULL };
  const YodelCliOptions *options = self->base.options;
  const char * const *uris = (const char * const *) options->via;

  if (self->is_answering && options->addresses != NULL && options->addresses[0] != NULL)
    uris = (const char * const *) options->addresses;
  if (uris == NULL)
    uris = usual;
  for (guint i = 0; uris[i] != NULL; i++)
    {
      g_autoptr (YodelSignaller) signaller = yodel_signaller_new (uris[i], error);

      if (signaller == NULL)
        return FALSE;
      yodel_endpoint_add_signaller (self->endpoint, signaller);
    }
  return TRUE;
}

/* A second call rings where somebody can say what becomes of it, and it can be had beside the first. */
static gboolean
can_wait (YodelPeople *self)
{
  const YodelCliOptions *options = self->base.options;

  return !yodel_cli_media_is_for_one (options) && !options->once &&
         (self->is_answering || options->control != NULL || self->base.keys != NULL);
}

static gboolean
make_endpoint (YodelPeople  *self,
               GError      **error)
{
  const YodelCliOptions *options = self->base.options;

  if (!yodel_profile_open (&self->profile, options->profile, error))
    return FALSE;
  self->endpoint = yodel_endpoint_new (self->profile.identity, self->profile.book, self->profile.history);
  yodel_endpoint_set_stun_servers (self->endpoint, (const char * const *) options->stun);
  yodel_endpoint_set_bind (self->endpoint, (const char * const *) options->bind);
  yodel_endpoint_set_video_codec (self->endpoint, options->codec);
  yodel_endpoint_set_max_bitrate (self->endpoint, (guint) options->max_bitrate_kbps * 1000);
  yodel_endpoint_set_take_knocks (self->endpoint, !options->no_knocks);
  yodel_endpoint_set_do_not_disturb (self->endpoint, options->do_not_disturb);
  yodel_endpoint_set_call_waiting (self->endpoint, can_wait (self));
  if (options->name != NULL && *options->name != '\0' && strlen (options->name) <= 64)
    yodel_endpoint_set_name (self->endpoint, options->name);
  g_signal_connect (self->endpoint, "news", G_CALLBACK (on_news), self);
  g_signal_connect (self->endpoint, "presence", G_CALLBACK (on_presence), self);
  return add_signallers (self, error);
}

/* Returns: FALSE, with the exit status, where that cannot be */
gboolean
yodel_people_open (YodelPeople           *self,
                   const YodelCliOptions *options)
{
  g_autoptr (GError) error = NULL;

  self->base.options = options;
  self->base.is_caller = !self->is_answering;
  self->base.hang_up = hang_up_all;
  self->is_undisturbed = options->do_not_disturb;
  self->talks = g_ptr_array_new_with_free_func ((GDestroyNotify) yodel_talk_free);
  self->base.loop = g_main_loop_new (NULL, FALSE);
  if (yodel_cli_call_open_outputs (&self->base, &error) && yodel_people_start_control (self, &error) && make_endpoint (self, &error))
    {
      yodel_cli_call_catch_signals (&self->base);
      return TRUE;
    }
  g_printerr ("yodel: %s\n", error->message);
  self->base.exit_status = YODEL_EXIT_USAGE;
  return FALSE;
}

/* The last words of the last call are heard before the program ends, at most so long. */
#define LAST_WORDS_MS 1000

static gboolean
on_last_words (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for_last_words (YodelPeople *self)
{
  gboolean is_late = FALSE;
  guint timer = g_timeout_add (LAST_WORDS_MS, on_last_words, &is_late);

  while (!is_late && !yodel_endpoint_is_quiet (self->endpoint))
    g_main_context_iteration (NULL, TRUE);
  if (!is_late)
    g_source_remove (timer);
}

void
yodel_people_close (YodelPeople *self)
{
  YodelCliCall *base = &self->base;

  yodel_cli_call_stop_control (base);
  g_clear_pointer (&base->input, yodel_line_input_free);
  if (self->endpoint != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->endpoint, self);
      wait_for_last_words (self);
    }
  self->has_result |= self->talks->len > 0;
  g_clear_pointer (&self->talks, g_ptr_array_unref);
  if (self->has_result)
    base->events.output = NULL;   /* the last call's result was the last event */
  yodel_cli_call_clear (base);
  g_clear_object (&self->endpoint);
  yodel_profile_clear (&self->profile);
  yodel_cli_call_clean_up (base);
}
