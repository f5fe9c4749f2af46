/* What placing and taking calls between people have in common: the endpoint, and following a call. */
#define G_LOG_DOMAIN "yodel-cli"

#include "config.h"

#include "cli/people.h"

#include <glib/gi18n.h>
#include <string.h>

#include "cli/exit-status.h"

static const char * const state_names[] = {
  [YODEL_CALL_CALLING] = "calling",
  [YODEL_CALL_RINGING] = "ringing",
  [YODEL_CALL_CONNECTING] = "accepted",
  [YODEL_CALL_CONNECTED] = "connected",
  [YODEL_CALL_RECONNECTING] = "reconnecting",
  [YODEL_CALL_ENDED] = "ended",
};

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

/* Plays a sound around the call to the loudspeaker; @tone: (nullable): NULL for none */
void
yodel_people_play (YodelPeople *self,
                   const char  *tone)
{
  g_autoptr (YodelSink) sink = NULL;

  g_clear_object (&self->tone);
  if (tone == NULL || self->base.options->without[YODEL_MEDIA_AUDIO] || self->base.options->sinks[YODEL_MEDIA_AUDIO] != NULL)
    return;
  sink = yodel_media_sink_new (YODEL_MEDIA_AUDIO, "default", NULL);
  if (sink != NULL)
    self->tone = yodel_media_tone_player_new (tone, sink, NULL);
}

/* Gives the call its sources and sinks.  Returns: FALSE, with a failure, where one cannot be opened */
gboolean
yodel_people_equip (YodelPeople *self)
{
  YodelCliCall *base = &self->base;
  g_autoptr (GError) error = NULL;

  if (!yodel_cli_media_open (&base->media, base->options, TRUE, &error))
    {
      yodel_cli_call_fail (base, YODEL_EXIT_MEDIA, error->message);
      return FALSE;
    }
  yodel_cli_call_watch_media (base);
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    {
      yodel_call_set_source (self->call, kind, base->media.sources[kind]);
      yodel_call_set_sink (self->call, kind, yodel_cli_media_get_sink (&base->media, kind));
    }
  return TRUE;
}

/* An event about the call: with whom, by which way. */
void
yodel_people_tell (YodelPeople *self,
                   const char  *event)
{
  YodelCall *call = self->call;
  YodelJsonLine line;

  yodel_events_begin (&self->base.events, &line, event, g_get_monotonic_time ());
  yodel_json_line_add_string (&line, "address", yodel_call_get_remote_address (call));
  if (yodel_call_get_remote_name (call) != NULL)
    yodel_json_line_add_string (&line, "name", yodel_call_get_remote_name (call));
  if (yodel_call_get_signaller (call) != NULL)
    yodel_json_line_add_string (&line, "signaller", yodel_call_get_signaller (call));
  if (yodel_call_get_greeting (call) != NULL)
    yodel_json_line_add_string (&line, "greeting", yodel_call_get_greeting (call));
  if (yodel_call_get_warning (call) != NULL)
    yodel_json_line_add_string (&line, "warning", yodel_call_get_warning (call));
  if (yodel_call_get_safety_code (call) != NULL)
    yodel_json_line_add_string (&line, "safetyCode", yodel_call_get_safety_code (call));
  yodel_json_line_add_bool (&line, "outgoing", yodel_call_is_outgoing (call));
  yodel_json_line_add_bool (&line, "knock", yodel_call_is_knock (call));
  yodel_events_end (&self->base.events, &line);
}

static void
on_track (YodelCall   *call,
          YodelTrack  *track,
          YodelPeople *self)
{
  yodel_cli_call_watch_track (&self->base, track);
}

/* The session behind the call is where its figures come from. */
static void
follow_session (YodelPeople *self)
{
  YodelCliCall *base = &self->base;
  g_autoptr (GError) error = NULL;

  if (base->session != NULL || yodel_call_get_session (self->call) == NULL)
    return;
  base->session = g_object_ref (yodel_call_get_session (self->call));
  yodel_cli_call_watch_session (base);
  yodel_cli_call_start_reports (base);
  if (!yodel_cli_call_start_control (base, &error))
    yodel_cli_call_fail (base, YODEL_EXIT_USAGE, error->message);
}

static void
on_connected (YodelPeople *self)
{
  const gboolean is_first = self->base.connected_us == 0;

  follow_session (self);
  yodel_cli_call_tell_connected (&self->base);
  if (!is_first)
    return;
  yodel_people_tell (self, "call");
  if (yodel_call_get_safety_code (self->call) != NULL)
    yodel_cli_call_say (&self->base, _("Safety code, the same on both sides if nobody is in between: %s"),
                        yodel_call_get_safety_code (self->call));
}

static void
on_last_stats (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  YodelPeople *self = user_data;
  YodelStats *stats = yodel_session_get_stats_finish (YODEL_SESSION (source), result, NULL);
  double packets;

  if (stats != NULL && (self->base.stats == NULL ||
                        yodel_stats_get_number (stats, "transport", NULL, "packetsSent", &packets)))
    yodel_cli_call_take_stats (&self->base, stats);
  else
    g_clear_pointer (&stats, yodel_stats_unref);
  self->on_over (self);
}

static void
on_ended (YodelPeople *self)
{
  YodelCliCall *base = &self->base;
  const char *text = base->failure != NULL ? base->failure : yodel_call_get_end_text (self->call);

  base->is_closing = TRUE;
  yodel_people_play (self, NULL);
  yodel_cli_call_tell_end (base, yodel_call_get_end_reason (self->call), text);
  if (base->session != NULL)
    yodel_session_get_stats_async (base->session, NULL, on_last_stats, self);
  else
    self->on_over (self);
}

static void
on_state (YodelCall   *call,
          GParamSpec  *pspec,
          YodelPeople *self)
{
  const YodelCallState state = yodel_call_get_state (call);

  if (state == YODEL_CALL_RINGING || state == YODEL_CALL_CONNECTING)
    yodel_people_tell (self, state_names[state]);
  switch (state)
    {
    case YODEL_CALL_CALLING:
      break;
    case YODEL_CALL_RINGING:
      self->base.status.state = _("ringing");
      yodel_cli_call_say (&self->base, _("It rings at %s."), yodel_people_get_name (call));
      yodel_people_play (self, "ringback");
      break;
    case YODEL_CALL_CONNECTING:
      self->base.status.state = _("connecting");
      yodel_people_play (self, NULL);
      follow_session (self);
      break;
    case YODEL_CALL_CONNECTED:
      on_connected (self);
      break;
    case YODEL_CALL_RECONNECTING:
      yodel_cli_call_tell_lost (&self->base);
      break;
    case YODEL_CALL_ENDED:
      on_ended (self);
      break;
    }
}

static void
hang_up (YodelCliCall *base)
{
  YodelPeople *self = (YodelPeople *) base;

  if (self->call != NULL)
    yodel_call_hang_up (self->call);
  else
    self->on_over (self);
}

/* Follows a call until it is over. */
void
yodel_people_take (YodelPeople *self,
                   YodelCall   *call)
{
  self->call = g_object_ref (call);
  for (guint kind = YODEL_MEDIA_AUDIO; kind <= YODEL_MEDIA_VIDEO; kind++)
    if (yodel_call_get_track (call, kind) != NULL)
      yodel_cli_call_watch_track (&self->base, yodel_call_get_track (call, kind));
  g_signal_connect (call, "track-added", G_CALLBACK (on_track), self);
  g_signal_connect (call, "notify::state", G_CALLBACK (on_state), self);
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
  yodel_endpoint_set_call_waiting (self->endpoint, FALSE);
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
  self->base.hang_up = hang_up;
  self->base.loop = g_main_loop_new (NULL, FALSE);
  if (yodel_cli_call_open_outputs (&self->base, &error) && make_endpoint (self, &error))
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

void
yodel_people_close (YodelPeople *self)
{
  gboolean is_late = FALSE;
  guint timer;

  if (self->call != NULL)
    g_signal_handlers_disconnect_by_data (self->call, self);
  timer = self->call != NULL ? g_timeout_add (LAST_WORDS_MS, on_last_words, &is_late) : 0;
  while (timer != 0 && !is_late && !yodel_endpoint_is_quiet (self->endpoint))
    g_main_context_iteration (NULL, TRUE);
  if (timer != 0 && !is_late)
    g_source_remove (timer);
  g_clear_object (&self->tone);
  if (self->endpoint != NULL)
    g_signal_handlers_disconnect_by_data (self->endpoint, self);
  yodel_cli_call_clear (&self->base);
  g_clear_object (&self->call);
  g_clear_object (&self->endpoint);
  yodel_profile_clear (&self->profile);
  yodel_cli_call_clean_up (&self->base);
}
